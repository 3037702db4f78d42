//! Control groups version 1: a hierarchy for each controller.

use std::path::Path;

use crate::kernel::{
    files::Files,
    numbers::{alone, of_key},
    reading::{Reading, Throttling},
};

/// CPU time, from `cpuacct`.
pub(super) fn cpu_nanos(files: &mut Files, cpuacct: &Path) -> Option<u64> {
    alone(files.read_often(cpuacct, "cpuacct.usage")?)
}

/// How the limit on CPU held the group up, from `cpu`.
pub(super) fn throttling(files: &mut Files, cpu: &Path) -> Option<Throttling> {
    let stat = files.read_often(cpu, "cpu.stat")?;
    Some(Throttling {
        periods: of_key(stat, "nr_periods")?,
        throttled_periods: of_key(stat, "nr_throttled")?,
        throttled_nanos: of_key(stat, "throttled_time")?,
    })
}

/// The limit on CPU; the quota is -1 when there is none.
pub(super) fn cpu_limit_cores(files: &mut Files, cpu: &Path) -> Option<f64> {
    let quota = alone(files.read(cpu, "cpu.cfs_quota_us")?)?;
    let period = alone(files.read(cpu, "cpu.cfs_period_us")?)?;
    (quota > 0 && period > 0).then(|| quota as f64 / period as f64)
}

/// The limit on memory; without one it is the largest number of pages that there is.
pub(super) fn memory_limit_bytes(files: &mut Files, memory: &Path) -> Option<u64> {
    /// `LONG_MAX` in whole pages, whatever their size is.
    const NO_LIMIT: u64 = i64::MAX as u64 - (1 << 20);
    alone(files.read(memory, "memory.limit_in_bytes")?).filter(|limit| *limit < NO_LIMIT)
}

/// Memory, swap and OOM kills. The keys that begin with `total_` count groups below too.
pub(super) fn read_memory(files: &mut Files, memory: &Path, reading: &mut Reading) {
    reading.memory_usage_bytes = files.read_often(memory, "memory.usage_in_bytes").and_then(alone);
    if let Some(stat) = files.read_often(memory, "memory.stat") {
        reading.inactive_file_bytes = of_key(stat, "total_inactive_file");
        reading.swap_bytes = of_key(stat, "total_swap");
    }
    // Kernels before 4.13 have no line that counts the kills.
    let oom_control = files.read_often(memory, "memory.oom_control");
    reading.oom_kills = oom_control.and_then(|text| of_key(text, "oom_kill"));
}

/// What went to and came from disks, groups below included where the kernel counts them.
pub(super) fn read_disk(files: &mut Files, blkio: &Path, reading: &mut Reading) {
    const FILE: &str = "blkio.throttle.io_service_bytes";
    const FILE_WITH_BELOW: &str = "blkio.throttle.io_service_bytes_recursive";
    let sums = match files.read_often(blkio, FILE_WITH_BELOW) {
        Some(text) => service_bytes(text),
        None => files.read_often(blkio, FILE).and_then(service_bytes),
    };
    (reading.disk_read_bytes, reading.disk_written_bytes) = sums.unzip();
}

/// Processes and threads, from `pids`.
pub(super) fn processes(files: &mut Files, pids: &Path) -> Option<u64> {
    alone(files.read_often(pids, "pids.current")?)
}

/// Lines of device, operation and bytes, and one with the total at the end. Reads and
/// writes are counted again as `Sync` and `Async`.
///
/// Without a line of a device, nothing was used or nothing was counted: recent kernels
/// count only on disks that are throttled for somebody. Nobody knows which it is.
fn service_bytes(text: &str) -> Option<(u64, u64)> {
    let mut sums = None;
    for line in text.lines() {
        let (what, bytes) = line.rsplit_once(' ')?;
        let bytes = alone(bytes)?;
        let (read, written) = sums.unwrap_or((0_u64, 0_u64));
        match what.rsplit(' ').next() {
            Some("Read") => sums = Some((read.saturating_add(bytes), written)),
            Some("Write") => sums = Some((read, written.saturating_add(bytes))),
            _ => {}
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_of_all_devices_are_added_up() {
        let text = "8:0 Read 4096\n8:0 Write 100\n8:0 Sync 4196\n8:0 Async 0\n8:0 Discard 7\n\
                    8:0 Total 4203\n254:16 Read 1\n254:16 Write 2\n254:16 Total 3\nTotal 4206\n";
        assert_eq!(service_bytes(text), Some((4097, 102)));
    }

    #[test]
    fn of_no_device_it_is_not_known_whether_anything_was_counted() {
        assert_eq!(service_bytes("Total 0\n"), None);
        assert_eq!(service_bytes("8:0 Read 0\n8:0 Write 0\nTotal 0\n"), Some((0, 0)));
    }

    #[test]
    fn a_line_that_makes_no_sense_makes_all_unknown() {
        for text in ["Total\n", "8:0 Read x\nTotal 0\n", "8:0 Read 1\n8:0 Write -1\n"] {
            assert_eq!(service_bytes(text), None, "{text:?}");
        }
    }
}
