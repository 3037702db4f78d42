//! [`Window`]: how much of the past is shown.

use jiff::SignedDuration;

/// How much of the past is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Window {
    Minute,
    #[default]
    FiveMinutes,
    Quarter,
    Hour,
}

impl Window {
    /// The shortest one by which limits are judged: a minute says little of what a service
    /// needs.
    pub(super) const JUDGED: Self = Self::FiveMinutes;

    pub(super) fn length(self) -> SignedDuration {
        SignedDuration::from_mins(match self {
            Self::Minute => 1,
            Self::FiveMinutes => 5,
            Self::Quarter => 15,
            Self::Hour => 60,
        })
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Minute => "1 min",
            Self::FiveMinutes => "5 min",
            Self::Quarter => "15 min",
            Self::Hour => "1 h",
        }
    }

    /// The next one that shows less, larger; `None` for the shortest.
    pub(super) fn shorter(self) -> Option<Self> {
        match self {
            Self::Minute => None,
            Self::FiveMinutes => Some(Self::Minute),
            Self::Quarter => Some(Self::FiveMinutes),
            Self::Hour => Some(Self::Quarter),
        }
    }

    /// The next one that shows more, smaller; `None` for the longest.
    pub(super) fn longer(self) -> Option<Self> {
        match self {
            Self::Minute => Some(Self::FiveMinutes),
            Self::FiveMinutes => Some(Self::Quarter),
            Self::Quarter => Some(Self::Hour),
            Self::Hour => None,
        }
    }
}
