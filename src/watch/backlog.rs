//! [`Backlog`]: what was said before a stream was opened, and when all of it has come.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// How many lines of one log may have been said before its stream was opened: as many as
/// are asked for at most, and about as many as a ring holds.
pub(super) const MOST: usize = 100_000;

/// A stream that says nothing for so long after it said something has said what was
/// before.
const QUIET: Duration = Duration::from_millis(250);

/// A stream that says nothing at all for so long has nothing from before.
const SILENCE: Duration = Duration::from_secs(1);

/// Lines that keep pace with our clock for so long are said now.
const STRETCH: Duration = Duration::from_secs(1);

/// How far the times of lines that are said now may advance in a [`STRETCH`]: an engine
/// may have a coarse clock, and a network may hold lines back for a moment. What was said
/// before advances far faster.
const PACE: SignedDuration = SignedDuration::from_millis(1500);

/// Lines without times have no pace: after so long they are taken for new.
const TIMELESS: Duration = Duration::from_secs(5);

/// What may still come of what was said before a stream was opened.
///
/// Nothing marks its end, and no clock tells old lines from new ones, for an engine's
/// clock is not ours: what tells is how many lines come, and how fast their times advance.
///
/// Moments are counted in the time that was spent listening: while nobody listened,
/// because the screen had no room, nothing could come.
#[derive(Debug)]
pub(super) struct Backlog {
    /// How many more lines may be of it.
    left: usize,
    opened: Duration,
    /// When the last line came.
    last: Option<Duration>,
    stretch: Option<Stretch>,
}

/// A time in which the lines kept pace with our clock so far.
#[derive(Debug)]
struct Stretch {
    began: Duration,
    /// The engine's time of its first line.
    first: Timestamp,
}

impl Backlog {
    /// What a stream says that is opened now; `most`: how many lines that can be.
    pub(super) fn new(most: usize, now: Duration) -> Self {
        Self { left: most, opened: now, last: None, stretch: None }
    }

    /// Takes note of a line, and of the engine's time of it.
    pub(super) fn hear(&mut self, at: Option<Timestamp>, now: Duration) {
        self.left = self.left.saturating_sub(1);
        self.last = Some(now);
        let Some(at) = at else { return };
        let keeps_pace = |stretch: &Stretch| at.duration_since(stretch.first) <= PACE;
        if !self.stretch.as_ref().is_some_and(keeps_pace) {
            self.stretch = Some(Stretch { began: now, first: at });
        }
    }

    /// Whether any line came.
    pub(super) fn has_begun(&self) -> bool {
        self.last.is_some()
    }

    /// Whether all of it has come, as far as one can tell.
    pub(super) fn has_come(&self, now: Duration) -> bool {
        let Some(last) = self.last else { return now >= self.opened + SILENCE };
        let keeps_pace = match &self.stretch {
            Some(stretch) => now >= stretch.began + STRETCH,
            None => now >= self.opened + TIMELESS,
        };
        self.left == 0 || now >= last + QUIET || keeps_pace
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn at(ms: i64) -> Option<Timestamp> {
        Timestamp::from_millisecond(ms).ok()
    }

    /// When a backlog has come whose lines come at these moments, with these times.
    fn come(most: usize, lines: impl IntoIterator<Item = (u64, Option<Timestamp>)>) -> Option<u64> {
        let mut backlog = Backlog::new(most, ms(0));
        let mut lines = lines.into_iter().peekable();
        (0..60_000).find(|now| {
            while let Some((_, at)) = lines.next_if(|(moment, _)| moment <= now) {
                backlog.hear(at, ms(*now));
            }
            backlog.has_come(ms(*now))
        })
    }

    #[test]
    fn what_says_nothing_has_nothing_from_before() {
        assert_eq!(come(500, []), Some(1000));
    }

    #[test]
    fn a_pause_ends_it() {
        assert_eq!(come(500, [(100, at(0)), (300, at(60_000))]), Some(550));
    }

    #[test]
    fn no_more_comes_than_was_asked_for() {
        assert_eq!(come(3, (0..9).map(|n| (n * 10, at(0)))), Some(20));
    }

    #[test]
    fn lines_that_are_said_now_keep_pace_whatever_their_clock_says() {
        for clock in [0, 9_000_000_000_000] {
            let line = |n: u32| (u64::from(n) * 100, at(clock + i64::from(n) * 100));
            assert_eq!(come(MOST, (0..600).map(line)), Some(1000));
        }
    }

    #[test]
    fn lines_of_before_advance_faster_and_then_keep_pace() {
        let old = (0..30_u32).map(|n| (u64::from(n) * 100, at(i64::from(n) * 10_000)));
        let new = (30..600_u32).map(|n| (u64::from(n) * 100, at(300_000 + i64::from(n) * 100)));
        assert_eq!(come(MOST, old.chain(new)), Some(4000));
    }

    #[test]
    fn stamps_of_whole_seconds_keep_pace() {
        let line = |n: u32| (u64::from(n) * 100, at(i64::from((n * 100 + 950) / 1000) * 1000));
        assert_eq!(come(MOST, (0..600).map(line)), Some(1000));
    }

    #[test]
    fn lines_without_times_are_waited_for_until_there_is_no_pause_to_come() {
        assert_eq!(come(MOST, (0..600).map(|n| (n * 100, None))), Some(5000));
    }
}
