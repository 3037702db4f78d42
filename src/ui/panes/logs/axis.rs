//! [`Axis`]: the lines of several logs on one time axis, without copying any.

use std::ops::Range;

use jiff::Timestamp;

use super::source::Source;
use crate::store::logs::{LineRef, Snapshot, Tally};

/// A line's place on the time axis. Total: two lines of one moment stand in the order
/// of their logs and then of their arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) at: Timestamp,
    pub(super) log: usize,
    pub(super) number: u64,
}

impl Place {
    fn of(log: usize, line: LineRef<'_>) -> Self {
        Self { at: line.at(), log, number: line.number() }
    }
}

/// The lines of some logs, to be walked in either direction from any place. Of lines
/// that are folded, only the first of each group is walked over.
pub(super) struct Axis<'a> {
    logs: Vec<Source<'a>>,
}

/// Which way to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// To newer lines.
    On,
    /// To older lines.
    Back,
}

impl<'a> Axis<'a> {
    /// Puts logs on one axis.
    pub(super) fn new(logs: Vec<Source<'a>>) -> Self {
        Self { logs }
    }

    /// How many lines there are, also those that are folded.
    pub(super) fn len(&self) -> usize {
        self.logs.iter().map(Source::len).sum()
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

    /// Counts the lines of stretches of time, those that are folded too: from each of these
    /// moments on up to the next, and from the last one on.
    pub(super) fn tallies(&self, moments: &[Timestamp]) -> Vec<Tally> {
        let mut tallies = vec![Tally::default(); moments.len()];
        for log in &self.logs {
            let mut end = log.len();
            for (tally, moment) in tallies.iter_mut().zip(moments).rev() {
                let start = log.partition_point(|line| line.at() < *moment).min(end);
                *tally += log.tally(start..end);
                end = start;
            }
        }
        tallies
    }

    /// The line at a place.
    pub(super) fn get(&self, place: Place) -> Option<LineRef<'_>> {
        let log = self.logs.get(place.log)?;
        log.get(log.index_of(place.number)?)
    }

    /// The place of a log's line, when it is among those that are wanted.
    pub(super) fn place_of(&self, log: usize, number: u64) -> Option<Place> {
        self.place(log, self.logs.get(log)?.index_of(number)?).map(|(place, _)| place)
    }

    /// The place of the oldest line.
    pub(super) fn oldest(&self) -> Option<Place> {
        self.walk(vec![0; self.logs.len()]).next().map(|(place, _)| place)
    }

    /// The place of the newest line.
    pub(super) fn newest(&self) -> Option<Place> {
        let ends = self.logs.iter().map(Source::len).collect();
        self.walk_back(ends).next().map(|(place, _)| place)
    }

    /// The line at a place, or else the one in front of it that is shown, or else the
    /// oldest.
    pub(super) fn nearest(&self, place: Place) -> Option<Place> {
        self.back_from(place).next().map(|(place, _)| place).or_else(|| self.oldest())
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

    /// The last line that a log's engine took before a moment.
    pub(super) fn last_taken_before(&self, log: usize, moment: Timestamp) -> Option<Place> {
        let source = self.logs.get(log)?;
        let taken = |line: LineRef<'_>| line.engine_time().unwrap_or(line.at());
        let end = source.partition_point(|line| taken(line) < moment);
        self.place(log, source.group_start(end.checked_sub(1)?)).map(|(place, _)| place)
    }

    /// The nearest line beyond a place among those that `hit` knows, without looking at
    /// any in between. For a log and a number, `hit` gives the first that it knows from
    /// this number on, or the last before it.
    pub(super) fn seek(
        &self,
        from: Place,
        way: Way,
        hit: impl Fn(usize, u64) -> Option<u64>,
    ) -> Option<Place> {
        let hits = (0..self.logs.len()).filter_map(|log| self.seek_in(log, from, way, &hit));
        match way {
            Way::On => hits.min(),
            Way::Back => hits.max(),
        }
    }

    fn seek_in(
        &self,
        log: usize,
        from: Place,
        way: Way,
        hit: impl Fn(usize, u64) -> Option<u64>,
    ) -> Option<Place> {
        let source = &self.logs[log];
        let mut number = match way {
            Way::On => source.number(source.next_group(self.end(log, |other| other <= from)))?,
            Way::Back => {
                let end = self.end(log, |other| other < from);
                source.number(end).unwrap_or(source.kept().end)
            }
        };
        loop {
            let found = hit(log, number).filter(|found| source.kept().contains(found))?;
            if let Some(index) = source.index_of(found) {
                return self.place(log, source.group_start(index)).map(|(place, _)| place);
            }
            // It is among those that a filter took away: on from the nearest that is left.
            let left = source.before(found);
            number = match way {
                Way::On => source.number(left)?,
                Way::Back => source.number(left.checked_sub(1)?)? + 1,
            };
        }
    }

    /// For each log, the numbers of the lines from a place on, wanted or not, or of all that
    /// are kept.
    pub(super) fn numbers_from(&self, place: Option<Place>) -> Vec<Range<u64>> {
        let rest = |(log, source): (usize, &Source<'_>)| match place {
            Some(place) => {
                let is_before = |line: LineRef<'_>| Place::of(log, line) < place;
                source.first_kept(is_before)..source.kept().end
            }
            None => source.kept(),
        };
        self.logs.iter().enumerate().map(rest).collect()
    }

    /// All lines of a log, wanted or not.
    pub(super) fn lines(&self, log: usize) -> Option<&Snapshot> {
        self.logs.get(log).map(Source::lines)
    }

    /// How many lines come after a place, also those that are folded.
    pub(super) fn newer_than(&self, place: Place) -> usize {
        let ends = self.ends(|other| other <= place);
        self.logs.iter().zip(ends).map(|(log, end)| log.len() - end).sum()
    }

    /// How many equal lines one stands for.
    pub(super) fn times(&self, place: Place) -> usize {
        let Some(log) = self.logs.get(place.log) else { return 1 };
        log.index_of(place.number).map_or(1, |index| log.group_end(index) - index)
    }

    fn place(&self, log: usize, index: usize) -> Option<(Place, LineRef<'_>)> {
        let line = self.logs[log].get(index)?;
        Some((Place::of(log, line), line))
    }

    /// For each log, how many lines stand before those for which `is_before` fails.
    fn ends(&self, is_before: impl Fn(Place) -> bool) -> Vec<usize> {
        (0..self.logs.len()).map(|log| self.end(log, &is_before)).collect()
    }

    /// For one log, how many lines stand before those for which `is_before` fails.
    fn end(&self, log: usize, is_before: impl Fn(Place) -> bool) -> usize {
        self.logs[log]
            .partition_point(|line| is_before(Place { at: line.at(), log, number: line.number() }))
    }

    /// Walks on from the lines at these indices.
    fn walk(&self, mut next: Vec<usize>) -> impl Iterator<Item = (Place, LineRef<'_>)> {
        for (log, index) in self.logs.iter().zip(&mut next) {
            *index = log.next_group(*index);
        }
        std::iter::from_fn(move || {
            let heads = (0..self.logs.len()).filter_map(|log| self.place(log, next[log]));
            let (place, line) = heads.min_by_key(|(place, _)| *place)?;
            next[place.log] = self.logs[place.log].group_end(next[place.log]);
            Some((place, line))
        })
    }

    /// Walks back from the lines in front of these indices.
    fn walk_back(&self, mut ends: Vec<usize>) -> impl Iterator<Item = (Place, LineRef<'_>)> {
        std::iter::from_fn(move || {
            let last = |log: usize| Some(self.logs[log].group_start(ends[log].checked_sub(1)?));
            let heads = (0..self.logs.len()).filter_map(|log| self.place(log, last(log)?));
            let (place, line) = heads.max_by_key(|(place, _)| *place)?;
            ends[place.log] = last(place.log)?;
            Some((place, line))
        })
    }
}

#[cfg(test)]
#[path = "axis_tests.rs"]
mod tests;
