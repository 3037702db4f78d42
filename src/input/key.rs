//! [`Key`]: one key press, as keymaps write it and as terminals send it.

use std::{fmt, str::FromStr};

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::{input::text_field, text::place::nearest};

/// The keys that have a name, each under the one that is printed first.
const NAMED: [(&str, KeyCode); 21] = [
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("Space", KeyCode::Char(' ')),
    ("Backspace", KeyCode::Backspace),
    ("Del", KeyCode::Delete),
    ("Ins", KeyCode::Insert),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("PgUp", KeyCode::PageUp),
    ("PgDn", KeyCode::PageDown),
    ("Return", KeyCode::Enter),
    ("Escape", KeyCode::Esc),
    ("Delete", KeyCode::Delete),
    ("Insert", KeyCode::Insert),
    ("PageUp", KeyCode::PageUp),
    ("PageDown", KeyCode::PageDown),
];

/// The modifiers in the order in which they are printed.
const MODIFIERS: [(&str, KeyModifiers); 3] =
    [("C-", KeyModifiers::CONTROL), ("M-", KeyModifiers::ALT), ("S-", KeyModifiers::SHIFT)];

/// How other programs write modifiers, to be able to say how midwatch does.
const FOREIGN_MODIFIERS: [(&str, &str); 5] =
    [("ctrl", "C-"), ("control", "C-"), ("alt", "M-"), ("meta", "M-"), ("shift", "S-")];

/// The highest function key that terminals send.
const LAST_FUNCTION_KEY: u8 = 24;

/// Gives one key with its modifiers, in the one form that all terminals agree on.
///
/// Shift is part of a character (`G`, never `S-g`), the back tab is `S-Tab`, and
/// what cannot be told apart on the wire is one key (`C-i` is `Tab`, `C-m` is
/// `Enter`, `C-[` is `Esc`, `C-/` is `C-_`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

impl Key {
    /// Takes a key press from the terminal.
    ///
    /// `None` for what no keymap can name: a release, a modifier alone, media and
    /// lock keys, and anything with Super or Hyper, which belong to the desktop.
    #[must_use]
    pub fn from_event(event: KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release
            || event.modifiers.intersects(KeyModifiers::SUPER | KeyModifiers::HYPER)
        {
            return None;
        }
        let mut modifiers = event.modifiers;
        if modifiers.contains(KeyModifiers::META) {
            modifiers.remove(KeyModifiers::META);
            modifiers.insert(KeyModifiers::ALT);
        }
        let key = Self::normal(event.code, modifiers);
        key.has_name().then_some(key)
    }

    /// The character that this key types in a text field, if it types one.
    #[must_use]
    pub fn typed(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if self.modifiers.is_empty() => Some(c),
            _ => None,
        }
    }

    /// Whether a text field takes this key, so that it cannot be a command while text
    /// is typed.
    #[must_use]
    pub(crate) fn edits_text(self) -> bool {
        text_field::edits(&KeyEvent::new(self.code, self.modifiers))
    }

    fn normal(code: KeyCode, mut modifiers: KeyModifiers) -> Self {
        let code = match code {
            KeyCode::BackTab => {
                modifiers.insert(KeyModifiers::SHIFT);
                KeyCode::Tab
            }
            KeyCode::Char(c) if modifiers.contains(KeyModifiers::CONTROL) => {
                control_code(c, &mut modifiers)
            }
            code => code,
        };
        match code {
            KeyCode::Char(c) if modifiers.contains(KeyModifiers::SHIFT) => {
                modifiers.remove(KeyModifiers::SHIFT);
                Self { code: KeyCode::Char(single_uppercase(c)), modifiers }
            }
            code => Self { code, modifiers },
        }
    }

    fn has_name(self) -> bool {
        match self.code {
            KeyCode::Char(c) => !c.is_control(),
            KeyCode::F(number) => (1..=LAST_FUNCTION_KEY).contains(&number),
            code => NAMED.iter().any(|(_, named)| *named == code),
        }
    }
}

/// What a terminal sends for Ctrl with a character: some of these are other keys.
fn control_code(c: char, modifiers: &mut KeyModifiers) -> KeyCode {
    let other_key = match c {
        'i' => KeyCode::Tab,
        'm' => KeyCode::Enter,
        '[' | '3' => KeyCode::Esc,
        '@' | '2' => return KeyCode::Char(' '),
        '4' => return KeyCode::Char('\\'),
        '5' => return KeyCode::Char(']'),
        '6' => return KeyCode::Char('^'),
        '7' | '/' => return KeyCode::Char('_'),
        c => return KeyCode::Char(c),
    };
    modifiers.remove(KeyModifiers::CONTROL);
    other_key
}

/// The uppercase twin, for characters that have one of one character.
fn single_uppercase(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(single), None) => single,
        _ => c,
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (prefix, modifier) in MODIFIERS {
            if self.modifiers.contains(modifier) {
                f.write_str(prefix)?;
            }
        }
        if let Some((name, _)) = NAMED.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::F(number) => write!(f, "F{number}"),
            _ => f.write_str("?"),
        }
    }
}

/// Says that a text names no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no key \"{name}\"{}", crate::text::place::did_you_mean(self.suggestion.as_deref()))]
pub struct UnknownKey {
    /// What was written.
    pub name: String,
    /// What was probably meant.
    pub suggestion: Option<String>,
}

impl FromStr for Key {
    type Err = UnknownKey;

    fn from_str(name: &str) -> Result<Self, UnknownKey> {
        parse(name).ok_or_else(|| UnknownKey { name: name.to_owned(), suggestion: suggest(name) })
    }
}

fn parse(name: &str) -> Option<Key> {
    let mut modifiers = KeyModifiers::NONE;
    let mut rest = name;
    while let Some((after, modifier)) = strip_modifier(rest) {
        if modifiers.contains(modifier) {
            return None;
        }
        modifiers.insert(modifier);
        rest = after;
    }
    let key = Key::normal(code(rest)?, modifiers);
    key.has_name().then_some(key)
}

/// Takes `C-`, `M-` or `S-` off; a name that ends there was the letter itself.
fn strip_modifier(name: &str) -> Option<(&str, KeyModifiers)> {
    MODIFIERS.iter().find_map(|(prefix, modifier)| {
        name.strip_prefix(prefix).filter(|rest| !rest.is_empty()).map(|rest| (rest, *modifier))
    })
}

fn code(name: &str) -> Option<KeyCode> {
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return Some(KeyCode::Char(c));
    }
    if let Some((_, code)) = NAMED.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        return Some(*code);
    }
    let number = name.strip_prefix(['F', 'f'])?.parse().ok()?;
    Some(KeyCode::F(number))
}

fn suggest(name: &str) -> Option<String> {
    let lower = name.to_lowercase();
    for (foreign, ours) in FOREIGN_MODIFIERS {
        if let Some(rest) =
            lower.strip_prefix(foreign).and_then(|rest| rest.strip_prefix(['-', '+']))
        {
            let meant = format!("{ours}{rest}");
            return parse(&meant).map(|key| key.to_string());
        }
    }
    let base = name.rfind('-').filter(|at| at + 1 < name.len()).map_or(0, |at| at + 1);
    let (modifiers, base) = name.split_at(base);
    let near = nearest(base, NAMED.iter().map(|(known, _)| *known))?;
    parse(&format!("{modifiers}{near}")).map(|key| key.to_string())
}

#[cfg(test)]
#[path = "key_tests.rs"]
mod tests;
