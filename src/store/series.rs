//! [`Series`]: what an instance used lately, with its gaps.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use crate::model::Sample;

/// How many points are kept: a quarter of an hour at one a second (architecture.md, Bounds).
pub const KEPT: usize = 15 * 60;

/// Points further apart than this are not joined: in between, nobody looked.
const GAP: SignedDuration = SignedDuration::from_secs(5);

/// One reading with rates in place of counters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// When we heard it: the clocks of two hosts need not agree.
    pub at: Timestamp,
    /// CPU in cores.
    pub cpu_cores: Option<f64>,
    /// Memory in bytes.
    pub memory_bytes: Option<u64>,
    /// Its limit in bytes.
    pub memory_limit_bytes: Option<u64>,
    /// Bytes received a second, since the point before.
    pub received_per_second: Option<f64>,
    /// Bytes sent a second, since the point before.
    pub sent_per_second: Option<f64>,
    /// Whether nobody looked between the point before and this one.
    pub after_gap: bool,
}

/// The newest points of one instance, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Series {
    points: VecDeque<Point>,
    last: Option<Sample>,
}

impl Series {
    /// Takes in a reading. One that is not newer than the last is left out: the
    /// clock of its source jumped.
    pub fn push(&mut self, sample: &Sample, heard_at: Timestamp) {
        let before = self.last.replace(*sample);
        let elapsed = before.map(|before| sample.at.duration_since(before.at));
        if elapsed.is_some_and(|elapsed| elapsed <= SignedDuration::ZERO) {
            return;
        }
        let after_gap = elapsed.is_none_or(|elapsed| elapsed > GAP);
        let rate = |counter: fn(&Sample) -> Option<u64>| {
            let (before, elapsed) = (before?, elapsed.filter(|_| !after_gap)?);
            // A counter that went back was reset: its rate is not known this once.
            let moved = counter(sample)?.checked_sub(counter(&before)?)?;
            Some(moved as f64 / elapsed.as_secs_f64())
        };
        let point = Point {
            at: heard_at,
            cpu_cores: sample.cpu_cores.filter(|cores| cores.is_finite() && *cores >= 0.0),
            memory_bytes: sample.memory_bytes,
            memory_limit_bytes: sample.memory_limit_bytes,
            received_per_second: rate(|sample| sample.received_bytes),
            sent_per_second: rate(|sample| sample.sent_bytes),
            after_gap,
        };
        if self.points.len() == KEPT {
            self.points.pop_front();
        }
        self.points.push_back(point);
    }

    /// The newest reading as it came, counters and all.
    #[must_use]
    pub fn latest(&self) -> Option<&Sample> {
        self.last.as_ref()
    }

    /// The newest point.
    #[must_use]
    pub fn last(&self) -> Option<&Point> {
        self.points.back()
    }

    /// The points at or after `from`, oldest first.
    pub fn since(&self, from: Timestamp) -> impl Iterator<Item = &Point> {
        let start = self.points.partition_point(|point| point.at < from);
        self.points.range(start..)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(second: i64, received: u64) -> Sample {
        Sample {
            received_bytes: Some(received),
            ..Sample::empty(Timestamp::from_second(second).unwrap())
        }
    }

    fn push(series: &mut Series, sample: &Sample) {
        series.push(sample, sample.at);
    }

    fn rates(samples: &[(i64, u64)]) -> Vec<Option<f64>> {
        let mut series = Series::default();
        for (second, received) in samples {
            push(&mut series, &sample(*second, *received));
        }
        series.points.iter().map(|point| point.received_per_second).collect()
    }

    #[test]
    fn a_rate_needs_two_counters_and_no_reset() {
        assert_eq!(
            rates(&[(1, 100), (2, 300), (3, 50), (4, 60)]),
            [None, Some(200.0), None, Some(10.0)]
        );
    }

    #[test]
    fn a_gap_is_marked_and_has_no_rate() {
        let mut series = Series::default();
        push(&mut series, &sample(1, 0));
        push(&mut series, &sample(60, 1_000_000));
        assert!(series.last().unwrap().after_gap);
        assert_eq!(series.last().unwrap().received_per_second, None);
    }

    #[test]
    fn a_clock_that_jumps_back_adds_no_point() {
        assert_eq!(rates(&[(10, 1), (5, 2)]).len(), 1);
    }

    #[test]
    fn only_the_newest_points_are_kept() {
        let mut series = Series::default();
        for second in (0..).take(KEPT + 1) {
            push(&mut series, &sample(second, 0));
        }
        assert_eq!(series.points.len(), KEPT);
        assert_eq!(series.points.front().unwrap().at, Timestamp::from_second(1).unwrap());
    }
}
