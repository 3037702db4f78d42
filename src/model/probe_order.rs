//! [`ProbeOrder`]: a probe of the stack as it is to be asked now.

use std::{net::IpAddr, sync::Arc};

use jiff::Timestamp;

use super::{ProbeSpec, ProbeTarget};
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
