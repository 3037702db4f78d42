//! [`Stack`]: what a stack file says of the stack itself.

use serde::{Deserialize, Serialize};

use crate::text::Clean;

/// The stack that is looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stack {
    /// Its name; `None` when everything on the engine is shown.
    pub name: Option<Clean>,
    /// A longer name.
    pub title: Option<Clean>,
    /// What it is for; `None` when nothing says so.
    pub environment: Option<Environment>,
}

/// What a stack is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// People build on it.
    Development,
    /// People try on it.
    Staging,
    /// People depend on it.
    Production,
}

impl Environment {
    /// The word that stands in the status line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Development => "DEVELOPMENT",
            Self::Staging => "STAGING",
            Self::Production => "PRODUCTION",
        }
    }
}
