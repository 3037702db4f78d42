//! Reading further back than the last lines of a log, without losing one's place.
//!
//! A log that is read from further back comes anew: its ring begins again, with other
//! numbers. Meanwhile what is held is read on, and then taken up in what came.

use super::{
    Logs,
    origin::keys,
    source::Source,
    still::{LineName, Still},
};
use crate::{
    model::InstanceKey,
    store::{LogRing, logs::Snapshot},
    ui::{Cx, Reaction, Wish},
};

/// From how far back the logs are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Depth {
    /// Their last lines.
    #[default]
    Recent,
    /// From as far back as they are kept: that is on its way.
    Coming,
    /// All that is kept is here.
    All,
}

impl Logs {
    /// Asks for all that is kept of the logs.
    pub(super) fn deepen(&mut self) -> Reaction {
        let words = match self.depth {
            Depth::Recent => {
                self.depth = Depth::Coming;
                return Reaction::done();
            }
            Depth::Coming => "what is older is being read",
            Depth::All => "there is nothing older that is kept",
        };
        Reaction::wish(Wish::Notice(words.into()))
    }

    /// Takes up what is older as soon as it is here.
    pub(super) fn take_older(&mut self, cx: &Cx<'_>) -> Option<Wish> {
        if self.depth != Depth::Coming {
            return None;
        }
        let Some(still) = self.still.as_ref() else {
            // The newest line is followed, whatever is in front of it.
            self.depth = Depth::All;
            return None;
        };
        let keys = keys(cx);
        if !is_here(still, &keys, cx) {
            return None;
        }
        let again = |name: Option<&LineName>| self.find_again(name?, cx);
        let at = again(still.cursor()).zip(again(still.last()));
        self.depth = Depth::All;
        self.marks = self.renamed_marks(cx);
        let held = Still::new(&keys, cx.store);
        self.still = Some(match at {
            Some((cursor, last)) => held.on(cursor, last),
            None => held,
        });
        let axis = self.axis(&keys, cx);
        let cursor = self.cursor(&axis, &keys);
        let is_oldest = cursor == axis.oldest();
        if let Some(cursor) = cursor {
            self.put_cursor(cursor, &keys, cx, false);
        }
        is_oldest.then(|| Wish::Notice("there is nothing older that is kept".into()))
    }

    /// The name that a line has by now.
    pub(super) fn find_again(&self, name: &LineName, cx: &Cx<'_>) -> Option<LineName> {
        let held = self.still.as_ref()?.lines(&name.key)?;
        let text = held.get(name.number)?.text();
        let source = Source::new(cx.store.log(&name.key)?.snapshot(0), None);
        let first = source.partition_point(|line| line.at() < name.at);
        let mut same_time = (first..source.len())
            .map_while(|index| source.get(index))
            .take_while(|line| line.at() == name.at);
        let line = same_time.find(|line| line.text() == text).or_else(|| source.get(first))?;
        Some(LineName { at: line.at(), key: name.key.clone(), number: line.number() })
    }
}

/// Whether what is older has come: some logs began again, and all that did have caught up
/// with what is held.
fn is_here(still: &Still, keys: &[InstanceKey], cx: &Cx<'_>) -> bool {
    let held = |key| Some((still.lines(key)?, cx.store.log(key)?));
    let mut begun = keys.iter().filter_map(held).filter(|(held, ring)| has_begun(held, ring));
    let mut some = false;
    begun.all(|(held, ring)| {
        some = true;
        has_caught_up(held, ring)
    }) && some
}

/// Whether a log began again since its lines were held. Those that are a command's never do.
fn has_begun(held: &Snapshot, ring: &LogRing) -> bool {
    !held.lines().is_empty() && ring.first() >= held.lines().end
}

fn has_caught_up(held: &Snapshot, ring: &LogRing) -> bool {
    let last = |number: u64| number.checked_sub(1);
    let newest = last(held.lines().end).and_then(|number| held.get(number));
    let now = last(ring.count()).and_then(|number| ring.get(number));
    newest.is_none_or(|newest| now.is_some_and(|now| now.at() >= newest.at()))
}
