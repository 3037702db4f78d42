//! [`Pattern`]: lines that are counted, and [`PatternCounter`], which counts them.

use jiff::Timestamp;

use super::{Case, Record, Search, SearchError};
use crate::model::{PatternSpec, Severity};

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
#[derive(Clone, Debug, Default)]
pub struct PatternCounter {
    counted: Vec<(Pattern, Minutes)>,
}

impl PatternCounter {
    /// Has counted nothing yet.
    #[must_use]
    pub fn new(patterns: Vec<Pattern>) -> Self {
        let counted = patterns.into_iter().map(|pattern| (pattern, Minutes::default())).collect();
        Self { counted }
    }

    /// Whether there is nothing to count.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counted.is_empty()
    }

    /// Counts a line that came in at `now`, under each pattern that it is of. It counts
    /// for the minute that it was said in: one that is over an hour old for none, and one
    /// that says it is of the future for the present one.
    pub fn count(&mut self, record: &Record<'_>, now: Timestamp) {
        // Each for itself: one automaton for all was no faster, at four patterns.
        for (pattern, minutes) in &mut self.counted {
            if pattern.matches(record) {
                minutes.count(minute(record.at), minute(now));
            }
        }
    }

    /// How many lines of each pattern were said in each of the last 60 minutes, the
    /// oldest first. The last one, in which `now` is, goes on.
    pub fn per_minute(&self, now: Timestamp) -> impl Iterator<Item = (&Pattern, [u32; MINUTES])> {
        self.counted.iter().map(move |(pattern, minutes)| (pattern, minutes.until(minute(now))))
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
    fn count(&mut self, minute: i64, now: i64) {
        self.forget_before(now);
        let minute = minute.min(self.newest);
        if self.holds(minute) {
            let count = &mut self.counts[slot(minute)];
            *count = count.saturating_add(1);
        }
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
            if self.holds(minute) { self.counts[slot(minute)] } else { 0 }
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
mod tests {
    use jiff::ToSpan as _;
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Stream, Told};

    fn now() -> Timestamp {
        "2026-11-20T03:12:30Z".parse().unwrap()
    }

    fn record(service: &'static str, text: &'static str) -> Record<'static> {
        let told = Told { level: Some(Severity::Warn), ..Told::default() };
        Record { service, instance: "one", stream: Stream::Stdout, at: now(), told, text }
    }

    fn pattern(matching: &str) -> Pattern {
        Pattern::new(matching, matching, None).unwrap()
    }

    /// The counts of the minutes that have some, as minutes before `now`.
    fn counts(counter: &PatternCounter, now: Timestamp) -> Vec<Vec<(usize, u32)>> {
        let some = |counts: [u32; MINUTES]| {
            let ago = counts.into_iter().rev().enumerate();
            ago.filter(|(_, count)| *count > 0).collect()
        };
        counter.per_minute(now).map(|(_, counts)| some(counts)).collect()
    }

    #[test]
    fn lines_are_those_that_all_of_it_says() {
        let errors = Pattern {
            logs: vec!["api".into()],
            level: Some(Severity::Warn),
            ..Pattern::new("errors", "(?i)error", Some("healthz")).unwrap()
        };
        assert!(errors.matches(&record("api", "an Error")));
        assert!(!errors.matches(&record("api", "an Error of /healthz")));
        assert!(!errors.matches(&record("worker", "an Error")));
        for level in [None, Some(Severity::Info)] {
            let told = Told { level, ..Told::default() };
            assert!(!errors.matches(&Record { told, ..record("api", "an Error") }));
        }
        assert!(!pattern("error").matches(&record("api", "an Error")));
    }

    #[test]
    fn what_is_no_pattern_says_which_one() {
        assert!(matches!(Pattern::new("a", "(", None), Err(PatternError::Match(_))));
        assert!(matches!(Pattern::new("a", "b", Some("(")), Err(PatternError::Not(_))));
    }

    #[test]
    fn each_pattern_counts_its_lines_in_their_minutes() {
        let mut counter =
            PatternCounter::new(vec![pattern("timed"), pattern("out"), pattern("no")]);
        counter.count(&record("api", "timed out"), now());
        counter.count(&record("api", "timed out"), now());
        counter.count(&record("api", "logged out"), now());
        let before = Record { at: now() - 31.seconds(), ..record("api", "timed out") };
        counter.count(&before, now());
        assert_eq!(counts(&counter, now()), [vec![(0, 2), (1, 1)], vec![(0, 3), (1, 1)], vec![]]);
        let later = now() + 58.minutes();
        assert_eq!(counts(&counter, later)[0], [(58, 2), (59, 1)]);
        counter.count(&Record { at: later, ..record("api", "timed") }, later);
        assert_eq!(counts(&counter, later)[0], [(0, 1), (58, 2), (59, 1)]);
        assert_eq!(counts(&counter, now() + 3.hours())[0], []);
    }

    #[test]
    fn neither_the_past_nor_a_wrong_clock_takes_the_place_of_the_last_hour() {
        let mut counter = PatternCounter::new(vec![pattern("a")]);
        for at in [now() - 60.minutes(), Timestamp::MIN, Timestamp::MAX, now() + 1.hour()] {
            counter.count(&Record { at, ..record("api", "a") }, now());
        }
        assert_eq!(counts(&counter, now()), [[(0, 2)]], "what is of the future is of now");
        counter.count(&record("api", "a"), now() - 5.minutes());
        assert_eq!(counts(&counter, now()), [[(0, 3)]], "a clock that is set back loses nothing");
    }

    proptest! {
        /// The ring says what a list of all lines says.
        #[test]
        fn the_counts_are_those_of_the_lines(
            lines in prop::collection::vec((0_i64..20, 0_i64..100), 0..60),
        ) {
            let mut minutes = Minutes::default();
            let (mut now, mut said) = (1_000, Vec::new());
            for (passed, age) in lines {
                now += passed;
                minutes.count(now - age, now);
                said.push((now - age, now));
            }
            let is_counted = |minute: i64| {
                said.iter().filter(|(at, then)| *at == minute && then - at < HOUR).count()
            };
            let expected: Vec<_> =
                (now - HOUR + 1..=now).map(|minute| is_counted(minute) as u32).collect();
            prop_assert_eq!(minutes.until(now).to_vec(), expected);
        }
    }
}
