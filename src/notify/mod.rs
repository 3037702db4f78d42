//! Telling somebody of alerts.
//!
//! A [`Notifier`] takes a [`Message`] to whoever is to know. What is said is worked out in
//! one place, [`message`]; each way of telling only wraps it.

pub mod message;
mod webhook;

use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;

pub use message::{Message, Sender};
pub use webhook::Webhook;

use crate::text::Clean;

/// A way to tell somebody.
#[async_trait]
pub trait Notifier: Send + Sync {
    /// Tells it. Tries again where that may help, for a minute at most.
    ///
    /// # Errors
    /// When it could not be told.
    async fn notify(&self, message: &Message) -> Result<(), NotifyError>;
}

/// Why something could not be told. Never says the address: it can hold a secret.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotifyError {
    /// The address makes no sense.
    #[error("its address is no http or https URL")]
    Address,
    /// There is no encryption to be had for it.
    #[error("no encrypted connections can be made: {0}")]
    Tls(Clean),
    /// It could not be reached.
    #[error("{host} cannot be reached: {why}")]
    Unreachable {
        /// The host that was asked.
        host: Clean,
        /// Why.
        why: Clean,
    },
    /// It did not answer in time.
    #[error("{host} did not answer within {after:?}")]
    Timeout {
        /// The host that was asked.
        host: Clean,
        /// How long it had.
        after: Duration,
    },
    /// It answered that it does not take it.
    #[error("{host} refused it: {status}")]
    Refused {
        /// The host that was asked.
        host: Clean,
        /// The HTTP status.
        status: u16,
    },
}

impl NotifyError {
    /// Whether it may help to try again.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Timeout { .. } => true,
            Self::Refused { status, .. } => *status == 429 || *status >= 500,
            Self::Address | Self::Tls(_) => false,
        }
    }
}
