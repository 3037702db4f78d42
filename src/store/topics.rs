//! [`Topics`]: what changed by a fact.

use bitflags::bitflags;

bitflags! {
    /// What changed; a pane names what it shows.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Topics: u16 {
        /// An engine's link, version or age.
        const ENGINES = 1;
        /// Services and their instances.
        const SERVICES = 1 << 1;
        /// Samples.
        const SAMPLES = 1 << 2;
        /// Log lines and streams.
        const LOGS = 1 << 3;
        /// The answer to a request to inspect.
        const INSPECTION = 1 << 4;
        /// A reading of the host.
        const HOST = 1 << 5;
        /// Probes and what came of them.
        const PROBES = 1 << 6;
        /// Alerts, ours and those of other servers.
        const ALERTS = 1 << 7;
    }
}
