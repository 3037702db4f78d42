//! [`EngineView`]: an engine, its link, and how old its data is.

use jiff::Timestamp;

use crate::model::{EngineId, EngineInfo, Fault, Fetch};
use crate::text::Clean;

/// What we know of an engine.
#[derive(Clone, Debug, PartialEq)]
pub struct EngineView {
    /// Its name in this session.
    pub id: EngineId,
    /// Where it is.
    pub endpoint: Clean,
    /// The name of its host, once it has told it.
    pub host: Option<Clean>,
    /// Whether we reach it.
    pub link: Link,
    /// What it says of itself; `Fresh` since the last word we had from it.
    pub data: Fetch<EngineInfo>,
}

/// Whether we reach an engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Link {
    /// We are trying for the first time.
    Connecting,
    /// It answers and we hear its events.
    Up,
    /// It does not.
    Down {
        /// Why.
        fault: Fault,
        /// Since when.
        since: Timestamp,
        /// How many tries in a row have failed.
        attempt: u32,
        /// When we try again; `None` while we are trying.
        retry_at: Option<Timestamp>,
    },
}

impl EngineView {
    pub(super) fn new(id: EngineId, endpoint: Clean) -> Self {
        Self { id, endpoint, host: None, link: Link::Connecting, data: Fetch::Never }
    }

    /// Whether what it told us before is still true as far as we know.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.link == Link::Up
    }

    pub(super) fn connecting(&mut self) {
        if let Link::Down { retry_at, .. } = &mut self.link {
            *retry_at = None;
        }
    }

    pub(super) fn connected(&mut self, info: EngineInfo) {
        let at = self.data.as_of().unwrap_or(Timestamp::UNIX_EPOCH);
        self.data = Fetch::Stale {
            value: info,
            at,
            // Replaced by the listing that follows a connection.
            why: Fault::new(crate::model::FaultKind::Other, "waiting for the list of instances"),
        };
    }

    /// Data came: we are up, and as fresh as can be.
    pub(super) fn heard(&mut self, at: Timestamp) {
        self.link = Link::Up;
        let value = self.data.value().cloned().unwrap_or_default();
        self.data = Fetch::Fresh { value, at };
    }

    /// A reading or a sign of life came: what we have is as fresh as that.
    pub(super) fn touch(&mut self, heard_at: Timestamp) {
        if let Fetch::Fresh { at, .. } = &mut self.data {
            *at = heard_at.max(*at);
        }
    }

    pub(super) fn lost(&mut self, fault: Fault, attempt: u32, retry_at: Timestamp, now: Timestamp) {
        let since = match &self.link {
            Link::Down { since, .. } => *since,
            Link::Connecting | Link::Up => now,
        };
        self.data.lose(fault.clone(), now);
        self.link = Link::Down { fault, since, attempt, retry_at: Some(retry_at) };
    }
}
