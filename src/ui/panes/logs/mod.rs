//! Pane 2: what the selected or marked services say, on one time axis.
//!
//! `Axis` puts the logs together, `Still` holds them while they are read, a `Hunt`
//! knows which lines are wanted; the pane moves in them (`motion`), sifts them
//! (`sift`), hands them out (`out`) and says what is to be known of them (`words`).

mod asking;
mod axis;
mod bar;
mod deeper;
mod hunt;
mod marks;
mod motion;
mod origin;
mod out;
mod plan;
mod prompt;
mod seek;
mod shown;
mod sift;
mod source;
mod still;
mod strip;
mod view;
mod words;

use std::collections::BTreeSet;

use bitflags::bitflags;
use crossterm::event::KeyEvent;
use ratatui::{
    buffer::Buffer,
    layout::{Rect, Size},
    text::Line,
};

pub use origin::is_shown_source;
pub use sift::{Purpose, Upkeep};

use axis::{Axis, Place};
use deeper::Depth;
use hunt::Hunt;
use origin::keys;
use plan::Plan;
use prompt::{Ask, Prompt, Typed};
use shown::Reading;
use sift::{Quest, Sieve};
use source::Source;
use still::{LineName, Still};
use view::{Emphasis, LineStyle};

use crate::{
    input::{Command, Context},
    model::{Demand, InstanceKey},
    store::{Topics, logs::Snapshot},
    ui::{
        Cx, Overlay, Pane, Reaction, Wish,
        panes::services::{Purpose as Instance, one_instance},
        widgets::message,
    },
};

/// How many columns one step to the side takes.
const SIDE_STEP: usize = 16;

bitflags! {
    /// How lines are shown.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    struct Looks: u8 {
        /// Long lines are wrapped.
        const WRAPPED = 1;
        /// Lines are shown as they were written, not taken apart.
        const RAW = 1 << 1;
        /// It is shown how many lines there were when.
        const STRIP = 1 << 2;
    }
}

impl Default for Looks {
    fn default() -> Self {
        Self::STRIP
    }
}

/// Pane 2.
#[derive(Debug, Default)]
pub struct Logs {
    /// Where it stands still; `None` while it follows the newest line.
    still: Option<Still>,
    looks: Looks,
    side: usize,
    depth: Depth,
    sieve: Option<Sieve>,
    quest: Option<Quest>,
    /// Which lines only repeat others, when such are folded into one.
    fold: Option<Hunt>,
    prompt: Option<Prompt>,
    marks: BTreeSet<LineName>,
    /// The fields that are shown behind what a line says; all, when none is chosen.
    fields: Vec<String>,
    /// Whether other lines are shown than before, or in another way, so that the cursor
    /// may be out of sight.
    is_unsettled: bool,
    /// Counts the hunts so far.
    serial: u64,
}

impl Logs {
    /// Follows again: other services were selected. Filter and search stay, since what
    /// is looked for may be in any of them.
    pub fn follow(&mut self) {
        self.still = None;
        self.side = 0;
        self.depth = Depth::Recent;
        self.stop_seeking();
        self.renew_hunts();
    }

    /// The lines of a log that are shown: as they were when the pane was paused, or as
    /// they are.
    fn lines(&self, key: &InstanceKey, cx: &Cx<'_>) -> Option<Snapshot> {
        lines_of(key, cx, self.still.as_ref())
    }

    fn axis<'a>(&'a self, keys: &[InstanceKey], cx: &Cx<'_>) -> Axis<'a> {
        self.axis_of(keys, cx, self.still.as_ref())
    }

    /// The lines as if no filter were in force: what could be asked for is in them.
    fn axis_of_all(&self, keys: &[InstanceKey], cx: &Cx<'_>) -> Axis<'static> {
        let source = |key| Source::new(self.lines(key, cx).unwrap_or_default(), None);
        Axis::new(keys.iter().map(source).collect())
    }

    fn axis_of<'a>(&'a self, keys: &[InstanceKey], cx: &Cx<'_>, still: Option<&Still>) -> Axis<'a> {
        static NONE: std::collections::VecDeque<u64> = std::collections::VecDeque::new();
        let source = |key| {
            let lines = lines_of(key, cx, still).unwrap_or_default();
            let only = self.sieve.as_ref().map(|sieve| sieve.hunt.numbers(key).unwrap_or(&NONE));
            Source::new(lines, only).folded(self.fold.as_ref().and_then(|fold| fold.numbers(key)))
        };
        Axis::new(keys.iter().map(source).collect())
    }

    /// Where the cursor is: on its line, or while a filter or a fold hides that, on the one
    /// in front of it.
    fn cursor(&self, axis: &Axis<'_>, keys: &[InstanceKey]) -> Option<Place> {
        axis.nearest(self.still.as_ref()?.cursor()?.place(keys))
    }

    /// The last line that is shown.
    fn last(&self, axis: &Axis<'_>, keys: &[InstanceKey]) -> Option<Place> {
        match &self.still {
            // A filter may have taken it away.
            Some(still) => axis.nearest(still.last()?.place(keys)),
            None => axis.newest(),
        }
    }

    fn plan(&self, size: Size) -> Plan {
        let prompt = self.prompt.as_ref().map_or(0, |prompt| prompt.rows(size.height));
        Plan::new(size, self.looks.contains(Looks::STRIP), prompt)
    }

    fn style<'a>(
        &'a self,
        keys: &'a [InstanceKey],
        axis: &Axis<'_>,
        last: Option<Place>,
        plan: &Plan,
        cx: &Cx<'_>,
    ) -> LineStyle<'a> {
        let reading = Reading {
            raw: self.looks.contains(Looks::RAW),
            fields: &self.fields,
            search: self.quest.as_ref().map(|quest| &quest.search),
        };
        let sample = last.map(|last| axis.back_from(last).take(usize::from(plan.lines.height)));
        let sample = sample.into_iter().flatten().map(|(_, line)| line);
        LineStyle::new(keys, reading, plan.lines.width, sample, cx)
            .laid(self.looks.contains(Looks::WRAPPED), self.side)
    }

    fn look_otherwise(&mut self, look: Looks) {
        self.looks.toggle(look);
        self.is_unsettled = true;
    }

    /// Answers a command while something is typed.
    fn on_prompt(&mut self, command: Command, cx: &Cx<'_>) -> Reaction {
        match command {
            Command::Open => self.accept(cx),
            Command::Back | Command::Close => {
                self.withdraw(cx);
                Reaction::done()
            }
            _ => Reaction::Ignored,
        }
    }
}

fn lines_of(key: &InstanceKey, cx: &Cx<'_>, still: Option<&Still>) -> Option<Snapshot> {
    match still {
        Some(still) => still.lines(key).cloned(),
        None => Some(cx.store.log(key)?.snapshot(0)),
    }
}

impl Pane for Logs {
    fn context(&self) -> Context {
        Context::Logs
    }

    fn title<'a>(&'a self, cx: &Cx<'a>) -> Line<'a> {
        self.title_words(cx)
    }

    fn footnote<'a>(&'a self, cx: &Cx<'a>) -> Option<Line<'a>> {
        self.foot_words(cx)
    }

    fn commands(&self, cx: &Cx<'_>) -> Vec<Command> {
        if self.prompt.is_some() {
            return vec![Command::Open, Command::Back];
        }
        let mut commands = Vec::new();
        if self.still.as_ref().is_some_and(|still| still.cursor().is_some()) {
            commands.extend([Command::Open, Command::Copy, Command::Mark, Command::Bottom]);
        }
        commands.extend([Command::Pause, Command::Search, Command::Filter]);
        if self.quest.is_some() {
            commands.extend([Command::NextMatch, Command::PreviousMatch]);
        }
        commands.extend([Command::PreviousError, Command::NextError, Command::Up]);
        commands.extend([Command::Goto, Command::PreviousWarning, Command::NextWarning]);
        if !self.marks.is_empty() {
            commands.extend([Command::NextMark, Command::PreviousMark, Command::ClearMarks]);
        }
        commands.extend([Command::Wrap, Command::TimeFormat, Command::Raw, Command::Fold]);
        let out = [Command::CopyVisible, Command::Dump, Command::Export, Command::ExportJson];
        commands.extend(out);
        commands.extend([Command::Fields, Command::Histogram, Command::PreviousRun]);
        if cx.stack.log_sources().next().is_some() {
            commands.push(Command::LogSources);
        }
        if cx.selected().is_some() {
            commands.extend([Command::Shell, Command::Inspect]);
        }
        commands
    }

    fn interest(&self) -> Topics {
        let topics = Topics::SERVICES | Topics::ENGINES;
        if self.still.is_some() { topics } else { topics | Topics::LOGS }
    }

    fn demand(&self, cx: &Cx<'_>, demand: &mut Demand) {
        origin::demand(!matches!(self.depth, Depth::Recent), cx, demand);
    }

    fn on(&mut self, command: Command, cx: &Cx<'_>) -> Reaction {
        if self.prompt.is_some() {
            return self.on_prompt(command, cx);
        }
        if let Some(reaction) = self.go(command, cx).or_else(|| self.hand_out(command, cx)) {
            return reaction;
        }
        match command {
            // Esc takes back one thing at a time, what is nearest first.
            Command::Pause | Command::Back if self.still.is_some() => self.still = None,
            Command::Pause => self.pause(cx),
            Command::Back if self.quest.is_some() => self.quest = None,
            Command::Back if self.sieve.is_some() => drop(self.filter_by("", cx)),
            Command::Filter => self.ask(Ask::Filter, cx),
            Command::Search => self.ask(Ask::Search, cx),
            Command::Goto => self.ask(Ask::Goto, cx),
            Command::Mark => return self.mark(cx),
            Command::ClearMarks => self.marks.clear(),
            Command::Wrap => {
                self.look_otherwise(Looks::WRAPPED);
                self.side = 0;
            }
            Command::Raw => self.look_otherwise(Looks::RAW),
            Command::Fold => self.toggle_fold(),
            Command::Histogram => self.look_otherwise(Looks::STRIP),
            Command::LogSources => return Reaction::wish(Wish::Open(Overlay::LogSources)),
            Command::Fields => self.ask(Ask::Fields, cx),
            Command::TimeFormat => return Reaction::wish(Wish::UseTime(cx.time.next())),
            Command::Shell | Command::Inspect => {
                let purpose =
                    if command == Command::Shell { Instance::Shell } else { Instance::Inspect };
                let wish = cx.selected().map(|service| one_instance(service, cx.store, purpose));
                return wish.map_or(Reaction::Ignored, Reaction::wish);
            }
            _ => return Reaction::Ignored,
        }
        Reaction::done()
    }

    fn on_with(&mut self, command: Command, argument: &str, cx: &Cx<'_>) -> Reaction {
        match command {
            Command::Goto => self.go_to_time(argument, cx),
            _ => Reaction::Ignored,
        }
    }

    fn is_typing(&self) -> bool {
        self.prompt.is_some()
    }

    fn type_key(&mut self, key: &KeyEvent, cx: &Cx<'_>) -> Option<Reaction> {
        match self.prompt.as_mut()?.press(key) {
            Typed::Nothing => return None,
            Typed::Moved => {}
            Typed::Changed => self.preview(cx),
        }
        Some(Reaction::done())
    }

    fn paste(&mut self, text: &str, cx: &Cx<'_>) -> Reaction {
        if let Some(prompt) = &mut self.prompt {
            prompt.field.paste(text);
            self.preview(cx);
        }
        Reaction::done()
    }

    fn draw(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let keys = keys(cx);
        let axis = self.axis(&keys, cx);
        let plan = self.plan(area.as_size()).within(area);
        let last = self.last(&axis, &keys);
        match last {
            Some(last) => self.draw_lines(&plan, buffer, cx, &keys, &axis, last),
            None => message::draw(plan.lines, buffer, cx, &[self.nothing(&keys, cx)]),
        }
        if let Some(prompt) = &self.prompt {
            prompt.draw(plan.prompt, buffer, cx, &self.prompt_note(&axis, &keys, cx));
        }
    }
}

impl Logs {
    fn draw_lines(
        &self,
        plan: &Plan,
        buffer: &mut Buffer,
        cx: &Cx<'_>,
        keys: &[InstanceKey],
        axis: &Axis<'_>,
        last: Place,
    ) {
        let style = self.style(keys, axis, Some(last), plan, cx);
        let cursor = self.cursor(axis, keys);
        let is_marked =
            |place| LineName::of(place, keys).is_some_and(|name| self.marks.contains(&name));
        let emphasis = Emphasis { cursor, is_marked: &is_marked };
        let first = view::draw(plan.lines, buffer, cx, axis, last, &style, &emphasis);
        let seen = first.map(|first| (first, last));
        strip::draw(plan.strip, buffer, cx, axis, seen);
        let hunt = self.quest.as_ref().map(|quest| &quest.hunt);
        bar::draw(plan.bar, buffer, cx, axis, seen, hunt, keys);
    }
}
