//! [`Sample`]: what one instance used at one moment.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{
    Pressure,
    threshold::{cpu_share, memory_share},
};

/// One reading of an instance's use of its host. What a source does not tell is `None`,
/// never 0.
///
/// Rates are made by whoever reads, with the clock of the readings: whoever hears of them
/// may have missed some.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// When it was read.
    pub at: Timestamp,
    /// Who told it.
    pub source: SampleSource,
    /// How long before it the reading was taken that its rates are since; `None` when it
    /// has none, as the first of a run.
    pub interval: Option<Duration>,
    /// CPU in cores (1.0 is one core kept busy).
    pub cpu_cores: Option<f64>,
    /// Memory in bytes, without the file cache that the kernel can drop.
    pub memory_bytes: Option<u64>,
    /// The limit on that memory, where one is set below the host's own.
    pub memory_limit_bytes: Option<u64>,
    /// Bytes received since the instance started.
    pub received_bytes: Option<u64>,
    /// Bytes sent since the instance started.
    pub sent_bytes: Option<u64>,
    /// Bytes received a second since the reading before.
    pub received_per_second: Option<f64>,
    /// Bytes sent a second since the reading before.
    pub sent_per_second: Option<f64>,
    /// Processes and threads.
    pub processes: Option<u64>,
    /// The limit on CPU in cores, where one is set (`cpu.max`, `cpu.cfs_quota_us`).
    pub cpu_limit_cores: Option<f64>,
    /// How many cores its host has online.
    pub host_cores: Option<u32>,
    /// The share (0–1) of the limit's periods since the reading before in which the
    /// instance had to stop (`nr_throttled` of `nr_periods` in `cpu.stat`).
    pub throttled_share: Option<f64>,
    /// How long its CPUs had to wait for that since it started, all together, in seconds.
    pub throttled_seconds: Option<f64>,
    /// Bytes in swap (`memory.swap.current`, `total_swap` in `memory.stat`).
    pub swap_bytes: Option<u64>,
    /// Bytes read from disks since the instance started (`io.stat`, `blkio`); what came
    /// out of the file cache is not among them.
    pub disk_read_bytes: Option<u64>,
    /// Bytes written to disks since the instance started. With control groups v1, only
    /// those that it waited for: the kernel writes its cache on nobody's account.
    pub disk_written_bytes: Option<u64>,
    /// Bytes read from disks a second since the reading before.
    pub disk_read_per_second: Option<f64>,
    /// Bytes written to disks a second since the reading before.
    pub disk_written_per_second: Option<f64>,
    /// How many of its processes the kernel has killed for memory (`oom_kill`).
    pub oom_kills: Option<u64>,
    /// Waiting for a CPU (`cpu.pressure`).
    pub cpu_pressure: Option<Pressure>,
    /// Waiting for memory (`memory.pressure`).
    pub memory_pressure: Option<Pressure>,
    /// Waiting for disks (`io.pressure`).
    pub io_pressure: Option<Pressure>,
}

/// Who tells what an instance uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleSource {
    /// The kernel of this host, read directly: nobody else pays for being looked at.
    Kernel,
    /// The engine, which has to look for us (fact E5).
    Engine,
}

impl Sample {
    /// CPU as a share (0–1) of what could be used: of the limit where there is one, else of
    /// the host's cores.
    #[must_use]
    pub fn cpu_share(&self) -> Option<f64> {
        cpu_share(self.cpu_cores?, self.cpu_limit_cores, self.host_cores)
    }

    /// Memory as a share (0–1) of its limit; `None` without one.
    #[must_use]
    pub fn memory_share(&self) -> Option<f64> {
        memory_share(self.memory_bytes?, self.memory_limit_bytes)
    }

    /// A reading by an engine that tells nothing yet.
    #[must_use]
    pub fn empty(at: Timestamp) -> Self {
        Self {
            at,
            source: SampleSource::Engine,
            interval: None,
            cpu_cores: None,
            memory_bytes: None,
            memory_limit_bytes: None,
            received_bytes: None,
            sent_bytes: None,
            received_per_second: None,
            sent_per_second: None,
            processes: None,
            cpu_limit_cores: None,
            host_cores: None,
            throttled_share: None,
            throttled_seconds: None,
            swap_bytes: None,
            disk_read_bytes: None,
            disk_written_bytes: None,
            disk_read_per_second: None,
            disk_written_per_second: None,
            oom_kills: None,
            cpu_pressure: None,
            memory_pressure: None,
            io_pressure: None,
        }
    }
}
