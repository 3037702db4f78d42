//! [`Reader`]: understands the lines of one stream as they come in.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    guess, json,
    line::{Head, Opening},
    lines, logfmt,
    trace::Trace,
};
use crate::model::{Format, Told};

/// The formats in the order in which they are tried: the ones that can be told from all
/// others first.
const FORMATS: [Format; 14] = [
    Format::Json,
    Format::Logfmt,
    Format::Klog,
    Format::Redis,
    Format::Gunicorn,
    Format::Celery,
    Format::Uvicorn,
    Format::NginxError,
    Format::Postgres,
    Format::Access,
    Format::Tracing,
    Format::Syslog,
    Format::Java,
    Format::Python,
];

/// Understands the lines of one stream. Remembers how the last ones were written, and
/// whether a stack trace is open.
#[derive(Clone, Debug)]
pub struct Reader {
    /// How the lines are written, when somebody said.
    pub fixed: Option<Format>,
    /// The zone of times that name none, where nothing better is known.
    pub zone: TimeZone,
    /// How the last line was written that was in any way.
    last: Format,
    trace: Trace,
}

impl Reader {
    /// Reads lines of any format, or of the one that was said. `zone` is that of times
    /// that name none and cannot be told by the engine's.
    #[must_use]
    pub fn new(fixed: Option<Format>, zone: TimeZone) -> Self {
        Self { fixed, zone, last: Format::Plain, trace: Trace::new() }
    }

    /// What a line says of itself. `at` is when the engine took it, where it says; it
    /// fills in what the line's own time leaves out.
    pub fn read(&mut self, at: Option<Timestamp>, text: &str) -> Told {
        if text.starts_with([' ', '\t', '␉']) && self.trace.takes_indented(text) {
            return self.trace.told();
        }
        let opening = Opening::of(text);
        let told = match self.recognise(&opening) {
            Some((format, head)) => {
                self.last = format;
                if head.continues {
                    return self.addition(format, &head, at);
                }
                self.told(format, &head, at)
            }
            None if opening.time.is_none() && self.trace.takes_flush(text, at) => {
                return self.trace.told();
            }
            None => self.told(Format::Plain, &plain(&opening), at),
        };
        self.trace = Trace::begin(told, at, text);
        told
    }

    fn recognise(&self, opening: &Opening<'_>) -> Option<(Format, Head)> {
        let read = |format| Some((format, head(format, opening)?));
        match self.fixed {
            Some(format) => read(format),
            None => read(self.last).or_else(|| FORMATS.into_iter().find_map(read)),
        }
    }

    fn told(&self, format: Format, head: &Head, at: Option<Timestamp>) -> Told {
        Told {
            format,
            at: head.stamp.and_then(|stamp| stamp.resolve(at, &self.zone)),
            level: head.level,
            is_guess: head.is_guess,
            continues: false,
        }
    }

    /// A line that says itself that it belongs to the one before.
    fn addition(&mut self, format: Format, head: &Head, at: Option<Timestamp>) -> Told {
        let own = self.told(format, head, at);
        if !self.trace.takes_addition(format) {
            return own;
        }
        Told { format, at: own.at, ..self.trace.told() }
    }
}

/// What a line of a format says of itself; `None` when it is not of it.
fn head(format: Format, opening: &Opening<'_>) -> Option<Head> {
    match format {
        Format::Json => json::head(opening.text),
        Format::Logfmt => logfmt::head(opening.text),
        _ => lines::read(format, opening, &mut ()).map(|line| line.head),
    }
}

/// What a line says of itself that is of no format: the time that it begins with, and a
/// level by its words.
fn plain(opening: &Opening<'_>) -> Head {
    let level = guess::level(opening.after_time());
    let stamp = opening.time.map(|time| time.stamp);
    Head { stamp, level, is_guess: level.is_some(), continues: false }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
