//! A reading of a container's use of its host, as the API tells it.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};

use crate::engines::docker::lenient::{Count, nullable};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_traffic_of_all_networks_is_summed_and_none_is_unknown() {
        let traffic = |text| serde_json::from_str::<Traffic>(text).unwrap();
        let two = r#"{"a":{"rx_bytes":1,"tx_bytes":2,"x":[]},"b":{"rx_bytes":10,"tx_bytes":-1}}"#;
        assert_eq!(traffic(two), Traffic(Some((11, 2))));
        assert_eq!(traffic("{}"), Traffic(None));
        assert_eq!(traffic("null"), Traffic(None));
    }
}
