//! The command line and its configuration, from outside.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other test targets use the rest")]
mod support;

mod alerts;
mod binary;
mod daemon;
mod doctor;
mod filters;
mod harness;
mod log_sources;
mod logs;
mod probes;
mod readme;
mod stack_files;
mod stats;
mod status;
