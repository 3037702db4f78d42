//! [`Fault`]: a failure as people are told of it.

use serde::{Deserialize, Serialize};

use crate::text::Clean;

/// A failure in words: what failed, on what, why, and what to do next.
///
/// The pure form of an error type, so that it can be stored, recorded and drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Which kind of failure, for code that must tell them apart.
    pub kind: FaultKind,
    /// What failed, on what and why.
    pub message: Clean,
    /// What to do next, where we know.
    pub hint: Option<Clean>,
}

impl Fault {
    /// A failure without advice.
    #[must_use]
    pub fn new(kind: FaultKind, message: &str) -> Self {
        Self { kind, message: Clean::new(message), hint: None }
    }

    /// The same failure with advice.
    #[must_use]
    pub fn with_hint(mut self, hint: &str) -> Self {
        self.hint = Some(Clean::new(hint));
        self
    }
}

/// Kinds of failure that people and code treat differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// There is nothing at that address (no socket, no such host).
    Absent,
    /// We may not.
    Denied,
    /// There is something, and it refuses connections.
    Refused,
    /// The encrypted connection could not be made.
    Tls,
    /// The other side speaks no version that we do.
    Version,
    /// The thing asked for is not there (any more).
    NotFound,
    /// It did not answer in time.
    Timeout,
    /// The connection or the stream ended.
    Lost,
    /// This engine cannot do that.
    Unsupported,
    /// What was asked for makes no sense, such as an address that cannot be read.
    Invalid,
    /// Anything else.
    Other,
}
