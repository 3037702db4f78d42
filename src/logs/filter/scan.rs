//! Where values end, and what stands in them.

use std::{borrow::Cow, ops::Range};

use super::FilterError;

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Style {
    /// A regular expression: a backslash takes the meaning of what follows it, and
    /// brackets that stand in a class open nothing.
    Regex,
    /// Words.
    Plain,
}

/// Where the value that begins at `start` ends: at white space or a closing bracket,
/// outside of quotes and of brackets that it opens itself.
///
/// Words may have a bracket that is never closed (`fn(`, `[error`); there it is a
/// character like others.
pub(super) fn value_end(text: &str, start: usize, style: Style) -> Result<usize, FilterError> {
    let mut scan = Scan { text, style, open: Vec::new(), quote: None, holds_spaces: true };
    match scan.run(start) {
        Err(Unclosed::Bracket(_)) if style == Style::Plain => {
            scan = Scan { open: Vec::new(), quote: None, holds_spaces: false, ..scan };
            scan.run(start).or_else(|unclosed| match unclosed {
                Unclosed::Bracket(_) => Ok(text.len()),
                Unclosed::Quote(at) => Err(unclosed_quote(at)),
            })
        }
        Err(Unclosed::Bracket(at)) => {
            let bracket = &text[at..=at];
            let message = format!("this `{bracket}` is not closed; `\\{bracket}` looks for one");
            Err(FilterError::new(at..at + 1, message))
        }
        Err(Unclosed::Quote(at)) => Err(unclosed_quote(at)),
        Ok(end) => Ok(end),
    }
}

fn unclosed_quote(at: usize) -> FilterError {
    let message = "this quote is not closed; write `\"\\\"\"` to look for one";
    FilterError::new(at..at + 1, message)
}

/// What is open at the end of the text, and where it was opened.
enum Unclosed {
    Bracket(usize),
    Quote(usize),
}

struct Scan<'a> {
    text: &'a str,
    style: Style,
    /// What would close each open bracket, and where that was opened.
    open: Vec<(char, usize)>,
    /// Where the open quote is.
    quote: Option<usize>,
    /// Whether white space between brackets belongs to the value.
    holds_spaces: bool,
}

impl Scan<'_> {
    fn run(&mut self, start: usize) -> Result<usize, Unclosed> {
        let mut chars = self.text[start..].char_indices().map(|(at, c)| (start + at, c)).peekable();
        while let Some((at, c)) = chars.next() {
            if c == '\\' && (self.quote.is_some() || self.style == Style::Regex) {
                chars.next();
            } else if self.ends_at(at, c)? {
                return Ok(at);
            } else if self.style == Style::Regex && c == '[' && self.quote.is_none() {
                // The first `]` of a class is a character of it.
                chars.next_if(|(_, c)| *c == '^');
                chars.next_if(|(_, c)| *c == ']');
            }
        }
        match (self.quote, self.open.first()) {
            (Some(at), _) => Err(Unclosed::Quote(at)),
            (None, Some((_, at))) => Err(Unclosed::Bracket(*at)),
            (None, None) => Ok(self.text.len()),
        }
    }

    /// Whether the value ends before this character; otherwise takes it in.
    fn ends_at(&mut self, at: usize, c: char) -> Result<bool, Unclosed> {
        if self.quote.is_some() {
            if c == '"' {
                self.quote = None;
            }
            return Ok(false);
        }
        let innermost = self.open.last().map(|(close, _)| *close);
        let in_class = self.style == Style::Regex && innermost == Some(']');
        match c {
            _ if c.is_whitespace() => return Ok(innermost.is_none() || !self.holds_spaces),
            _ if innermost == Some(c) => {
                self.open.pop();
            }
            '[' => self.open.push((']', at)),
            _ if in_class => {}
            '"' => self.quote = Some(at),
            '(' => self.open.push((')', at)),
            '{' => self.open.push(('}', at)),
            // One that this value has not opened closes a group around it.
            ')' if !self.open.iter().any(|(close, _)| *close == ')') => {
                let within = self.open.first().filter(|_| self.holds_spaces);
                return within.map_or(Ok(true), |(_, at)| Err(Unclosed::Bracket(*at)));
            }
            _ => {}
        }
        Ok(false)
    }
}

/// One of the values that a term is satisfied with.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item<'a> {
    /// The value without its quotes.
    pub(super) text: Cow<'a, str>,
    /// Whether it was quoted: then nothing in it has a meaning of its own.
    pub(super) is_quoted: bool,
    /// Its place in the filter, with its quotes.
    pub(super) at: Range<usize>,
}

/// The values of a list, `api,"a b"`.
pub(super) fn items(text: &str, at: Range<usize>) -> Result<Vec<Item<'_>>, FilterError> {
    item_places(text, at).into_iter().map(|at| item(text, at)).collect()
}

/// Where the values of a list are: between commas that no quotes hold.
pub(super) fn item_places(text: &str, at: Range<usize>) -> Vec<Range<usize>> {
    let mut quotes = Quotes::default();
    let is_comma = |c: char| {
        quotes.pass(c);
        c == ',' && !quotes.is_inside
    };
    let mut start = at.start;
    let pieces = text[at].split(is_comma);
    pieces
        .map(|piece| {
            let place = start..start + piece.len();
            start = place.end + 1;
            place
        })
        .collect()
}

/// Whether a place is within quotes, where a backslash takes the meaning of what follows.
#[derive(Default)]
struct Quotes {
    is_inside: bool,
    is_escaped: bool,
}

impl Quotes {
    /// Goes over a character.
    fn pass(&mut self, c: char) {
        let was_escaped = std::mem::take(&mut self.is_escaped);
        match c {
            '"' if !was_escaped => self.is_inside = !self.is_inside,
            '\\' if self.is_inside => self.is_escaped = !was_escaped,
            _ => {}
        }
    }
}

fn item(text: &str, at: Range<usize>) -> Result<Item<'_>, FilterError> {
    let raw = &text[at.clone()];
    if raw.is_empty() {
        return Err(FilterError::new(at, "a value is missing here"));
    }
    match inside_quotes(raw, &at)? {
        Some(inner) => Ok(Item { text: unescaped(inner), is_quoted: true, at }),
        None => Ok(Item { text: raw.into(), is_quoted: false, at }),
    }
}

/// What a value that begins with a quote has between its quotes.
///
/// # Errors
/// When it goes on after the closing one.
pub(super) fn inside_quotes<'a>(
    raw: &'a str,
    at: &Range<usize>,
) -> Result<Option<&'a str>, FilterError> {
    let Some(inner) = raw.strip_prefix('"') else { return Ok(None) };
    let mut quotes = Quotes { is_inside: true, is_escaped: false };
    let close = inner.find(|c: char| {
        quotes.pass(c);
        !quotes.is_inside
    });
    match close {
        Some(close) if close + 1 == inner.len() => Ok(Some(&inner[..close])),
        _ => {
            let message = "nothing may follow the closing quote but a space; \
                           `\\\"` is a quote within quotes";
            Err(FilterError::new(at.clone(), message))
        }
    }
}

/// `\"` and `\\` stand for what follows the backslash; any other backslash is one.
pub(super) fn unescaped(inner: &str) -> Cow<'_, str> {
    if !inner.contains('\\') {
        return inner.into();
    }
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        let escaped = (c == '\\').then(|| chars.next_if(|next| matches!(next, '"' | '\\')));
        out.push(escaped.flatten().unwrap_or(c));
    }
    out.into()
}

/// Writes a value so that it is read as it stands, with quotes where it needs them.
pub(super) fn quoted(value: &str) -> String {
    let is_plain = |c: char| !c.is_whitespace() && !"\",()[]{}*\\".contains(c);
    let is_like_operator = value.starts_with(['=', '~', '<', '>']);
    if !value.is_empty() && value.chars().all(is_plain) && !is_like_operator {
        return value.to_owned();
    }
    in_quotes(value)
}

/// Writes a value in quotes, so that it is read as it stands.
pub(super) fn in_quotes(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}
