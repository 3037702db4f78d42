//! The real binary in a pseudo-terminal: starts, is resized, suspended, ended, and
//! leaves the terminal and the machine as they were.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a harness is test code: what it cannot do fails its test"
)]

#[path = "../support/pty.rs"]
mod pty;

mod docker;
mod ends;
mod engine_down;
mod input;
mod jobs;
mod logs;
mod looks;
mod output;
mod panics;
mod quiet;
mod restored;
mod shells;
mod sizes;
mod start;
mod trust;
