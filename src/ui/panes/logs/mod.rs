//! Pane 2: what the selected or marked services say, on one time axis.
//!
//! `Axis` puts the logs together, `Still` holds them while they are read, a `Hunt`
//! knows which lines are wanted; the pane moves in them (`motion`), sifts them
//! (`sift`) and hands them out (`out`).

mod asking;
mod axis;
mod bar;
mod hunt;
mod motion;
mod origin;
mod out;
mod plan;
mod prompt;
mod shown;
mod sift;
mod still;
mod strip;
mod view;

use std::collections::BTreeSet;

use bitflags::bitflags;
use crossterm::event::KeyEvent;
use ratatui::{
    buffer::Buffer,
    layout::{Rect, Size},
    text::{Line, Span},
};

pub use origin::is_shown_source;
pub use sift::Purpose;

use axis::{Axis, Place, Source};
use origin::keys;
use plan::Plan;
use prompt::{Ask, Prompt, Typed};
use shown::Reading;
use sift::{Quest, Sieve};
use still::{LineName, Still};
use view::{Emphasis, LineStyle};

use crate::{
    input::{Command, Context},
    logs::{Pattern, patterns::MINUTES},
    model::{Demand, InstanceKey, StreamState},
    store::{LogRing, Topics, logs::Snapshot},
    text::{Clean, format},
    ui::{
        Cx, Overlay, Pane, Reaction, Wish,
        panes::services::{Purpose as Instance, one_instance},
        theme::Role,
        widgets::message,
    },
};

/// How many columns one step to the side takes.
const SIDE_STEP: usize = 16;

/// How many lines can be marked.
const MOST_MARKS: usize = 1000;

bitflags! {
    /// How lines are shown.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    struct Looks: u8 {
        /// Long lines are wrapped.
        const WRAPPED = 1;
        /// Lines are shown as they were written, not taken apart.
        const RAW = 1 << 1;
        /// Repeated lines are folded into one.
        const FOLDED = 1 << 2;
        /// It is shown how many lines there were when.
        const STRIP = 1 << 3;
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
    /// Whether all is wanted that is kept of the logs, and not only their last lines.
    deep: bool,
    sieve: Option<Sieve>,
    quest: Option<Quest>,
    prompt: Option<Prompt>,
    marks: BTreeSet<LineName>,
    /// The fields that are shown behind what a line says; all, when none is chosen.
    fields: Vec<String>,
    /// Counts the hunts so far.
    serial: u64,
}

impl Logs {
    /// Follows again: other services were selected. Filter and search stay, since what
    /// is looked for may be in any of them.
    pub fn follow(&mut self) {
        self.still = None;
        self.side = 0;
        self.deep = false;
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
        Axis::new(keys.iter().map(source).collect(), false)
    }

    fn axis_of<'a>(&'a self, keys: &[InstanceKey], cx: &Cx<'_>, still: Option<&Still>) -> Axis<'a> {
        static NONE: std::collections::VecDeque<u64> = std::collections::VecDeque::new();
        let source = |key| {
            let lines = lines_of(key, cx, still).unwrap_or_default();
            let only = self.sieve.as_ref().map(|sieve| sieve.hunt.numbers(key).unwrap_or(&NONE));
            Source::new(lines, only)
        };
        Axis::new(keys.iter().map(source).collect(), self.looks.contains(Looks::FOLDED))
    }

    fn cursor(&self, keys: &[InstanceKey]) -> Option<Place> {
        Some(self.still.as_ref()?.cursor()?.place(keys))
    }

    /// The last line that is shown.
    fn last(&self, axis: &Axis<'_>, keys: &[InstanceKey]) -> Option<Place> {
        match &self.still {
            Some(still) => {
                let last = still.last()?.place(keys);
                // A filter may have taken it away.
                axis.back_from(last).next().map(|(place, _)| place).or_else(|| axis.oldest())
            }
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

    /// Marks the line under the cursor, or takes its mark away, and goes on.
    fn mark(&mut self, cx: &Cx<'_>) -> Reaction {
        let Some(name) = self.still.as_ref().and_then(Still::cursor).cloned() else {
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

    /// What stands beside what is typed: how much of it there is.
    fn prompt_note(&self, axis: &Axis<'_>, keys: &[InstanceKey], cx: &Cx<'_>) -> String {
        let busy = |is_at_rest: bool| if is_at_rest { "" } else { "…" };
        match self.prompt.as_ref().map(|prompt| prompt.ask) {
            Some(Ask::Filter) => {
                let all: u64 = keys
                    .iter()
                    .filter_map(|key| self.lines(key, cx))
                    .map(|lines| lines.lines().end - lines.lines().start)
                    .sum();
                let rest = self.sieve.as_ref().is_none_or(|sieve| sieve.hunt.is_at_rest());
                let shown = axis.len() as u64;
                format!("{} of {} lines{}", format::exact(shown), format::exact(all), busy(rest))
            }
            Some(Ask::Search) => self.quest_words(keys).unwrap_or_default(),
            _ => String::new(),
        }
    }

    /// How much was found of what is looked for.
    fn quest_words(&self, keys: &[InstanceKey]) -> Option<String> {
        let quest = self.quest.as_ref()?;
        let numbers = keys.iter().filter_map(|key| quest.hunt.numbers(key));
        let count: usize = numbers.map(std::collections::VecDeque::len).sum();
        let more = if quest.hunt.is_at_rest() { "" } else { "…" };
        Some(format!("found in {}{more} lines", format::exact(count as u64)))
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
        let mut line = Line::default();
        match cx.selection.shown().as_slice() {
            [] => {}
            [only] => line.push_span(cx.span(Role::Text, only.service.name.as_str())),
            many => line.push_span(cx.span(Role::Text, format!("{} services", many.len()))),
        }
        for source in &cx.selection.sources {
            line.push_span(cx.span(Role::Text, format!(" + {source}")));
        }
        if let Some(sieve) = &self.sieve {
            let text = Clean::new(&sieve.text);
            line.push_span(cx.span(Role::Accent, format!("  filter: {}", text.as_str())));
        }
        if let Some(quest) = &self.quest {
            let text = Clean::new(&quest.text);
            line.push_span(cx.span(Role::Accent, format!("  /{}", text.as_str())));
            if let Some(words) = self.quest_words(&keys(cx)) {
                line.push_span(cx.span(Role::Muted, format!(" {words}")));
            }
        }
        line
    }

    fn footnote<'a>(&'a self, cx: &Cx<'a>) -> Option<Line<'a>> {
        let keys = keys(cx);
        let mut line = Line::default();
        let rings = || keys.iter().filter_map(|key| cx.store.log(key));
        let dropped = rings().map(LogRing::dropped).fold(0, u64::saturating_add);
        if dropped > 0 {
            let words = format!(" {} lines dropped: too fast ", format::exact(dropped));
            line.push_span(cx.span(Role::Warn, words));
        }
        if !self.deep && self.is_at_top(cx) {
            let key = cx.key(Command::Top).unwrap_or_default();
            line.push_span(cx.span(Role::Accent, format!(" {key} reads what is older ")));
        }
        line.extend(pattern_words(cx));
        if !self.marks.is_empty() {
            line.push_span(cx.span(Role::Mark, format!(" {} marked ", self.marks.len())));
        }
        if let Some(still) = &self.still {
            let newer: u64 = keys.iter().map(|key| still.newer(key, cx.store)).sum();
            let axis = self.axis(&keys, cx);
            let below = self.last(&axis, &keys).map_or(0, |last| axis.newer_than(last));
            let newer = format::exact(newer + below as u64);
            let words = format!(" {} paused, +{newer} new ", cx.glyphs.paused);
            line.push_span(cx.span(Role::Warn, words));
        } else if keys.iter().any(|key| origin::is_live(key, cx.store)) {
            line.push_span(cx.span(Role::Muted, format!(" {} following ", cx.glyphs.follow)));
        }
        (!line.spans.is_empty()).then_some(line)
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
        commands.extend([Command::Fields, Command::Histogram]);
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
        origin::demand(self.deep, cx, demand);
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
                self.looks.toggle(Looks::WRAPPED);
                self.side = 0;
            }
            Command::Raw => self.looks.toggle(Looks::RAW),
            Command::Fold => self.looks.toggle(Looks::FOLDED),
            Command::Histogram => self.looks.toggle(Looks::STRIP),
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
        let cursor = self.cursor(keys);
        let is_marked =
            |place| LineName::of(place, keys).is_some_and(|name| self.marks.contains(&name));
        let emphasis = Emphasis { cursor, is_marked: &is_marked };
        let first = view::draw(plan.lines, buffer, cx, axis, last, &style, &emphasis);
        let seen = first.map(|first| (first, last));
        strip::draw(plan.strip, buffer, cx, axis, seen);
        let hunt = self.quest.as_ref().map(|quest| &quest.hunt);
        bar::draw(plan.bar, buffer, cx, axis, seen, hunt, keys);
    }

    /// Why there is no line.
    fn nothing(&self, keys: &[InstanceKey], cx: &Cx<'_>) -> (Role, String) {
        let has_lines =
            |key: &InstanceKey| self.lines(key, cx).is_some_and(|lines| !lines.lines().is_empty());
        match &self.sieve {
            Some(sieve) if keys.iter().any(has_lines) => {
                let words = if sieve.hunt.is_at_rest() {
                    "No line matches the filter. Esc takes it away."
                } else {
                    "Looking for lines that match the filter…"
                };
                (Role::Muted, words.into())
            }
            _ => nothing(keys, cx),
        }
    }
}

/// How many lines of each pattern were said in the last minute, where there were some in
/// the last ten.
fn pattern_words<'a>(cx: &Cx<'a>) -> Vec<Span<'a>> {
    let words = |(pattern, minutes): (&Pattern, [u32; MINUTES])| {
        let recent: u32 = minutes[MINUTES - 10..].iter().sum();
        let name = Clean::new(&pattern.name);
        let last = minutes[MINUTES - 2];
        let words = format!(" {}: {last}/min, {recent} in 10 min ", name.as_str());
        (recent > 0).then(|| cx.span(Role::Accent, words))
    };
    cx.store.patterns().per_minute(cx.now).filter_map(words).collect()
}

/// Why an instance has no line.
fn nothing(keys: &[InstanceKey], cx: &Cx<'_>) -> (Role, String) {
    let states = || keys.iter().map(|key| cx.store.log_state(key));
    let broken = states().find_map(|state| match state {
        Some(StreamState::Broken { fault }) => Some((fault, " Trying again.")),
        Some(StreamState::Unreadable { fault }) => Some((fault, "")),
        _ => None,
    });
    if let Some((fault, next)) = broken {
        return (Role::Bad, format!("No logs: {}.{next}", fault.message));
    }
    if keys.is_empty() {
        return (Role::Muted, "Select a service to see its logs.".into());
    }
    if states().all(|state| state.is_none()) {
        return (Role::Muted, "Opening the logs…".into());
    }
    (Role::Muted, "No output yet.".into())
}
