//! [`Prompt`]: what a person types in this pane: a filter, a search, a time.

use std::ops::Range;

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::{buffer::Buffer, layout::Rect, style::Modifier};

use crate::{
    input::TextField,
    logs::filter::Completion,
    text::{Clean, width::width},
    ui::{Cx, theme::Role, widgets::cells},
};

/// How many completions are shown.
const SHOWN: usize = 6;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// Which lines to show.
    Filter,
    /// What to look for among them.
    Search,
    /// Which time to go to.
    Goto,
    /// Which fields to show behind what lines say.
    Fields,
}

impl Ask {
    fn words(self) -> &'static str {
        match self {
            Self::Filter => "filter ",
            Self::Search => "/",
            Self::Goto => "go to ",
            Self::Fields => "fields ",
        }
    }
}

/// Text that is being typed, with what could be meant and what is wrong with it.
#[derive(Debug)]
pub(super) struct Prompt {
    pub(super) ask: Ask,
    pub(super) field: TextField,
    /// What was there before, for whoever thinks better of it.
    pub(super) before: String,
    problem: Option<Problem>,
    completions: Vec<Completion>,
    chosen: Option<usize>,
}

/// What is wrong with the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// With which bytes of it.
    pub(super) at: Option<Range<usize>>,
    pub(super) words: String,
}

/// What a key did.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// The text is another one.
    Changed,
    /// Something else of the prompt is.
    Moved,
    /// It is no key for a prompt.
    Nothing,
}

impl Prompt {
    pub(super) fn new(ask: Ask, text: &str, before: &str) -> Self {
        Self {
            ask,
            field: TextField::holding(text),
            before: before.into(),
            problem: None,
            completions: Vec::new(),
            chosen: None,
        }
    }

    pub(super) fn text(&self) -> &str {
        self.field.value()
    }

    /// Whether the text makes sense.
    pub(super) fn is_right(&self) -> bool {
        self.problem.is_none()
    }

    /// Says what is wrong with the text now, and what it could become.
    pub(super) fn judge(&mut self, problem: Option<Problem>, completions: Vec<Completion>) {
        self.problem = problem;
        self.completions = completions;
        self.chosen = None;
    }

    /// Takes a key.
    pub(super) fn press(&mut self, key: &KeyEvent) -> Typed {
        match key.code {
            KeyCode::Tab => self.complete(),
            KeyCode::Down if !self.completions.is_empty() => self.choose(true),
            KeyCode::Up if !self.completions.is_empty() => self.choose(false),
            _ => {
                let before = self.field.value().to_owned();
                match self.field.press(key) {
                    false => Typed::Nothing,
                    true if before == self.field.value() => Typed::Moved,
                    true => Typed::Changed,
                }
            }
        }
    }

    /// Chooses the next completion, or the one before; after the last comes the first.
    fn choose(&mut self, next: bool) -> Typed {
        let count = self.completions.len().min(SHOWN);
        self.chosen = Some(match (self.chosen, next) {
            // The first is what is taken when nothing is chosen.
            (None, true) => 1 % count,
            (Some(chosen), true) => (chosen + 1) % count,
            (None | Some(0), false) => count - 1,
            (Some(chosen), false) => chosen - 1,
        });
        Typed::Moved
    }

    /// Whether a completion was chosen, which Enter then takes.
    pub(super) fn has_choice(&self) -> bool {
        self.chosen.is_some()
    }

    /// Puts the chosen completion, or else the first, into the text.
    pub(super) fn complete(&mut self) -> Typed {
        let Some(chosen) = self.completions.get(self.chosen.unwrap_or(0)) else {
            return Typed::Moved;
        };
        let text = self.field.value();
        let (Some(head), Some(tail)) =
            (text.get(..chosen.replace.start), text.get(chosen.replace.end..))
        else {
            return Typed::Moved;
        };
        self.field = TextField::holding_at(&format!("{head}{}", chosen.with), tail);
        Typed::Changed
    }

    /// The rows that it takes.
    pub(super) fn rows(&self, room: u16) -> u16 {
        let list = self.completions.len().min(SHOWN) as u16;
        (1 + u16::from(self.problem.is_some()) + list).min(room / 2).max(1)
    }

    /// Draws it with its text in the last row, what could be meant above.
    pub(super) fn draw(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>, note: &str) {
        buffer.set_style(area, cx.theme.style(Role::Dialog));
        for y in area.rows() {
            cells::put(
                buffer,
                y,
                &" ".repeat(usize::from(y.width)),
                cx.theme.style(Role::Dialog),
                "",
            );
        }
        let mut row = area.height.saturating_sub(1);
        self.draw_text(cells::row(area, row), buffer, cx, note);
        if let Some(problem) = self.problem.as_ref().filter(|_| row > 0) {
            row -= 1;
            let place = cells::row(area, row);
            let words = Clean::new(&problem.words);
            cells::put(
                buffer,
                place,
                words.as_str(),
                cx.theme.style(Role::Warn),
                cx.glyphs.ellipsis,
            );
        }
        for (index, completion) in self.completions.iter().take(usize::from(row)).enumerate() {
            let place = cells::row(area, index as u16);
            self.draw_completion(place, index, completion, buffer, cx);
        }
    }

    fn draw_text(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>, note: &str) {
        let lead = cells::put(buffer, area, self.ask.words(), cx.theme.style(Role::Title), "");
        let note_columns = width(note) as u16;
        let mut room = cells::skip(area, lead);
        if room.width > note_columns + 20 {
            let at = Rect { x: room.right() - note_columns, width: note_columns, ..room };
            cells::put(buffer, at, note, cx.theme.style(Role::Muted), "");
            room.width -= note_columns + 1;
        }
        let text = self.field.shown();
        // The end that is typed at stays in sight.
        let from =
            self.field.cursor_column().saturating_sub(usize::from(room.width).saturating_sub(2));
        let shown = crate::text::width::slice_columns(text.as_str(), from, usize::from(room.width));
        cells::put(buffer, room, &shown, cx.theme.style(Role::Input), "");
        self.point_at_problem(room, from, buffer, cx);
        let column = (self.field.cursor_column() - from) as u16;
        if let Some(cell) =
            buffer.cell_mut((room.x + column.min(room.width.saturating_sub(1)), room.y))
        {
            if cell.symbol() == " " {
                cell.set_symbol(cx.glyphs.caret);
            }
            cell.set_style(cx.theme.style(Role::Selection));
        }
    }

    /// Underlines what makes no sense.
    fn point_at_problem(&self, area: Rect, from: usize, buffer: &mut Buffer, cx: &Cx<'_>) {
        let Some(at) = self.problem.as_ref().and_then(|problem| problem.at.clone()) else { return };
        let column = |byte| self.text().get(..byte).map_or(0, width).saturating_sub(from) as u16;
        let (start, end) = (column(at.start), column(at.end));
        let place = cells::skip(area, start);
        let place = Rect { width: place.width.min(end.saturating_sub(start).max(1)), ..place };
        buffer.set_style(place, cx.theme.style(Role::Warn).add_modifier(Modifier::UNDERLINED));
    }

    fn draw_completion(
        &self,
        area: Rect,
        index: usize,
        completion: &Completion,
        buffer: &mut Buffer,
        cx: &Cx<'_>,
    ) {
        let is_chosen = self.chosen.unwrap_or(0) == index;
        let style = cx.on_row(Role::Dialog, is_chosen);
        let with = Clean::new(&completion.with);
        let used =
            cells::put(buffer, area, &format!("  {} ", with.as_str()), style, cx.glyphs.ellipsis);
        let note = Clean::new(&completion.note);
        let rest = cells::skip(area, used + 1);
        cells::put(buffer, rest, note.as_str(), cx.theme.style(Role::Muted), cx.glyphs.ellipsis);
    }
}
