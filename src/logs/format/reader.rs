//! [`Reader`]: understands the lines of one stream as they come in.

use jiff::{Timestamp, tz::TimeZone};

use crate::model::{Format, Told};

/// Understands the lines of one stream. Remembers how the last ones were written, and
/// whether a stack trace is open.
#[derive(Clone, Debug)]
pub struct Reader {
    /// How the lines are written, when somebody said.
    pub fixed: Option<Format>,
    /// The zone of times that name none, where nothing better is known.
    pub zone: TimeZone,
}

impl Reader {
    /// Reads lines of any format, or of the one that was said. `zone` is that of times
    /// that name none and cannot be told by the engine's.
    #[must_use]
    pub fn new(fixed: Option<Format>, zone: TimeZone) -> Self {
        Self { fixed, zone }
    }

    /// What a line says of itself. `at` is when the engine took it, where it says.
    pub fn read(&mut self, _at: Option<Timestamp>, _text: &str) -> Told {
        Told::default()
    }
}
