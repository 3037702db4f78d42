//! [`Merged`]: the lines of several instances on one time axis, without copying any.

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::{
    model::InstanceKey,
    store::{Store, logs::StoredLine},
};

/// A line's place on the time axis. Total: two lines of one moment stand in the order
/// of their instances and then of their arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    at: Timestamp,
    source: usize,
    number: u64,
}

/// The lines of some instances, to be walked in either direction from any place.
pub(super) struct Merged<'a> {
    sources: Vec<&'a VecDeque<StoredLine>>,
}

impl<'a> Merged<'a> {
    pub(super) fn new(instances: &[InstanceKey], store: &'a Store) -> Self {
        static NOTHING: VecDeque<StoredLine> = VecDeque::new();
        let lines = |key| store.log(key).map_or(&NOTHING, |ring| ring.lines());
        Self { sources: instances.iter().map(lines).collect() }
    }

    /// The place of the newest line.
    pub(super) fn newest(&self) -> Option<Place> {
        let ends = self.sources.iter().map(|lines| lines.len()).collect();
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

    /// The place of the line with this number, counted from the oldest, from 1.
    pub(super) fn nth(&self, number: usize) -> Option<Place> {
        let mut starts = vec![0; self.sources.len()];
        let mut place = None;
        for _ in 0..number {
            let next = (0..self.sources.len())
                .filter_map(|source| self.place(source, starts[source]))
                .min();
            let Some(next) = next else { break };
            starts[next.source] += 1;
            place = Some(next);
        }
        place
    }

    /// How many lines come after a place.
    pub(super) fn newer_than(&self, place: Place) -> usize {
        let ends = self.ends(place);
        self.sources.iter().zip(ends).map(|(lines, end)| lines.len() - end).sum()
    }

    fn place(&self, source: usize, index: usize) -> Option<Place> {
        let stored = self.sources[source].get(index)?;
        Some(Place { at: stored.at, source, number: stored.number })
    }

    /// For each source, the index behind its last line that is not after `place`.
    fn ends(&self, place: Place) -> Vec<usize> {
        let end = |(source, lines): (usize, &&VecDeque<StoredLine>)| {
            lines
                .partition_point(|line| Place { at: line.at, source, number: line.number } <= place)
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
        let line = self.merged.sources[newest.source].get(*end)?;
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
            line: LogLine {
                at: None,
                stream: Stream::Stdout,
                text: Clean::new(text).into(),
                cut_bytes: 0,
            },
        };
        source.iter().enumerate().map(stored).collect()
    }

    fn texts(merged: &Merged<'_>, from: Place) -> Vec<String> {
        merged.backwards(from).map(|(_, _, stored)| stored.line.as_str().to_owned()).collect()
    }

    #[test]
    fn lines_of_several_sources_stand_by_time() {
        let (a, b) = (lines(&[(1, "a1"), (3, "a3"), (3, "a3'")]), lines(&[(2, "b2"), (3, "b3")]));
        let merged = Merged { sources: vec![&a, &b] };
        let newest = merged.newest().unwrap();
        assert_eq!(texts(&merged, newest), ["b3", "a3'", "a3", "b2", "a1"]);
    }

    #[test]
    fn steps_back_and_forward_meet_and_stop_at_the_ends() {
        let (a, b) = (lines(&[(1, "a1"), (3, "a3")]), lines(&[(2, "b2"), (4, "b4")]));
        let merged = Merged { sources: vec![&a, &b] };
        let newest = merged.newest().unwrap();
        let two_back = merged.back(newest, 2).unwrap();
        assert_eq!(texts(&merged, two_back), ["b2", "a1"]);
        assert_eq!(merged.newer_than(two_back), 2);
        let one_forward = merged.forward(two_back, 1).unwrap();
        assert_eq!(texts(&merged, one_forward), ["a3", "b2", "a1"]);
        assert_eq!(merged.forward(two_back, 2), None);
        assert_eq!(merged.back(newest, usize::MAX), merged.nth(1));
        assert_eq!(merged.nth(99), Some(newest));
    }

    #[test]
    fn no_sources_are_no_lines() {
        let merged = Merged { sources: vec![] };
        assert_eq!(merged.newest(), None);
        assert_eq!(merged.nth(3), None);
    }
}
