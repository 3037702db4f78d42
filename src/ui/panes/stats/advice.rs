//! [`Advice`]: whether a limit fits what is used. Pure.

use std::time::Duration;

use super::against::Slot;
use crate::{
    model::{Level, Threshold},
    store::{Amount, Summary},
    text::format,
};

/// Below this time nobody knows what a service needs.
const ENOUGH: Duration = Duration::from_mins(4);

/// From this time on it is known that it needs all that it may use: a start that takes
/// everything for a moment is no need.
const ENOUGH_FOR_ALARM: Duration = Duration::from_secs(30);

/// A limit so many times what is needed keeps from others what they could use.
const GENEROUS: f64 = 4.0;

/// A share further than this (as a part of it) from what the numbers beside it make is one
/// of another limit than today's.
const ANOTHER: f64 = 0.1;

/// What a service used of something, and what it may use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Need {
    /// What 95 % of the slots did not pass; `None` where nobody tells.
    pub(super) p95: Option<f64>,
    /// What all instances together may use; `None` where one of them may use anything.
    pub(super) limit: Option<f64>,
    /// The share of the limit of its time that 95 % of the slots did not pass: instances
    /// come and go, and take their limits with them.
    pub(super) share: Option<f64>,
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
    /// Of slots of so many seconds, the newest of which tells what may be used now.
    pub(super) fn of(slots: &[Option<Slot>], step: i64, threshold: Threshold) -> Self {
        let known = || slots.iter().flatten();
        let limit = known().next_back().and_then(|slot| slot.limit);
        let shares = known().filter_map(|slot| limit.and(slot.share()));
        // What was used before there was a limit tells nothing of its share.
        let judged = if limit.is_some() { shares.clone().count() } else { known().count() };
        let step = Duration::from_secs(u64::try_from(step).unwrap_or(1));
        Self {
            p95: p95(known().map(|slot| slot.used)),
            limit,
            share: p95(shares),
            known: step.saturating_mul(u32::try_from(judged).unwrap_or(u32::MAX)),
            threshold,
        }
    }

    pub(super) fn advice(&self) -> Advice {
        if self.p95.is_none() {
            return Advice::Unknown;
        }
        let level = self.share.map(|share| self.threshold.level(share));
        match (level, self.share) {
            (Some(Level::Bad), _) if self.known >= ENOUGH_FOR_ALARM => Advice::AtLimit,
            _ if self.known < ENOUGH => Advice::Unknown,
            (Some(Level::Warn), _) => Advice::NearLimit,
            (Some(_), Some(share)) if share * GENEROUS <= 1.0 => Advice::Generous(share.recip()),
            (Some(_), Some(_)) => Advice::Fits,
            (None, _) | (_, None) => Advice::NoLimit,
        }
    }

    /// Whether the limit was another in much of the time: then the share is not what the
    /// numbers beside it make.
    fn is_of_another_limit(&self) -> bool {
        let today = self.p95.zip(self.limit).map(|(p95, limit)| p95 / limit);
        today.zip(self.share).is_some_and(|(today, share)| (today - share).abs() > share * ANOTHER)
    }

    /// The advice in words.
    pub(super) fn words(&self) -> String {
        let words = self.advice_words();
        match self.advice() {
            Advice::Unknown | Advice::NoLimit => words,
            _ if self.is_of_another_limit() => format!("{words} (limits changed)"),
            _ => words,
        }
    }

    fn advice_words(&self) -> String {
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

/// What 95 % of these do not pass.
fn p95(values: impl Iterator<Item = f64>) -> Option<f64> {
    let amounts: Vec<_> = values.map(|value| Some(Amount::exactly(value))).collect();
    Summary::of(&amounts).map(|summary| summary.p95)
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

    /// So many minutes in which so much was used, of so much.
    fn need(used: Option<f64>, limit: Option<f64>, minutes: usize) -> Need {
        of(&vec![used.map(|used| Slot { used, limit }); minutes * 60])
    }

    fn of(slots: &[Option<Slot>]) -> Need {
        Need::of(slots, 1, Thresholds::default().memory)
    }

    fn slots(seconds: usize, used: f64, limit: Option<f64>) -> Vec<Option<Slot>> {
        vec![Some(Slot { used, limit }); seconds]
    }

    #[test]
    fn a_limit_is_judged_by_what_is_needed() {
        let said = |used, limit| need(Some(used), limit, 5).words();
        assert_eq!(said(95.0, Some(100.0)), "at its limit");
        assert_eq!(said(80.0, Some(100.0)), "near its limit");
        assert_eq!(said(50.0, Some(100.0)), "fits");
        assert_eq!(said(20.0, Some(100.0)), "limit 5x what it needs");
        assert_eq!(said(0.0, Some(100.0)), "needs next to nothing");
        assert_eq!(said(50.0, None), "no limit");
    }

    #[test]
    fn nobody_is_advised_on_too_little() {
        assert_eq!(need(Some(50.0), Some(100.0), 2).words(), "unknown: read for 2m only");
        assert_eq!(need(Some(50.0), None, 2).words(), "unknown: read for 2m only");
        assert_eq!(need(None, Some(100.0), 5).words(), "not told");
        assert_eq!(of(&slots(29, 95.0, Some(100.0))).words(), "unknown: read for 29s only");
        assert_eq!(of(&slots(30, 95.0, Some(100.0))).words(), "at its limit");
    }

    #[test]
    fn what_was_used_is_judged_by_the_limit_of_its_time() {
        // Three instances became one, each of which uses six tenths of its limit.
        let need = of(&[slots(200, 180.0, Some(300.0)), slots(100, 60.0, Some(100.0))].concat());
        assert_eq!((need.p95, need.limit, need.share), (Some(180.0), Some(100.0), Some(0.6)));
        assert_eq!(need.words(), "fits (limits changed)");
    }

    #[test]
    fn a_silence_takes_no_limit_away() {
        let need = of(&[slots(280, 95.0, Some(100.0)), vec![None; 20]].concat());
        assert_eq!((need.limit, need.advice()), (Some(100.0), Advice::AtLimit));
    }

    #[test]
    fn time_without_a_limit_is_not_judged_by_one() {
        let need = of(&[slots(280, 95.0, None), slots(20, 10.0, Some(100.0))].concat());
        assert_eq!((need.share, need.words()), (Some(0.1), "unknown: read for 20s only".into()));
        let need = of(&[slots(280, 95.0, Some(100.0)), slots(20, 10.0, None)].concat());
        assert_eq!((need.share, need.advice()), (None, Advice::NoLimit));
    }

    #[test]
    fn the_worst_comes_first() {
        let needs = [(95.0, Some(100.0)), (80.0, Some(100.0)), (1.0, None), (1.0, Some(100.0))];
        let ranks = needs.map(|(used, limit)| need(Some(used), limit, 5).advice().rank());
        assert!(ranks.is_sorted(), "{ranks:?}");
    }
}
