//! [`EngineError`]: every way in which an engine fails us.

use thiserror::Error;

use crate::model::{Fault, FaultKind};

/// Why an engine did not do what was asked.
///
/// The messages are complete sentences for people; [`EngineError::hint`] adds what to do next.
#[derive(Debug, Error)]
pub enum EngineError {
    /// Nothing is there: no socket file, no such host.
    #[error("no engine at {endpoint}: {reason}")]
    Absent {
        /// Where we looked.
        endpoint: String,
        /// What the system said.
        reason: String,
    },
    /// We may not use it.
    #[error("permission denied at {endpoint}")]
    Denied {
        /// Where.
        endpoint: String,
        /// What would help, such as which group to join.
        remedy: String,
    },
    /// It refuses connections.
    #[error("{endpoint} refuses connections")]
    Refused {
        /// Where.
        endpoint: String,
        /// Why, where more is known.
        reason: Option<String>,
    },
    /// The encrypted connection failed.
    #[error("no TLS connection with {endpoint}: {reason}")]
    Tls {
        /// Where.
        endpoint: String,
        /// What was wrong.
        reason: String,
    },
    /// It speaks no version that we do.
    #[error("{endpoint} offers API {offered}; midwatch needs {needed} or newer")]
    Version {
        /// Where.
        endpoint: String,
        /// What it offers.
        offered: String,
        /// What we need.
        needed: String,
    },
    /// It does not know that instance (any more).
    #[error("no instance {id}")]
    NotFound {
        /// Which.
        id: String,
    },
    /// It did not answer in time.
    #[error("no answer from {endpoint} in {seconds} s")]
    Timeout {
        /// Where.
        endpoint: String,
        /// How long we waited.
        seconds: u64,
    },
    /// The connection ended in the middle.
    #[error("lost the connection with {endpoint}: {reason}")]
    Lost {
        /// Where.
        endpoint: String,
        /// Why.
        reason: String,
    },
    /// It cannot do that.
    #[error("{what}")]
    Unsupported {
        /// What it cannot do, and why.
        what: String,
    },
    /// The address or the configuration makes no sense.
    #[error("{what}")]
    Invalid {
        /// What is wrong.
        what: String,
        /// What would be right.
        remedy: String,
    },
    /// A log beside the output of instances cannot be read, at least not now.
    #[error("{what}")]
    Log {
        /// Which kind of failure this is.
        kind: FaultKind,
        /// Which log, and why.
        what: String,
        /// What would help, where that is known.
        remedy: Option<String>,
    },
    /// Anything else that it said.
    #[error("{endpoint} answered: {reason}")]
    Answer {
        /// Where.
        endpoint: String,
        /// What it said.
        reason: String,
    },
}

impl EngineError {
    /// Which kind of failure this is.
    #[must_use]
    pub fn kind(&self) -> FaultKind {
        match self {
            Self::Absent { .. } => FaultKind::Absent,
            Self::Denied { .. } => FaultKind::Denied,
            Self::Refused { .. } => FaultKind::Refused,
            Self::Tls { .. } => FaultKind::Tls,
            Self::Version { .. } => FaultKind::Version,
            Self::NotFound { .. } => FaultKind::NotFound,
            Self::Timeout { .. } => FaultKind::Timeout,
            Self::Lost { .. } => FaultKind::Lost,
            Self::Unsupported { .. } => FaultKind::Unsupported,
            Self::Invalid { .. } => FaultKind::Invalid,
            Self::Log { kind, .. } => *kind,
            Self::Answer { .. } => FaultKind::Other,
        }
    }

    /// What to do next, where we know.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Absent { .. } => Some(
                "start the engine, or say where it is with --host or DOCKER_HOST; \
                 `midwatch doctor` shows what was tried, `midwatch demo` needs no engine"
                    .into(),
            ),
            Self::Denied { remedy, .. } | Self::Invalid { remedy, .. } => Some(remedy.clone()),
            Self::Log { remedy, .. } => remedy.clone(),
            Self::Refused { reason, .. } => Some(reason.clone().unwrap_or_else(|| {
                "the socket is there but nobody listens: is the engine still running?".into()
            })),
            Self::Tls { .. } => Some(
                "check DOCKER_CERT_PATH (ca.pem, cert.pem, key.pem) and the certificate's names"
                    .into(),
            ),
            Self::Version { .. } => Some("update the engine".into()),
            Self::NotFound { .. } => Some("it was removed or made again meanwhile".into()),
            Self::Timeout { .. }
            | Self::Lost { .. }
            | Self::Unsupported { .. }
            | Self::Answer { .. } => None,
        }
    }

    /// The pure form, for the store and the screen.
    #[must_use]
    pub fn to_fault(&self) -> Fault {
        let message = crate::text::redact::mask_urls(&self.to_string());
        let fault = Fault::new(self.kind(), &message);
        match self.hint() {
            Some(hint) => fault.with_hint(&hint),
            None => fault,
        }
    }
}
