//! `target`, `warn`, `crit` and `range` of a metric: what each compares, and that they agree.

use std::ops::RangeInclusive;

use super::field;
use crate::{
    config::reader::{At, Reader, Table},
    model::{Bound, Comparator, Dimension, quantity},
};

/// The bounds of a metric, each with its place.
pub(super) struct Bounds {
    pub(super) target: Option<At<Bound>>,
    pub(super) warn: Option<At<Bound>>,
    pub(super) critical: Option<At<Bound>>,
    pub(super) range: Option<At<(RangeInclusive<f64>, Dimension)>>,
}

/// Which side of a bound its numbers are on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Above,
    Below,
    Exact,
}

impl Bounds {
    pub(super) fn read(reader: &mut Reader<'_>, table: &Table<'_>) -> Self {
        let mut bound = |key| {
            let text = field::text(reader, table, key)?;
            match Bound::parse(text.value) {
                Ok(bound) => Some(text.with(bound)),
                Err(hint) => {
                    let message = format!("`{}` cannot be \"{}\"", text.path, text.value);
                    reader.fail(&text, message, hint);
                    None
                }
            }
        };
        let (target, warn, critical) = (bound("target"), bound("warn"), bound("crit"));
        let range = field::text(reader, table, "range").and_then(|text| {
            let read = quantity::range(text.value);
            read.map(|range| text.with(range))
                .map_err(|hint| {
                    let message = format!("`{}` cannot be \"{}\"", text.path, text.value);
                    reader.fail(&text, message, hint);
                })
                .ok()
        });
        let bounds = Self { target, warn, critical, range };
        bounds.agree(reader);
        bounds
    }

    /// What the first of them compares; `None` when there are none.
    pub(super) fn dimension(&self) -> Option<Dimension> {
        let bound = self.warn.as_ref().or(self.critical.as_ref()).or(self.target.as_ref());
        let bound = bound.map(|bound| bound.value.quantity.dimension);
        bound.or(self.range.as_ref().map(|range| range.value.1))
    }

    /// Refuses those that do not compare what the metric measures.
    pub(super) fn fit(&self, reader: &mut Reader<'_>, metric: Dimension) {
        let mut fits = |at: At<()>, dimension: Dimension, shown: String| {
            if dimension != metric {
                let message = format!("`{}` compares with {shown}, which is {}", at.path, {
                    dimension.words()
                });
                reader.fail(&at, message, format!("the metric is {}", metric.words()));
            }
        };
        for bound in [&self.target, &self.warn, &self.critical].into_iter().flatten() {
            let quantity = bound.value.quantity;
            fits(bound.with(()), quantity.dimension, quantity.to_string());
        }
        if let Some(range) = &self.range {
            fits(range.with(()), range.value.1, "a range".into());
        }
    }

    fn agree(&self, reader: &mut Reader<'_>) {
        if let (Some(warn), Some(critical)) = (&self.warn, &self.critical) {
            in_order(reader, warn, critical);
        }
        let bad = self.warn.as_ref().or(self.critical.as_ref());
        if let (Some(target), Some(bad)) = (&self.target, bad) {
            apart(reader, target, bad);
        }
    }
}

fn side(bound: &Bound) -> Side {
    match bound.comparator {
        Comparator::Above | Comparator::AtLeast => Side::Above,
        Comparator::Below | Comparator::AtMost => Side::Below,
        Comparator::Equal | Comparator::NotEqual => Side::Exact,
    }
}

/// What is critical is worse than what is a warning, on the same side.
fn in_order(reader: &mut Reader<'_>, warn: &At<Bound>, critical: &At<Bound>) {
    let (warn, crit) = (&warn.value, &critical.value);
    if warn.quantity.dimension != crit.quantity.dimension {
        // Told by whoever knows what the metric measures.
        return;
    }
    let (from, to) = (warn.quantity.value, crit.quantity.value);
    let stricter = match side(warn) {
        side if side != self::side(crit) => {
            let message =
                format!("`warn` ({warn}) and `crit` ({crit}) look in different directions");
            reader.fail(
                critical,
                message,
                "both are about numbers that are too large, or too small",
            );
            return;
        }
        Side::Above => to > from,
        Side::Below => to < from,
        Side::Exact => true,
    };
    if !stricter {
        let message = format!("`crit` ({crit}) is not worse than `warn` ({warn})");
        reader.fail(critical, message, "the warning comes first: swap them, or take one out");
    }
}

/// What is as it should be is no warning.
fn apart(reader: &mut Reader<'_>, target: &At<Bound>, bad: &At<Bound>) {
    let (good, bad) = (&target.value, &bad.value);
    if good.quantity.dimension != bad.quantity.dimension {
        return;
    }
    let (to, from) = (good.quantity.value, bad.quantity.value);
    let is_apart = match (side(good), side(bad)) {
        (Side::Below, Side::Above) => to <= from,
        (Side::Above, Side::Below) => to >= from,
        (Side::Exact, _) | (_, Side::Exact) => true,
        _ => false,
    };
    if !is_apart {
        let message = format!("a number can be as it should be ({good}) and not ({bad}) at once");
        let hint = "`target` is what should hold; `warn` and `crit` are what should not";
        reader.fail(target, message, hint);
    }
}
