//! [`Metric`]: what is kept over time.

use strum::{EnumCount, EnumIter};

use crate::model::Sample;

/// A quantity that is kept over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumCount, EnumIter)]
pub enum Metric {
    /// CPU in cores.
    Cpu,
    /// The limit on it, in cores.
    CpuLimit,
    /// The share (0–1) of the limit's periods in which the instance had to stop.
    Throttled,
    /// Memory in bytes.
    Memory,
    /// The limit on it, in bytes.
    MemoryLimit,
    /// Swap in bytes.
    Swap,
    /// Bytes received a second.
    Received,
    /// Bytes sent a second.
    Sent,
    /// Bytes read from disks a second.
    DiskRead,
    /// Bytes written to disks a second.
    DiskWritten,
    /// Processes and threads.
    Processes,
}

impl Metric {
    /// What a reading tells of it. A number that cannot be one is not told.
    #[must_use]
    pub fn of(self, sample: &Sample) -> Option<f64> {
        let whole = |number: Option<u64>| number.map(|number| number as f64);
        let told = match self {
            Self::Cpu => sample.cpu_cores,
            Self::CpuLimit => sample.cpu_limit_cores,
            Self::Throttled => sample.throttled_share,
            Self::Memory => whole(sample.memory_bytes),
            Self::MemoryLimit => whole(sample.memory_limit_bytes),
            Self::Swap => whole(sample.swap_bytes),
            Self::Received => sample.received_per_second,
            Self::Sent => sample.sent_per_second,
            Self::DiskRead => sample.disk_read_per_second,
            Self::DiskWritten => sample.disk_written_per_second,
            Self::Processes => whole(sample.processes),
        };
        told.filter(|value| value.is_finite() && *value >= 0.0)
    }
}
