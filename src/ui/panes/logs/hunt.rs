//! [`Hunt`]: which lines of which logs are wanted, found elsewhere and kept here.

use std::{
    collections::{BTreeMap, VecDeque},
    ops::Range,
};

use crate::{
    model::InstanceKey,
    store::{
        LogRing,
        logs::{Found, Scan, ScannedLog, Snapshot, Wanted},
    },
    text::Clean,
};

/// Which lines are wanted, and where they are, as far as that is known.
///
/// The lines are looked for in the background, by one [`Scan`] at a time. Lines that
/// came meanwhile are looked at by the next one.
#[derive(Debug)]
pub(super) struct Hunt {
    wanted: Wanted,
    /// Tells this hunt's answers from those to hunts before it.
    serial: u64,
    /// Whether a scan is under way.
    running: bool,
    found: BTreeMap<InstanceKey, Matches>,
}

/// A log in which lines are looked for: as it was when the pane stood still, and as it
/// is by now.
#[derive(Debug)]
pub(super) struct Ground<'a> {
    pub(super) key: InstanceKey,
    pub(super) service: Clean,
    pub(super) instance: Clean,
    pub(super) held: Option<&'a Snapshot>,
    pub(super) live: Option<&'a LogRing>,
}

/// The lines of one log that were found.
#[derive(Debug, Default)]
struct Matches {
    /// In order; of those that can be shown or will be.
    numbers: VecDeque<u64>,
    scanned: Range<u64>,
    /// How many were found among those that came after the ones that are held, and are
    /// no longer kept.
    passed: u64,
    /// The end of the lines that are held.
    held_end: Option<u64>,
}

impl Hunt {
    pub(super) fn new(wanted: Wanted, serial: u64) -> Self {
        Self { wanted, serial, running: false, found: BTreeMap::new() }
    }

    /// The same, as if nothing had been looked at yet.
    pub(super) fn renew(&mut self, serial: u64) {
        self.serial = serial;
        self.running = false;
        self.found.clear();
    }

    pub(super) fn serial(&self) -> u64 {
        self.serial
    }

    /// Whether there is nothing left to be looked at for now.
    pub(super) fn is_at_rest(&self) -> bool {
        !self.running
    }

    /// The numbers of the lines of a log that were found, in order.
    pub(super) fn numbers(&self, key: &InstanceKey) -> Option<&VecDeque<u64>> {
        self.found.get(key).map(|matches| &matches.numbers)
    }

    /// The first number from this one on that was found in a log.
    pub(super) fn next(&self, key: &InstanceKey, from: u64) -> Option<u64> {
        let numbers = self.numbers(key)?;
        numbers.get(numbers.partition_point(|number| *number < from)).copied()
    }

    /// The last number before this one that was found in a log.
    pub(super) fn last(&self, key: &InstanceKey, before: u64) -> Option<u64> {
        let numbers = self.numbers(key)?;
        let end = numbers.partition_point(|number| *number < before);
        numbers.get(end.checked_sub(1)?).copied()
    }

    /// How many of these lines of a log were found.
    pub(super) fn count(&self, key: &InstanceKey, lines: &Range<u64>) -> u64 {
        let Some(numbers) = self.numbers(key) else { return 0 };
        let before = |end: u64| numbers.partition_point(|number| *number < end);
        before(lines.end).saturating_sub(before(lines.start)) as u64
    }

    /// How many lines of a log were found behind those that are held.
    pub(super) fn newer(&self, key: &InstanceKey) -> u64 {
        let Some(matches) = self.found.get(key) else { return 0 };
        let Some(end) = matches.held_end else { return 0 };
        matches.passed + self.count(key, &(end..u64::MAX))
    }

    /// Whether these lines of a log were all looked at.
    pub(super) fn has_seen(&self, key: &InstanceKey, lines: &Range<u64>) -> bool {
        let seen = self.found.get(key).map(|matches| &matches.scanned);
        lines.is_empty()
            || seen.is_some_and(|seen| seen.start <= lines.start && lines.end <= seen.end)
    }

    /// What is to be looked through next, if anything. `logs` are those that are shown.
    pub(super) fn next_scan(&mut self, logs: &[Ground<'_>]) -> Option<Scan> {
        if self.running {
            return None;
        }
        // What is shown again is looked through again.
        self.found.retain(|key, _| logs.iter().any(|log| log.key == *key));
        let unseen: Vec<_> = logs.iter().filter_map(|log| self.unseen(log)).collect();
        if unseen.is_empty() {
            return None;
        }
        self.running = true;
        Some(Scan { wanted: self.wanted.clone(), logs: unseen })
    }

    /// The lines of a log that were not looked at yet.
    fn unseen(&mut self, log: &Ground<'_>) -> Option<ScannedLog> {
        let matches = self.found.entry(log.key.clone()).or_default();
        matches.forget(log);
        let seen = matches.scanned.clone();
        let lines = log.lines_beyond(seen.end)?;
        let kept = lines.lines();
        let Some(last) = seen.end.checked_sub(1).filter(|_| !seen.is_empty()) else {
            return Some(log.scanned(lines));
        };
        let last = last.clamp(kept.start, kept.end - 1);
        let from = match self.wanted {
            // What the next one may repeat.
            Wanted::Repeated => last,
            // The last record may have gone on, and is another one then.
            Wanted::Filtered(_) | Wanted::Searched(..) => lines.record_start(last),
        };
        Some(ScannedLog { goes_on: true, ..log.scanned(lines.since(from)) })
    }

    /// Takes in what was found.
    pub(super) fn take(&mut self, found: Found) {
        let matches = self.found.entry(found.key).or_default();
        if matches.scanned.is_empty() {
            matches.numbers = found.numbers.into();
            matches.scanned = found.scanned;
        } else if found.scanned.end > matches.scanned.end {
            let stay = matches.numbers.partition_point(|number| *number < found.scanned.start);
            matches.numbers.truncate(stay);
            matches.numbers.extend(found.numbers);
            matches.scanned.end = found.scanned.end;
        } else {
            found.numbers.into_iter().rev().for_each(|number| matches.numbers.push_front(number));
            matches.scanned.start = found.scanned.start.min(matches.scanned.start);
        }
    }

    /// The scan under way has ended.
    pub(super) fn ended(&mut self) {
        self.running = false;
    }
}

impl Ground<'_> {
    /// Its lines, when there are some with this number or a higher one: those that are
    /// held, and once they were looked at, those that came since.
    fn lines_beyond(&self, end: u64) -> Option<Snapshot> {
        let held = self.held.filter(|held| !held.lines().is_empty() && end < held.lines().end);
        let live = || self.live.filter(|ring| !ring.is_empty() && end < ring.count());
        held.cloned().or_else(|| Some(live()?.snapshot(0)))
    }

    fn scanned(&self, lines: Snapshot) -> ScannedLog {
        let Self { key, service, instance, .. } = self;
        ScannedLog {
            key: key.clone(),
            service: service.clone(),
            instance: instance.clone(),
            lines,
            goes_on: false,
        }
    }
}

impl Matches {
    /// Lets go of the lines that are neither held nor kept.
    fn forget(&mut self, log: &Ground<'_>) {
        let live = log.live.map_or(0, LogRing::first);
        let held = log.held.map(Snapshot::lines);
        let held_end = held.as_ref().map(|held| held.end);
        if self.held_end != held_end {
            (self.held_end, self.passed) = (held_end, 0);
        }
        let before = |end: u64| self.numbers.partition_point(|number| *number < end);
        let Some(held) = held else {
            self.numbers.drain(..before(live));
            return;
        };
        let (behind, gone) = (before(held.end), before(live));
        if behind < gone {
            self.passed += (gone - behind) as u64;
            self.numbers.drain(behind..gone);
        }
        self.numbers.drain(..self.numbers.partition_point(|number| *number < held.start.min(live)));
    }
}

#[cfg(test)]
#[path = "hunt_tests.rs"]
mod tests;
