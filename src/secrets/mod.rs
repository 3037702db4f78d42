//! Secrets: from where a reference points to, at the moment that they are needed.
//!
//! Nothing here keeps a value: a password that was changed is the new one the next time.

mod dotenv;
mod host;

use std::{fmt::Debug, path::PathBuf};

use async_trait::async_trait;
use thiserror::Error;

use crate::{
    model::SecretRef,
    text::{Clean, redact::Secret},
};

pub use host::HostSecrets;

/// Whoever knows where secrets are.
#[async_trait]
pub trait Secrets: Send + Sync + Debug {
    /// The value of a secret as it is now.
    ///
    /// # Errors
    ///
    /// [`SecretError`], which names the place and never what is in it.
    async fn secret(&self, of: &SecretRef) -> Result<Secret, SecretError>;
}

/// Why a secret cannot be had, with what to do about it.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SecretError {
    /// The environment has no such variable.
    #[error("the variable {0} is not set")]
    NotSet(Clean),
    /// None of the environment files has such a key.
    #[error("no environment file has the key {0}")]
    NotInFiles(Clean),
    /// The file cannot be read.
    #[error("{file}: {why}")]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        why: Clean,
    },
    /// Others than its owner can read the file (threat T18).
    #[error("others can read {0}: run chmod 600 on it")]
    ReadableByOthers(PathBuf),
    /// The stack file was not approved, so no command of it runs (threat T9).
    #[error("it is in what a command prints: approve the stack file first")]
    NotApproved,
    /// The command did not give it.
    #[error("the command {program} did not give it: {why}")]
    Command {
        /// The program, without its arguments.
        program: Clean,
        /// Why.
        why: Clean,
    },
    /// What was found is empty, or no text.
    #[error("what was found is {0}")]
    Useless(&'static str),
}
