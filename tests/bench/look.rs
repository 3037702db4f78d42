//! A million lines that are kept, searched and filtered.

use std::{fmt, hint::black_box};

use divan::{Bencher, counter::ItemsCount};
use jiff::{Timestamp, tz::TimeZone};
use midwatch::{
    logs::{Filter, Search},
    model::InstanceKey,
    store::logs::{Scan, ScannedLog, Wanted},
    text::Clean,
};

use crate::samples::{Kind, LINES};

/// As many lines as a large screen has.
const SCREEN: usize = 60;

/// What is looked for in which lines.
#[derive(Clone, Copy, Debug)]
struct Case {
    kind: Kind,
    text: &'static str,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.text)
    }
}

const fn plain(text: &'static str) -> Case {
    Case { kind: Kind::Plain, text }
}

const fn timed(text: &'static str) -> Case {
    Case { kind: Kind::Timed, text }
}

const fn json(text: &'static str) -> Case {
    Case { kind: Kind::Json, text }
}

/// A text that is there, a pattern, one of which no letter is certain, a text that is in
/// no line, and one whose words can be of any script.
const SEARCHES: [Case; 10] = [
    plain("timed out"),
    plain("time(d )?out"),
    plain("[0-9]{3}[a-z ]+[0-4]$"),
    plain("connection refused"),
    plain(r"\w+@\w+\.\w+"),
    json("timed out"),
    json("time(d )?out"),
    json("[0-9]{3}[a-z ]+[0-4]$"),
    json("connection refused"),
    json(r"\w+@\w+\.\w+"),
];

/// By level, by text, by a field.
const FILTERS: [Case; 6] = [
    timed("level>=warn"),
    timed("text~timed out"),
    timed("not text~cache"),
    json("level>=warn"),
    json("text~timed out"),
    json("field.user_id=42"),
];

/// What is typed.
const TYPED: [&str; 5] =
    [r"\w+@\w+\.\w+", r"\b\w{20}\b", r"[\s\S]a[\s\S]", r"(\w+\W+){14}q\w{3,40}z", r"\w{1000}"];

/// Until a screen is full of lines that were found.
#[divan::bench(args = SEARCHES, sample_count = 20)]
fn search_first_screen(bencher: Bencher<'_, '_>, case: Case) {
    let scan = search(case);
    bencher.bench_local(|| look(&scan, SCREEN));
}

/// Until all lines were looked at.
#[divan::bench(args = SEARCHES, sample_count = 20)]
fn search_all(bencher: Bencher<'_, '_>, case: Case) {
    let scan = search(case);
    bencher.counter(ItemsCount::new(LINES)).bench_local(|| look(&scan, usize::MAX));
}

/// Until a screen is full of lines that are wanted.
#[divan::bench(args = FILTERS, sample_count = 20)]
fn filter_first_screen(bencher: Bencher<'_, '_>, case: Case) {
    let scan = filter(case);
    bencher.bench_local(|| look(&scan, SCREEN));
}

/// Until all lines were looked at.
#[divan::bench(args = FILTERS, sample_count = 20)]
fn filter_all(bencher: Bencher<'_, '_>, case: Case) {
    let scan = filter(case);
    bencher.counter(ItemsCount::new(LINES)).bench_local(|| look(&scan, usize::MAX));
}

/// What a key costs whoever types a pattern: an ordinary one, the largest, the one with
/// the widest classes, and two that are too large.
#[divan::bench(args = TYPED, sample_count = 20)]
fn search_build(bencher: Bencher<'_, '_>, pattern: &str) {
    bencher.bench_local(|| Search::new(black_box(pattern)).is_ok());
}

/// What no search can beat: looking for a byte that no line has.
#[divan::bench(args = [Kind::Plain, Kind::Json], sample_count = 20)]
fn yardstick(bencher: Bencher<'_, '_>, kind: Kind) {
    let lines = kind.kept();
    bencher.counter(ItemsCount::new(LINES)).bench_local(|| {
        lines
            .blocks()
            .filter_map(|block| memchr::memchr(0, black_box(block.text()).as_bytes()))
            .count()
    });
}

fn search(case: Case) -> Scan {
    scan(case, Wanted::Searched(Search::new(case.text).unwrap(), Filter::default()))
}

fn filter(case: Case) -> Scan {
    let now = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
    scan(case, Wanted::Filtered(Filter::parse(case.text, &now).unwrap()))
}

fn scan(case: Case, wanted: Wanted) -> Scan {
    let log = ScannedLog {
        key: InstanceKey::of_source("bench"),
        service: Clean::new("bench"),
        instance: Clean::new("bench"),
        lines: case.kind.kept(),
        goes_on: false,
    };
    Scan { wanted, logs: vec![log] }
}

/// Looks until so many lines were found; gives how many there were.
fn look(scan: &Scan, enough: usize) -> usize {
    let mut found = 0;
    scan.run(|part| {
        found += part.numbers.len();
        found < enough
    });
    found
}
