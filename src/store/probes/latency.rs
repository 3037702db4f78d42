//! [`Latency`]: how long answers took lately, as a histogram.

use std::time::Duration;

use hdrhistogram::Histogram;
use jiff::{SignedDuration, Timestamp};

/// How long one of the two windows lasts: what is told is of the last half to whole hour.
const WINDOW: SignedDuration = SignedDuration::from_mins(30);

/// The longest answer that is told apart, in microseconds. No probe waits longer.
const LONGEST: u64 = 5 * 60 * 1_000_000;

/// Significant digits: 1 % is enough for a person, and keeps it below 20 KB.
const DIGITS: u8 = 2;

/// How long answers took in the present window and the one before.
#[derive(Clone, Debug, Default)]
pub struct Latency {
    began: Option<Timestamp>,
    present: Option<Histogram<u32>>,
    before: Option<Histogram<u32>>,
}

impl Latency {
    /// Takes in an answer.
    pub(super) fn record(&mut self, at: Timestamp, took: Duration) {
        let age = at.duration_since(*self.began.get_or_insert(at));
        if age >= WINDOW {
            self.before = self.present.take().filter(|_| age < WINDOW * 2);
            self.began = Some(at);
        }
        if self.present.is_none() {
            self.present = Histogram::new_with_bounds(1, LONGEST, DIGITS).ok();
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        if let Some(present) = &mut self.present {
            present.saturating_record(micros);
        }
    }

    /// The time within which this share (0–1) of the answers came; `None` without any.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let mut all = self.present.clone()?;
        if let Some(before) = &self.before {
            // Both have the same bounds.
            all.add(before).ok()?;
        }
        (!all.is_empty()).then(|| Duration::from_micros(all.value_at_quantile(share)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
    }

    fn is_about(latency: &Latency, share: f64, millis: u64) -> bool {
        let told = latency.quantile(share).unwrap().as_secs_f64() * 1e3;
        (told - millis as f64).abs() <= millis as f64 * 0.01 + 0.01
    }

    #[test]
    fn shares_of_the_answers_came_within_their_times() {
        let mut latency = Latency::default();
        assert_eq!(latency.quantile(0.5), None);
        for millis in 1..=100 {
            latency.record(at(0), Duration::from_millis(millis));
        }
        assert!(is_about(&latency, 0.5, 50), "{:?}", latency.quantile(0.5));
        assert!(is_about(&latency, 0.95, 95) && is_about(&latency, 0.99, 99));
        latency.record(at(0), Duration::MAX);
        assert!(is_about(&latency, 1.0, 300_000));
    }

    #[test]
    fn what_is_an_hour_old_is_forgotten() {
        let mut latency = Latency::default();
        latency.record(at(0), Duration::from_secs(9));
        latency.record(at(31), Duration::from_millis(1));
        assert!(is_about(&latency, 1.0, 9000), "half an hour is not long ago");
        latency.record(at(62), Duration::from_millis(1));
        assert!(is_about(&latency, 1.0, 1));
        latency.record(at(200), Duration::from_millis(7));
        assert!(is_about(&latency, 0.0, 7), "nothing was heard for an hour");
    }
}
