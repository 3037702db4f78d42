//! Taking lines out of the pane: to the clipboard, to the plain screen, into a dialog.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::origin::{keys, names};
use super::{
    Logs,
    axis::{Axis, Place},
    still::LineName,
};
use crate::{
    input::Command,
    logs::{export::Form, format::whole},
    model::{InstanceKey, TimeStyle},
    store::logs::LineRef,
    ui::{
        Cx, Overlay, Reaction, TakenLine, Wish,
        dialogs::record::{Fact, RecordView},
    },
};

/// How many lines of what surrounds a stack trace's line are shown with it.
const MOST_OF_A_RECORD: usize = 500;

impl Logs {
    /// Answers a command that takes lines out; `None` for any other.
    pub(super) fn hand_out(&mut self, command: Command, cx: &Cx<'_>) -> Option<Reaction> {
        let reaction = match command {
            Command::Open => self.open_record(cx)?,
            Command::Copy => self.copy(cx),
            Command::CopyVisible => Reaction::wish(Wish::Copy(
                self.visible(cx, |text, line| text.push_str(line.text())),
            )),
            Command::Dump => Reaction::wish(Wish::Dump(self.visible(cx, |text, line| {
                text.push_str(&stamp(line, cx));
                text.push_str(line.text());
            }))),
            Command::Export => {
                let zone = if cx.time == TimeStyle::Utc { TimeZone::UTC } else { cx.zone.clone() };
                Reaction::wish(Wish::Export(Form::Text(zone)))
            }
            Command::ExportJson => Reaction::wish(Wish::Export(Form::Ndjson)),
            _ => return None,
        };
        Some(reaction)
    }

    /// The marked lines, or else the one under the cursor.
    fn copy(&self, cx: &Cx<'_>) -> Reaction {
        let keys = keys(cx);
        let taken = |name: &LineName| {
            let held = self.still.as_ref().and_then(|still| still.lines(&name.key));
            let line = held.and_then(|lines| lines.get(name.number));
            // It may be of a log that is not shown now.
            let line = line.or_else(|| cx.store.log(&name.key)?.get(name.number))?;
            Some(TakenLine { key: name.key.clone(), text: line.text().to_owned() })
        };
        let mut lines: Vec<TakenLine> = self.marks.iter().filter_map(taken).collect();
        let gone = self.marks.len() - lines.len();
        if self.marks.is_empty() {
            let axis = self.axis(&keys, cx);
            let at = self.cursor(&axis, &keys).or_else(|| axis.newest());
            lines.extend(at.and_then(|place| taken_at(place, &axis, &keys)));
        }
        let words = match (lines.len(), gone) {
            (0, 0) => "there is no line to copy".into(),
            (0, _) => "none of the marked lines is kept any more: nothing was copied".into(),
            (_, 0) => return Reaction::wish(Wish::Copy(lines)),
            (_, 1) => "one of the marked lines is no longer kept, and was not copied".into(),
            (_, gone) => {
                format!("{gone} of the marked lines are no longer kept, and were not copied")
            }
        };
        let copied = (!lines.is_empty()).then_some(Wish::Copy(lines));
        Reaction::Done(copied.into_iter().chain([Wish::Notice(words)]).collect())
    }

    /// The lines that stand in the pane, the oldest first.
    fn visible(&self, cx: &Cx<'_>, write: impl Fn(&mut String, LineRef<'_>)) -> Vec<TakenLine> {
        let keys = keys(cx);
        let axis = self.axis(&keys, cx);
        let plan = self.plan(cx.size);
        let Some(last) = self.last(&axis, &keys) else { return Vec::new() };
        let style = self.style(&keys, &axis, Some(last), &plan, cx);
        let mut left = usize::from(plan.lines.height);
        let mut lines = Vec::new();
        for (place, line) in axis.back_from(last) {
            let rows = style.rows(place, &axis, cx);
            if left < rows && !lines.is_empty() {
                break;
            }
            left = left.saturating_sub(rows);
            let mut text = String::new();
            write(&mut text, line);
            lines.extend(keys.get(place.log).map(|key| TakenLine { key: key.clone(), text }));
        }
        lines.reverse();
        lines
    }

    /// Opens the whole record under the cursor.
    fn open_record(&mut self, cx: &Cx<'_>) -> Option<Reaction> {
        let keys = keys(cx);
        let axis = self.axis(&keys, cx);
        let place = self.cursor(&axis, &keys)?;
        let view = self.record_at(place, &keys, &axis, cx)?;
        Some(Reaction::wish(Wish::Open(Overlay::Record(view))))
    }

    fn record_at(
        &self,
        place: Place,
        keys: &[InstanceKey],
        axis: &Axis<'_>,
        cx: &Cx<'_>,
    ) -> Option<RecordView> {
        let key = keys.get(place.log)?;
        let lines = self.lines(key, cx)?;
        let line = axis.get(place)?;
        let first = lines.get(lines.record_start(place.number))?;
        let mut text = whole(first.told().format, first.text());
        let rest = (first.number() + 1..lines.lines().end).map_while(|number| lines.get(number));
        let rest = rest.take_while(|line| line.told().continues).take(MOST_OF_A_RECORD);
        text.extend(rest.map(|line| line.text().to_owned()));
        let name = names(key, cx.store).instance.to_owned();
        Some(RecordView { key: key.clone(), name, facts: facts(first, line.number(), cx), text })
    }
}

/// The line at a place, with whose it is.
fn taken_at(place: Place, axis: &Axis<'_>, keys: &[InstanceKey]) -> Option<TakenLine> {
    let (key, text) = (keys.get(place.log)?.clone(), axis.get(place)?.text().to_owned());
    Some(TakenLine { key, text })
}

/// What is known of a line beside its text.
fn facts(line: LineRef<'_>, number: u64, cx: &Cx<'_>) -> Vec<Fact> {
    let told = line.told();
    let zone = if cx.time == TimeStyle::Utc { TimeZone::UTC } else { cx.zone.clone() };
    let time = |at: jiff::Timestamp| {
        at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S%.6f %Z").to_string()
    };
    let mut facts: Vec<Fact> = Vec::new();
    let mut say = |name: &'static str, value: String| facts.push(Fact { name, value });
    if let Some(level) = told.level {
        let guess = if told.is_guess { ", a guess from its words" } else { "" };
        say("level", format!("{}{guess}", level.name()));
    }
    if let Some(at) = told.at {
        say("own time", time(at));
    }
    if let Some(at) = line.engine_time() {
        say("engine's time", time(at));
    }
    if line.is_late() {
        say("order", "it came behind a line that was said later".into());
    }
    say("format", told.format.name().into());
    let stream: &'static str = match line.stream() {
        crate::model::Stream::Stdout => "stdout",
        crate::model::Stream::Stderr => "stderr",
    };
    say("stream", stream.into());
    say("line", format!("{}", number + 1));
    if line.cut_bytes() > 0 {
        say("cut", format!("{} bytes were cut from its end", line.cut_bytes()));
    }
    facts
}

/// A line's time before it, as far as it has one.
fn stamp(line: LineRef<'_>, cx: &Cx<'_>) -> String {
    let mut stamp = String::new();
    if let Some(at) = line.when() {
        let zone = if cx.time == TimeStyle::Utc { TimeZone::UTC } else { cx.zone.clone() };
        // Writing to a String cannot fail.
        let _ = write!(stamp, "{} ", at.to_zoned(zone).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z"));
    }
    stamp
}
