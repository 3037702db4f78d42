//! Everything that the API tells of one container, in sections for a person.

use std::collections::{BTreeMap, HashMap};

use crate::{
    engines::docker::{
        api::{Described, Mount},
        convert, words,
    },
    model::{
        Inspection,
        inspect::{Row, Value},
    },
    text::{
        Clean,
        redact::{is_secret_name, mask_urls},
    },
};

/// More rows than this in one section help nobody.
const MAX_ROWS: usize = 512;

/// Arranges what is known of a container. Environment values are secrets, all of them.
pub(super) fn inspection(described: &Described, is_podman: bool) -> Inspection {
    let mut inspection = Inspection::default();
    inspection.push("Container", container(described, is_podman));
    inspection.push("State", state(described));
    inspection.push("Health check", health(described));
    inspection.push("Limits", limits(described));
    inspection.push("Network", network(described, is_podman));
    inspection.push("Mounts", mounts(described));
    inspection.push("Environment", environment(described));
    inspection.push("Labels", labels(&described.config.labels));
    inspection
}

fn container(described: &Described, is_podman: bool) -> Vec<Row> {
    let config = &described.config;
    let instance = convert::described(described, is_podman);
    filled([
        ("name", instance.name.as_str()),
        ("id", &described.id),
        ("image", &config.image),
        ("image digest", &described.image),
        ("command", instance.command.as_str()),
        ("working folder", &config.working_dir),
        ("user", &config.user),
        ("host name", &config.hostname),
        ("terminal", yes(config.tty)),
        ("created", &described.created),
    ])
}

fn state(described: &Described) -> Vec<Row> {
    let state = &described.state;
    let restarts = number(described.restart_count.0.unwrap_or(0));
    let policy = &described.host_config.restart_policy;
    let policy = match policy.maximum_retry_count.0 {
        Some(count @ 1..) => format!("{}, {count} times at most", policy.name),
        _ => policy.name.clone(),
    };
    let exit_code = state.exit_code.to_string();
    let pid = number(state.pid.0.unwrap_or(0));
    let moment = |text| words::moment(text).map(|at| at.to_string()).unwrap_or_default();
    filled([
        ("status", state.status.as_str()),
        ("process", &pid),
        ("started", &moment(&state.started_at)),
        ("finished", &moment(&state.finished_at)),
        ("last exit code", if state.status == "running" { "" } else { &exit_code }),
        ("out of memory", yes(state.oom_killed)),
        ("error", &state.error),
        ("restarts", &restarts),
        ("restart policy", &policy),
    ])
}

fn health(described: &Described) -> Vec<Row> {
    let Some(health) = &described.state.health else { return vec![] };
    let test = words::command(&described.config.healthcheck.test.join(" "));
    let streak = number(health.failing_streak.0.unwrap_or(0));
    filled([
        ("status", health.status.as_str()),
        ("test", test.as_str()),
        ("failed in a row", &streak),
    ])
}

fn limits(described: &Described) -> Vec<Row> {
    let host = &described.host_config;
    let memory = host.memory.0.filter(|bytes| *bytes > 0).map(|bytes| format!("{bytes} bytes"));
    let cpus = host.nano_cpus.0.filter(|nano| *nano > 0).map(|nano| nano as f64 / 1e9);
    filled([
        ("memory", &*memory.unwrap_or_default()),
        ("processors", &*cpus.map(|cpus| cpus.to_string()).unwrap_or_default()),
        ("privileged", if host.privileged { "yes: it can do anything on its host" } else { "" }),
    ])
}

fn network(described: &Described, is_podman: bool) -> Vec<Row> {
    let mut rows = filled([("mode", described.host_config.network_mode.as_str())]);
    let networks: BTreeMap<_, _> = described.network_settings.networks.iter().collect();
    for (name, network) in networks {
        let address = network.as_ref().map_or("", |network| &network.address);
        rows.push(shown(name, if address.is_empty() { "connected" } else { address }));
    }
    for port in convert::described(described, is_podman).ports {
        rows.push(shown("port", &port.to_string()));
    }
    bounded(rows)
}

fn mounts(described: &Described) -> Vec<Row> {
    let row = |mount: &Mount| {
        let source = if mount.kind == "volume" { &mount.name } else { &mount.source };
        let rights = if mount.writable { "" } else { ", read only" };
        shown(&mount.destination, &format!("{} {source}{rights}", mount.kind))
    };
    bounded(described.mounts.iter().map(row).collect())
}

fn environment(described: &Described) -> Vec<Row> {
    let row = |variable: &String| {
        let (name, value) = variable.split_once('=').unwrap_or((variable, ""));
        Row::secret(words::cut(name, 256), value)
    };
    bounded(described.config.env.iter().map(row).collect())
}

fn labels(labels: &HashMap<String, String>) -> Vec<Row> {
    let sorted: BTreeMap<_, _> = labels.iter().collect();
    let row = |(name, value): (&String, &String)| {
        if is_secret_name(name) { Row::secret(name, value) } else { shown(name, value) }
    };
    bounded(sorted.into_iter().map(row).collect())
}

/// Rows for the values that there are.
fn filled<const N: usize>(rows: [(&str, &str); N]) -> Vec<Row> {
    rows.into_iter().filter(|(_, value)| !value.is_empty()).map(|(n, v)| shown(n, v)).collect()
}

/// A row that is shown, without what a URL in it carries of user and password.
fn shown(name: &str, value: &str) -> Row {
    let name = Clean::new(words::cut(name, 256));
    Row { name, value: Value::Text(words::short(&mask_urls(value))) }
}

fn bounded(mut rows: Vec<Row>) -> Vec<Row> {
    rows.truncate(MAX_ROWS);
    rows
}

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "" }
}

fn number(count: u64) -> String {
    if count == 0 { String::new() } else { count.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_text(json: &str) -> String {
        let described: Described = serde_json::from_str(json).unwrap();
        let inspection = inspection(&described, false);
        format!("{inspection:?}\n{}", serde_json::to_string(&inspection).unwrap())
    }

    #[test]
    fn no_planted_secret_is_shown() {
        let text = shown_text(
            r#"{"Path":"serve","Args":["--password=canary1","--db","postgres://u:canary2@db/x"],
                "Config":{"Env":["GREETING=canary3","NOVALUE","EQUALS=a=canary4"],
                  "Labels":{"api.token":"canary5","url":"https://u:canary6@h/"},
                  "Healthcheck":{"Test":["CMD-SHELL","curl -u --password canary7 http://x:canary8@h"]}},
                "State":{"Health":{"Status":"healthy"}}}"#,
        );
        assert!(!text.contains("canary"), "{text}");
        for name in ["GREETING", "NOVALUE", "EQUALS", "api.token"] {
            assert!(text.contains(name), "{name}: {text}");
        }
    }

    #[test]
    fn what_is_not_told_has_no_row() {
        let described = Described { id: "a".into(), ..Described::default() };
        let inspection = inspection(&described, false);
        let titles: Vec<_> = inspection.sections.iter().map(|s| s.title.as_str()).collect();
        assert_eq!(titles, ["Container", "State"]);
    }
}
