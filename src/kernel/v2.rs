//! Control groups version 2: one hierarchy, in which groups below are always counted too.

use std::path::Path;

use crate::kernel::{
    files::Files,
    numbers::{alone, of_key},
    pressure,
    reading::{Limits, Reading, Throttling},
};

/// CPU time, which every group has, and how the limit on CPU held the group up.
pub(super) fn read_cpu(files: &mut Files, folder: &Path, reading: &mut Reading) {
    if let Some(stat) = files.read_often(folder, "cpu.stat") {
        reading.cpu_nanos = of_key(stat, "usage_usec").and_then(nanos);
        reading.throttling = throttling(stat);
    }
}

/// Pressure, which every group has, whichever controllers are turned on.
pub(super) fn read_pressure(files: &mut Files, folder: &Path, reading: &mut Reading) {
    reading.cpu_pressure = pressure::read(files, folder, "cpu.pressure");
    reading.memory_pressure = pressure::read(files, folder, "memory.pressure");
    reading.io_pressure = pressure::read(files, folder, "io.pressure");
}

/// Memory, swap and OOM kills.
pub(super) fn read_memory(files: &mut Files, folder: &Path, reading: &mut Reading) {
    reading.memory_usage_bytes = files.read_often(folder, "memory.current").and_then(alone);
    let stat = files.read_often(folder, "memory.stat");
    reading.inactive_file_bytes = stat.and_then(|stat| of_key(stat, "inactive_file"));
    reading.swap_bytes = files.read_often(folder, "memory.swap.current").and_then(alone);
    let events = files.read_often(folder, "memory.events");
    reading.oom_kills = events.and_then(|events| of_key(events, "oom_kill"));
}

/// What went to and came from disks.
pub(super) fn read_disk(files: &mut Files, folder: &Path, reading: &mut Reading) {
    let sums = files.read_often(folder, "io.stat").and_then(disk_bytes);
    (reading.disk_read_bytes, reading.disk_written_bytes) = sums.unzip();
}

/// Processes and threads. Without the controller that counts them, their list is counted;
/// an empty one tells nothing, for they can be in groups below.
pub(super) fn processes(files: &mut Files, folder: &Path) -> Option<u64> {
    if let Some(current) = files.read_often(folder, "pids.current") {
        return alone(current);
    }
    let threads = files.read(folder, "cgroup.threads")?.lines().count() as u64;
    (threads > 0).then_some(threads)
}

/// What the group may use.
pub(super) fn limits(files: &mut Files, folder: &Path) -> Limits {
    Limits {
        cpu_cores: files.read(folder, "cpu.max").and_then(cores),
        // `max` is no number.
        memory_bytes: files.read(folder, "memory.max").and_then(alone),
    }
}

/// Known only where the CPU controller is turned on.
fn throttling(stat: &str) -> Option<Throttling> {
    Some(Throttling {
        periods: of_key(stat, "nr_periods")?,
        throttled_periods: of_key(stat, "nr_throttled")?,
        throttled_nanos: of_key(stat, "throttled_usec").and_then(nanos)?,
    })
}

fn nanos(micros: u64) -> Option<u64> {
    micros.checked_mul(1000)
}

/// A quota, or `max`, and the period that it is for.
fn cores(text: &str) -> Option<f64> {
    let (quota, period) = text.split_once(' ')?;
    let (quota, period) = (alone(quota)?, alone(period)?);
    (quota > 0 && period > 0).then(|| quota as f64 / period as f64)
}

/// A line a device, with `key=value` pairs. Some kernels put several devices into a line,
/// or tell no more of one than its number.
fn disk_bytes(text: &str) -> Option<(u64, u64)> {
    let (mut read, mut written) = (0_u64, 0_u64);
    for field in text.split_ascii_whitespace() {
        if let Some(bytes) = field.strip_prefix("rbytes=") {
            read = read.saturating_add(alone(bytes)?);
        } else if let Some(bytes) = field.strip_prefix("wbytes=") {
            written = written.saturating_add(alone(bytes)?);
        }
    }
    Some((read, written))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_devices_are_added_up() {
        let text = "8:16 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=9 dios=1\n\
                    7:0 7:1 8:0 rbytes=90430464 wbytes=299008000 rios=8950 wios=1252\n";
        assert_eq!(disk_bytes(text), Some((91_889_664, 613_781_504)));
    }

    #[test]
    fn a_group_that_has_used_no_disk_has_used_none() {
        assert_eq!(disk_bytes(""), Some((0, 0)));
    }

    #[test]
    fn a_number_that_is_none_makes_all_unknown() {
        assert_eq!(disk_bytes("8:0 rbytes=1 wbytes=x\n"), None);
        assert_eq!(disk_bytes("8:0 rbytes= wbytes=1\n"), None);
    }

    #[test]
    fn a_limit_on_cpu_is_a_quota_of_a_period() {
        assert_eq!(cores("150000 100000\n"), Some(1.5));
        for text in ["max 100000\n", "0 100000\n", "1 0\n", "150000\n", "", "x y\n"] {
            assert_eq!(cores(text), None, "{text:?}");
        }
    }
}
