//! Text: from untrusted to safe, and from numbers to words.
//!
//! Everything that was not typed into this program's own source or by its user
//! comes from outside: log lines, names, labels, image tags, error bodies. It
//! becomes [`Clean`] at the door and nothing else can be drawn.

pub mod ansi;
pub mod clean;
pub mod colour;
pub mod format;
pub mod place;
pub mod redact;
mod sgr;
pub mod suggest;
pub mod units;
pub mod width;
pub mod wrap;

pub use ansi::{Attributes, Emphasis, Run, Styled, StyledStr, parse_log};
pub use clean::Clean;
pub use colour::Colour;
pub use place::Place;
