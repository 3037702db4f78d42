//! The keys that work here, generated from the keymap and what is offered.

use ratatui::{
    buffer::Buffer,
    layout::{Rect, Size},
    text::Line,
};

use crate::{
    input::{Command, Context},
    store::Topics,
    text::width::width,
    ui::{
        Cx, Pane, Reaction, Wanted, Wish,
        dialogs::scroll::{Scroll, part},
        theme::Role,
        widgets::cells,
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

/// The most columns that keys take.
const KEYS: usize = 28;

/// A line of the help.
#[derive(Debug)]
enum Row {
    Heading(&'static str),
    Keys(String, &'static str),
    Empty,
}

/// The help.
#[derive(Debug)]
pub struct Help {
    rows: Vec<Row>,
    scroll: Scroll,
}

impl Help {
    /// Lists the keys of where it was opened from: what is offered there, then what
    /// moves within it, each under its heading.
    #[must_use]
    pub fn new(offered: &[Command], cx: &Cx<'_>) -> Self {
        let done_here = offered.iter().filter(|command| !MOVES.contains(command));
        let mut rows = group("Commands", done_here, cx);
        rows.push(Row::Empty);
        rows.extend(group("Moving and scrolling", &MOVES, cx));
        Self { rows, scroll: Scroll::default() }
    }
}

/// The commands that a key reaches, under a heading.
fn group<'c>(
    heading: &'static str,
    commands: impl IntoIterator<Item = &'c Command>,
    cx: &Cx<'_>,
) -> Vec<Row> {
    let mut rows = vec![Row::Heading(heading)];
    for command in commands {
        let keys = cx.keymap.labels(*command, cx.contexts);
        if !keys.is_empty() {
            rows.push(Row::Keys(keys.join(" "), command.description()));
        }
    }
    rows
}

impl Pane for Help {
    fn context(&self) -> Context {
        Context::Dialog
    }

    fn title<'a>(&'a self, cx: &Cx<'a>) -> Line<'a> {
        cx.span(Role::Title, "Keys that work here").into()
    }

    fn footnote<'a>(&'a self, cx: &Cx<'a>) -> Option<Line<'a>> {
        let (rows, room) = (self.rows.len(), cx.size.height.into());
        part(self.scroll.first_shown(rows, room), room, rows, cx)
    }

    fn wanted(&self, _cx: &Cx<'_>) -> Wanted {
        // As high as the screen: what has to be scrolled for is not found at night.
        let height = u16::try_from(self.rows.len().saturating_add(2)).unwrap_or(u16::MAX);
        Wanted { size: Size { height, ..Wanted::TO_READ.size }, ..Wanted::TO_READ }
    }

    fn commands(&self, cx: &Cx<'_>) -> Vec<Command> {
        let mut commands = self.scroll.moves(self.rows.len(), cx.size.height.into());
        commands.push(Command::Back);
        commands
    }

    fn interest(&self) -> Topics {
        Topics::empty()
    }

    fn on(&mut self, command: Command, cx: &Cx<'_>) -> Reaction {
        if self.scroll.on(command, self.rows.len(), cx.size.height.into()) {
            return Reaction::done();
        }
        match command {
            Command::Back | Command::Open | Command::Help => Reaction::wish(Wish::Close),
            _ => Reaction::Ignored,
        }
    }

    fn draw(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let columns = |row: &Row| if let Row::Keys(keys, _) = row { width(keys) } else { 0 };
        let keys = self.rows.iter().map(columns).max().unwrap_or(0).min(KEYS) as u16;
        let ellipsis = cx.glyphs.ellipsis;
        let room = usize::from(area.height);
        let first = self.scroll.first_shown(self.rows.len(), room);
        for (line, row) in self.rows.iter().skip(first).take(room).enumerate() {
            let place = cells::row(area, line as u16);
            match row {
                Row::Empty => {}
                Row::Heading(words) => {
                    cells::put(buffer, place, words, cx.theme.style(Role::Title), ellipsis);
                }
                Row::Keys(names, words) => {
                    let left = Rect { width: keys.min(place.width), ..place };
                    cells::put(buffer, left, names, cx.theme.style(Role::KeyHint), ellipsis);
                    let rest = cells::skip(place, keys + 2);
                    cells::put(buffer, rest, words, cx.theme.style(Role::Text), ellipsis);
                }
            }
        }
    }
}
