//! Probes against what they are for: real servers, and servers that mean harm.
//!
//! What needs a server that not every machine has is in the module `servers`, so that it can
//! be left out by name; without that it fails where one is missing.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a harness is test code: what it cannot do fails its test"
)]

#[path = "../support/servers/mod.rs"]
mod real;

mod asking;
mod commands;
mod hostile;
mod secrets;
mod servers;
