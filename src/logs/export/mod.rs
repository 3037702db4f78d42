//! Lines on their way out: as text, as JSON, to a file.
//!
//! What `midwatch logs` prints and what a console exports are one and the same.

mod report;
mod writer;

use std::fmt::Write as _;

use jiff::{Timestamp, tz::TimeZone};

pub use report::{Fields, LogReport};
pub use writer::{ExportError, Exported, Writer};

use crate::model::{LogLine, ServiceId, Stream, Told};

/// A line with all that is told of it when it leaves. Borrowed, so that a million of
/// them cost nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry<'a> {
    /// The stack (compose project) of the service.
    pub stack: Option<&'a str>,
    /// The service whose line it is.
    pub service: &'a str,
    /// The instance whose line it is.
    pub instance: &'a str,
    /// Which pipe it came from.
    pub stream: Stream,
    /// When the engine took it, where it says.
    pub at: Option<Timestamp>,
    /// What it says of itself.
    pub told: Told,
    /// The line without its looks.
    pub text: &'a str,
    /// How many bytes were cut from its end.
    pub cut_bytes: u64,
}

impl<'a> Entry<'a> {
    /// A line of an instance.
    #[must_use]
    pub fn new(service: &'a ServiceId, instance: &'a str, line: &'a LogLine) -> Self {
        Self {
            stack: service.stack.as_ref().map(AsRef::as_ref),
            service: service.name.as_str(),
            instance,
            stream: line.stream,
            at: line.at,
            told: line.told,
            text: line.as_str(),
            cut_bytes: line.cut_bytes,
        }
    }

    /// The same with another text, as when secrets were masked in it.
    #[must_use]
    pub fn with_text(self, text: &'a str) -> Self {
        Self { text, ..self }
    }

    /// When the engine took it, or else when it was said by its own account. The
    /// engine's comes first: one clock for all lines.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        self.at.or(self.told.at)
    }

    /// Local time with its offset, instance, level, and what it says. A level that was
    /// guessed has a `?`, one that is not known is `-`.
    #[must_use]
    pub fn to_text(&self, zone: &TimeZone) -> String {
        let level = self.told.level.map_or("-", |level| level.name());
        let guess = if self.told.is_guess && self.told.level.is_some() { "?" } else { "" };
        let mut text = format!("{} {} {level}{guess} ", local(self.time(), zone), self.instance);
        push_text(&mut text, self.text, self.cut_bytes);
        text
    }
}

/// Appends what a line says, and how much of it was cut.
pub fn push_text(out: &mut String, text: &str, cut_bytes: u64) {
    out.push_str(text);
    if cut_bytes > 0 {
        // Writing to a String cannot fail.
        let _ = write!(out, "… ({cut_bytes} bytes cut)");
    }
}

/// Local time with its offset, so that two hosts' logs can be laid side by side; `-`
/// when it is not known.
#[must_use]
pub fn local(at: Option<Timestamp>, zone: &TimeZone) -> String {
    let Some(at) = at else { return "-".into() };
    at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
}

/// How an export is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// A line of text each, with times of this zone.
    Text(TimeZone),
    /// A JSON object each ([`LogReport`]), one a line.
    Ndjson,
}

impl Form {
    fn extension(&self) -> &'static str {
        match self {
            Self::Text(_) => "log",
            Self::Ndjson => "ndjson",
        }
    }
}

#[cfg(test)]
mod tests;
