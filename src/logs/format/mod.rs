//! How lines are written: recognised when they come in, taken apart when looked at.
//!
//! Each format has a file of its own with one function that reads a line of it: for what
//! the line says of itself when it comes in ([`Reader`]), and for its fields when
//! somebody looks ([`parts()`], [`field`], [`whole()`]). All are given text that is clean
//! already, and none of them trusts it any further.

pub mod parts;
pub mod reader;
pub mod whole;

mod guess;
mod json;
mod level;
mod line;
mod lines;
mod logfmt;
mod names;
mod scan;
mod stamp;
mod trace;

pub use parts::{Field, Parts, Value, field, parts};
pub use reader::Reader;
pub use whole::whole;

#[cfg(test)]
#[path = "samples_tests.rs"]
mod samples_tests;
