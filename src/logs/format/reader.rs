//! [`Reader`]: understands the lines of one stream as they come in.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    guess, json,
    line::{Head, Opening},
    lines, logfmt,
    stamp::Stamp,
    trace::{self, Trace},
};
use crate::model::{Format, Told};

/// The formats that a line can be of by how it begins, those first that can be told from
/// all others. Most lines are of none, so that trying all of them would cost the most.
fn candidates(opening: &Opening<'_>) -> &'static [Format] {
    use Format::{
        Access, Celery, Gunicorn, Java, Json, Klog, Logfmt, NginxError, Postgres, Python, Redis,
        Syslog, Tracing, Uvicorn,
    };
    match (opening.time, opening.text.as_bytes().first()) {
        (Some(time), _) if time.bracketed => &[Gunicorn, Celery, Tracing, Java, Python],
        (Some(_), _) => &[NginxError, Postgres, Tracing, Syslog, Java, Python],
        (None, Some(b'{')) => &[Json],
        (None, Some(b'<')) => &[Syslog],
        (None, Some(b'0'..=b'9')) => &[Redis, Access, Logfmt],
        (None, Some(b'A'..=b'Z')) => &[Klog, Uvicorn, Postgres, Python, Logfmt, Access],
        (None, _) => &[Logfmt, Access],
    }
}

/// Understands the lines of one stream. Remembers how the last ones were written, and
/// whether a stack trace is open.
#[derive(Clone, Debug)]
pub struct Reader {
    /// How the lines are written, when somebody said.
    pub fixed: Option<Format>,
    /// The zone of times that name none, where nothing better is known.
    pub zone: TimeZone,
    /// Whether lines come from a file, so that what is told of when they were taken is only
    /// when it was written to last.
    pub in_file: bool,
    /// How the last line was written that was in any way.
    last: Format,
    trace: Trace,
}

impl Reader {
    /// Reads lines of any format, or of the one that was said. `zone` is that of times
    /// that name none and cannot be told by the engine's.
    #[must_use]
    pub fn new(fixed: Option<Format>, zone: TimeZone) -> Self {
        Self { fixed, zone, in_file: false, last: Format::Plain, trace: Trace::new() }
    }

    /// What a line says of itself. `at` is when the engine took it, where it says; it
    /// fills in what the line's own time leaves out.
    pub fn read(&mut self, at: Option<Timestamp>, text: &str) -> Told {
        if trace::is_indented(text) && self.trace.takes_indented(text) {
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
            None => read(self.last).or_else(|| candidates(opening).iter().copied().find_map(read)),
        }
    }

    fn told(&self, format: Format, head: &Head, at: Option<Timestamp>) -> Told {
        let resolve = if self.in_file { Stamp::resolve_in_file } else { Stamp::resolve };
        Told {
            format,
            at: head.stamp.and_then(|stamp| resolve(stamp, at, &self.zone)),
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
