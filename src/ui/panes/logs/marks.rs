//! Lines that are marked, to be found again and to be copied together.

use std::collections::BTreeSet;

use super::{Logs, axis::Way, origin::keys, seek::said, still::LineName};
use crate::ui::{Cx, Reaction, Wish};

/// How many lines can be marked.
const MOST_MARKS: usize = 1000;

impl Logs {
    /// Marks the line under the cursor, or takes its mark away, and goes on.
    pub(super) fn mark(&mut self, cx: &Cx<'_>) -> Reaction {
        let keys = keys(cx);
        let axis = self.axis(&keys, cx);
        let cursor = self.cursor(&axis, &keys).and_then(|place| LineName::of(place, &keys));
        drop(axis);
        let Some(name) = cursor else {
            self.pause(cx);
            return Reaction::done();
        };
        if !self.marks.remove(&name) {
            if self.marks.len() >= MOST_MARKS {
                let words = format!("{MOST_MARKS} lines are marked: no more fit");
                return Reaction::wish(Wish::Notice(words));
            }
            self.marks.insert(name);
        }
        Reaction::done()
    }

    /// Goes to the next marked line.
    pub(super) fn seek_mark(&mut self, way: Way, cx: &Cx<'_>) -> Reaction {
        let keys = keys(cx);
        let axis = self.axis(&keys, cx);
        let from = self.cursor(&axis, &keys).and_then(|place| LineName::of(place, &keys));
        let mut marks = self.marks.iter();
        let next = match (from, way) {
            (None, Way::On) => None,
            (None, Way::Back) => marks.next_back(),
            (Some(from), Way::On) => marks.find(|mark| **mark > from),
            (Some(from), Way::Back) => marks.rfind(|mark| **mark < from),
        };
        let Some(mark) = next.cloned() else { return said(false, "mark", way) };
        drop(axis);
        if self.still.is_none() {
            self.pause(cx);
        }
        let place = mark.place(&keys);
        if self.axis(&keys, cx).get(place).is_none() {
            let words = "the marked line is not shown, or no longer kept";
            return Reaction::wish(Wish::Notice(words.into()));
        }
        self.put_cursor(place, &keys, cx, true);
        Reaction::done()
    }

    /// Marked lines stay marked when they come under other numbers.
    pub(super) fn renamed_marks(&self, cx: &Cx<'_>) -> BTreeSet<LineName> {
        let again = |name: &LineName| self.find_again(name, cx).unwrap_or_else(|| name.clone());
        self.marks.iter().map(again).collect()
    }
}
