//! [`Advice`]: whether a limit fits what is used. Pure.

use std::time::Duration;

use crate::{
    model::{Level, Threshold},
    text::format,
};

/// Below this time nobody knows what a service needs.
pub(super) const ENOUGH: Duration = Duration::from_mins(4);

/// A limit so many times what is needed keeps from others what they could use.
const GENEROUS: f64 = 4.0;

/// What a service used of something, and what it may use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Need {
    /// What 95 % of the slots did not pass; `None` where nobody tells.
    pub(super) p95: Option<f64>,
    /// What all instances together may use; `None` where one of them may use anything.
    pub(super) limit: Option<f64>,
    /// Of how much time it is known.
    pub(super) known: Duration,
    /// From where on it is near its limit.
    pub(super) threshold: Threshold,
}

/// What is to be said of a limit, the worst first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Advice {
    /// There is hardly anything left.
    AtLimit,
    /// There is little left.
    NearLimit,
    /// Nothing keeps it from using all that there is.
    NoLimit,
    /// It was not read for long enough.
    Unknown,
    /// The limit is so many times what is needed.
    Generous(f64),
    /// It fits.
    Fits,
}

impl Need {
    /// The share of the limit that is needed.
    pub(super) fn share(&self) -> Option<f64> {
        Some(self.p95? / self.limit.filter(|limit| *limit > 0.0)?)
    }

    pub(super) fn advice(&self) -> Advice {
        let Some(p95) = self.p95 else { return Advice::Unknown };
        let level = self.share().map(|share| self.threshold.level(share));
        match (level, self.limit) {
            // That much is known however short it was read.
            (Some(Level::Bad), _) => Advice::AtLimit,
            _ if self.known < ENOUGH => Advice::Unknown,
            (Some(Level::Warn), _) => Advice::NearLimit,
            (None, _) | (_, None) => Advice::NoLimit,
            (Some(_), Some(limit)) if p95 * GENEROUS <= limit => Advice::Generous(limit / p95),
            _ => Advice::Fits,
        }
    }

    /// The advice in words.
    pub(super) fn words(&self) -> String {
        match self.advice() {
            Advice::AtLimit => "at its limit".into(),
            Advice::NearLimit => "near its limit".into(),
            Advice::NoLimit => "no limit".into(),
            Advice::Unknown if self.p95.is_none() => "not told".into(),
            Advice::Unknown => format!("unknown: read for {} only", format::age(self.known)),
            Advice::Generous(times) if times < 1000.0 => format!("limit {times:.0}x what it needs"),
            Advice::Generous(_) => "needs next to nothing".into(),
            Advice::Fits => "fits".into(),
        }
    }
}

impl Advice {
    /// Its place among the others, the worst first.
    pub(super) fn rank(self) -> u8 {
        match self {
            Self::AtLimit => 0,
            Self::NearLimit => 1,
            Self::NoLimit => 2,
            Self::Unknown => 3,
            Self::Generous(_) => 4,
            Self::Fits => 5,
        }
    }

    /// How bad it is.
    pub(super) fn level(self) -> Level {
        match self {
            Self::AtLimit => Level::Bad,
            Self::NearLimit => Level::Warn,
            Self::Unknown => Level::Unknown,
            Self::NoLimit | Self::Generous(_) | Self::Fits => Level::Ok,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Thresholds;

    fn need(p95: Option<f64>, limit: Option<f64>, minutes: u64) -> Need {
        let threshold = Thresholds::default().memory;
        Need { p95, limit, known: Duration::from_mins(minutes), threshold }
    }

    #[test]
    fn a_limit_is_judged_by_what_is_needed() {
        let said = |p95, limit| need(Some(p95), limit, 5).words();
        assert_eq!(said(95.0, Some(100.0)), "at its limit");
        assert_eq!(said(80.0, Some(100.0)), "near its limit");
        assert_eq!(said(50.0, Some(100.0)), "fits");
        assert_eq!(said(20.0, Some(100.0)), "limit 5x what it needs");
        assert_eq!(said(0.0, Some(100.0)), "needs next to nothing");
        assert_eq!(said(50.0, None), "no limit");
        assert_eq!(said(50.0, Some(0.0)), "no limit");
    }

    #[test]
    fn nobody_is_advised_on_too_little() {
        assert_eq!(need(Some(50.0), Some(100.0), 2).words(), "unknown: read for 2m only");
        assert_eq!(need(Some(95.0), Some(100.0), 2).words(), "at its limit");
        assert_eq!(need(None, Some(100.0), 5).words(), "not told");
    }

    #[test]
    fn the_worst_comes_first() {
        let needs = [(95.0, Some(100.0)), (80.0, Some(100.0)), (1.0, None), (1.0, Some(100.0))];
        let ranks = needs.map(|(p95, limit)| need(Some(p95), limit, 5).advice().rank());
        assert!(ranks.is_sorted(), "{ranks:?}");
    }
}
