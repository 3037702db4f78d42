//! [`Demand`]: which streams the visible panes need.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{InstanceKey, ProbeOrders};

/// Which streams are needed. Only these run; looking at nothing costs nothing.
///
/// A stream belongs to one run of an instance: with a new start time it is opened again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// Instances whose output is shown, each with the start of its run, and log sources
    /// ([`InstanceKey::of_source`]) that are shown, with none: all of their parts.
    pub logs: BTreeMap<InstanceKey, Option<Timestamp>>,
    /// Logs that are wanted from as far back as they are kept; also those that cannot be
    /// read for now, so that they are not read anew once they can.
    pub deep: BTreeSet<InstanceKey>,
    /// Instances whose use of the host is wanted.
    pub stats: BTreeMap<InstanceKey, StatsWanted>,
    /// Whether the host's own numbers are wanted.
    pub host: bool,
    /// The probes that are to be asked. All are, whatever is visible: how a service does
    /// must not depend on who looks where.
    pub probes: ProbeOrders,
}

/// How an instance's use of the host is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatsWanted {
    /// The start of its run.
    pub run: Option<Timestamp>,
    /// How often.
    pub beat: Beat,
}

/// How often a reading is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beat {
    /// As often as the engine tells: somebody looks at it.
    Live,
    /// Now and then, where it costs the engine something: it is only to be known.
    Seldom,
}
