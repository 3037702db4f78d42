//! [`Snapshot`]: the lines of a log at one moment, to be looked at elsewhere.

use std::{ops::Range, sync::Arc};

use super::{LineRef, LogRing, Tally, chunk::Chunk};
use crate::model::{LogLine, Severity};

/// The lines of a log at one moment. Cheap: it shares them with the log, which goes on.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    chunks: Vec<Arc<Chunk>>,
    /// The numbers of the lines that are meant.
    lines: Range<u64>,
}

impl Snapshot {
    pub(super) fn new(chunks: Vec<Arc<Chunk>>, from: u64, end: u64) -> Self {
        let first = chunks.first().map_or(end, |chunk| chunk.first());
        Self { chunks, lines: from.max(first)..end }
    }

    /// The numbers of the lines that are meant; what came before them is not kept.
    #[must_use]
    pub fn lines(&self) -> Range<u64> {
        self.lines.clone()
    }

    /// The same lines from a number on.
    #[must_use]
    pub fn since(&self, from: u64) -> Self {
        let old = self.chunks.partition_point(|chunk| chunk.end() <= from);
        Self::new(self.chunks[old..].to_vec(), from.max(self.lines.start), self.lines.end)
    }

    /// The number of the line that begins the record in which a line stands.
    #[must_use]
    pub fn record_start(&self, number: u64) -> u64 {
        let mut start = number;
        while start > self.lines.start && self.get(start).is_some_and(|line| line.told().continues)
        {
            start -= 1;
        }
        start
    }

    /// The number of the nearest line from a number on, itself among them, that begins a
    /// record at least as bad as this.
    #[must_use]
    pub fn next_as_bad(&self, from: u64, least: Severity) -> Option<u64> {
        let behind = self.chunks.partition_point(|chunk| chunk.end() <= from);
        let as_bad = self.chunks[behind..].iter().filter(|chunk| chunk.worst() >= Some(least));
        let mut lines = as_bad.flat_map(|chunk| {
            Block::new(chunk, &(from.max(self.lines.start)..self.lines.end)).iter()
        });
        lines.find(|line| is_as_bad(*line, least)).map(LineRef::number)
    }

    /// The number of the nearest line before a number that begins such a record.
    #[must_use]
    pub fn last_as_bad(&self, before: u64, least: Severity) -> Option<u64> {
        let end = self.chunks.partition_point(|chunk| chunk.first() < before);
        let as_bad = self.chunks[..end].iter().rev().filter(|chunk| chunk.worst() >= Some(least));
        let mut lines = as_bad.flat_map(|chunk| {
            Block::new(chunk, &(self.lines.start..before.min(self.lines.end))).iter().rev()
        });
        lines.find(|line| is_as_bad(*line, least)).map(LineRef::number)
    }

    /// Counts the lines with these numbers, without looking at each.
    #[must_use]
    pub fn tally(&self, numbers: Range<u64>) -> Tally {
        let numbers = numbers.start.max(self.lines.start)..numbers.end.min(self.lines.end);
        let first = self.chunks.partition_point(|chunk| chunk.end() <= numbers.start);
        let mut tally = Tally::default();
        for chunk in self.chunks[first..].iter().take_while(|chunk| chunk.first() < numbers.end) {
            tally += chunk.tally(numbers.clone());
        }
        tally
    }

    /// Counts lines with these numbers, which are in order.
    pub fn tally_of(&self, numbers: impl IntoIterator<Item = u64>) -> Tally {
        let mut tally = Tally::default();
        let mut chunks = self.chunks.iter().peekable();
        for number in numbers {
            while chunks.next_if(|chunk| chunk.end() <= number).is_some() {}
            if let Some(line) = chunks.peek().and_then(|chunk| chunk.get(number)) {
                tally.count(&line.told());
            }
        }
        tally
    }

    /// All lines, oldest first; quicker than one by one.
    pub fn iter(&self) -> impl Iterator<Item = LineRef<'_>> {
        let blocks = self.chunks.iter().map(|chunk| Block::new(chunk, &self.lines));
        blocks.flat_map(Block::iter)
    }

    /// The line with a number.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<LineRef<'_>> {
        let behind = self.chunks.partition_point(|chunk| chunk.first() <= number);
        self.chunks.get(behind.checked_sub(1)?)?.get(number)
    }

    /// Its blocks of lines, the newest first.
    #[must_use]
    pub fn blocks(&self) -> impl DoubleEndedIterator<Item = Block<'_>> {
        let block = |chunk| Block::new(chunk, &self.lines);
        self.chunks.iter().rev().map(move |chunk| block(chunk.as_ref()))
    }
}

/// Whether a line begins a record that is at least as bad as this.
fn is_as_bad(line: LineRef<'_>, least: Severity) -> bool {
    let told = line.told();
    !told.continues && told.level >= Some(least)
}

impl FromIterator<LogLine> for Snapshot {
    fn from_iter<T: IntoIterator<Item = LogLine>>(lines: T) -> Self {
        let mut ring = LogRing::new(None);
        lines.into_iter().for_each(|line| ring.push(&line));
        ring.snapshot(0)
    }
}

/// Lines that stand together in memory.
#[derive(Clone, Debug)]
pub struct Block<'a> {
    chunk: &'a Chunk,
    /// The numbers of those that are meant.
    lines: Range<u64>,
}

impl<'a> Block<'a> {
    fn new(chunk: &'a Chunk, wanted: &Range<u64>) -> Self {
        let lines = wanted.start.max(chunk.first())..wanted.end.min(chunk.end());
        Self { chunk, lines }
    }

    /// The numbers of its lines.
    #[must_use]
    pub fn lines(&self) -> Range<u64> {
        self.lines.clone()
    }

    /// All its text, a line feed behind every line; also of lines that are not meant.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.chunk.text()
    }

    /// The number of the line that a byte of its text is in.
    #[must_use]
    pub fn line_at(&self, byte: usize) -> u64 {
        self.chunk.line_at(byte)
    }

    /// One of its lines, by its number.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<LineRef<'a>> {
        self.chunk.get(number).filter(|_| self.lines.contains(&number))
    }

    /// Its lines.
    #[must_use]
    pub fn iter(self) -> impl DoubleEndedIterator<Item = LineRef<'a>> {
        let Self { chunk, lines } = self;
        lines.filter_map(|number| chunk.get(number))
    }

    /// Its records: each line with those that continue it, as numbers and as one text
    /// with line feeds in it.
    pub fn records(&self) -> impl Iterator<Item = (LineRef<'a>, Range<u64>, &'a str)> {
        let Self { chunk, lines } = self.clone();
        let mut next = lines.start;
        std::iter::from_fn(move || {
            let first = chunk.get(next).filter(|_| next < lines.end)?;
            let record = next..chunk.record_end(next).min(lines.end);
            next = record.end;
            Some((first, record.clone(), chunk.text_of(record)))
        })
    }
}
