use jiff::{Timestamp, tz::TimeZone};
use proptest::prelude::*;

use super::*;
use crate::{
    logs::Filter,
    model::{EngineId, InstanceId, LogLine, Stream, Told},
    store::logs::Snapshot,
    text::Clean,
};

fn key() -> InstanceKey {
    InstanceKey::new(&EngineId::new("fake"), &InstanceId::new("a"))
}

fn log(lines: Snapshot) -> ScannedLog {
    let (service, instance) = (Clean::new("web"), Clean::new("web-1"));
    ScannedLog { key: key(), service, instance, lines, goes_on: false }
}

fn hunt() -> Hunt {
    let now = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
    Hunt::new(Wanted::Filtered(Filter::parse("text~x", &now).unwrap()), 1)
}

/// Lets a hunt look at what it has not seen.
fn go_on(hunt: &mut Hunt, lines: &Snapshot) {
    if let Some(scan) = hunt.next_scan([log(lines.clone())].into_iter()) {
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
    assert!(hunt.next_scan([log(lines.clone())].into_iter()).is_some());
    assert!(!hunt.is_at_rest());
    assert!(hunt.next_scan([log(lines.clone())].into_iter()).is_none());
    hunt.ended();
    go_on(&mut hunt, &lines);
    assert_eq!(hunt.numbers(&key()).unwrap(), &[0]);
    assert!(hunt.next_scan([log(lines)].into_iter()).is_none());
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
        let mut bit_by_bit = hunt();
        for step in steps {
            go_on(&mut bit_by_bit, &up_to(step));
        }
        let mut at_once = hunt();
        go_on(&mut at_once, &up_to(lines.len()));
        prop_assert_eq!(bit_by_bit.numbers(&key()), at_once.numbers(&key()));
    }
}
