//! [`LogBuffer`]: the last lines of one instance, for everybody who reads them.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use tokio::sync::watch;

use crate::model::LogLine;

/// What a line costs on top of its text: itself, and what the allocator adds to the text.
const LINE_OVERHEAD: usize = size_of::<LogLine>() + 32;

/// The last lines of one instance, numbered from 0 since its first run. The oldest go
/// first; a reader who had not come to them is told how many it missed.
#[derive(Debug)]
pub(super) struct LogBuffer {
    /// How many bytes the kept lines may have, each counted with [`LINE_OVERHEAD`].
    most_bytes: usize,
    kept: Mutex<Kept>,
    /// The number of the next line; whoever follows waits for it to change.
    next: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Kept {
    lines: VecDeque<LogLine>,
    bytes: usize,
    /// The number of the oldest line.
    first: u64,
}

/// Some lines after a certain one.
#[derive(Debug, PartialEq)]
pub(super) struct Batch {
    /// The lines.
    pub lines: Vec<LogLine>,
    /// How many lines before them are no longer kept.
    pub missed: u64,
    /// The number of the line to go on with.
    pub next: u64,
}

impl LogBuffer {
    /// Nothing was printed yet.
    pub(super) fn new(most_bytes: usize) -> Self {
        Self { most_bytes, kept: Mutex::default(), next: watch::Sender::new(0) }
    }

    /// Keeps lines that came at `now`, and lets the oldest go.
    pub(super) fn push(&self, lines: impl IntoIterator<Item = LogLine>, now: Timestamp) {
        let mut kept = self.lock();
        // Time must not run backwards within a buffer, for readers resume by it; a
        // clock that was set back does, and two pipes are not read at once.
        let at = kept.lines.back().and_then(|line| line.at).max(Some(now));
        for line in lines {
            kept.push(LogLine { at, ..line }, self.most_bytes);
        }
        let next = kept.next();
        drop(kept);
        self.next.send_if_modified(|known| std::mem::replace(known, next) != next);
    }

    /// Up to `limit` lines from number `from` on.
    pub(super) fn after(&self, from: u64, limit: usize) -> Batch {
        let kept = self.lock();
        let start = from.max(kept.first);
        let skip = usize::try_from(start - kept.first).unwrap_or(usize::MAX);
        let lines: Vec<LogLine> = kept.lines.iter().skip(skip).take(limit).cloned().collect();
        Batch { missed: start - from, next: start + lines.len() as u64, lines }
    }

    /// The number of the line to begin with, for a reader who wants the last `tail` lines at
    /// or after `since` and before `until`.
    pub(super) fn start(
        &self,
        tail: Option<usize>,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> u64 {
        let kept = self.lock();
        let at = |limit: Option<Timestamp>, otherwise: usize| {
            limit
                .map_or(otherwise, |limit| kept.lines.partition_point(|line| line.at < Some(limit)))
        };
        let end = at(until, kept.lines.len());
        let tail = tail.map_or(0, |tail| end.saturating_sub(tail));
        kept.first + tail.max(at(since, 0)) as u64
    }

    /// The number of the line that comes next.
    pub(super) fn end(&self) -> u64 {
        self.lock().next()
    }

    /// Changes whenever a line comes.
    pub(super) fn news(&self) -> watch::Receiver<u64> {
        self.next.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn push(&mut self, line: LogLine, most_bytes: usize) {
        self.bytes += cost(&line);
        self.lines.push_back(line);
        while self.bytes > most_bytes {
            let Some(oldest) = self.lines.pop_front() else { break };
            self.bytes -= cost(&oldest);
            self.first += 1;
        }
    }

    fn next(&self) -> u64 {
        self.first + self.lines.len() as u64
    }
}

fn cost(line: &LogLine) -> usize {
    line.text.cost_bytes() + LINE_OVERHEAD
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Stream, text::Clean};

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn line(at: i64, text: &str) -> LogLine {
        LogLine::new(Some(second(at)), Stream::Stdout, Clean::new(text))
    }

    /// Room for so many lines of one letter.
    const fn room(lines: usize) -> usize {
        lines * (LINE_OVERHEAD + 1)
    }

    fn buffer(seconds: impl IntoIterator<Item = i64>) -> LogBuffer {
        let buffer = LogBuffer::new(room(1000));
        for at in seconds {
            buffer.push([line(at, "x")], second(at));
        }
        buffer
    }

    #[test]
    fn the_lines_are_bounded_and_what_went_is_counted() {
        let buffer = buffer(0..1005);
        let batch = buffer.after(2, 1);
        assert_eq!(batch, Batch { lines: vec![line(5, "x")], missed: 3, next: 6 });
        assert_eq!(buffer.end(), 1005);
    }

    #[test]
    fn long_lines_take_the_room_of_many() {
        let buffer = LogBuffer::new(room(1000));
        let long = "x".repeat(room(1000) / 4);
        buffer.push((0..10).map(|at| line(at, &long)), second(0));
        assert_eq!(buffer.after(0, 10).missed, 7);
    }

    #[test]
    fn a_reader_begins_where_it_asks() {
        let buffer = buffer([10, 20, 20, 30]);
        let at = |at| Some(second(at));
        assert_eq!(buffer.start(None, None, None), 0);
        assert_eq!(buffer.start(Some(1), None, None), 3);
        assert_eq!(buffer.start(Some(9), None, None), 0);
        assert_eq!(buffer.start(None, at(20), None), 1);
        assert_eq!(buffer.start(Some(1), at(20), at(30)), 2);
        assert_eq!(buffer.start(None, at(31), None), 4);
    }

    #[test]
    fn time_does_not_run_backwards() {
        let buffer = buffer([20, 10]);
        assert_eq!(buffer.after(0, 2).lines[1].at, Some(second(20)));
    }
}
