//! [`KeymapError`]: what is wrong with a keymap, and where.

use crate::{
    input::sequence::SequenceError,
    text::place::{Place, did_you_mean},
};

/// Says why a keymap cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeymapError {
    /// No keymap has that name.
    #[error("there is no keymap \"{name}\"{}", did_you_mean(self.suggestion()))]
    UnknownKeymap {
        /// The name that was asked for.
        name: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// A keymap file holds a fault.
    #[error("{place}: {fault}")]
    File {
        /// Where it stands.
        place: Place,
        /// What it is.
        fault: Box<KeymapFault>,
    },
}

impl KeymapError {
    fn suggestion(&self) -> Option<&str> {
        match self {
            Self::UnknownKeymap { suggestion, .. } => suggestion.as_deref(),
            Self::File { .. } => None,
        }
    }
}

/// What is wrong at one place of a keymap file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeymapFault {
    /// The file is not TOML, or says one thing twice.
    #[error("{0}")]
    Syntax(String),
    /// A table that is no context.
    #[error("there is no place \"{name}\" for keys{}", did_you_mean(self.suggestion()))]
    UnknownTable {
        /// The table's name.
        name: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// A context that is not a table of keys.
    #[error("\"{0}\" has to be a table of keys: [{0}]")]
    NotATable(&'static str),
    /// A key that no terminal sends.
    #[error("key \"{key}\": {error}")]
    Key {
        /// The key as written.
        key: String,
        /// What is wrong with it.
        error: SequenceError,
    },
    /// A key bound to something else than a name.
    #[error("key \"{key}\" needs the name of a command in quotes, not {found}")]
    NotAName {
        /// The key as written.
        key: String,
        /// The kind of value that stands there.
        found: &'static str,
    },
    /// A key bound to a command that does not exist.
    #[error("key \"{key}\": there is no command \"{name}\"{}", did_you_mean(self.suggestion()))]
    UnknownCommand {
        /// The key as written.
        key: String,
        /// The command as written.
        name: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// Two bindings of one context that cannot both work.
    #[error(
        "key \"{key}\" ({command}) in [{context}] clashes with \"{other_key}\" ({other_command}) \
         at {other_place}; bind one of them to \"none\" or to another key"
    )]
    Clash {
        /// The table in which both stand.
        context: &'static str,
        /// The key that came later.
        key: String,
        /// What it asks for.
        command: &'static str,
        /// The key that was there.
        other_key: String,
        /// What that one asks for.
        other_command: &'static str,
        /// Where that one stands.
        other_place: Place,
    },
}

impl KeymapFault {
    fn suggestion(&self) -> Option<&str> {
        match self {
            Self::UnknownTable { suggestion, .. } | Self::UnknownCommand { suggestion, .. } => {
                suggestion.as_deref()
            }
            _ => None,
        }
    }
}
