//! [`Fetch`]: unknown, fresh, stale and lost are states, never an empty list.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Fault;

/// What we have of a thing that is fetched from elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Fetch<T> {
    /// Not asked, or not answered yet.
    #[default]
    Never,
    /// Answered, and still connected.
    Fresh {
        /// What it said.
        value: T,
        /// When it said so.
        at: Timestamp,
    },
    /// Answered once; since then the source was lost.
    Stale {
        /// What it said last.
        value: T,
        /// When it said so.
        at: Timestamp,
        /// Why there is nothing newer.
        why: Fault,
    },
    /// Never answered, and now we know why.
    Failed {
        /// Why.
        why: Fault,
        /// When it failed last.
        at: Timestamp,
    },
}

impl<T> Fetch<T> {
    /// The value, fresh or stale.
    #[must_use]
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Fresh { value, .. } | Self::Stale { value, .. } => Some(value),
            Self::Never | Self::Failed { .. } => None,
        }
    }

    /// When the value was last known to be true.
    #[must_use]
    pub fn as_of(&self) -> Option<Timestamp> {
        match self {
            Self::Fresh { at, .. } | Self::Stale { at, .. } => Some(*at),
            Self::Never | Self::Failed { .. } => None,
        }
    }

    /// Why there is no fresh value, if there is none.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Stale { why, .. } | Self::Failed { why, .. } => Some(why),
            Self::Never | Self::Fresh { .. } => None,
        }
    }

    /// Marks what we have as lost; a value that was there stays, as stale.
    pub fn lose(&mut self, why: Fault, now: Timestamp) {
        *self = match std::mem::take(self) {
            Self::Fresh { value, at } | Self::Stale { value, at, .. } => {
                Self::Stale { value, at, why }
            }
            Self::Never | Self::Failed { .. } => Self::Failed { why, at: now },
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FaultKind;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_lost_value_stays_with_its_own_age() {
        let mut fetch = Fetch::Fresh { value: 7, at: at(10) };
        fetch.lose(Fault::new(FaultKind::Refused, "gone"), at(20));
        fetch.lose(Fault::new(FaultKind::Absent, "still gone"), at(30));
        assert_eq!(fetch.value(), Some(&7));
        assert_eq!(fetch.as_of(), Some(at(10)));
        assert_eq!(fetch.fault().map(|why| why.message.as_str()), Some("still gone"));
    }

    #[test]
    fn what_never_answered_is_failed_not_empty() {
        let mut fetch: Fetch<Vec<u8>> = Fetch::Never;
        fetch.lose(Fault::new(FaultKind::Denied, "no"), at(5));
        assert_eq!(fetch.value(), None);
        assert!(matches!(fetch, Fetch::Failed { .. }));
    }
}
