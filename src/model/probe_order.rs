//! [`ProbeOrder`]: a probe of the stack as it is to be asked now.

use std::{collections::BTreeMap, net::IpAddr, ops::Deref, sync::Arc};

use jiff::Timestamp;

use super::{ProbeKey, ProbeSpec, ProbeTarget};
use crate::text::Clean;

/// A probe with the way to what it asks.
#[derive(Clone, Debug, PartialEq)]
pub struct ProbeOrder {
    /// What was ordered.
    pub spec: Arc<ProbeSpec>,
    /// What is asked.
    pub way: Way,
    /// Until when failures do not count: what is asked has only just started.
    pub grace_until: Option<Timestamp>,
}

/// How to get to what a probe asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Way {
    /// Ask this.
    Ask(ProbeTarget),
    /// Ask this, if this host is on the network of the address itself.
    Over(IpAddr, ProbeTarget),
    /// Look at what the instance's engine says of its health.
    Engine,
    /// There is none, and why: nobody's failure.
    None(Clean),
}

/// All probes that are to be asked. Shared and told apart by where they are, since they are
/// compared far more often than they change.
#[derive(Clone, Debug, Default)]
pub struct ProbeOrders(Arc<BTreeMap<ProbeKey, ProbeOrder>>);

impl ProbeOrders {
    /// These, and no others.
    #[must_use]
    pub fn new(orders: BTreeMap<ProbeKey, ProbeOrder>) -> Self {
        Self(Arc::new(orders))
    }
}

impl Deref for ProbeOrders {
    type Target = BTreeMap<ProbeKey, ProbeOrder>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl PartialEq for ProbeOrders {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for ProbeOrders {}
