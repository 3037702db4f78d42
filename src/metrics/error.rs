//! [`MetricsError`]: why a number or a list of alerts cannot be had.

use std::time::Duration;

use thiserror::Error;

use super::{exposition::ExpositionError, query::MeasureError};
use crate::model::{Fault, FaultKind};

/// Why an endpoint or a server cannot be asked, or what is wrong with its answer.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum MetricsError {
    /// What was to be asked makes no sense.
    #[error("{what}")]
    Invalid {
        /// What is wrong with it.
        what: String,
    },
    /// The secret that it asks for cannot be had.
    #[error("its secret cannot be had: {why}")]
    Secret {
        /// Why.
        why: String,
    },
    /// There was no connection.
    #[error("no connection: {why}")]
    Unreachable {
        /// Which kind of failure.
        kind: FaultKind,
        /// Why.
        why: String,
    },
    /// There was no whole answer in time.
    #[error("no whole answer in {after:?}")]
    Timeout {
        /// How long we waited.
        after: Duration,
    },
    /// The answer broke off, or cannot be unpacked.
    #[error("the answer cannot be read: {why}")]
    Broken {
        /// Why.
        why: String,
    },
    /// The answer is larger than anything that is read.
    #[error("the answer is larger than {} MiB", limit >> 20)]
    TooLarge {
        /// How many bytes are read.
        limit: usize,
    },
    /// The answer says that something is wrong.
    #[error("it answered {status}{}", words(.body))]
    Status {
        /// The HTTP status, such as 503.
        status: u16,
        /// The first line that came with it.
        body: String,
    },
    /// Somebody else answers there.
    #[error("there answers no {wanted}: {why}")]
    Other {
        /// Who should.
        wanted: &'static str,
        /// How that is known.
        why: String,
    },
    /// The server cannot work out the query.
    #[error("it refuses the query ({kind}): {message}")]
    Query {
        /// Prometheus's `errorType`, such as `bad_data` or `timeout`.
        kind: String,
        /// What it says is wrong.
        message: String,
    },
    /// Nothing says which of several numbers is meant.
    #[error("the query gives {count} series, not one number")]
    Several {
        /// How many.
        count: usize,
    },
    /// The query gives something else than a number.
    #[error("the query gives {what}, not a number")]
    NoNumber {
        /// What.
        what: &'static str,
    },
    /// There is no number, and the server warns.
    #[error("it gives no number and warns: {words}")]
    Warned {
        /// Of what.
        words: String,
    },
    /// What is exposed cannot be read.
    #[error("what it exposes cannot be read: {0}")]
    Exposition(#[from] ExpositionError),
    /// The query does not fit what is exposed.
    #[error(transparent)]
    Measure(#[from] MeasureError),
}

/// What stands behind a status, if anything does.
fn words(body: &str) -> String {
    if body.is_empty() { String::new() } else { format!(": {body}") }
}

impl MetricsError {
    /// The failure as people are told of it; `of` says who was asked, without secrets.
    #[must_use]
    pub fn fault(&self, of: &str) -> Fault {
        let fault = Fault::new(self.kind(), &format!("{of}: {self}"));
        match self.hint() {
            Some(hint) => fault.with_hint(hint),
            None => fault,
        }
    }

    fn kind(&self) -> FaultKind {
        match self {
            Self::Invalid { .. }
            | Self::Secret { .. }
            | Self::Query { .. }
            | Self::Several { .. }
            | Self::NoNumber { .. }
            | Self::Measure(_) => FaultKind::Invalid,
            Self::Unreachable { kind, .. } => *kind,
            Self::Timeout { .. } => FaultKind::Timeout,
            Self::Broken { .. } => FaultKind::Lost,
            Self::Status { status: 401 | 403, .. } => FaultKind::Denied,
            Self::Status { status: 404, .. } => FaultKind::NotFound,
            Self::Other { .. } => FaultKind::Version,
            Self::TooLarge { .. }
            | Self::Status { .. }
            | Self::Warned { .. }
            | Self::Exposition(_) => FaultKind::Other,
        }
    }

    fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Several { .. } => "write sum(…) or max(…) around it",
            Self::Status { status: 401 | 403, .. } => "name its secret in the stack file as auth",
            Self::Status { status: 300..=399, .. } => {
                "redirects are not followed: write the address that it redirects to"
            }
            Self::TooLarge { .. } => "let a Prometheus server collect it, and ask that",
            Self::Unreachable { kind: FaultKind::Refused, .. } => {
                "nothing listens there: is it running, and is its port published?"
            }
            Self::Other { .. } => "look at the address and its path",
            _ => return None,
        })
    }
}
