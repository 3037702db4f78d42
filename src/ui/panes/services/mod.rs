//! Pane 1: the services, how they do, and what they use.

mod columns;
mod filter;
mod instances;
mod order;
mod rows;
mod values;

use crossterm::event::KeyEvent;
use ratatui::{buffer::Buffer, layout::Rect, text::Line};

pub(super) use instances::demand_stats;
pub use instances::{Purpose, one_instance};

use columns::Columns;
use order::{Order, SortKey};
use rows::{Listing, Row, Rows};

use crate::{
    input::{Command, Context, TextField},
    model::{Demand, ServiceKey},
    store::Topics,
    ui::{
        Cx, Overlay, Pane, PaneId, Reaction, Wish,
        theme::Role,
        widgets::{cells, cursor::Cursor, message},
    },
};

/// Pane 1.
#[derive(Debug, Default)]
pub struct Services {
    order: Order,
    filter: TextField,
    typing: bool,
    cursor: Cursor,
    listing: Listing,
}

impl Services {
    /// The service that should be selected: the one that is, or what stands in its
    /// place once it is gone or filtered out. As long as nobody has `touched` a key it
    /// is the worst one, so that a screen that is only looked at shows what is broken.
    #[must_use]
    pub fn settle(&mut self, touched: bool, cx: &Cx<'_>) -> Option<ServiceKey> {
        self.relist(cx);
        let rows = self.rows(cx);
        let room = room(cx);
        let selected = rows.position(cx.selection.service.as_ref());
        let worst = rows.worst().filter(|worst| {
            let level = |index| rows.service(index).map(|service| service.condition.level);
            !touched && (level(*worst) > selected.and_then(level))
        });
        let index = worst.or(selected).or_else(|| rows.nearest_service(self.cursor.index))?;
        let key = rows.service(index)?.key.clone();
        self.cursor.set(index, rows.len(), room);
        Some(key)
    }

    /// Takes the filter away when it hides the selected service: it was chosen elsewhere.
    pub fn uncover(&mut self, cx: &Cx<'_>) {
        if self.rows(cx).position(cx.selection.service.as_ref()).is_none() {
            self.filter = TextField::default();
        }
    }

    /// Orders the services anew when it is time to; the cursor stays on the selected one.
    pub fn keep_up(&mut self, cx: &Cx<'_>) {
        self.order.refresh(cx.store, cx.now);
        if !self.relist(cx) {
            return;
        }
        let rows = self.rows(cx);
        if let Some(index) = rows.position(cx.selection.service.as_ref()) {
            let length = rows.len();
            self.cursor.set(index, length, room(cx));
        }
    }

    /// Orders the services by something else, and shows what is first now: that is why
    /// somebody orders them.
    fn sort(&mut self, cx: &Cx<'_>) {
        self.order.step(cx.store, cx.now);
        self.relist(cx);
        let rows = self.rows(cx);
        let index = rows.position(cx.selection.service.as_ref()).unwrap_or(self.cursor.index);
        let length = rows.len();
        self.cursor.set_from_top(index, length, room(cx));
    }

    /// Makes the list anew when it is out of date; says whether it was.
    fn relist(&mut self, cx: &Cx<'_>) -> bool {
        self.listing.refresh(cx.store, &self.order, self.filter.value())
    }

    fn rows<'a>(&'a self, cx: &Cx<'a>) -> Rows<'a> {
        self.listing.rows(cx.store, &self.order, self.filter.value())
    }

    /// How many rows there are above and below those that are shown; `None` when all are.
    fn out_of_sight(&self, cx: &Cx<'_>) -> Option<String> {
        let (above, below) = self.cursor.hidden(self.rows(cx).len(), room(cx));
        let ways = [(cx.glyphs.above, above), (cx.glyphs.below, below)];
        let told = ways.iter().filter(|(_, rows)| *rows > 0);
        let words: Vec<String> = told.map(|(sign, rows)| format!(" {sign}{rows}")).collect();
        (!words.is_empty()).then(|| words.concat())
    }

    fn step(&mut self, command: Command, cx: &Cx<'_>) -> Option<Reaction> {
        let rows = self.rows(cx);
        let room = room(cx);
        let before = rows.position(cx.selection.service.as_ref()).unwrap_or(0);
        let mut cursor = self.cursor;
        cursor.set(before, rows.len(), room);
        if !cursor.on(command, rows.len(), room) {
            return None;
        }
        let Some(index) = rows.service_towards(cursor.index, before) else {
            return Some(Reaction::done());
        };
        let key = rows.service(index)?.key.clone();
        cursor.set(index, rows.len(), room);
        self.cursor = cursor;
        self.order.hold(cx.now);
        Some(Reaction::wish(Wish::Select(key)))
    }

    /// What a command does to the selected service.
    fn act(command: Command, cx: &Cx<'_>) -> Option<Wish> {
        let service = cx.selected()?;
        match command {
            Command::Open => Some(Wish::Open(Overlay::Detail(service.key.clone()))),
            Command::Mark => Some(Wish::ToggleMark(service.key.clone())),
            Command::Logs => Some(Wish::Focus(PaneId::Logs)),
            Command::Inspect => Some(one_instance(service, cx.store, Purpose::Inspect)),
            Command::Shell => Some(one_instance(service, cx.store, Purpose::Shell)),
            _ => None,
        }
    }
}

impl Pane for Services {
    fn context(&self) -> Context {
        Context::Services
    }

    fn title<'a>(&'a self, cx: &Cx<'a>) -> Line<'a> {
        let mut line = Line::default();
        if self.typing || !self.filter.value().is_empty() {
            line.push_span(cx.span(Role::Accent, format!("/{}", self.filter.shown())));
            if self.typing {
                line.push_span(cx.span(Role::Accent, cx.glyphs.caret));
            }
            let rows = self.rows(cx);
            let count = format!(" {} of {}", rows.services(), cx.store.services().len());
            line.push_span(cx.span(Role::Muted, count));
        }
        if self.order.sort() != SortKey::Name {
            let words = format!(" by {}", self.order.sort().word());
            line.push_span(cx.span(Role::Muted, words));
        }
        if let Some(words) = self.out_of_sight(cx) {
            line.push_span(cx.span(Role::Muted, words));
        }
        line
    }

    fn footnote<'a>(&'a self, cx: &Cx<'a>) -> Option<Line<'a>> {
        let service = cx.selected()?;
        // What is selected and well has nothing to say that is not in its row.
        let worst = self.rows(cx).worst_service();
        let service = worst.filter(|_| !service.condition.level.is_wrong()).unwrap_or(service);
        let now = cx.standing(&service.key.engine, &service.condition);
        let words = format!(" {} {}: {} ", now.glyph, service.key.service.name, now.words);
        Some(cx.span(now.role, words).into())
    }

    fn commands(&self, cx: &Cx<'_>) -> Vec<Command> {
        if self.typing {
            return vec![Command::Open, Command::Back];
        }
        let mut commands = Vec::new();
        if let Some(service) = cx.selected() {
            commands.extend([Command::Open, Command::Logs]);
            if service.up > 0 {
                commands.push(Command::Shell);
            }
            commands.push(Command::Inspect);
            commands.push(Command::Mark);
        }
        if !cx.selection.marks.is_empty() {
            commands.push(Command::ClearMarks);
        }
        commands.extend([Command::Filter, Command::Sort]);
        commands
    }

    fn interest(&self) -> Topics {
        Topics::ENGINES | Topics::SERVICES | Topics::SAMPLES
    }

    fn demand(&self, cx: &Cx<'_>, demand: &mut Demand) {
        let rows = self.rows(cx);
        let room = room(cx);
        let top = self.cursor.first_shown(rows.len(), room);
        for service in rows.services_between(top, top + room) {
            demand_stats(service, cx.store, demand);
        }
    }

    fn on(&mut self, command: Command, cx: &Cx<'_>) -> Reaction {
        if self.typing {
            match command {
                Command::Open => self.typing = false,
                Command::Back => {
                    self.typing = false;
                    self.filter = TextField::default();
                }
                _ => return self.step(command, cx).unwrap_or(Reaction::Ignored),
            }
            return Reaction::done();
        }
        if let Some(reaction) = self.step(command, cx) {
            return reaction;
        }
        match command {
            Command::Filter => self.typing = true,
            Command::Sort => self.sort(cx),
            Command::ClearMarks => return Reaction::wish(Wish::ClearMarks),
            Command::Back if !self.filter.value().is_empty() => {
                self.filter = TextField::default();
            }
            command => return Self::act(command, cx).map_or(Reaction::Ignored, Reaction::wish),
        }
        Reaction::done()
    }

    fn is_typing(&self) -> bool {
        self.typing
    }

    fn type_key(&mut self, key: &KeyEvent, _cx: &Cx<'_>) -> Option<Reaction> {
        self.filter.press(key).then(Reaction::done)
    }

    fn paste(&mut self, text: &str, _cx: &Cx<'_>) -> Reaction {
        self.filter.paste(text);
        Reaction::done()
    }

    fn draw(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let rows = self.rows(cx);
        if rows.services() == 0 {
            return draw_empty(area, buffer, cx, !self.filter.value().is_empty());
        }
        let columns = Columns::new(area.width, &rows, self.order.sort(), cx);
        columns.draw_heading(cells::row(area, 0), buffer, cx);
        let area = cells::below(area, HEADING);
        let room = room(cx);
        let top = self.cursor.first_shown(rows.len(), room);
        for (line, row) in rows.between(top, top + room).enumerate() {
            let place = cells::row(area, line as u16);
            match row {
                Row::Stack { name, services } => {
                    columns::draw_stack(place, buffer, cx, name, services);
                }
                Row::Service(service) => columns.draw(place, buffer, cx, service),
            }
        }
    }
}

/// The rows of the table's heading.
const HEADING: u16 = 1;

/// How many rows of the table there is room for.
fn room(cx: &Cx<'_>) -> usize {
    usize::from(cx.size.height.saturating_sub(HEADING))
}

/// Says why there is nothing: nothing runs, nothing matches, or no engine answers.
fn draw_empty(area: Rect, buffer: &mut Buffer, cx: &Cx<'_>, filtered: bool) {
    if filtered && !cx.store.services().is_empty() {
        return message::draw(
            area,
            buffer,
            cx,
            &[(Role::Muted, "No service matches the filter.".into())],
        );
    }
    let lines: Vec<(Role, String)> =
        cx.store.engines().iter().flat_map(|engine| message::of_engine(engine, cx)).collect();
    message::draw(area, buffer, cx, &lines);
}
