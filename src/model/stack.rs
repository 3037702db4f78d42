//! [`Stack`]: what a stack file says of the stack itself.

use serde::{Deserialize, Serialize};

use super::Environment;
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
