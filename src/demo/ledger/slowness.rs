//! [`Slowness`]: whether the ledger has been slow for so long that it is not well.

use std::time::Duration;

use tokio::time::Instant;

/// A statement that takes longer is slow.
pub(crate) const SLOW: Duration = Duration::from_millis(500);

/// A ledger that has been slow for this long is not well.
const UNWELL_AFTER: Duration = Duration::from_secs(6);

/// What the last statements say; a single fast one clears it.
#[derive(Debug, Default)]
pub(crate) struct Slowness {
    since: Option<Instant>,
    last: Duration,
}

impl Slowness {
    /// Takes note of a statement that has just ended.
    pub(crate) fn note(&mut self, took: Duration, now: Instant) {
        self.last = took;
        self.since = (took > SLOW).then(|| self.since.unwrap_or(now));
    }

    /// Whether the ledger is well, or why not.
    pub(crate) fn verdict(&self, now: Instant) -> Result<(), String> {
        match self.since.map(|since| now.duration_since(since)) {
            Some(lasted) if lasted >= UNWELL_AFTER => Err(format!(
                "statements have been slow for {} s; the last took {:.1} s",
                lasted.as_secs(),
                self.last.as_secs_f64()
            )),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_for_long_is_not_well_until_a_statement_is_fast() {
        let (mut slowness, start) = (Slowness::default(), Instant::now());
        slowness.note(Duration::from_secs(2), start);
        assert_eq!(slowness.verdict(start), Ok(()));
        let later = start + UNWELL_AFTER;
        slowness.note(Duration::from_millis(1500), later);
        assert_eq!(
            slowness.verdict(later),
            Err("statements have been slow for 6 s; the last took 1.5 s".into())
        );
        slowness.note(Duration::from_millis(2), later);
        assert_eq!(slowness.verdict(later), Ok(()));
    }
}
