//! [`Still`]: where the charts stand still, and where they are read. Pure.

use jiff::{SignedDuration, Timestamp};

use super::timeline::{Scope, Timeline};

/// How far back anybody can look.
pub(super) const KEPT: SignedDuration = SignedDuration::from_hours(1);

/// Charts that stand still while time goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Still {
    /// Since when they do.
    pub(super) since: Timestamp,
    /// The newest moment that there is to see.
    newest: Timestamp,
    /// The newest one that is shown.
    end: Timestamp,
    /// The one that is read.
    cursor: Timestamp,
}

impl Still {
    /// Stands still now, and reads the newest moment.
    pub(super) fn new(now: Timestamp, newest: Timestamp) -> Self {
        Self { since: now, newest, end: newest, cursor: newest }
    }

    /// The newest moment that is shown.
    pub(super) fn end(&self) -> Timestamp {
        self.end
    }

    /// The moment that is read.
    pub(super) fn cursor(&self) -> Timestamp {
        self.cursor
    }

    /// How much of what is shown is no longer kept.
    pub(super) fn lost(&self, timeline: &Timeline, now: Timestamp) -> SignedDuration {
        let oldest = oldest(now);
        let end = self.end.min(oldest);
        end.duration_since(timeline.start()).max(SignedDuration::ZERO)
    }

    /// Goes on by some cells, or back. `false` when there is nothing newer: whoever goes
    /// on from there follows again.
    pub(super) fn step(&mut self, cells: i64, scope: Scope) -> bool {
        let timeline = scope.until(self.end);
        let Some(cell) = timeline.cell_of(self.cursor) else {
            self.go_to(self.cursor, scope);
            return true;
        };
        let to = timeline.middle_of(i64::from(cell).saturating_add(cells));
        if cells > 0 && timeline.cell_of(self.newest) == Some(cell) {
            return false;
        }
        self.go_to(to, scope);
        true
    }

    /// Reads a moment, and moves what is shown as little as that takes.
    pub(super) fn go_to(&mut self, at: Timestamp, scope: Scope) {
        self.cursor = at.max(oldest(scope.now)).min(self.newest);
        self.end = scope.until(self.end).end_showing(self.cursor).min(self.newest);
    }

    /// Shows another window, with what is read in its middle as far as that goes.
    pub(super) fn zoom(&mut self, scope: Scope) {
        let half = scope.window.length() / 2;
        self.end = (self.cursor + half).min(self.newest);
    }
}

fn oldest(now: Timestamp) -> Timestamp {
    now - KEPT
}

#[cfg(test)]
#[path = "still_tests.rs"]
mod tests;
