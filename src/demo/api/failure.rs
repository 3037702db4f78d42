//! [`Failure`]: why a request to the API got no good answer.

use axum::http::StatusCode;
use thiserror::Error;

use crate::demo::{http::NoAnswer, logs::Severity};

/// Everything that a request to the API fails with.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// There is no such account.
    #[error("no such account")]
    NotFound,
    /// What was asked for makes no sense.
    #[error("{0}")]
    Refused(&'static str),
    /// The ledger gave no answer.
    #[error("ledger: {}", words(*.0))]
    Ledger(NoAnswer),
    /// The ledger answered with an error.
    #[error("ledger: answered {0}")]
    LedgerStatus(u16),
    /// The program has a mistake: [`crate::demo::Fault::ApiErrors`].
    #[error("{}", .0.message)]
    Thrown(&'static Thrown),
}

/// An exception of the program that the API pretends to be.
#[derive(Debug)]
pub(crate) struct Thrown {
    pub(super) message: &'static str,
    frames: &'static [&'static str],
}

impl Thrown {
    /// One of them, at random.
    pub(super) fn any() -> &'static Self {
        &THROWN[fastrand::usize(..THROWN.len())]
    }

    /// The frames of the stack trace, each behind a line break.
    pub(super) fn frames(&self) -> String {
        self.frames.iter().flat_map(|frame| ["\n    at ", frame]).collect()
    }
}

const THROWN: [Thrown; 2] = [
    Thrown {
        message: "TypeError: Cannot read properties of undefined (reading 'balanceCents')",
        frames: &[
            "formatBalance (/srv/api/dist/accounts/format.js:41:27)",
            "AccountService.read (/srv/api/dist/accounts/service.js:118:12)",
            "process.processTicksAndRejections (node:internal/process/task_queues:105:5)",
            "async /srv/api/dist/http/handler.js:64:20",
        ],
    },
    Thrown {
        message: "PoolError: timed out waiting for a connection (8 in use, 14 waiting)",
        frames: &[
            "Pool.acquire (/srv/api/node_modules/ledger-client/lib/pool.js:203:13)",
            "LedgerClient.query (/srv/api/node_modules/ledger-client/lib/client.js:77:32)",
            "async TransferService.settle (/srv/api/dist/transfers/service.js:92:19)",
            "async /srv/api/dist/http/handler.js:64:20",
        ],
    },
];

impl Failure {
    /// One of the program's mistakes, at random.
    pub(crate) fn thrown() -> Self {
        Self::Thrown(Thrown::any())
    }

    /// The status that the visitor gets.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Ledger(NoAnswer::Timeout) => StatusCode::GATEWAY_TIMEOUT,
            Self::Ledger(NoAnswer::Refused | NoAnswer::Broken) | Self::LedgerStatus(_) => {
                StatusCode::BAD_GATEWAY
            }
            Self::Thrown(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// How bad it is: the visitor's mistake, or ours.
    pub(crate) fn severity(&self) -> Severity {
        if self.status().is_server_error() { Severity::Error } else { Severity::Warn }
    }

    /// The stack trace, in several lines, where there is one.
    pub(crate) fn trace(&self) -> Option<String> {
        let Self::Thrown(thrown) = self else { return None };
        Some(thrown.message.to_owned() + &thrown.frames())
    }
}

fn words(why: NoAnswer) -> &'static str {
    match why {
        NoAnswer::Refused => "connection refused",
        NoAnswer::Timeout => "timeout after 2000 ms",
        NoAnswer::Broken => "connection lost",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_of_the_program_has_a_trace() {
        let failure = Failure::Thrown(&THROWN[0]);
        let trace = failure.trace().unwrap();
        assert_eq!(trace.lines().count(), 5);
        assert!(trace.lines().skip(1).all(|line| line.starts_with("    at ")), "{trace}");
    }

    #[test]
    fn only_our_own_failures_are_errors() {
        assert_eq!(Failure::NotFound.severity(), Severity::Warn);
        assert_eq!(Failure::Ledger(NoAnswer::Timeout).severity(), Severity::Error);
    }
}
