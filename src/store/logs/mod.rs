//! [`Logs`]: the newest lines of what is looked at, bounded in bytes.
//!
//! From the inside out: a chunk holds lines in one piece of memory, a [`LogRing`]
//! the newest chunks of one log, [`Logs`] all rings within their bounds. A
//! [`Snapshot`] of a ring can be searched elsewhere ([`Scan`]) while the ring goes on.

mod chunk;
mod repeat;
mod ring;
mod scan;
mod snapshot;
mod tally;

use std::collections::BTreeMap;

pub use chunk::LineRef;
pub use ring::LogRing;
pub use scan::{Found, Scan, ScannedLog, Wanted};
pub use snapshot::{Block, Snapshot};
pub use tally::Tally;

use super::Topics;
use crate::model::{InstanceKey, LogLine, ServiceKey, StreamState};

/// How much log is kept. When a bound is reached, the oldest lines go, about a thousand
/// or 64 KiB of them at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogBounds {
    /// Bytes of one service, all its instances together.
    pub bytes: usize,
    /// Bytes of all services together.
    pub total_bytes: usize,
}

impl Default for LogBounds {
    /// Enough for a hundred thousand lines of JSON of one service.
    fn default() -> Self {
        Self { bytes: 32 << 20, total_bytes: 64 << 20 }
    }
}

/// The rings of all logs that were looked at.
#[derive(Debug)]
pub struct Logs {
    rings: BTreeMap<InstanceKey, LogRing>,
    bounds: LogBounds,
    /// What all rings cost together.
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

    /// Whose logs there are.
    pub(super) fn keys(&self) -> impl Iterator<Item = &InstanceKey> {
        self.rings.keys()
    }

    /// Keeps lines of a log of this service.
    pub(super) fn push(
        &mut self,
        key: &InstanceKey,
        service: Option<&ServiceKey>,
        lines: &[LogLine],
        dropped: u64,
    ) {
        let ring = self.ring_mut(key, service);
        ring.add_dropped(dropped);
        let before = ring.bytes();
        for line in lines {
            ring.push(line);
        }
        let after = ring.bytes();
        self.bytes = self.bytes - before + after;
        self.shrink_service(service);
        while self.bytes > self.bounds.total_bytes && self.evict(|_| true) {}
    }

    pub(super) fn set_state(
        &mut self,
        key: &InstanceKey,
        service: Option<&ServiceKey>,
        state: StreamState,
    ) -> Topics {
        let ring = self.ring_mut(key, service);
        if state == StreamState::Again {
            let freed = ring.bytes();
            ring.clear();
            self.bytes -= freed;
        }
        let is_other = self.ring_mut(key, service).set_state(state);
        if is_other { Topics::LOGS } else { Topics::empty() }
    }

    pub(super) fn forget(&mut self, key: &InstanceKey) {
        if let Some(ring) = self.rings.remove(key) {
            self.bytes -= ring.bytes();
        }
    }

    fn ring_mut(&mut self, key: &InstanceKey, service: Option<&ServiceKey>) -> &mut LogRing {
        self.rings.entry(key.clone()).or_insert_with(|| LogRing::new(service.cloned()))
    }

    /// Makes the logs of a service fit into its bound.
    fn shrink_service(&mut self, service: Option<&ServiceKey>) {
        let is_of = |ring: &LogRing| ring.service() == service;
        loop {
            let bytes: usize =
                self.rings.values().filter(|ring| is_of(ring)).map(LogRing::bytes).sum();
            // However small the bound, the newest lines of each instance stay.
            if bytes <= self.bounds.bytes || !self.evict(|ring| is_of(ring) && !ring.is_short()) {
                return;
            }
        }
    }

    /// Takes the oldest lines of the largest of these rings; `false` when nothing can go.
    fn evict(&mut self, of: impl Fn(&LogRing) -> bool) -> bool {
        let largest = self.rings.values_mut().filter(|ring| of(ring)).max_by_key(|r| r.bytes());
        let freed = largest.map_or(0, LogRing::evict);
        self.bytes -= freed;
        freed > 0
    }
}

#[cfg(test)]
#[path = "logs_tests.rs"]
mod tests;
