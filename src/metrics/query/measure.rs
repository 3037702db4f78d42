//! [`Measure`]: works out a query from scrape to scrape.

use std::borrow::Cow;

use jiff::Timestamp;
use thiserror::Error;

use super::{
    Fold, Part, Query, Reading,
    history::{Growth, History},
};
use crate::metrics::exposition::Exposition;

/// Works out a query from the scrapes of one endpoint, of which it keeps what the query
/// needs, as far back as its window goes.
#[derive(Clone, Debug)]
pub struct Measure {
    sides: Vec<(Part, History)>,
    /// With fewer events than this there is no number.
    min_events: f64,
}

/// Why a query cannot be worked out from what an endpoint exposes.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum MeasureError {
    /// Nothing says which of several numbers is meant.
    #[error("`{name}` has {count} series that match: write sum(…) around it, or more labels")]
    Several {
        /// The metric.
        name: String,
        /// How many.
        count: usize,
    },
    /// More series match than are kept.
    #[error("{count} series match, which is too many to keep: write more labels")]
    TooMany {
        /// How many.
        count: usize,
    },
    /// What goes up and down is not counted.
    #[error("`{name}` is a gauge: rate and increase are for counters")]
    Gauge {
        /// The metric.
        name: String,
    },
}

impl Measure {
    /// Begins with nothing. With fewer than `min_events` counted in the window of the last
    /// part (what is divided by, if anything is) there is no number.
    #[must_use]
    pub fn new(query: &Query, min_events: Option<u64>) -> Self {
        let sides = query.parts().map(|part| (part.clone(), History::new(part))).collect();
        Self { sides, min_events: min_events.unwrap_or(0) as f64 }
    }

    /// Takes a scrape and gives the number that it makes.
    ///
    /// # Errors
    /// [`MeasureError`], when the query does not fit what is exposed.
    pub fn take(
        &mut self,
        scrape: &Exposition<'_>,
        at: Timestamp,
    ) -> Result<Option<f64>, MeasureError> {
        for (part, history) in &mut self.sides {
            history.take(&part.selector, &lines(part), scrape, at)?;
        }
        self.value()
    }

    fn value(&self) -> Result<Option<f64>, MeasureError> {
        let values: Vec<Option<f64>> = self
            .sides
            .iter()
            .map(|(part, history)| part.value(history))
            .collect::<Result<_, _>>()?;
        if self.sides.last().is_some_and(|(part, history)| part.events(history) < self.min_events) {
            return Ok(None);
        }
        Ok(match values[..] {
            [Some(top), Some(bottom)] if bottom != 0.0 => Some(top / bottom),
            [value] => value,
            _ => None,
        }
        .filter(|value| value.is_finite()))
    }
}

/// What the lines that a part reads are called.
fn lines(part: &Part) -> Cow<'_, str> {
    match part.fold {
        Fold::Quantile(_) => Cow::Owned(format!("{}_bucket", part.selector.name)),
        _ => Cow::Borrowed(&part.selector.name),
    }
}

impl Part {
    fn value(&self, history: &History) -> Result<Option<f64>, MeasureError> {
        let name = || self.selector.name.clone();
        if self.reading != Reading::Now && history.is_gauge() {
            return Err(MeasureError::Gauge { name: name() });
        }
        let numbers = || self.numbers(history);
        match self.fold {
            Fold::Quantile(share) => Ok(quantile(share, history)),
            Fold::Sum => Ok(numbers()
                .reduce(|sum, number| sum + number)
                .or_else(|| (self.reading != Reading::Now && history.knows_zero()).then_some(0.0))),
            Fold::Only => match numbers().count() {
                0 | 1 => Ok(numbers().next()),
                count => Err(MeasureError::Several { name: name(), count }),
            },
        }
    }

    /// The number of each series that has one.
    fn numbers<'a>(&self, history: &'a History) -> impl Iterator<Item = f64> + use<'a> {
        let (reading, last) = (self.reading, history.last());
        history.series().filter_map(move |series| match reading {
            Reading::Now => series.at(last?),
            Reading::Rate(_) => series.growth().map(|Growth { by, within }| by / within),
            Reading::Increase(_) => series.growth().map(|growth| growth.by),
        })
    }

    /// How many events its number is made of; infinitely many when it counts none.
    fn events(&self, history: &History) -> f64 {
        match (self.reading, self.fold) {
            (Reading::Now, _) => f64::INFINITY,
            (_, Fold::Quantile(_)) => buckets(history).last().map_or(0.0, |(_, count)| *count),
            _ => history.series().filter_map(|it| Some(it.growth()?.by)).sum(),
        }
    }
}

/// By bound, how many observations in the window were not above it.
fn buckets(history: &History) -> Vec<(f64, f64)> {
    let of = |series: &super::history::Series| Some((series.le?, series.growth()?.by));
    let mut all: Vec<(f64, f64)> = history.series().filter_map(of).collect();
    all.sort_by(|(left, _), (right, _)| left.total_cmp(right));
    all.dedup_by(|(later, count), (bound, sum)| {
        let is_same = later.total_cmp(bound).is_eq();
        *sum += if is_same { *count } else { 0.0 };
        is_same
    });
    // Scrapes can come between the updates of two buckets.
    let mut most = 0.0_f64;
    for (_, count) in &mut all {
        most = most.max(*count);
        *count = most;
    }
    all
}

/// A quantile of what was observed in the window, as Prometheus's `histogram_quantile` gives
/// it: between two bounds all values are thought equally likely, and what is above the
/// highest of them counts as it.
fn quantile(share: f64, history: &History) -> Option<f64> {
    let buckets = buckets(history);
    let (bound, total) = *buckets.last()?;
    if bound != f64::INFINITY || total <= 0.0 || buckets.len() < 2 {
        return None;
    }
    let rank = share * total;
    let at = buckets.iter().position(|(_, count)| *count >= rank)?;
    let (upper, count) = buckets[at];
    if upper == f64::INFINITY {
        return Some(buckets[at - 1].0);
    }
    let (lower, before) = match at {
        0 if upper <= 0.0 => return Some(upper),
        0 => (0.0, 0.0),
        _ => buckets[at - 1],
    };
    let within = count - before;
    let part = if within > 0.0 { (rank - before) / within } else { 1.0 };
    Some(lower + (upper - lower) * part)
}

#[cfg(test)]
#[path = "measure_tests.rs"]
mod tests;
