//! Whole stacks of real parts, brought up by docker-compose and looked at by the real
//! program with the stack files that it ships.
//!
//! They take minutes: `tests/run` has them, `tests/run --quick` leaves them out by name.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a harness is test code: what it cannot do fails its test"
)]

#[path = "../support/servers/certificates.rs"]
#[expect(dead_code, reason = "other test targets use the rest")]
mod certificates;

mod docker;
