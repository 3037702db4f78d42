//! [`Axis`]: the lines of several logs on one time axis, without copying any.

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::{
    logs::format::parts,
    store::logs::{LineRef, Snapshot},
};

/// How many equal lines are counted, which takes reading them: more are as many.
pub(super) const MOST_TIMES: usize = 9999;

/// A line's place on the time axis. Total: two lines of one moment stand in the order
/// of their logs and then of their arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) at: Timestamp,
    pub(super) log: usize,
    pub(super) number: u64,
}

/// The lines of some logs, to be walked in either direction from any place.
pub(super) struct Axis<'a> {
    logs: Vec<Source<'a>>,
    /// Whether a line that only repeats the one in front of it is passed over.
    folded: bool,
}

/// The lines of one log, or those of them that are wanted.
pub(super) struct Source<'a> {
    lines: Snapshot,
    /// The numbers of the wanted lines; `None` for all.
    only: Option<&'a VecDeque<u64>>,
    /// The first of those that is kept.
    start: usize,
    len: usize,
}

impl<'a> Source<'a> {
    pub(super) fn new(lines: Snapshot, only: Option<&'a VecDeque<u64>>) -> Self {
        let kept = lines.lines();
        let (start, len) = match only {
            Some(only) => {
                let before = |end: u64| only.partition_point(|number| *number < end);
                (before(kept.start), before(kept.end) - before(kept.start))
            }
            None => (0, usize::try_from(kept.end - kept.start).unwrap_or(usize::MAX)),
        };
        Self { lines, only, start, len }
    }

    fn number(&self, index: usize) -> Option<u64> {
        match self.only {
            _ if index >= self.len => None,
            Some(only) => only.get(self.start + index).copied(),
            None => Some(self.lines.lines().start + index as u64),
        }
    }

    fn get(&self, index: usize) -> Option<LineRef<'_>> {
        self.lines.get(self.number(index)?)
    }

    /// How many lines there are in front of those for which `is_before` does not hold.
    fn partition_point(&self, is_before: impl Fn(LineRef<'_>) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len);
        while low < high {
            let middle = low.midpoint(high);
            if self.get(middle).is_some_and(&is_before) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Whether a line only repeats the one in front of it.
    fn repeats(&self, index: usize) -> bool {
        let before = index.checked_sub(1).and_then(|before| self.get(before));
        let same = |before: LineRef<'_>| self.get(index).is_some_and(|line| is_same(before, line));
        before.is_some_and(same)
    }
}

/// Whether two lines say the same, each at its time.
fn is_same(a: LineRef<'_>, b: LineRef<'_>) -> bool {
    let (told, other) = (a.told(), b.told());
    if (a.stream(), told.format, told.level) != (b.stream(), other.format, other.level) {
        return false;
    }
    let said = parts(told.format, a.text());
    a.text() == b.text() || (said.is_some() && said == parts(other.format, b.text()))
}

impl<'a> Axis<'a> {
    /// Puts logs on one axis.
    pub(super) fn new(logs: Vec<Source<'a>>, folded: bool) -> Self {
        Self { logs, folded }
    }

    /// How many lines there are, also those that are folded.
    pub(super) fn len(&self) -> usize {
        self.logs.iter().map(|log| log.len).sum()
    }

    /// The number of a log's line, counted from its oldest.
    pub(super) fn number_at(&self, log: usize, index: usize) -> Option<u64> {
        self.logs.get(log)?.number(index)
    }

    /// The time of the oldest line that tells one.
    pub(super) fn oldest_time(&self) -> Option<Timestamp> {
        // Lines without a time stand before all others.
        self.at(Timestamp::UNIX_EPOCH).map(|place| place.at)
    }

    /// Looks at every line, those that are folded too, each log for itself.
    pub(super) fn each(&self, mut look: impl FnMut(LineRef<'_>)) {
        for log in &self.logs {
            match log.only {
                None => log.lines.iter().for_each(&mut look),
                Some(_) => (0..log.len).filter_map(|index| log.get(index)).for_each(&mut look),
            }
        }
    }

    /// The line at a place.
    pub(super) fn get(&self, place: Place) -> Option<LineRef<'_>> {
        let log = self.logs.get(place.log)?;
        let index = log.partition_point(|line| line.number() < place.number);
        log.get(index).filter(|line| line.number() == place.number)
    }

    /// The place of a log's line, when it is among those that are wanted.
    pub(super) fn place_of(&self, log: usize, number: u64) -> Option<Place> {
        let source = self.logs.get(log)?;
        let index = source.partition_point(|line| line.number() < number);
        let (place, _) = self.place(log, index)?;
        (place.number == number).then_some(place)
    }

    /// The place of the oldest line.
    pub(super) fn oldest(&self) -> Option<Place> {
        self.walk(vec![0; self.logs.len()]).next().map(|(place, _)| place)
    }

    /// The place of the newest line.
    pub(super) fn newest(&self) -> Option<Place> {
        let ends = self.logs.iter().map(|source| source.len).collect();
        self.walk_back(ends).next().map(|(place, _)| place)
    }

    /// The lines from a place on, itself among them.
    pub(super) fn from(&self, place: Place) -> impl Iterator<Item = (Place, LineRef<'_>)> {
        self.walk(self.ends(|other| other < place))
    }

    /// The lines up to and with a place, the newest first.
    pub(super) fn back_from(&self, place: Place) -> impl Iterator<Item = (Place, LineRef<'_>)> {
        self.walk_back(self.ends(|other| other <= place))
    }

    /// The place so many lines before another, or the oldest there is.
    pub(super) fn back(&self, from: Place, lines: usize) -> Option<Place> {
        self.back_from(from).take(lines.saturating_add(1)).last().map(|(place, _)| place)
    }

    /// The place so many lines after another, or the newest there is.
    pub(super) fn forward(&self, from: Place, lines: usize) -> Option<Place> {
        self.from(from).take(lines.saturating_add(1)).last().map(|(place, _)| place)
    }

    /// The place of the first line at or after a moment, or else of the newest.
    pub(super) fn at(&self, moment: Timestamp) -> Option<Place> {
        let starts = self.logs.iter().map(|log| log.partition_point(|line| line.at() < moment));
        self.walk(starts.collect()).next().map(|(place, _)| place).or_else(|| self.newest())
    }

    /// How many lines come after a place, also those that are folded.
    pub(super) fn newer_than(&self, place: Place) -> usize {
        let ends = self.ends(|other| other <= place);
        self.logs.iter().zip(ends).map(|(log, end)| log.len - end).sum()
    }

    /// How many equal lines one stands for.
    pub(super) fn times(&self, place: Place) -> usize {
        let Some(log) = self.logs.get(place.log).filter(|_| self.folded) else { return 1 };
        let index = log.partition_point(|line| line.number() < place.number);
        let repeats = (index + 1..log.len).take_while(|index| log.repeats(*index));
        1 + repeats.take(MOST_TIMES).count()
    }

    fn place(&self, log: usize, index: usize) -> Option<(Place, LineRef<'_>)> {
        let line = self.logs[log].get(index)?;
        Some((Place { at: line.at(), log, number: line.number() }, line))
    }

    /// For each log, how many lines stand before those for which `is_before` fails.
    fn ends(&self, is_before: impl Fn(Place) -> bool) -> Vec<usize> {
        let end = |(log, source): (usize, &Source<'_>)| {
            source.partition_point(|line| {
                is_before(Place { at: line.at(), log, number: line.number() })
            })
        };
        self.logs.iter().enumerate().map(end).collect()
    }

    fn is_passed_over(&self, log: usize, index: usize) -> bool {
        self.folded && self.logs[log].repeats(index)
    }

    /// Walks on from these indices.
    fn walk(&self, mut next: Vec<usize>) -> impl Iterator<Item = (Place, LineRef<'_>)> {
        std::iter::from_fn(move || {
            loop {
                let heads = (0..self.logs.len()).filter_map(|log| self.place(log, next[log]));
                let (place, line) = heads.min_by_key(|(place, _)| *place)?;
                let index = next[place.log];
                next[place.log] += 1;
                if !self.is_passed_over(place.log, index) {
                    return Some((place, line));
                }
            }
        })
    }

    /// Walks back from the lines in front of these indices.
    fn walk_back(&self, mut ends: Vec<usize>) -> impl Iterator<Item = (Place, LineRef<'_>)> {
        std::iter::from_fn(move || {
            loop {
                let last = |log| self.place(log, usize::checked_sub(ends[log], 1)?);
                let heads = (0..self.logs.len()).filter_map(last);
                let (place, line) = heads.max_by_key(|(place, _)| *place)?;
                ends[place.log] -= 1;
                if !self.is_passed_over(place.log, ends[place.log]) {
                    return Some((place, line));
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{LogLine, Stream},
        text::Clean,
    };

    fn lines(lines: &[(i64, &str)]) -> Snapshot {
        let line = |(second, text): &(i64, &str)| {
            LogLine::new(Timestamp::from_second(*second).ok(), Stream::Stdout, Clean::new(text))
        };
        lines.iter().map(line).collect()
    }

    fn axis(logs: &[&Snapshot]) -> Axis<'static> {
        Axis::new(logs.iter().map(|log| Source::new((*log).clone(), None)).collect(), false)
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
        let axis = Axis::new(vec![Source::new(log, Some(&wanted))], false);
        assert_eq!(texts(axis.from(axis.oldest().unwrap())), ["0", "2", "3"]);
        let gone = Place { at: Timestamp::from_second(2).unwrap(), log: 0, number: 1 };
        assert!(axis.get(gone).is_none());
        assert_eq!(texts(axis.back_from(gone)), ["0"]);
        assert_eq!(axis.newer_than(gone), 2);
    }

    #[test]
    fn equal_lines_are_folded_and_counted() {
        let log = lines(&[(1, "a"), (2, "a"), (3, "b"), (4, "a"), (5, "a"), (6, "a")]);
        let axis = Axis::new(vec![Source::new(log, None)], true);
        let shown: Vec<_> = axis
            .from(axis.oldest().unwrap())
            .map(|(place, line)| (line.text(), axis.times(place)))
            .collect();
        assert_eq!(shown, [("a", 2), ("b", 1), ("a", 3)]);
    }

    #[test]
    fn no_logs_are_no_lines() {
        let axis = axis(&[]);
        assert_eq!((axis.newest(), axis.oldest(), axis.len()), (None, None, 0));
        assert_eq!(axis.at(Timestamp::UNIX_EPOCH), None);
    }
}
