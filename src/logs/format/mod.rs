//! How lines are written: recognised when they come in, taken apart when looked at.

pub mod parts;
pub mod reader;

pub use parts::{Field, Parts, Value, field, parts};
pub use reader::Reader;

/// The whole.
#[must_use]
pub fn whole(_format: crate::model::Format, text: &str) -> Vec<String> {
    vec![text.into()]
}
