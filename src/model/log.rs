//! [`LogLine`]: one line of output.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::text::Styled;

/// How many bytes of a line are kept; the rest is cut, and the cut is shown.
pub const MAX_LINE_BYTES: usize = 16 * 1024;

/// One line of an instance's output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// When the engine took it, where it says.
    pub at: Option<Timestamp>,
    /// Which pipe it came from.
    pub stream: Stream,
    /// The line, without its line break, with the looks that it asks for.
    pub text: Styled,
    /// How many bytes were cut from its end.
    pub cut_bytes: u64,
}

impl LogLine {
    /// The line without its looks.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.text().as_str()
    }
}

/// Which of an instance's two output pipes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    /// Standard output; also both at once, for a terminal.
    Stdout,
    /// Standard error.
    Stderr,
}
