//! Lines that are JSON objects.

mod layout;
mod members;

use std::borrow::Cow;

use super::{
    level,
    line::Head,
    names::{Role, role},
    parts::{Field, Parts, Value},
    stamp::{self, Stamp},
};
use crate::model::Severity;
use layout::compact;
pub(super) use layout::pretty;
use members::{members, text_of};

/// How deep objects are taken apart; what is deeper is given as text.
const MAX_DEPTH: usize = 8;

/// How long a name may be for what is below it to be taken apart, in bytes.
const MAX_NAME: usize = 256;

/// What a line says of itself; `None` when it is no JSON object.
pub(super) fn head(text: &str) -> Option<Head> {
    if !is_object(text) {
        return None;
    }
    let mut head = Head::default();
    let is_whole = members(text, |name, raw| {
        if !is_object(raw) {
            take_head(&mut head, &name, raw);
        } else if matches!(&*name, "log" | "t") {
            // `log.level` of Elastic's common schema, `t.$date` of MongoDB.
            members(raw, |inner, raw| {
                take_head(&mut head, &format!("{name}.{inner}"), raw);
            });
        }
    });
    is_whole.then_some(head)
}

fn is_object(raw: &str) -> bool {
    raw.starts_with('{')
}

/// Takes the time or the level from a member, the first of each that is one; gives
/// whether it did.
fn take_head(head: &mut Head, name: &str, raw: &str) -> bool {
    match role(name) {
        Some(Role::Time) if head.stamp.is_none() => {
            head.stamp = stamp_of(raw);
            head.stamp.is_some()
        }
        Some(Role::Level) if head.level.is_none() => {
            head.level = level_of(raw);
            head.level.is_some()
        }
        _ => false,
    }
}

fn stamp_of(raw: &str) -> Option<Stamp> {
    match unquoted(raw) {
        Some(text) => match stamp::leading(text) {
            Some((stamp, length)) => (length == text.len()).then_some(stamp),
            None => stamp::from_epoch(text),
        },
        None => stamp::from_epoch(raw),
    }
}

fn level_of(raw: &str) -> Option<Severity> {
    let text = unquoted(raw).unwrap_or(raw);
    level::from_word(text).or_else(|| level::from_number(text))
}

/// What stands between the quotes of a text. Times and levels need no escapes.
fn unquoted(raw: &str) -> Option<&str> {
    raw.strip_prefix('"')?.strip_suffix('"')
}

/// Takes the line apart.
pub(super) fn parts(text: &str) -> Option<Parts<'_>> {
    let mut found = Found::default();
    let is_whole = is_object(text) && walk("", text, 0, &mut |name, raw| found.take(name, raw));
    is_whole.then(|| found.finish())
}

/// The message alone.
pub(super) fn message(text: &str) -> Option<Cow<'_, str>> {
    let mut best = None;
    let is_whole = is_object(text)
        && members(text, |name, raw| {
            if let Some(Role::Message(rank)) = role(&name) {
                choose(&mut best, rank, raw);
            }
        });
    is_whole.then(|| best.and_then(|(_, raw)| text_of(raw)).unwrap_or_default())
}

/// Remembers a text if it is the better message.
fn choose<'a>(best: &mut Option<(u8, &'a str)>, rank: u8, raw: &'a str) -> bool {
    let is_better = raw.starts_with('"') && best.is_none_or(|(before, _)| rank < before);
    if is_better {
        *best = Some((rank, raw));
    }
    is_better
}

/// One field by its dotted name, without building the others.
pub(super) fn field<'a>(text: &'a str, name: &str) -> Option<Value<'a>> {
    // The last part of a name stands in the line, unless it is written with escapes.
    let last = name.rsplit('.').next().unwrap_or(name);
    if !is_object(text) || !(text.contains(last) || text.contains('\\')) {
        return None;
    }
    if role(name).is_some() {
        // Whether it is a field depends on what else the line has.
        let fields = parts(text)?.fields;
        return fields.into_iter().find(|field| field.name == name).map(|field| field.value);
    }
    let mut found = None;
    let is_whole = find(text, name, 0, 0, &mut found);
    found.filter(|_| is_whole).map(value_of)
}

/// Looks for the first leaf called `name`, of which `above` bytes are the names of the
/// objects around it.
fn find<'a>(
    text: &'a str,
    name: &str,
    above: usize,
    depth: usize,
    found: &mut Option<&'a str>,
) -> bool {
    members(text, |key, raw| {
        if found.is_some() {
            return;
        }
        let Some(after) = name[above..].strip_prefix(&*key) else { return };
        let length = above + key.len();
        if is_leaf(raw, depth, length) {
            *found = after.is_empty().then_some(raw);
        } else if after.starts_with('.') {
            find(raw, name, length + 1, depth + 1, found);
        }
    })
}

/// Whether a value is not taken apart any further.
fn is_leaf(raw: &str, depth: usize, name_length: usize) -> bool {
    !is_object(raw) || depth + 1 >= MAX_DEPTH || name_length > MAX_NAME || is_empty(raw)
}

fn is_empty(raw: &str) -> bool {
    raw[1..].trim_start().starts_with('}')
}

/// Shows `each` all leaves by their dotted names; gives whether the text is an object.
fn walk<'a>(
    above: &str,
    text: &'a str,
    depth: usize,
    each: &mut dyn FnMut(Cow<'a, str>, &'a str),
) -> bool {
    members(text, |key, raw| {
        let name = if depth == 0 { key } else { format!("{above}.{key}").into() };
        if is_leaf(raw, depth, name.len()) {
            each(name, raw);
        } else {
            walk(&name, raw, depth + 1, each);
        }
    })
}

fn value_of(raw: &str) -> Value<'_> {
    match raw.as_bytes().first() {
        Some(b'"') => Value::Text(text_of(raw).unwrap_or_default()),
        Some(b't') => Value::Bool(true),
        Some(b'f') => Value::Bool(false),
        Some(b'n') => Value::Null,
        Some(b'{' | b'[') => Value::Text(compact(raw)),
        _ => Value::of_number(raw),
    }
}

/// What was found in a line so far.
#[derive(Default)]
struct Found<'a> {
    head: Head,
    best: Option<(u8, &'a str)>,
    fields: Vec<(Cow<'a, str>, &'a str)>,
}

impl<'a> Found<'a> {
    fn take(&mut self, name: Cow<'a, str>, raw: &'a str) {
        if take_head(&mut self.head, &name, raw) {
            return;
        }
        if let Some(Role::Message(rank)) = role(&name) {
            choose(&mut self.best, rank, raw);
        }
        self.fields.push((name, raw));
    }

    fn finish(self) -> Parts<'a> {
        let message = self.best.map(|(_, raw)| raw);
        // The very piece of the line, not another one that reads the same.
        let is_message = |raw: &str| message.is_some_and(|message| std::ptr::eq(message, raw));
        let fields = self.fields.into_iter().filter(|(_, raw)| !is_message(raw));
        let fields = fields.map(|(name, raw)| Field { name, value: value_of(raw) }).collect();
        Parts { message: message.and_then(text_of).unwrap_or_default(), fields }
    }
}
