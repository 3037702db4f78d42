//! [`Lexer`]: a filter's text in pieces, each with its place.

use std::ops::Range;

use super::{
    FilterError,
    scan::{self, Style},
    words::{Op, looks_like_name, operator_at, subject},
};

/// A piece of a filter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// `(`, where a term could begin.
    Open,
    /// `)`, where no term has opened one.
    Close,
    /// `not`.
    Not,
    /// `and`, which says what standing side by side says too.
    And,
    /// `or`.
    Or,
    /// A term.
    Term(RawTerm),
}

/// A term, not yet understood.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RawTerm {
    /// What it is about and how; a bare word or phrase has none.
    pub(super) head: Option<Head>,
    /// What is wanted, with its quotes.
    pub(super) value: Range<usize>,
}

/// What stands before a term's value, such as `level>=`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Head {
    pub(super) name: Range<usize>,
    pub(super) op: Op,
    /// The operator's place; the value begins where it ends.
    pub(super) op_at: Range<usize>,
}

/// A piece with its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lexed {
    pub(super) token: Token,
    pub(super) at: Range<usize>,
}

/// Takes a filter's text apart, from left to right.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Where the next piece begins; the text's end when there is none.
    pub(super) fn next_start(&self) -> usize {
        let rest = &self.text[self.at..];
        self.at + (rest.len() - rest.trim_start().len())
    }

    /// The next piece. After an error there is none.
    pub(super) fn next(&mut self) -> Result<Option<Lexed>, FilterError> {
        let start = self.next_start();
        self.at = self.text.len();
        let rest = &self.text[start..];
        let (token, end) = match rest.chars().next() {
            None => return Ok(None),
            Some('(') => (Token::Open, start + 1),
            Some(')') => (Token::Close, start + 1),
            Some(_) => match keyword(rest) {
                Some((token, length)) => (token, start + length),
                None => self.term(start)?,
            },
        };
        self.at = end;
        Ok(Some(Lexed { token, at: start..end }))
    }

    /// The term that begins at `start`, and where it ends.
    fn term(&self, start: usize) -> Result<(Token, usize), FilterError> {
        let head = head(self.text, start)?;
        let from = head.as_ref().map_or(start, |head| head.op_at.end);
        let is_regex = head.as_ref().is_some_and(|head| head.op.is_regex());
        let style = if is_regex { Style::Regex } else { Style::Plain };
        let end = scan::value_end(self.text, from, style)?;
        Ok((Token::Term(RawTerm { head, value: from..end }), end))
    }
}

/// A word of the language at the beginning of `rest`, and its length.
fn keyword(rest: &str) -> Option<(Token, usize)> {
    let length = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    let (word, after) = rest.split_at(length);
    if !after.is_empty() && !after.starts_with(|c: char| c.is_whitespace() || "()".contains(c)) {
        return None;
    }
    let token = match word.to_ascii_lowercase().as_str() {
        "not" => Token::Not,
        "and" => Token::And,
        "or" => Token::Or,
        _ => return None,
    };
    Some((token, length))
}

/// The name and the operator of the term that begins at `start`; `None` for a bare word.
///
/// # Errors
/// When it is neither: better said than silently looked for as a text.
pub(super) fn head(text: &str, start: usize) -> Result<Option<Head>, FilterError> {
    let rest = &text[start..];
    let length = rest
        .char_indices()
        .find(|(at, c)| {
            c.is_whitespace() || "\"()[]{}".contains(*c) || operator_at(&rest[*at..]).is_some()
        })
        .map_or(rest.len(), |(at, _)| at);
    let name = &rest[..length];
    let Some((op, sign)) = operator_at(&rest[length..]) else {
        return no_other_notation(name, start).map(|()| None);
    };
    let op_at = start + length..start + length + sign.len();
    if name.is_empty() {
        let message = format!(
            "`{sign}` needs a name right before it, as in `level>=warn`; quote it to look for it"
        );
        return Err(FilterError::new(op_at, message));
    }
    no_other_notation(name, start)?;
    if !looks_like_name(name) {
        return Ok(None);
    }
    let after = &text[op_at.end..];
    if op == Op::Is && after.starts_with(['=', '~']) {
        let right = if after.starts_with('=') { '=' } else { '~' };
        let at = op_at.start..op_at.end + 1;
        return Err(FilterError::new(at, format!("write `{right}` alone")));
    }
    Ok(Some(Head { name: start..start + length, op, op_at }))
}

/// Refuses what means a term in other tools and would be looked for as a text here.
fn no_other_notation(name: &str, start: usize) -> Result<(), FilterError> {
    let at = start..start + name.len();
    if let Some(wanted) = name.strip_prefix('!').filter(|wanted| !wanted.is_empty()) {
        return Err(FilterError::new(at, format!("write `not {wanted}…`")));
    }
    if let Some(wanted) = name.strip_prefix('-')
        && subject(wanted).is_some()
    {
        return Err(FilterError::new(at, format!("write `not {wanted}…`")));
    }
    if let Some((before, value)) = name.split_once(':')
        && !value.is_empty()
        && subject(before).is_some()
    {
        let message = format!("write `{before}={value}`, or quote it to look for it");
        return Err(FilterError::new(at, message));
    }
    Ok(())
}
