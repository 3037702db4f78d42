//! What looking costs, on one core: lines taken in, searched and filtered, and numbers read.
//!
//! `cargo bench` prints the times, `tests/bench/compare` puts them beside the committed
//! ones (baseline.md). The names of the rows are those of the functions here.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up must not go on")]

mod look;
mod samples;
mod sweep;
mod take_in;

fn main() {
    divan::main();
}
