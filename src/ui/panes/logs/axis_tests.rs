use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;
use crate::{
    model::{LogLine, Stream},
    store::logs::Snapshot,
    text::Clean,
};

fn lines(lines: &[(i64, &str)]) -> Snapshot {
    let line = |(second, text): &(i64, &str)| {
        LogLine::new(Timestamp::from_second(*second).ok(), Stream::Stdout, Clean::new(text))
    };
    lines.iter().map(line).collect()
}

fn axis(logs: &[&Snapshot]) -> Axis<'static> {
    Axis::new(logs.iter().map(|log| Source::new((*log).clone(), None)).collect())
}

fn texts<'a>(lines: impl Iterator<Item = (Place, LineRef<'a>)>) -> Vec<&'a str> {
    lines.map(|(_, line)| line.text()).collect()
}

#[test]
fn lines_of_several_logs_stand_by_time() {
    let (a, b) = (lines(&[(1, "a1"), (3, "a3"), (3, "a3'")]), lines(&[(2, "b2"), (3, "b3")]));
    let axis = axis(&[&a, &b]);
    let all = ["a1", "b2", "a3", "a3'", "b3"];
    assert_eq!(texts(axis.from(axis.oldest().unwrap())), all);
    let mut back = texts(axis.back_from(axis.newest().unwrap()));
    back.reverse();
    assert_eq!(back, all);
    assert_eq!(axis.len(), 5);
}

#[test]
fn steps_back_and_forward_meet_and_stop_at_the_ends() {
    let (a, b) = (lines(&[(1, "a1"), (3, "a3")]), lines(&[(2, "b2"), (4, "b4")]));
    let axis = axis(&[&a, &b]);
    let newest = axis.newest().unwrap();
    let two_back = axis.back(newest, 2).unwrap();
    assert_eq!(axis.get(two_back).unwrap().text(), "b2");
    assert_eq!(axis.newer_than(two_back), 2);
    let text = |place: Option<Place>| axis.get(place.unwrap()).unwrap().text();
    assert_eq!(text(axis.forward(two_back, 1)), "a3");
    assert_eq!(axis.forward(two_back, 9), Some(newest));
    assert_eq!(axis.back(newest, 9), axis.oldest());
    let at = |second| text(axis.at(Timestamp::from_second(second).unwrap()));
    assert_eq!([at(0), at(2), at(3), at(9)], ["a1", "b2", "a3", "b4"]);
}

#[test]
fn only_the_lines_that_are_wanted_and_kept_are_walked() {
    let log = lines(&[(1, "0"), (2, "1"), (3, "2"), (4, "3")]);
    let wanted = VecDeque::from([0, 2, 3, 7]);
    let axis = Axis::new(vec![Source::new(log, Some(&wanted))]);
    assert_eq!(texts(axis.from(axis.oldest().unwrap())), ["0", "2", "3"]);
    let gone = Place { at: Timestamp::from_second(2).unwrap(), log: 0, number: 1 };
    assert!(axis.get(gone).is_none());
    assert_eq!(texts(axis.back_from(gone)), ["0"]);
    assert_eq!(axis.newer_than(gone), 2);
}

#[test]
fn equal_lines_are_folded_and_counted() {
    let log = lines(&[(1, "a"), (2, "a"), (3, "b"), (4, "c"), (5, "c"), (6, "c"), (7, "d")]);
    let repeats = VecDeque::from([1, 4, 5]);
    let axis = Axis::new(vec![Source::new(log, None).folded(Some(&repeats))]);
    let (oldest, newest) = (axis.oldest().unwrap(), axis.newest().unwrap());
    let shown: Vec<_> =
        axis.from(oldest).map(|(place, line)| (line.text(), axis.times(place))).collect();
    assert_eq!(shown, [("a", 2), ("b", 1), ("c", 3), ("d", 1)]);
    assert_eq!(texts(axis.back_from(newest)), ["d", "c", "b", "a"]);
    // From the midst of a group, it is the first of it that is met, once.
    let midst = axis.place_of(0, 4).unwrap();
    assert_eq!(texts(axis.back_from(midst)), ["c", "b", "a"]);
    assert_eq!(texts(axis.from(midst)), ["d"]);
    assert_eq!(axis.nearest(midst), axis.place_of(0, 3));
}

#[test]
fn a_line_whose_first_is_not_wanted_stands_for_the_rest() {
    let log = lines(&[(1, "a"), (2, "a"), (3, "a"), (4, "b")]);
    let (wanted, repeats) = (VecDeque::from([1, 2, 3]), VecDeque::from([1, 2]));
    let axis = Axis::new(vec![Source::new(log, Some(&wanted)).folded(Some(&repeats))]);
    let shown: Vec<_> =
        axis.from(axis.oldest().unwrap()).map(|(place, _)| axis.times(place)).collect();
    assert_eq!(shown, [2, 1]);
}

proptest! {
    /// However lines are folded and filtered, both ways meet the same lines, each line
    /// is in one group, and every group says the same throughout.
    #[test]
    fn folding_loses_no_line(
        texts in prop::collection::vec(prop::sample::select(vec!["a", "b"]), 0..40),
        wanted in prop::collection::btree_set(0u64..40, 0..40),
    ) {
        let said: Vec<_> = (0..).zip(texts).collect();
        let repeats: VecDeque<u64> = (1..said.len())
            .filter(|n| said[*n].1 == said[n - 1].1)
            .map(|n| n as u64)
            .collect();
        let wanted: VecDeque<u64> = wanted.into_iter().collect();
        let source = Source::new(lines(&said), Some(&wanted)).folded(Some(&repeats));
        let axis = Axis::new(vec![source]);
        let Some(oldest) = axis.oldest() else { return Ok(()) };
        let on: Vec<_> = axis.from(oldest).map(|(place, _)| place).collect();
        let mut back: Vec<_> = axis.back_from(axis.newest().unwrap()).map(|(p, _)| p).collect();
        back.reverse();
        prop_assert_eq!(&on, &back);
        let grouped: usize = on.iter().map(|place| axis.times(*place)).sum();
        prop_assert_eq!(grouped, axis.len());
    }
}

#[test]
fn what_is_sought_is_found_without_walking() {
    let (a, b) = (lines(&[(1, "a1"), (3, "a3"), (5, "a5")]), lines(&[(2, "b2"), (4, "b4")]));
    let axis = axis(&[&a, &b]);
    let hits = [VecDeque::from([0, 2]), VecDeque::from([1])];
    let next = |log: usize, from: u64| hits[log].iter().copied().find(|number| *number >= from);
    let last = |log: usize, end: u64| hits[log].iter().copied().rfind(|number| *number < end);
    let text = |place: Option<Place>| Some(axis.get(place?)?.text());
    let from = axis.place_of(0, 0).unwrap();
    let on = axis.seek(from, Way::On, next);
    assert_eq!(text(on), Some("b4"));
    let on = axis.seek(on.unwrap(), Way::On, next);
    assert_eq!((text(on), text(axis.seek(on.unwrap(), Way::On, next))), (Some("a5"), None));
    assert_eq!(text(axis.seek(on.unwrap(), Way::Back, last)), Some("b4"));
    assert_eq!(text(axis.seek(from, Way::Back, last)), None);
}

#[test]
fn no_logs_are_no_lines() {
    let axis = axis(&[]);
    assert_eq!((axis.newest(), axis.oldest(), axis.len()), (None, None, 0));
    assert_eq!(axis.at(Timestamp::UNIX_EPOCH), None);
}
