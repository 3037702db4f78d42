//! [`SearchError`]: why a pattern cannot be looked for.

use std::{fmt, ops::Range};

use regex_syntax::ast::Span;

/// Why a pattern is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SearchError {
    /// Which bytes of the pattern are meant.
    pub at: Range<usize>,
    /// What is wrong with them, in a line.
    pub message: String,
}

impl SearchError {
    /// Says what is wrong with a part of a pattern, and where that is.
    pub(super) fn new(pattern: &str, what: &impl fmt::Display, span: &Span) -> Self {
        let at = span.start.offset..span.end.offset;
        let before = pattern.get(..at.start).unwrap_or(pattern).chars().count();
        Self { at, message: format!("{what}, at character {} of the pattern", before + 1) }
    }

    /// Says that a pattern would need too much memory, or time to be made ready.
    pub(super) fn too_large(at: Range<usize>) -> Self {
        let message =
            "the pattern is too large: repeat less, or name fewer kinds of characters".into();
        Self { at, message }
    }
}
