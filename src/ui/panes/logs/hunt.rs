//! [`Hunt`]: which lines of which logs are wanted, found elsewhere and kept here.

use std::{
    collections::{BTreeMap, VecDeque},
    ops::Range,
};

use crate::{
    model::InstanceKey,
    store::logs::{Found, Scan, ScannedLog, Wanted},
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

/// The lines of one log that were found.
#[derive(Debug, Default)]
struct Matches {
    numbers: VecDeque<u64>,
    scanned: Range<u64>,
}

impl Hunt {
    pub(super) fn new(wanted: Wanted, serial: u64) -> Self {
        Self { wanted, serial, running: false, found: BTreeMap::new() }
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

    /// What is to be looked through next, if anything. `logs` are the logs that are
    /// shown, whole.
    pub(super) fn next_scan(&mut self, logs: impl Iterator<Item = ScannedLog>) -> Option<Scan> {
        if self.running {
            return None;
        }
        let unseen: Vec<_> = logs.filter_map(|log| self.unseen(log)).collect();
        if unseen.is_empty() {
            return None;
        }
        self.running = true;
        Some(Scan { wanted: self.wanted.clone(), logs: unseen })
    }

    /// The lines of a log that were not looked at yet.
    fn unseen(&mut self, log: ScannedLog) -> Option<ScannedLog> {
        let matches = self.found.entry(log.key.clone()).or_default();
        let kept = log.lines.lines();
        let gone = matches.numbers.partition_point(|number| *number < kept.start);
        matches.numbers.drain(..gone);
        if kept.is_empty() || kept.end <= matches.scanned.end {
            return None;
        }
        let Some(last) = matches.scanned.end.checked_sub(1).filter(|_| !matches.scanned.is_empty())
        else {
            return Some(ScannedLog { goes_on: false, ..log });
        };
        // The last record may have gone on, and is another one then.
        let from = log.lines.record_start(last.clamp(kept.start, kept.end - 1));
        Some(ScannedLog { lines: log.lines.since(from), goes_on: true, ..log })
    }

    /// Takes in what was found.
    pub(super) fn take(&mut self, found: Found) {
        let matches = self.found.entry(found.key).or_default();
        if matches.scanned.is_empty() {
            *matches = Matches { numbers: found.numbers.into(), scanned: found.scanned };
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

#[cfg(test)]
#[path = "hunt_tests.rs"]
mod tests;
