//! What the readers of the formats are given and give: [`Opening`], [`Line`], [`Sink`].

use super::{
    parts::{Field, Value},
    stamp::{self, Stamp},
};
use crate::model::Severity;

/// A line, and the time that it begins with, looked for once and for all formats.
#[derive(Clone, Copy)]
pub(super) struct Opening<'a> {
    /// The whole line.
    pub(super) text: &'a str,
    /// The time that it begins with.
    pub(super) time: Option<Time<'a>>,
}

/// A time at the beginning of a line.
#[derive(Clone, Copy)]
pub(super) struct Time<'a> {
    /// What it says.
    pub(super) stamp: Stamp,
    /// As it is written.
    pub(super) text: &'a str,
    /// Whether a square bracket opens before it, and has yet to be closed.
    pub(super) bracketed: bool,
    /// What follows it.
    pub(super) rest: &'a str,
}

impl<'a> Opening<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let (bracketed, from) = match text.strip_prefix('[') {
            Some(inner) => (true, inner),
            None => (false, text),
        };
        let time = stamp::leading(from).map(|(stamp, length)| {
            let (text, rest) = from.split_at(length);
            Time { stamp, text, bracketed, rest }
        });
        Self { text, time }
    }

    /// The time, and what follows it, when it stands in no bracket.
    pub(super) fn bare_time(&self) -> Option<Time<'a>> {
        self.time.filter(|time| !time.bracketed)
    }

    /// The time, and what follows it, when it stands in a bracket.
    pub(super) fn bracketed_time(&self) -> Option<Time<'a>> {
        self.time.filter(|time| time.bracketed)
    }

    /// The line without the time that it begins with.
    pub(super) fn after_time(&self) -> &'a str {
        match self.time {
            Some(time) => time.rest.strip_prefix(']').unwrap_or(time.rest),
            None => self.text,
        }
    }
}

/// What a line says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Head {
    /// Its own time.
    pub(super) stamp: Option<Stamp>,
    /// How bad it says that it is.
    pub(super) level: Option<Severity>,
    /// Whether that is a guess from its words.
    pub(super) is_guess: bool,
    /// Whether it belongs to the line before it.
    pub(super) continues: bool,
}

/// A line of a format whose message is a piece of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line<'a> {
    pub(super) head: Head,
    /// Its time as it is written; empty without one.
    pub(super) time: &'a str,
    pub(super) message: &'a str,
}

impl<'a> Line<'a> {
    /// A line that says its time, its level and a message.
    pub(super) fn new(time: Option<Time<'a>>, level: Option<Severity>, message: &'a str) -> Self {
        let head = Head { stamp: time.map(|time| time.stamp), level, ..Head::default() };
        Self { head, time: time.map_or("", |time| time.text), message }
    }
}

/// Takes the fields of a line as they are found: into a list, or nowhere, which costs
/// nothing.
pub(super) trait Sink<'a> {
    /// Takes a field.
    fn push(&mut self, name: &'a str, value: Value<'a>);

    /// Takes a field of text, if there is any.
    fn text(&mut self, name: &'a str, value: &'a str) {
        if !matches!(value, "" | "-") {
            self.push(name, Value::Text(value.into()));
        }
    }

    /// Takes a field that can be a number, if it is there.
    fn word(&mut self, name: &'a str, value: &'a str) {
        if !matches!(value, "" | "-") {
            self.push(name, Value::of_word(value));
        }
    }
}

/// For those who want no fields.
impl<'a> Sink<'a> for () {
    fn push(&mut self, _name: &'a str, _value: Value<'a>) {}

    fn word(&mut self, _name: &'a str, _value: &'a str) {}
}

impl<'a> Sink<'a> for Vec<Field<'a>> {
    fn push(&mut self, name: &'a str, value: Value<'a>) {
        self.push(Field { name: name.into(), value });
    }
}

/// The one field that is wanted; the first of its name.
pub(super) struct Pick<'n, 'a> {
    pub(super) name: &'n str,
    pub(super) found: Option<Value<'a>>,
}

impl<'a> Sink<'a> for Pick<'_, 'a> {
    fn push(&mut self, name: &'a str, value: Value<'a>) {
        if self.found.is_none() && name == self.name {
            self.found = Some(value);
        }
    }
}
