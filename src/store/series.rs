//! [`Series`]: what an instance used lately, with its gaps.

use std::{collections::VecDeque, time::Duration};

use jiff::Timestamp;
use strum::{EnumCount as _, IntoEnumIterator as _};

use super::{
    metric::Metric,
    room::Kept,
    span::{Amount, Resolution, Span},
};
use crate::model::Sample;

/// A reading tells of the time since the one before, but of no more than this: after a
/// longer silence nobody knows what was in between.
const COVERS: Duration = Duration::from_secs(15);

/// What a reading without one before it tells of.
const FIRST_COVERS: Duration = Duration::from_secs(1);

/// The part of a slot by which a reading may come late.
const LATE: f32 = 0.25;

/// How many points a new series has room for.
const FIRST_ROOM: usize = 16;

/// Not known, among the values of a point.
const UNKNOWN: f32 = f32::NAN;

/// The seconds that a coarse point tells of.
const TEN: i64 = Resolution::Coarse.step();

type Values = [f32; Metric::COUNT];

/// One reading, or several that were put together. There are a thousand of each of hundreds
/// of instances, so they are small.
#[derive(Clone, Copy, Debug)]
struct Point<T> {
    /// The second in which we heard it: the clocks of two hosts need not agree.
    second: i64,
    /// The time up to it that it tells of, in seconds.
    covers: f32,
    told: T,
}

/// What several readings told.
#[derive(Clone, Copy, Debug)]
struct Several {
    mean: Values,
    most: Values,
}

/// What a point takes that is kept by itself, in bytes.
pub(super) const FINE_BYTES: usize = size_of::<Point<Values>>();

/// What one takes that several were put together to.
pub(super) const COARSE_BYTES: usize = size_of::<Point<Several>>();

/// The newest readings of one instance, oldest first.
#[derive(Clone, Debug)]
pub struct Series {
    kept: Kept,
    fine: VecDeque<Point<Values>>,
    coarse: VecDeque<Point<Several>>,
    /// The last second of which no reading by itself is kept any more.
    let_go: Option<i64>,
    /// What becomes the next coarse point.
    gathering: Gathering,
    last: Option<Sample>,
    heard_at: Option<Timestamp>,
}

impl Default for Series {
    /// Has room for all that is kept.
    fn default() -> Self {
        Self {
            kept: Kept::ALL,
            fine: VecDeque::new(),
            coarse: VecDeque::new(),
            let_go: None,
            gathering: Gathering::default(),
            last: None,
            heard_at: None,
        }
    }
}

impl Series {
    /// Keeps no more than this from now on.
    pub(super) fn keep(&mut self, kept: Kept) {
        self.kept = kept;
        self.let_go = shrink(&mut self.fine, kept.fine).or(self.let_go);
        shrink(&mut self.coarse, kept.coarse);
    }

    /// Takes in a reading, with when we heard it. When our clock went back, what it has
    /// of the time that is still to come is let go.
    pub fn push(&mut self, sample: &Sample, heard_at: Timestamp) {
        if self.heard_at.is_some_and(|last| heard_at < last) {
            let now = heard_at.as_second();
            self.fine.retain(|point| point.second <= now);
            self.coarse.retain(|point| point.second <= now);
            self.gathering = Gathering::default();
        }
        self.heard_at = Some(heard_at);
        self.last = Some(*sample);
        let point = Point::of(sample, heard_at);
        if let Some(whole) = self.gathering.add(&point) {
            push_bounded(&mut self.coarse, whole, self.kept.coarse);
        }
        self.let_go = push_bounded(&mut self.fine, point, self.kept.fine).or(self.let_go);
    }

    /// The newest reading as it came, counters and all.
    #[must_use]
    pub fn latest(&self) -> Option<&Sample> {
        self.last.as_ref()
    }

    /// When the newest reading was heard.
    #[must_use]
    pub fn heard_at(&self) -> Option<Timestamp> {
        self.heard_at
    }

    /// How many readings are kept one by one.
    #[must_use]
    pub fn readings(&self) -> usize {
        self.fine.len()
    }

    /// A quantity in each slot of a span; `None` where nobody knows.
    #[must_use]
    pub fn amounts(&self, metric: Metric, span: &Span) -> Vec<Option<Amount>> {
        let mut amounts = vec![None; span.slots()];
        let at = metric as usize;
        match span.resolution {
            Resolution::Fine => {
                self.fill_before_the_seconds(&mut amounts, at, span);
                let amount = |told: &Values| known(told[at]).map(Amount::exactly);
                since(&self.fine, span).for_each(|it| it.fill(&mut amounts, amount, span));
            }
            Resolution::Coarse => {
                let gathered = self.gathering.so_far();
                let points = since(&self.coarse, span).chain(gathered.as_ref());
                points.for_each(|point| point.fill(&mut amounts, |told| told.amount(at), span));
            }
        }
        amounts
    }

    /// Fills what is known by ten seconds of the time whose seconds had to give way; each
    /// ten are taken to have been read in all of their time.
    fn fill_before_the_seconds(&self, amounts: &mut [Option<Amount>], metric: usize, span: &Span) {
        let (Some(let_go), Some(first)) = (self.let_go, self.fine.front()) else { return };
        let begin = |point: &Point<Several>| point.second - point.second.rem_euclid(TEN);
        for point in since(&self.coarse, span).take_while(|point| begin(point) <= let_go) {
            let whole = (point.second - begin(point) + 1) as f32;
            let point = Point { covers: point.covers.max(whole), ..*point };
            point.fill(amounts, |told| told.amount(metric), span);
        }
        // What is known of the last ten reaches into the seconds.
        let known = usize::try_from(first.second - span.first).unwrap_or(0).min(amounts.len());
        amounts[known..].fill(None);
    }
}

/// The points that can tell of a span.
fn since<'a, T>(points: &'a VecDeque<Point<T>>, span: &Span) -> impl Iterator<Item = &'a Point<T>> {
    let from = span.start_of(0).as_second();
    points.range(points.partition_point(|point| point.second < from)..)
}

/// Adds a point; gives the second of the one that had to go for it.
fn push_bounded<T>(points: &mut VecDeque<Point<T>>, point: Point<T>, kept: usize) -> Option<i64> {
    let gone = if points.len() >= kept { points.pop_front() } else { None };
    if points.len() == points.capacity() {
        // Twice as much, as a queue grows by itself, but never beyond what it can need.
        points.reserve_exact(points.len().max(FIRST_ROOM).min(kept - points.len()));
    }
    points.push_back(point);
    gone.map(|gone| gone.second)
}

/// Lets go of the oldest points, and of the room that is not needed any more; gives the
/// second of the last that had to go.
fn shrink<T>(points: &mut VecDeque<Point<T>>, kept: usize) -> Option<i64> {
    let gone = points.drain(..points.len().saturating_sub(kept)).last();
    points.shrink_to(kept.min(points.capacity()));
    gone.map(|gone| gone.second)
}

fn known(value: f32) -> Option<f64> {
    (!value.is_nan()).then(|| value.into())
}

impl Several {
    fn amount(&self, metric: usize) -> Option<Amount> {
        Some(Amount { mean: known(self.mean[metric])?, most: known(self.most[metric])? })
    }
}

impl Point<Values> {
    fn of(sample: &Sample, at: Timestamp) -> Self {
        let mut values = [UNKNOWN; Metric::COUNT];
        for metric in Metric::iter() {
            if let Some(value) = metric.of(sample) {
                values[metric as usize] = value as f32;
            }
        }
        let covers = sample.interval.unwrap_or(FIRST_COVERS).min(COVERS).as_secs_f32();
        Self { second: at.as_second(), covers, told: values }
    }
}

impl<T> Point<T> {
    /// Fills the slot that it is in, and those before it that it tells of as well and no
    /// other point does.
    fn fill(
        &self,
        amounts: &mut [Option<Amount>],
        amount: impl Fn(&T) -> Option<Amount>,
        span: &Span,
    ) {
        let Some(amount) = amount(&self.told) else { return };
        // A reading that came a little late tells of no slot more: one that is missing is
        // not painted over.
        let covers = (self.covers / span.step() as f32 - LATE).ceil().max(1.0) as i64;
        let own = self.second.div_euclid(span.step()) - span.first;
        for slot in (own - covers + 1)..=own {
            let place = usize::try_from(slot).ok().and_then(|slot| amounts.get_mut(slot));
            if let Some(place) = place.filter(|place| slot == own || place.is_none()) {
                *place = Some(amount);
            }
        }
    }
}

/// Readings of one coarse slot, until it is over.
#[derive(Clone, Debug)]
struct Gathering {
    slot: Option<i64>,
    newest_second: i64,
    covers: f32,
    counts: [u32; Metric::COUNT],
    sums: [f64; Metric::COUNT],
    most: Values,
}

impl Default for Gathering {
    fn default() -> Self {
        Self {
            slot: None,
            newest_second: 0,
            covers: 0.0,
            counts: [0; Metric::COUNT],
            sums: [0.0; Metric::COUNT],
            most: [UNKNOWN; Metric::COUNT],
        }
    }
}

impl Gathering {
    /// Adds a reading; gives what was gathered when its slot is over.
    fn add(&mut self, point: &Point<Values>) -> Option<Point<Several>> {
        let slot = point.second.div_euclid(TEN);
        let whole = if self.slot == Some(slot) { None } else { self.so_far() };
        if self.slot != Some(slot) {
            *self = Self { slot: Some(slot), ..Self::default() };
        }
        self.newest_second = point.second;
        self.covers = self.covers.max(point.covers);
        for metric in Metric::iter().map(|metric| metric as usize) {
            let value = point.told[metric];
            if !value.is_nan() {
                self.counts[metric] += 1;
                self.sums[metric] += f64::from(value);
                // The greater of a number and none is the number.
                self.most[metric] = self.most[metric].max(value);
            }
        }
        whole
    }

    fn so_far(&self) -> Option<Point<Several>> {
        self.slot?;
        let mut mean = [UNKNOWN; Metric::COUNT];
        for (metric, count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            mean[metric] = (self.sums[metric] / f64::from(*count)) as f32;
        }
        let told = Several { mean, most: self.most };
        Some(Point { second: self.newest_second, covers: self.covers, told })
    }
}

#[cfg(test)]
#[path = "series_tests.rs"]
mod tests;
