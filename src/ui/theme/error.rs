//! [`ThemeError`]: what is wrong with a theme, and where.

use crate::text::place::{Place, did_you_mean};

/// Says why a theme cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ThemeError {
    /// No theme has that name.
    #[error("there is no theme \"{name}\"{}", did_you_mean(suggestion.as_deref()))]
    UnknownTheme {
        /// The name that was asked for.
        name: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// Neither the theme nor one that it builds on says how production looks.
    #[error("no role \"env-production\" says how production looks")]
    NoProduction,
    /// A theme file holds a fault.
    #[error("{place}: {fault}")]
    File {
        /// Where it stands.
        place: Place,
        /// What it is.
        fault: Box<ThemeFault>,
    },
}

/// What is wrong at one place of a theme file.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ThemeFault {
    /// The file is not TOML, or says one thing twice.
    #[error("{0}")]
    Syntax(String),
    /// Something at the top that is not `inherits`, `[palette]` or `[roles]`.
    #[error(
        "a theme has no \"{name}\"{}; it has inherits, [palette] and [roles]",
        did_you_mean(suggestion.as_deref())
    )]
    UnknownKey {
        /// What stands there.
        name: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// A role that does not exist.
    #[error("there is no role \"{name}\"{}", did_you_mean(suggestion.as_deref()))]
    UnknownRole {
        /// The role as written.
        name: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// A property that styles do not have.
    #[error("role \"{role}\": a style has no \"{name}\"{}", did_you_mean(suggestion.as_deref()))]
    UnknownProperty {
        /// The role.
        role: String,
        /// The property as written.
        name: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// A colour that is neither a name, `#rrggbb` nor 0–255.
    #[error(
        "\"{of}\": there is no colour \"{name}\"{}; a colour is a name of the palette or of the \
         16, \"#rrggbb\", or a number from 0 to 255",
        did_you_mean(suggestion.as_deref())
    )]
    UnknownColour {
        /// The role or palette entry.
        of: String,
        /// The colour as written.
        name: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// A value of the wrong kind.
    #[error("\"{of}\" has to be {wanted}, not {found}")]
    WrongKind {
        /// What holds the value.
        of: String,
        /// The kind that it needs.
        wanted: &'static str,
        /// The kind that stands there.
        found: &'static str,
    },
    /// The theme to inherit from does not exist.
    #[error("it inherits from \"{name}\", which does not exist{}", did_you_mean(suggestion.as_deref()))]
    UnknownParent {
        /// The parent as written.
        name: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// Themes that inherit from each other.
    #[error("it inherits from \"{0}\", which inherits from it")]
    Circle(String),
    /// Production would not stand out.
    #[error("role \"env-production\" must look like nothing else: {0}")]
    Production(String),
}
