//! The logs of the stack file: which are shown beside those of the selected service.

use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use crate::{
    input::{Command, Context},
    model::LogSourceSpec,
    store::Topics,
    text::width::width,
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

/// Whether a log is shown, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// It is not.
    No,
    /// As long as the service that it goes with is shown.
    WithService,
    /// It was chosen: whatever else is shown.
    Chosen,
}

impl Shown {
    fn of(source: &LogSourceSpec, cx: &Cx<'_>) -> Self {
        if cx.selection.sources.contains(&source.name) {
            Self::Chosen
        } else if cx.selection.goes_with(source) {
            Self::WithService
        } else {
            Self::No
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::No => "[ ] ",
            Self::WithService => "[+] ",
            Self::Chosen => "[x] ",
        }
    }
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
                Reaction::Done(chosen.map(|source| toggle(source, cx)).unwrap_or_default())
            }
            Command::Open => {
                let hidden = chosen.filter(|source| Shown::of(source, cx) == Shown::No);
                let show = hidden.map(|source| Wish::ToggleSource(source.name.clone()));
                Reaction::Done(show.into_iter().chain([Wish::Close]).collect())
            }
            Command::Back => Reaction::wish(Wish::Close),
            _ => Reaction::Ignored,
        }
    }

    fn draw(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let count = cx.stack.log_sources().count();
        let top = self.cursor.first_shown(count, usize::from(area.height));
        let service = |source| service_words(source, Shown::of(source, cx));
        let widest = cx.stack.log_sources().map(|it| width(&service(it))).max().unwrap_or(0);
        let sources = cx.stack.log_sources().skip(top).take(area.height.into());
        for (line, source) in sources.enumerate() {
            let row = cells::row(area, line as u16);
            let style = cx.on_row(Role::Text, top + line == self.cursor.index);
            buffer.set_style(row, style);
            let name = format!("{:<20} ", source.name.as_str());
            let with = format!("{:<widest$} ", service(source));
            let (sign, origin) = (Shown::of(source, cx).sign(), source.origin.words());
            let pieces = [sign, &*name, &*with, origin.as_str()].map(|piece| (piece, style));
            cells::put_pieces(buffer, row, pieces, cx.glyphs.ellipsis);
        }
    }
}

/// What a log has to do with a service.
fn service_words(source: &LogSourceSpec, shown: Shown) -> String {
    match (&source.service, shown) {
        (Some(service), Shown::WithService) => format!("shown with {service}"),
        (Some(service), _) => format!("with {service}"),
        (None, _) => String::new(),
    }
}

/// Chooses a log, or no longer. Of one that is shown with its service that changes nothing to
/// be seen, so it is said.
fn toggle(source: &LogSourceSpec, cx: &Cx<'_>) -> Vec<Wish> {
    let name = &source.name;
    let words = match (&source.service, Shown::of(source, cx)) {
        (Some(_), Shown::WithService) => {
            Some(format!("{name} now stays, whichever service is selected"))
        }
        (Some(service), Shown::Chosen) if cx.selection.goes_with(source) => {
            Some(format!("{name} is shown as long as {service} is: it goes with it"))
        }
        _ => None,
    };
    let toggle = Wish::ToggleSource(name.clone());
    [toggle].into_iter().chain(words.map(Wish::Notice)).collect()
}
