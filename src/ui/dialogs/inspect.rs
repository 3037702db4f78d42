//! Everything an engine tells of one instance; secrets masked until asked for.

use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use crate::{
    input::{Command, Context},
    model::{Fetch, Inspection, InstanceKey, inspect::Value},
    store::Topics,
    text::redact::MASK,
    ui::{
        Cx, Pane, Reaction, Wish,
        dialogs::{
            scroll::Scroll,
            wrapped::{self, Fact},
        },
        theme::Role,
        widgets::message,
    },
};

/// The inspection of one instance.
#[derive(Debug)]
pub struct Inspect {
    instance: InstanceKey,
    revealed: bool,
    scroll: Scroll,
}

impl Inspect {
    /// Opens masked.
    #[must_use]
    pub fn new(instance: InstanceKey) -> Self {
        Self { instance, revealed: false, scroll: Scroll::default() }
    }

    /// What the engine told, section by section.
    fn facts<'a>(&self, inspection: &'a Inspection) -> Vec<Fact<'a>> {
        let mut facts = Vec::new();
        for section in &inspection.sections {
            facts.push(Fact::heading(&*section.title));
            facts.extend(section.rows.iter().map(|row| {
                let (role, value) = self.shown(&row.value);
                Fact::new(row.name.as_str(), role, value).lead(LEAD)
            }));
        }
        facts
    }

    fn shown<'a>(&self, value: &'a Value) -> (Role, &'a str) {
        match value {
            Value::Text(text) => (Role::Text, text.as_str()),
            Value::Secret(secret) if self.revealed => (Role::Warn, secret.reveal().as_str()),
            Value::Secret(_) => (Role::Muted, MASK),
        }
    }

    /// How many rows the answer takes.
    fn length(&self, cx: &Cx<'_>) -> usize {
        let answer = cx.store.inspection(&self.instance).and_then(Fetch::value);
        answer.map_or(0, |answer| {
            wrapped::rows(&self.facts(answer), values(cx.size.width), cx.size.width.into()).len()
        })
    }
}

/// The columns before the names of a section.
const LEAD: usize = 2;

/// The column at which values begin: a third is for names, up to the length of most.
fn values(width: u16) -> usize {
    usize::from((width / 3).min(34)) + LEAD + 1
}

impl Pane for Inspect {
    fn context(&self) -> Context {
        Context::Dialog
    }

    fn title<'a>(&'a self, cx: &Cx<'a>) -> Line<'a> {
        let view = cx.store.instance(&self.instance);
        let name = view.map_or(self.instance.id.short(), |view| view.instance.name.as_str());
        vec![cx.span(Role::Title, "Inspect "), cx.span(Role::Text, name)].into()
    }

    fn footnote<'a>(&'a self, cx: &Cx<'a>) -> Option<Line<'a>> {
        let mut line = Line::default();
        if self.revealed {
            line.push_span(cx.span(Role::Warn, " secrets are shown "));
        }
        line.extend(
            self.scroll.footnote(self.length(cx), cx.size.height.into(), cx).unwrap_or_default(),
        );
        (!line.spans.is_empty()).then_some(line)
    }

    fn commands(&self, cx: &Cx<'_>) -> Vec<Command> {
        let mut commands = vec![Command::Reveal];
        commands.extend(self.scroll.moves(self.length(cx), cx.size.height.into()));
        commands.push(Command::Back);
        commands
    }

    fn interest(&self) -> Topics {
        Topics::INSPECTION
    }

    fn on(&mut self, command: Command, cx: &Cx<'_>) -> Reaction {
        if self.scroll.on(command, self.length(cx), cx.size.height.into()) {
            return Reaction::done();
        }
        match command {
            Command::Reveal => self.revealed = !self.revealed,
            Command::Back => return Reaction::wish(Wish::Close),
            _ => return Reaction::Ignored,
        }
        Reaction::done()
    }

    fn draw(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let inspection = match cx.store.inspection(&self.instance) {
            None | Some(Fetch::Never) => {
                return message::draw(area, buffer, cx, &[(Role::Muted, "Asking…".into())]);
            }
            Some(Fetch::Failed { why, .. }) => {
                return message::draw(area, buffer, cx, &message::of_fault(why));
            }
            Some(Fetch::Fresh { value, .. } | Fetch::Stale { value, .. }) => value,
        };
        let facts = self.facts(inspection);
        let rows = wrapped::rows(&facts, values(area.width), area.width.into());
        let first = self.scroll.first_shown(rows.len(), area.height.into());
        wrapped::draw(&rows, first, area, buffer, cx);
    }
}
