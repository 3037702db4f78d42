//! [`Environment`]: what a stack is for, and so how careful one has to be with it.

use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr};

/// What a stack is for. Production is never drawn like anything else (threat T8).
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    EnumString,
    IntoStaticStr,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Environment {
    /// Somebody's own.
    #[default]
    Development,
    /// A rehearsal.
    Staging,
    /// People depend on it.
    Production,
}

impl Environment {
    /// The word that files and people use.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.into()
    }
}
