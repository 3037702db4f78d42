//! [`LogReport`]: a line of output as `midwatch logs` prints it.

use std::{collections::BTreeSet, fmt::Write as _};

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;
use unicode_width::UnicodeWidthStr as _;

use crate::{
    cli::{CliError, Printer, args::LogsOptions},
    model::{Instance, LogLine, Stream},
    text::Clean,
};

/// What `midwatch logs --json` prints, one object a line.
///
/// | field | type | what |
/// |---|---|---|
/// | `time` | RFC 3339 or null | when the engine took the line |
/// | `stack` | string or null | the stack (compose project) |
/// | `service` | string | the service |
/// | `instance` | string | the instance |
/// | `stream` | string | `stdout` or `stderr` |
/// | `text` | string | the line; what a terminal could obey is made visible |
/// | `cut_bytes` | number | how many bytes were cut from its end |
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the table says it once, and the README copies it")]
pub struct LogReport<'a> {
    pub time: Option<Timestamp>,
    pub stack: Option<&'a Clean>,
    pub service: &'a Clean,
    pub instance: &'a Clean,
    pub stream: Stream,
    pub text: &'a Clean,
    pub cut_bytes: u64,
}

/// How lines are printed.
pub(super) struct Style {
    json: bool,
    timestamps: bool,
    /// The width of the instances' names before the lines; `None` for a single instance.
    names: Option<usize>,
    zone: TimeZone,
}

impl Style {
    pub(super) fn new<'a>(
        options: &LogsOptions,
        instances: impl Iterator<Item = &'a Instance>,
    ) -> Self {
        let names: BTreeSet<_> = instances.map(|instance| instance.name.as_str()).collect();
        let widest = names.iter().map(|name| name.width()).max();
        Self {
            json: options.json,
            timestamps: options.timestamps,
            // What is followed may get more instances than it has now.
            names: widest.filter(|_| options.follow || names.len() > 1),
            zone: TimeZone::system(),
        }
    }

    pub(super) fn print(
        &self,
        instance: &Instance,
        line: &LogLine,
        printer: &mut Printer<'_>,
    ) -> Result<(), CliError> {
        if self.json {
            return printer.json(&LogReport {
                time: line.at,
                stack: instance.service.stack.as_ref(),
                service: &instance.service.name,
                instance: &instance.name,
                stream: line.stream,
                text: line.text.text(),
                cut_bytes: line.cut_bytes,
            });
        }
        printer.line(self.words(instance, line))
    }

    fn words(&self, instance: &Instance, line: &LogLine) -> String {
        let mut words = String::new();
        if self.timestamps {
            words.push_str(&self.time(line));
        }
        // Writing to a String cannot fail.
        if let Some(width) = self.names {
            let name = instance.name.as_str();
            let _ = write!(words, "{name}{} | ", " ".repeat(width.saturating_sub(name.width())));
        }
        words.push_str(line.as_str());
        if line.cut_bytes > 0 {
            let _ = write!(words, "… ({} bytes cut)", line.cut_bytes);
        }
        words
    }

    /// Local time with its offset, so that two hosts' logs can be laid side by side.
    fn time(&self, line: &LogLine) -> String {
        let Some(at) = line.at else { return format!("{:<29} ", "-") };
        format!("{} ", at.to_zoned(self.zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z"))
    }
}
