//! The watchers on a scripted engine, with a clock that only moves when all wait.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other test targets use the rest")]
mod support;

mod current;
mod faulty;
mod keep;
mod sources;
mod streams;
mod watching;
