//! When an instance that ended starts again: Docker's rule, with a lower ceiling.

use std::time::Duration;

use crate::model::RestartPolicy;

/// The first wait.
const FIRST: Duration = Duration::from_millis(100);
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(10);
/// A run of this length was a good one: the next wait is the first again.
const GOOD_RUN: Duration = Duration::from_secs(10);

/// How long to wait before the next start.
#[derive(Debug)]
pub(super) struct Backoff {
    next: Duration,
}

impl Backoff {
    /// Nothing has ended yet.
    pub(super) fn new() -> Self {
        Self { next: FIRST }
    }

    /// The wait after a run of this length; it doubles from one short run to the next.
    pub(super) fn after(&mut self, run: Duration) -> Duration {
        if run >= GOOD_RUN {
            self.next = FIRST;
        }
        let wait = self.next;
        self.next = (wait * 2).min(LONGEST);
        wait
    }
}

/// Whether a policy starts an instance again that ended by itself with this exit code.
pub(super) fn restarts(policy: RestartPolicy, exit_code: i64) -> bool {
    match policy {
        RestartPolicy::No => false,
        RestartPolicy::OnFailure => exit_code != 0,
        RestartPolicy::Always | RestartPolicy::UnlessStopped => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_its_ceiling() {
        let mut backoff = Backoff::new();
        let waits: Vec<u128> = (0..9).map(|_| backoff.after(Duration::ZERO).as_millis()).collect();
        assert_eq!(waits, [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
    }

    #[test]
    fn a_good_run_makes_the_next_wait_short() {
        let mut backoff = Backoff::new();
        for _ in 0..5 {
            backoff.after(Duration::from_secs(9));
        }
        assert_eq!(backoff.after(Duration::from_secs(10)), FIRST);
        assert_eq!(backoff.after(Duration::ZERO), FIRST * 2);
    }

    #[test]
    fn policies_decide_by_how_it_ended() {
        assert!(!restarts(RestartPolicy::No, 1));
        assert!(restarts(RestartPolicy::OnFailure, 1));
        assert!(!restarts(RestartPolicy::OnFailure, 0));
        assert!(restarts(RestartPolicy::Always, 0));
    }
}
