//! [`Expr`]: terms, and how they are put together.

use super::term::Term;
use crate::logs::Record;

/// Terms put together.
#[derive(Debug)]
pub(super) enum Expr {
    /// All of them.
    All(Vec<Self>),
    /// Any of them.
    Any(Vec<Self>),
    /// The contrary.
    Not(Box<Self>),
    /// One alone.
    Term(Term),
}

impl Expr {
    /// Demands all. The cheap ones are asked first: most lines are refused before their
    /// text is looked at.
    pub(super) fn all(parts: Vec<Self>) -> Self {
        Self::together(parts, Self::All)
    }

    /// Demands one.
    pub(super) fn any(parts: Vec<Self>) -> Self {
        Self::together(parts, Self::Any)
    }

    /// Demands the contrary.
    pub(super) fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Demands the contrary when `is_negated`.
    pub(super) fn negated_if(self, is_negated: bool) -> Self {
        if is_negated { self.negated() } else { self }
    }

    fn together(mut parts: Vec<Self>, how: fn(Vec<Self>) -> Self) -> Self {
        if parts.len() == 1
            && let Some(part) = parts.pop()
        {
            return part;
        }
        parts.sort_by_key(Self::cost);
        how(parts)
    }

    pub(super) fn matches(&self, record: &Record<'_>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.matches(record)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(record)),
            Self::Not(part) => !part.matches(record),
            Self::Term(term) => term.matches(record),
        }
    }

    fn cost(&self) -> u8 {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().map(Self::cost).max().unwrap_or_default()
            }
            Self::Not(part) => part.cost(),
            Self::Term(term) => term.cost(),
        }
    }
}
