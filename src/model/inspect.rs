//! [`Inspection`]: everything an engine tells of one instance, as named sections.

use serde::{Deserialize, Serialize};

use crate::text::{Clean, redact::Secret};

/// Everything that an engine tells of one instance, in sections a person can read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspection {
    /// The sections, in reading order.
    pub sections: Vec<Section>,
}

/// A titled part of an inspection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// What it is about.
    pub title: String,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// One named value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The name.
    pub name: Clean,
    /// The value.
    pub value: Value,
}

/// A value of an inspection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Masked until a person asks for it. Environment values always are: a name
    /// that sounds harmless can carry a password (threat T4).
    Secret(Secret),
    /// Shown.
    Text(Clean),
}

impl Inspection {
    /// Adds a section, unless it would be empty.
    pub fn push(&mut self, title: &str, rows: Vec<Row>) {
        if !rows.is_empty() {
            self.sections.push(Section { title: title.into(), rows });
        }
    }
}

impl Row {
    /// A row that is shown.
    #[must_use]
    pub fn text(name: &str, value: &str) -> Self {
        Self { name: Clean::new(name), value: Value::Text(Clean::new(value)) }
    }

    /// A row that is masked.
    #[must_use]
    pub fn secret(name: &str, value: &str) -> Self {
        Self { name: Clean::new(name), value: Value::Secret(Secret::new(value)) }
    }
}
