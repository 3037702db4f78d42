//! [`Merged`]: the lines of several instances on one time axis, without copying any.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

use crate::{
    model::InstanceKey,
    store::{Store, logs::StoredLine},
};

/// A line's place on the time axis. Total: two lines of one moment stand in the order
/// of their instances and then of their arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) at: Timestamp,
    pub(super) source: usize,
    pub(super) number: u64,
}

/// How many lines of each instance are looked at; of all others none are.
pub(super) type Seen = BTreeMap<InstanceKey, u64>;

/// The lines of some instances, to be walked in either direction from any place.
pub(super) struct Merged<'a> {
    sources: Vec<Source<'a>>,
}

/// The lines of one instance, up to a number.
#[derive(Clone, Copy)]
struct Source<'a> {
    lines: &'a VecDeque<StoredLine>,
    /// How many of them are looked at, from the oldest on.
    len: usize,
}

impl<'a> Source<'a> {
    fn new(lines: &'a VecDeque<StoredLine>, seen: Option<u64>) -> Self {
        let len = match (seen, lines.front()) {
            (Some(seen), Some(oldest)) => {
                usize::try_from(seen.saturating_sub(oldest.number)).unwrap_or(usize::MAX)
            }
            _ => usize::MAX,
        };
        Self { lines, len: len.min(lines.len()) }
    }
}

impl<'a> Merged<'a> {
    /// All lines of these instances, or only those that were seen.
    pub(super) fn new(instances: &[InstanceKey], store: &'a Store, seen: Option<&Seen>) -> Self {
        static NOTHING: VecDeque<StoredLine> = VecDeque::new();
        let source = |key| {
            let lines = store.log(key).map_or(&NOTHING, |ring| ring.lines());
            Source::new(lines, seen.map(|seen| seen.get(key).copied().unwrap_or(0)))
        };
        Self { sources: instances.iter().map(source).collect() }
    }

    /// The place of the newest line.
    pub(super) fn newest(&self) -> Option<Place> {
        let ends = self.sources.iter().map(|source| source.len).collect();
        Backwards { merged: self, ends }.next().map(|(place, ..)| place)
    }

    /// The lines up to and with a place, the newest first.
    pub(super) fn backwards(&self, from: Place) -> Backwards<'_, 'a> {
        Backwards { merged: self, ends: self.ends(from) }
    }

    /// The place so many lines before another, or the oldest there is.
    pub(super) fn back(&self, from: Place, lines: usize) -> Option<Place> {
        self.backwards(from).take(lines.saturating_add(1)).last().map(|(place, ..)| place)
    }

    /// The place so many lines after another; `None` when that is past the newest.
    pub(super) fn forward(&self, from: Place, lines: usize) -> Option<Place> {
        let mut starts = self.ends(from);
        let mut place = None;
        for _ in 0..lines {
            let next = (0..self.sources.len())
                .filter_map(|source| self.place(source, starts[source]))
                .min()?;
            starts[next.source] += 1;
            place = Some(next);
        }
        // At the newest line there is nothing left to stand still for.
        place.filter(|place| self.newer_than(*place) > 0)
    }

    /// The place of the last line of the first page: the oldest lines that `room` rows
    /// hold, and one at least.
    pub(super) fn first_page(
        &self,
        room: usize,
        rows: impl Fn(&StoredLine) -> u16,
    ) -> Option<Place> {
        let mut starts = vec![0; self.sources.len()];
        let (mut place, mut used) = (None, 0);
        loop {
            let next = (0..self.sources.len())
                .filter_map(|source| self.place(source, starts[source]))
                .min();
            let Some(next) = next else { return place };
            used += usize::from(rows(&self.sources[next.source].lines[starts[next.source]]));
            if used > room && place.is_some() {
                return place;
            }
            starts[next.source] += 1;
            place = Some(next);
        }
    }

    /// How many lines come after a place.
    pub(super) fn newer_than(&self, place: Place) -> usize {
        let ends = self.ends(place);
        self.sources.iter().zip(ends).map(|(source, end)| source.len - end).sum()
    }

    /// Whether there is a line at or before a place.
    pub(super) fn reaches_back_to(&self, place: Place) -> bool {
        self.ends(place).iter().any(|end| *end > 0)
    }

    fn place(&self, source: usize, index: usize) -> Option<Place> {
        let Source { lines, len } = self.sources[source];
        let stored = lines.get(index).filter(|_| index < len)?;
        Some(Place { at: stored.at, source, number: stored.number })
    }

    /// For each source, the index behind its last line that is not after `place`.
    fn ends(&self, place: Place) -> Vec<usize> {
        let end = |(source, Source { lines, len }): (usize, &Source<'_>)| {
            lines
                .partition_point(|line| Place { at: line.at, source, number: line.number } <= place)
                .min(*len)
        };
        self.sources.iter().enumerate().map(end).collect()
    }
}

/// Walks from the newest line to the oldest.
pub(super) struct Backwards<'m, 'a> {
    merged: &'m Merged<'a>,
    ends: Vec<usize>,
}

impl<'a> Iterator for Backwards<'_, 'a> {
    /// The place, which source, and the line.
    type Item = (Place, usize, &'a StoredLine);

    fn next(&mut self) -> Option<Self::Item> {
        let newest = (0..self.ends.len())
            .filter_map(|source| self.merged.place(source, self.ends[source].checked_sub(1)?))
            .max()?;
        let end = &mut self.ends[newest.source];
        *end -= 1;
        let line = self.merged.sources[newest.source].lines.get(*end)?;
        Some((newest, newest.source, line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{LogLine, Stream},
        text::Clean,
    };

    fn lines(source: &[(i64, &str)]) -> VecDeque<StoredLine> {
        let stored = |(number, (second, text)): (usize, &(i64, &str))| StoredLine {
            number: number as u64,
            at: Timestamp::from_second(*second).unwrap(),
            line: LogLine::new(None, Stream::Stdout, Clean::new(text)),
        };
        source.iter().enumerate().map(stored).collect()
    }

    fn merged<'a>(sources: &[&'a VecDeque<StoredLine>]) -> Merged<'a> {
        Merged { sources: sources.iter().map(|lines| Source::new(lines, None)).collect() }
    }

    fn texts(merged: &Merged<'_>, from: Place) -> Vec<String> {
        merged.backwards(from).map(|(_, _, stored)| stored.line.as_str().to_owned()).collect()
    }

    #[test]
    fn lines_of_several_sources_stand_by_time() {
        let (a, b) = (lines(&[(1, "a1"), (3, "a3"), (3, "a3'")]), lines(&[(2, "b2"), (3, "b3")]));
        let merged = merged(&[&a, &b]);
        let newest = merged.newest().unwrap();
        assert_eq!(texts(&merged, newest), ["b3", "a3'", "a3", "b2", "a1"]);
    }

    #[test]
    fn steps_back_and_forward_meet_and_stop_at_the_ends() {
        let (a, b) = (lines(&[(1, "a1"), (3, "a3")]), lines(&[(2, "b2"), (4, "b4")]));
        let merged = merged(&[&a, &b]);
        let newest = merged.newest().unwrap();
        let two_back = merged.back(newest, 2).unwrap();
        assert_eq!(texts(&merged, two_back), ["b2", "a1"]);
        assert_eq!(merged.newer_than(two_back), 2);
        let one_forward = merged.forward(two_back, 1).unwrap();
        assert_eq!(texts(&merged, one_forward), ["a3", "b2", "a1"]);
        assert_eq!(merged.forward(two_back, 2), None);
        assert_eq!(merged.back(newest, usize::MAX), merged.first_page(1, |_| 1));
        assert_eq!(merged.first_page(99, |_| 1), Some(newest));
    }

    #[test]
    fn the_first_page_holds_what_its_rows_hold_and_one_line_at_least() {
        let a = lines(&[(1, "a1"), (2, "a2"), (3, "a3")]);
        let merged = merged(&[&a]);
        let last = |room| texts(&merged, merged.first_page(room, |_| 3).unwrap()).len();
        assert_eq!([last(1), last(3), last(8), last(99)], [1, 1, 2, 3]);
    }

    #[test]
    fn only_the_lines_that_were_seen_are_walked() {
        let a = lines(&[(1, "a1"), (2, "a2"), (3, "a3")]);
        let mut rest = a.clone();
        rest.pop_front();
        let merged = Merged { sources: vec![Source::new(&rest, Some(2))] };
        let newest = merged.newest().unwrap();
        assert_eq!(texts(&merged, newest), ["a2"]);
        assert_eq!(merged.newer_than(newest), 0);
        assert_eq!(merged.forward(newest, 1), None);
        assert!(Merged { sources: vec![Source::new(&rest, Some(1))] }.newest().is_none());
    }

    #[test]
    fn no_sources_are_no_lines() {
        let merged = Merged { sources: vec![] };
        assert_eq!(merged.newest(), None);
        assert_eq!(merged.first_page(3, |_| 1), None);
    }
}
