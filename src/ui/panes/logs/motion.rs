//! Moving in the log: by lines, to what was found, to errors, to a time.

use jiff::Timestamp;

use super::origin::keys;
use super::{
    Logs, Looks, SIDE_STEP,
    asking::when_words,
    axis::{Axis, Place},
    still::{LineName, Still, View},
};
use crate::{
    input::Command,
    model::{InstanceKey, Severity},
    store::logs::LineRef,
    ui::{Cx, Reaction, Wish},
};

impl Logs {
    /// Answers a command that moves; `None` for any other.
    pub(super) fn go(&mut self, command: Command, cx: &Cx<'_>) -> Option<Reaction> {
        let room = usize::from(self.plan(cx.size).lines.height).max(1);
        let (half, page) = ((room / 2).max(1), room.saturating_sub(1).max(1));
        match command {
            Command::Up => self.step_back(1, cx),
            Command::HalfPageUp => self.step_back(half, cx),
            Command::PageUp => self.step_back(page, cx),
            Command::Top if self.is_at_top(cx) => return Some(self.deepen()),
            Command::Top => self.jump(cx, |axis, _| axis.oldest()),
            Command::Down => self.step_on(1, cx),
            Command::HalfPageDown => self.step_on(half, cx),
            Command::PageDown => self.step_on(page, cx),
            Command::Bottom => self.still = None,
            // Behind the longest line that is kept there is nothing to see.
            Command::Right if !self.looks.contains(Looks::WRAPPED) => {
                self.side = (self.side + SIDE_STEP).min(crate::model::log::MAX_LINE_BYTES);
            }
            Command::Left => self.side = self.side.saturating_sub(SIDE_STEP),
            Command::NextMatch => return Some(self.seek_match(true, cx)),
            Command::PreviousMatch => return Some(self.seek_match(false, cx)),
            Command::NextError => return Some(self.seek_level(Severity::Error, true, cx)),
            Command::PreviousError => return Some(self.seek_level(Severity::Error, false, cx)),
            Command::NextWarning => return Some(self.seek_level(Severity::Warn, true, cx)),
            Command::PreviousWarning => return Some(self.seek_level(Severity::Warn, false, cx)),
            Command::NextMark => return Some(self.seek_mark(true, cx)),
            Command::PreviousMark => return Some(self.seek_mark(false, cx)),
            _ => return None,
        }
        Some(Reaction::done())
    }

    fn step_back(&mut self, lines: usize, cx: &Cx<'_>) {
        self.jump(cx, |axis, from| axis.back(from, lines));
    }

    /// Whether the cursor is on the oldest line of all.
    pub(super) fn is_at_top(&self, cx: &Cx<'_>) -> bool {
        let keys = keys(cx);
        let cursor = self.cursor(&keys);
        cursor.is_some() && cursor == self.axis(&keys, cx).oldest()
    }

    /// Asks for all that is kept of the logs.
    fn deepen(&mut self) -> Reaction {
        if self.deep {
            return Reaction::wish(Wish::Notice("there is nothing older that is kept".into()));
        }
        self.deep = true;
        self.still = None;
        let words = "reading all that is kept; g goes to its first line";
        Reaction::wish(Wish::Notice(words.into()))
    }

    /// Goes on towards the newest line, and follows it once there is no other.
    fn step_on(&mut self, lines: usize, cx: &Cx<'_>) {
        let keys = keys(cx);
        let Some(from) = self.still.as_ref().and_then(Still::cursor).map(|at| at.place(&keys))
        else {
            return;
        };
        if self.axis(&keys, cx).newer_than(from) < lines {
            // Lines that came meanwhile are read on without a break.
            self.hold(&keys, cx);
        }
        let axis = self.axis(&keys, cx);
        let to = axis.forward(from, lines);
        // Past the newest there is nothing to stand still for.
        let is_end = axis.forward(from, lines.saturating_sub(1)) == axis.newest();
        if is_end {
            self.still = None;
        } else if let Some(to) = to {
            self.put_cursor(to, &keys, cx, false);
        }
    }

    /// Stands still at the newest line.
    pub(super) fn pause(&mut self, cx: &Cx<'_>) {
        self.still = Some(Still::default());
        let keys = keys(cx);
        self.hold(&keys, cx);
        let newest = self.axis(&keys, cx).newest();
        if let Some(newest) = newest {
            self.put_cursor(newest, &keys, cx, false);
        }
    }

    /// Holds the lines as they are now; the cursor stays.
    fn hold(&mut self, keys: &[InstanceKey], cx: &Cx<'_>) {
        let before = self.still.take().unwrap_or_default();
        self.still = Some(Still::new(keys, cx.store).at(before));
    }

    /// Moves the cursor; where none is, from the newest line.
    fn jump(&mut self, cx: &Cx<'_>, to: impl FnOnce(&Axis<'_>, Place) -> Option<Place>) {
        let keys = keys(cx);
        if self.still.is_none() {
            self.pause(cx);
        }
        let axis = self.axis(&keys, cx);
        let Some(from) = self.cursor(&keys).or_else(|| axis.newest()) else { return };
        if let Some(to) = to(&axis, from) {
            self.put_cursor(to, &keys, cx, false);
        }
    }

    /// Goes to the nearest line like this, with some lines around it.
    fn seek_line(
        &mut self,
        on: bool,
        cx: &Cx<'_>,
        is_wanted: impl Fn(Place, LineRef<'_>) -> bool,
    ) -> bool {
        let keys = keys(cx);
        if self.still.is_none() {
            if on {
                return false;
            }
            self.pause(cx);
        } else if on {
            self.hold(&keys, cx);
        }
        let axis = self.axis(&keys, cx);
        let Some(from) = self.cursor(&keys).or_else(|| axis.newest()) else { return false };
        let wanted =
            |(place, line): &(Place, LineRef<'_>)| *place != from && is_wanted(*place, *line);
        let found =
            if on { axis.from(from).find(wanted) } else { axis.back_from(from).find(wanted) };
        let found = found.map(|(place, _)| place);
        drop(axis);
        if let Some(place) = found {
            self.put_cursor(place, &keys, cx, true);
        }
        found.is_some()
    }

    fn seek_level(&mut self, least: Severity, on: bool, cx: &Cx<'_>) -> Reaction {
        let is_wanted = |_: Place, line: LineRef<'_>| {
            let told = line.told();
            !told.continues && told.level >= Some(least)
        };
        let found = self.seek_line(on, cx, is_wanted);
        let what = if least == Severity::Error { "error" } else { "warning" };
        said(found, what, on)
    }

    fn seek_match(&mut self, on: bool, cx: &Cx<'_>) -> Reaction {
        let Some(quest) = &self.quest else {
            return Reaction::wish(Wish::Notice("nothing is looked for: / begins a search".into()));
        };
        let search = quest.search.clone();
        let found = self.seek_line(on, cx, |_, line| search.is_match(line.text()));
        said(found, "match", on)
    }

    fn seek_mark(&mut self, on: bool, cx: &Cx<'_>) -> Reaction {
        let keys = keys(cx);
        let from = self.cursor(&keys).and_then(|place| LineName::of(place, &keys));
        let mut marks = self.marks.iter();
        let next = match (from, on) {
            (None, true) => None,
            (None, false) => marks.next_back(),
            (Some(from), true) => marks.find(|mark| **mark > from),
            (Some(from), false) => marks.rfind(|mark| **mark < from),
        };
        let Some(mark) = next.cloned() else { return said(false, "mark", on) };
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

    /// After a search was typed: to the nearest line before the cursor in which it is
    /// found, or else to the nearest behind.
    pub(super) fn seek_first_match(&mut self, cx: &Cx<'_>) -> Reaction {
        let Some(quest) = &self.quest else { return Reaction::done() };
        let search = quest.search.clone();
        let is_wanted = |line: LineRef<'_>| search.is_match(line.text());
        let keys = keys(cx);
        if self.still.is_none() {
            self.pause(cx);
        }
        let at_cursor = self
            .cursor(&keys)
            .is_some_and(|place| self.axis(&keys, cx).get(place).is_some_and(is_wanted));
        if at_cursor
            || self.seek_line(false, cx, |_, line| is_wanted(line))
            || self.seek_line(true, cx, |_, line| is_wanted(line))
        {
            return Reaction::done();
        }
        Reaction::wish(Wish::Notice("found in no line that is kept".into()))
    }

    /// Goes to the first line at or after a time that was typed.
    pub(super) fn go_to_time(&mut self, text: &str, cx: &Cx<'_>) -> Reaction {
        match when_words(text, cx) {
            Ok(moment) => self.show_time(moment, cx),
            Err(problem) => return Reaction::wish(Wish::Notice(problem.words)),
        }
        Reaction::done()
    }

    fn show_time(&mut self, moment: Timestamp, cx: &Cx<'_>) {
        let keys = keys(cx);
        if self.still.is_none() {
            self.pause(cx);
        }
        let place = self.axis(&keys, cx).at(moment);
        if let Some(place) = place {
            self.put_cursor(place, &keys, cx, true);
        }
    }

    /// Puts the cursor on a line; `around` shows some lines around it when it was out
    /// of sight.
    fn put_cursor(&mut self, to: Place, keys: &[InstanceKey], cx: &Cx<'_>, around: bool) {
        let Some(mut still) = self.still.take() else { return };
        {
            let axis = self.axis_of(keys, cx, Some(&still));
            let plan = self.plan(cx.size);
            let style = self.style(keys, &axis, Some(to), &plan, cx);
            let rows = |place: Place| axis.get(place).map_or(1, |line| style.rows(line, cx));
            let view = View { room: usize::from(plan.lines.height).max(1), rows: &rows };
            if around {
                still.show_around(to, &axis, keys, &view);
            } else {
                still.go_to(to, &axis, keys, &view);
            }
        }
        self.still = Some(still);
    }
}

fn said(found: bool, what: &str, on: bool) -> Reaction {
    if found {
        return Reaction::done();
    }
    let direction = if on { "after" } else { "before" };
    Reaction::wish(Wish::Notice(format!("no {what} {direction} this line")))
}
