//! [`Meter`]: makes samples of the readings of one instance.

use std::time::{Duration, Instant};

use crate::{
    kernel::reading::{Reading, Throttling},
    model::{Sample, SampleSource},
};

/// Readings closer to each other than this make no rate: the kernel adds up the time of
/// a task that runs at its ticks, up to 10 ms apart.
const MIN_INTERVAL: Duration = Duration::from_millis(100);

const NANOS_PER_SECOND: f64 = 1e9;

/// Remembers what is needed of the reading before.
///
/// Rates use the clock that never jumps. What counted backwards was reset, and another
/// process is another run: then there is no rate this once, rather than a wrong one.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    before: Option<Counters>,
}

#[derive(Clone, Copy, Debug)]
struct Counters {
    taken: Instant,
    pid: u32,
    cpu_nanos: Option<u64>,
    throttling: Option<Throttling>,
    received_bytes: Option<u64>,
    sent_bytes: Option<u64>,
    disk_read_bytes: Option<u64>,
    disk_written_bytes: Option<u64>,
}

impl Meter {
    /// What a reading tells, with the rates since the one before; the first has none.
    pub fn sample(&mut self, now: &Reading) -> Sample {
        let before = self.before.filter(|before| before.pid == now.pid);
        let interval = before.and_then(|before| now.taken.checked_duration_since(before.taken));
        // Then the one before stays: the next reading is far enough from it.
        let too_close = interval.is_some_and(|interval| interval < MIN_INTERVAL);
        let interval = interval.filter(|_| !too_close);
        let counters = Counters::of(now);
        if !too_close {
            self.before = Some(counters);
        }
        let since = before.zip(interval);
        let rate = |counter: fn(&Counters) -> Option<u64>| {
            let (before, interval) = since?;
            per_second(counter(&before)?, counter(&counters)?, interval)
        };
        Sample {
            source: SampleSource::Kernel,
            interval,
            cpu_cores: rate(|it| it.cpu_nanos).map(|nanos| nanos / NANOS_PER_SECOND),
            received_per_second: rate(|it| it.received_bytes),
            sent_per_second: rate(|it| it.sent_bytes),
            disk_read_per_second: rate(|it| it.disk_read_bytes),
            disk_written_per_second: rate(|it| it.disk_written_bytes),
            throttled_share: since.and_then(|(before, _)| throttled_share(before, now)),
            throttled_seconds: now
                .throttling
                .map(|it| it.throttled_nanos as f64 / NANOS_PER_SECOND),
            memory_bytes: now.memory_bytes(),
            memory_limit_bytes: now.limits.memory_bytes,
            received_bytes: now.received_bytes,
            sent_bytes: now.sent_bytes,
            processes: now.processes,
            cpu_limit_cores: now.limits.cpu_cores,
            host_cores: now.host_cores,
            swap_bytes: now.swap_bytes,
            disk_read_bytes: now.disk_read_bytes,
            disk_written_bytes: now.disk_written_bytes,
            oom_kills: now.oom_kills,
            cpu_pressure: now.cpu_pressure,
            memory_pressure: now.memory_pressure,
            io_pressure: now.io_pressure,
            ..Sample::empty(now.at)
        }
    }
}

impl Counters {
    fn of(reading: &Reading) -> Self {
        Self {
            taken: reading.taken,
            pid: reading.pid,
            cpu_nanos: reading.cpu_nanos,
            throttling: reading.throttling,
            received_bytes: reading.received_bytes,
            sent_bytes: reading.sent_bytes,
            disk_read_bytes: reading.disk_read_bytes,
            disk_written_bytes: reading.disk_written_bytes,
        }
    }
}

/// What was counted in a second, on average; nothing when the counter was reset.
fn per_second(before: u64, now: u64, interval: Duration) -> Option<f64> {
    Some(now.checked_sub(before)? as f64 / interval.as_secs_f64())
}

/// The share of periods in which the instance had to wait; none when it did not run.
fn throttled_share(before: Counters, now: &Reading) -> Option<f64> {
    let (before, now) = (before.throttling?, now.throttling?);
    let periods = now.periods.checked_sub(before.periods)?;
    let throttled = now.throttled_periods.checked_sub(before.throttled_periods)?;
    // Both are written one after the other: one more can be throttled than there were.
    Some((throttled as f64 / periods.max(1) as f64).min(1.0))
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::kernel::reading::Limits;

    const SECOND: u64 = 1_000_000_000;

    fn reading(first: &Reading, seconds: f64, cpu_nanos: u64) -> Reading {
        let passed = Duration::from_secs_f64(seconds);
        Reading {
            taken: first.taken + passed,
            at: first.at + SignedDuration::try_from(passed).unwrap(),
            cpu_nanos: Some(cpu_nanos),
            ..*first
        }
    }

    /// The CPU of each reading; the first begins the clock.
    fn cpu(readings: &[(f64, u64)]) -> Vec<Option<f64>> {
        let first = Reading::now(1);
        let mut meter = Meter::default();
        let all = readings.iter().map(|(at, nanos)| reading(&first, *at, *nanos));
        all.map(|reading| meter.sample(&reading).cpu_cores).collect()
    }

    #[test]
    fn cpu_is_time_used_over_time_passed() {
        let readings = [(0.0, 0), (2.0, 3 * SECOND), (3.0, 3 * SECOND)];
        assert_eq!(cpu(&readings), [None, Some(1.5), Some(0.0)]);
    }

    #[test]
    fn a_counter_that_was_reset_makes_a_gap_and_no_spike() {
        let readings = [(0.0, 9 * SECOND), (1.0, SECOND), (2.0, 2 * SECOND)];
        assert_eq!(cpu(&readings), [None, None, Some(1.0)]);
    }

    #[test]
    fn readings_of_one_instant_make_no_rate_and_spoil_none() {
        let readings = [(0.0, 0), (0.0, 5), (0.01, SECOND), (1.0, SECOND)];
        assert_eq!(cpu(&readings), [None, None, None, Some(1.0)]);
    }

    #[test]
    fn readings_in_the_wrong_order_make_no_rate() {
        let readings = [(5.0, 0), (1.0, SECOND), (2.0, 2 * SECOND)];
        assert_eq!(cpu(&readings), [None, None, Some(1.0)]);
    }

    #[test]
    fn a_wall_clock_that_jumps_changes_no_rate() {
        let first = Reading::now(1);
        for jump in [SignedDuration::from_hours(1), SignedDuration::from_hours(-1)] {
            let mut meter = Meter::default();
            meter.sample(&reading(&first, 0.0, 0));
            let mut second = reading(&first, 1.0, SECOND / 2);
            second.at += jump;
            let sample = meter.sample(&second);
            assert_eq!((sample.at, sample.cpu_cores), (second.at, Some(0.5)));
        }
    }

    #[test]
    fn another_process_is_another_run() {
        let first = Reading::now(1);
        let mut meter = Meter::default();
        meter.sample(&reading(&first, 0.0, SECOND));
        let restarted = Reading { pid: 2, ..reading(&first, 1.0, 2 * SECOND) };
        assert_eq!(meter.sample(&restarted).cpu_cores, None);
        let later = Reading { pid: 2, ..reading(&first, 2.0, 3 * SECOND) };
        assert_eq!(meter.sample(&later).cpu_cores, Some(1.0));
    }

    #[test]
    fn a_number_that_is_missing_once_makes_a_gap() {
        let first = Reading::now(1);
        let mut meter = Meter::default();
        meter.sample(&reading(&first, 0.0, 0));
        let missing = Reading { cpu_nanos: None, ..reading(&first, 1.0, 0) };
        assert_eq!(meter.sample(&missing).cpu_cores, None);
        assert_eq!(meter.sample(&reading(&first, 2.0, SECOND)).cpu_cores, None);
        assert_eq!(meter.sample(&reading(&first, 3.0, 2 * SECOND)).cpu_cores, Some(1.0));
    }

    #[test]
    fn throttling_is_a_share_of_the_periods_in_which_it_ran() {
        let first = Reading::now(1);
        let mut meter = Meter::default();
        let mut share = |seconds, periods, throttled_periods| {
            let throttled_nanos = throttled_periods * SECOND / 20;
            let throttling = Some(Throttling { periods, throttled_periods, throttled_nanos });
            let sample = meter.sample(&Reading { throttling, ..reading(&first, seconds, 0) });
            assert_eq!(sample.throttled_seconds, Some(throttled_periods as f64 / 20.0));
            sample.throttled_share
        };
        assert_eq!(share(0.0, 10, 5), None);
        assert_eq!(share(1.0, 20, 10), Some(0.5));
        assert_eq!(share(2.0, 20, 10), Some(0.0), "it did not run");
        assert_eq!(share(3.0, 21, 12), Some(1.0), "read between two numbers");
        assert_eq!(share(4.0, 5, 1), None, "reset");
    }

    #[test]
    fn bytes_are_told_as_they_were_counted_and_by_the_second() {
        let first = Reading::now(1);
        let mut meter = Meter::default();
        let mut read = |seconds, bytes| {
            let bytes: [Option<u64>; 4] = bytes;
            let [received_bytes, sent_bytes, disk_read_bytes, disk_written_bytes] = bytes;
            let sample = meter.sample(&Reading {
                disk_read_bytes,
                disk_written_bytes,
                received_bytes,
                sent_bytes,
                ..reading(&first, seconds, 0)
            });
            let network = [sample.received_per_second, sample.sent_per_second];
            let disk = [sample.disk_read_per_second, sample.disk_written_per_second];
            [network, disk].concat()
        };
        assert_eq!(read(0.0, [Some(0), Some(0), Some(0), Some(9)]), [None; 4]);
        let told = read(2.0, [Some(10), Some(20), None, Some(5)]);
        assert_eq!(told, [Some(5.0), Some(10.0), None, None], "unknown, and reset");
    }

    #[test]
    fn what_is_no_rate_is_told_as_it_was_read() {
        let reading = Reading {
            memory_usage_bytes: Some(900),
            inactive_file_bytes: Some(400),
            sent_bytes: Some(7),
            oom_kills: Some(2),
            limits: Limits { cpu_cores: Some(0.5), memory_bytes: Some(1000) },
            host_cores: Some(8),
            ..Reading::now(1)
        };
        let sample = Sample {
            source: SampleSource::Kernel,
            interval: None,
            memory_bytes: Some(500),
            memory_limit_bytes: Some(1000),
            sent_bytes: Some(7),
            oom_kills: Some(2),
            cpu_limit_cores: Some(0.5),
            host_cores: Some(8),
            ..Sample::empty(reading.at)
        };
        assert_eq!(Meter::default().sample(&reading), sample);
        let nothing = Reading { at: Timestamp::UNIX_EPOCH, ..Reading::now(1) };
        let empty = Sample::empty(Timestamp::UNIX_EPOCH);
        let expected = Sample { source: SampleSource::Kernel, ..empty };
        assert_eq!(Meter::default().sample(&nothing), expected);
    }

    #[test]
    fn a_cache_that_grew_between_two_reads_is_not_taken_off() {
        let of = |usage, cache| {
            let reading = Reading {
                memory_usage_bytes: usage,
                inactive_file_bytes: cache,
                ..Reading::now(1)
            };
            reading.memory_bytes()
        };
        assert_eq!(of(Some(10), Some(4)), Some(6));
        assert_eq!(of(Some(10), Some(11)), Some(10));
        assert_eq!(of(Some(10), None), None, "it would be too much");
        assert_eq!(of(None, Some(1)), None);
    }
}
