//! [`Wanted`]: which lines a command line asks for.

use jiff::{Timestamp, Zoned};

use crate::{
    cli::{CliError, args::LogsOptions, logs::speaker::Speaker},
    logs::{Filter, Record, Search},
    model::LogLine,
};

/// What every flag asks for at once.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// `--filter` and `--level`, which speak one language.
    filters: Vec<Filter>,
    not: Vec<Search>,
    grep: Option<Search>,
}

impl Wanted {
    /// Reads the flags. `now` is what times of the filter count from.
    pub(super) fn new(options: &LogsOptions, now: &Zoned) -> Result<Self, CliError> {
        let level = options.level.map(|level| format!("level>={}", level.name()));
        let filter = |(flag, text): (&str, &String)| filter(flag, text, now);
        let level = level.iter().map(|text| ("--level", text));
        let expression = options.filter.iter().map(|text| ("--filter", text));
        let not = options.not.iter().map(|pattern| search("--not", pattern));
        Ok(Self {
            filters: level.chain(expression).map(filter).collect::<Result<_, _>>()?,
            not: not.collect::<Result<_, _>>()?,
            grep: options
                .grep
                .iter()
                .map(|pattern| search("--grep", pattern))
                .next()
                .transpose()?,
        })
    }

    /// Whether nothing is left out.
    pub(super) fn is_everything(&self) -> bool {
        self.filters.is_empty() && self.not.is_empty() && self.grep.is_none()
    }

    /// Whether a line is found that may be looked for in the lines that follow it too.
    pub(super) fn looks_inside(&self) -> bool {
        self.grep.is_some()
    }

    /// Whether a line is wanted, as long as `--grep` finds something in it or in what
    /// belongs to it.
    pub(super) fn may_be(&self, speaker: &Speaker, line: &LogLine, at: Timestamp) -> bool {
        let record = Record {
            service: speaker.service.name.as_str(),
            instance: speaker.name.as_str(),
            stream: line.stream,
            at,
            told: line.told,
            text: line.as_str(),
        };
        self.filters.iter().all(|filter| filter.matches(&record))
            && !self.not.iter().any(|not| is_in(not, line))
    }

    /// Whether `--grep` finds something in a line.
    pub(super) fn is_found(&self, line: &LogLine) -> bool {
        self.grep.as_ref().is_none_or(|grep| is_in(grep, line))
    }
}

fn is_in(search: &Search, line: &LogLine) -> bool {
    search.find_in(line.as_str()).next().is_some()
}

fn filter(flag: &str, text: &str, now: &Zoned) -> Result<Filter, CliError> {
    Filter::parse(text, now).map_err(|error| {
        let meant = text.get(error.at.clone()).filter(|meant| !meant.is_empty());
        let hint = meant.map(|meant| format!("it is about `{meant}`")).unwrap_or_default();
        CliError::usage(&format!("{flag}: {error}"), &hint)
    })
}

fn search(flag: &str, pattern: &str) -> Result<Search, CliError> {
    Search::new(pattern).map_err(|error| {
        CliError::usage(&format!("{flag}: `{pattern}` is no pattern: {error}"), "")
    })
}
