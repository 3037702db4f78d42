//! [`EngineClock`]: the time of an engine's readings, on the clock that never jumps.

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// By how much the time between two readings may differ by the two clocks, besides a
/// quarter of it: how late one of them can be.
const LATE: Duration = Duration::from_millis(250);

/// Follows the clock of an engine's host, which tells better than ours how much time is
/// between two readings: they come late, and not equally late.
///
/// Once it and ours differ by more than readings come late, it has jumped, or nothing came
/// through for a while: then nobody knows how much time it was.
#[derive(Debug, Default)]
pub(super) struct EngineClock {
    last: Option<Tick>,
}

#[derive(Clone, Copy, Debug)]
struct Tick {
    /// By the engine's clock.
    at: Timestamp,
    /// When we heard of it.
    heard: Instant,
    /// By the engine's clock, as a moment of ours.
    taken: Instant,
}

impl EngineClock {
    /// The moment of a reading that was taken at `at` by the engine's clock and heard of
    /// at `heard`; `None` where its distance to the one before is not known. Then the time
    /// begins anew with it.
    pub(super) fn tick(&mut self, at: Timestamp, heard: Instant) -> Option<Instant> {
        let since = self.last.and_then(|last| {
            let theirs = Duration::try_from(at.duration_since(last.at)).ok()?;
            let ours = heard.saturating_duration_since(last.heard);
            let agree = theirs.abs_diff(ours) <= LATE + theirs.max(ours) / 4;
            last.taken.checked_add(theirs).filter(|_| agree)
        });
        self.last = Some(Tick { at, heard, taken: since.unwrap_or(heard) });
        since
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    /// What the clock makes of readings, told as milliseconds of their clock and of ours:
    /// the milliseconds from each to the next.
    fn distances(ticks: &[(i64, u64)]) -> Vec<Option<u128>> {
        let (began, start) = (Timestamp::UNIX_EPOCH, Instant::now());
        let mut clock = EngineClock::default();
        let mut before = None;
        let mut distance = |(theirs, ours): &(i64, u64)| {
            let at = began + SignedDuration::from_millis(*theirs);
            let heard = start + Duration::from_millis(*ours);
            let taken = clock.tick(at, heard);
            let last = before.replace(taken.unwrap_or(heard));
            taken.zip(last).map(|(taken, last): (_, Instant)| (taken - last).as_millis())
        };
        ticks.iter().map(&mut distance).collect()
    }

    #[test]
    fn the_engines_clock_counts_however_late_its_readings_come() {
        let ticks = [(0, 0), (1000, 1300), (2010, 2000), (3010, 3400)];
        assert_eq!(distances(&ticks), [None, Some(1000), Some(1010), Some(1000)]);
    }

    #[test]
    fn after_a_jump_the_distance_is_not_known_once() {
        let hour = 3_600_000;
        let ticks = [(0, 0), (hour, 1000), (hour + 1000, 2000), (2000, 3000), (3000, 4000)];
        assert_eq!(distances(&ticks), [None, None, Some(1000), None, Some(1000)]);
    }

    #[test]
    fn a_clock_that_stands_still_tells_no_distance() {
        assert_eq!(distances(&[(0, 0), (0, 1000), (1000, 2000)]), [None, None, Some(1000)]);
    }

    #[test]
    fn readings_that_follow_each_other_closely_are_no_jump() {
        assert_eq!(distances(&[(0, 0), (7, 1), (8, 240)]), [None, Some(7), Some(1)]);
    }

    #[test]
    fn what_was_held_up_on_its_way_tells_no_distance() {
        let ticks = [(0, 0), (1000, 9000), (2000, 9001), (10_000, 17_000)];
        assert_eq!(distances(&ticks), [None, None, None, Some(8000)]);
    }
}
