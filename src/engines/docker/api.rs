//! What the API answers, as far as midwatch reads it.
//!
//! Lenient where engines differ: a missing or null field is empty, an unknown word is
//! kept as a word, a number that cannot be one is unknown (threat T16).

use std::collections::HashMap;

use serde::Deserialize;

use crate::engines::docker::lenient::{Count, nullable};

/// One container of a listing.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Listed {
    pub(super) id: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) names: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    pub(super) image: String,
    #[serde(rename = "ImageID", deserialize_with = "nullable")]
    pub(super) image_id: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) command: String,
    pub(super) created: Count,
    #[serde(deserialize_with = "nullable")]
    pub(super) ports: Vec<ListedPort>,
    #[serde(deserialize_with = "nullable")]
    pub(super) labels: HashMap<String, String>,
    #[serde(deserialize_with = "nullable")]
    pub(super) state: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) status: String,
}

/// A port of a listing.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct ListedPort {
    #[serde(rename = "IP", deserialize_with = "nullable")]
    pub(super) ip: String,
    pub(super) private_port: Count,
    pub(super) public_port: Count,
    #[serde(rename = "Type", deserialize_with = "nullable")]
    pub(super) protocol: String,
}

/// One container, inspected.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Described {
    pub(super) id: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) name: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) created: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) path: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) args: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    pub(super) image: String,
    pub(super) restart_count: Count,
    #[serde(deserialize_with = "nullable")]
    pub(super) state: DescribedState,
    #[serde(deserialize_with = "nullable")]
    pub(super) config: Config,
    #[serde(deserialize_with = "nullable")]
    pub(super) host_config: HostConfig,
    #[serde(deserialize_with = "nullable")]
    pub(super) mounts: Vec<Mount>,
    #[serde(deserialize_with = "nullable")]
    pub(super) network_settings: NetworkSettings,
}

/// What an inspected container is doing.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct DescribedState {
    #[serde(deserialize_with = "nullable")]
    pub(super) status: String,
    pub(super) pid: Count,
    #[serde(deserialize_with = "nullable")]
    pub(super) exit_code: i64,
    #[serde(rename = "OOMKilled", deserialize_with = "nullable")]
    pub(super) oom_killed: bool,
    #[serde(deserialize_with = "nullable")]
    pub(super) error: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) started_at: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) finished_at: String,
    pub(super) health: Option<DescribedHealth>,
}

/// What its health check says.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct DescribedHealth {
    #[serde(deserialize_with = "nullable")]
    pub(super) status: String,
    pub(super) failing_streak: Count,
    #[serde(deserialize_with = "nullable")]
    pub(super) log: Vec<CheckResult>,
}

/// One run of a health check.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct CheckResult {
    #[serde(deserialize_with = "nullable")]
    pub(super) start: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) exit_code: i64,
    #[serde(deserialize_with = "nullable")]
    pub(super) output: String,
}

/// What a container was made with.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Config {
    #[serde(deserialize_with = "nullable")]
    pub(super) hostname: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) user: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) tty: bool,
    #[serde(deserialize_with = "nullable")]
    pub(super) env: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    pub(super) image: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) working_dir: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) labels: HashMap<String, String>,
    #[serde(deserialize_with = "nullable")]
    pub(super) healthcheck: Healthcheck,
}

/// How health is checked.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Healthcheck {
    #[serde(deserialize_with = "nullable")]
    pub(super) test: Vec<String>,
}

/// What the host gives a container.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct HostConfig {
    #[serde(deserialize_with = "nullable")]
    pub(super) restart_policy: RestartPolicy,
    #[serde(deserialize_with = "nullable")]
    pub(super) network_mode: String,
    pub(super) memory: Count,
    pub(super) nano_cpus: Count,
    #[serde(deserialize_with = "nullable")]
    pub(super) privileged: bool,
}

/// What happens when it ends.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct RestartPolicy {
    #[serde(deserialize_with = "nullable")]
    pub(super) name: String,
    pub(super) maximum_retry_count: Count,
}

/// A folder or volume that is mounted.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Mount {
    #[serde(rename = "Type", deserialize_with = "nullable")]
    pub(super) kind: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) name: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) source: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) destination: String,
    #[serde(rename = "RW", deserialize_with = "nullable")]
    pub(super) writable: bool,
}

/// Networks and ports.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct NetworkSettings {
    #[serde(deserialize_with = "nullable")]
    pub(super) ports: HashMap<String, Option<Vec<PortBinding>>>,
    #[serde(deserialize_with = "nullable")]
    pub(super) networks: HashMap<String, Option<Network>>,
}

/// Where a port is published.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct PortBinding {
    #[serde(deserialize_with = "nullable")]
    pub(super) host_ip: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) host_port: String,
}

/// A network that a container is in.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Network {
    #[serde(rename = "IPAddress", deserialize_with = "nullable")]
    pub(super) address: String,
}

/// The engine's host.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct HostInfo {
    #[serde(deserialize_with = "nullable")]
    pub(super) name: String,
    pub(super) mem_total: Count,
}

/// Something that happened to a container.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Happening {
    #[serde(deserialize_with = "nullable")]
    pub(super) action: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) actor: Actor,
}

/// What it happened to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Actor {
    #[serde(rename = "ID", deserialize_with = "nullable")]
    pub(super) id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_and_missing_are_empty() {
        let listed: Listed =
            serde_json::from_str(r#"{"Id":"a","Names":null,"Ports":null,"Labels":null}"#).unwrap();
        assert_eq!((listed.id.as_str(), listed.names.len(), listed.labels.len()), ("a", 0, 0));
        let described: Described = serde_json::from_str(
            r#"{"State":null,"Config":null,"NetworkSettings":{"Ports":null}}"#,
        )
        .unwrap();
        assert!(described.state.health.is_none());
    }
}
