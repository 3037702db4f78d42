//! The keys that work here, generated from the keymap and what is offered.

use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use crate::{
    input::{Command, Context},
    store::Topics,
    text::width::width,
    ui::{
        Cx, Pane, Reaction, Wish,
        theme::Role,
        widgets::{cells, cursor::Cursor},
    },
};

/// What moves within whatever has the focus.
const MOVES: [Command; 10] = [
    Command::Up,
    Command::Down,
    Command::Top,
    Command::Bottom,
    Command::HalfPageUp,
    Command::HalfPageDown,
    Command::PageUp,
    Command::PageDown,
    Command::Left,
    Command::Right,
];

/// The help.
#[derive(Debug)]
pub struct Help {
    rows: Vec<(String, &'static str)>,
    cursor: Cursor,
}

impl Help {
    /// Lists the keys of where it was opened from: what is offered there, then what
    /// moves within it.
    #[must_use]
    pub fn new(offered: &[Command], cx: &Cx<'_>) -> Self {
        let keys = |command: &Command| cx.keymap.labels(*command, cx.contexts).join(" ");
        let row = |command: &Command| (keys(command), command.description());
        let rows = offered.iter().chain(MOVES.iter()).map(row);
        let rows = rows.filter(|(keys, _)| !keys.is_empty()).collect();
        Self { rows, cursor: Cursor::default() }
    }
}

impl Pane for Help {
    fn context(&self) -> Context {
        Context::Dialog
    }

    fn title<'a>(&'a self, cx: &Cx<'a>) -> Line<'a> {
        cx.span(Role::Title, "Keys that work here").into()
    }

    fn commands(&self, _cx: &Cx<'_>) -> Vec<Command> {
        vec![Command::Down, Command::Up, Command::Back]
    }

    fn interest(&self) -> Topics {
        Topics::empty()
    }

    fn on(&mut self, command: Command, cx: &Cx<'_>) -> Reaction {
        if self.cursor.on(command, self.rows.len(), usize::from(cx.size.height)) {
            return Reaction::done();
        }
        match command {
            Command::Back | Command::Open | Command::Help => Reaction::wish(Wish::Close),
            _ => Reaction::Ignored,
        }
    }

    fn draw(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let keys = self.rows.iter().map(|(keys, _)| width(keys)).max().unwrap_or(0).min(28) as u16;
        let room = usize::from(area.height);
        let top = self.cursor.first_shown(self.rows.len(), room);
        for (line, (names, words)) in self.rows.iter().skip(top).take(room).enumerate() {
            let row = cells::row(area, line as u16);
            let selected = top + line == self.cursor.index;
            let ground = if selected { Role::Selection } else { Role::Dialog };
            buffer.set_style(row, cx.theme.style(ground));
            let place = Rect { width: keys.min(row.width), ..row };
            cells::put(buffer, place, names, cx.theme.style(Role::KeyHint), cx.glyphs.ellipsis);
            let rest = cells::skip(row, keys + 2);
            cells::put(buffer, rest, words, cx.theme.style(Role::Text), cx.glyphs.ellipsis);
        }
    }
}
