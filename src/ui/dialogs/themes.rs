//! The theme picker: every step shows the theme on the whole screen.

use ratatui::{
    buffer::Buffer,
    layout::{Rect, Size},
    text::Line,
};

use crate::{
    input::{Command, Context},
    store::Topics,
    ui::{
        Cx, Pane, Place, Reaction, Wanted, Wish,
        dialogs::scroll::part,
        theme::Role,
        widgets::{cells, cursor::Cursor},
    },
};

/// Its columns: enough for most names, and little of what it previews is under it.
const WIDTH: u16 = 26;

/// The theme picker.
#[derive(Debug)]
pub struct Themes {
    before: String,
    cursor: Cursor,
}

impl Themes {
    /// Opens on the theme that is used now.
    #[must_use]
    pub fn new(cx: &Cx<'_>) -> Self {
        let before = cx.theme.name().to_string();
        let mut cursor = Cursor::default();
        let index = cx.themes.iter().position(|name| *name == before).unwrap_or(0);
        cursor.set(index, cx.themes.len(), cx.themes.len());
        Self { before, cursor }
    }
}

impl Pane for Themes {
    fn context(&self) -> Context {
        Context::Dialog
    }

    fn title<'a>(&'a self, cx: &Cx<'a>) -> Line<'a> {
        cx.span(Role::Title, "Theme").into()
    }

    fn wanted(&self, cx: &Cx<'_>) -> Wanted {
        let size = Size { width: WIDTH, height: Wanted::rows(cx.themes.len()).size.height };
        Wanted { size, place: Place::Right }
    }

    fn footnote<'a>(&'a self, cx: &Cx<'a>) -> Option<Line<'a>> {
        let (names, room) = (cx.themes.len(), cx.size.height.into());
        part(self.cursor.first_shown(names, room), room, names, cx)
    }

    fn commands(&self, _cx: &Cx<'_>) -> Vec<Command> {
        vec![Command::Open, Command::Down, Command::Up, Command::Back]
    }

    fn interest(&self) -> Topics {
        Topics::empty()
    }

    fn on(&mut self, command: Command, cx: &Cx<'_>) -> Reaction {
        if self.cursor.on(command, cx.themes.len(), usize::from(cx.size.height)) {
            let chosen = cx.themes.get(self.cursor.index).cloned();
            return chosen.map_or(Reaction::done(), |name| Reaction::wish(Wish::UseTheme(name)));
        }
        match command {
            Command::Open => {
                let name = cx.theme.name();
                let words = format!("theme = \"{name}\" in config.toml keeps this theme");
                Reaction::Done(vec![Wish::Close, Wish::Notice(words)])
            }
            Command::Back => Reaction::Done(vec![Wish::UseTheme(self.before.clone()), Wish::Close]),
            _ => Reaction::Ignored,
        }
    }

    fn draw(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let room = usize::from(area.height);
        let top = self.cursor.first_shown(cx.themes.len(), room);
        for (line, name) in cx.themes.iter().skip(top).take(room).enumerate() {
            let row = cells::row(area, line as u16);
            let selected = top + line == self.cursor.index;
            let role = if selected { Role::Selection } else { Role::Text };
            buffer.set_style(row, cx.theme.style(role));
            cells::put(buffer, row, name, cx.theme.style(role), cx.glyphs.ellipsis);
        }
    }
}
