//! Reading further back than the last lines of a log, without losing one's place.
//!
//! A log that is read from further back comes anew: its ring begins again, with other
//! numbers. Meanwhile what is held is read on, and then taken up in what came.

use std::collections::BTreeMap;

use super::{
    Logs,
    origin::{comes_again, is_loading, keys},
    source::Source,
    still::{LineName, Still},
};
use crate::{
    model::{InstanceKey, StreamState},
    store::{
        Store,
        logs::{LineRef, Snapshot},
    },
    ui::{Cx, Reaction, Wish},
};

/// How many lines in a row must be alike for a line to be the same as before.
const ALIKE: u64 = 8;

/// How many lines are looked at for one that is not where it should be.
const NEAR: usize = 10_000;

/// From how far back the logs are read.
#[derive(Debug, Default)]
pub(super) enum Depth {
    /// Their last lines.
    #[default]
    Recent,
    /// From as far back as they are kept: that is on its way.
    Coming(Before),
    /// All that is kept is here.
    All,
}

/// The logs that come again, as they were when that was asked for.
#[derive(Debug)]
pub(super) struct Before(BTreeMap<InstanceKey, Snapshot>);

impl Logs {
    /// Asks for all that is kept of the logs.
    pub(super) fn deepen(&mut self, cx: &Cx<'_>) -> Reaction {
        match self.depth {
            Depth::Recent => self.depth = Before::of(cx).map_or(Depth::All, Depth::Coming),
            Depth::Coming(_) => {
                return Reaction::wish(Wish::Notice("what is older is being read".into()));
            }
            Depth::All => {}
        }
        match self.depth {
            Depth::All => Reaction::wish(nothing_older()),
            _ => Reaction::done(),
        }
    }

    /// Takes up what is older as soon as it is here.
    pub(super) fn take_older(&mut self, cx: &Cx<'_>) -> Vec<Wish> {
        let Depth::Coming(before) = &self.depth else { return Vec::new() };
        if !before.has_come_again(cx.store) {
            return Vec::new();
        }
        let Depth::Coming(before) = std::mem::replace(&mut self.depth, Depth::All) else {
            return Vec::new();
        };
        let lost = self.rename_marks(|name| before.find_again(name, cx.store));
        let mut wishes = Vec::new();
        if lost > 0 {
            let words = format!("{lost} of the marked lines were not found again");
            wishes.push(Wish::Notice(words));
        }
        if self.take_up(&before, cx) {
            wishes.push(nothing_older());
        }
        wishes
    }

    /// Goes on standing where one stood; says whether nothing is in front of that.
    fn take_up(&mut self, before: &Before, cx: &Cx<'_>) -> bool {
        let Some(still) = &self.still else { return false };
        let keys = keys(cx);
        let again = |name: Option<&LineName>| before.find_again(name?, cx.store);
        let at = again(still.cursor()).zip(again(still.last()));
        let held = Still::new(&keys, cx.store);
        self.still = Some(match at {
            Some((cursor, last)) => held.on(cursor, last),
            None => held,
        });
        let axis = self.axis(&keys, cx);
        let cursor = self.cursor(&axis, &keys).or_else(|| axis.newest());
        let is_oldest = cursor == axis.oldest();
        if let Some(cursor) = cursor {
            self.put_cursor(cursor, &keys, cx, false);
        }
        is_oldest
    }
}

fn nothing_older() -> Wish {
    Wish::Notice("there is nothing older that is kept".into())
}

impl Before {
    /// The shown logs that will come again; `None` when none will.
    fn of(cx: &Cx<'_>) -> Option<Self> {
        let comes = keys(cx).into_iter().filter(|key| comes_again(key, cx));
        let lines = |key: InstanceKey| {
            let lines = cx.store.log(&key).filter(|ring| !ring.is_empty())?.snapshot(0);
            Some((key, lines))
        };
        let logs: BTreeMap<_, _> = comes.filter_map(lines).collect();
        (!logs.is_empty()).then_some(Self(logs))
    }

    /// Whether all of them have come, as far back as they are kept.
    fn has_come_again(&self, store: &Store) -> bool {
        self.0.iter().all(|(key, lines)| {
            let Some(ring) = store.log(key) else { return true };
            let has_begun = ring.first() >= lines.lines().end;
            let is_broken = matches!(ring.state(), Some(StreamState::Broken { .. }));
            has_begun && !is_broken && !is_loading(key, store)
        })
    }

    /// The name that a line has by now; `None` when it did not come again.
    fn find_again(&self, name: &LineName, store: &Store) -> Option<LineName> {
        let Some(before) = self.0.get(&name.key) else { return Some(name.clone()) };
        if name.number >= before.lines().end {
            // It has come since.
            return Some(name.clone());
        }
        let old = before.get(name.number)?;
        let now = store.log(&name.key)?.snapshot(0);
        let line = aligned(old, before, &now).or_else(|| by_time(old, &now))?;
        Some(LineName { at: line.at(), key: name.key.clone(), number: line.number() })
    }
}

/// A line by its distance from the last line that there was: as many lines are between.
fn aligned<'a>(old: LineRef<'_>, before: &Snapshot, now: &'a Snapshot) -> Option<LineRef<'a>> {
    let last = before.lines().end.checked_sub(1)?;
    let alike = |number: u64| {
        let span = ALIKE.min(last + 1 - before.lines().start);
        (0..span).all(|back| {
            let (was, is) = (last.checked_sub(back), number.checked_sub(back));
            let (was, is) = (was.and_then(|n| before.get(n)), is.and_then(|n| now.get(n)));
            was.zip(is).is_some_and(|(was, is)| is_same(was, is))
        })
    };
    let last_again = now.lines().rev().find(|number| alike(*number))?;
    let number = last_again.checked_sub(last - old.number())?;
    now.get(number).filter(|line| is_same(old, *line))
}

/// A line by its time and text, where lines between were lost.
fn by_time<'a>(old: LineRef<'_>, now: &'a Snapshot) -> Option<LineRef<'a>> {
    let source = Source::new(now.clone(), None);
    let first = source.partition_point(|line| line.at() < old.at());
    let near = (first..source.len()).take(NEAR).filter_map(|index| source.number(index));
    near.filter_map(|number| now.get(number)).find(|line| is_same(old, *line))
}

/// Whether two lines are one: the time at which a file was written is another each time.
fn is_same(a: LineRef<'_>, b: LineRef<'_>) -> bool {
    a.told().at == b.told().at && a.text() == b.text()
}
