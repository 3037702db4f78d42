//! [`SecretRef`]: where a secret is, never the secret.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::text::redact::Secret;

/// Where the value of a secret is found when it is needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretRef {
    /// In a variable of midwatch's own environment.
    Env(String),
    /// In a file, without the line end behind it.
    File(PathBuf),
    /// Under a key in one of the stack's environment files.
    Dotenv(String),
    /// In what a command prints. It runs only when the stack file is approved (threat T9).
    Command(Vec<String>),
    /// In the stack file itself, which only a stack that is not in production may do.
    Inline(Secret),
}
