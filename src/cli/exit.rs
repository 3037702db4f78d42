//! [`Exit`]: what a command tells its shell; [`CliError`]: why it could not do its work.

use std::io;

use thiserror::Error;

use crate::{
    config::{ConfigError, ConfigErrors},
    engines::EngineError,
    model::{EngineId, Fault},
    notify::NotifyError,
    text::Clean,
};

/// What a command tells its shell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// All well.
    #[default]
    Well = 0,
    /// Something is wrong with what was looked at.
    Wrong = 1,
    /// The command line or the configuration is wrong.
    Usage = 2,
    /// An engine cannot be reached.
    Unreachable = 3,
}

impl Exit {
    /// The exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// This, once the answer is printed: a reader that has had enough of it
    /// (`midwatch status | head -1`) does not change what was found.
    ///
    /// # Errors
    /// When the output cannot be written for another reason.
    pub fn after(self, printed: Result<(), CliError>) -> Result<Self, CliError> {
        match printed {
            Err(error) if error.is_closed_pipe() => Ok(self),
            other => other.map(|()| self),
        }
    }
}

/// Why a command could not do its work.
#[derive(Debug, Error)]
pub enum CliError {
    /// The configuration is wrong.
    #[error("{0}")]
    Config(ConfigErrors),
    /// The command line is wrong.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What would be right; may be empty.
        hint: String,
    },
    /// There is no engine to look at.
    #[error("no engine was found")]
    NoEngine,
    /// An engine does not do what was asked.
    #[error("{engine}: {}", .fault.message)]
    Engine {
        /// Which engine.
        engine: EngineId,
        /// Why.
        fault: Fault,
    },
    /// A log of the stack file cannot be read.
    #[error("{name}: {}", .fault.message)]
    Source {
        /// Which log.
        name: Clean,
        /// Why.
        fault: Fault,
    },
    /// Somebody could not be told.
    #[error("{name}: {error}")]
    Notifier {
        /// By which notifier of the stack file.
        name: Clean,
        /// Why.
        error: NotifyError,
    },
    /// The output cannot be written.
    #[error("cannot write the output")]
    Output(#[source] io::Error),
    /// The system does not let us.
    #[error("cannot {what}")]
    System {
        /// What we tried.
        what: String,
        /// What it said.
        source: io::Error,
    },
}

impl CliError {
    /// Says what is wrong with the command line.
    #[must_use]
    pub fn usage(message: &str, hint: &str) -> Self {
        Self::Usage { message: message.into(), hint: hint.into() }
    }

    /// Says which engine failed and why.
    #[must_use]
    pub fn engine(engine: &EngineId, error: &EngineError) -> Self {
        Self::Engine { engine: engine.clone(), fault: error.to_fault() }
    }

    /// Says which log of the stack file cannot be read and why.
    #[must_use]
    pub fn source(name: &Clean, error: &EngineError) -> Self {
        Self::Source { name: name.clone(), fault: error.to_fault() }
    }

    /// Says what we tried when the system refused.
    pub fn system(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::System { what: what.into(), source }
    }

    /// What to do next, where we know.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Usage { hint, .. } => Some(hint.clone()).filter(|hint| !hint.is_empty()),
            Self::Engine { fault, .. } | Self::Source { fault, .. } => {
                fault.hint.as_ref().map(ToString::to_string)
            }
            Self::NoEngine => Some(
                "start Docker or Podman, or say where it is with --host; \
                 `midwatch doctor` shows what was tried, `midwatch demo` needs no engine"
                    .into(),
            ),
            Self::Config(_) | Self::Notifier { .. } | Self::Output(_) | Self::System { .. } => None,
        }
    }

    fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// What the shell is told.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            // What goes on until nobody reads ends well. What has an answer that somebody
            // waits for ends with that, see [`Exit::after`].
            Self::Output(_) if self.is_closed_pipe() => Exit::Well,
            Self::Config(_) | Self::Usage { .. } => Exit::Usage,
            Self::NoEngine | Self::Engine { .. } => Exit::Unreachable,
            Self::Source { .. } | Self::Notifier { .. } | Self::Output(_) | Self::System { .. } => {
                Exit::Wrong
            }
        }
    }
}

impl From<ConfigErrors> for CliError {
    fn from(errors: ConfigErrors) -> Self {
        Self::Config(errors)
    }
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error.into())
    }
}
