//! The contract suite of `Engine`, and the engines that are held to it.

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other test targets use the rest")]
mod support;

mod containers;
mod contract;
mod docker;
mod fake;
mod podman;
mod process;
mod process_life;
