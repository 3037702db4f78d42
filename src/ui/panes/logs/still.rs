//! [`Still`]: where the pane stands still, whatever comes and goes around it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    axis::{Axis, Place},
    origin::is_loading,
};
use crate::{
    model::InstanceKey,
    store::{LogRing, Store, logs::Snapshot},
};

/// A line by its name: when, whose, and which. A [`Place`] holds only as long as the
/// same logs are shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LineName {
    pub(super) at: Timestamp,
    pub(super) key: InstanceKey,
    pub(super) number: u64,
}

impl LineName {
    pub(super) fn of(place: Place, keys: &[InstanceKey]) -> Option<Self> {
        let key = keys.get(place.log)?.clone();
        Some(Self { at: place.at, key, number: place.number })
    }

    /// Its place among these logs.
    pub(super) fn place(&self, keys: &[InstanceKey]) -> Place {
        // Behind all others of its moment when its log is not shown any more.
        let log = keys.iter().position(|key| *key == self.key).unwrap_or(usize::MAX);
        Place { at: self.at, log, number: self.number }
    }
}

/// What is read while the logs go on. The lines are held as they were: those that the
/// store lets go of meanwhile can still be read.
#[derive(Clone, Debug, Default)]
pub(super) struct Still {
    held: BTreeMap<InstanceKey, Snapshot>,
    /// The logs of which not all has come yet that was said before they were opened.
    loading: BTreeSet<InstanceKey>,
    /// The line that the cursor is on, and the last one that is shown; `None` when
    /// there was no line.
    at: Option<(LineName, LineName)>,
}

impl Still {
    /// Holds the lines of these logs as they are now.
    pub(super) fn new(keys: &[InstanceKey], store: &Store) -> Self {
        let held = |key: &InstanceKey| Some((key.clone(), store.log(key)?.snapshot(0)));
        let is_loading = |key: &&InstanceKey| is_loading(key, store);
        Self {
            held: keys.iter().filter_map(held).collect(),
            loading: keys.iter().filter(is_loading).cloned().collect(),
            at: None,
        }
    }

    /// Whether some of what was said before is still on its way.
    pub(super) fn is_loading(&self) -> bool {
        !self.loading.is_empty()
    }

    /// Takes up what has come of what was said before.
    pub(super) fn load(&mut self, store: &Store) {
        let Self { held, loading, .. } = self;
        loading.retain(|key| {
            if let Some(ring) = store.log(key) {
                held.insert(key.clone(), ring.snapshot(0));
            }
            is_loading(key, store)
        });
    }

    /// The same, with the cursor where it was in another.
    pub(super) fn at(self, before: Self) -> Self {
        Self { at: before.at, ..self }
    }

    /// The same, with the cursor on this line, and this one shown last.
    pub(super) fn on(self, cursor: LineName, last: LineName) -> Self {
        Self { at: Some((cursor, last)), ..self }
    }

    /// The lines of a log as they were.
    pub(super) fn lines(&self, key: &InstanceKey) -> Option<&Snapshot> {
        self.held.get(key)
    }

    pub(super) fn cursor(&self) -> Option<&LineName> {
        self.at.as_ref().map(|(cursor, _)| cursor)
    }

    /// The last line that is shown.
    pub(super) fn last(&self) -> Option<&LineName> {
        self.at.as_ref().map(|(_, last)| last)
    }

    /// Puts the cursor on a line, and moves what is shown as little as it takes.
    pub(super) fn go_to(
        &mut self,
        cursor: Place,
        axis: &Axis<'_>,
        keys: &[InstanceKey],
        view: &View<'_>,
    ) {
        let last = match self.last().map(|last| last.place(keys)) {
            Some(last) if cursor <= last => last.min(view.last_below(axis, cursor, 0)),
            _ => cursor,
        };
        self.set(cursor, last.max(view.first_page(axis).unwrap_or(last)), keys);
    }

    /// Puts the cursor on a line with some lines around it, as after a jump.
    pub(super) fn show_around(
        &mut self,
        cursor: Place,
        axis: &Axis<'_>,
        keys: &[InstanceKey],
        view: &View<'_>,
    ) {
        let is_shown = self.last().is_some_and(|last| {
            let last = last.place(keys);
            cursor <= last && last <= view.last_below(axis, cursor, 0)
        });
        if is_shown {
            return self.go_to(cursor, axis, keys, view);
        }
        let last = view.last_below(axis, cursor, view.room / 3);
        self.set(cursor, last.max(view.first_page(axis).unwrap_or(last)), keys);
    }

    /// Moves what is shown as little as it takes for the cursor's line, or the one that
    /// stands for it, to be seen; the cursor stays on its line.
    pub(super) fn keep_in_sight(
        &mut self,
        shown: Place,
        axis: &Axis<'_>,
        keys: &[InstanceKey],
        view: &View<'_>,
    ) {
        let name = self.cursor().cloned();
        self.show_around(shown, axis, keys, view);
        if let (Some(name), Some((cursor, _))) = (name, &mut self.at) {
            *cursor = name;
        }
    }

    fn set(&mut self, cursor: Place, last: Place, keys: &[InstanceKey]) {
        self.at = LineName::of(cursor, keys).zip(LineName::of(last, keys));
    }

    /// How many lines of a log came since and are no longer kept.
    pub(super) fn gone(&self, key: &InstanceKey, store: &Store) -> u64 {
        let held = self.held.get(key).map(|held| held.lines().end);
        held.zip(store.log(key)).map_or(0, |(end, ring)| ring.first().saturating_sub(end))
    }

    /// How many lines of a log came since.
    pub(super) fn newer(&self, key: &InstanceKey, store: &Store) -> u64 {
        let count = store.log(key).map_or(0, LogRing::count);
        count - self.held.get(key).map_or(0, |held| held.lines().end).min(count)
    }
}

/// How lines lie in the pane.
pub(super) struct View<'a> {
    /// The rows that there are.
    pub(super) room: usize,
    /// How many rows the line at a place takes.
    pub(super) rows: &'a dyn Fn(Place) -> usize,
}

impl View<'_> {
    /// The last line that is shown when this one is, with so many rows above it.
    fn last_below(&self, axis: &Axis<'_>, top: Place, above: usize) -> Place {
        let mut used = above;
        let fits = |(place, _): &(Place, _)| {
            used += (self.rows)(*place);
            used <= self.room
        };
        axis.from(top).take_while(fits).last().map_or(top, |(place, _)| place)
    }

    /// The last line of the first page: the pane is never half empty while there are
    /// lines to fill it.
    fn first_page(&self, axis: &Axis<'_>) -> Option<Place> {
        Some(self.last_below(axis, axis.oldest()?, 0))
    }
}
