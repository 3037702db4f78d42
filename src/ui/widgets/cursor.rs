//! [`Cursor`]: a selected row in a list that may be longer than its room. Pure.

use crate::input::Command;

/// The selected row, and the first one that is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The selected row, from 0.
    pub index: usize,
    top: usize,
}

impl Cursor {
    /// Moves as a command says, in a list of `length` rows of which `room` are shown.
    /// `false` for a command that does not move.
    pub fn on(&mut self, command: Command, length: usize, room: usize) -> bool {
        let last = length.saturating_sub(1);
        let (half, page) = ((room / 2).max(1), room.saturating_sub(1).max(1));
        self.index = match command {
            Command::Up => self.index.saturating_sub(1),
            Command::Down => self.index + 1,
            Command::Top => 0,
            Command::Bottom => last,
            Command::HalfPageUp => self.index.saturating_sub(half),
            Command::HalfPageDown => self.index + half,
            Command::PageUp => self.index.saturating_sub(page),
            Command::PageDown => self.index + page,
            _ => return false,
        };
        self.set(self.index, length, room);
        true
    }

    /// Puts the cursor on a row, or the last one, and the row within sight.
    pub fn set(&mut self, index: usize, length: usize, room: usize) {
        self.index = index.min(length.saturating_sub(1));
        self.top = self.first_shown(length, room);
    }

    /// The same, from the list's beginning on as far as the row then is within sight: the
    /// rows are in another order.
    pub fn set_from_top(&mut self, index: usize, length: usize, room: usize) {
        self.top = 0;
        self.set(index, length, room);
    }

    /// How many rows are out of sight above those that are shown, and below them.
    #[must_use]
    pub fn hidden(&self, length: usize, room: usize) -> (usize, usize) {
        let top = self.first_shown(length, room);
        (top, length.saturating_sub(top + room))
    }

    /// The first row to draw so that the cursor is within `room`, without moving more
    /// than that takes.
    #[must_use]
    pub fn first_shown(&self, length: usize, room: usize) -> usize {
        let room = room.max(1);
        let lowest = (self.index + 1).saturating_sub(room);
        self.top.clamp(lowest, self.index.max(lowest)).min(length.saturating_sub(room).max(lowest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_moves_only_as_far_as_the_cursor_takes_it() {
        let mut cursor = Cursor::default();
        for _ in 0..4 {
            cursor.on(Command::Down, 10, 3);
        }
        assert_eq!((cursor.index, cursor.first_shown(10, 3)), (4, 2));
        cursor.on(Command::Up, 10, 3);
        assert_eq!((cursor.index, cursor.first_shown(10, 3)), (3, 2));
        cursor.on(Command::Bottom, 10, 3);
        assert_eq!((cursor.index, cursor.first_shown(10, 3)), (9, 7));
    }

    #[test]
    fn a_new_order_is_shown_from_its_beginning_as_far_as_the_cursor_stays_in_sight() {
        let shown = |index| {
            let mut cursor = Cursor::default();
            cursor.on(Command::Bottom, 10, 3);
            cursor.set_from_top(index, 10, 3);
            (cursor.first_shown(10, 3), cursor.hidden(10, 3))
        };
        assert_eq!(shown(1), (0, (0, 7)));
        assert_eq!(shown(5), (3, (3, 4)));
        assert_eq!(shown(9), (7, (7, 0)));
        assert_eq!(Cursor::default().hidden(3, 3), (0, 0));
    }

    #[test]
    fn a_list_that_shrinks_or_is_empty_keeps_the_cursor_within() {
        let mut cursor = Cursor::default();
        cursor.on(Command::Bottom, 10, 3);
        cursor.set(cursor.index, 2, 3);
        assert_eq!((cursor.index, cursor.first_shown(2, 3)), (1, 0));
        cursor.on(Command::Down, 0, 0);
        assert_eq!((cursor.index, cursor.first_shown(0, 0)), (0, 0));
    }
}
