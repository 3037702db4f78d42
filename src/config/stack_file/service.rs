//! `[services.<id>]`: what is said of a service, and how it runs if midwatch runs it itself.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{Cx, field, health_check, names::named, probe, stack_service};
use crate::{
    config::{
        keys::{Holds, Keys, key},
        reader::{At, Node, Reader, Table},
    },
    model::{
        RestartPolicy, StackService,
        spec::{KEPT_BYTES, MAX_REPLICAS, ServiceSpec, StopSignal},
    },
    text::Clean,
};

pub(in crate::config) const KEYS: Keys = Keys {
    known: &[
        key(
            "match",
            Holds::Table(&stack_service::MATCH),
            "Which containers it is; those of the service of this name otherwise",
        ),
        key("role", Holds::Word(stack_service::roles), "What it is for; by its image otherwise"),
        key("critical", Holds::Flag, "Whether the stack does not work without it"),
        key("probe", probe::HOLDS, "How to tell whether it works; [] for not at all"),
        key("depends_on", Holds::Texts, "The services that it needs"),
        key("command", Holds::Texts, "The program, with its arguments, that midwatch runs for it"),
        key("cwd", Holds::Text, "Where the command runs, seen from this file's folder"),
        key("env", Holds::NamedTexts, "Variables for the command"),
        key("replicas", Holds::Number, "How many copies of the command run"),
        key("restart", Holds::Word(|| words(&POLICIES)), "What happens when a copy ends"),
        key("stop_signal", Holds::Word(signals), "The signal that asks a copy to end"),
        key("stop_timeout", Holds::Duration, "How long a copy may take to end"),
        key("port", Holds::Number, "The first copy's port; the next has the next"),
    ],
    later: &["deploy", "expect", "heal", "limits", "protect", "region", "scale"],
};

/// What is about a process that midwatch starts, and would be ignored without one.
const OF_COMMAND: &[&str] =
    &["command", "cwd", "env", "replicas", "restart", "stop_signal", "stop_timeout", "port"];

fn words<T>(pairs: &[(&'static str, T)]) -> Vec<&'static str> {
    pairs.iter().map(|(word, _)| *word).collect()
}

const STOP_TIMEOUT: Duration = Duration::from_secs(10);
const MAX_STOP_TIMEOUT: Duration = Duration::from_hours(1);

const SIGNALS: [(&str, StopSignal); 7] = [
    ("SIGTERM", StopSignal::Term),
    ("SIGINT", StopSignal::Int),
    ("SIGQUIT", StopSignal::Quit),
    ("SIGHUP", StopSignal::Hup),
    ("SIGKILL", StopSignal::Kill),
    ("SIGUSR1", StopSignal::Usr1),
    ("SIGUSR2", StopSignal::Usr2),
];

const POLICIES: [(&str, RestartPolicy); 4] = [
    ("no", RestartPolicy::No),
    ("on-failure", RestartPolicy::OnFailure),
    ("always", RestartPolicy::Always),
    ("unless-stopped", RestartPolicy::UnlessStopped),
];

/// The words for signals; `SIGINT` and `INT` are the same.
fn signals() -> Vec<&'static str> {
    let short = SIGNALS.iter().filter_map(|(word, _)| word.strip_prefix("SIG"));
    words(&SIGNALS).into_iter().chain(short).collect()
}

/// A service as it was read, with the places that later checks point at.
pub(super) struct Read {
    pub(super) name: String,
    /// Whether it has a command at all, a wrong one included.
    pub(super) has_command: bool,
    pub(super) depends_on: Vec<At<String>>,
    pub(super) service: StackService,
    /// How midwatch runs it.
    pub(super) spec: Option<ServiceSpec>,
}

pub(super) fn all(reader: &mut Reader<'_>, node: &Node<'_>, cx: &Cx<'_>) -> Vec<Read> {
    let tables = named(reader, node);
    tables.iter().map(|(key, table)| one(reader, key, table, cx)).collect()
}

fn one(reader: &mut Reader<'_>, name: &At<&str>, table: &Table<'_>, cx: &Cx<'_>) -> Read {
    reader.keys(table, &KEYS);
    let has_command = table.get("command").is_some();
    if !has_command {
        needs_command(reader, table);
    }
    let depends_on = field::texts(reader, table, "depends_on");
    let depends_on: Vec<_> =
        depends_on.into_iter().map(|name| name.with(name.value.to_owned())).collect();
    let probes = table.get("probe").map(|node| probe::all(reader, &node, cx));
    let mut service = stack_service::read(reader, name.value, table, probes);
    service.depends_on = depends_on.iter().map(|name| Clean::new(&name.value)).collect();
    let health_check =
        if has_command { health_check::taken_from(&mut service.probes) } else { None };
    let spec = process(reader, name.value, table, cx.folder).map(|spec| ServiceSpec {
        depends_on: depends_on.iter().map(|name| name.value.clone()).collect(),
        health_check,
        ..spec
    });
    Read { name: name.value.into(), has_command, depends_on, service, spec }
}

/// How the processes of a service are run, when there is a command that can be.
fn process(
    reader: &mut Reader<'_>,
    name: &str,
    table: &Table<'_>,
    folder: &Path,
) -> Option<ServiceSpec> {
    let command = table.get("command").and_then(|node| argv(reader, &node));
    let replicas = table
        .get("replicas")
        .and_then(|node| reader.integer(&node, 0..u64::from(MAX_REPLICAS) + 1));
    let replicas = replicas.map_or(1, |replicas| replicas.value as u32);
    let spec = ServiceSpec {
        name: name.into(),
        command: Vec::new(),
        cwd: Some(cwd(reader, table, folder)),
        env: env(reader, table),
        replicas,
        depends_on: Vec::new(),
        restart: field::choice(reader, table, "restart", &POLICIES).unwrap_or_default(),
        stop_signal: stop_signal(reader, table),
        stop_timeout: stop_timeout(reader, table),
        health_check: None,
        port: port(reader, table, replicas),
        kept_bytes: KEPT_BYTES,
    };
    Some(ServiceSpec { command: command?, ..spec })
}

fn needs_command(reader: &mut Reader<'_>, table: &Table<'_>) {
    for (key, _) in table.entries().filter(|(key, _)| OF_COMMAND.contains(&key.value)) {
        let message = format!("`{}` is only for a service that has a `command`", key.path);
        reader.fail(&key, message, "add command = [\"program\", \"argument\"], or take it out");
    }
}

fn argv(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Vec<String>> {
    let hint = match node.value.as_str() {
        // No shell reads it, so that nothing in it can be more than an argument (threat T2).
        Some(line) => {
            let words: Vec<_> = line.split_whitespace().map(|word| format!("{word:?}")).collect();
            format!("write [{}]: program and arguments, without a shell", words.join(", "))
        }
        None => "write [\"program\", \"argument\"]".into(),
    };
    let words = reader.strings(node, &hint)?;
    if words.first().is_none_or(|program| program.value.trim().is_empty()) {
        reader.fail(node, format!("`{}` names no program", node.path), hint);
        return None;
    }
    Some(words.into_iter().map(|word| word.value.to_owned()).collect())
}

/// A service runs in its stack file's folder, wherever midwatch was started.
fn cwd(reader: &mut Reader<'_>, table: &Table<'_>, folder: &Path) -> PathBuf {
    let cwd = table.get("cwd").and_then(|node| reader.string(&node));
    cwd.map_or_else(|| folder.into(), |cwd| folder.join(cwd.value))
}

fn env(reader: &mut Reader<'_>, table: &Table<'_>) -> BTreeMap<String, String> {
    let mut env = BTreeMap::new();
    let Some(table) = table.get("env").and_then(|node| reader.table(&node)) else { return env };
    for (key, node) in table.entries() {
        if key.value.is_empty() || key.value.contains(['=', '\0']) {
            reader.fail(&key, "this cannot be the name of a variable", "");
        } else if let Some(value) = reader.string(&node) {
            env.insert(key.value.to_owned(), value.value.to_owned());
        }
    }
    env
}

/// `SIGINT` and `INT` are the same.
fn stop_signal(reader: &mut Reader<'_>, table: &Table<'_>) -> StopSignal {
    let Some(node) = table.get("stop_signal") else { return StopSignal::default() };
    let short = node
        .value
        .as_str()
        .and_then(|text| SIGNALS.iter().find(|(name, _)| name.strip_prefix("SIG") == Some(text)));
    match short {
        Some((_, signal)) => *signal,
        None => reader.choice(&node, &SIGNALS).unwrap_or_default(),
    }
}

fn stop_timeout(reader: &mut Reader<'_>, table: &Table<'_>) -> Duration {
    table
        .get("stop_timeout")
        .and_then(|node| reader.duration(&node, Duration::ZERO, MAX_STOP_TIMEOUT))
        .unwrap_or(STOP_TIMEOUT)
}

fn port(reader: &mut Reader<'_>, table: &Table<'_>, replicas: u32) -> Option<u16> {
    let port = reader.integer(&table.get("port")?, 1..65_536)?;
    let last = port.value + u64::from(replicas.max(1)) - 1;
    if last > 65_535 {
        let message = format!("{replicas} copies from port {} on end at port {last}", port.value);
        reader.fail(&port, message, "the last port is 65535");
        return None;
    }
    u16::try_from(port.value).ok()
}
