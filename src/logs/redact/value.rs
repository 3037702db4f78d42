//! Where a value ends, by how it begins.

use std::ops::Range;

use super::name::Kind;
use crate::text::redact::MASK;

/// What an unquoted value may be without being a secret.
const NO_SECRETS: [&str; 8] = ["true", "false", "null", "none", "nil", "undefined", "yes", "no"];

/// Schemes with one word behind them.
const ONE_WORD: [&str; 7] = ["basic", "bearer", "token", "apikey", "key", "negotiate", "ntlm"];

/// Beginnings of schemes with parameters, which are quoted.
const PARAMETERS: [&str; 5] = ["digest", "hawk", "oauth", "signature", "aws4-"];

/// A value, and whether quotes of its own stand around it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Value {
    /// What has to go, in bytes of the line.
    pub(super) range: Range<usize>,
    pub(super) is_quoted: bool,
}

/// The value that begins at `start`; `None` when there is none, or none to be hidden.
pub(super) fn read(line: &str, start: usize, kind: Kind, is_header: bool) -> Option<Value> {
    let rest = &line[start..];
    let found = |range: Range<usize>, is_quoted| {
        let range = start + range.start..start + range.end;
        (!range.is_empty()).then_some(Value { range, is_quoted })
    };
    if let Some(open) = opening_quote(rest) {
        return found(open..open + quoted_length(&rest[open..], &rest[..open]), true);
    }
    if rest.starts_with(['[', '{', '(']) {
        return found(0..bracketed_length(rest), false);
    }
    let word = bare_length(rest);
    let length = match kind {
        // What went before stays as it is.
        _ if rest.starts_with(MASK) => MASK.len(),
        Kind::Cookie => to_the_quote(rest),
        Kind::Authorization => authorization_length(rest, word, is_header),
        Kind::Several if rest.starts_with(|first: char| first.is_ascii_digit()) => 0,
        Kind::Word | Kind::Password | Kind::Several => word,
    };
    let is_secret = !NO_SECRETS.iter().any(|it| it.eq_ignore_ascii_case(&rest[..length]));
    is_secret.then(|| found(0..length, false)).flatten()
}

/// Whether `rest` begins with the name of another value, as behind `password= user=bob`.
pub(super) fn is_another(rest: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let name = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
    // Padding of base64 is no sign.
    let value = rest[name..].strip_prefix('=').and_then(|value| value.chars().next());
    name > 0 && value.is_some_and(|first| first != '=' && !first.is_whitespace())
}

/// How long the quote is that `rest` begins with, with the backslashes that escape it
/// when the line is a string within a string.
pub(super) fn opening_quote(rest: &str) -> Option<usize> {
    let slashes = slashes(rest);
    let is_quote = matches!(rest.as_bytes().get(slashes), Some(b'"' | b'\'' | b'`'));
    is_quote.then_some(slashes + 1)
}

fn slashes(rest: &str) -> usize {
    rest.bytes().take_while(|byte| *byte == b'\\').count()
}

/// How long the text is before the quote that ends what `open` began; all of it when
/// the line was cut.
pub(super) fn quoted_length(text: &str, open: &str) -> usize {
    let (depth, quote) = (open.len() - 1, open.as_bytes()[open.len() - 1]);
    let bytes = text.as_bytes();
    let (mut slashes, mut at) = (0, 0);
    while at < bytes.len() {
        if bytes[at] == quote && ends(slashes, depth) {
            // SQL writes a quote within quotes twice.
            if !(quote == b'\'' && at > 0 && bytes.get(at + 1) == Some(&quote)) {
                return at - slashes.min(depth);
            }
            at += 1;
        }
        slashes = if bytes[at] == b'\\' { slashes + 1 } else { 0 };
        at += 1;
    }
    text.len()
}

/// Whether a quote behind so many backslashes ends a string that began with `depth` of
/// them. Within it, a quote has more; a backslash of its own has twice as many and one.
fn ends(slashes: usize, depth: usize) -> bool {
    slashes <= depth || (slashes - depth).is_multiple_of(2 * (depth + 1))
}

/// How long the list or object is that `rest` begins with; all of it when it has no end.
fn bracketed_length(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        let text = &rest[at..];
        if let Some(open) = opening_quote(text) {
            at += open + quoted_length(&text[open..], &text[..open]);
            // The quote at the end may have fewer backslashes than the one before.
            at += slashes(&rest[at..]) + 1;
            continue;
        }
        at += slashes(text);
        let Some(c) = rest[at..].chars().next() else { break };
        match c {
            '[' | '{' | '(' => depth += 1,
            ']' | '}' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += c.len_utf8();
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// How long a value without quotes is. Signs that separate values end it only where
/// another one follows: a password may have them too.
fn bare_length(rest: &str) -> usize {
    let end = rest.char_indices().find(|(at, c)| {
        let after = &rest[at + c.len_utf8()..];
        match c {
            '"' | '\'' | '`' | '<' | '>' | '␊' | '␍' => true,
            ',' | ';' | '&' | '|' => another_follows(after),
            '\\' => after.starts_with(['"', '\'', '\\', 'n', 'r', 't']),
            c => c.is_whitespace(),
        }
    });
    let value = &rest[..end.map_or(rest.len(), |(at, _)| at)];
    value.trim_end_matches([')', ']', '}', ',']).len()
}

fn another_follows(after: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || "_.-%[]".contains(c);
    let name = after.find(|c| !is_name(c)).unwrap_or(after.len());
    match after[name..].chars().next() {
        None | Some('=' | ':') => name == 0 || after.len() > name,
        Some(c) => name == 0 && (c.is_whitespace() || "\"'\\)}".contains(c)),
    }
}

fn authorization_length(rest: &str, word: usize, is_header: bool) -> usize {
    let scheme = &rest[..word];
    let gap = rest[word..].len() - rest[word..].trim_start().len();
    if gap == 0 {
        return word;
    }
    if ONE_WORD.iter().any(|it| it.eq_ignore_ascii_case(scheme)) {
        return word + gap + bare_length(&rest[word + gap..]);
    }
    let begins = |it: &&str| scheme.get(..it.len()).is_some_and(|s| s.eq_ignore_ascii_case(it));
    if PARAMETERS.iter().any(begins) {
        return rest.len();
    }
    // A scheme that nobody has heard of.
    if is_header { to_the_quote(rest) } else { word }
}

/// Up to what ends the text around it.
fn to_the_quote(rest: &str) -> usize {
    rest.find(['"', '\'', '`', '␊', '␍']).unwrap_or(rest.len())
}
