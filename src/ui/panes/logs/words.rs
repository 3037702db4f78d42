//! What the pane says of itself: in its title, at its foot, beside what is typed, and
//! where there is no line.

use ratatui::text::{Line, Span};

use super::{Logs, axis::Axis, deeper::Depth, origin, origin::keys, prompt::Ask};
use crate::{
    input::Command,
    logs::{Pattern, patterns::MINUTES},
    model::{InstanceKey, StreamState},
    store::{LogRing, logs::Snapshot},
    text::{Clean, format},
    ui::{Cx, theme::Role},
};

impl Logs {
    /// Whose lines are shown, which of them, and what is looked for.
    pub(super) fn title_words<'a>(&'a self, cx: &Cx<'a>) -> Line<'a> {
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

    /// What is to be known about the lines: lost ones, marked ones, whether they go on.
    pub(super) fn foot_words<'a>(&'a self, cx: &Cx<'a>) -> Option<Line<'a>> {
        let keys = keys(cx);
        let mut line = Line::default();
        let rings = || keys.iter().filter_map(|key| cx.store.log(key));
        let dropped = rings().map(LogRing::dropped).fold(0, u64::saturating_add);
        if dropped > 0 {
            let words = format!(" {} lines dropped: too fast ", format::exact(dropped));
            line.push_span(cx.span(Role::Warn, words));
        }
        match self.depth {
            Depth::Recent if self.is_at_top(cx) => {
                let key = cx.key(Command::Top).unwrap_or_default();
                line.push_span(cx.span(Role::Accent, format!(" {key} reads what is older ")));
            }
            Depth::Coming(_) => {
                let words = format!(" reading what is older{} ", cx.glyphs.ellipsis);
                line.push_span(cx.span(Role::Accent, words));
            }
            Depth::Recent | Depth::All => {}
        }
        line.extend(pattern_words(&keys, cx));
        if !self.marks.is_empty() {
            line.push_span(cx.span(Role::Mark, format!(" {} marked ", self.marks.len())));
        }
        if let Some(still) = &self.still {
            let newer = |key| match &self.sieve {
                Some(sieve) => sieve.hunt.newer(key),
                None => still.newer(key, cx.store),
            };
            let newer = format::exact(keys.iter().map(newer).sum());
            let words = if still.is_loading() {
                format!(" {} paused, older lines still come in ", cx.glyphs.paused)
            } else {
                format!(" {} paused, +{newer} new ", cx.glyphs.paused)
            };
            line.push_span(cx.span(Role::Warn, words));
        } else if keys.iter().any(|key| origin::is_live(key, cx.store)) {
            line.push_span(cx.span(Role::Muted, format!(" {} following ", cx.glyphs.follow)));
        }
        (!line.spans.is_empty()).then_some(line)
    }

    /// What stands beside what is typed: how much of it there is.
    pub(super) fn prompt_note(&self, axis: &Axis<'_>, keys: &[InstanceKey], cx: &Cx<'_>) -> String {
        let busy = |is_at_rest: bool| if is_at_rest { "" } else { "…" };
        // What makes no sense yet counts nothing.
        let prompt = self.prompt.as_ref().filter(|prompt| prompt.is_right());
        match prompt.map(|prompt| prompt.ask) {
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
        let held = |key| self.still.as_ref().and_then(|still| still.lines(key));
        let shown = |key| held(key).map_or(0..u64::MAX, Snapshot::lines);
        let count: u64 = keys.iter().map(|key| quest.hunt.count(key, &shown(key))).sum();
        let more = if quest.hunt.is_at_rest() { "" } else { "…" };
        let plural = if count == 1 { "" } else { "s" };
        Some(format!("found in {}{more} line{plural}", format::exact(count)))
    }

    /// Why there is no line.
    pub(super) fn nothing(&self, keys: &[InstanceKey], cx: &Cx<'_>) -> (Role, String) {
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

/// How many lines of each pattern that is of the shown logs were said in the last minute,
/// where there were some in the last ten.
fn pattern_words<'a>(keys: &[InstanceKey], cx: &Cx<'a>) -> Vec<Span<'a>> {
    let is_shown = |pattern: &Pattern| {
        let services = keys.iter().map(|key| origin::names(key, cx.store).service);
        pattern.logs.is_empty()
            || services.into_iter().any(|name| pattern.logs.contains(&name.into()))
    };
    let words = |(pattern, minutes): (&Pattern, [u32; MINUTES])| {
        let recent: u32 = minutes[MINUTES - 10..].iter().sum();
        let name = Clean::new(&pattern.name);
        let last = minutes[MINUTES - 2];
        let words = format!(" {}: {last}/min, {recent} in 10 min ", name.as_str());
        (recent > 0 && is_shown(pattern)).then(|| cx.span(Role::Accent, words))
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
