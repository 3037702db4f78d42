//! [`Style`]: how `midwatch logs` prints a line.

use std::{collections::BTreeSet, fmt::Write as _};

use jiff::tz::TimeZone;
use unicode_width::UnicodeWidthStr as _;

use crate::{
    cli::{
        CliError, Printer,
        args::LogsOptions,
        logs::{sieve::Passed, speaker::Speaker},
    },
    logs::{
        LogReport, Redactor,
        export::{Entry, local, push_text},
    },
    model::{LogLine, Severity},
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
    /// The width of the names before the lines; `None` when all are one's.
    width: Option<usize>,
    /// The names that are known at the start, in order: neighbours get different colours.
    names: Vec<String>,
    zone: TimeZone,
    redactor: Option<Redactor>,
}

impl Style {
    /// Fields of JSON output are masked by `redactor`; the lines themselves have been.
    pub(super) fn new(
        options: &LogsOptions,
        colours: bool,
        redactor: Option<Redactor>,
        names: BTreeSet<String>,
    ) -> Self {
        let widest = names.iter().map(|name| name.width()).max();
        Self {
            json: options.json,
            timestamps: options.timestamps,
            colours,
            // What is followed may get more instances than it has now.
            width: widest.filter(|_| options.follow || names.len() > 1),
            names: names.into_iter().collect(),
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
            Passed::Line(speaker, line) if self.json => {
                let entry = Entry::new(&speaker.service, speaker.name.as_str(), line);
                printer.json(&LogReport::new(&entry, self.redactor.as_ref()))
            }
            Passed::Line(speaker, line) => printer.line(self.words(speaker, line)),
        }
    }

    fn words(&self, speaker: &Speaker, line: &LogLine) -> String {
        let mut words = String::new();
        if self.timestamps {
            let time = local(line.at.or(line.told.at), &self.zone);
            self.push(&mut words, Some("2"), &format!("{time:<TIME_COLUMNS$} "));
        }
        if let Some(width) = self.width {
            let name = speaker.name.as_str();
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
