//! [`Pace`]: how often a probe asks and how patient it is, unless it says otherwise.

use std::time::Duration;

use super::{
    ProbeSpec, ProbeTarget,
    probe::{ProbeOrigin, ProbeRole},
};
use crate::text::Clean;

/// How often is asked, and how much counts as failed or recovered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How often.
    pub every: Duration,
    /// How long a whole answer may take.
    pub timeout: Duration,
    /// After how many failures in a row it fails.
    pub fail_after: u32,
    /// After how many passes in a row it has recovered.
    pub ok_after: u32,
}

/// Every 30 s (QMS-36), three failures and two passes: one lost packet wakes nobody.
impl Default for Pace {
    fn default() -> Self {
        Self {
            every: Duration::from_secs(30),
            timeout: Duration::from_secs(5),
            fail_after: 3,
            ok_after: 2,
        }
    }
}

impl ProbeSpec {
    /// A probe of a target that is called by its kind.
    #[must_use]
    pub fn new(target: ProbeTarget, pace: Pace, from: ProbeOrigin) -> Self {
        Self {
            name: Clean::new(target.kind()),
            target,
            every: pace.every,
            timeout: pace.timeout,
            fail_after: pace.fail_after,
            ok_after: pace.ok_after,
            grace: None,
            role: ProbeRole::default(),
            from,
        }
    }
}
