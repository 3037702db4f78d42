//! [`Reading`]: what the kernel tells of one instance at one moment.

use std::time::Instant;

use jiff::Timestamp;

use crate::{kernel::traffic::Traffic, model::Pressure};

/// The numbers of one instance. What cannot be read is `None`, never 0.
///
/// Counters count from when the group was made; [`Meter`](crate::kernel::Meter) makes
/// rates of two readings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// When it was taken, by the clock that never jumps.
    pub taken: Instant,
    /// When it was taken.
    pub at: Timestamp,
    /// The process by which the instance was found: another one is another run.
    pub pid: u32,
    /// CPU time in nanoseconds.
    pub cpu_nanos: Option<u64>,
    /// How often the limit on CPU was reached.
    pub throttling: Option<Throttling>,
    /// All memory that is counted against the limit, in bytes.
    pub memory_usage_bytes: Option<u64>,
    /// The part of it that is file cache not used lately, in bytes: the kernel drops it
    /// first. Version 1 counts groups below only in `total_inactive_file`, version 2
    /// counts them always, as `inactive_file`.
    pub inactive_file_bytes: Option<u64>,
    /// Bytes in swap.
    pub swap_bytes: Option<u64>,
    /// Bytes read from disks.
    pub disk_read_bytes: Option<u64>,
    /// Bytes written to disks.
    pub disk_written_bytes: Option<u64>,
    /// Bytes received over a network of its own.
    pub received_bytes: Option<u64>,
    /// Bytes sent over a network of its own.
    pub sent_bytes: Option<u64>,
    /// Processes and threads.
    pub processes: Option<u64>,
    /// Processes that were killed for memory.
    pub oom_kills: Option<u64>,
    /// Waiting for a CPU.
    pub cpu_pressure: Option<Pressure>,
    /// Waiting for memory.
    pub memory_pressure: Option<Pressure>,
    /// Waiting for disks.
    pub io_pressure: Option<Pressure>,
    /// What it may use.
    pub limits: Limits,
    /// How many cores its host has online.
    pub host_cores: Option<u32>,
}

/// How the limit on CPU held an instance up. Time is dealt out in periods, mostly of
/// 100 ms, and whoever has used its part of one must wait for the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Throttling {
    /// Periods in which the instance wanted to run.
    pub periods: u64,
    /// Those of them in which it had to wait.
    pub throttled_periods: u64,
    /// How long its CPUs waited, all together, in nanoseconds.
    pub throttled_nanos: u64,
}

/// What an instance may use at most; `None` where nothing below the host's own is set.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// CPU in cores.
    pub cpu_cores: Option<f64>,
    /// Memory in bytes.
    pub memory_bytes: Option<u64>,
}

impl Reading {
    /// A reading that tells nothing, taken now.
    #[must_use]
    pub(super) fn now(pid: u32) -> Self {
        Self::empty(pid, Instant::now(), Timestamp::now())
    }

    /// A reading that tells nothing, taken at a moment.
    #[must_use]
    pub fn empty(pid: u32, taken: Instant, at: Timestamp) -> Self {
        Self {
            taken,
            at,
            pid,
            cpu_nanos: None,
            throttling: None,
            memory_usage_bytes: None,
            inactive_file_bytes: None,
            swap_bytes: None,
            disk_read_bytes: None,
            disk_written_bytes: None,
            received_bytes: None,
            sent_bytes: None,
            processes: None,
            oom_kills: None,
            cpu_pressure: None,
            memory_pressure: None,
            io_pressure: None,
            limits: Limits::default(),
            host_cores: None,
        }
    }

    /// The same with what went over the network.
    pub(super) fn with_traffic(self, traffic: Option<Traffic>) -> Self {
        let received_bytes = traffic.map(|traffic| traffic.received_bytes);
        let sent_bytes = traffic.map(|traffic| traffic.sent_bytes);
        Self { received_bytes, sent_bytes, ..self }
    }

    /// Memory as `docker stats` counts it: without the file cache that is not in use.
    #[must_use]
    pub fn memory_bytes(&self) -> Option<u64> {
        let (usage, cache) = self.memory_usage_bytes.zip(self.inactive_file_bytes)?;
        // Both are read one after the other: the cache can be the larger for a moment.
        Some(if cache < usage { usage - cache } else { usage })
    }

    /// Whether there is neither CPU time nor memory: then the groups are gone.
    pub(super) fn is_of_nothing(&self) -> bool {
        self.cpu_nanos.is_none() && self.memory_usage_bytes.is_none()
    }
}
