//! The contract suite of `Engine`, and the engines that are held to it.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a harness is test code: what it cannot do fails its test"
)]

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other test targets use the rest")]
mod support;

mod answers;
mod containers;
mod contract;
mod docker;
mod fake;
mod limited;
mod log_kinds;
mod log_sources;
mod podman;
mod process;
mod process_life;
mod reach;
mod truth;
mod usage;
