//! [`HostSample`]: what a host had and used at one moment.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    model::{Pressure, Sample, SampleSource},
    text::Clean,
};

/// One reading of a host. What its kernel does not tell is `None`, never 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HostSample {
    /// When it was read.
    pub at: Timestamp,
    /// How long before it the reading was taken that its rates are since; `None` for the
    /// first.
    pub interval: Option<Duration>,
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
    /// Bytes received a second since the reading before.
    pub received_per_second: Option<f64>,
    /// Bytes sent a second since the reading before.
    pub sent_per_second: Option<f64>,
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
            interval: None,
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
            received_per_second: None,
            sent_per_second: None,
            cpu_pressure: None,
            memory_pressure: None,
            io_pressure: None,
        }
    }
}

impl HostSample {
    /// The same numbers in the words of an instance: its limits are what the host has.
    #[must_use]
    pub fn as_sample(&self) -> Sample {
        let both = |total: Option<u64>, rest: Option<u64>| Some(total?.saturating_sub(rest?));
        let cores = self.cores.map(f64::from);
        Sample {
            source: SampleSource::Kernel,
            interval: self.interval,
            cpu_cores: self.cpu.zip(cores).map(|(cpu, cores)| cpu.used * cores),
            cpu_limit_cores: cores,
            host_cores: self.cores,
            memory_bytes: both(self.memory_total_bytes, self.memory_available_bytes),
            memory_limit_bytes: self.memory_total_bytes,
            swap_bytes: both(self.swap_total_bytes, self.swap_free_bytes),
            received_bytes: self.received_bytes,
            sent_bytes: self.sent_bytes,
            received_per_second: self.received_per_second,
            sent_per_second: self.sent_per_second,
            cpu_pressure: self.cpu_pressure,
            memory_pressure: self.memory_pressure,
            io_pressure: self.io_pressure,
            ..Sample::empty(self.at)
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

impl Disk {
    /// The share (0–1) that is used of what others than root can use, as `df` tells it.
    #[must_use]
    pub fn used_share(&self) -> Option<f64> {
        let usable = self.used_bytes.saturating_add(self.available_bytes);
        (usable > 0).then(|| self.used_bytes as f64 / usable as f64)
    }

    /// The share (0–1) of its files that is used; `None` where only its size limits them.
    #[must_use]
    pub fn inodes_share(&self) -> Option<f64> {
        let total = self.inodes_total.filter(|total| *total > 0)?;
        Some(total.saturating_sub(self.inodes_free?) as f64 / total as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_in_the_words_of_an_instance_uses_what_is_not_available() {
        let host = HostSample {
            cores: Some(4),
            cpu: Some(CpuShares { used: 0.5, iowait: 0.0, steal: 0.0 }),
            memory_total_bytes: Some(100),
            memory_available_bytes: Some(60),
            swap_total_bytes: Some(10),
            ..HostSample::empty(Timestamp::UNIX_EPOCH)
        };
        let sample = host.as_sample();
        assert_eq!((sample.cpu_cores, sample.cpu_limit_cores), (Some(2.0), Some(4.0)));
        assert_eq!((sample.memory_bytes, sample.memory_limit_bytes), (Some(40), Some(100)));
        assert_eq!(sample.swap_bytes, None, "what is free is not known");
    }

    #[test]
    fn a_disk_is_full_when_others_than_root_can_write_no_more() {
        let disk = Disk {
            mount_point: "/".into(),
            device: "/dev/vda1".into(),
            file_system: "ext4".into(),
            total_bytes: 100,
            used_bytes: 45,
            available_bytes: 45,
            inodes_total: Some(10),
            inodes_free: Some(1),
        };
        assert_eq!((disk.used_share(), disk.inodes_share()), (Some(0.5), Some(0.9)));
        let endless = Disk { inodes_total: None, used_bytes: 0, available_bytes: 0, ..disk };
        assert_eq!((endless.used_share(), endless.inodes_share()), (None, None));
    }
}
