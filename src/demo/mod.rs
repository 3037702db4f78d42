//! The built-in stack of `midwatch demo`: real processes with real faults.
//!
//! A little payment shop: a gateway in front of three copies of an API, a ledger
//! on SQLite, a cache that is also the job queue, and two workers. Every service
//! is this very binary, started by the process engine as `midwatch __demo-service
//! NAME`; all of them listen on the loopback address only and keep everything in
//! the folder that `MIDWATCH_DEMO_DIR` names, which belongs to whoever started
//! the demo. [`Fault`]s are switched on through a small file in that folder.

mod api;
mod cache;
mod environment;
mod error;
pub mod faults;
mod gateway;
mod http;
mod ledger;
mod logs;
mod metrics;
mod service;
mod stack;
mod traffic;
mod worker;

use std::{io::Write, process::ExitCode};

pub use environment::Backlog;
pub use error::DemoError;
pub use faults::Fault;
pub use service::{Ended, ServiceName, serve};
pub use stack::{STACK, stack};

/// The hidden subcommand that runs one service of the demo.
pub const SUBCOMMAND: &str = "__demo-service";

/// Runs the service called `name` until it is asked to end; gives its exit code.
///
/// Builds its own small runtime, so it is called before any other one exists.
/// 0 after SIGTERM, 1 after a crash or a failure to start, which goes to stderr.
#[must_use]
pub fn service_main(name: &str) -> ExitCode {
    match run(name) {
        Ok(Ended::Asked) => ExitCode::SUCCESS,
        Ok(Ended::Crashed) => ExitCode::FAILURE,
        Err(error) => {
            // A closed stderr leaves nobody to tell.
            let _ = writeln!(std::io::stderr(), "midwatch demo: {name}: {}", error.chain());
            ExitCode::FAILURE
        }
    }
}

fn run(name: &str) -> Result<Ended, DemoError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(DemoError::Runtime)?
        .block_on(serve(name))
}
