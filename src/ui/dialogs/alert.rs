//! An alert with everything that is known of it.

use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use super::{scroll::Scroll, wrapped};
use crate::{
    input::{Command, Context},
    model::AlertId,
    store::Topics,
    ui::{
        Cx, Pane, PaneId, Reaction, Wanted, Wish,
        panes::alerts::{Entry, facts},
        theme::Role,
        widgets::cells,
    },
};

/// The dialog of one alert.
#[derive(Debug)]
pub struct AlertDialog {
    id: AlertId,
    scroll: Scroll,
}

impl AlertDialog {
    /// Opens on an alert.
    #[must_use]
    pub fn new(id: AlertId) -> Self {
        Self { id, scroll: Scroll::default() }
    }

    fn entry<'a>(&self, cx: &Cx<'a>) -> Option<Entry<'a>> {
        Entry::all(cx.store).into_iter().find(|entry| entry.id() == self.id)
    }

    /// How many rows what is told of it takes in this width.
    fn length(&self, columns: u16, cx: &Cx<'_>) -> usize {
        let facts = self.entry(cx).map(|entry| facts::of(&entry, cx)).unwrap_or_default();
        wrapped::rows(&facts, facts::VALUES, columns.into()).len()
    }
}

impl Pane for AlertDialog {
    fn context(&self) -> Context {
        Context::Alert
    }

    fn title<'a>(&'a self, cx: &Cx<'a>) -> Line<'a> {
        cx.span(Role::Title, "Alert").into()
    }

    fn footnote<'a>(&'a self, cx: &Cx<'a>) -> Option<Line<'a>> {
        let room = cx.size.height.into();
        self.scroll.footnote(self.length(cx.size.width, cx), room, cx)
    }

    fn wanted(&self, cx: &Cx<'_>) -> Wanted {
        Wanted::rows(self.length(Wanted::TO_READ.size.width, cx).max(3))
    }

    fn commands(&self, cx: &Cx<'_>) -> Vec<Command> {
        let mut commands = Vec::new();
        if let Some(entry) = self.entry(cx) {
            if entry.service(cx.store).is_some() {
                commands.push(Command::Logs);
            }
            if entry.can_be_acknowledged() {
                commands.push(Command::Acknowledge);
            }
            if entry.is_own() {
                commands.push(Command::Silence);
            }
        }
        commands.extend(self.scroll.pages(self.length(cx.size.width, cx), cx.size.height.into()));
        commands.push(Command::Back);
        commands
    }

    fn interest(&self) -> Topics {
        Topics::ALERTS
    }

    fn on(&mut self, command: Command, cx: &Cx<'_>) -> Reaction {
        if self.scroll.on(command, self.length(cx.size.width, cx), cx.size.height.into()) {
            return Reaction::done();
        }
        let wishes = match (command, self.entry(cx)) {
            (Command::Back, _) => vec![Wish::Close],
            (Command::Logs, Some(entry)) => match entry.service(cx.store) {
                Some(service) => {
                    vec![Wish::Close, Wish::Select(service), Wish::Focus(PaneId::Logs)]
                }
                None => return Reaction::Ignored,
            },
            (Command::Acknowledge, Some(entry)) if entry.can_be_acknowledged() => {
                vec![Wish::Acknowledge(entry.id())]
            }
            (Command::Silence, Some(entry)) if entry.is_own() => vec![Wish::Silence(entry.id())],
            _ => return Reaction::Ignored,
        };
        Reaction::Done(wishes)
    }

    fn draw(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let Some(entry) = self.entry(cx) else {
            let style = cx.theme.style(Role::Muted);
            cells::put(buffer, area, "This alert is gone.", style, "");
            return;
        };
        let facts = facts::of(&entry, cx);
        let rows = wrapped::rows(&facts, facts::VALUES, area.width.into());
        let first = self.scroll.first_shown(rows.len(), area.height.into());
        wrapped::draw(&rows, first, area, buffer, cx);
    }
}
