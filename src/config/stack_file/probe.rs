//! `probe`: how to tell whether a service works; a text, a table, or an array of both.

use std::{collections::BTreeMap, ops::RangeInclusive, time::Duration};

use super::{Cx, field, names::check_name, secret};
use crate::{
    config::{
        keys::{Holds, Keys, key, needed},
        reader::{At, Node, Reader, Table},
    },
    model::{
        Environment, Expectation, HttpTarget, ProbeSpec, ProbeTarget, SecretRef, TlsTarget,
        expectation_text::expectation,
        probe::{ProbeOrigin, ProbeRole},
        probe_text,
    },
    text::Clean,
};

const ROLES: [(&str, ProbeRole); 3] = [
    ("liveness", ProbeRole::Liveness),
    ("readiness", ProbeRole::Readiness),
    ("slo", ProbeRole::Slo),
];

pub(super) const KEYS: Keys = Keys {
    known: &[
        key("name", Holds::Text, "What it is called among the probes of its service"),
        needed("url", Holds::Text, "What is asked: a URL, or tcp:, tls:, dns:, pg, redis, cmd:"),
        key("method", Holds::Text, "The method of an HTTP request; GET otherwise"),
        key("headers", Holds::NamedTexts, "Headers of an HTTP request"),
        key("body", Holds::Text, "The body of an HTTP request"),
        key("every", Holds::Duration, "How often is asked"),
        key("timeout", Holds::Duration, "How long a whole answer may take"),
        key("expect", Holds::Texts, "What must hold of an answer, such as \"status == 200\""),
        key("fail_after", Holds::Number, "Failures in a row that fail it"),
        key("ok_after", Holds::Number, "Passes in a row after which it is well"),
        key("grace", Holds::Duration, "For how long after a start failures do not count"),
        key("auth", Holds::Secret, "The password, or user:password or the header of HTTP"),
        key("insecure", Holds::Flag, "Whether any certificate will do"),
        key(
            "role",
            Holds::Word(|| ROLES.iter().map(|(word, _)| *word).collect()),
            "What a failure says of its service",
        ),
    ],
    later: &[],
};

/// What `probe` of a service holds.
pub(super) const HOLDS: Holds = Holds::Either(&[
    Holds::Text,
    Holds::Table(&KEYS),
    Holds::Many(&Holds::Either(&[Holds::Text, Holds::Table(&KEYS)])),
]);

pub(super) const EVERY: RangeInclusive<Duration> =
    Duration::from_millis(100)..=Duration::from_hours(24);
pub(super) const TIMEOUT: RangeInclusive<Duration> =
    Duration::from_millis(1)..=Duration::from_mins(5);
const GRACE: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_hours(24);

/// More than this many probes of one service are a slip of the hand.
const MOST: usize = 50;

/// The probes of a service.
pub(super) fn all(reader: &mut Reader<'_>, node: &Node<'_>, cx: &Cx<'_>) -> Vec<ProbeSpec> {
    if !node.value.is_array() {
        return one(reader, node, cx).map(|(_, probe)| probe).into_iter().collect();
    }
    let nodes = reader.array(node, "").unwrap_or_default();
    if nodes.len() > MOST {
        let message = format!("`{}` has more than {MOST} probes", node.path);
        reader.fail(node, message, "put what belongs together into one of them");
    }
    let read: Vec<_> = nodes.iter().filter_map(|node| one(reader, node, cx)).collect();
    unique(reader, read)
}

/// A probe, and the place of its name if it has one.
fn one(
    reader: &mut Reader<'_>,
    node: &Node<'_>,
    cx: &Cx<'_>,
) -> Option<(Option<At<()>>, ProbeSpec)> {
    if node.value.is_table() {
        let table = reader.table(node)?;
        return of_table(reader, &table, cx);
    }
    if node.value.as_str().is_none() {
        let hint = "write \"http://127.0.0.1:{port}/health\" or \"tcp:127.0.0.1:{port}\"";
        reader.fail(node, format!("`{}` is not a probe", node.path), hint);
        return None;
    }
    let target = target(reader, node, cx)?;
    Some((None, ProbeSpec::new(target, cx.pace, ProbeOrigin::StackFile)))
}

fn target(reader: &mut Reader<'_>, node: &Node<'_>, cx: &Cx<'_>) -> Option<ProbeTarget> {
    let text = reader.string(node)?;
    let target = match probe_text::target(text.value, Some(cx.folder)) {
        Ok(target) => target,
        Err(fault) => {
            reader.fault(&text, &fault);
            return None;
        }
    };
    let inline = matches!(target.secret(), Some(SecretRef::Inline(_)));
    if inline && cx.environment == Environment::Production {
        let message = format!("`{}` holds a password of a production stack", text.path);
        reader.fail(&text, message, "take it out and write auth = { env = \"NAME\" } beside it");
        return None;
    }
    Some(target)
}

fn of_table(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    cx: &Cx<'_>,
) -> Option<(Option<At<()>>, ProbeSpec)> {
    reader.keys(table, &KEYS);
    let url = table.get("url");
    if url.is_none() {
        let hint = "write url = \"http://127.0.0.1:{port}/health\" or \"tcp:127.0.0.1:{port}\"";
        reader.fail(table, format!("`{}` has no `url`", table.path), hint);
    }
    let target = url.and_then(|url| target(reader, &url, cx));
    let every = field::time(reader, table, "every", EVERY);
    let timeout = field::time(reader, table, "timeout", TIMEOUT);
    let grace = field::time(reader, table, "grace", GRACE);
    let fail_after = field::times(reader, table, "fail_after");
    let ok_after = field::times(reader, table, "ok_after");
    let role = field::choice(reader, table, "role", &ROLES);
    let name = field::text(reader, table, "name");
    let name = name.filter(|name| check_name(reader, name, name.value));
    let mut target = target?;
    details(reader, table, &mut target, cx);
    let mut probe = ProbeSpec::new(target, cx.pace, ProbeOrigin::StackFile);
    probe.every = every.unwrap_or(probe.every);
    probe.timeout = timeout.unwrap_or(probe.timeout);
    probe.fail_after = fail_after.unwrap_or(probe.fail_after);
    probe.ok_after = ok_after.unwrap_or(probe.ok_after);
    probe.role = role.unwrap_or_default();
    probe.grace = grace;
    if let Some(name) = &name {
        probe.name = Clean::new(name.value);
    }
    Some((name.map(|name| name.with(())), probe))
}

/// What only some kinds of probe have.
fn details(reader: &mut Reader<'_>, table: &Table<'_>, target: &mut ProbeTarget, cx: &Cx<'_>) {
    let has: &[&str] = match target {
        ProbeTarget::Http(_) => &["method", "headers", "body", "expect", "auth", "insecure"],
        ProbeTarget::Tls(_) => &["expect", "insecure"],
        ProbeTarget::Postgres(_) | ProbeTarget::Redis(_) => &["auth"],
        _ => &[],
    };
    for name in ["method", "headers", "body", "expect", "auth", "insecure"] {
        if let Some(key) = table.key(name).filter(|_| !has.contains(&name)) {
            let message = format!("`{}` says nothing about a {} probe", key.path, target.kind());
            reader.fail(&key, message, "take it out");
        }
    }
    let auth = table.get("auth").filter(|_| has.contains(&"auth"));
    let auth = auth.and_then(|node| secret::read(reader, &node, cx));
    match target {
        ProbeTarget::Http(http) => {
            http.auth = auth.or(http.auth.take());
            request(reader, table, http);
        }
        ProbeTarget::Tls(tls) => certificate(reader, table, tls),
        ProbeTarget::Postgres(it) if auth.is_some() => {
            (it.password, it.answers_are_enough) = (auth, false);
        }
        ProbeTarget::Redis(it) if auth.is_some() => {
            (it.password, it.answers_are_enough) = (auth, false);
        }
        _ => {}
    }
}

fn request(reader: &mut Reader<'_>, table: &Table<'_>, http: &mut HttpTarget) {
    if let Some(method) = field::text(reader, table, "method") {
        if method.value.chars().all(|c| c.is_ascii_uppercase()) {
            http.method = method.value.into();
        } else {
            let message = format!("\"{}\" is not a method", method.value);
            reader.fail(&method, message, "write \"GET\", \"HEAD\" or \"POST\"");
        }
    }
    http.headers = headers(reader, table);
    http.body =
        table.get("body").and_then(|node| reader.string(&node)).map(|body| body.value.to_owned());
    http.insecure = field::flag(reader, table, "insecure").unwrap_or_default();
    http.expect = expectations(reader, table).into_iter().map(|each| each.value).collect();
}

fn headers(reader: &mut Reader<'_>, table: &Table<'_>) -> BTreeMap<String, String> {
    let headers = table.get("headers").and_then(|node| reader.table(&node));
    let mut all = BTreeMap::new();
    for (key, node) in headers.iter().flat_map(Table::entries) {
        // The characters of a token, RFC 9110.
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if key.value.is_empty() || !key.value.chars().all(token) {
            reader.fail(&key, format!("\"{}\" is not a header's name", key.value), "");
        } else if key.value.eq_ignore_ascii_case("authorization") {
            let hint = "write auth = { env = \"NAME\" } in the probe";
            reader.fail(&key, "this header holds a secret", hint);
        } else if let Some(value) = reader.string(&node) {
            if value.value.contains(['\r', '\n']) {
                reader.fail(&value, "a header cannot have a line end in it", "take it out");
            }
            all.insert(key.value.to_owned(), value.value.to_owned());
        }
    }
    all
}

fn expectations(reader: &mut Reader<'_>, table: &Table<'_>) -> Vec<At<Expectation>> {
    let texts = table.get("expect").and_then(|node| reader.strings(&node, ""));
    let mut all = Vec::new();
    for text in texts.unwrap_or_default() {
        match expectation(text.value) {
            Ok(expected) => all.push(text.with(expected)),
            Err(fault) => reader.fault(&text, &fault),
        }
    }
    all
}

/// A TLS probe expects its certificate to stay valid, and nothing else.
fn certificate(reader: &mut Reader<'_>, table: &Table<'_>, tls: &mut TlsTarget) {
    tls.self_signed = field::flag(reader, table, "insecure").unwrap_or_default();
    for expected in expectations(reader, table) {
        if let Expectation::Certificate(bound) = expected.value {
            // A time that was read is not negative, and one of years fits.
            tls.critical =
                Duration::try_from_secs_f64(bound.quantity.value).unwrap_or(tls.critical);
            tls.warn = tls.warn.max(tls.critical);
        } else {
            let message = "a tls probe sees a certificate and no answer";
            reader.fail(&expected, message, "write \"cert > 14d\", or probe the https:// URL");
        }
    }
}

/// Probes that have no name are called by their kinds, the second `http-2`; no two may
/// have the same name.
fn unique(reader: &mut Reader<'_>, read: Vec<(Option<At<()>>, ProbeSpec)>) -> Vec<ProbeSpec> {
    let named = read.iter().filter(|(at, _)| at.is_some());
    let mut taken: Vec<Clean> = Vec::new();
    for (at, probe) in named {
        if taken.contains(&probe.name)
            && let Some(at) = at
        {
            let message = format!("there is another \"{}\"", probe.name);
            reader.fail(at, message, "each needs a name of its own");
        }
        taken.push(probe.name.clone());
    }
    let mut all = Vec::new();
    for (at, mut probe) in read {
        if at.is_none() {
            let kind = probe.name.clone();
            let mut number = 1;
            while taken.contains(&probe.name) {
                number += 1;
                probe.name = Clean::new(&format!("{kind}-{number}"));
            }
            taken.push(probe.name.clone());
        }
        all.push(probe);
    }
    all
}
