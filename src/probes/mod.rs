//! Probes: checks that midwatch runs itself.
//!
//! One trait, one file a kind. A probe asks once and says what it got; how often it is
//! asked, and what its answers mean, is for whoever asks.

mod http;
mod tcp;

use std::{fmt::Debug, sync::Arc, time::Duration};

use async_trait::async_trait;
use thiserror::Error;

use crate::{model::spec::CheckTarget, text::Clean};

pub use http::HttpProbe;
pub use tcp::TcpProbe;

/// A check of one target.
#[async_trait]
pub trait Probe: Send + Sync + Debug {
    /// Asks once, on a connection of its own. Ends within the probe's timeout.
    async fn check(&self) -> Result<Passed, ProbeError>;
}

/// A check that passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// What was answered, in a line or a few, such as `200 OK`.
    pub output: Vec<Clean>,
}

/// Why a check did not pass, or cannot be made.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ProbeError {
    /// The target cannot be read.
    #[error("{what}")]
    Invalid {
        /// What is wrong with it.
        what: String,
    },
    /// There was no connection.
    #[error("no connection: {reason}")]
    Unreachable {
        /// Why.
        reason: String,
    },
    /// There was no whole answer in time.
    #[error("no answer in {after:?}")]
    Timeout {
        /// How long we waited.
        after: Duration,
    },
    /// The answer broke off.
    #[error("the answer broke off: {reason}")]
    Broken {
        /// Why.
        reason: String,
    },
    /// The answer says that something is wrong.
    #[error("{status}")]
    Answer {
        /// The status, such as `503 Service Unavailable`.
        status: Clean,
        /// The first lines of what came with it.
        body: Vec<Clean>,
    },
}

impl ProbeError {
    /// The failure as a person sees it, in a line or a few.
    #[must_use]
    pub fn output(self) -> Vec<Clean> {
        match self {
            Self::Answer { status, mut body } => {
                body.insert(0, status);
                body
            }
            other => vec![Clean::new(&other.to_string())],
        }
    }
}

/// Makes the probe that a target asks for.
///
/// # Errors
///
/// [`ProbeError::Invalid`] when the target cannot be read.
pub fn from_target(target: &CheckTarget, timeout: Duration) -> Result<Arc<dyn Probe>, ProbeError> {
    Ok(match target {
        CheckTarget::Http(url) => Arc::new(HttpProbe::new(url, timeout)?),
        CheckTarget::Tcp(address) => Arc::new(TcpProbe::new(address, timeout)?),
    })
}
