//! The command palette: every command that works here, found by a few letters.

use crossterm::event::KeyEvent;
use nucleo_matcher::{
    Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};
use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use crate::{
    input::{Command, Context, TextField},
    model::ServiceKey,
    store::Topics,
    text::Clean,
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

    /// Whether it does something with what is typed behind its name.
    fn takes_argument(&self) -> bool {
        matches!(self, Self::Command(command, _) if command.takes_argument())
    }

    /// Its name, and what is said of it.
    fn words(&self) -> String {
        match self {
            Self::Command(command, _) => format!("{}  {}", command.name(), command.description()),
            Self::Service(key) => format!("go to {}", key.service),
        }
    }
}

/// An entry that matches what was typed.
#[derive(Clone, Copy, Debug)]
struct Found<'a> {
    entry: &'a Entry,
    /// What was typed behind its name.
    argument: Option<&'a str>,
}

impl Found<'_> {
    fn wishes(self) -> Vec<Wish> {
        let wish = match (self.entry, self.argument) {
            (Entry::Command(command, _), None) => Wish::Command(*command),
            (Entry::Command(command, _), Some(argument)) => {
                Wish::CommandWith(*command, argument.to_owned())
            }
            (Entry::Service(key), _) => Wish::Select(key.clone()),
        };
        vec![Wish::Close, wish]
    }
}

/// How well an entry matches; the best is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// Its name does by some letters of the first word, and the rest is its argument.
    Begun(u32),
    /// What is said of it does.
    Words(u32),
    /// Its name does.
    Name(u32),
    /// It is called so, and the rest is its argument.
    Called,
}

/// Says how well entries match.
#[derive(Default)]
struct Judge {
    matcher: Matcher,
    buffer: Vec<char>,
}

impl Judge {
    /// An entry by all that was typed.
    fn as_said(&mut self, entry: &Entry, typed: &str) -> Option<Rank> {
        let by_name = self.score(typed, &entry.name()).map(Rank::Name);
        by_name.or_else(|| self.score(typed, &entry.words()).map(Rank::Words))
    }

    /// An entry by the first word, behind which its argument stands.
    fn as_called(&mut self, entry: &Entry, name: &str) -> Option<Rank> {
        if name.eq_ignore_ascii_case(&entry.name()) {
            return Some(Rank::Called);
        }
        self.score(name, &entry.name()).map(Rank::Begun)
    }

    fn score(&mut self, typed: &str, text: &str) -> Option<u32> {
        let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
        pattern.score(Utf32Str::new(text, &mut self.buffer), &mut self.matcher)
    }
}

/// The first word that was typed and what stands behind it, if something does.
fn parts(typed: &str) -> Option<(&str, &str)> {
    let (name, argument) = typed.trim_start().split_once(char::is_whitespace)?;
    Some((name, argument.trim())).filter(|(_, argument)| !argument.is_empty())
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
    fn found(&self) -> Vec<Found<'_>> {
        let typed = self.field.value();
        let parts = parts(typed);
        let mut judge = Judge::default();
        let found = self.entries.iter().filter_map(|entry| {
            let parts = parts.filter(|_| entry.takes_argument());
            let rank = match parts {
                Some((name, _)) => judge.as_called(entry, name),
                None => judge.as_said(entry, typed),
            };
            Some((rank?, Found { entry, argument: parts.map(|(_, argument)| argument) }))
        });
        let mut found: Vec<_> = found.collect();
        found.sort_by_key(|(rank, _)| std::cmp::Reverse(*rank));
        found.into_iter().map(|(_, found)| found).collect()
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
                Some(found) => Reaction::Done(found.wishes()),
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
        for (line, found) in found.iter().skip(top).take(room).enumerate() {
            let row = cells::row(area, line as u16 + 2);
            let selected = top + line == self.cursor.index;
            draw_entry(*found, row, selected, buffer, cx);
        }
    }
}

fn draw_entry(found: Found<'_>, row: Rect, selected: bool, buffer: &mut Buffer, cx: &Cx<'_>) {
    let ground = if selected { Role::Selection } else { Role::Dialog };
    buffer.set_style(row, cx.theme.style(ground));
    let text = if selected { Role::Selection } else { Role::Text };
    match found.entry {
        Entry::Command(command, key) => {
            let name = match found.argument {
                Some(argument) => format!("{} {}", command.name(), Clean::new(argument)),
                None if command.takes_argument() => {
                    format!("{} {}", command.name(), cx.glyphs.ellipsis)
                }
                None => command.name().to_owned(),
            };
            let name = format!("{name:<16} ");
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
            cells::put(buffer, row, &found.entry.words(), cx.theme.style(text), cx.glyphs.ellipsis);
        }
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator as _;

    use super::*;

    /// The command that Enter takes, and with which argument.
    fn first_with(typed: &str) -> (&'static str, Option<String>) {
        let entries = Command::iter().map(|command| Entry::Command(command, None)).collect();
        let field = TextField::holding(typed);
        let palette = Palette { entries, field, cursor: Cursor::default() };
        match palette.found().first() {
            Some(Found { entry: Entry::Command(command, _), argument }) => {
                (command.name(), argument.map(str::to_owned))
            }
            _ => ("", None),
        }
    }

    fn first(typed: &str) -> &'static str {
        first_with(typed).0
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

    #[test]
    fn what_is_typed_behind_a_command_that_takes_it_is_its_argument() {
        for typed in ["goto 03:10", "GOTO  03:10 ", "got 03:10", "gt 03:10"] {
            assert_eq!(first_with(typed), ("goto", Some("03:10".into())), "{typed}");
        }
        assert_eq!(first_with("goto 2026-11-20 03:10").1.as_deref(), Some("2026-11-20 03:10"));
        assert_eq!(first_with("goto -15m").1.as_deref(), Some("-15m"));
        assert_eq!(first_with("goto "), ("goto", None));
    }

    #[test]
    fn an_argument_of_one_command_takes_nothing_from_what_others_say() {
        assert_eq!(first_with("go to the services pane"), ("show-services", None));
    }
}
