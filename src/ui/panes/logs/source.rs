//! [`Source`]: the lines of one log that are shown, by how many are in front of them.

use std::{collections::VecDeque, ops::Range};

use crate::store::logs::{LineRef, Snapshot, Tally};

/// The lines of one log, or those of them that are wanted.
///
/// Lines that only repeat the one in front of them can be folded: a line and those that
/// repeat it are a group then, and the first of a group stands for all of it.
pub(super) struct Source<'a> {
    lines: Snapshot,
    /// The numbers of the wanted lines; `None` for all.
    only: Option<&'a VecDeque<u64>>,
    /// The first of those that is kept.
    start: usize,
    len: usize,
    /// The numbers of the lines that repeat the one in front of them, when they are folded.
    repeats: Option<&'a VecDeque<u64>>,
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
        Self { lines, only, start, len, repeats: None }
    }

    /// The same, with these lines folded.
    pub(super) fn folded(self, repeats: Option<&'a VecDeque<u64>>) -> Self {
        Self { repeats, ..self }
    }

    /// All lines of the log, wanted or not.
    pub(super) fn lines(&self) -> &Snapshot {
        &self.lines
    }

    /// The numbers of all its lines that are kept.
    pub(super) fn kept(&self) -> Range<u64> {
        self.lines.lines()
    }

    /// How many lines there are, also those that are folded.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn number(&self, index: usize) -> Option<u64> {
        match self.only {
            _ if index >= self.len => None,
            Some(only) => only.get(self.start + index).copied(),
            None => Some(self.lines.lines().start + index as u64),
        }
    }

    pub(super) fn get(&self, index: usize) -> Option<LineRef<'_>> {
        self.lines.get(self.number(index)?)
    }

    /// How many wanted lines stand in front of a number.
    pub(super) fn before(&self, number: u64) -> usize {
        let before = match self.only {
            Some(only) => only.partition_point(|other| *other < number).saturating_sub(self.start),
            None => usize::try_from(number.saturating_sub(self.kept().start)).unwrap_or(usize::MAX),
        };
        before.min(self.len)
    }

    /// Where the line with a number stands, when it is among those that are wanted.
    pub(super) fn index_of(&self, number: u64) -> Option<usize> {
        let index = self.before(number);
        (self.number(index)? == number).then_some(index)
    }

    /// How many lines there are in front of those for which `is_before` does not hold.
    pub(super) fn partition_point(&self, is_before: impl Fn(LineRef<'_>) -> bool) -> usize {
        partition_point(self.len, |index| self.get(index).is_some_and(&is_before))
    }

    /// The number of the first line that is kept, wanted or not, for which `is_before` does
    /// not hold.
    pub(super) fn first_kept(&self, is_before: impl Fn(LineRef<'_>) -> bool) -> u64 {
        let Range { start, end } = self.kept();
        let count = usize::try_from(end - start).unwrap_or(usize::MAX);
        let line = |index: usize| self.lines.get(start + index as u64);
        start + partition_point(count, |index| line(index).is_some_and(&is_before)) as u64
    }

    /// Where the group of a line begins.
    pub(super) fn group_start(&self, index: usize) -> usize {
        let run = self.number(index).and_then(|number| self.repeats_around(number));
        match run {
            // The line that is repeated is in front of those that repeat it.
            Some(run) => self.before(run.start.saturating_sub(1)),
            None => index,
        }
    }

    /// Where the group of a line ends: the place behind its last line.
    pub(super) fn group_end(&self, index: usize) -> usize {
        let Some(number) = self.number(index) else { return self.len };
        let run = self.repeats_around(number).or_else(|| self.repeats_around(number + 1));
        run.map_or(index + 1, |run| self.before(run.end).max(index + 1))
    }

    /// The first group that begins at an index or behind it.
    pub(super) fn next_group(&self, index: usize) -> usize {
        if self.group_start(index) == index { index } else { self.group_end(index) }
    }

    /// The numbers without a gap, this one among them, of lines that repeat each other.
    fn repeats_around(&self, number: u64) -> Option<Range<u64>> {
        let repeats = self.repeats?;
        let at = repeats.binary_search(&number).ok()?;
        // Where no number is missing, each is as far from its index as its neighbours.
        let distance = |index: usize| repeats[index] - index as u64;
        let here = distance(at);
        let first = partition_point(repeats.len(), |index| distance(index) < here);
        let end = partition_point(repeats.len(), |index| distance(index) <= here);
        Some(repeats[first]..repeats[first] + (end - first) as u64)
    }

    /// Counts the lines between two indices, those that are folded too.
    pub(super) fn tally(&self, indices: Range<usize>) -> Tally {
        let Some(only) = self.only else {
            let number = |index: usize| self.kept().start + index as u64;
            return self.lines.tally(number(indices.start)..number(indices.end));
        };
        let indices = indices.start + self.start..indices.end + self.start;
        self.lines.tally_of(only.range(indices).copied())
    }
}

/// How many of so many indices are in front of those for which `is_before` does not hold.
fn partition_point(len: usize, is_before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = low.midpoint(high);
        if is_before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
