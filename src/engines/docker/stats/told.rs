//! From the API's numbers to a [`Reading`], as if the kernel had told them.

use std::time::Instant;

use bollard::models::{
    ContainerBlkioStats, ContainerMemoryStats, ContainerStatsResponse, ContainerThrottlingData,
};
use jiff::Timestamp;

use crate::{
    engines::docker::words::text,
    kernel::{Limits, Reading, Throttling},
};

/// What the numbers do not tell of themselves.
#[derive(Clone, Copy, Debug)]
pub(super) struct About {
    /// The memory of the engine's host in bytes; 0 when it is not known.
    pub(super) host_memory: u64,
    /// The limits that its description tells.
    pub(super) limits: Limits,
    /// Whether Podman tells them, which says 0 where it does not know.
    pub(super) is_podman: bool,
}

/// A stream is of one run, and engines tell no process with their numbers.
const NO_PID: u32 = 0;

/// What the API tells, taken at a moment by both clocks.
pub(super) fn reading(
    told: &ContainerStatsResponse,
    about: About,
    taken: Instant,
    at: Timestamp,
) -> Reading {
    let cpu = told.cpu_stats.as_ref();
    let throttling = cpu.and_then(|cpu| cpu.throttling_data.as_ref());
    let memory = told.memory_stats.as_ref();
    let (received_bytes, sent_bytes) = traffic(told).unzip();
    let disks = told.blkio_stats.as_ref().and_then(disks);
    let (disk_read_bytes, disk_written_bytes) = disks.unzip();
    Reading {
        cpu_nanos: cpu.and_then(|cpu| cpu.cpu_usage.as_ref()?.total_usage),
        throttling: throttling.filter(|_| !about.is_podman).and_then(throttled),
        memory_usage_bytes: memory.and_then(|memory| memory.usage.filter(|usage| *usage > 0)),
        inactive_file_bytes: memory.map(cache),
        swap_bytes: memory.and_then(|memory| detail(memory, "total_swap")),
        disk_read_bytes,
        disk_written_bytes,
        received_bytes,
        sent_bytes,
        processes: told.pids_stats.as_ref().and_then(|pids| pids.current),
        limits: Limits {
            cpu_cores: about.limits.cpu_cores,
            memory_bytes: about
                .limits
                .memory_bytes
                .or_else(|| memory.and_then(|memory| limit(memory, about.host_memory))),
        },
        host_cores: cpu.and_then(|cpu| cpu.online_cpus).filter(|cores| *cores > 0),
        ..Reading::empty(NO_PID, taken, at)
    }
}

fn throttled(told: &ContainerThrottlingData) -> Option<Throttling> {
    Some(Throttling {
        periods: told.periods?,
        throttled_periods: told.throttled_periods?,
        throttled_nanos: told.throttled_time?,
    })
}

/// The traffic of all networks together; `None` when there are none.
fn traffic(told: &ContainerStatsResponse) -> Option<(u64, u64)> {
    let networks = told.networks.as_ref()?.values();
    let each = networks.map(|one| (one.rx_bytes.unwrap_or(0), one.tx_bytes.unwrap_or(0)));
    each.reduce(|sum, one| (sum.0.saturating_add(one.0), sum.1.saturating_add(one.1)))
}

/// What was read from and written to all disks. Where there are none, nothing was used or
/// nothing was counted, and engines do not say which.
fn disks(blkio: &ContainerBlkioStats) -> Option<(u64, u64)> {
    let entries = blkio.io_service_bytes_recursive.as_ref().filter(|all| !all.is_empty())?;
    let sum = |operation: &str| {
        // Control groups v1 and v2 differ in how they write it.
        let of = entries.iter().filter(|entry| text(&entry.op).eq_ignore_ascii_case(operation));
        of.filter_map(|entry| entry.value).fold(0, u64::saturating_add)
    };
    Some((sum("read"), sum("write")))
}

/// The file cache that the kernel can drop at any time, as control groups v1 and v2 name
/// it. Where it is not told, memory is the most that it can be.
fn cache(memory: &ContainerMemoryStats) -> u64 {
    let told = detail(memory, "total_inactive_file").or_else(|| detail(memory, "inactive_file"));
    told.unwrap_or(0)
}

fn detail(memory: &ContainerMemoryStats, name: &str) -> Option<u64> {
    memory.stats.as_ref()?.get(name).copied()
}

/// The limit, where it is one: without one, engines tell the host's memory, or nothing,
/// or the largest number there is.
fn limit(memory: &ContainerMemoryStats, host_memory: u64) -> Option<u64> {
    memory.limit.filter(|limit| *limit > 0 && *limit < host_memory)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABOUT: About = About {
        host_memory: 1000,
        limits: Limits { cpu_cores: Some(0.5), memory_bytes: None },
        is_podman: false,
    };

    fn read(json: &str, about: About) -> Reading {
        let told: ContainerStatsResponse = serde_json::from_str(json).unwrap();
        reading(&told, about, Instant::now(), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn an_answer_is_a_reading_of_what_it_tells() {
        let read = read(
            r#"{"cpu_stats":{"cpu_usage":{"total_usage":3500},"online_cpus":8,
                "throttling_data":{"periods":10,"throttled_periods":4,"throttled_time":9}},
                "memory_stats":{"usage":900,"limit":999,
                "stats":{"total_inactive_file":400,"inactive_file":1,"total_swap":6}},
                "blkio_stats":{"io_service_bytes_recursive":[
                {"major":8,"op":"Read","value":4},{"major":8,"op":"Write","value":5},
                {"major":8,"op":"Sync","value":9},{"major":9,"op":"read","value":1}]},
                "pids_stats":{"current":7},"networks":{"a":{"rx_bytes":1,"tx_bytes":2},"b":{"rx_bytes":10}}}"#,
            ABOUT,
        );
        let throttling = Throttling { periods: 10, throttled_periods: 4, throttled_nanos: 9 };
        let expected = Reading {
            cpu_nanos: Some(3500),
            throttling: Some(throttling),
            memory_usage_bytes: Some(900),
            inactive_file_bytes: Some(400),
            swap_bytes: Some(6),
            disk_read_bytes: Some(5),
            disk_written_bytes: Some(5),
            received_bytes: Some(11),
            sent_bytes: Some(2),
            processes: Some(7),
            limits: Limits { cpu_cores: Some(0.5), memory_bytes: Some(999) },
            host_cores: Some(8),
            ..Reading::empty(NO_PID, read.taken, read.at)
        };
        assert_eq!(read, expected);
        assert_eq!(read.memory_bytes(), Some(500));
    }

    #[test]
    fn what_podman_leaves_out_is_unknown_and_not_nothing() {
        // Captured from Podman 4.3 without the controllers of memory, disks and processes.
        let read = read(
            r#"{"pids_stats":{},"blkio_stats":{"io_service_bytes_recursive":[]},
                "cpu_stats":{"cpu_usage":{"total_usage":85449000},
                "throttling_data":{"periods":0,"throttled_periods":0,"throttled_time":0}},
                "memory_stats":{},"networks":{}}"#,
            About { is_podman: true, limits: Limits::default(), ..ABOUT },
        );
        let expected = Reading {
            cpu_nanos: Some(85_449_000),
            inactive_file_bytes: Some(0),
            ..Reading::empty(NO_PID, read.taken, read.at)
        };
        assert_eq!(read, expected);
        assert_eq!(read.memory_bytes(), None);
    }

    #[test]
    fn a_container_that_was_never_held_up_says_so_and_one_without_disks_does_not() {
        let read = read(
            r#"{"cpu_stats":{"throttling_data":{"periods":0,"throttled_periods":0,"throttled_time":0}},
                "blkio_stats":{"io_service_bytes_recursive":[]}}"#,
            ABOUT,
        );
        assert_eq!((read.disk_read_bytes, read.disk_written_bytes), (None, None));
        assert_eq!(read.throttling, Some(Throttling::default()));
    }

    #[test]
    fn memory_is_as_the_kernel_counts_it_by_either_name_of_the_cache() {
        let memory = |stats| {
            let json = format!(r#"{{"memory_stats":{{"usage":900,"stats":{stats}}}}}"#);
            read(&json, ABOUT).memory_bytes()
        };
        assert_eq!(memory(r#"{"inactive_file":300}"#), Some(600));
        assert_eq!(memory(r#"{"inactive_file":901}"#), Some(900));
        assert_eq!(memory("null"), Some(900));
    }

    #[test]
    fn a_limit_that_is_described_needs_no_other() {
        let limits = Limits { cpu_cores: None, memory_bytes: Some(700) };
        let about = About { host_memory: 0, limits, ..ABOUT };
        let read = read(r#"{"memory_stats":{"limit":700}}"#, about);
        assert_eq!(read.limits.memory_bytes, Some(700));
    }

    #[test]
    fn a_limit_that_does_not_limit_is_none() {
        let limit = |limit: &str| {
            let json = format!(r#"{{"memory_stats":{{"limit":{limit}}}}}"#);
            read(&json, ABOUT).limits.memory_bytes
        };
        assert_eq!(limit("999"), Some(999));
        assert_eq!(limit("1000"), None);
        assert_eq!(limit("18446744073709551615"), None);
        assert_eq!(limit("0"), None);
    }
}
