//! [`Logs`]: the newest lines of what is looked at, bounded in bytes.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

use super::Topics;
use crate::model::{InstanceKey, LogLine, StreamState};

/// How much log is kept. When a bound is reached, the oldest line goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogBounds {
    /// Lines of one instance.
    pub lines: usize,
    /// Bytes of one instance.
    pub bytes: usize,
    /// Bytes of all instances together.
    pub total_bytes: usize,
}

impl Default for LogBounds {
    /// The start values of architecture.md, Bounds.
    fn default() -> Self {
        Self { lines: 50_000, bytes: 16 << 20, total_bytes: 64 << 20 }
    }
}

/// What a stored line costs beside its text.
const LINE_OVERHEAD: usize = size_of::<StoredLine>() + 2 * size_of::<usize>();

/// A line with its place.
#[derive(Clone, Debug)]
pub struct StoredLine {
    /// Counts the lines of this instance from 0, also those that are gone.
    pub number: u64,
    /// When, never before the line in front of it, so that lines can be found by time.
    pub at: Timestamp,
    /// The line.
    pub line: LogLine,
}

/// The newest lines of one instance.
#[derive(Debug, Default)]
pub struct LogRing {
    lines: VecDeque<StoredLine>,
    bytes: usize,
    next_number: u64,
    dropped: u64,
    state: Option<StreamState>,
}

impl LogRing {
    /// The lines, oldest first.
    #[must_use]
    pub fn lines(&self) -> &VecDeque<StoredLine> {
        &self.lines
    }

    /// How many lines came so far, also those that are gone; the number of the next.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.next_number
    }

    /// How many lines came too fast and were never kept.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// What became of the stream that feeds this.
    #[must_use]
    pub fn state(&self) -> Option<&StreamState> {
        self.state.as_ref()
    }

    /// The time of the newest line, from which a stream that broke resumes.
    #[must_use]
    pub fn newest(&self) -> Option<Timestamp> {
        self.lines.back().map(|stored| stored.at)
    }

    fn push(&mut self, line: LogLine) {
        let before = self.newest().unwrap_or(Timestamp::MIN);
        let at = line.at.unwrap_or(before).max(before);
        self.bytes += cost(&line);
        self.lines.push_back(StoredLine { number: self.next_number, at, line });
        self.next_number += 1;
    }

    fn evict(&mut self) -> usize {
        let Some(oldest) = self.lines.pop_front() else { return 0 };
        let freed = cost(&oldest.line);
        self.bytes -= freed;
        freed
    }
}

fn cost(line: &LogLine) -> usize {
    line.text.cost_bytes() + LINE_OVERHEAD
}

/// The rings of all instances whose logs were looked at.
#[derive(Debug)]
pub struct Logs {
    rings: BTreeMap<InstanceKey, LogRing>,
    bounds: LogBounds,
    bytes: usize,
}

impl Logs {
    pub(super) fn new(bounds: LogBounds) -> Self {
        Self { rings: BTreeMap::new(), bounds, bytes: 0 }
    }

    /// The ring of an instance.
    #[must_use]
    pub fn ring(&self, key: &InstanceKey) -> Option<&LogRing> {
        self.rings.get(key)
    }

    pub(super) fn push(&mut self, key: &InstanceKey, lines: Vec<LogLine>, dropped: u64) {
        let bounds = self.bounds;
        let ring = self.rings.entry(key.clone()).or_default();
        let before = ring.bytes;
        ring.dropped = ring.dropped.saturating_add(dropped);
        for line in lines {
            ring.push(line);
            while ring.lines.len() > bounds.lines || ring.bytes > bounds.bytes {
                ring.evict();
            }
        }
        self.bytes = self.bytes - before + ring.bytes;
        self.shrink();
    }

    /// Takes the oldest lines of the largest ring until all fit.
    fn shrink(&mut self) {
        while self.bytes > self.bounds.total_bytes {
            let Some(largest) = self.rings.values_mut().max_by_key(|ring| ring.bytes) else {
                return;
            };
            let freed = largest.evict();
            if freed == 0 {
                return;
            }
            self.bytes -= freed;
        }
    }

    pub(super) fn set_state(&mut self, key: &InstanceKey, state: StreamState) -> Topics {
        let ring = self.rings.entry(key.clone()).or_default();
        if ring.state.as_ref() == Some(&state) {
            return Topics::empty();
        }
        ring.state = Some(state);
        Topics::LOGS
    }

    pub(super) fn forget(&mut self, key: &InstanceKey) {
        if let Some(ring) = self.rings.remove(key) {
            self.bytes -= ring.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{EngineId, InstanceId, Stream},
        text::Clean,
    };

    fn key(id: &str) -> InstanceKey {
        InstanceKey::new(&EngineId::new("fake"), &InstanceId::new(id))
    }

    fn line(second: i64, text: &str) -> LogLine {
        LogLine::new(Timestamp::from_second(second).ok(), Stream::Stdout, Clean::new(text))
    }

    #[test]
    fn bounds_hold_whatever_comes_and_numbers_stay() {
        let bounds = LogBounds { lines: 3, bytes: 1 << 20, total_bytes: 1 << 20 };
        let mut logs = Logs::new(bounds);
        logs.push(&key("a"), (0..5).map(|n| line(n, "x")).collect(), 0);
        let numbers: Vec<u64> =
            logs.ring(&key("a")).unwrap().lines.iter().map(|l| l.number).collect();
        assert_eq!(numbers, [2, 3, 4]);
    }

    #[test]
    fn all_rings_together_stay_within_the_total() {
        let bounds =
            LogBounds { lines: 1000, bytes: 1 << 20, total_bytes: 10 * (LINE_OVERHEAD + 100) };
        let mut logs = Logs::new(bounds);
        for id in ["a", "b", "c"] {
            logs.push(&key(id), (0..10).map(|n| line(n, &"x".repeat(100))).collect(), 0);
        }
        let bytes: usize = logs.rings.values().map(|ring| ring.bytes).sum();
        assert_eq!(bytes, logs.bytes);
        assert!(bytes <= bounds.total_bytes);
        assert!(logs.rings.values().all(|ring| !ring.lines.is_empty()));
    }

    #[test]
    fn a_line_without_a_time_or_out_of_order_stays_in_its_place() {
        let mut logs = Logs::new(LogBounds::default());
        logs.push(&key("a"), vec![line(10, "first"), line(5, "late"), line(11, "last")], 0);
        let times: Vec<i64> =
            logs.ring(&key("a")).unwrap().lines.iter().map(|l| l.at.as_second()).collect();
        assert_eq!(times, [10, 10, 11]);
    }
}
