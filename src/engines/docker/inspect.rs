//! Everything that the API tells of one container, in sections for a person.

use std::collections::BTreeMap;

use bollard::models::{
    ContainerConfig, ContainerInspectResponse, ContainerState, HostConfig, MountPoint,
    NetworkSettings, RestartPolicy,
};

use crate::{
    engines::docker::{
        convert,
        words::{self, text},
    },
    model::{
        Inspection, Instance, Port,
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
pub(super) fn inspection(described: &ContainerInspectResponse, is_podman: bool) -> Inspection {
    let instance = convert::described(described, is_podman);
    let config = described.config.clone().unwrap_or_default();
    let host = described.host_config.clone().unwrap_or_default();
    let told = described.state.clone().unwrap_or_default();
    let networks = described.network_settings.clone().unwrap_or_default();
    let mut inspection = Inspection::default();
    inspection.push("Container", container(described, &config, &instance));
    inspection.push("State", state(described, &told, &host));
    inspection.push("Health check", health(&told, &config));
    inspection.push("Limits", limits(&host));
    inspection.push("Network", network(&host, &networks, &instance.ports));
    inspection.push("Mounts", mounts(described.mounts.as_deref().unwrap_or_default()));
    inspection.push("Environment", environment(config.env.as_deref().unwrap_or_default()));
    inspection.push("Labels", labels(&config));
    inspection
}

fn container(
    described: &ContainerInspectResponse,
    config: &ContainerConfig,
    instance: &Instance,
) -> Vec<Row> {
    filled([
        ("name", instance.name.as_str()),
        ("id", text(&described.id)),
        ("image", text(&config.image)),
        ("image digest", text(&described.image)),
        ("command", instance.command.as_str()),
        ("working folder", text(&config.working_dir)),
        ("user", text(&config.user)),
        ("host name", text(&config.hostname)),
        ("terminal", yes(config.tty)),
        ("created", text(&described.created)),
    ])
}

fn state(
    described: &ContainerInspectResponse,
    told: &ContainerState,
    host: &HostConfig,
) -> Vec<Row> {
    let status = told.status.as_ref().map_or("", AsRef::as_ref);
    let restarts = number(described.restart_count);
    let policy = host.restart_policy.as_ref().map(policy).unwrap_or_default();
    let exit_code = told.exit_code.unwrap_or(0).to_string();
    let pid = number(told.pid);
    let moment = |at| words::moment(text(at)).map(|at| at.to_string()).unwrap_or_default();
    filled([
        ("status", status),
        ("process", &pid),
        ("started", &moment(&told.started_at)),
        ("finished", &moment(&told.finished_at)),
        ("last exit code", if status == "running" { "" } else { &exit_code }),
        ("out of memory", yes(told.oom_killed)),
        ("error", text(&told.error)),
        ("restarts", &restarts),
        ("restart policy", &policy),
    ])
}

fn policy(policy: &RestartPolicy) -> String {
    let name = policy.name.as_ref().map_or("", AsRef::as_ref);
    match policy.maximum_retry_count {
        Some(count @ 1..) => format!("{name}, {count} times at most"),
        _ => name.to_owned(),
    }
}

fn health(told: &ContainerState, config: &ContainerConfig) -> Vec<Row> {
    let Some(health) = &told.health else { return vec![] };
    let test = config.healthcheck.as_ref().and_then(|check| check.test.as_ref());
    let test = words::command(&test.map(|test| test.join(" ")).unwrap_or_default());
    let streak = number(health.failing_streak);
    filled([
        ("status", health.status.as_ref().map_or("", AsRef::as_ref)),
        ("test", test.as_str()),
        ("failed in a row", &streak),
    ])
}

fn limits(host: &HostConfig) -> Vec<Row> {
    let memory = host.memory.filter(|bytes| *bytes > 0).map(|bytes| format!("{bytes} bytes"));
    let cpus = host.nano_cpus.filter(|nano| *nano > 0).map(|nano| nano as f64 / 1e9);
    let privileged = host.privileged == Some(true);
    filled([
        ("memory", &*memory.unwrap_or_default()),
        ("processors", &*cpus.map(|cpus| cpus.to_string()).unwrap_or_default()),
        ("privileged", if privileged { "yes: it can do anything on its host" } else { "" }),
    ])
}

fn network(host: &HostConfig, networks: &NetworkSettings, ports: &[Port]) -> Vec<Row> {
    let mut rows = filled([("mode", text(&host.network_mode))]);
    let networks: BTreeMap<_, _> = networks.networks.iter().flatten().collect();
    for (name, network) in networks {
        let address = text(&network.ip_address);
        rows.push(shown(name, if address.is_empty() { "connected" } else { address }));
    }
    rows.extend(ports.iter().map(|port| shown("port", &port.to_string())));
    bounded(rows)
}

fn mounts(mounts: &[MountPoint]) -> Vec<Row> {
    let row = |mount: &MountPoint| {
        let kind = text(&mount.typ);
        let source = text(if kind == "volume" { &mount.name } else { &mount.source });
        let rights = if mount.rw == Some(false) { ", read only" } else { "" };
        shown(text(&mount.destination), &format!("{kind} {source}{rights}"))
    };
    bounded(mounts.iter().map(row).collect())
}

fn environment(variables: &[String]) -> Vec<Row> {
    let row = |variable: &String| {
        let (name, value) = variable.split_once('=').unwrap_or((variable, ""));
        Row::secret(words::cut(name, 256), value)
    };
    bounded(variables.iter().map(row).collect())
}

fn labels(config: &ContainerConfig) -> Vec<Row> {
    let sorted: BTreeMap<_, _> = config.labels.iter().flatten().collect();
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

fn yes(is: Option<bool>) -> &'static str {
    if is == Some(true) { "yes" } else { "" }
}

fn number(count: Option<i64>) -> String {
    count.filter(|count| *count > 0).map(|count| count.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_text(json: &str) -> String {
        let described: ContainerInspectResponse = serde_json::from_str(json).unwrap();
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
        let described = ContainerInspectResponse { id: Some("a".into()), ..Default::default() };
        let inspection = inspection(&described, false);
        let titles: Vec<_> = inspection.sections.iter().map(|s| s.title.as_str()).collect();
        assert_eq!(titles, ["Container", "State"]);
    }
}
