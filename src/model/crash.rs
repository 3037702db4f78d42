//! [`RestartLog`]: when a restart is one too many.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Restarts within this time are counted together.
const WINDOW: SignedDuration = SignedDuration::from_secs(60);

/// This many restarts within [`WINDOW`] are a crash loop. A restart by hand and one
/// that an orchestrator adds to it are two.
const LOOP_AT: usize = 3;

/// How many restart times are kept; more within a minute tell nothing new.
const KEPT: usize = 64;

/// The recent restarts of one instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RestartLog {
    times: VecDeque<Timestamp>,
    /// When a process of it was last killed for memory.
    killed_at: Option<Timestamp>,
}

impl RestartLog {
    /// Notes `count` restarts seen at `now`.
    pub fn record(&mut self, count: u32, now: Timestamp) {
        for _ in 0..count.min(KEPT as u32) {
            if self.times.len() == KEPT {
                self.times.pop_front();
            }
            self.times.push_back(now);
        }
    }

    /// Notes that a process was killed for memory. Engines do not tell it of a run that an
    /// instance does not have any more.
    pub fn record_kill(&mut self, at: Timestamp) {
        self.killed_at = self.killed_at.max(Some(at));
    }

    /// When a process was last killed for memory.
    #[must_use]
    pub fn killed_at(&self) -> Option<Timestamp> {
        self.killed_at
    }

    /// Whether neither a restart nor a kill was ever seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.times.is_empty() && self.killed_at.is_none()
    }

    /// How many restarts the last minute saw, when they are enough to be a crash loop.
    #[must_use]
    pub fn crash_loop(&self, now: Timestamp) -> Option<usize> {
        let recent = self.times.iter().filter(|at| now.duration_since(**at) <= WINDOW).count();
        (recent >= LOOP_AT).then_some(recent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn restarts_within_a_minute_are_a_loop_and_are_forgotten_after_it() {
        let mut log = RestartLog::default();
        log.record(1, at(0));
        log.record(1, at(10));
        assert_eq!(log.crash_loop(at(11)), None);
        log.record(5, at(12));
        assert_eq!(log.crash_loop(at(12)), Some(7));
        assert_eq!(log.crash_loop(at(65)), Some(6));
        assert_eq!(log.crash_loop(at(73)), None);
    }

    #[test]
    fn a_counter_that_jumps_is_bounded() {
        let mut log = RestartLog::default();
        log.record(u32::MAX, at(0));
        assert_eq!(log.crash_loop(at(1)), Some(KEPT));
    }
}
