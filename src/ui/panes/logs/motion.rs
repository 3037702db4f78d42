//! Moving in the log: by lines, to what was found, to errors, to a time.

use jiff::Timestamp;

use super::origin::keys;
use super::{
    Logs, Looks, SIDE_STEP,
    asking::when_words,
    axis::{Axis, Place, Way},
    deeper::Depth,
    hunt::Hunt,
    seek::gap_words,
    sift::here_and_now,
    still::{Still, View},
};
use crate::{
    input::Command,
    model::{InstanceKey, Severity},
    ui::{Cx, Reaction, Wish},
};

impl Logs {
    /// Answers a command that moves; `None` for any other.
    pub(super) fn go(&mut self, command: Command, cx: &Cx<'_>) -> Option<Reaction> {
        // Whoever moves on no longer waits for a match.
        self.stop_seeking();
        let room = usize::from(self.plan(cx.size).lines.height).max(1);
        let (half, page) = ((room / 2).max(1), room.saturating_sub(1).max(1));
        match command {
            Command::Up => self.step_back(1, cx),
            Command::HalfPageUp => self.step_back(half, cx),
            Command::PageUp => self.step_back(page, cx),
            Command::Top if self.is_at_top(cx) => return Some(self.deepen(cx)),
            Command::Top => self.jump(cx, |axis, _| axis.oldest()),
            Command::Down => return Some(self.step_on(1, cx)),
            Command::HalfPageDown => return Some(self.step_on(half, cx)),
            Command::PageDown => return Some(self.step_on(page, cx)),
            Command::Bottom => self.still = None,
            // Behind the longest line that is kept there is nothing to see.
            Command::Right if !self.looks.contains(Looks::WRAPPED) => {
                self.side = (self.side + SIDE_STEP).min(crate::model::log::MAX_LINE_BYTES);
            }
            Command::Left => self.side = self.side.saturating_sub(SIDE_STEP),
            Command::NextMatch => return Some(self.seek_match(Way::On, cx)),
            Command::PreviousMatch => return Some(self.seek_match(Way::Back, cx)),
            Command::NextError => return Some(self.seek_level(Severity::Error, Way::On, cx)),
            Command::PreviousError => return Some(self.seek_level(Severity::Error, Way::Back, cx)),
            Command::NextWarning => return Some(self.seek_level(Severity::Warn, Way::On, cx)),
            Command::PreviousWarning => {
                return Some(self.seek_level(Severity::Warn, Way::Back, cx));
            }
            Command::PreviousRun => return Some(self.show_previous_run(cx)),
            Command::NextMark => return Some(self.seek_mark(Way::On, cx)),
            Command::PreviousMark => return Some(self.seek_mark(Way::Back, cx)),
            _ => return None,
        }
        Some(Reaction::done())
    }

    fn step_back(&mut self, lines: usize, cx: &Cx<'_>) {
        self.jump(cx, |axis, from| axis.back(from, lines));
    }

    /// Takes up what has come of what was said before one stood still. Whoever stood at the
    /// end does so still.
    pub(super) fn load(&mut self, cx: &Cx<'_>) {
        if !self.still.as_ref().is_some_and(Still::is_loading) {
            return;
        }
        let keys = keys(cx);
        let axis = self.axis(&keys, cx);
        let was_at_end = self.cursor(&axis, &keys) == axis.newest();
        if let Some(still) = &mut self.still {
            still.load(cx.store);
        }
        let newest = self.axis(&keys, cx).newest();
        if let Some(newest) = newest.filter(|_| was_at_end) {
            self.put_cursor(newest, &keys, cx, false);
        }
    }

    /// Whether the cursor is on the oldest line of all.
    pub(super) fn is_at_top(&self, cx: &Cx<'_>) -> bool {
        let keys = keys(cx);
        let axis = self.axis(&keys, cx);
        let cursor = self.cursor(&axis, &keys);
        cursor.is_some() && cursor == axis.oldest()
    }

    /// Goes on towards the newest line, and follows it once there is no other.
    fn step_on(&mut self, lines: usize, cx: &Cx<'_>) -> Reaction {
        let keys = keys(cx);
        let axis = self.axis(&keys, cx);
        let Some(from) = self.cursor(&axis, &keys) else { return Reaction::done() };
        let mut gone = 0;
        if axis.newer_than(from) < lines {
            // Lines that came meanwhile are read on.
            gone = self.hold(&keys, cx);
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
        gap_words(gone).map_or_else(Reaction::done, Reaction::wish)
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

    /// Holds the lines as they are now; the cursor stays. Gives how many lines came since
    /// and are gone again.
    pub(super) fn hold(&mut self, keys: &[InstanceKey], cx: &Cx<'_>) -> u64 {
        if self.still.is_some() && matches!(self.depth, Depth::Coming(_)) {
            // What is read now is not there again yet.
            return 0;
        }
        let before = self.still.take().unwrap_or_default();
        let gone = keys.iter().map(|key| before.gone(key, cx.store)).sum();
        self.still = Some(Still::new(keys, cx.store).at(before));
        gone
    }

    /// Moves the cursor; where none is, from the newest line.
    fn jump(&mut self, cx: &Cx<'_>, to: impl FnOnce(&Axis<'_>, Place) -> Option<Place>) {
        let keys = keys(cx);
        if self.still.is_none() {
            self.pause(cx);
        }
        let axis = self.axis(&keys, cx);
        let Some(from) = self.cursor(&axis, &keys) else { return };
        if let Some(to) = to(&axis, from) {
            self.put_cursor(to, &keys, cx, false);
        }
    }

    /// Goes to the first line at or after a time that was typed.
    pub(super) fn go_to_time(&mut self, text: &str, cx: &Cx<'_>) -> Reaction {
        match when_words(text, cx) {
            Ok(moment) => self.show_time(moment, cx),
            Err(problem) => Reaction::wish(Wish::Notice(problem.words)),
        }
    }

    fn show_time(&mut self, moment: Timestamp, cx: &Cx<'_>) -> Reaction {
        let keys = keys(cx);
        if self.still.is_none() {
            self.pause(cx);
        }
        let axis = self.axis(&keys, cx);
        let (Some(place), Some(newest)) = (axis.at(moment), axis.newest()) else {
            return Reaction::done();
        };
        let oldest = axis.oldest_time().filter(|oldest| moment < *oldest);
        self.put_cursor(place, &keys, cx, true);
        let clock = |at: Timestamp| {
            at.to_zoned(here_and_now(cx).time_zone().clone()).strftime("%b %d %H:%M:%S").to_string()
        };
        match oldest {
            Some(oldest) => {
                let words = format!("no line is that old: the first here is of {}", clock(oldest));
                Reaction::wish(Wish::Notice(words))
            }
            None if moment > newest.at => {
                let words =
                    format!("no line is that new: the last here is of {}", clock(newest.at));
                Reaction::wish(Wish::Notice(words))
            }
            None => Reaction::done(),
        }
    }

    /// Goes to the last line of the run before the present one: what an instance said
    /// before it was started again.
    fn show_previous_run(&mut self, cx: &Cx<'_>) -> Reaction {
        let (keys, followed) = (keys(cx), self.still.is_none());
        if followed {
            self.pause(cx);
        }
        let axis = self.axis(&keys, cx);
        let end = |(log, key): (usize, &InstanceKey)| {
            let detail = cx.store.instance(key)?.instance.detail.as_ref()?;
            let end = detail.earlier_runs_end()?;
            Some((end, axis.last_taken_before(log, end)?))
        };
        // Of several, the one that was started last.
        let end = keys.iter().enumerate().filter_map(end).max();
        if let Some((_, place)) = end {
            self.put_cursor(place, &keys, cx, true);
            return Reaction::done();
        }
        if followed {
            self.still = None;
        }
        let top = cx.key(Command::Top).unwrap_or_default();
        let words = if matches!(self.depth, Depth::All) {
            "no line of a run before is kept".into()
        } else {
            format!("no line of a run before is here: {top} {top} reads what is older")
        };
        Reaction::wish(Wish::Notice(words))
    }

    /// Puts the cursor on a line; `around` shows some lines around it when it was out
    /// of sight.
    pub(super) fn put_cursor(
        &mut self,
        to: Place,
        keys: &[InstanceKey],
        cx: &Cx<'_>,
        around: bool,
    ) {
        let go = if around { Still::show_around } else { Still::go_to };
        self.move_view(to, keys, cx, go);
    }

    /// Keeps the cursor in sight after other lines are shown, or in another way: what
    /// stands around a find is seen when its filter is taken away.
    pub(super) fn settle(&mut self, cx: &Cx<'_>) {
        if !self.is_unsettled {
            return;
        }
        let keys = keys(cx);
        let axis = self.axis(&keys, cx);
        let shown = self.cursor(&axis, &keys);
        if let Some(shown) = shown {
            self.move_view(shown, &keys, cx, Still::keep_in_sight);
        }
        // Lines may still be on their way.
        let is_at_rest = |hunt: Option<&Hunt>| hunt.is_none_or(Hunt::is_at_rest);
        self.is_unsettled = !is_at_rest(self.sieve.as_ref().map(|sieve| &sieve.hunt))
            || !is_at_rest(self.fold.as_ref());
    }

    fn move_view(
        &mut self,
        to: Place,
        keys: &[InstanceKey],
        cx: &Cx<'_>,
        go: fn(&mut Still, Place, &Axis<'_>, &[InstanceKey], &View<'_>),
    ) {
        let Some(mut still) = self.still.take() else { return };
        {
            let axis = self.axis_of(keys, cx, Some(&still));
            let plan = self.plan(cx.size);
            let style = self.style(keys, &axis, Some(to), &plan, cx);
            let rows = |place: Place| style.rows(place, &axis, cx);
            let view = View { room: usize::from(plan.lines.height).max(1), rows: &rows };
            go(&mut still, to, &axis, keys, &view);
        }
        self.still = Some(still);
    }
}
