//! `[services.<id>]`: a service made of local processes.

use std::{collections::BTreeMap, path::Path, time::Duration};

use super::{probe, read::check_name};
use crate::{
    config::reader::{At, Node, Reader, Table},
    model::{
        RestartPolicy,
        spec::{KEPT_BYTES, MAX_REPLICAS, ServiceSpec, StopSignal},
    },
};

const KNOWN: &[&str] = &[
    "command",
    "cwd",
    "env",
    "replicas",
    "depends_on",
    "restart",
    "stop_signal",
    "stop_timeout",
    "port",
    "probe",
];
const LATER: &[&str] = &[
    "critical", "deploy", "expect", "heal", "limits", "match", "protect", "region", "role", "scale",
];

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

/// A service as it was read, with the places that later checks point at.
pub(super) struct Read {
    pub(super) name: String,
    /// Whether it has a command at all, a wrong one included.
    pub(super) has_command: bool,
    pub(super) depends_on: Vec<At<String>>,
    pub(super) spec: Option<ServiceSpec>,
}

pub(super) fn all(reader: &mut Reader<'_>, services: &Table<'_>, folder: &Path) -> Vec<Read> {
    let mut all = Vec::new();
    for (key, node) in services.entries() {
        let named = check_name(reader, &key, key.value);
        let Some(table) = reader.table(&node) else { continue };
        if named {
            all.push(one(reader, &key, &table, folder));
        }
    }
    all
}

fn one(reader: &mut Reader<'_>, name: &At<&str>, table: &Table<'_>, folder: &Path) -> Read {
    reader.only(table, KNOWN, LATER);
    let command = table.get("command");
    let has_command = command.is_some();
    if !has_command {
        needs_command(reader, table);
    }
    let command = command.and_then(|node| argv(reader, &node));
    let depends_on =
        table.get("depends_on").and_then(|node| reader.strings(&node, "")).unwrap_or_default();
    let replicas = table
        .get("replicas")
        .and_then(|node| reader.integer(&node, 0..u64::from(MAX_REPLICAS) + 1));
    let replicas = replicas.map_or(1, |replicas| replicas.value as u32);
    let spec = ServiceSpec {
        name: name.value.into(),
        command: command.clone().unwrap_or_default(),
        cwd: Some(cwd(reader, table, folder)),
        env: env(reader, table),
        replicas,
        depends_on: depends_on.iter().map(|name| name.value.into()).collect(),
        restart: choice(reader, table, "restart", &POLICIES).unwrap_or_default(),
        stop_signal: stop_signal(reader, table),
        stop_timeout: stop_timeout(reader, table),
        health_check: table.get("probe").and_then(|node| probe::read(reader, &node)),
        port: port(reader, table, replicas),
        kept_bytes: KEPT_BYTES,
    };
    let depends_on = depends_on
        .into_iter()
        .map(|name| At { value: name.value.to_owned(), span: name.span, path: name.path })
        .collect();
    Read {
        name: name.value.into(),
        has_command,
        depends_on,
        spec: command.is_some().then_some(spec),
    }
}

/// Everything that this version knows of a service is about a process that it
/// starts, and would be ignored without one.
fn needs_command(reader: &mut Reader<'_>, table: &Table<'_>) {
    for (key, _) in table.entries().filter(|(key, _)| KNOWN.contains(&key.value)) {
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
fn cwd(reader: &mut Reader<'_>, table: &Table<'_>, folder: &Path) -> std::path::PathBuf {
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

fn choice<T: Copy>(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    key: &str,
    words: &[(&str, T)],
) -> Option<T> {
    reader.choice(&table.get(key)?, words)
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
