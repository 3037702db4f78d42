//! Metrics from real servers, from what real programs expose, and from endpoints that mean
//! harm.
//!
//! What needs a server that not every machine has is in the module `servers`, so that it can
//! be left out by name; without that it fails where one is missing.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a harness is test code: what it cannot do fails its test"
)]

#[path = "../support/servers/mod.rs"]
#[expect(dead_code, reason = "other test targets use the rest")]
mod real;

mod endpoint;
mod expositions;
mod hostile;
mod servers;
mod stack;
