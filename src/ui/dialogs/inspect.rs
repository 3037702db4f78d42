//! Everything an engine tells of one instance; secrets masked until asked for.

use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use crate::{
    input::{Command, Context},
    model::{Fetch, Inspection, InstanceKey, inspect::Value},
    store::Topics,
    text::{redact::MASK, width::slice_columns},
    ui::{
        Cx, Pane, Reaction, Wish,
        theme::Role,
        widgets::{cells, cursor::Cursor, message},
    },
};

/// The inspection of one instance.
#[derive(Debug)]
pub struct Inspect {
    instance: InstanceKey,
    revealed: bool,
    cursor: Cursor,
    side: u16,
}

impl Inspect {
    /// Opens masked.
    #[must_use]
    pub fn new(instance: InstanceKey) -> Self {
        Self { instance, revealed: false, cursor: Cursor::default(), side: 0 }
    }

    fn answer<'a>(&self, cx: &Cx<'a>) -> Option<&'a Inspection> {
        cx.store.inspection(&self.instance).and_then(Fetch::value)
    }
}

/// A line of the dialog.
enum Shown<'a> {
    Title(&'a str),
    Row(&'a str, &'a Value),
}

fn lines(inspection: &Inspection) -> Vec<Shown<'_>> {
    let mut lines = Vec::new();
    for section in &inspection.sections {
        lines.push(Shown::Title(&section.title));
        lines.extend(section.rows.iter().map(|row| Shown::Row(row.name.as_str(), &row.value)));
    }
    lines
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
        self.revealed.then(|| cx.span(Role::Warn, " secrets are shown ").into())
    }

    fn commands(&self, _cx: &Cx<'_>) -> Vec<Command> {
        vec![Command::Reveal, Command::Down, Command::Up, Command::Back]
    }

    fn interest(&self) -> Topics {
        Topics::INSPECTION
    }

    fn on(&mut self, command: Command, cx: &Cx<'_>) -> Reaction {
        let length = self.answer(cx).map_or(0, |inspection| lines(inspection).len());
        if self.cursor.on(command, length, usize::from(cx.size.height)) {
            return Reaction::done();
        }
        match command {
            Command::Reveal => self.revealed = !self.revealed,
            Command::Left => self.side = self.side.saturating_sub(16),
            Command::Right => self.side = self.side.saturating_add(16).min(4096),
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
        let lines = lines(inspection);
        let room = usize::from(area.height);
        let top = self.cursor.first_shown(lines.len(), room);
        for (number, line) in lines.iter().skip(top).take(room).enumerate() {
            let row = cells::row(area, number as u16);
            if top + number == self.cursor.index {
                buffer.set_style(row, cx.theme.style(Role::Selection));
            }
            self.draw_line(line, row, buffer, cx);
        }
    }
}

impl Inspect {
    fn draw_line(&self, line: &Shown<'_>, row: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let ellipsis = cx.glyphs.ellipsis;
        match line {
            Shown::Title(title) => {
                cells::put(buffer, row, title, cx.theme.style(Role::Title), ellipsis);
            }
            Shown::Row(name, value) => {
                let names = (row.width / 3).min(34);
                let place = Rect { width: names, ..cells::skip(row, 2) };
                cells::put(buffer, place, name, cx.theme.style(Role::Muted), ellipsis);
                let rest = cells::skip(row, names + 3);
                let (text, role) = match value {
                    Value::Text(text) => (text.as_str(), Role::Text),
                    Value::Secret(secret) if self.revealed => {
                        (secret.reveal().as_str(), Role::Warn)
                    }
                    Value::Secret(_) => (MASK, Role::Muted),
                };
                // More than there is room for, so that the cut is marked.
                let columns = usize::from(rest.width) + 2;
                let shown = slice_columns(text, self.side.into(), columns);
                cells::put(buffer, rest, &shown, cx.theme.style(role), ellipsis);
            }
        }
    }
}
