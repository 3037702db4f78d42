//! [`Filter`]: which lines are wanted, as a person writes it.
//!
//! Terms that stand side by side are all demanded: `level>=warn service=api,worker`.
//!
//! | term | lines |
//! |---|---|
//! | `level>=warn` | of this level or worse; also `=` `!=` `<` `<=` `>`. `level=none` finds lines without one, which satisfy no other comparison. |
//! | `service=api,work*` | of any of these services; `*` stands for anything. |
//! | `instance=shop-api-2` | of this instance. |
//! | `stream=stderr` | from this pipe. |
//! | `format=json` | written so. |
//! | `text~time(d )?out` | in which the pattern is found. |
//! | `text=timed,refused` | with any of these words in them, as they stand. |
//! | `message~…`, `message=…` | the same, within the line's message. |
//! | `field.user_id=42` | with this value; also `!=` `~` `!~`, and `<` `<=` `>` `>=` for numbers. A line without the field satisfies none of them. `field.user_id=*` finds lines with it. |
//! | `since=10m` `until=03:10` | said within this time, as the command line reads times. |
//! | `timeout`, `"timed out"` | with these words in them. |
//!
//! `not` before a term, `or` between terms, and parentheses around them say what they
//! say; `or` binds less than standing side by side. Values with spaces or commas are
//! quoted, `"a, b"`. A pattern goes on to the next space that is outside of its own
//! brackets and quotes. Capitals matter only in patterns that have some.

pub mod complete;
mod expr;
mod fields;
mod levels;
mod lexer;
mod parser;
mod scan;
mod term;
mod wanted;
mod words;

#[cfg(test)]
mod tests;

use std::{fmt, ops::Range, sync::Arc};

use jiff::Zoned;

pub use complete::{Completion, Vocabulary, complete};
use expr::Expr;

use super::Record;

/// The longest filter, in bytes.
const MAX_BYTES: usize = 4096;

/// Which lines are wanted. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    text: Arc<str>,
    /// `None`: every line.
    expr: Option<Arc<Expr>>,
}

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FilterError {
    /// Which bytes of the text are meant.
    pub at: Range<usize>,
    /// What is wrong with them, and what would be right.
    pub message: String,
}

impl FilterError {
    fn new(at: Range<usize>, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }
}

impl Filter {
    /// Reads a filter such as `level>=warn service=api,worker not text~healthz`. `now`
    /// is what `since=10m` and `since=03:10` count from. An empty text wants every line.
    ///
    /// # Errors
    ///
    /// When it cannot be understood; says where and why.
    pub fn parse(text: &str, now: &Zoned) -> Result<Self, FilterError> {
        if text.len() > MAX_BYTES {
            let message = format!("the filter is longer than {MAX_BYTES} bytes");
            return Err(FilterError::new(0..text.len(), message));
        }
        let expr = parser::parse(text, now)?;
        Ok(Self { text: text.into(), expr: expr.map(Arc::new) })
    }

    /// Whether a line is wanted.
    #[must_use]
    pub fn matches(&self, record: &Record<'_>) -> bool {
        self.expr.as_ref().is_none_or(|expr| expr.matches(record))
    }

    /// Whether it wants every line.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.expr.is_none()
    }

    /// What was read, as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
