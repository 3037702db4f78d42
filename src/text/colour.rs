//! [`Colour`]: a colour as a theme or a log line names it, before any terminal.

use serde::{Deserialize, Serialize};

/// Gives a colour; what of it can be shown is the terminal's matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Colour {
    /// One of the 256 of the palette; the first 16 are the person's own.
    Indexed(u8),
    /// Red, green and blue.
    Rgb(u8, u8, u8),
}
