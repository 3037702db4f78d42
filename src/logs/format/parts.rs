//! [`parts`] and [`field`]: a line taken apart, for whoever looks at it.

use std::borrow::Cow;

use super::{
    json,
    line::{Opening, Pick},
    lines, logfmt,
    names::{TRACE_ID, TRACE_IDS, TRACE_MARK},
};
use crate::model::Format;

/// The name by which [`field`] gives the message, whatever the line calls it.
const MESSAGE: &str = "message";

/// How many digits a number can have to be held exactly.
const EXACT_DIGITS: usize = 15;

/// A line taken apart.
///
/// Escapes (`\n`, `\u001b`) are resolved, so a text can hold what must not be shown as it
/// is; [`Clean`](crate::text::Clean) comes before the screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts<'a> {
    /// What it says, without what is told elsewhere: time and level. Empty where it
    /// has fields alone.
    pub message: Cow<'a, str>,
    /// All else that it says, in its own order; nested JSON under dotted names.
    pub fields: Vec<Field<'a>>,
}

/// A named value.
#[derive(Clone, Debug, PartialEq)]
pub struct Field<'a> {
    /// Its name, dotted where it is nested (`http.status`).
    pub name: Cow<'a, str>,
    /// What it is.
    pub value: Value<'a>,
}

/// What a field is.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Text; also a JSON array, compact, and a whole number too long for [`Self::Number`].
    Text(Cow<'a, str>),
    /// A number.
    Number(f64),
    /// Yes or no.
    Bool(bool),
    /// JSON's null, or a key without a value.
    Null,
}

impl<'a> Value<'a> {
    /// What a word without quotes is: a number and a truth as in JSON, or text.
    pub(super) fn of_word(word: &'a str) -> Self {
        match word {
            "true" => Self::Bool(true),
            "false" => Self::Bool(false),
            _ if is_number(word) => Self::of_number(word),
            _ => Self::Text(word.into()),
        }
    }

    /// What a number is that is written as JSON writes them. One that would lose digits
    /// stays text: it is most likely the name of something.
    pub(super) fn of_number(number: &'a str) -> Self {
        let digits = number.strip_prefix('-').unwrap_or(number);
        let is_whole = digits.bytes().all(|byte| byte.is_ascii_digit());
        match number.parse::<f64>() {
            Ok(value) if value.is_finite() && !(is_whole && digits.len() > EXACT_DIGITS) => {
                Self::Number(value)
            }
            _ => Self::Text(number.into()),
        }
    }
}

/// Whether a word is a decimal number: `7`, `-0.5`; not `007`, `1.2.3` or `4e10`, which
/// are versions and ids.
fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix('-').unwrap_or(word);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let is_padded = whole.len() > 1 && whole.starts_with('0');
    is_digits(whole) && is_digits(fraction) && !is_padded
}

/// Takes a line apart; `None` where the format has no parts or the line is not of it.
#[must_use]
pub fn parts(format: Format, text: &str) -> Option<Parts<'_>> {
    match format {
        Format::Json => json::parts(text),
        Format::Logfmt => logfmt::parts(text),
        _ => {
            let mut fields = Vec::new();
            let line = lines::read(format, &Opening::of(text), &mut fields)?;
            Some(Parts { message: line.message.into(), fields })
        }
    }
}

/// One field of a line, by its dotted name; the first, where there are several.
///
/// The same as looking for it in [`parts`], but without building the others. `message`
/// gives the message, and `trace_id` also what a line calls `traceId` or the like.
#[must_use]
pub fn field<'a>(format: Format, text: &'a str, name: &str) -> Option<Value<'a>> {
    if name == MESSAGE {
        return message(format, text).map(Value::Text);
    }
    let found = own_field(format, text, name);
    if found.is_none() && name == TRACE_ID && text.contains(TRACE_MARK) {
        return TRACE_IDS.iter().find_map(|name| own_field(format, text, name));
    }
    found
}

/// A field by the name that the line gives it.
fn own_field<'a>(format: Format, text: &'a str, name: &str) -> Option<Value<'a>> {
    match format {
        Format::Json => json::field(text, name),
        Format::Logfmt => logfmt::field(text, name),
        _ => {
            let mut pick = Pick { name, found: None };
            lines::read(format, &Opening::of(text), &mut pick)?;
            pick.found
        }
    }
}

fn message(format: Format, text: &str) -> Option<Cow<'_, str>> {
    match format {
        Format::Json => json::message(text),
        Format::Logfmt => logfmt::message(text),
        _ => {
            let line = lines::read(format, &Opening::of(text), &mut ())?;
            Some(line.message.into())
        }
    }
}

#[cfg(test)]
#[path = "parts_tests.rs"]
mod tests;
