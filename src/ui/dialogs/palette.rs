//! The command palette: every command that works here, found by a few letters.

use crossterm::event::KeyEvent;
use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};
use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use crate::{
    input::{Command, Context, TextField},
    model::ServiceKey,
    store::Topics,
    ui::{
        Cx, Pane, Reaction, Wish,
        dialogs::scroll::part,
        theme::Role,
        widgets::{cells, cursor::Cursor},
    },
};

/// What can be chosen.
#[derive(Clone, Debug)]
enum Entry {
    Command(Command, Option<String>),
    Service(ServiceKey),
}

impl Entry {
    /// What it is called.
    fn name(&self) -> String {
        match self {
            Self::Command(command, _) => command.name().to_owned(),
            Self::Service(key) => key.service.to_string(),
        }
    }

    /// Its name, and what is said of it.
    fn words(&self) -> String {
        match self {
            Self::Command(command, _) => format!("{}  {}", command.name(), command.description()),
            Self::Service(key) => format!("go to {}", key.service),
        }
    }

    fn wishes(&self) -> Vec<Wish> {
        match self {
            Self::Command(command, _) => vec![Wish::Close, Wish::Command(*command)],
            Self::Service(key) => vec![Wish::Close, Wish::Select(key.clone())],
        }
    }
}

/// The palette.
#[derive(Debug)]
pub struct Palette {
    entries: Vec<Entry>,
    field: TextField,
    cursor: Cursor,
}

impl Palette {
    /// Lists the commands of where it was opened from, and the services to go to.
    #[must_use]
    pub fn new(offered: &[Command], cx: &Cx<'_>) -> Self {
        let commands = offered
            .iter()
            .filter(|command| **command != Command::Palette)
            .map(|command| Entry::Command(*command, cx.key(*command)));
        let services = cx.store.services().iter().map(|view| Entry::Service(view.key.clone()));
        Self {
            entries: commands.chain(services).collect(),
            field: TextField::default(),
            cursor: Cursor::default(),
        }
    }

    /// The entries that match: first those whose name does, then those of which only
    /// what is said of them does, each the best first. Enter takes the first one, so a
    /// name that was begun must not lose to another command's description.
    fn found(&self) -> Vec<&Entry> {
        let pattern =
            Pattern::parse(self.field.value(), CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut score = |text: &str| pattern.score(Utf32Str::new(text, &mut buffer), &mut matcher);
        let rank = |entry: &Entry| {
            let by_name = score(&entry.name()).map(|score| (true, score));
            by_name.or_else(|| Some((false, score(&entry.words())?)))
        };
        let ranks = self.entries.iter().map(rank);
        let mut ranked: Vec<_> =
            ranks.zip(&self.entries).filter_map(|(rank, entry)| Some((rank?, entry))).collect();
        ranked.sort_by_key(|(rank, _)| std::cmp::Reverse(*rank));
        ranked.into_iter().map(|(_, entry)| entry).collect()
    }

    /// The room for entries below the text field.
    fn room(cx: &Cx<'_>) -> usize {
        usize::from(cx.size.height).saturating_sub(2)
    }
}

impl Pane for Palette {
    fn context(&self) -> Context {
        Context::Dialog
    }

    fn title<'a>(&'a self, cx: &Cx<'a>) -> Line<'a> {
        cx.span(Role::Title, "Commands").into()
    }

    fn footnote<'a>(&'a self, cx: &Cx<'a>) -> Option<Line<'a>> {
        let (found, room) = (self.found().len(), Self::room(cx));
        part(self.cursor.first_shown(found, room), room, found, cx)
    }

    fn commands(&self, _cx: &Cx<'_>) -> Vec<Command> {
        vec![Command::Open, Command::Down, Command::Up, Command::Back]
    }

    fn interest(&self) -> Topics {
        Topics::empty()
    }

    fn on(&mut self, command: Command, cx: &Cx<'_>) -> Reaction {
        let found = self.found();
        let mut cursor = self.cursor;
        if cursor.on(command, found.len(), Self::room(cx)) {
            self.cursor = cursor;
            return Reaction::done();
        }
        match command {
            Command::Open => match found.get(self.cursor.index) {
                Some(entry) => Reaction::Done(entry.wishes()),
                None => Reaction::done(),
            },
            Command::Back => Reaction::wish(Wish::Close),
            _ => Reaction::Ignored,
        }
    }

    fn is_typing(&self) -> bool {
        true
    }

    fn type_key(&mut self, key: &KeyEvent, _cx: &Cx<'_>) -> Option<Reaction> {
        let edited = self.field.press(key);
        if edited {
            self.cursor = Cursor::default();
        }
        edited.then(Reaction::done)
    }

    fn paste(&mut self, text: &str, _cx: &Cx<'_>) -> Reaction {
        self.field.paste(text);
        self.cursor = Cursor::default();
        Reaction::done()
    }

    fn draw(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let typed = self.field.shown();
        let prompt = [
            (":", cx.theme.style(Role::KeyHint)),
            (typed.as_str(), cx.theme.style(Role::Input)),
            (cx.glyphs.caret, cx.theme.style(Role::Accent)),
        ];
        cells::put_pieces(buffer, cells::row(area, 0), prompt, cx.glyphs.ellipsis);
        let found = self.found();
        if found.is_empty() {
            let style = cx.theme.style(Role::Muted);
            cells::put(buffer, cells::row(area, 2), "No command matches.", style, "");
        }
        let room = Self::room(cx);
        let top = self.cursor.first_shown(found.len(), room);
        for (line, entry) in found.iter().skip(top).take(room).enumerate() {
            let row = cells::row(area, line as u16 + 2);
            let selected = top + line == self.cursor.index;
            draw_entry(entry, row, selected, buffer, cx);
        }
    }
}

fn draw_entry(entry: &Entry, row: Rect, selected: bool, buffer: &mut Buffer, cx: &Cx<'_>) {
    let ground = if selected { Role::Selection } else { Role::Dialog };
    buffer.set_style(row, cx.theme.style(ground));
    let text = if selected { Role::Selection } else { Role::Text };
    match entry {
        Entry::Command(command, key) => {
            let name = format!("{:<16} ", command.name());
            let pieces = [
                (&*name, cx.theme.style(text)),
                (command.description(), cx.theme.style(if selected { text } else { Role::Muted })),
            ];
            cells::put_pieces(buffer, row, pieces, cx.glyphs.ellipsis);
            if let Some(key) = key {
                let key = format!(" {key} ");
                cells::put_right(buffer, row, &key, cx.theme.style(Role::KeyHint), "");
            }
        }
        Entry::Service(_) => {
            cells::put(buffer, row, &entry.words(), cx.theme.style(text), cx.glyphs.ellipsis);
        }
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator as _;

    use super::*;

    fn first(typed: &str) -> &'static str {
        let entries = Command::iter().map(|command| Entry::Command(command, None)).collect();
        let field = TextField::holding(typed);
        let palette = Palette { entries, field, cursor: Cursor::default() };
        match palette.found().first() {
            Some(Entry::Command(command, _)) => command.name(),
            _ => "",
        }
    }

    #[test]
    fn what_begins_a_name_finds_one_that_begins_so() {
        for command in Command::iter() {
            let name = command.name();
            assert_eq!(first(name), name);
            for end in 2..name.len() {
                let typed = &name[..end];
                assert!(first(typed).starts_with(typed), "`{typed}` finds {}", first(typed));
            }
        }
    }

    #[test]
    fn what_is_only_in_a_description_is_found_too() {
        assert_eq!(first("several services"), "mark");
    }
}
