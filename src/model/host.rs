//! [`HostSample`]: what a host had and used at one moment.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{model::Pressure, text::Clean};

/// One reading of a host. What its kernel does not tell is `None`, never 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HostSample {
    /// When it was read.
    pub at: Timestamp,
    /// How many cores are online.
    pub cores: Option<u32>,
    /// The CPU since the reading before.
    pub cpu: Option<CpuShares>,
    /// How many tasks ran or waited to, on average of 1, 5 and 15 minutes. On Linux those
    /// that wait for a disk count too.
    pub load: Option<[f64; 3]>,
    /// Memory in bytes, all that the kernel can use.
    pub memory_total_bytes: Option<u64>,
    /// Memory that can be had without swapping, in bytes.
    pub memory_available_bytes: Option<u64>,
    /// Swap in bytes; 0 where the host has none.
    pub swap_total_bytes: Option<u64>,
    /// Swap in bytes that is free.
    pub swap_free_bytes: Option<u64>,
    /// Local file systems, those mounted first before the others.
    pub disks: Vec<Disk>,
    /// Bytes received by its network cards since it was started.
    pub received_bytes: Option<u64>,
    /// Bytes sent by its network cards since it was started.
    pub sent_bytes: Option<u64>,
    /// Waiting for a CPU.
    pub cpu_pressure: Option<Pressure>,
    /// Waiting for memory.
    pub memory_pressure: Option<Pressure>,
    /// Waiting for disks.
    pub io_pressure: Option<Pressure>,
}

impl HostSample {
    /// A reading that tells nothing yet.
    #[must_use]
    pub fn empty(at: Timestamp) -> Self {
        Self {
            at,
            cores: None,
            cpu: None,
            load: None,
            memory_total_bytes: None,
            memory_available_bytes: None,
            swap_total_bytes: None,
            swap_free_bytes: None,
            disks: Vec::new(),
            received_bytes: None,
            sent_bytes: None,
            cpu_pressure: None,
            memory_pressure: None,
            io_pressure: None,
        }
    }
}

/// What became of the time of all CPUs together, as shares (0–1) of it.
///
/// What is missing from 1 was idle.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CpuShares {
    /// Work was done.
    pub used: f64,
    /// Nothing could be done until a disk had answered.
    pub iowait: f64,
    /// Something could be done, but the hypervisor ran another guest.
    pub steal: f64,
}

/// A file system that is kept on this host, in bytes as `df` counts them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disk {
    /// The folder where it is mounted; of several the one mounted first.
    pub mount_point: Clean,
    /// What is mounted, such as `/dev/vda1`.
    pub device: Clean,
    /// Its kind, such as `ext4`.
    pub file_system: Clean,
    /// Its size in bytes.
    pub total_bytes: u64,
    /// Bytes that hold something.
    pub used_bytes: u64,
    /// Bytes that others than root may still fill: less than what is not used.
    pub available_bytes: u64,
    /// How many files it can hold; `None` where only its size limits that.
    pub inodes_total: Option<u64>,
    /// How many more files it can hold.
    pub inodes_free: Option<u64>,
}
