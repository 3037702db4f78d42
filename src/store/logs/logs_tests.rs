use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::{
    model::{EngineId, InstanceId, ServiceId, Severity, Stream, Told},
    text::{Clean, parse_log},
};

const ROOMY: LogBounds = LogBounds { bytes: 1 << 20, total_bytes: 1 << 20 };

/// What one chunk costs at most: its lines, and as much again while it grows.
const CHUNK: usize = 1 << 18;

fn key(id: &str) -> InstanceKey {
    InstanceKey::new(&EngineId::new("fake"), &InstanceId::new(id))
}

fn service(name: &str) -> ServiceKey {
    ServiceKey { engine: EngineId::new("fake"), service: ServiceId::alone(name) }
}

fn line(second: i64, text: &str) -> LogLine {
    LogLine::new(Timestamp::from_second(second).ok(), Stream::Stdout, Clean::new(text))
}

fn push(logs: &mut Logs, id: &str, lines: &[LogLine]) {
    logs.push(&key(id), Some(&service(id)), lines, 0);
}

#[test]
fn numbers_stay_with_their_lines_when_older_ones_go() {
    let mut logs = Logs::new(LogBounds { bytes: CHUNK, total_bytes: CHUNK });
    for n in 0..20_000 {
        push(&mut logs, "a", &[line(n, &format!("line {n}"))]);
    }
    let ring = logs.ring(&key("a")).unwrap();
    assert_eq!(ring.count(), 20_000);
    assert!(ring.first() > 0 && ring.len() > 1000, "{}", ring.first());
    for number in [ring.first(), ring.first() + 1500, 19_999] {
        let line = ring.get(number).unwrap();
        assert_eq!((line.number(), line.text()), (number, &*format!("line {number}")));
    }
    assert!(ring.get(ring.first() - 1).is_none() && ring.get(20_000).is_none());
}

#[test]
fn the_instances_of_a_service_share_its_bound() {
    let mut logs = Logs::new(LogBounds { bytes: 2 * CHUNK, total_bytes: 64 * CHUNK });
    let lines: Vec<_> = (0..5000).map(|n| line(n, &"x".repeat(100))).collect();
    for id in ["a", "b"] {
        logs.push(&key(id), Some(&service("both")), &lines, 0);
    }
    push(&mut logs, "c", &lines);
    let bytes = |id| logs.ring(&key(id)).unwrap().bytes();
    assert!(bytes("a") + bytes("b") <= 2 * CHUNK);
    assert!(bytes("a") > 0 && bytes("b") > 0 && bytes("c") > CHUNK);
}

#[test]
fn a_log_that_is_forgotten_gives_its_room_back() {
    let mut logs = Logs::new(ROOMY);
    push(&mut logs, "a", &[line(1, "x")]);
    logs.forget(&key("a"));
    assert_eq!(logs.bytes, 0);
    assert!(logs.ring(&key("a")).is_none());
}

#[test]
fn a_line_without_a_time_or_out_of_order_stays_in_its_place() {
    let mut logs = Logs::new(ROOMY);
    let timeless = LogLine { at: None, ..line(0, "timeless") };
    push(&mut logs, "a", &[line(10, "first"), line(5, "late"), timeless, line(11, "last")]);
    let snapshot = logs.ring(&key("a")).unwrap().snapshot(0);
    let lines: Vec<_> = snapshot
        .iter()
        .map(|line| (line.at().as_second(), line.when().map(Timestamp::as_second), line.is_late()))
        .collect();
    let expected =
        [(10, Some(10), false), (10, Some(5), true), (10, None, false), (11, Some(11), false)];
    assert_eq!(lines, expected);
}

#[test]
fn a_lines_own_time_goes_before_the_engines() {
    let mut logs = Logs::new(ROOMY);
    let own = Told { at: Timestamp::from_second(3).ok(), ..Told::default() };
    push(&mut logs, "a", &[LogLine { told: own, ..line(10, "x") }]);
    let ring = logs.ring(&key("a")).unwrap();
    let line = ring.get(0).unwrap();
    assert_eq!(line.at().as_second(), 3);
    assert_eq!(line.engine_time().unwrap().as_second(), 10);
}

#[test]
fn all_that_a_line_is_comes_back() {
    let mut logs = Logs::new(ROOMY);
    let told = Told {
        format: crate::model::Format::Json,
        at: Some("2026-11-20T03:12:41.123456789Z".parse().unwrap()),
        level: Some(Severity::Error),
        is_guess: true,
        continues: true,
    };
    let text = parse_log("plain \u{1b}[31mred\u{1b}[0m ä");
    let whole = LogLine { cut_bytes: 7, told, ..LogLine::new(None, Stream::Stderr, text.clone()) };
    push(&mut logs, "a", &[line(1, "before"), whole]);
    let line = logs.ring(&key("a")).unwrap().get(1).unwrap();
    assert_eq!((line.told(), line.stream(), line.cut_bytes()), (told, Stream::Stderr, 7));
    let pieces: Vec<_> = text.pieces().collect();
    assert_eq!(line.styled().pieces().collect::<Vec<_>>(), pieces);
}

#[test]
fn a_snapshot_stays_as_it_was_while_the_log_goes_on() {
    let mut logs = Logs::new(LogBounds { bytes: CHUNK, total_bytes: CHUNK });
    push(&mut logs, "a", &[line(1, "one"), line(2, "two")]);
    let snapshot = logs.ring(&key("a")).unwrap().snapshot(1);
    for n in 0..20_000 {
        push(&mut logs, "a", &[line(n, "flood")]);
    }
    assert!(logs.ring(&key("a")).unwrap().get(1).is_none());
    assert_eq!(snapshot.lines(), 1..2);
    assert_eq!(snapshot.iter().map(LineRef::text).collect::<Vec<_>>(), ["two"]);
}

#[test]
fn a_line_that_continues_another_was_said_with_it() {
    let mut logs = Logs::new(ROOMY);
    let at = |second| Timestamp::from_second(second).ok();
    let own =
        |second| LogLine { told: Told { at: at(second), ..Told::default() }, ..line(900, "x") };
    let frame = LogLine { told: Told { continues: true, ..Told::default() }, ..line(900, "at x") };
    push(&mut logs, "a", &[own(5), frame.clone(), own(6)]);
    push(&mut logs, "b", &[frame]);
    let said = |id| {
        let snapshot = logs.ring(&key(id)).unwrap().snapshot(0);
        snapshot.iter().map(|line| (line.when(), line.is_late())).collect::<Vec<_>>()
    };
    assert_eq!(said("a"), [(at(5), false), (at(5), false), (at(6), false)]);
    assert_eq!(said("b"), [(at(900), false)], "without its record, the engine's time is left");
}

#[test]
fn a_stack_trace_is_one_record_also_where_a_chunk_would_end() {
    let mut logs = Logs::new(ROOMY);
    let trace = |n| {
        let told = Told { continues: n >= 1020, ..Told::default() };
        LogLine { told, ..line(n, "x") }
    };
    push(&mut logs, "a", &(0..1100).map(trace).collect::<Vec<_>>());
    let snapshot = logs.ring(&key("a")).unwrap().snapshot(0);
    let blocks: Vec<_> = snapshot.blocks().collect();
    let records: Vec<_> = blocks[0].records().map(|(_, lines, _)| lines).collect();
    assert_eq!(records.last(), Some(&(1019..1100)));
    assert_eq!(snapshot.record_start(1099), 1019);
}

proptest! {
    // Much text is written in each.
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn bounds_hold_and_numbers_stay_whatever_comes(
        batches in prop::collection::vec((0..3usize, 1..400usize, 0..3000usize), 1..40),
    ) {
        let bounds = LogBounds { bytes: 2 * CHUNK, total_bytes: 4 * CHUNK };
        let mut logs = Logs::new(bounds);
        let mut counts = [0_u64; 3];
        for (of, count, length) in batches {
            let id = ["a", "b", "c"][of];
            let lines: Vec<_> = (0..count)
                .map(|n| {
                    let number = counts[of] + n as u64;
                    line(number.cast_signed(), &format!("{number} {}", "x".repeat(length)))
                })
                .collect();
            push(&mut logs, id, &lines);
            counts[of] += count as u64;
            let bytes: usize = logs.rings.values().map(LogRing::bytes).sum();
            prop_assert_eq!(bytes, logs.bytes);
            prop_assert!(bytes <= bounds.total_bytes);
            let ring = logs.ring(&key(id)).unwrap();
            prop_assert!(ring.bytes() <= bounds.bytes);
            prop_assert_eq!(ring.count(), counts[of]);
            for number in ring.first()..ring.count() {
                let (text, begin) = (ring.get(number).unwrap().text(), format!("{number} "));
                prop_assert!(text.starts_with(&begin));
            }
        }
    }
}

proptest! {
    #[test]
    fn lines_are_counted_by_chunk_as_they_are_one_by_one(
        levels in prop::collection::vec((0u8..4, any::<bool>()), 1..5000),
        from in 0u64..5000,
        len in 0u64..5000,
    ) {
        let kinds = [None, Some(Severity::Warn), Some(Severity::Error), Some(Severity::Fatal)];
        let said = |(kind, continues): (u8, bool)| {
            let told = Told { level: kinds[usize::from(kind)], continues, ..Told::default() };
            LogLine { told, ..line(1, "x") }
        };
        let lines: Vec<LogLine> = levels.into_iter().map(said).collect();
        let range = from..(from + len).min(lines.len() as u64).max(from);
        let mut expected = Tally::default();
        let wanted = lines.iter().skip(from as usize).take((range.end - range.start) as usize);
        wanted.for_each(|line| expected.count(&line.told));
        let log: Snapshot = lines.into_iter().collect();
        prop_assert_eq!(log.tally(range.clone()), expected);
        prop_assert_eq!(log.tally_of(range), expected);
    }
}
