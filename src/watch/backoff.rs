//! [`Backoff`]: how long to wait before the next try. Pure.

use std::time::Duration;

/// The wait after the first failure.
const FIRST: Duration = Duration::from_millis(500);

/// The longest wait. Recovery must show within 5 s of an engine's return.
const LONGEST: Duration = Duration::from_secs(4);

/// Waits that double up to a limit, each shortened by chance, so that many who lost
/// the same engine do not all come back in the same moment.
#[derive(Clone, Debug)]
pub struct Backoff {
    failures: u32,
    longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self::up_to(LONGEST)
    }
}

impl Backoff {
    /// Waits that double up to this limit.
    #[must_use]
    pub fn up_to(longest: Duration) -> Self {
        Self { failures: 0, longest }
    }

    /// Counts a failure and gives the wait before the next try.
    ///
    /// `chance` is a random number of 0–1; it takes up to a quarter off the wait.
    pub fn next(&mut self, chance: f64) -> Duration {
        let doubled = FIRST.saturating_mul(1 << self.failures.min(8));
        self.failures = self.failures.saturating_add(1);
        doubled.min(self.longest).mul_f64(1.0 - chance.clamp(0.0, 1.0) / 4.0)
    }

    /// Forgets the failures.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_limit_and_start_again_after_a_success() {
        let mut backoff = Backoff::default();
        let waits: Vec<u64> = (0..6).map(|_| backoff.next(0.0).as_millis() as u64).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 4000, 4000]);
        backoff.reset();
        assert_eq!(backoff.next(0.0), FIRST);
    }

    #[test]
    fn chance_only_shortens_and_many_failures_do_not_overflow() {
        let mut backoff = Backoff { failures: u32::MAX - 1, ..Backoff::default() };
        assert_eq!(backoff.next(1.0), LONGEST.mul_f64(0.75));
        assert_eq!(backoff.next(1.0), LONGEST.mul_f64(0.75));
    }
}
