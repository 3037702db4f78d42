//! [`Scan`]: finds lines in snapshots, away from the screen.

use std::{
    num::NonZero,
    ops::Range,
    sync::mpsc::{Receiver, sync_channel},
    thread::{self, Scope},
};

use super::{Block, Snapshot, repeat::repeated};
use crate::{
    logs::{Filter, Record, Search},
    model::InstanceKey,
    text::Clean,
};

/// How many blocks of one log are looked through before something is told: enough for a
/// screen, few enough that the first screen comes at once.
const FIRST_BLOCKS: usize = 16;

/// Each part that follows is twice as large, up to so many blocks, so that a walk soon
/// ends that nobody wants any more.
const MOST_BLOCKS: usize = 128;

/// What is looked for.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// Records that a filter wants: a line and those that continue it, as one.
    Filtered(Filter),
    /// Lines with something in them, among those that a filter wants.
    Searched(Search, Filter),
    /// Lines that only say again, at another time, what the line in front of them says.
    Repeated,
}

/// A log to be looked through.
#[derive(Clone, Debug)]
pub struct ScannedLog {
    /// Whose it is.
    pub key: InstanceKey,
    /// The name of the service.
    pub service: Clean,
    /// The name of the instance.
    pub instance: Clean,
    /// Its lines.
    pub lines: Snapshot,
    /// Whether an earlier walk goes on here: all of it is then told at once, since it
    /// is put behind what was found before. Of lines that repeat others, the first is
    /// then there to be compared with.
    pub goes_on: bool,
}

/// One walk through some logs, from the newest lines to the oldest.
#[derive(Clone, Debug)]
pub struct Scan {
    /// What is looked for.
    pub wanted: Wanted,
    /// Where.
    pub logs: Vec<ScannedLog>,
}

/// What was found in a part of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// In which log.
    pub key: InstanceKey,
    /// The numbers of the lines that were looked at.
    pub scanned: Range<u64>,
    /// The numbers of those that were found, in order.
    pub numbers: Vec<u64>,
}

/// Lines of a log that are looked through before something is told of them.
type Part<'a> = (&'a ScannedLog, Vec<Block<'a>>);

impl Scan {
    /// Walks, and tells what is found part by part, of each log the newest first.
    /// Ends early when `tell` says that nobody wants to know any more.
    pub fn run(&self, mut tell: impl FnMut(Found) -> bool) {
        let parts = self.parts();
        // Most often the first is enough.
        let Some((first, parts)) = parts.split_first() else { return };
        if !tell(self.find(first)) {
            return;
        }
        thread::scope(|scope| {
            let helper = self.help(scope, parts);
            for (n, part) in parts.iter().enumerate() {
                let found = match &helper {
                    // One that panicked is heard of when the scope ends.
                    Some(found) if n % 2 == 1 => found.recv().ok(),
                    _ => Some(self.find(part)),
                };
                if !found.is_some_and(&mut tell) {
                    return;
                }
            }
        });
    }

    /// Looks through every other part in a second thread, where there is a core for it: a
    /// pattern of which no letter is certain takes ten times as long as others.
    fn help<'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        parts: &'scope [Part<'scope>],
    ) -> Option<Receiver<Found>> {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        if parts.len() < 2 || cores < 2 {
            return None;
        }
        // What was found waits for the part before it; one part at most does.
        let (send, found) = sync_channel(1);
        let help = move || {
            let mut parts = parts.iter().skip(1).step_by(2);
            // Nobody wants to know any more.
            let _ = parts.try_for_each(|part| send.send(self.find(part)));
        };
        thread::Builder::new().spawn_scoped(scope, help).ok()?;
        Some(found)
    }

    /// All parts in the order in which they are told.
    fn parts(&self) -> Vec<Part<'_>> {
        let mut walks: Vec<_> = self.logs.iter().map(|log| (log, log.lines.blocks())).collect();
        let mut parts = Vec::new();
        let mut most = FIRST_BLOCKS;
        while !walks.is_empty() {
            walks.retain_mut(|(log, blocks)| {
                let at_once = if log.goes_on { usize::MAX } else { most };
                let blocks: Vec<_> = blocks.by_ref().take(at_once).collect();
                let has_more = blocks.len() == at_once;
                if !blocks.is_empty() {
                    parts.push((*log, blocks));
                }
                has_more
            });
            most = MOST_BLOCKS.min(2 * most);
        }
        parts
    }

    /// Finds lines in blocks that are given newest first.
    fn find(&self, (log, blocks): &Part<'_>) -> Found {
        let mut numbers = Vec::new();
        for block in blocks.iter().rev() {
            match &self.wanted {
                Wanted::Filtered(filter) => filtered(log, block, filter, &mut numbers),
                Wanted::Searched(search, filter) => {
                    searched(log, block, search, filter, &mut numbers);
                }
                Wanted::Repeated => repeated(&log.lines, block, &mut numbers),
            }
        }
        let end = |block: Option<&Block<'_>>, of: fn(&Range<u64>) -> u64| {
            block.map_or(0, |block| of(&block.lines()))
        };
        let mut scanned = end(blocks.last(), |lines| lines.start)..end(blocks.first(), |l| l.end);
        if log.goes_on && matches!(self.wanted, Wanted::Repeated) {
            scanned.start += 1;
        }
        Found { key: log.key.clone(), scanned, numbers }
    }
}

fn filtered(log: &ScannedLog, block: &Block<'_>, filter: &Filter, numbers: &mut Vec<u64>) {
    for (first, lines, text) in block.records() {
        let record = Record {
            service: log.service.as_str(),
            instance: log.instance.as_str(),
            stream: first.stream(),
            at: first.at(),
            told: first.told(),
            text,
        };
        if filter.matches(&record) {
            numbers.extend(lines);
        }
    }
}

fn searched(
    log: &ScannedLog,
    block: &Block<'_>,
    search: &Search,
    filter: &Filter,
    numbers: &mut Vec<u64>,
) {
    let mut found = Vec::new();
    search.lines_in(block.text(), |byte| {
        let number = block.line_at(byte);
        if block.lines().contains(&number) {
            found.push(number);
        }
    });
    if !filter.is_empty() && !found.is_empty() {
        let mut wanted = Vec::new();
        filtered(log, block, filter, &mut wanted);
        found.retain(|number| wanted.binary_search(number).is_ok());
    }
    numbers.append(&mut found);
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;
