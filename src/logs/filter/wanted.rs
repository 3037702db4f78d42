//! [`Wanted`]: names and values as they are asked for, with `*` for anything.

use super::scan::Item;
use crate::logs::search::{Case, Search, SearchError};

/// Names and values, any of which is wanted. Capitals do not matter. A text of several
/// lines is wanted when one of its lines is.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// Those that are compared byte by byte.
    exact: Vec<Box<str>>,
    /// The others, all at once.
    patterns: Option<Search>,
}

impl Wanted {
    /// What a list asks for. A `*` in quotes stands for itself.
    pub(super) fn new(items: &[Item<'_>]) -> Result<Self, SearchError> {
        let is_exact =
            |item: &&Item<'_>| item.text.is_ascii() && (item.is_quoted || !item.text.contains('*'));
        let (exact, others): (Vec<_>, Vec<_>) = items.iter().partition(is_exact);
        let patterns: Vec<String> = others.into_iter().map(pattern).collect();
        let search = |patterns: &[String]| {
            Search::with_case(&format!("^(?:{})$", patterns.join("|")), Case::Ignore)
        };
        Ok(Self {
            exact: exact.into_iter().map(|item| item.text.as_ref().into()).collect(),
            patterns: (!patterns.is_empty()).then(|| search(&patterns)).transpose()?,
        })
    }

    pub(super) fn contains(&self, text: &str) -> bool {
        self.exact.iter().any(|exact| exact.eq_ignore_ascii_case(text))
            || self.patterns.as_ref().is_some_and(|patterns| patterns.is_match(text))
    }
}

fn pattern(item: &Item<'_>) -> String {
    if item.is_quoted {
        return regex_syntax::escape(&item.text);
    }
    let pieces: Vec<String> = item.text.split('*').map(regex_syntax::escape).collect();
    pieces.join(".*")
}
