//! [`Vocabulary`]: the names and values that are on the screen.

use std::{cmp::Reverse, collections::BTreeMap};

use crate::{
    logs::{
        Record,
        filter::fields::shown,
        format::{Field, parts},
    },
    text::{Clean, redact::is_secret_name},
};

/// How many services, instances or names of fields are remembered.
const MAX_NAMES: usize = 200;

/// How many values of one field are remembered.
const MAX_VALUES: usize = 40;

/// The longest name or value that is offered, in bytes: nobody wants to complete more.
const MAX_BYTES: usize = 64;

/// The names and values that are on the screen, to complete filters with. Bounded: of
/// too many, the first are remembered.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    pub(super) services: Tally,
    pub(super) instances: Tally,
    pub(super) formats: Tally,
    fields: BTreeMap<String, SeenField>,
}

/// A field that lines have.
#[derive(Clone, Debug, Default)]
struct SeenField {
    lines: u32,
    values: Tally,
}

impl Vocabulary {
    /// Knows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Remembers the names and values of a line.
    pub fn learn(&mut self, record: &Record<'_>) {
        self.services.count(record.service, MAX_NAMES);
        self.instances.count(record.instance, MAX_NAMES);
        self.formats.count(record.told.format.name(), MAX_NAMES);
        let parts = parts(record.told.format, record.text);
        for field in parts.iter().flat_map(|parts| &parts.fields) {
            self.learn_field(field);
        }
    }

    pub(super) fn learn_field(&mut self, field: &Field<'_>) {
        let name: &str = &field.name;
        if !is_offered(name) {
            return;
        }
        if !self.fields.contains_key(name) {
            if self.fields.len() >= MAX_NAMES {
                return;
            }
            self.fields.insert(name.to_owned(), SeenField::default());
        }
        let Some(seen) = self.fields.get_mut(name) else { return };
        seen.lines = seen.lines.saturating_add(1);
        // A line may show a secret; the filter's own menu does not.
        if !is_secret_name(name) {
            seen.values.count(&shown(&field.value), MAX_VALUES);
        }
    }

    /// The fields that lines have, with how many do, the most seen first.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, u32)> {
        most_first(self.fields.iter().map(|(name, seen)| (name.as_str(), seen.lines)))
    }

    /// The values that a field has.
    pub(super) fn values(&self, field: &str) -> Option<&Tally> {
        self.fields.get(field).map(|seen| &seen.values)
    }
}

/// Texts, and how many lines have them.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally(BTreeMap<String, u32>);

impl Tally {
    fn count(&mut self, text: &str, most: usize) {
        if let Some(lines) = self.0.get_mut(text) {
            *lines = lines.saturating_add(1);
        } else if self.0.len() < most && is_offered(text) {
            self.0.insert(text.to_owned(), 1);
        }
    }

    pub(super) fn contains(&self, text: &str) -> bool {
        self.0.contains_key(text)
    }

    /// All of them, the most seen first.
    pub(super) fn most_seen(&self) -> impl Iterator<Item = (&str, u32)> {
        most_first(self.0.iter().map(|(text, lines)| (text.as_str(), *lines)))
    }
}

fn most_first<'a>(
    counted: impl Iterator<Item = (&'a str, u32)>,
) -> impl Iterator<Item = (&'a str, u32)> {
    let mut all: Vec<_> = counted.collect();
    all.sort_by_key(|(_, lines)| Reverse(*lines));
    all.into_iter()
}

/// Whether a text can be offered. What JSON hid behind its escapes cannot be drawn, and
/// its clean form would not find it.
fn is_offered(text: &str) -> bool {
    text.len() <= MAX_BYTES && Clean::new(text).as_str() == text
}
