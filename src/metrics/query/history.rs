//! [`History`]: what of an endpoint's scrapes one side of a query needs.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use jiff::Timestamp;

use super::{MeasureError, Part, Selector};
use crate::metrics::exposition::{Exposition, Kind, Sample};

/// How many series may match a selector.
const MAX_MATCHES: usize = 2000;

/// A series over time.
#[derive(Clone, Debug)]
pub(super) struct Series {
    /// The bound of a histogram's bucket.
    pub(super) le: Option<f64>,
    /// Its values, the newest last. Never empty.
    points: VecDeque<Point>,
}

#[derive(Clone, Copy, Debug)]
struct Point {
    at: Timestamp,
    value: f64,
}

/// How much a counter grew, and in which time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Growth {
    pub(super) by: f64,
    /// In seconds; more than 0.
    pub(super) within: f64,
}

impl Series {
    /// The value that it had in the scrape of this time.
    pub(super) fn at(&self, at: Timestamp) -> Option<f64> {
        self.points.back().filter(|point| point.at == at).map(|point| point.value)
    }

    /// How much it grew; `None` without two values.
    pub(super) fn growth(&self) -> Option<Growth> {
        let (first, last) = (self.points.front()?, self.points.back()?);
        let within = last.at.duration_since(first.at).as_secs_f64();
        let steps = self.points.iter().zip(self.points.iter().skip(1));
        // A counter that became smaller has begun again at 0.
        let step = |from: f64, to: f64| if to < from { to } else { to - from };
        let by = steps.map(|(from, to)| step(from.value, to.value)).sum();
        (within > 0.0).then_some(Growth { by, within })
    }
}

/// The series that match a selector, each as far back as the window goes.
#[derive(Clone, Debug)]
pub(super) struct History {
    window: Duration,
    series: HashMap<Box<str>, Series>,
    /// When it was scraped, within the window.
    scrapes: VecDeque<Timestamp>,
    /// What the last scrape says of the name.
    seen: Seen,
}

/// What a scrape says of a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seen {
    /// Whether there is a series with all the labels that the selector names.
    has_labels: bool,
    /// Whether it is said to be a gauge.
    is_gauge: bool,
}

impl History {
    pub(super) fn new(part: &Part) -> Self {
        Self {
            window: part.reading.window(),
            series: HashMap::new(),
            scrapes: VecDeque::new(),
            seen: Seen::default(),
        }
    }

    /// Takes what matches of a scrape. `name` is what the lines are called.
    pub(super) fn take(
        &mut self,
        selector: &Selector,
        name: &str,
        scrape: &Exposition<'_>,
        at: Timestamp,
    ) -> Result<(), MeasureError> {
        self.forget(at);
        self.scrapes.push_back(at);
        self.seen = Seen::default();
        let mut matches = 0;
        // A line's name begins with its family's.
        for family in scrape.families.iter().filter(|family| name.starts_with(family.name)) {
            for sample in family.samples.iter().filter(|sample| sample.name == name) {
                self.seen.is_gauge |= family.kind == Kind::Gauge;
                if self.matches(selector, sample) {
                    matches += 1;
                    self.push(sample, at);
                }
            }
        }
        if matches > MAX_MATCHES {
            self.series.clear();
            return Err(MeasureError::TooMany { count: matches });
        }
        Ok(())
    }

    fn matches(&mut self, selector: &Selector, sample: &Sample<'_>) -> bool {
        let mut holds = true;
        let mut has_labels = true;
        for matcher in &selector.matchers {
            let value = sample.label(&matcher.label);
            holds &= matcher.holds(value);
            has_labels &= !value.is_empty();
        }
        self.seen.has_labels |= has_labels;
        holds
    }

    fn push(&mut self, sample: &Sample<'_>, at: Timestamp) {
        // Infinity and what is no number cannot be counted with.
        if !sample.value.is_finite() || self.series.len() > MAX_MATCHES {
            return;
        }
        let point = Point { at, value: sample.value };
        let key = key(sample);
        if let Some(series) = self.series.get_mut(key.as_str()) {
            series.points.push_back(point);
        } else {
            let le = sample.label("le").parse().ok();
            self.series.insert(key.into(), Series { le, points: VecDeque::from([point]) });
        }
    }

    /// Forgets what is older than the window, and everything if the clock was set back.
    fn forget(&mut self, now: Timestamp) {
        let is_back = self.scrapes.back().is_some_and(|last| *last >= now);
        let is_old = |at: Timestamp| is_back || now.duration_since(at).unsigned_abs() > self.window;
        while self.scrapes.front().is_some_and(|at| is_old(*at)) {
            self.scrapes.pop_front();
        }
        self.series.retain(|_, series| {
            while series.points.front().is_some_and(|point| is_old(point.at)) {
                series.points.pop_front();
            }
            !series.points.is_empty()
        });
    }

    pub(super) fn series(&self) -> impl Iterator<Item = &Series> {
        self.series.values()
    }

    /// When it was scraped last.
    pub(super) fn last(&self) -> Option<Timestamp> {
        self.scrapes.back().copied()
    }

    pub(super) fn is_gauge(&self) -> bool {
        self.seen.is_gauge
    }

    /// Whether that nothing has grown is known: it was scraped twice, and there are such
    /// series, even if none of them has these values.
    pub(super) fn knows_zero(&self) -> bool {
        self.scrapes.len() > 1 && self.seen.has_labels
    }
}

/// Tells the series of one name apart.
fn key(sample: &Sample<'_>) -> String {
    let mut key = String::new();
    for (label, value) in &sample.labels {
        // With its length before it, no value can look like more labels.
        key.push_str(label);
        key.push('=');
        key.push_str(&value.len().to_string());
        key.push(':');
        key.push_str(value);
    }
    key
}
