//! Pane 6: what is not as it should be, since when, and what to do first.

mod entry;
pub mod facts;
mod row;

use ratatui::{buffer::Buffer, layout::Rect, text::Line};

pub use entry::Entry;

use crate::{
    input::{Command, Context},
    model::{AlertId, Phase},
    store::Topics,
    text::Clean,
    ui::{
        Cx, Overlay, Pane, PaneId, Reaction, Wish,
        dialogs::wrapped,
        theme::Role,
        widgets::{cells, cursor::Cursor, message},
    },
};

/// From this height on, what is told of the selected alert stands below the list.
const WITH_FACTS: u16 = 12;

/// Pane 6.
#[derive(Debug, Default)]
pub struct Alerts {
    cursor: Cursor,
    /// Which alert is selected; `None`: the worst.
    selected: Option<AlertId>,
}

impl Alerts {
    /// The selected alert and its row.
    fn selected<'a>(&self, entries: &[Entry<'a>]) -> Option<(usize, Entry<'a>)> {
        let by_name = self.selected.as_ref();
        let by_name = by_name.and_then(|id| entries.iter().position(|entry| entry.id() == *id));
        let index = match (by_name, &self.selected) {
            (Some(index), _) => index,
            (None, None) => 0,
            // It is gone: what stands in its place.
            (None, Some(_)) => self.cursor.index.min(entries.len().saturating_sub(1)),
        };
        Some((index, entries.get(index)?.clone()))
    }

    /// The rows of the list, and those below it for what is told of the selected alert.
    fn rooms(entries: usize, cx: &Cx<'_>) -> (u16, u16) {
        let height = cx.size.height;
        if height < WITH_FACTS {
            return (height, 0);
        }
        let list = (entries as u16).clamp(1, height / 2);
        (list, height - list)
    }

    fn step(&mut self, command: Command, cx: &Cx<'_>) -> bool {
        let entries = Entry::all(cx.store);
        let room = Self::rooms(entries.len(), cx).0.into();
        if let Some((index, _)) = self.selected(&entries) {
            self.cursor.set(index, entries.len(), room);
        }
        if !self.cursor.on(command, entries.len(), room) {
            return false;
        }
        self.selected = entries.get(self.cursor.index).map(Entry::id);
        true
    }

    fn act(&self, command: Command, cx: &Cx<'_>) -> Option<Vec<Wish>> {
        let (_, entry) = self.selected(&Entry::all(cx.store))?;
        match command {
            Command::Open => Some(vec![Wish::Open(Overlay::Alert(entry.id()))]),
            Command::Logs => {
                let service = entry.service(cx.store)?;
                Some(vec![Wish::Select(service), Wish::Focus(PaneId::Logs)])
            }
            Command::Acknowledge if entry.can_be_acknowledged() => {
                Some(vec![Wish::Acknowledge(entry.id())])
            }
            Command::Silence if entry.is_own() => Some(vec![Wish::Silence(entry.id())]),
            _ => None,
        }
    }
}

impl Pane for Alerts {
    fn context(&self) -> Context {
        Context::Alerts
    }

    fn title<'a>(&'a self, cx: &Cx<'a>) -> Line<'a> {
        let phases = [(Phase::Firing, Role::Bad), (Phase::Pending, Role::Warn)];
        let mut line = Line::default();
        let count = |phase: Phase| {
            Entry::all(cx.store).iter().filter(|entry| entry.phase() == phase).count()
        };
        for (phase, role) in phases {
            match count(phase) {
                0 => {}
                count => line.push_span(cx.span(role, format!(" {count} {}", phase.word()))),
            }
        }
        match count(Phase::Nodata) {
            0 => {}
            count => line.push_span(cx.span(Role::Muted, format!(" {count} without data"))),
        }
        line
    }

    fn footnote<'a>(&'a self, cx: &Cx<'a>) -> Option<Line<'a>> {
        if cx.size.height >= WITH_FACTS {
            return None;
        }
        let (_, entry) = self.selected(&Entry::all(cx.store))?;
        let first = entry.do_first()?;
        Some(cx.span(Role::Accent, format!(" {first} ")).into())
    }

    fn commands(&self, cx: &Cx<'_>) -> Vec<Command> {
        let Some((_, entry)) = self.selected(&Entry::all(cx.store)) else { return Vec::new() };
        let mut commands = vec![Command::Open];
        if entry.service(cx.store).is_some() {
            commands.push(Command::Logs);
        }
        if entry.can_be_acknowledged() {
            commands.push(Command::Acknowledge);
        }
        if entry.is_own() {
            commands.push(Command::Silence);
        }
        commands
    }

    fn interest(&self) -> Topics {
        Topics::ALERTS
    }

    fn on(&mut self, command: Command, cx: &Cx<'_>) -> Reaction {
        if self.step(command, cx) {
            return Reaction::done();
        }
        self.act(command, cx).map_or(Reaction::Ignored, Reaction::Done)
    }

    fn draw(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let entries = Entry::all(cx.store);
        let Some((index, selected)) = self.selected(&entries) else {
            return message::draw(area, buffer, cx, &nothing());
        };
        let (list, below) = Self::rooms(entries.len(), cx);
        let mut cursor = self.cursor;
        cursor.set(index, entries.len(), list.into());
        let top = cursor.first_shown(entries.len(), list.into());
        let titles = row::title_width(&entries, area.width);
        for (line, entry) in entries.iter().skip(top).take(list.into()).enumerate() {
            let place = cells::row(area, line as u16);
            row::draw(entry, titles, place, top + line == index, buffer, cx);
        }
        if below > 1 {
            let facts = facts::of(&selected, cx);
            let rows = wrapped::rows(&facts, facts::VALUES, area.width.into());
            wrapped::draw(&rows, 0, cells::below(area, list + 1), buffer, cx);
        }
    }
}

/// Why there is nothing to be alerted about.
fn nothing() -> [(Role, String); 2] {
    [
        (Role::Muted, "Nothing is watched here yet.".into()),
        (
            Role::Muted,
            "Probes, and what [metrics] and [[patterns]] of a stack file say, are.".into(),
        ),
    ]
}

/// Names what stands for an alert of another server.
pub(crate) fn foreign_id(origin: &str, name: &Clean, labels: &str) -> AlertId {
    AlertId(Clean::new(&format!("{origin}:{name}{{{labels}}}")))
}
