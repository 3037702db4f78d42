//! The small language in which a stack file asks an exposition endpoint for a number.
//!
//! ```text
//! query    = part [ "/" part ]                      both sides are one number
//! part     = "sum" "(" reading ")"                  all series that match, together
//!          | "quantile" "(" share "," over ")"      of a histogram; share is 0–1
//!          | reading                                the only series that matches
//! reading  = "rate" "(" over ")"                    of a counter, per second
//!          | "increase" "(" over ")"                of a counter, counted in the window
//!          | selector                               as it is now
//! over     = selector "[" window "]"                1m to 1h
//! selector = name [ "{" label op "text" { "," label op "text" } "}" ]
//! op       = "=" | "!=" | "=~" | "!~"               a regular expression matches in whole
//! ```
//!
//! For example `up{job="api"}`, `sum(rate(http_requests_total{status=~"5.."}[5m])) /
//! sum(rate(http_requests_total[5m]))` or `quantile(0.99, http_request_duration_seconds[5m])`.
//! Whatever needs more asks a Prometheus server.
//!
//! # What numbers mean
//!
//! - There is **no number** with fewer than two scrapes in the window, when nothing matches,
//!   when a histogram observed nothing, or when something is divided by 0. It is never 0 or
//!   infinite instead.
//! - One exception: `sum` of a rate is 0 when nothing matches the *values* of labels that
//!   other series of that name do have. A counter of errors is not there before the first
//!   error; the share of errors is then 0, and not unknown. A misspelt label is no number.
//! - A counter that became smaller was reset: it counts on from 0.
//! - `rate` is over the time between the first and the last scrape in the window, and
//!   `increase` is what was counted between them; neither guesses beyond its ends.
//! - Times that stand in the exposition are not used: a number is as old as its scrape.

mod history;
mod measure;
mod parse;

use std::{fmt, ops::Range, time::Duration};

use regex::Regex;

pub use measure::{Measure, MeasureError};
pub use parse::parse;

/// The shortest window: an endpoint is asked every 30 s, and two answers must be in it.
pub const MIN_WINDOW: Duration = Duration::from_mins(1);

/// The longest window: all of its scrapes are kept in memory.
pub const MAX_WINDOW: Duration = Duration::from_hours(1);

/// What is asked of an endpoint.
#[derive(Clone, Debug)]
pub struct Query {
    top: Part,
    bottom: Option<Part>,
}

impl Query {
    /// The number, and what it is divided by.
    fn parts(&self) -> impl Iterator<Item = &Part> {
        [Some(&self.top), self.bottom.as_ref()].into_iter().flatten()
    }

    /// The names of the metrics that it reads, histograms without `_bucket`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts().map(|part| part.selector.name.as_str())
    }
}

/// Why a query cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    /// What is wrong.
    pub message: String,
    /// What to write instead, where that is known.
    pub hint: Option<String>,
    /// Where in the query, in bytes.
    pub span: Range<usize>,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for QueryError {}

/// One side of a division, or all of a query.
#[derive(Clone, Debug)]
struct Part {
    fold: Fold,
    reading: Reading,
    selector: Selector,
}

/// How the numbers of several series become one.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fold {
    /// There must be only one.
    Only,
    /// They are added.
    Sum,
    /// They are the buckets of a histogram.
    Quantile(f64),
}

/// What of a series is its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// Its value.
    Now,
    /// By how much it grows in a second.
    Rate(Duration),
    /// By how much it grew.
    Increase(Duration),
}

impl Reading {
    fn window(self) -> Duration {
        match self {
            Self::Now => Duration::ZERO,
            Self::Rate(window) | Self::Increase(window) => window,
        }
    }
}

/// Which series.
#[derive(Clone, Debug)]
struct Selector {
    name: String,
    matchers: Vec<Matcher>,
}

/// What a label must be.
#[derive(Clone, Debug)]
struct Matcher {
    label: String,
    test: Test,
    /// Whether it must be so, or must not.
    wanted: bool,
}

#[derive(Clone, Debug)]
enum Test {
    Is(String),
    Matches(Regex),
}

impl Matcher {
    fn holds(&self, value: &str) -> bool {
        let is_so = match &self.test {
            Test::Is(text) => text == value,
            Test::Matches(regex) => regex.is_match(value),
        };
        is_so == self.wanted
    }
}
