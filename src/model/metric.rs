//! [`MetricSpec`]: a number over time that somebody said something about.

use std::{ops::RangeInclusive, time::Duration};

use serde::{Deserialize, Serialize};

use super::{Bound, quantity::Dimension};
use crate::text::Clean;

/// A number over time, where it comes from, and from where on it is not as it should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricSpec {
    /// Its name in the stack file.
    pub id: Clean,
    /// Where the numbers come from.
    pub source: MetricSource,
    /// How the source's numbers are to be read.
    pub unit: MetricUnit,
    /// As it should be.
    pub target: Option<Bound>,
    /// Worth a look.
    pub warn: Option<Bound>,
    /// About to break something.
    pub critical: Option<Bound>,
    /// For how long without a break it must be so before anybody is told.
    pub hold: Duration,
    /// For how long it must be over before that is told.
    pub keep: Duration,
    /// From where to where it is usual, in the base unit.
    pub range: Option<RangeInclusive<f64>>,
    /// With fewer events than this its number says nothing.
    pub min_events: Option<u64>,
    /// What having no number means.
    pub nodata: NoData,
    /// What to do about it.
    pub advice: Advice,
    /// The service it is about, where it is about one.
    pub service: Option<Clean>,
}

/// What to do about an alert, as the stack file says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advice {
    /// In words.
    pub hint: Option<Clean>,
    /// The action that helps, such as `svc.scale:api+1`.
    pub action: Option<Clean>,
    /// The runbook, such as `errors.md#5xx`.
    pub runbook: Option<Clean>,
}

impl Advice {
    /// Whether nothing is advised.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Where a metric's numbers come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum MetricSource {
    /// An instant query of the stack's Prometheus server.
    Prometheus {
        /// The query.
        query: String,
    },
    /// An exposition endpoint (Prometheus text or OpenMetrics).
    Exposition {
        /// Where it is; as in probes, the name of a service stands for its instances.
        url: String,
        /// What of it: a selector such as `up{job="api"}`, `rate(name[5m])` or
        /// `quantile(0.99, name[5m])`.
        query: String,
    },
    /// A probe: how long its answers take (95th percentile of the last minutes), or whether
    /// it passes.
    Probe {
        /// `service.probe`, or `service` for its only one.
        probe: Clean,
        /// What of it.
        field: ProbeField,
    },
    /// What a service's instances use.
    Docker {
        /// What of it.
        field: UseField,
    },
    /// What the host uses.
    Host {
        /// What of it.
        field: HostField,
    },
    /// How many lines of a log pattern came in a minute.
    Log {
        /// The pattern's name.
        pattern: Clean,
    },
}

/// What of a probe is the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbeField {
    /// The median of the answers' times, in seconds.
    P50,
    /// Their 95th percentile.
    P95,
    /// Their 99th percentile.
    P99,
    /// The share of failures, 0–1.
    FailureRatio,
    /// For how long the certificate is still valid, in seconds.
    CertificateLeft,
}

/// What of an instance's use is the number; the worst instance of a service counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UseField {
    /// CPU as a share (0–1) of the limit, else of the host's cores.
    CpuPercent,
    /// Memory as a share (0–1) of the limit.
    MemoryPercent,
    /// Memory in bytes.
    MemoryBytes,
    /// How often its engine has started it again in the last hour.
    Restarts,
    /// Processes.
    Pids,
}

/// What of the host is the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostField {
    /// The share (0–1) of the CPU that is used.
    CpuPercent,
    /// The share (0–1) of memory that is used.
    MemoryPercent,
    /// The share (0–1) of the fullest disk that is used.
    DiskPercent,
    /// The load average of the last minute, a core.
    LoadPerCore,
}

/// How a source's numbers are to be read, and how they are shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricUnit {
    /// What they measure.
    pub dimension: Dimension,
    /// How many base units one of the source's is.
    pub factor: f64,
    /// What stands behind a count, such as `per minute`.
    pub suffix: Clean,
}

/// What having no number means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoData {
    /// Somebody is told.
    #[default]
    Alert,
    /// It is as it should be, such as an error rate without any requests.
    Ok,
    /// Whatever was the case before still is.
    Hold,
}
