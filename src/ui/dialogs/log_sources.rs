//! The logs of the stack file: which are shown beside those of the selected service.

use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use crate::{
    input::{Command, Context},
    model::LogSourceSpec,
    store::Topics,
    ui::{
        Cx, Pane, Reaction, Wanted, Wish,
        theme::Role,
        widgets::{cells, cursor::Cursor},
    },
};

/// The logs to choose from.
#[derive(Debug, Default)]
pub struct LogSources {
    cursor: Cursor,
}

impl Pane for LogSources {
    fn context(&self) -> Context {
        Context::Dialog
    }

    fn title<'a>(&'a self, cx: &Cx<'a>) -> Line<'a> {
        cx.span(Role::Title, "Logs of the stack").into()
    }

    fn wanted(&self, cx: &Cx<'_>) -> Wanted {
        Wanted::rows(cx.stack.log_sources().count())
    }

    fn commands(&self, _cx: &Cx<'_>) -> Vec<Command> {
        vec![Command::Mark, Command::Open, Command::Down, Command::Up, Command::Back]
    }

    fn interest(&self) -> Topics {
        Topics::empty()
    }

    fn on(&mut self, command: Command, cx: &Cx<'_>) -> Reaction {
        let count = cx.stack.log_sources().count();
        if self.cursor.on(command, count, usize::from(cx.size.height)) {
            return Reaction::done();
        }
        let chosen = cx.stack.log_sources().nth(self.cursor.index);
        match command {
            Command::Mark => {
                let wish = chosen.map(|source| Wish::ToggleSource(source.name.clone()));
                wish.map_or_else(Reaction::done, Reaction::wish)
            }
            Command::Open => {
                let toggle = chosen.filter(|source| !is_shown(source, cx));
                let toggle = toggle.map(|source| Wish::ToggleSource(source.name.clone()));
                Reaction::Done(toggle.into_iter().chain([Wish::Close]).collect())
            }
            Command::Back => Reaction::wish(Wish::Close),
            _ => Reaction::Ignored,
        }
    }

    fn draw(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let count = cx.stack.log_sources().count();
        let top = self.cursor.first_shown(count, usize::from(area.height));
        let sources = cx.stack.log_sources().skip(top).take(area.height.into());
        for (line, source) in sources.enumerate() {
            let row = cells::row(area, line as u16);
            let style = cx.on_row(Role::Text, top + line == self.cursor.index);
            buffer.set_style(row, style);
            let sign = if is_shown(source, cx) { "[x] " } else { "[ ] " };
            let name = format!("{:<20} ", source.name.as_str());
            let (words, with) = (source.origin.words(), &source.service);
            let with = with.as_ref().map_or_else(String::new, |with| format!("  with {with}"));
            let pieces = [(sign, style), (&*name, style), (words.as_str(), style), (&*with, style)];
            cells::put_pieces(buffer, row, pieces, cx.glyphs.ellipsis);
        }
    }
}

fn is_shown(source: &LogSourceSpec, cx: &Cx<'_>) -> bool {
    cx.selection.sources.contains(&source.name)
}
