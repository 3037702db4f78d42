//! [`Scroll`]: how far a text is moved that may be longer than its room. Pure.

use ratatui::text::Line;

use crate::{
    input::Command,
    ui::{Cx, theme::Role},
};

/// The first row that is shown of a text in which nothing is selected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Scroll {
    top: usize,
}

impl Scroll {
    /// Moves as a command says, in a text of `length` rows of which `room` are shown.
    /// `false` for a command that does not move.
    pub(super) fn on(&mut self, command: Command, length: usize, room: usize) -> bool {
        let first = self.first_shown(length, room);
        let (half, page) = ((room / 2).max(1), room.saturating_sub(1).max(1));
        self.top = match command {
            Command::Up => first.saturating_sub(1),
            Command::Down => first + 1,
            Command::Top => 0,
            Command::Bottom => length,
            Command::HalfPageUp => first.saturating_sub(half),
            Command::HalfPageDown => first + half,
            Command::PageUp => first.saturating_sub(page),
            Command::PageDown => first + page,
            _ => return false,
        };
        self.top = self.first_shown(length, room);
        true
    }

    /// The first row to draw: no room is left empty while there are rows above it.
    #[must_use]
    pub(super) fn first_shown(self, length: usize, room: usize) -> usize {
        self.top.min(length.saturating_sub(room))
    }

    /// How many rows are below those that are shown.
    #[must_use]
    pub(super) fn below(self, length: usize, room: usize) -> usize {
        length.saturating_sub(self.first_shown(length, room) + room)
    }

    /// The pages that can be turned now.
    #[must_use]
    pub(super) fn pages(self, length: usize, room: usize) -> Vec<Command> {
        let mut pages = Vec::new();
        if self.below(length, room) > 0 {
            pages.push(Command::PageDown);
        }
        if self.first_shown(length, room) > 0 {
            pages.push(Command::PageUp);
        }
        pages
    }

    /// What moves the text now: its pages, then its rows; nothing when all is shown.
    #[must_use]
    pub(super) fn moves(self, length: usize, room: usize) -> Vec<Command> {
        let mut moves = self.pages(length, room);
        if !moves.is_empty() {
            moves.extend([Command::Down, Command::Up]);
        }
        moves
    }

    /// Says how many rows are below those that are shown, if any.
    #[must_use]
    pub(super) fn footnote<'a>(self, length: usize, room: usize, cx: &Cx<'a>) -> Option<Line<'a>> {
        let below = self.below(length, room);
        (below > 0).then(|| cx.span(Role::Muted, format!(" {below} more ")).into())
    }
}

/// Says which part of a list is shown, such as "1–20 of 31"; nothing when all of it is.
#[must_use]
pub(super) fn part<'a>(first: usize, room: usize, length: usize, cx: &Cx<'a>) -> Option<Line<'a>> {
    let dash = if cx.glyphs.are_ascii() { "-" } else { "–" };
    let words = format!(" {}{dash}{} of {length} ", first + 1, (first + room).min(length));
    (room > 0 && length > room).then(|| cx.span(Role::Muted, words).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_moves_as_far_as_its_last_row_and_back_at_once() {
        let mut scroll = Scroll::default();
        let shown = |scroll: &Scroll| (scroll.first_shown(10, 4), scroll.below(10, 4));
        scroll.on(Command::PageDown, 10, 4);
        assert_eq!(shown(&scroll), (3, 3));
        for _ in 0..9 {
            scroll.on(Command::Down, 10, 4);
        }
        assert_eq!(shown(&scroll), (6, 0));
        scroll.on(Command::Up, 10, 4);
        assert_eq!(shown(&scroll), (5, 1));
        assert_eq!(scroll.pages(10, 4), [Command::PageDown, Command::PageUp]);
        assert_eq!(scroll.first_shown(2, 4), 0, "the text became shorter");
    }
}
