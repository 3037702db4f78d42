//! [`HostReport`]: what this host has and uses, as it is printed.

use jiff::Timestamp;
use serde::Serialize;

use super::words::{or_unknown, past};
use crate::{
    model::{Disk, HostSample, Level, Pressure, Thresholds},
    text::{Clean, format},
};

/// This host in [`StatsReport`](super::StatsReport). What its kernel does not tell is null.
///
/// Shares of time and rates are since the reading before.
///
/// | field | type | what |
/// |---|---|---|
/// | `sampled_at` | RFC 3339 | when it was read |
/// | `interval_seconds` | number or null | how long after the reading before |
/// | `cores` | number or null | CPUs that are online |
/// | `cpu_used_share`, `cpu_iowait_share`, `cpu_steal_share` | number or null | shares (0–1) of their time: work, waiting for disks, taken by the hypervisor |
/// | `cpu_level` | string or null | how that does |
/// | `load_1m`, `load_5m`, `load_15m` | number or null | tasks that ran or waited to, on average of these minutes |
/// | `memory_total_bytes`, `memory_available_bytes` | number or null | memory, and what can be had of it |
/// | `memory_level` | string or null | how that does |
/// | `swap_total_bytes`, `swap_free_bytes` | number or null | swap |
/// | `received_bytes`, `sent_bytes` | number or null | over its network cards since it was started |
/// | `received_per_second`, `sent_per_second` | number or null | the same, bytes a second |
/// | `cpu_pressure`, `memory_pressure`, `io_pressure` | object or null | as of an instance |
/// | `disks` | array | its file systems, see [`DiskReport`] |
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the table says it once, and the README copies it")]
pub struct HostReport {
    pub sampled_at: Timestamp,
    pub interval_seconds: Option<f64>,
    pub cores: Option<u32>,
    pub cpu_used_share: Option<f64>,
    pub cpu_iowait_share: Option<f64>,
    pub cpu_steal_share: Option<f64>,
    pub cpu_level: Option<Level>,
    pub load_1m: Option<f64>,
    pub load_5m: Option<f64>,
    pub load_15m: Option<f64>,
    pub memory_total_bytes: Option<u64>,
    pub memory_available_bytes: Option<u64>,
    pub memory_level: Option<Level>,
    pub swap_total_bytes: Option<u64>,
    pub swap_free_bytes: Option<u64>,
    pub received_bytes: Option<u64>,
    pub sent_bytes: Option<u64>,
    pub received_per_second: Option<f64>,
    pub sent_per_second: Option<f64>,
    pub cpu_pressure: Option<Pressure>,
    pub memory_pressure: Option<Pressure>,
    pub io_pressure: Option<Pressure>,
    pub disks: Vec<DiskReport>,
}

/// A file system in [`HostReport`].
///
/// | field | type | what |
/// |---|---|---|
/// | `mount_point`, `device`, `file_system` | string | where, what and of which kind |
/// | `total_bytes`, `used_bytes`, `available_bytes` | number | as `df` counts them |
/// | `used_share` | number or null | the share (0–1) that is used of what others than root can use |
/// | `inodes_total`, `inodes_free` | number or null | how many files it can hold, and how many more |
/// | `level` | string or null | how the fuller of both does |
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the table says it once, and the README copies it")]
pub struct DiskReport {
    pub mount_point: Clean,
    pub device: Clean,
    pub file_system: Clean,
    pub total_bytes: u64,
    pub used_bytes: u64,
    pub available_bytes: u64,
    pub used_share: Option<f64>,
    pub inodes_total: Option<u64>,
    pub inodes_free: Option<u64>,
    pub level: Option<Level>,
}

impl HostReport {
    pub(super) fn new(sample: &HostSample, thresholds: &Thresholds) -> Self {
        let load = |number: usize| sample.load.map(|load| load[number]);
        Self {
            sampled_at: sample.at,
            interval_seconds: sample.interval.map(|interval| interval.as_secs_f64()),
            cores: sample.cores,
            cpu_used_share: sample.cpu.map(|cpu| cpu.used),
            cpu_iowait_share: sample.cpu.map(|cpu| cpu.iowait),
            cpu_steal_share: sample.cpu.map(|cpu| cpu.steal),
            cpu_level: sample.cpu.map(|cpu| thresholds.cpu.level(cpu.used)),
            load_1m: load(0),
            load_5m: load(1),
            load_15m: load(2),
            memory_total_bytes: sample.memory_total_bytes,
            memory_available_bytes: sample.memory_available_bytes,
            memory_level: sample
                .as_sample()
                .memory_share()
                .map(|share| thresholds.memory.level(share)),
            swap_total_bytes: sample.swap_total_bytes,
            swap_free_bytes: sample.swap_free_bytes,
            received_bytes: sample.received_bytes,
            sent_bytes: sample.sent_bytes,
            received_per_second: sample.received_per_second,
            sent_per_second: sample.sent_per_second,
            cpu_pressure: sample.cpu_pressure,
            memory_pressure: sample.memory_pressure,
            io_pressure: sample.io_pressure,
            disks: sample.disks.iter().map(|disk| DiskReport::new(disk, thresholds)).collect(),
        }
    }

    /// Whether anything of it is past its critical threshold.
    pub(super) fn is_wrong(&self) -> bool {
        let disks = self.disks.iter().map(|disk| disk.level);
        [self.cpu_level, self.memory_level]
            .into_iter()
            .chain(disks)
            .any(|it| it == Some(Level::Bad))
    }

    /// One line: `host: cpu 23% of 8 cores, load 1.2, mem 5.1G of 16G, / 71%, warning`.
    pub(super) fn line(&self) -> String {
        let cores = or_unknown(self.cores, |cores| format!("{cores} cores"));
        let cpu = or_unknown(self.cpu_used_share, format::percent) + " of " + &cores;
        let load = or_unknown(self.load_1m, |load| format!("{load:.1}"));
        let total = or_unknown(self.memory_total_bytes, format::bytes);
        let used = self.memory_total_bytes.zip(self.memory_available_bytes);
        let used = or_unknown(used, |(total, free)| format::bytes(total.saturating_sub(free)));
        let (cpu_past, memory_past) = (past(self.cpu_level), past(self.memory_level));
        let disks: String = self.disks.iter().filter_map(DiskReport::words).collect();
        format!("host: cpu {cpu}{cpu_past}; load {load}; mem {used} of {total}{memory_past}{disks}")
    }
}

impl DiskReport {
    fn new(disk: &Disk, thresholds: &Thresholds) -> Self {
        let fullest = [disk.used_share(), disk.inodes_share()].into_iter().flatten();
        Self {
            mount_point: disk.mount_point.clone(),
            device: disk.device.clone(),
            file_system: disk.file_system.clone(),
            total_bytes: disk.total_bytes,
            used_bytes: disk.used_bytes,
            available_bytes: disk.available_bytes,
            used_share: disk.used_share(),
            inodes_total: disk.inodes_total,
            inodes_free: disk.inodes_free,
            level: fullest.reduce(f64::max).map(|share| thresholds.disk.level(share)),
        }
    }

    fn words(&self) -> Option<String> {
        let used = format::percent(self.used_share?);
        Some(format!("; {} {used}{}", self.mount_point, past(self.level)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CpuShares;

    fn disk(mount_point: &str, used_bytes: u64, inodes_free: u64) -> Disk {
        Disk {
            mount_point: mount_point.into(),
            device: "/dev/vda1".into(),
            file_system: "ext4".into(),
            total_bytes: 100,
            used_bytes,
            available_bytes: 100 - used_bytes,
            inodes_total: Some(100),
            inodes_free: Some(inodes_free),
        }
    }

    #[test]
    fn a_host_in_one_line_says_what_is_past_its_threshold() {
        let sample = HostSample {
            cores: Some(8),
            cpu: Some(CpuShares { used: 0.95, iowait: 0.0, steal: 0.0 }),
            load: Some([1.25, 1.0, 1.0]),
            memory_total_bytes: Some(16 << 30),
            memory_available_bytes: Some(8 << 30),
            disks: vec![disk("/", 80, 100), disk("/data", 10, 5)],
            ..HostSample::empty(Timestamp::UNIX_EPOCH)
        };
        let report = HostReport::new(&sample, &Thresholds::default());
        assert_eq!(
            report.line(),
            "host: cpu 95% of 8 cores, bad; load 1.2; mem 8.0G of 16G; / 80%, warning; /data 10%, bad"
        );
        assert!(report.is_wrong());
        let unknown = HostSample::empty(Timestamp::UNIX_EPOCH);
        let report = HostReport::new(&unknown, &Thresholds::default());
        assert!(!report.is_wrong());
        assert_eq!(report.line(), "host: cpu - of -; load -; mem - of -");
    }
}
