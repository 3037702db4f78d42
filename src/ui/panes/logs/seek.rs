//! Going to the next line of a kind, without looking at all those in between.

use super::{
    Logs,
    axis::{Axis, Place, Way},
    hunt::Hunt,
    origin::keys,
    still::Still,
};
use crate::{
    model::{InstanceKey, Severity},
    text::format,
    ui::{Cx, Reaction, Wish},
};

/// Where to go once enough lines were looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seeking {
    /// To the nearest match up to the cursor, or else behind it. Whoever followed the
    /// newest line does so again when there is none.
    First { followed: bool },
    /// To the next match.
    Next(Way),
}

/// Where the next match is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sought {
    At(Place),
    Nowhere,
    /// Not all lines were looked through that could be nearer.
    NotKnownYet,
}

impl Logs {
    /// Goes to the next line of this level.
    pub(super) fn seek_level(&mut self, least: Severity, way: Way, cx: &Cx<'_>) -> Reaction {
        let found = self.seek(way, cx, |axis, log, number| {
            let lines = axis.lines(log)?;
            match way {
                Way::On => lines.next_as_bad(number, least),
                Way::Back => lines.last_as_bad(number, least),
            }
        });
        found.unwrap_or_else(|| {
            let what = if least == Severity::Error { "error" } else { "warning" };
            said(false, what, way)
        })
    }

    /// Goes to the next line that `hit` knows; see [`Axis::seek`]. `None` when there is none.
    fn seek(
        &mut self,
        way: Way,
        cx: &Cx<'_>,
        hit: impl Fn(&Axis<'_>, usize, u64) -> Option<u64>,
    ) -> Option<Reaction> {
        let followed = self.still.is_none();
        let keys = keys(cx);
        match (followed, way) {
            // Nothing is newer than what is followed.
            (true, Way::On) => return None,
            (true, Way::Back) => self.pause(cx),
            (false, _) => {}
        }
        let seek = |logs: &Self| {
            let axis = logs.axis(&keys, cx);
            let from = logs.seek_start(&axis, &keys, followed)?;
            axis.seek(from, way, |log, number| hit(&axis, log, number))
        };
        let (mut found, mut gone, before) = (seek(self), 0, self.still.clone());
        if found.is_none() && way == Way::On {
            // What is held comes first; only then what came meanwhile.
            gone = self.hold(&keys, cx);
            found = seek(self);
        }
        let Some(place) = found else {
            self.still = if followed { None } else { before };
            return None;
        };
        self.put_cursor(place, &keys, cx, true);
        Some(gap_words(gone).map_or_else(Reaction::done, Reaction::wish))
    }

    /// Where a search begins: at the cursor; behind it, when its own line counts too.
    fn seek_start(&self, axis: &Axis<'_>, keys: &[InstanceKey], itself_too: bool) -> Option<Place> {
        let from = self.cursor(axis, keys)?;
        Some(Place { number: from.number + u64::from(itself_too), ..from })
    }

    /// Goes to the next line in which something was found.
    pub(super) fn seek_match(&mut self, way: Way, cx: &Cx<'_>) -> Reaction {
        if self.quest.is_none() {
            return Reaction::wish(Wish::Notice("nothing is looked for: / begins a search".into()));
        }
        match (&self.still, way) {
            (None, Way::On) => return said(false, "match", way),
            (None, Way::Back) => return self.seek_first_match(cx),
            (Some(_), _) => {}
        }
        self.begin_to_seek(Seeking::Next(way), cx)
    }

    /// After a search was typed.
    pub(super) fn seek_first_match(&mut self, cx: &Cx<'_>) -> Reaction {
        let followed = self.still.is_none();
        if followed {
            self.pause(cx);
        }
        self.begin_to_seek(Seeking::First { followed }, cx)
    }

    fn begin_to_seek(&mut self, seeking: Seeking, cx: &Cx<'_>) -> Reaction {
        if let Some(quest) = &mut self.quest {
            quest.seeking = Some(seeking);
        }
        self.seek_on(cx).map_or_else(Reaction::done, Reaction::wish)
    }

    /// Waits for no match any more.
    pub(super) fn stop_seeking(&mut self) {
        if let Some(quest) = &mut self.quest {
            quest.seeking = None;
        }
    }

    /// Goes where it was wanted to go, once that is known; says so when it is nowhere.
    pub(super) fn seek_on(&mut self, cx: &Cx<'_>) -> Option<Wish> {
        let seeking = self.quest.as_ref()?.seeking?;
        let keys = keys(cx);
        let axis = self.axis(&keys, cx);
        let sought = match seeking {
            Seeking::First { .. } => match self.nearest_match(&axis, &keys, Way::Back, true) {
                Sought::Nowhere => self.nearest_match(&axis, &keys, Way::On, false),
                sought => sought,
            },
            Seeking::Next(way) => self.nearest_match(&axis, &keys, way, false),
        };
        let quest = self.quest.as_ref()?;
        let is_newer = || keys.iter().any(|key| quest.hunt.newer(key) > 0);
        match (sought, seeking) {
            (Sought::NotKnownYet, _) => return None,
            (Sought::Nowhere, Seeking::Next(Way::On)) if is_newer() => {
                // It came meanwhile.
                let gone = self.hold(&keys, cx);
                return self.seek_on(cx).or(gap_words(gone));
            }
            _ => {}
        }
        self.quest.as_mut()?.seeking = None;
        match (sought, seeking) {
            (Sought::At(place), _) => {
                self.put_cursor(place, &keys, cx, true);
                None
            }
            (_, Seeking::First { followed }) => {
                if followed {
                    self.still = None;
                }
                Some(Wish::Notice("found in no line that is kept".into()))
            }
            (_, Seeking::Next(way)) => Some(Wish::Notice(none_words("match", way))),
        }
    }

    fn nearest_match(
        &self,
        axis: &Axis<'_>,
        keys: &[InstanceKey],
        way: Way,
        itself_too: bool,
    ) -> Sought {
        let (Some(quest), Some(from)) = (&self.quest, self.seek_start(axis, keys, itself_too))
        else {
            return Sought::Nowhere;
        };
        let found = axis.seek(from, way, |log, number| match way {
            Way::On => quest.hunt.next(keys.get(log)?, number),
            Way::Back => quest.hunt.last(keys.get(log)?, number),
        });
        // Lines are looked through from the newest to the oldest.
        let oldest = if way == Way::On { Some(from) } else { found };
        let has_seen = |hunt: &Hunt| {
            let mut lines = keys.iter().zip(axis.numbers_from(oldest));
            lines.all(|(key, lines)| hunt.has_seen(key, &lines))
        };
        let is_sifted = self.sieve.as_ref().is_none_or(|sieve| has_seen(&sieve.hunt));
        let is_loading = self.still.as_ref().is_some_and(Still::is_loading);
        match found {
            _ if is_loading || !is_sifted || !has_seen(&quest.hunt) => Sought::NotKnownYet,
            Some(place) => Sought::At(place),
            None => Sought::Nowhere,
        }
    }
}

/// Says how many lines are gone between those that were read and those that are now.
pub(super) fn gap_words(gone: u64) -> Option<Wish> {
    let words = || format!("{} lines between are no longer kept", format::exact(gone));
    (gone > 0).then(|| Wish::Notice(words()))
}

pub(super) fn said(found: bool, what: &str, way: Way) -> Reaction {
    if found { Reaction::done() } else { Reaction::wish(Wish::Notice(none_words(what, way))) }
}

fn none_words(what: &str, way: Way) -> String {
    let direction = if way == Way::On { "after" } else { "before" };
    format!("no {what} {direction} this line")
}
