use jiff::ToSpan as _;
use proptest::prelude::*;

use super::*;
use crate::model::{EngineId, InstanceId, Stream, Told};

fn now() -> Timestamp {
    "2026-11-20T03:12:30Z".parse().unwrap()
}

fn log(id: &str) -> InstanceKey {
    InstanceKey::new(&EngineId::new("fake"), &InstanceId::new(id))
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
    let mut counter = PatternCounter::new(vec![pattern("timed"), pattern("out"), pattern("no")]);
    counter.count(&log("a"), &record("api", "timed out"), now());
    counter.count(&log("a"), &record("api", "timed out"), now());
    counter.count(&log("a"), &record("api", "logged out"), now());
    let before = Record { at: now() - 31.seconds(), ..record("api", "timed out") };
    counter.count(&log("a"), &before, now());
    assert_eq!(counts(&counter, now()), [vec![(0, 2), (1, 1)], vec![(0, 3), (1, 1)], vec![]]);
    let later = now() + 58.minutes();
    assert_eq!(counts(&counter, later)[0], [(58, 2), (59, 1)]);
    counter.count(&log("a"), &Record { at: later, ..record("api", "timed") }, later);
    assert_eq!(counts(&counter, later)[0], [(0, 1), (58, 2), (59, 1)]);
    assert_eq!(counts(&counter, now() + 3.hours())[0], []);
}

#[test]
fn neither_the_past_nor_a_wrong_clock_takes_the_place_of_the_last_hour() {
    let mut counter = PatternCounter::new(vec![pattern("a")]);
    for at in [now() - 60.minutes(), Timestamp::MIN, Timestamp::MAX, now() + 1.hour()] {
        counter.count(&log("a"), &Record { at, ..record("api", "a") }, now());
    }
    assert_eq!(counts(&counter, now()), [[(0, 2)]], "what is of the future is of now");
    counter.count(&log("a"), &record("api", "a"), now() - 5.minutes());
    assert_eq!(counts(&counter, now()), [[(0, 3)]], "a clock that is set back loses nothing");
}

#[test]
fn a_log_that_is_read_again_counts_once_and_for_what_it_lacked() {
    let mut counter = PatternCounter::new(vec![pattern("a")]);
    let say = |counter: &mut PatternCounter, id, ago: i64, lines| {
        let record = Record { at: now() - ago.minutes(), ..record("api", "a") };
        (0..lines).for_each(|_| counter.count(&log(id), &record, now()));
    };
    // The last lines: of two minutes ago some, of the last one some were dropped.
    for (ago, lines) in [(2, 3), (1, 4), (0, 5)] {
        say(&mut counter, "one", ago, lines);
    }
    say(&mut counter, "other", 1, 10);
    assert_eq!(counts(&counter, now()), [[(0, 5), (1, 14), (2, 3)]]);
    counter.read_again(&log("one"));
    assert_eq!(counts(&counter, now()), [[(0, 5), (1, 14), (2, 3)]], "nothing falls");
    // All that there is, and a line that is new.
    for (ago, lines) in [(3, 2), (2, 6), (1, 7), (0, 6)] {
        say(&mut counter, "one", ago, lines);
    }
    assert_eq!(counts(&counter, now()), [[(0, 6), (1, 17), (2, 6), (3, 2)]]);
    counter.read_again(&log("one"));
    say(&mut counter, "one", 1, 7);
    assert_eq!(counts(&counter, now()), [[(0, 6), (1, 17), (2, 6), (3, 2)]]);
    counter.forget(&log("one"));
    assert_eq!(counts(&counter, now()), [[(0, 6), (1, 17), (2, 6), (3, 2)]]);
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
