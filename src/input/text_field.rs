//! [`TextField`]: one line that a person types, with the editing keys they expect.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tui_input::{Input, InputRequest};

use crate::text::Clean;

/// How many characters a field takes; a longer paste is cut.
const LONGEST: usize = 512;

/// One line of typed text with a cursor.
#[derive(Clone, Debug, Default)]
pub struct TextField(Input);

impl TextField {
    /// A field that already holds text, with the cursor behind it.
    #[must_use]
    pub fn holding(text: &str) -> Self {
        Self(Input::new(text.into()))
    }

    /// A field that holds text with the cursor between its two parts.
    #[must_use]
    pub fn holding_at(head: &str, tail: &str) -> Self {
        Self(Input::new(format!("{head}{tail}")).with_cursor(head.chars().count()))
    }

    /// Where the cursor is, in bytes of the text.
    #[must_use]
    pub fn cursor_byte(&self) -> usize {
        let text = self.0.value();
        text.char_indices().nth(self.0.cursor()).map_or(text.len(), |(at, _)| at)
    }

    /// The text.
    #[must_use]
    pub fn value(&self) -> &str {
        self.0.value()
    }

    /// The text as it may be drawn: a paste can carry anything.
    #[must_use]
    pub fn shown(&self) -> Clean {
        Clean::new(self.0.value())
    }

    /// Where the cursor is, in columns of the shown text.
    #[must_use]
    pub fn cursor_column(&self) -> usize {
        self.0.visual_cursor()
    }

    /// Takes an editing key; `false` for a key that edits nothing.
    pub fn press(&mut self, event: &KeyEvent) -> bool {
        let Some(request) = request(event) else { return false };
        let full = self.0.value().chars().count() >= LONGEST;
        if !(full && matches!(request, InputRequest::InsertChar(_))) {
            self.0.handle(request);
        }
        true
    }

    /// Inserts pasted text: its first line, as text, whatever keys it could be.
    pub fn paste(&mut self, text: &str) {
        let room = LONGEST.saturating_sub(self.0.value().chars().count());
        let line = text.lines().next().unwrap_or_default();
        for c in line.chars().filter(|c| !c.is_control()).take(room) {
            self.0.handle(InputRequest::InsertChar(c));
        }
    }
}

/// Whether a text field does something with a key.
pub(super) fn edits(event: &KeyEvent) -> bool {
    request(event).is_some()
}

fn request(event: &KeyEvent) -> Option<InputRequest> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    if event.modifiers.contains(KeyModifiers::CONTROL) {
        return match event.code {
            KeyCode::Char('w') | KeyCode::Backspace => Some(InputRequest::DeletePrevWord),
            KeyCode::Char('u') => Some(InputRequest::DeleteLine),
            KeyCode::Char('k') => Some(InputRequest::DeleteTillEnd),
            KeyCode::Char('a') => Some(InputRequest::GoToStart),
            KeyCode::Char('e') => Some(InputRequest::GoToEnd),
            KeyCode::Left => Some(InputRequest::GoToPrevWord),
            KeyCode::Right => Some(InputRequest::GoToNextWord),
            _ => None,
        };
    }
    if event.modifiers.contains(KeyModifiers::ALT) {
        return None;
    }
    match event.code {
        KeyCode::Char(c) => Some(InputRequest::InsertChar(c)),
        KeyCode::Backspace => Some(InputRequest::DeletePrevChar),
        KeyCode::Delete => Some(InputRequest::DeleteNextChar),
        KeyCode::Left => Some(InputRequest::GoToPrevChar),
        KeyCode::Right => Some(InputRequest::GoToNextChar),
        KeyCode::Home => Some(InputRequest::GoToStart),
        KeyCode::End => Some(InputRequest::GoToEnd),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paste_is_one_line_of_text_and_bounded() {
        let mut field = TextField::holding("a");
        field.paste("b\u{1b}[31mc\nrm -rf /");
        assert_eq!(field.value(), "ab[31mc");
        field.paste(&"x".repeat(10_000));
        assert_eq!(field.value().chars().count(), LONGEST);
    }

    #[test]
    fn keys_edit_and_others_are_left_to_the_keymap() {
        let mut field = TextField::default();
        for c in "ab".chars() {
            assert!(field.press(&KeyEvent::from(KeyCode::Char(c))));
        }
        assert!(field.press(&KeyEvent::from(KeyCode::Backspace)));
        assert!(!field.press(&KeyEvent::from(KeyCode::Enter)));
        assert_eq!(field.value(), "a");
    }
}
