//! Reads what a program exposes of itself: the Prometheus text format 0.0.4 and
//! OpenMetrics 1.0.
//!
//! As Prometheus does, it takes an answer whole or not at all: numbers around a line that
//! makes no sense are not to be relied on. Help texts, units and exemplars are passed over.

mod line;

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    hash::{BuildHasher, RandomState},
};

use thiserror::Error;

/// How many series an endpoint may have (threat T15).
pub const MAX_SERIES: usize = 50_000;

/// How many labels a series may have.
const MAX_LABELS: usize = 64;

/// In which of the two formats an endpoint answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Prometheus text: times are in milliseconds.
    Text,
    /// OpenMetrics: times are in seconds, and the end is marked.
    OpenMetrics,
}

impl Format {
    /// The format that an HTTP `Content-Type` names; text, as for Prometheus, when it names
    /// none.
    #[must_use]
    pub fn of_content_type(content_type: &str) -> Self {
        let media = content_type.split(';').next().unwrap_or_default().trim();
        if media.eq_ignore_ascii_case("application/openmetrics-text") {
            Self::OpenMetrics
        } else {
            Self::Text
        }
    }
}

/// What an endpoint exposes at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exposition<'a> {
    /// Its families, in their order.
    pub families: Vec<Family<'a>>,
    /// How many lines were passed over because their series was there already.
    pub duplicates: usize,
}

/// What belongs together under one name.
#[derive(Clone, Debug, PartialEq)]
pub struct Family<'a> {
    /// The name, in OpenMetrics without `_total`.
    pub name: &'a str,
    /// What kind of numbers these are.
    pub kind: Kind,
    /// The numbers.
    pub samples: Vec<Sample<'a>>,
}

/// One line with a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample<'a> {
    /// The name of the line: the family's, maybe with `_bucket`, `_sum`, `_total` or the like.
    pub name: &'a str,
    /// Names and values of its labels, by name.
    pub labels: Vec<(&'a str, Cow<'a, str>)>,
    /// The number, which can be infinite or none at all.
    pub value: f64,
    /// The time that stands with it, in seconds since 1970.
    pub at: Option<f64>,
}

impl Sample<'_> {
    /// The value of a label; empty when it has no such label, which is the same to Prometheus.
    #[must_use]
    pub fn label(&self, name: &str) -> &str {
        let found = self.labels.iter().find(|(label, _)| *label == name);
        found.map_or("", |(_, value)| value)
    }
}

/// What kind of numbers a family has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// They only grow, until the program starts again.
    Counter,
    /// They go up and down.
    Gauge,
    /// Counts of what is not above each of some bounds.
    Histogram,
    /// The same of what can also go away again.
    GaugeHistogram,
    /// Quantiles that the program works out itself.
    Summary,
    /// Which of some states it is in.
    StateSet,
    /// Words about it; the number is always 1.
    Info,
    /// Nothing says.
    Unknown,
}

impl Kind {
    fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "counter" => Self::Counter,
            "gauge" => Self::Gauge,
            "histogram" => Self::Histogram,
            "gaugehistogram" => Self::GaugeHistogram,
            "summary" => Self::Summary,
            "stateset" => Self::StateSet,
            "info" => Self::Info,
            "unknown" | "untyped" => Self::Unknown,
            _ => return None,
        })
    }

    /// What its lines' names may have behind the family's.
    fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Counter => &["_total", "_created"],
            Self::Histogram => &["_bucket", "_sum", "_count", "_created"],
            Self::GaugeHistogram => &["_bucket", "_gsum", "_gcount"],
            Self::Summary => &["_sum", "_count", "_created"],
            Self::Info => &["_info"],
            Self::Gauge | Self::StateSet | Self::Unknown => &[],
        }
    }
}

/// Why an answer cannot be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ExpositionError {
    /// A line makes no sense.
    #[error("line {line}: {what}")]
    Line {
        /// Which, from 1.
        line: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The end is missing, which OpenMetrics marks so that this is seen.
    #[error("it was cut off: there is no `# EOF` at its end")]
    CutOff,
    /// There are more series than anybody should expose.
    #[error("it has more than {MAX_SERIES} series")]
    TooMany,
}

/// Reads an answer.
///
/// Of two lines with the same series the first counts, as for Prometheus.
///
/// # Errors
/// [`ExpositionError`], with the line.
pub fn parse(text: &str, format: Format) -> Result<Exposition<'_>, ExpositionError> {
    let mut reader = Reader::default();
    let mut ended = false;
    for (at, line) in text.lines().enumerate() {
        let wrong = |what| ExpositionError::Line { line: at + 1, what };
        if ended {
            return Err(wrong("something stands behind the end"));
        }
        match line::read(line, format).map_err(wrong)? {
            line::Line::Nothing => {}
            line::Line::End => ended = true,
            line::Line::Type(name, kind) => reader.declare(name, kind),
            line::Line::Sample(sample) => reader.take(sample)?,
        }
    }
    if format == Format::OpenMetrics && !ended {
        return Err(ExpositionError::CutOff);
    }
    Ok(reader.exposition)
}

#[derive(Default)]
struct Reader<'a> {
    exposition: Exposition<'a>,
    by_name: HashMap<&'a str, usize>,
    /// Hashes of the series so far: with a random key, two different ones of so few never
    /// have the same.
    seen: HashSet<u64>,
    hasher: RandomState,
}

impl<'a> Reader<'a> {
    fn declare(&mut self, name: &'a str, kind: Kind) {
        let at = self.family(name);
        self.exposition.families[at].kind = kind;
    }

    fn take(&mut self, sample: Sample<'a>) -> Result<(), ExpositionError> {
        if !self.seen.insert(self.hasher.hash_one((sample.name, &sample.labels))) {
            self.exposition.duplicates += 1;
            return Ok(());
        }
        if self.seen.len() > MAX_SERIES {
            return Err(ExpositionError::TooMany);
        }
        let at = self.family_of(sample.name);
        self.exposition.families[at].samples.push(sample);
        Ok(())
    }

    /// The family that a line of this name belongs to.
    fn family_of(&mut self, name: &'a str) -> usize {
        if let Some(at) = self.by_name.get(name) {
            return *at;
        }
        let base = name.rfind('_').and_then(|cut| {
            let at = *self.by_name.get(&name[..cut])?;
            let kind = self.exposition.families[at].kind;
            kind.suffixes().contains(&&name[cut..]).then_some(at)
        });
        base.unwrap_or_else(|| self.family(name))
    }

    fn family(&mut self, name: &'a str) -> usize {
        let families = &mut self.exposition.families;
        *self.by_name.entry(name).or_insert_with(|| {
            families.push(Family { name, kind: Kind::Unknown, samples: Vec::new() });
            families.len() - 1
        })
    }
}

#[cfg(test)]
#[path = "exposition_tests.rs"]
mod tests;
