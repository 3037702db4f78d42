//! [`Style`]: how `midwatch logs` prints a line.

use std::{collections::BTreeSet, fmt::Write as _};

use jiff::tz::TimeZone;
use unicode_width::UnicodeWidthStr as _;

use crate::{
    cli::{CliError, Printer, args::LogsOptions, logs::sieve::Passed},
    logs::{
        LogReport, Redactor,
        export::{Entry, local, push_text},
    },
    model::{Instance, LogLine, Severity},
};

/// Looks of the terminal's own palette, for the names of instances. Red and yellow are
/// levels'.
const NAMES: [&str; 8] = ["36", "32", "35", "34", "96", "92", "95", "94"];

/// How wide a time is.
const TIME_COLUMNS: usize = 29;

/// How lines are printed.
pub(super) struct Style {
    json: bool,
    timestamps: bool,
    colours: bool,
    /// The width of the instances' names before the lines; `None` for a single instance.
    width: Option<usize>,
    /// The instances' names at the start, in order: neighbours get different colours.
    names: Vec<String>,
    zone: TimeZone,
    redactor: Option<Redactor>,
}

impl Style {
    /// Fields of JSON output are masked by `redactor`; the lines themselves have been.
    pub(super) fn new<'a>(
        options: &LogsOptions,
        colours: bool,
        redactor: Option<Redactor>,
        instances: impl Iterator<Item = &'a Instance>,
    ) -> Self {
        let names: BTreeSet<_> = instances.map(|instance| instance.name.as_str()).collect();
        let widest = names.iter().map(|name| name.width()).max();
        Self {
            json: options.json,
            timestamps: options.timestamps,
            colours,
            // What is followed may get more instances than it has now.
            width: widest.filter(|_| options.follow || names.len() > 1),
            names: names.into_iter().map(str::to_owned).collect(),
            zone: TimeZone::system(),
            redactor,
        }
    }

    pub(super) fn print(
        &self,
        passed: Passed<'_>,
        printer: &mut Printer<'_>,
    ) -> Result<(), CliError> {
        match passed {
            Passed::Gap if self.json => Ok(()),
            Passed::Gap => printer.line("--"),
            Passed::Line(instance, line) if self.json => {
                let entry = Entry::new(&instance.service, instance.name.as_str(), line);
                printer.json(&LogReport::new(&entry, self.redactor.as_ref()))
            }
            Passed::Line(instance, line) => printer.line(self.words(instance, line)),
        }
    }

    fn words(&self, instance: &Instance, line: &LogLine) -> String {
        let mut words = String::new();
        if self.timestamps {
            let time = local(line.at.or(line.told.at), &self.zone);
            self.push(&mut words, Some("2"), &format!("{time:<TIME_COLUMNS$} "));
        }
        if let Some(width) = self.width {
            let name = instance.name.as_str();
            self.push(&mut words, Some(self.name_look(name)), name);
            // Writing to a String cannot fail.
            let _ = write!(words, "{} | ", " ".repeat(width.saturating_sub(name.width())));
        }
        let mut text = String::new();
        push_text(&mut text, line.as_str(), line.cut_bytes);
        self.push(&mut words, line.told.level.and_then(level_look), &text);
        words
    }

    /// Appends text with a look (SGR), where there are colours.
    fn push(&self, words: &mut String, look: Option<&str>, text: &str) {
        match look.filter(|_| self.colours && !text.is_empty()) {
            Some(look) => {
                // Writing to a String cannot fail.
                let _ = write!(words, "\x1b[{look}m{text}\x1b[0m");
            }
            None => words.push_str(text),
        }
    }

    fn name_look(&self, name: &str) -> &'static str {
        let (Ok(at) | Err(at)) = self.names.binary_search_by(|known| known.as_str().cmp(name));
        NAMES[at % NAMES.len()]
    }
}

fn level_look(level: Severity) -> Option<&'static str> {
    match level {
        Severity::Trace | Severity::Debug => Some("2"),
        Severity::Info | Severity::Notice => None,
        Severity::Warn => Some("33"),
        Severity::Error => Some("31"),
        Severity::Fatal => Some("1;31"),
    }
}
