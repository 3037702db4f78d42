//! [`Sieve`]: lets through what is wanted, whole, with what stands around it.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
};

use jiff::Timestamp;

use crate::{
    cli::{
        CliError,
        logs::{speaker::Speaker, wanted::Wanted},
    },
    model::{InstanceKey, LogLine, Stream},
};

/// How many lines of one stack trace are kept until something is found in it; of a
/// longer one the first of them are shown, and where it was found.
const MAX_HELD: usize = 1000;

/// How many speakers and their pipes may be in the middle of something.
const MAX_SOURCES: usize = 4096;

/// Lets through the wanted lines of several speakers, in the order in which they come.
///
/// What belongs to a wanted line, as a stack trace does, is let through with it. What is
/// looked for may stand anywhere in it: the line that it belongs to, and all between,
/// are kept so long.
pub(super) struct Sieve {
    wanted: Wanted,
    /// How many lines around a wanted one are shown.
    around: usize,
    records: HashMap<Source, Open>,
    /// The last lines that were not shown.
    before: VecDeque<Kept>,
    /// How many more are shown after a wanted one.
    after: usize,
    count: u64,
    last_shown: Option<u64>,
}

/// What a sieve lets through.
#[derive(Clone, Copy)]
pub(super) enum Passed<'a> {
    /// Lines are left out here.
    Gap,
    /// A line.
    Line(&'a Speaker, &'a LogLine),
}

/// A line and what belongs to it, as far as they have come.
struct Open {
    may_be: bool,
    is_shown: bool,
    at: Timestamp,
    held: Vec<Kept>,
}

/// A speaker, and one of its pipes.
type Source = (InstanceKey, Stream);

/// A line with its number, which is its place in the output.
type Kept = (u64, Arc<(Arc<Speaker>, LogLine)>);

impl Sieve {
    pub(super) fn new(wanted: Wanted, around: usize) -> Self {
        Self {
            wanted,
            around,
            records: HashMap::new(),
            before: VecDeque::new(),
            after: 0,
            count: 0,
            last_shown: None,
        }
    }

    /// Takes the next line, and gives `show` what is to be shown now.
    pub(super) fn pass(
        &mut self,
        speaker: Arc<Speaker>,
        line: LogLine,
        mut show: impl FnMut(Passed<'_>) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        if self.wanted.is_everything() {
            return show(Passed::Line(&speaker, &line));
        }
        self.count += 1;
        let source = (speaker.key.clone(), line.stream);
        let is_wanted = self.is_wanted(&source, &speaker, &line);
        let kept = (self.count, Arc::new((speaker, line)));
        if is_wanted {
            self.after = self.around;
            let held = self.records.get_mut(&source).map(|open| std::mem::take(&mut open.held));
            let shown: BTreeMap<_, _> =
                held.into_iter().flatten().chain(self.before.drain(..)).chain([kept]).collect();
            return shown.into_iter().try_for_each(|kept| self.show(&kept, &mut show));
        }
        if self.after > 0 {
            self.after -= 1;
            return self.show(&kept, &mut show);
        }
        self.keep(&source, kept);
        Ok(())
    }

    /// Judges a line, by that to which it belongs.
    fn is_wanted(&mut self, source: &Source, speaker: &Speaker, line: &LogLine) -> bool {
        let last = self.records.get(source).map(|open| open.at);
        if !line.told.continues || last.is_none() {
            // A line without a time was said with the one before it.
            let at = line.when().or(last).unwrap_or(Timestamp::UNIX_EPOCH);
            let may_be = self.wanted.may_be(speaker, line, at);
            let open = Open { may_be, is_shown: false, at, held: Vec::new() };
            if last.is_none() && self.records.len() == MAX_SOURCES {
                // Most of so many are gone; a line that belongs to none stands for itself.
                self.records.clear();
            }
            self.records.insert(source.clone(), open);
        }
        let Some(open) = self.records.get_mut(source) else { return false };
        open.is_shown |= open.may_be && self.wanted.is_found(line);
        open.is_shown
    }

    /// Keeps a line that may be shown later, for what it belongs to or stands before.
    fn keep(&mut self, source: &Source, kept: Kept) {
        if self.around > 0 {
            if self.before.len() == self.around {
                self.before.pop_front();
            }
            self.before.push_back((kept.0, Arc::clone(&kept.1)));
        }
        let open = self.records.get_mut(source).filter(|open| open.may_be);
        if let Some(open) = open.filter(|open| open.held.len() < MAX_HELD)
            && self.wanted.looks_inside()
        {
            open.held.push(kept);
        }
    }

    fn show(
        &mut self,
        (number, kept): &Kept,
        show: &mut impl FnMut(Passed<'_>) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        let is_gap = self.last_shown.is_some_and(|last| last + 1 < *number);
        if self.around > 0 && is_gap {
            show(Passed::Gap)?;
        }
        self.last_shown = Some(*number);
        let (speaker, line) = &**kept;
        show(Passed::Line(speaker, line))
    }
}
