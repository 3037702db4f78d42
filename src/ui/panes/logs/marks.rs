//! Lines that are marked, to be found again and to be copied together.

use super::{
    Logs,
    axis::{Place, Way},
    origin::keys,
    seek::said,
    still::LineName,
};
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

    /// Goes to the next marked line that is shown.
    pub(super) fn seek_mark(&mut self, way: Way, cx: &Cx<'_>) -> Reaction {
        if self.still.is_none() && way == Way::On {
            return said(false, "mark", way);
        }
        let (keys, followed) = (keys(cx), self.still.is_none());
        if followed {
            self.pause(cx);
        }
        let axis = self.axis(&keys, cx);
        let from = self.cursor(&axis, &keys);
        let is_beyond = |place: &Place| match (from, way) {
            (None, _) => true,
            (Some(from), Way::On) => *place > from,
            (Some(from), Way::Back) => *place < from || (followed && *place == from),
        };
        let places = self.marks.iter().map(|mark| mark.place(&keys));
        let shown = places.filter(|place| axis.get(*place).is_some()).filter(is_beyond);
        let next = if way == Way::On { shown.min() } else { shown.max() };
        if let Some(next) = next {
            self.put_cursor(next, &keys, cx, true);
            return Reaction::done();
        }
        let is_hidden = |mark: &LineName| axis.get(mark.place(&keys)).is_none();
        let what = if self.marks.iter().any(is_hidden) { "mark that is shown" } else { "mark" };
        drop(axis);
        if followed {
            self.still = None;
        }
        said(false, what, way)
    }

    /// Marked lines stay marked when they come under other names; gives how many have none.
    pub(super) fn rename_marks(&mut self, again: impl Fn(&LineName) -> Option<LineName>) -> usize {
        let marks = std::mem::take(&mut self.marks);
        let count = marks.len();
        self.marks = marks.iter().filter_map(again).collect();
        count - self.marks.len()
    }
}
