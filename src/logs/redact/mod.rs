//! [`Redactor`]: hides secrets in lines that leave midwatch (threats T4, T21, T23).
//!
//! Every rule looks at the line as it is and names what has to go; only then is it
//! written anew. So no rule can be misled by what another one left behind. All of them
//! take time in proportion to the line.
//!
//! What a person redacts is not asked to be minimal: where a line is ambiguous, more of
//! it goes. Nothing here makes a promise about secrets that look like words.

mod key_block;
mod keyed;
mod known;
mod name;
mod value;

use std::{borrow::Cow, ops::Range};

use regex::{Regex, RegexBuilder};

use crate::text::redact::{self, MASK};
pub use key_block::Masker;

/// How large a compiled rule of the user may be, in bytes.
const RULE_BYTES: usize = 1024 * 1024;

/// How many rules a user may have.
const MAX_RULES: usize = 64;

/// Hides secrets in the text of lines: what is named as one (`password=…`, JSON,
/// headers, URLs), what has the form of one (JSON web tokens, keys of clouds and code
/// hosts, private keys), and what the user's own rules say.
///
/// In their place stands [`MASK`], of one length whatever it hides. Masking twice
/// changes nothing more.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    own: Vec<Regex>,
}

/// Why a rule of the user is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedactError {
    /// It is no regular expression, or too large a one.
    #[error("`{rule}` is no rule: {why}")]
    Rule {
        /// The rule.
        rule: String,
        /// What is wrong with it, in a line.
        why: String,
    },
    /// There are more than [`Redactor`] takes.
    #[error("at most {MAX_RULES} rules are taken")]
    TooMany,
}

/// A stretch of a line that has to go.
#[derive(Clone, Debug)]
struct Hidden<'t> {
    range: Range<usize>,
    /// What the mask is put between, so that JSON stays JSON.
    quote: &'t str,
}

impl Hidden<'_> {
    fn bare(range: Range<usize>) -> Self {
        Self { range, quote: "" }
    }
}

impl Redactor {
    /// Hides what each of the user's regular expressions finds, besides all else.
    ///
    /// # Errors
    ///
    /// When one is none, or they are too many or too large.
    pub fn new(own: &[impl AsRef<str>]) -> Result<Self, RedactError> {
        if own.len() > MAX_RULES {
            return Err(RedactError::TooMany);
        }
        let own = own.iter().map(|rule| compile(rule.as_ref())).collect::<Result<_, _>>()?;
        Ok(Self { own })
    }

    /// A line without its secrets.
    ///
    /// What spans several lines, as a private key does, needs a [`Masker`].
    #[must_use]
    pub fn mask<'t>(&self, line: &'t str) -> Cow<'t, str> {
        let mut hidden: Vec<Hidden<'t>> = Vec::new();
        for rule in &self.own {
            let found = rule.find_iter(line).filter(|found| !found.is_empty());
            hidden.extend(found.map(|found| Hidden::bare(found.range())));
        }
        hidden.extend(redact::url_secrets(line).filter(|it| !it.is_empty()).map(Hidden::bare));
        keyed::find(line, &mut hidden);
        known::find(line, &mut hidden);
        if hidden.is_empty() {
            return Cow::Borrowed(line);
        }
        hidden.sort_by_key(|it| it.range.start);
        Cow::Owned(rewrite(line, &hidden))
    }

    /// The value of a field without its secrets: all of it goes when the name says so.
    #[must_use]
    pub fn mask_value<'t>(&self, name: &str, value: &'t str) -> Cow<'t, str> {
        if name::kind(name).is_some() && !value.is_empty() {
            return Cow::Owned(MASK.into());
        }
        self.mask(value)
    }
}

fn compile(rule: &str) -> Result<Regex, RedactError> {
    let built = RegexBuilder::new(rule).size_limit(RULE_BYTES).dfa_size_limit(RULE_BYTES).build();
    built.map_err(|error| {
        // The reason is the last line; those before it draw an arrow.
        let why = error.to_string();
        let why = why.lines().last().unwrap_or_default().trim().to_owned();
        RedactError::Rule { rule: rule.into(), why }
    })
}

/// A pattern of our own.
#[expect(clippy::expect_used, reason = "it is in this program; one that hides nothing is worse")]
fn ours(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern of our own is one")
}

/// Puts one mask in the place of each stretch; those that overlap or touch share one.
fn rewrite(line: &str, hidden: &[Hidden<'_>]) -> String {
    let mut out = String::with_capacity(line.len() + MASK.len());
    let mut stretches = hidden.iter().peekable();
    let mut from = 0;
    while let Some(first) = stretches.next() {
        let mut end = first.range.end;
        while let Some(next) = stretches.next_if(|next| next.range.start <= end) {
            end = end.max(next.range.end);
        }
        out.push_str(&line[from..first.range.start]);
        for part in [first.quote, MASK, first.quote] {
            out.push_str(part);
        }
        from = end;
    }
    out.push_str(&line[from..]);
    out
}

#[cfg(test)]
mod tests;
