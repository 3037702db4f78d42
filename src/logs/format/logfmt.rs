//! `key=value` pairs, as logfmt and Go's slog write them.

use std::borrow::Cow;

use super::{
    level,
    line::Head,
    names::{Role, role},
    parts::{Field, Parts, Value},
    scan::closing_quote,
    stamp,
};

/// A pair of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Pair<'a> {
    name: &'a str,
    /// As it is written, without its quotes; none for a word alone.
    value: Option<&'a str>,
    is_quoted: bool,
}

/// The pairs of a line, one after the other.
struct Pairs<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Pairs<'a> {
    type Item = Pair<'a>;

    fn next(&mut self) -> Option<Pair<'a>> {
        self.rest = self.rest.trim_start_matches(' ');
        if self.rest.is_empty() {
            return None;
        }
        let end = memchr::memchr2(b'=', b' ', self.rest.as_bytes()).unwrap_or(self.rest.len());
        let (name, after) = self.rest.split_at(end);
        let Some(value) = after.strip_prefix('=') else {
            self.rest = after;
            return Some(Pair { name, value: None, is_quoted: false });
        };
        if let Some(inner) = value.strip_prefix('"') {
            // A line that was cut has no closing quote.
            let length = closing_quote(inner).unwrap_or(inner.len());
            self.rest = inner.get(length + 1..).unwrap_or_default();
            return Some(Pair { name, value: Some(&inner[..length]), is_quoted: true });
        }
        let length = memchr::memchr(b' ', value.as_bytes()).unwrap_or(value.len());
        let (value, after) = value.split_at(length);
        self.rest = after;
        Some(Pair { name, value: Some(value), is_quoted: false })
    }
}

impl<'a> Pair<'a> {
    fn value(&self) -> Value<'a> {
        match self.value {
            None => Value::Null,
            Some(value) if self.is_quoted => Value::Text(unescape(value)),
            Some(value) => Value::of_word(value),
        }
    }
}

/// What a line says of itself; `None` when it is not made of pairs.
///
/// It begins with one, most of its words are pairs, and it says a time, a level or a
/// message; or at least it is three pairs and nothing else. Read only as far as that
/// takes.
pub(super) fn head(text: &str) -> Option<Head> {
    if !begins_with_name(text) {
        return None;
    }
    let mut found = Found::default();
    let (mut pairs, mut words) = (0, 0);
    for pair in (Pairs { rest: text }) {
        match pair.value {
            Some(value) if is_name(pair.name) => {
                pairs += 1;
                found.take(pair.name, value);
            }
            _ => words += 1,
        }
        if found.head.stamp.is_some() && found.head.level.is_some() {
            break;
        }
    }
    let is_logfmt = if found.says_something { pairs >= 2 } else { pairs >= 3 && words == 0 };
    (is_logfmt && words * 2 <= pairs).then_some(found.head)
}

/// The head, and whether any of what every line has was found.
#[derive(Default)]
struct Found {
    head: Head,
    says_something: bool,
}

impl Found {
    /// Takes the time or the level, the first of each that is one; gives whether it did.
    fn take(&mut self, name: &str, value: &str) -> bool {
        let taken = match role(name) {
            Some(Role::Time) if self.head.stamp.is_none() => {
                self.head.stamp = stamp_of(value);
                self.head.stamp.is_some()
            }
            Some(Role::Level) if self.head.level.is_none() => {
                self.head.level = level::from_word(value).or_else(|| level::from_number(value));
                self.head.level.is_some()
            }
            Some(Role::Message(_)) => {
                self.says_something = true;
                false
            }
            _ => false,
        };
        self.says_something |= taken;
        taken
    }
}

fn stamp_of(value: &str) -> Option<stamp::Stamp> {
    match stamp::leading(value) {
        Some((stamp, length)) => (length == value.len()).then_some(stamp),
        None => stamp::from_epoch(value),
    }
}

/// Quick, because it is asked of every line: whether it begins with a name and `=`.
fn begins_with_name(text: &str) -> bool {
    let end = text.bytes().position(|byte| !is_of_name(byte));
    end.is_some_and(|end| end > 0 && text.as_bytes()[end] == b'=')
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(is_of_name)
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@' | b'/' | b'#')
}

/// Takes the line apart.
pub(super) fn parts(text: &str) -> Option<Parts<'_>> {
    head(text)?;
    let message = message_pair(text);
    let mut found = Found::default();
    let mut fields = Vec::new();
    for pair in (Pairs { rest: text }) {
        let is_head = pair.value.is_some_and(|value| found.take(pair.name, value));
        if !is_head && !is_same(message, pair) {
            fields.push(Field { name: pair.name.into(), value: pair.value() });
        }
    }
    Some(Parts { message: message.map(text_of).unwrap_or_default(), fields })
}

/// The message alone.
pub(super) fn message(text: &str) -> Option<Cow<'_, str>> {
    head(text)?;
    Some(message_pair(text).map(text_of).unwrap_or_default())
}

/// One field, without building the others.
pub(super) fn field<'a>(text: &'a str, name: &str) -> Option<Value<'a>> {
    if !text.contains(name) {
        return None;
    }
    head(text)?;
    let message = role(name).and_then(|_| message_pair(text));
    let mut found = Found::default();
    for pair in (Pairs { rest: text }) {
        let is_head = pair.value.is_some_and(|value| found.take(pair.name, value));
        if pair.name == name && !is_head && !is_same(message, pair) {
            return Some(pair.value());
        }
    }
    None
}

/// The pair that holds the message: the first of the best name.
fn message_pair(text: &str) -> Option<Pair<'_>> {
    let rank = |pair: &Pair<'_>| match role(pair.name) {
        Some(Role::Message(rank)) if pair.value.is_some() => Some(rank),
        _ => None,
    };
    let ranked = Pairs { rest: text }.filter_map(|pair| Some((rank(&pair)?, pair)));
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, pair)| pair)
}

/// Whether two are the very same pair of a line, not only equal ones.
fn is_same(one: Option<Pair<'_>>, other: Pair<'_>) -> bool {
    one.is_some_and(|one| std::ptr::eq(one.name, other.name))
}

fn text_of(pair: Pair<'_>) -> Cow<'_, str> {
    let value = pair.value.unwrap_or_default();
    if pair.is_quoted { unescape(value) } else { value.into() }
}

/// Every pair of a line as it would be shown: also its time, its level and its message.
pub(super) fn rows(text: &str) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
    Pairs { rest: text }.map(|pair| (pair.name.into(), text_of(pair))).collect()
}

/// Resolves the escapes of a quoted text, as Go and JSON write them; what is none stays.
fn unescape(quoted: &str) -> Cow<'_, str> {
    if !quoted.contains('\\') {
        return quoted.into();
    }
    let mut out = String::with_capacity(quoted.len());
    let mut rest = quoted;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let (c, length) = escaped(after).unwrap_or(('\\', 0));
        out.push(c);
        rest = &after[length..];
    }
    out.push_str(rest);
    out.into()
}

/// The character that an escape stands for, and how long it is, given what follows the
/// backslash.
fn escaped(after: &str) -> Option<(char, usize)> {
    let coded = |digits: usize| {
        let code = after.get(1..=digits)?;
        let c = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
        Some((c, digits + 1))
    };
    match after.bytes().next()? {
        b'n' => Some(('\n', 1)),
        b't' => Some(('\t', 1)),
        b'r' => Some(('\r', 1)),
        c @ (b'"' | b'\\' | b'/' | b'\'') => Some((c.into(), 1)),
        b'x' => coded(2),
        b'u' => coded(4),
        b'U' => coded(8),
        _ => None,
    }
}
