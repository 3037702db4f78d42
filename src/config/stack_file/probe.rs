//! `probe`: how to tell whether a copy of a service works.

use std::time::Duration;

use crate::{
    config::reader::{At, Node, Reader, Table},
    model::spec::{CheckTarget, HealthCheck},
};

const KNOWN: &[&str] = &["url", "tcp", "every", "timeout", "fail_after", "grace"];
const LATER: &[&str] =
    &["auth", "body", "expect", "headers", "insecure", "method", "name", "ok_after", "role"];
/// Kinds of probe that the whole schema has and this version does not.
const LATER_KINDS: [&str; 5] = ["tls:", "cmd:", "pg", "redis", "docker"];

const EVERY: Duration = Duration::from_secs(30);
const LEAST_EVERY: Duration = Duration::from_millis(100);
const MOST_EVERY: Duration = Duration::from_hours(24);
const TIMEOUT: Duration = Duration::from_secs(5);
const LEAST_TIMEOUT: Duration = Duration::from_millis(1);
const MOST_TIMEOUT: Duration = Duration::from_mins(5);
const MOST_GRACE: Duration = Duration::from_hours(24);
const FAIL_AFTER: u32 = 3;

/// What stands for a copy's own port.
const PORT: &str = "{port}";

pub(super) fn read(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<HealthCheck> {
    if node.value.is_table() {
        let table = reader.table(node)?;
        return of_table(reader, &table);
    }
    let Some(text) = node.value.as_str() else {
        let hint = "write \"http://127.0.0.1:{port}/health\" or \"tcp:127.0.0.1:{port}\"";
        reader.fail(node, format!("`{}` is not a probe", node.path), hint);
        return None;
    };
    let text = At { value: text, span: node.span.clone(), path: node.path.clone() };
    Some(HealthCheck {
        target: target(reader, &text)?,
        every: EVERY,
        timeout: TIMEOUT,
        fail_after: FAIL_AFTER,
        grace: Duration::ZERO,
    })
}

fn of_table(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<HealthCheck> {
    reader.only(table, KNOWN, LATER);
    let target = match (table.get("url"), table.get("tcp")) {
        (Some(url), None) => {
            let url = reader.string(&url);
            url.and_then(|url| http(reader, &url))
        }
        (None, Some(tcp)) => {
            let address = reader.string(&tcp);
            address.and_then(|address| tcp_target(reader, &address, address.value))
        }
        _ => {
            let hint =
                "write url = \"http://127.0.0.1:{port}/health\" or tcp = \"127.0.0.1:{port}\"";
            reader.fail(table, format!("`{}` needs either `url` or `tcp`", table.path), hint);
            None
        }
    };
    let mut duration = |key, least, most, default| {
        table.get(key).and_then(|node| reader.duration(&node, least, most)).unwrap_or(default)
    };
    let every = duration("every", LEAST_EVERY, MOST_EVERY, EVERY);
    let timeout = duration("timeout", LEAST_TIMEOUT, MOST_TIMEOUT, TIMEOUT);
    let grace = duration("grace", Duration::ZERO, MOST_GRACE, Duration::ZERO);
    let fail_after = table.get("fail_after").and_then(|node| reader.integer(&node, 1..1001));
    let fail_after = fail_after.map_or(FAIL_AFTER, |count| count.value as u32);
    Some(HealthCheck { target: target?, every, timeout, fail_after, grace })
}

fn target(reader: &mut Reader<'_>, text: &At<&str>) -> Option<CheckTarget> {
    if text.value.starts_with("http://") || text.value.starts_with("https://") {
        return http(reader, text);
    }
    if let Some(address) = text.value.strip_prefix("tcp:") {
        return tcp_target(reader, text, address);
    }
    let hint = "write \"http://127.0.0.1:{port}/health\" or \"tcp:127.0.0.1:{port}\"";
    let later = LATER_KINDS.iter().any(|kind| {
        if kind.ends_with(':') { text.value.starts_with(kind) } else { text.value == *kind }
    });
    let message = if later {
        format!("the probe \"{}\" is not known to this version of midwatch", text.value)
    } else {
        format!("\"{}\" is not a probe", text.value)
    };
    reader.fail(text, message, hint);
    None
}

fn http(reader: &mut Reader<'_>, url: &At<&str>) -> Option<CheckTarget> {
    let problem = url_problem(url.value);
    if let Some(problem) = problem {
        reader.fail(url, problem, "write a URL such as \"http://127.0.0.1:{port}/health\"");
        return None;
    }
    Some(CheckTarget::Http(url.value.into()))
}

fn url_problem(url: &str) -> Option<&'static str> {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    let Some(rest) = rest else { return Some("this is not an http:// or https:// URL") };
    if url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Some("this URL has a blank or a control character in it");
    }
    if has_other_placeholder(url) {
        return Some("only {port} can stand for something here");
    }
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    if authority.contains('@') {
        return Some("a probe's URL cannot hold credentials");
    }
    let (host, port) = split_port(authority);
    if host.is_empty() {
        return Some("this URL has no host");
    }
    match port {
        Some(port) if !is_port(port) => Some("this URL's port is not one"),
        _ => None,
    }
}

fn tcp_target<T>(reader: &mut Reader<'_>, at: &At<T>, address: &str) -> Option<CheckTarget> {
    let (host, port) = split_port(address);
    let odd = address.chars().any(|c| c.is_whitespace() || c.is_control() || "/@".contains(c));
    if host.is_empty() || odd || host.contains('{') || !port.is_some_and(is_port) {
        let message = format!("\"{address}\" is not HOST:PORT");
        reader.fail(at, message, "write tcp:127.0.0.1:{port}, or a number as the port");
        return None;
    }
    Some(CheckTarget::Tcp(address.into()))
}

/// Splits `host:port` and `[v6]:port`.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

fn is_port(text: &str) -> bool {
    text == PORT || text.parse::<u16>().is_ok_and(|port| port > 0)
}

fn has_other_placeholder(text: &str) -> bool {
    text.replace(PORT, "").contains(['{', '}'])
}
