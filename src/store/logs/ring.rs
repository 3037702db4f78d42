//! [`LogRing`]: the newest lines of one log, bounded in bytes.

use std::{collections::VecDeque, sync::Arc};

use jiff::Timestamp;

use super::{LineRef, Snapshot, chunk::Chunk};
use crate::model::{LogLine, ServiceKey, StreamState};

/// The newest lines of one log: an instance's, or a source's.
///
/// Lines stand in chunks, of which whole ones go when there are too many. A chunk is
/// shared with whoever searches it, and copied when a line is to be added meanwhile.
#[derive(Debug)]
pub struct LogRing {
    /// Oldest first; only the last one grows.
    chunks: VecDeque<Arc<Chunk>>,
    /// What all chunks but the last one cost, in bytes.
    sealed_bytes: usize,
    next: u64,
    /// The time of the newest line.
    newest: Timestamp,
    dropped: u64,
    state: Option<StreamState>,
    service: Option<ServiceKey>,
}

impl LogRing {
    pub(super) fn new(service: Option<ServiceKey>) -> Self {
        Self {
            chunks: VecDeque::new(),
            sealed_bytes: 0,
            next: 0,
            newest: Timestamp::MIN,
            dropped: 0,
            state: None,
            service,
        }
    }

    /// The number of the oldest line that is kept; that of the next when there is none.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.chunks.front().map_or(self.next, |chunk| chunk.first())
    }

    /// How many lines came so far, also those that are gone; the number of the next.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.next
    }

    /// How many lines are kept.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.next - self.first()
    }

    /// Whether no line is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
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

    /// The line with a number, as long as it is kept.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<LineRef<'_>> {
        let behind = self.chunks.partition_point(|chunk| chunk.first() <= number);
        self.chunks.get(behind.checked_sub(1)?)?.get(number)
    }

    /// The number behind the last line that is not after a moment.
    #[must_use]
    pub fn end_of(&self, at: Timestamp) -> u64 {
        let after = |chunk: &Arc<Chunk>| chunk.newest().is_some_and(|newest| newest <= at);
        let whole = self.chunks.partition_point(after);
        self.chunks.get(whole).map_or(self.next, |chunk| chunk.end_of(at))
    }

    /// All lines from a number on, to be looked at elsewhere while this goes on.
    #[must_use]
    pub fn snapshot(&self, from: u64) -> Snapshot {
        let old = self.chunks.partition_point(|chunk| chunk.end() <= from);
        Snapshot::new(self.chunks.iter().skip(old).cloned().collect(), from, self.next)
    }

    /// What it costs in memory, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.sealed_bytes + self.chunks.back().map_or(0, |chunk| chunk.cost())
    }

    pub(super) fn service(&self) -> Option<&ServiceKey> {
        self.service.as_ref()
    }

    pub(super) fn add_dropped(&mut self, count: u64) {
        self.dropped = self.dropped.saturating_add(count);
    }

    /// Forgets its lines, since they come again; their numbers are not given anew.
    pub(super) fn clear(&mut self) {
        self.chunks.clear();
        self.sealed_bytes = 0;
        self.newest = Timestamp::MIN;
        self.dropped = 0;
    }

    /// Takes another state; says whether it is another.
    pub(super) fn set_state(&mut self, state: StreamState) -> bool {
        let is_other = self.state.as_ref() != Some(&state);
        self.state = Some(state);
        is_other
    }

    pub(super) fn push(&mut self, line: &LogLine) {
        if self.chunks.back().is_none_or(|chunk| chunk.is_full(line.told.continues)) {
            self.begin_chunk();
        }
        let Some(last) = self.chunks.back_mut() else { return };
        Arc::make_mut(last).push(line, self.newest);
        self.newest = last.newest().unwrap_or(self.newest);
        self.next += 1;
    }

    /// Lets go of the oldest chunk; gives how many bytes that frees.
    pub(super) fn evict(&mut self) -> usize {
        let is_last = self.chunks.len() == 1;
        let freed = self.chunks.pop_front().map_or(0, |chunk| chunk.cost());
        // The last one was not counted yet.
        if !is_last {
            self.sealed_bytes -= freed;
        }
        freed
    }

    /// Whether only the chunk is left that the next line goes into.
    pub(super) fn is_short(&self) -> bool {
        self.chunks.len() < 2
    }

    fn begin_chunk(&mut self) {
        if let Some(last) = self.chunks.back_mut() {
            Arc::make_mut(last).seal();
            self.sealed_bytes += last.cost();
        }
        self.chunks.push_back(Arc::new(Chunk::new(self.next)));
    }
}
