//! Words that the tables of `midwatch stats` share.

use crate::model::Level;

/// What is past its threshold is said in a word: the table has no colours.
pub(super) fn past(level: Option<Level>) -> String {
    match level {
        Some(level @ (Level::Warn | Level::Bad)) => format!(", {}", level.word()),
        _ => String::new(),
    }
}

pub(super) fn or_unknown<T>(value: Option<T>, words: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| "-".into(), words)
}
