//! [`DemoError`]: why a service of the demo did not start or keep running.

use std::{io, path::PathBuf};

use thiserror::Error;

/// Every way in which a service of the demo fails for good.
#[derive(Debug, Error)]
pub enum DemoError {
    /// There is no such service.
    #[error("the demo has no service {0:?}")]
    UnknownService(String),
    /// The process engine did not say what it must.
    #[error("{variable} is missing or makes no sense; `midwatch demo` sets it")]
    Environment {
        /// Which environment variable.
        variable: String,
    },
    /// The runtime could not be built.
    #[error("the runtime could not be built")]
    Runtime(#[source] io::Error),
    /// The signal handler could not be set.
    #[error("signals cannot be received")]
    Signals(#[source] io::Error),
    /// The port cannot be listened on.
    #[error("cannot listen on 127.0.0.1:{port}")]
    Bind {
        /// Which port.
        port: u16,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The server ended by itself.
    #[error("the server on 127.0.0.1:{port} ended")]
    Serve {
        /// Which port.
        port: u16,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The HTTP client could not be built.
    #[error("the HTTP client could not be built")]
    Client(#[source] reqwest::Error),
    /// The ledger's database cannot be opened.
    #[error("cannot open {}", path.display())]
    OpenLedger {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
    /// The thread that owns the ledger's database could not be started.
    #[error("the ledger's thread could not be started")]
    LedgerThread(#[source] io::Error),
    /// The file of faults cannot be read or written.
    #[error("cannot use {}", path.display())]
    Faults {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl DemoError {
    /// The message followed by its causes, outermost first.
    pub(crate) fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}
