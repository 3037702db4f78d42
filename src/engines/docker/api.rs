//! What the API answers, as far as midwatch reads it.
//!
//! Lenient where engines differ: a missing or null field is empty, an unknown word is
//! kept as a word, a number that cannot be one is unknown (threat T16).

use std::{borrow::Cow, collections::HashMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// A count of something; `None` when what was sent is no such number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count(pub(super) Option<u64>);

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

/// One reading of a container's use of its host. Read every second for every
/// container on the screen, so only what is shown is parsed and nothing is copied.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Reading<'a> {
    #[serde(borrow)]
    pub(super) read: Cow<'a, str>,
    #[serde(deserialize_with = "nullable")]
    pub(super) cpu_stats: CpuStats,
    #[serde(deserialize_with = "nullable")]
    pub(super) memory_stats: MemoryStats,
    #[serde(deserialize_with = "nullable")]
    pub(super) pids_stats: PidsStats,
    pub(super) networks: Traffic,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CpuStats {
    #[serde(deserialize_with = "nullable")]
    pub(super) cpu_usage: CpuUsage,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CpuUsage {
    /// In nanoseconds since the start.
    pub(super) total_usage: Count,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MemoryStats {
    pub(super) usage: Count,
    pub(super) limit: Count,
    #[serde(deserialize_with = "nullable")]
    pub(super) stats: CacheStats,
}

/// The file cache that the kernel can drop, as control groups v1 and v2 name it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CacheStats {
    pub(super) total_inactive_file: Count,
    pub(super) inactive_file: Count,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PidsStats {
    pub(super) current: Count,
}

/// The traffic of all networks together; `None` when there are none.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Traffic(pub(super) Option<(u64, u64)>);

#[derive(Default, Deserialize)]
#[serde(default)]
struct NetworkTraffic {
    rx_bytes: Count,
    tx_bytes: Count,
}

impl<'de> Deserialize<'de> for Traffic {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Sum;
        impl<'de> Visitor<'de> for Sum {
            type Value = Traffic;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("networks by name")
            }

            fn visit_unit<E>(self) -> Result<Traffic, E> {
                Ok(Traffic(None))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut networks: A) -> Result<Traffic, A::Error> {
                let mut sum = None;
                while let Some((_, network)) =
                    networks.next_entry::<IgnoredAny, NetworkTraffic>()?
                {
                    let (received, sent): (u64, u64) = sum.unwrap_or_default();
                    sum = Some((
                        received.saturating_add(network.rx_bytes.0.unwrap_or(0)),
                        sent.saturating_add(network.tx_bytes.0.unwrap_or(0)),
                    ));
                }
                Ok(Traffic(sum))
            }
        }
        deserializer.deserialize_any(Sum)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyNumber;
        impl<'de> Visitor<'de> for AnyNumber {
            type Value = Count;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a count")
            }

            fn visit_u64<E>(self, number: u64) -> Result<Count, E> {
                Ok(Count(Some(number)))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Count, E> {
                Ok(Count(u64::try_from(number).ok()))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Count, E> {
                // The cast saturates; what is below zero or no number is unknown.
                Ok(Count((number >= 0.0).then_some(number as u64)))
            }

            fn visit_unit<E>(self) -> Result<Count, E> {
                Ok(Count(None))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Count, E> {
                Ok(Count(None))
            }

            fn visit_str<E>(self, _: &str) -> Result<Count, E> {
                Ok(Count(None))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Count, A::Error> {
                while items.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Count(None))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Count, A::Error> {
                while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Count(None))
            }
        }
        deserializer.deserialize_any(AnyNumber)
    }
}

/// Reads null as the empty value.
fn nullable<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_a_count_is_unknown() {
        let counts = r#"[1, -1, 1.5, -0.5, 1e300, null, true, "7", [1], {"a": 1}]"#;
        let counts: Vec<Count> = serde_json::from_str(counts).unwrap();
        let counts: Vec<_> = counts.into_iter().map(|count| count.0).collect();
        let unknown = [None; 5];
        assert_eq!(counts[..5], [Some(1), None, Some(1), None, Some(u64::MAX)]);
        assert_eq!(counts[5..], unknown);
    }

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

    #[test]
    fn the_traffic_of_all_networks_is_summed_and_none_is_unknown() {
        let traffic = |text| serde_json::from_str::<Traffic>(text).unwrap();
        let two = r#"{"a":{"rx_bytes":1,"tx_bytes":2,"x":[]},"b":{"rx_bytes":10,"tx_bytes":-1}}"#;
        assert_eq!(traffic(two), Traffic(Some((11, 2))));
        assert_eq!(traffic("{}"), Traffic(None));
        assert_eq!(traffic("null"), Traffic(None));
    }
}
