//! [`Rates`]: makes samples of what the API tells, one answer after another.

use std::time::Instant;

use bollard::models::ContainerStatsResponse;
use jiff::Timestamp;

use crate::{
    engines::docker::stats::{
        clock::EngineClock,
        told::{self, About},
    },
    kernel::Meter,
    model::{Sample, SampleSource},
};

/// Makes samples of what the API tells of one instance.
#[derive(Debug, Default)]
pub(super) struct Rates {
    clock: EngineClock,
    meter: Meter,
}

impl Rates {
    /// What an answer tells that was taken at `at` by the engine's clock, and is heard of
    /// now by ours.
    pub(super) fn sample(
        &mut self,
        told: &ContainerStatsResponse,
        about: About,
        at: Timestamp,
        heard: Instant,
    ) -> Sample {
        let taken = self.clock.tick(at, heard);
        if taken.is_none() {
            self.meter = Meter::default();
        }
        let reading = told::reading(told, about, taken.unwrap_or(heard), at);
        Sample { source: SampleSource::Engine, ..self.meter.sample(&reading) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::SignedDuration;

    use super::*;
    use crate::kernel::Limits;

    const ABOUT: About = About {
        host_memory: 1000,
        limits: Limits { cpu_cores: None, memory_bytes: None },
        is_podman: false,
    };

    /// What is told of readings, each with the milliseconds of the engine's clock and of
    /// ours, and what was counted until then.
    fn rates(readings: &[(i64, u64, u64)]) -> Vec<[Option<f64>; 3]> {
        let start = Instant::now();
        let mut made = Rates::default();
        let mut rates = |(theirs, ours, count): &(i64, u64, u64)| {
            let json = format!(
                r#"{{"cpu_stats":{{"cpu_usage":{{"total_usage":{}}}}},
                     "networks":{{"a":{{"rx_bytes":{count},"tx_bytes":{}}}}}}}"#,
                count * 1_000_000,
                count * 2
            );
            let answer = serde_json::from_str(&json).unwrap();
            let at = Timestamp::UNIX_EPOCH + SignedDuration::from_millis(*theirs);
            let heard = start + Duration::from_millis(*ours);
            let sample = made.sample(&answer, ABOUT, at, heard);
            assert_eq!((sample.source, sample.at), (SampleSource::Engine, at));
            [sample.cpu_cores, sample.received_per_second, sample.sent_per_second]
        };
        readings.iter().map(&mut rates).collect()
    }

    const NONE: [Option<f64>; 3] = [None; 3];

    #[test]
    fn rates_are_by_the_clock_of_the_engine() {
        let known = [Some(0.25), Some(250.0), Some(500.0)];
        assert_eq!(rates(&[(0, 0, 0), (2000, 2400, 500)]), [NONE, known]);
    }

    #[test]
    fn a_counter_that_goes_back_is_a_gap() {
        let known = [Some(0.1), Some(100.0), Some(200.0)];
        let readings = [(0, 0, 500), (1000, 1000, 0), (2000, 2000, 100)];
        assert_eq!(rates(&readings), [NONE, NONE, known]);
    }

    #[test]
    fn a_clock_that_jumps_is_a_gap_and_no_rate_is_wrong_after_it() {
        let known = [Some(0.1), Some(100.0), Some(200.0)];
        let readings = [(0, 0, 0), (-7_200_000, 1000, 100), (-7_199_000, 2000, 200)];
        assert_eq!(rates(&readings), [NONE, NONE, known]);
        let readings = [(0, 0, 0), (7_200_000, 1000, 100), (7_201_000, 2000, 200)];
        assert_eq!(rates(&readings), [NONE, NONE, known]);
    }
}
