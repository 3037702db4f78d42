//! What a service's instances used over time, one by one and added up.

use super::{Amount, Metric, ServiceView, Span, Store};
use crate::text::Clean;

/// What one instance used, those that are gone included.
#[derive(Clone, Debug)]
pub struct Part {
    /// The instance's name.
    pub name: Clean,
    /// What it used in each slot of a span; `None` where nobody knows.
    pub amounts: Vec<Option<Amount>>,
}

impl Store {
    /// What each instance of a service used: those that there are, by number and name, and
    /// those that are gone and used something in this span.
    #[must_use]
    pub fn parts(&self, service: &ServiceView, metric: Metric, span: &Span) -> Vec<Part> {
        let views = service.instances.iter().filter_map(|key| self.instance(key));
        let there = views.map(|view| (&view.instance.name, &view.series));
        let gone = self.past.of(&service.key).map(|gone| (&gone.name, &gone.series));
        let part = |(name, series): (&Clean, &super::Series)| Part {
            name: name.clone(),
            amounts: series.amounts(metric, span),
        };
        let mut parts: Vec<Part> = there.map(part).collect();
        let used = |part: &Part| part.amounts.iter().any(Option::is_some);
        parts.extend(gone.map(part).filter(used));
        leave_out_where_one_is_missing(&mut parts, span);
        parts
    }

    /// What all instances of a service used together; `None` where none of them tells.
    #[must_use]
    pub fn total(&self, service: &ServiceView, metric: Metric, span: &Span) -> Vec<Option<Amount>> {
        total(self.parts(service, metric, span))
    }
}

/// How long an instance may tell nothing between two readings and still have run: a longer
/// silence is taken for a stop, in which it used nothing.
const SILENT: i64 = 15;

/// Where a reading of one of several is missing for a moment, what they used together is not
/// known: without it the sum would dip, as if they had used less.
fn leave_out_where_one_is_missing(parts: &mut [Part], span: &Span) {
    if parts.len() < 2 {
        return;
    }
    let mut missing = vec![false; span.slots()];
    for part in &*parts {
        let mut last = None;
        for (slot, amount) in part.amounts.iter().enumerate() {
            if amount.is_none() {
                continue;
            }
            let Some(since) = last.replace(slot).map(|last| last + 1) else { continue };
            let silent = i64::try_from(slot - since).unwrap_or(i64::MAX);
            if silent.saturating_mul(span.step()) <= SILENT {
                missing[since..slot].fill(true);
            }
        }
    }
    for part in parts {
        let places = part.amounts.iter_mut().zip(&missing).filter(|(_, missing)| **missing);
        places.for_each(|(amount, _)| *amount = None);
    }
}

/// Adds up parts of one span.
#[must_use]
pub fn total(parts: impl IntoIterator<Item = Part>) -> Vec<Option<Amount>> {
    let add = |mut sum: Vec<Option<Amount>>, amounts: Vec<Option<Amount>>| {
        for (sum, amount) in sum.iter_mut().zip(amounts) {
            *sum = match (*sum, amount) {
                (Some(sum), Some(amount)) => Some(sum.plus(amount)),
                (sum, amount) => sum.or(amount),
            };
        }
        sum
    };
    parts.into_iter().map(|part| part.amounts).reduce(add).unwrap_or_default()
}

/// What a quantity did in a span.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// On average over all that is known.
    pub mean: f64,
    /// What 95 % of the slots did not pass (nearest rank).
    pub p95: f64,
    /// At most.
    pub most: f64,
}

impl Summary {
    /// Of the slots that are known; `None` when none is.
    #[must_use]
    pub fn of(amounts: &[Option<Amount>]) -> Option<Self> {
        let mut means: Vec<f64> = amounts.iter().flatten().map(|amount| amount.mean).collect();
        means.sort_by(f64::total_cmp);
        let rank = (means.len() * 95).div_ceil(100);
        let p95 = *means.get(rank.checked_sub(1)?)?;
        let mean = means.iter().sum::<f64>() / means.len() as f64;
        let most = amounts.iter().flatten().map(|amount| amount.most).fold(0.0, f64::max);
        Some(Self { mean, p95, most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(values: &[Option<f64>]) -> Part {
        let amounts = values.iter().map(|value| value.map(Amount::exactly)).collect();
        Part { name: "a".into(), amounts }
    }

    #[test]
    fn a_total_is_of_those_that_tell() {
        let (one, two) = (part(&[Some(1.0), Some(1.0), None]), part(&[Some(2.0), None, None]));
        assert_eq!(total([one, two]), part(&[Some(3.0), Some(1.0), None]).amounts);
        assert_eq!(total([]), []);
    }

    fn known(one: &[Option<f64>], two: &[Option<f64>]) -> Vec<bool> {
        let end = jiff::Timestamp::from_second(1000).unwrap();
        let length = jiff::SignedDuration::from_secs(i64::try_from(one.len()).unwrap());
        let mut parts = [part(one), part(two)];
        leave_out_where_one_is_missing(&mut parts, &Span::until(end, length));
        total(parts).iter().map(Option::is_some).collect()
    }

    #[test]
    fn a_reading_of_one_that_is_missing_is_a_gap_of_all_and_no_dip() {
        let all = [Some(1.0); 5];
        let one = [None, Some(1.0), None, Some(1.0), None];
        assert_eq!(known(&all, &one), [true, true, false, true, true]);
    }

    #[test]
    fn an_instance_that_was_stopped_used_nothing() {
        let mut stopped = [None; 20];
        (stopped[0], stopped[19]) = (Some(1.0), Some(1.0));
        assert_eq!(known(&[Some(1.0); 20], &stopped), [true; 20]);
    }

    #[test]
    fn a_summary_is_of_what_is_known() {
        let values: Vec<Option<f64>> = (1..=20).map(|n| Some(f64::from(n))).chain([None]).collect();
        let summary = Summary::of(&part(&values).amounts).unwrap();
        assert_eq!(summary, Summary { mean: 10.5, p95: 19.0, most: 20.0 });
        let one = Summary::of(&part(&[Some(4.0)]).amounts).unwrap();
        assert_eq!(one, Summary { mean: 4.0, p95: 4.0, most: 4.0 });
        assert_eq!(Summary::of(&part(&[None]).amounts), None);
    }
}
