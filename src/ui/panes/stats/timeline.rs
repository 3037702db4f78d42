//! [`Timeline`]: which moment is where on the screen. Pure.
//!
//! A cell has one or two columns of dots. Their borders are fixed in time, so that a
//! curve moves on by whole columns and keeps its shape meanwhile.

use jiff::{SignedDuration, Timestamp};

use super::window::Window;
use crate::store::{Amount, Resolution, Span};

const MICROS: i64 = 1_000_000;

/// How much later than the store may forget it a reading is still looked for.
const GRACE: SignedDuration = SignedDuration::from_secs(2);

/// The room for a curve, and when it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scope {
    pub(super) window: Window,
    pub(super) cells: u16,
    /// The columns of dots in a cell.
    pub(super) dots: u16,
    pub(super) now: Timestamp,
}

impl Scope {
    /// What is shown when a moment is the newest that is.
    pub(super) fn until(self, end: Timestamp) -> Timeline {
        let length = self.window.length();
        let columns = i64::from(self.cells.max(1)) * i64::from(self.dots.max(1));
        let width = (length.as_secs() * MICROS / columns).max(1);
        let first = end.as_microsecond().div_euclid(width) - columns + 1;
        let span = span(end, length, self.now);
        let before = first * width - span.start_of(0).as_microsecond();
        let skipped = before.div_euclid(span.step() * MICROS);
        let skipped = usize::try_from(skipped).unwrap_or(0).min(span.slots());
        Timeline { span, skipped, first, width, scope: self }
    }
}

/// The slots that reach back so far from a moment: the finest that are still kept.
fn span(end: Timestamp, length: SignedDuration, now: Timestamp) -> Span {
    let fine = SignedDuration::from_secs(i64::from(Resolution::Fine.kept()));
    let is_kept = now.duration_since(end) + length <= fine + GRACE;
    Span::until(end, if is_kept { length } else { length.max(fine + GRACE) })
}

/// A stretch of time on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Timeline {
    span: Span,
    /// The slots of the span that are before what is shown.
    skipped: usize,
    /// The number of the first column of dots, counted from the epoch.
    first: i64,
    /// The length of a column of dots, in microseconds.
    width: i64,
    scope: Scope,
}

impl Timeline {
    /// The slots that tell of it; those in front of what is shown too.
    pub(super) fn span(&self) -> &Span {
        &self.span
    }

    /// Of what there is for each slot, what is shown.
    pub(super) fn shown<'a, T>(&self, slots: &'a [T]) -> &'a [T] {
        slots.get(self.skipped..).unwrap_or_default()
    }

    /// Whether only the readings of every ten seconds reach back so far, although the
    /// window is one for those of every second.
    pub(super) fn is_thinned(&self) -> bool {
        self.span.step() > Resolution::reaching(self.scope.window.length()).step()
    }

    /// The value of each column of dots; `None` where nobody knows.
    pub(super) fn columns(&self, amounts: &[Option<Amount>]) -> Vec<Option<f64>> {
        let columns = usize::from(self.scope.cells) * usize::from(self.scope.dots);
        let step = self.span.step() * MICROS;
        let mut begin = self.first * self.width - self.span.start_of(0).as_microsecond();
        let mut slot = begin.div_euclid(step);
        let mut values = Vec::with_capacity(columns);
        // From column to column without a division: there are many.
        for _ in 0..columns {
            let (end, from) = (begin + self.width, slot);
            while (slot + 1) * step < end {
                slot += 1;
            }
            values.push(mean(self.between(amounts, from, slot)));
            slot += i64::from((slot + 1) * step == end);
            begin = end;
        }
        values
    }

    /// The value of a cell.
    pub(super) fn value(&self, amounts: &[Option<Amount>], cell: u16) -> Option<f64> {
        let dots = i64::from(self.scope.dots);
        let step = self.span.step() * MICROS;
        let column = self.first + i64::from(cell) * dots;
        let begin = column * self.width - self.span.start_of(0).as_microsecond();
        let end = begin + dots * self.width - 1;
        mean(self.between(amounts, begin.div_euclid(step), end.div_euclid(step)))
    }

    /// The amounts from one slot to another.
    fn between<'a>(
        &self,
        amounts: &'a [Option<Amount>],
        first: i64,
        last: i64,
    ) -> &'a [Option<Amount>] {
        let within = |slot: i64| usize::try_from(slot).unwrap_or(0).min(self.span.slots());
        amounts.get(within(first)..within(last + 1)).unwrap_or_default()
    }

    /// When what is shown begins.
    pub(super) fn start(&self) -> Timestamp {
        moment(self.first * self.width)
    }

    /// When a cell begins; cells before the first one count down from 0.
    pub(super) fn start_of(&self, cell: i64) -> Timestamp {
        moment((self.first + cell * i64::from(self.scope.dots)) * self.width)
    }

    /// The middle of a cell.
    pub(super) fn middle_of(&self, cell: i64) -> Timestamp {
        let column = self.first + cell * i64::from(self.scope.dots);
        moment(column * self.width + self.width * i64::from(self.scope.dots) / 2)
    }

    /// The cell that a moment is in; `None` outside.
    pub(super) fn cell_of(&self, at: Timestamp) -> Option<u16> {
        let column = at.as_microsecond().div_euclid(self.width) - self.first;
        let cell = u16::try_from(column.div_euclid(i64::from(self.scope.dots))).ok()?;
        (cell < self.scope.cells).then_some(cell)
    }

    /// The newest moment that is shown after moving by as few whole cells as it takes for
    /// another one to be in sight.
    pub(super) fn end_showing(&self, at: Timestamp) -> Timestamp {
        let (cells, dots) = (i64::from(self.scope.cells.max(1)), i64::from(self.scope.dots));
        let column = at.as_microsecond().div_euclid(self.width) - self.first;
        let cell = column.div_euclid(dots);
        let last = (cell - cell.clamp(0, cells - 1) + cells) * dots - 1;
        moment((self.first + last) * self.width + self.width / 2)
    }
}

fn moment(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
}

fn mean(amounts: &[Option<Amount>]) -> Option<f64> {
    let known = || amounts.iter().flatten();
    let count = known().count();
    (count > 0).then(|| known().map(|amount| amount.mean).sum::<f64>() / count as f64)
}

#[cfg(test)]
#[path = "timeline_tests.rs"]
mod tests;
