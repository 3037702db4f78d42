//! [`Pattern`]: lines that are counted, and [`PatternCounter`], which counts them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Case, Record, Search, SearchError};
use crate::model::{InstanceKey, PatternSpec, Severity};

/// How many minutes are remembered, the present one included.
pub const MINUTES: usize = HOUR as usize;

/// The same, as a stretch between the numbers of minutes.
const HOUR: i64 = 60;

/// Lines that are counted under one name: an entry of `[[patterns]]`.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// What they are called.
    pub name: String,
    /// What is found in them. Capitals matter, unless it says otherwise.
    pub matcher: Search,
    /// What is not found in them.
    pub not: Option<Search>,
    /// The services whose lines they are; none means any.
    pub logs: Vec<String>,
    /// How bad they are at least.
    pub level: Option<Severity>,
}

/// Why an entry cannot be used: which of its patterns is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// `match`.
    #[error("`match` is no pattern")]
    Match(#[source] SearchError),
    /// `not`.
    #[error("`not` is no pattern")]
    Not(#[source] SearchError),
}

impl Pattern {
    /// Counts the lines in which `matching` is found, of all services and levels.
    ///
    /// # Errors
    ///
    /// When `matching` or `not` is no regular expression, or too large.
    pub fn new(name: &str, matching: &str, not: Option<&str>) -> Result<Self, PatternError> {
        let read = |pattern: &str| Search::with_case(pattern, Case::Exact);
        Ok(Self {
            name: name.to_owned(),
            matcher: read(matching).map_err(PatternError::Match)?,
            not: not.map(read).transpose().map_err(PatternError::Not)?,
            logs: Vec::new(),
            level: None,
        })
    }

    /// The pattern that a stack file describes.
    ///
    /// # Errors
    ///
    /// As [`Pattern::new`].
    pub fn of(spec: &PatternSpec) -> Result<Self, PatternError> {
        let pattern = Self::new(spec.name.as_str(), &spec.matches, spec.not.as_deref())?;
        let logs = spec.within.iter().map(|log| log.as_str().to_owned()).collect();
        Ok(Self { logs, level: spec.level, ..pattern })
    }

    /// Whether a line is counted.
    #[must_use]
    pub fn matches(&self, record: &Record<'_>) -> bool {
        self.is_of(record)
            && self.matcher.is_match(record.text)
            && !self.not.as_ref().is_some_and(|not| not.is_match(record.text))
    }

    /// Whether a line is of a service and a level whose lines can be counted.
    fn is_of(&self, record: &Record<'_>) -> bool {
        self.level.is_none_or(|least| record.told.level >= Some(least))
            && (self.logs.is_empty() || self.logs.iter().any(|log| log == record.service))
    }
}

/// Counts the lines of patterns by the minute that they were said in.
///
/// A log may be read again from further back. Which of its lines were counted before
/// nobody knows, so that its minutes are counted anew, and of each the reading counts
/// that found more: one had begun in the middle of it, or had lost lines.
#[derive(Clone, Debug, Default)]
pub struct PatternCounter {
    counted: Vec<Counted>,
}

/// A pattern and its lines.
#[derive(Clone, Debug)]
struct Counted {
    pattern: Pattern,
    /// The lines of all logs, also of those that are gone.
    all: Minutes,
    logs: BTreeMap<InstanceKey, Readings>,
}

/// The lines of one log.
#[derive(Clone, Debug, Default)]
struct Readings {
    /// The most that was found in each minute before the log was read again.
    before: Minutes,
    /// What was found since.
    present: Minutes,
}

impl PatternCounter {
    /// Has counted nothing yet.
    #[must_use]
    pub fn new(patterns: Vec<Pattern>) -> Self {
        let counted = |pattern| Counted { pattern, all: Minutes::default(), logs: BTreeMap::new() };
        Self { counted: patterns.into_iter().map(counted).collect() }
    }

    /// Whether there is nothing to count.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counted.is_empty()
    }

    /// Counts a line of a log that came in at `now`, under each pattern that it is of. It counts
    /// for the minute that it was said in: one that is over an hour old for none, and one
    /// that says it is of the future for the present one.
    pub fn count(&mut self, log: &InstanceKey, record: &Record<'_>, now: Timestamp) {
        // Each for itself: one automaton for all was no faster, at four patterns.
        for counted in &mut self.counted {
            if counted.pattern.matches(record) {
                counted.count(log, minute(record.at), minute(now));
            }
        }
    }

    /// A log is read again: what was counted of it comes once more.
    pub fn read_again(&mut self, log: &InstanceKey) {
        for counted in &mut self.counted {
            if let Some(readings) = counted.logs.get_mut(log) {
                let present = std::mem::take(&mut readings.present);
                readings.before = readings.before.most(&present);
            }
        }
    }

    /// A log is gone. What was counted of it stays.
    pub fn forget(&mut self, log: &InstanceKey) {
        for counted in &mut self.counted {
            counted.logs.remove(log);
        }
    }

    /// How many lines of each pattern were said in each of the last 60 minutes, the
    /// oldest first. The last one, in which `now` is, goes on.
    pub fn per_minute(&self, now: Timestamp) -> impl Iterator<Item = (&Pattern, [u32; MINUTES])> {
        self.counted.iter().map(move |counted| (&counted.pattern, counted.all.until(minute(now))))
    }
}

impl Counted {
    fn count(&mut self, log: &InstanceKey, minute: i64, now: i64) {
        if !self.logs.contains_key(log) {
            self.logs.insert(log.clone(), Readings::default());
        }
        let Some(readings) = self.logs.get_mut(log) else { return };
        let Some(minute) = readings.present.count(minute, now) else { return };
        if readings.present.of(minute) > readings.before.of(minute) {
            self.all.count(minute, now);
        }
    }
}

/// The number of the minute that a moment is in.
fn minute(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}

/// Counts by minute, for an hour.
#[derive(Clone, Debug)]
struct Minutes {
    /// That of a minute has its number, modulo their own.
    counts: [u32; MINUTES],
    /// The last minute that there is a count for.
    newest: i64,
}

impl Default for Minutes {
    fn default() -> Self {
        Self { counts: [0; MINUTES], newest: i64::MIN / 2 }
    }
}

impl Minutes {
    /// Counts a line; gives the minute that it counts for, if any.
    fn count(&mut self, minute: i64, now: i64) -> Option<i64> {
        self.forget_before(now);
        let minute = minute.min(self.newest);
        if !self.holds(minute) {
            return None;
        }
        let count = &mut self.counts[slot(minute)];
        *count = count.saturating_add(1);
        Some(minute)
    }

    /// The lines of a minute.
    fn of(&self, minute: i64) -> u32 {
        if self.holds(minute) { self.counts[slot(minute)] } else { 0 }
    }

    /// Of each minute the larger count.
    fn most(&self, other: &Self) -> Self {
        let newest = self.newest.max(other.newest);
        let mut most = Self { newest, ..Self::default() };
        for minute in newest - HOUR + 1..=newest {
            most.counts[slot(minute)] = self.of(minute).max(other.of(minute));
        }
        most
    }

    /// Makes room for the minutes up to `now`.
    fn forget_before(&mut self, now: i64) {
        let passed = now.saturating_sub(self.newest).clamp(0, HOUR);
        for minute in now - passed + 1..=now {
            self.counts[slot(minute)] = 0;
        }
        self.newest = self.newest.max(now);
    }

    /// The counts of the last minutes up to `now`.
    fn until(&self, now: i64) -> [u32; MINUTES] {
        let mut minute = now - HOUR;
        std::array::from_fn(|_| {
            minute += 1;
            self.of(minute)
        })
    }

    fn holds(&self, minute: i64) -> bool {
        (self.newest - HOUR + 1..=self.newest).contains(&minute)
    }
}

fn slot(minute: i64) -> usize {
    minute.rem_euclid(HOUR) as usize
}

#[cfg(test)]
#[path = "patterns_tests.rs"]
mod tests;
