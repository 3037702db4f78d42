//! [`Search`]: a regular expression that is looked for, apart from any filter.

use std::ops::Range;

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Search {}

/// Why a pattern is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SearchError {
    /// What is wrong with it, in a line.
    pub message: String,
}

impl Search {
    /// Reads a regular expression. Capitals matter only when it has some.
    ///
    /// # Errors
    ///
    /// When it is none, or too large.
    pub fn new(_pattern: &str) -> Result<Self, SearchError> {
        Ok(Self {})
    }

    /// Where it is found in a line, in bytes.
    pub fn find_in<'a>(&'a self, _line: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        std::iter::empty()
    }

    /// Calls `each` with a place inside every line of `block` in which it is found, in
    /// order, once a line. Lines end with line feeds.
    pub fn lines_in(&self, _block: &str, mut _each: impl FnMut(usize)) {}
}
