//! [`Search`]: a regular expression that is looked for in lines, one at a time or in
//! whole blocks of them.

mod case;
mod error;
mod folding;
mod within_line;

#[cfg(test)]
mod tests;

use std::{fmt, ops::Range};

use memchr::memchr;
use regex_automata::{Input, meta::Regex};
use regex_syntax::{
    ast,
    hir::{Hir, translate::TranslatorBuilder},
};

pub use case::Case;
pub use error::SearchError;

// A pattern is built anew at each key of whoever types it. With these bounds that takes
// some 15 ms at most (`search_build` of the benchmarks); an ordinary one takes 1 ms.

/// The longest pattern, in bytes.
const MAX_PATTERN_BYTES: usize = 2048;

/// How deep groups may lie in each other.
const MAX_NESTING: u32 = 50;

/// How large the automaton of a pattern may be, in bytes: `\w{20}` fits. A stack file's
/// patterns have the same bound.
const MAX_AUTOMATON_BYTES: usize = 1 << 20;

/// What is looked for: a regular expression that matches within a line.
///
/// No match goes over a line break, whatever the pattern says: `\s` and `[^x]` mean
/// those characters of a line, `^` and `\A` its beginning, `$` and `\z` its end. So a
/// whole block of lines is searched at once, and the answer is that of each line alone.
/// Cloning is cheap.
#[derive(Clone)]
pub struct Search {
    pattern: Box<str>,
    regex: Regex,
    /// Finds every line that `regex` finds and some more, and is fast on lines that are
    /// not ASCII, where `regex` is not.
    coarse: Option<Regex>,
}

impl Search {
    /// Reads a regular expression. Capitals matter only when it has some.
    ///
    /// # Errors
    ///
    /// When it is none, or too large.
    pub fn new(pattern: &str) -> Result<Self, SearchError> {
        Self::with_case(pattern, Case::Smart)
    }

    /// Looks for a text as it stands. Capitals matter only when it has some.
    ///
    /// # Errors
    ///
    /// When it is too large, or has a line break.
    pub fn literal(text: &str) -> Result<Self, SearchError> {
        let whole = 0..text.len();
        let search = Self::any_of([text], Case::Smart)
            .map_err(|error| SearchError { at: whole, ..error })?;
        Ok(Self { pattern: text.into(), ..search })
    }

    /// Looks for any of some texts as they stand.
    ///
    /// # Errors
    ///
    /// When they are too large, or none of them can be in a line.
    pub fn any_of<'a>(
        texts: impl IntoIterator<Item = &'a str>,
        case: Case,
    ) -> Result<Self, SearchError> {
        let escaped: Vec<String> = texts.into_iter().map(regex_syntax::escape).collect();
        Self::with_case(&escaped.join("|"), case)
    }

    /// Reads a regular expression.
    ///
    /// # Errors
    ///
    /// When it is none, or too large.
    pub fn with_case(pattern: &str, case: Case) -> Result<Self, SearchError> {
        let whole = 0..pattern.len();
        if pattern.len() > MAX_PATTERN_BYTES {
            let message =
                format!("the pattern is too large: it has more than {MAX_PATTERN_BYTES} bytes");
            return Err(SearchError { at: whole, message });
        }
        let hir = within_line::bound(&read(pattern, case)?);
        if !within_line::can_match(&hir) {
            let message = "the pattern is in no line: lines are looked at one at a time".into();
            return Err(SearchError { at: whole, message });
        }
        let build = |hir: &Hir| build(hir).ok_or_else(|| SearchError::too_large(whole.clone()));
        let regex = build(&hir)?;
        let coarse = within_line::without_words(&hir).map(|hir| build(&hir)).transpose()?;
        Ok(Self { pattern: pattern.into(), regex, coarse })
    }

    /// What is looked for, as it was written.
    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Whether it is found in a line.
    #[must_use]
    pub fn is_match(&self, line: &str) -> bool {
        self.regex.is_match(line)
    }

    /// Where it is found in a line, in bytes, from left to right. What it finds of no
    /// length (`x*` finds nothing between any two letters) is left out, so a line that
    /// [`Search::is_match`] can have no such place.
    pub fn find_in<'a>(&'a self, line: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        self.regex.find_iter(line).filter(|found| !found.is_empty()).map(|found| found.range())
    }

    /// Calls `each` with a place inside every line of `block` in which it is found, in
    /// order, once a line: from the line's first byte to its line feed. Lines end with
    /// line feeds; the last one may do without.
    pub fn lines_in(&self, block: &str, mut each: impl FnMut(usize)) {
        let Some(coarse) = &self.coarse else {
            return each_line(&self.regex, block, each);
        };
        each_line(coarse, block, |place| {
            if self.is_match(line_at(block, place)) {
                each(place);
            }
        });
    }
}

impl fmt::Debug for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Search").field(&self.pattern).finish()
    }
}

fn read(pattern: &str, case: Case) -> Result<Hir, SearchError> {
    let mut parser = ast::parse::ParserBuilder::new().nest_limit(MAX_NESTING).build();
    let ast = parser
        .parse(pattern)
        .map_err(|error| SearchError::new(pattern, error.kind(), error.span()))?;
    let is_ignored = case.is_ignored(&ast);
    if folding::is_too_much(&ast, is_ignored) {
        return Err(SearchError::too_large(0..pattern.len()));
    }
    TranslatorBuilder::new()
        .multi_line(true)
        .case_insensitive(is_ignored)
        .build()
        .translate(pattern, &ast)
        .map_err(|error| SearchError::new(pattern, error.kind(), error.span()))
}

/// Builds the automaton, unless it is too large.
fn build(hir: &Hir) -> Option<Regex> {
    let limited = Regex::config().nfa_size_limit(Some(MAX_AUTOMATON_BYTES)).onepass(false);
    Regex::builder().configure(limited).build_from_hir(hir).ok()
}

/// Calls `each` with a place inside every line in which `regex` matches. Only where a
/// match ends is asked for, and any match will do: that is the least work.
fn each_line(regex: &Regex, block: &str, mut each: impl FnMut(usize)) {
    let mut start = 0;
    while start < block.len() {
        let input = Input::new(block).range(start..).earliest(true);
        let Some(found) = regex.search_half(&input) else { return };
        let place = found.offset();
        if place == block.len() && block.ends_with('\n') {
            // After the last line feed there is no line, though `$` is found there.
            return;
        }
        each(place);
        let Some(rest) = memchr(b'\n', &block.as_bytes()[place..]) else { return };
        start = place + rest + 1;
    }
}

/// The line that a place of a block is in.
fn line_at(block: &str, place: usize) -> &str {
    let start = block[..place].rfind('\n').map_or(0, |before| before + 1);
    let end = block[place..].find('\n').map_or(block.len(), |after| place + after);
    &block[start..end]
}
