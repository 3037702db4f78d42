use jiff::{Timestamp, tz::TimeZone};

use super::*;
use crate::model::{EngineId, InstanceId, LogLine, Severity, Stream, Told};

fn log(id: &str, lines: impl IntoIterator<Item = LogLine>) -> ScannedLog {
    ScannedLog {
        key: InstanceKey::new(&EngineId::new("fake"), &InstanceId::new(id)),
        service: Clean::new("web"),
        instance: Clean::new(id),
        lines: lines.into_iter().collect(),
        goes_on: false,
    }
}

fn line(n: u32, text: &str) -> LogLine {
    LogLine::new(Timestamp::from_second(n.into()).ok(), Stream::Stdout, Clean::new(text))
}

fn filter(text: &str) -> Filter {
    Filter::parse(text, &Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC)).unwrap()
}

fn run(scan: &Scan) -> Vec<Found> {
    let mut all = Vec::new();
    scan.run(|found| {
        all.push(found);
        true
    });
    all
}

#[test]
fn parts_are_told_from_the_newest_to_the_oldest_and_join_without_a_gap() {
    let lines = (0..100_000).map(|n| line(n, if n % 1000 == 0 { "error" } else { "fine" }));
    let wanted = Wanted::Filtered(filter("text~error"));
    let mut parts = run(&Scan { wanted, logs: vec![log("a", lines)] });
    assert!(parts.len() > 2, "{}", parts.len());
    assert_eq!(parts[0].scanned.end, 100_000);
    parts.reverse();
    assert!(parts.windows(2).all(|two| two[0].scanned.end == two[1].scanned.start));
    let numbers: Vec<u64> = parts.into_iter().flat_map(|part| part.numbers).collect();
    assert_eq!(numbers, (0..100).map(|n| n * 1000).collect::<Vec<_>>());
}

#[test]
fn a_walk_that_goes_on_is_told_at_once() {
    let lines = (0..100_000).map(|n| line(n, "x"));
    let log = ScannedLog { goes_on: true, ..log("a", lines) };
    let parts = run(&Scan { wanted: Wanted::Filtered(filter("text~x")), logs: vec![log] });
    assert_eq!(parts.len(), 1);
    assert_eq!(parts[0].numbers.len(), 100_000);
}

#[test]
fn a_record_is_wanted_with_all_its_lines() {
    let told = |continues| Told { level: Some(Severity::Error), continues, ..Told::default() };
    let trace = |n, text: &str, continues| LogLine { told: told(continues), ..line(n, text) };
    let lines = [
        line(0, "before"),
        trace(1, "failed", false),
        trace(2, "  at main.js", true),
        trace(3, "ValueError: no", true),
        line(4, "after"),
    ];
    let found = |text: &str| {
        let wanted = Wanted::Filtered(filter(text));
        run(&Scan { wanted, logs: vec![log("a", lines.clone())] })[0].numbers.clone()
    };
    assert_eq!(found("level>=error"), [1, 2, 3]);
    assert_eq!(found("text~ValueError"), [1, 2, 3]);
    assert_eq!(found("not text~ValueError"), [0, 4]);
}

#[test]
fn a_search_finds_lines_among_those_that_a_filter_wants() {
    let lines = ["a timeout", "b", "a", "b timeout"];
    let lines: Vec<_> = (0..).zip(lines).map(|(n, text)| line(n, text)).collect();
    let found = |within: &str| {
        let wanted = Wanted::Searched(Search::new("time(d )?out").unwrap(), filter(within));
        run(&Scan { wanted, logs: vec![log("a", lines.clone())] })[0].numbers.clone()
    };
    assert_eq!(found(""), [0, 3]);
    assert_eq!(found("text~^a"), [0]);
}

#[test]
fn nobody_is_told_any_more_once_nobody_wants_to_know() {
    let lines: Vec<_> = (0..100_000).map(|n| line(n, "x")).collect();
    let logs = vec![log("a", lines.clone()), log("b", lines)];
    let mut told = 0;
    Scan { wanted: Wanted::Filtered(Filter::default()), logs }.run(|_| {
        told += 1;
        false
    });
    assert_eq!(told, 1);
}

#[test]
fn a_line_whose_end_was_cut_repeats_no_other() {
    let cut = |n| LogLine { cut_bytes: 7, ..line(n, "x") };
    let lines = [line(0, "x"), line(1, "x"), cut(2), cut(3), line(4, "x"), line(5, "x")];
    let found = run(&Scan { wanted: Wanted::Repeated, logs: vec![log("a", lines)] });
    let numbers: Vec<u64> = found.into_iter().flat_map(|part| part.numbers).collect();
    assert_eq!(numbers, [1, 5]);
}
