//! [`TimeStyle`]: how times are shown.

use strum::{EnumIter, EnumString, IntoStaticStr};

/// How times are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum TimeStyle {
    /// The time of this host, with its zone.
    #[default]
    Local,
    /// Universal time.
    Utc,
    /// How long ago.
    Age,
    /// How long after the line before.
    Delta,
    /// Not at all.
    None,
}

impl TimeStyle {
    /// The word that the settings use.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.into()
    }

    /// The next style, in the order in which a key steps through them.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Local => Self::Utc,
            Self::Utc => Self::Age,
            Self::Age => Self::Delta,
            Self::Delta => Self::None,
            Self::None => Self::Local,
        }
    }
}
