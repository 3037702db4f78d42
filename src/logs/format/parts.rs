//! [`parts`] and [`field`]: a line taken apart, for whoever looks at it.

use std::borrow::Cow;

use crate::model::Format;

/// A line taken apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts<'a> {
    /// What it says, without what is told elsewhere: time and level.
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
    /// Text.
    Text(Cow<'a, str>),
    /// A number.
    Number(f64),
    /// Yes or no.
    Bool(bool),
    /// JSON's null, or a key without a value.
    Null,
}

/// Takes a line apart; `None` where the format has no parts or the line is not of it.
#[must_use]
pub fn parts(_format: Format, _text: &str) -> Option<Parts<'_>> {
    None
}

/// One field of a line, by its dotted name.
#[must_use]
pub fn field<'a>(format: Format, text: &'a str, name: &str) -> Option<Value<'a>> {
    let found = parts(format, text)?.fields.into_iter().find(|field| field.name == name)?;
    Some(found.value)
}
