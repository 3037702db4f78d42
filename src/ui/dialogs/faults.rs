//! The switches for the faults of the demo stack.

use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use crate::{
    input::{Command, Context},
    store::Topics,
    ui::{
        Cx, Pane, Reaction, Wanted, Wish,
        theme::Role,
        widgets::{cells, cursor::Cursor},
    },
};

/// The switches.
#[derive(Debug, Default)]
pub struct Faults {
    cursor: Cursor,
}

impl Pane for Faults {
    fn context(&self) -> Context {
        Context::Dialog
    }

    fn title<'a>(&'a self, cx: &Cx<'a>) -> Line<'a> {
        cx.span(Role::Title, "Faults of the demo").into()
    }

    fn wanted(&self, cx: &Cx<'_>) -> Wanted {
        Wanted::rows(cx.faults.len())
    }

    fn commands(&self, _cx: &Cx<'_>) -> Vec<Command> {
        vec![Command::Mark, Command::Down, Command::Up, Command::Back]
    }

    fn interest(&self) -> Topics {
        Topics::empty()
    }

    fn on(&mut self, command: Command, cx: &Cx<'_>) -> Reaction {
        if self.cursor.on(command, cx.faults.len(), usize::from(cx.size.height)) {
            return Reaction::done();
        }
        match command {
            Command::Open | Command::Mark => match cx.faults.get(self.cursor.index) {
                Some(fault) => Reaction::wish(Wish::ToggleFault(fault.name)),
                None => Reaction::done(),
            },
            Command::Back => Reaction::wish(Wish::Close),
            _ => Reaction::Ignored,
        }
    }

    fn draw(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let top = self.cursor.first_shown(cx.faults.len(), usize::from(area.height));
        for (line, fault) in cx.faults.iter().skip(top).take(area.height.into()).enumerate() {
            let row = cells::row(area, line as u16);
            let selected = top + line == self.cursor.index;
            let text = if selected { Role::Selection } else { Role::Text };
            buffer.set_style(row, cx.theme.style(text));
            let (sign, role) = if fault.on { ("[x] ", Role::Warn) } else { ("[ ] ", text) };
            let name = format!("{:<13} ", fault.name);
            let pieces = [
                (sign, cx.theme.style(role)),
                (&*name, cx.theme.style(text)),
                (fault.description, cx.theme.style(text)),
            ];
            cells::put_pieces(buffer, row, pieces, cx.glyphs.ellipsis);
        }
    }
}
