//! Secrets with a name: `password=…`, `"token": "…"`, `Authorization: …`.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    Hidden,
    name::{self, Kind},
    ours, value,
};

static WORDS: LazyLock<Regex> = LazyLock::new(|| ours(name::WORDS));

/// What may stand between a name and its value.
const SIGNS: [&str; 7] = ["=>", ":=", "=", ":", "%3D", "%3A", r"\u003d"];

/// Finds the values of names that carry secrets.
pub(super) fn find<'t>(line: &'t str, hidden: &mut Vec<Hidden<'t>>) {
    let mut from = 0;
    while let Some(word) = WORDS.find_at(line, from) {
        let name = name_around(line, word.start().max(from), word.end());
        from = name.1;
        let Some(kind) = name::kind(&line[name.0..name.1]) else { continue };
        if let Some(found) = value_of(line, name, kind) {
            from = found.range.end;
            hidden.push(found);
        }
    }
}

/// The whole name of which a part was found.
fn name_around(line: &str, start: usize, end: usize) -> (usize, usize) {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    let bytes = line.as_bytes();
    let before = bytes[..start].iter().rev().take_while(|byte| is_name(byte)).count();
    let after = bytes[end..].iter().take_while(|byte| is_name(byte)).count();
    (start - before, end + after)
}

fn value_of(line: &str, name: (usize, usize), kind: Kind) -> Option<Hidden<'_>> {
    let rest = &line[name.1..];
    // `<password>…</password>`
    if rest.starts_with('>') && line[..name.0].ends_with('<') {
        let start = name.1 + 1;
        let end = line[start..].find('<').map_or(line.len(), |at| start + at);
        return (end > start).then(|| Hidden::bare(start..end));
    }
    let quote = &rest[..value::opening_quote(rest).unwrap_or(0)];
    let index = index_length(&rest[quote.len()..]);
    let after = &rest[quote.len() + index..];
    let (sign, is_header) = sign_length(after, kind, line[name.0..].starts_with("--"))?;
    let start = name.1 + quote.len() + index + sign;
    let found = value::read(line, start, kind, is_header)?;
    // In JSON it stands between quotes also when it was a number.
    let quote = if found.is_quoted || !quote.ends_with('"') { "" } else { quote };
    Some(Hidden { range: found.range, quote })
}

/// How long the end of an index is (`user[password]`), also within a URL.
fn index_length(rest: &str) -> usize {
    let brackets = ["]", ")", "%5D"];
    brackets.into_iter().find(|bracket| rest.starts_with(bracket)).map_or(0, str::len)
}

/// How long it is to the value, and whether a colon leads there.
fn sign_length(after: &str, kind: Kind, is_flag: bool) -> Option<(usize, bool)> {
    let blank = |text: &str| text.len() - text.trim_start().len();
    let before = blank(after);
    let rest = &after[before..];
    let same =
        |sign: &&str| rest.get(..sign.len()).is_some_and(|start| start.eq_ignore_ascii_case(sign));
    if let Some(sign) = SIGNS.into_iter().find(same) {
        let mut end = before + sign.len();
        end += after[end..].len() - after[end..].trim_start_matches('=').len();
        let gap = blank(&after[end..]);
        let is_empty =
            before == 0 && gap > 0 && sign == "=" && value::is_another(&after[end + gap..]);
        return (!is_empty).then_some((end + gap, sign == ":"));
    }
    // `--password hunter2`, and SQL's `PASSWORD 'hunter2'`.
    let is_value =
        is_flag && !rest.starts_with("--") || kind == Kind::Password && rest.starts_with('\'');
    (before > 0 && is_value).then_some((before, false))
}
