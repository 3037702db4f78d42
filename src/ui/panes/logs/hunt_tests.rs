use jiff::{Timestamp, tz::TimeZone};
use proptest::prelude::*;

use super::*;
use crate::{
    logs::Filter,
    model::{Event, LogLine, Stream, Told},
    store::{LogBounds, Store, logs::Snapshot},
    text::Clean,
};

fn key() -> InstanceKey {
    InstanceKey::of_source("a")
}

fn ground(lines: &Snapshot) -> Ground<'_> {
    let (service, instance) = (Clean::new("web"), Clean::new("web-1"));
    Ground { key: key(), service, instance, held: Some(lines), live: None }
}

fn hunt() -> Hunt {
    let now = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
    Hunt::new(Wanted::Filtered(Filter::parse("text~x", &now).unwrap()), 1)
}

fn fold() -> Hunt {
    Hunt::new(Wanted::Repeated, 1)
}

/// Lets a hunt look at what it has not seen.
fn go_on(hunt: &mut Hunt, lines: &Snapshot) {
    if let Some(scan) = hunt.next_scan(&[ground(lines)]) {
        scan.run(|found| {
            hunt.take(found);
            true
        });
        hunt.ended();
    }
}

fn line(n: usize, (text, continues): &(String, bool)) -> LogLine {
    let at = Timestamp::from_second(n.cast_signed() as i64).ok();
    let told = Told { continues: *continues && n > 0, ..Told::default() };
    LogLine { told, ..LogLine::new(at, Stream::Stdout, Clean::new(text)) }
}

#[test]
fn one_scan_at_a_time_and_none_when_all_was_seen() {
    let lines: Snapshot = [line(0, &("x".into(), false))].into_iter().collect();
    let mut hunt = hunt();
    assert!(hunt.next_scan(&[ground(&lines)]).is_some());
    assert!(!hunt.is_at_rest());
    assert!(hunt.next_scan(&[ground(&lines)]).is_none());
    hunt.ended();
    go_on(&mut hunt, &lines);
    assert_eq!(hunt.numbers(&key()).unwrap(), &[0]);
    assert!(hunt.next_scan(&[ground(&lines)]).is_none());
}

proptest! {
    #[test]
    fn what_is_found_bit_by_bit_is_what_is_found_at_once(
        lines in prop::collection::vec(("[xy]{0,2}", any::<bool>()), 1..60),
        steps in prop::collection::vec(1..60usize, 0..6),
    ) {
        let lines: Vec<LogLine> = lines.iter().enumerate().map(|(n, l)| line(n, l)).collect();
        let up_to = |count: usize| lines.iter().take(count).cloned().collect::<Snapshot>();
        let mut steps = steps;
        steps.sort_unstable();
        steps.push(lines.len());
        for of in [hunt, fold] {
            let mut bit_by_bit = of();
            for step in &steps {
                go_on(&mut bit_by_bit, &up_to(*step));
            }
            let mut at_once = of();
            go_on(&mut at_once, &up_to(lines.len()));
            prop_assert_eq!(bit_by_bit.numbers(&key()), at_once.numbers(&key()));
        }
    }
}

#[test]
fn what_came_behind_the_held_lines_is_counted_and_let_go() {
    let bounds = LogBounds { bytes: 1 << 18, total_bytes: 1 << 18 };
    let mut store = Store::new([], bounds).with_log_sources([Clean::new("a")]);
    let said: Vec<_> = (0..20_000).map(|n| line(n, &("x".into(), false))).collect();
    let hear = |store: &mut Store, lines: &[LogLine]| {
        let (key, at) = (key(), Timestamp::UNIX_EPOCH);
        store.apply(Event::Logged { key, at, lines: lines.to_vec(), dropped: 0 });
    };
    hear(&mut store, &said[..100]);
    let held = store.log(&key()).unwrap().snapshot(0);
    let mut hunt = hunt();
    for lines in said[100..].chunks(100) {
        hear(&mut store, lines);
        let ground = Ground { live: store.log(&key()), ..ground(&held) };
        while let Some(scan) = hunt.next_scan(std::slice::from_ref(&ground)) {
            scan.run(|found| {
                hunt.take(found);
                true
            });
            hunt.ended();
        }
    }
    let ring = store.log(&key()).unwrap();
    assert!(ring.first() > 1000, "{}", ring.first());
    assert_eq!(hunt.newer(&key()), 19_900);
    let kept = hunt.numbers(&key()).unwrap();
    assert_eq!(hunt.count(&key(), &held.lines()), 100);
    // What went meanwhile is counted, and no more than that.
    assert!((kept.len() as u64) < 100 + ring.len() + 100, "{}", kept.len());
}
