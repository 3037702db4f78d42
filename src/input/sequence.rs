//! [`Sequence`]: the keys of one binding, pressed one after the other.

use std::{fmt, str::FromStr};

use crate::input::key::{Key, UnknownKey};

/// How many keys one binding may have; longer ones are typing, not a key.
pub const MAX_KEYS: usize = 4;

/// Gives one to [`MAX_KEYS`] keys, written with a space between (`C-x o`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sequence(Box<[Key]>);

impl Sequence {
    /// The keys, first pressed first.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.0
    }

    /// Whether `pressed` are the first keys of this, and more have to follow.
    #[must_use]
    pub fn continues(&self, pressed: &[Key]) -> bool {
        self.0.len() > pressed.len() && self.0.starts_with(pressed)
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&show(&self.0))
    }
}

/// Writes keys as keymaps do.
pub(crate) fn show(keys: &[Key]) -> String {
    keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" ")
}

/// Why a text is no key sequence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SequenceError {
    /// One of its words names no key.
    #[error(transparent)]
    Unknown(#[from] UnknownKey),
    /// It holds no key, or too many.
    #[error("a binding has 1 to {MAX_KEYS} keys, this one has {0}")]
    Length(usize),
}

impl FromStr for Sequence {
    type Err = SequenceError;

    fn from_str(text: &str) -> Result<Self, SequenceError> {
        let keys =
            text.split_whitespace().map(str::parse).collect::<Result<Vec<Key>, UnknownKey>>()?;
        if keys.is_empty() || keys.len() > MAX_KEYS {
            return Err(SequenceError::Length(keys.len()));
        }
        Ok(Self(keys.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_is_printed_as_it_is_written() {
        assert_eq!("C-x   o".parse::<Sequence>().unwrap().to_string(), "C-x o");
        assert_eq!("g".parse::<Sequence>().unwrap().keys().len(), 1);
    }

    #[test]
    fn a_sequence_has_some_keys_but_not_many() {
        assert_eq!("  ".parse::<Sequence>(), Err(SequenceError::Length(0)));
        assert_eq!("a b c d e".parse::<Sequence>(), Err(SequenceError::Length(5)));
        assert!(matches!("a Entr".parse::<Sequence>(), Err(SequenceError::Unknown(_))));
    }

    #[test]
    fn only_a_true_beginning_continues() {
        let sequence: Sequence = "C-x o".parse().unwrap();
        assert!(sequence.continues(&sequence.keys()[..1]));
        assert!(!sequence.continues(sequence.keys()));
        assert!(!sequence.continues(&["o".parse().unwrap()]));
    }
}
