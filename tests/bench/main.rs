//! What looking costs, on one core: lines taken in, searched and filtered, numbers read,
//! and all of it drawn.
//!
//! `cargo bench` prints the times, `tests/bench/compare` puts them beside the committed
//! ones (baseline.md). The names of the rows are those of the functions here.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up must not go on")]

#[path = "../support/console/mod.rs"]
#[expect(dead_code, clippy::panic, reason = "test targets use the rest, and panic")]
mod console;
mod expose;
mod look;
mod samples;
mod screen;
mod sweep;
mod take_in;

fn main() {
    divan::main();
}
