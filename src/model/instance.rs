//! [`Instance`]: one running copy of a service, as its engine describes it.

use std::{collections::BTreeMap, net::IpAddr, time::Duration};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::id::{InstanceId, ServiceId};
use crate::text::Clean;

/// What is known of one instance.
///
/// A listing gives the outside ([`Instance::detail`] is `None`); a description of
/// the one instance gives the rest. Unknown is never shown as a good value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Instance {
    /// Its id on its engine.
    pub id: InstanceId,
    /// Its own name there, such as `shop-api-2`.
    pub name: Clean,
    /// The service it is a copy of.
    pub service: ServiceId,
    /// Its number among the copies, where the engine gives one, from 1.
    pub replica: Option<u32>,
    /// What the engine says it is doing.
    pub state: State,
    /// What its health check says. From a description, or from a listing's status
    /// text by exact match only (fact F10).
    pub health: Health,
    /// The image, or the program for a process.
    pub image: Option<Image>,
    /// What runs in it.
    pub command: Clean,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// Ports that it offers.
    pub ports: Vec<Port>,
    /// Labels.
    pub labels: BTreeMap<Clean, Clean>,
    /// What only a description of this one instance tells; `None` until then.
    pub detail: Option<Detail>,
}

impl Instance {
    /// Whether its process is alive (running or paused).
    #[must_use]
    pub fn is_up(&self) -> bool {
        matches!(self.state, State::Running | State::Paused)
    }
}

/// How much earlier than its start an engine may stamp the first line of a run: Docker notes
/// the start a few milliseconds after the fact.
const STAMPED_AHEAD: SignedDuration = SignedDuration::from_millis(5);

/// What only a description of a single instance tells.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    /// The start of the present or last run.
    pub started_at: Option<Timestamp>,
    /// The end of the last run.
    pub finished_at: Option<Timestamp>,
    /// How the last run ended; `None` while the first one lasts.
    pub exit: Option<Exit>,
    /// How often its engine has started it again by itself.
    pub restarts: u32,
    /// What its engine does when it ends.
    pub restart_policy: RestartPolicy,
    /// The last results of its health check, oldest first.
    pub health_log: Vec<HealthRecord>,
    /// How many health checks have failed in a row.
    pub failing_streak: u32,
    /// The main process on its host.
    pub pid: Option<u32>,
    /// Where it is on its engine's networks.
    pub network: NetworkPlace,
    /// For how long after a start its health check's failures do not count.
    pub health_grace: Option<Duration>,
}

/// Where an instance is on the networks of its engine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkPlace {
    /// On none, or its engine does not tell.
    #[default]
    Nowhere,
    /// It shares the network of its engine's host.
    Host,
    /// At these addresses, by the names of the networks.
    At(Vec<IpAddr>),
}

impl Detail {
    /// The moment before which an engine took the lines of runs before the present or last.
    #[must_use]
    pub fn earlier_runs_end(&self) -> Option<Timestamp> {
        self.started_at?.checked_sub(STAMPED_AHEAD).ok()
    }
}

/// What an engine says that an instance is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Made, never started.
    Created,
    /// Not started yet, because what it depends on is not ready.
    Waiting,
    /// Running.
    Running,
    /// Frozen.
    Paused,
    /// Between two runs.
    Restarting,
    /// Being removed.
    Removing,
    /// Ended.
    Exited,
    /// Could not be removed or stopped cleanly.
    Dead,
    /// A word that this version does not know.
    Unknown,
}

impl State {
    /// The word that people see.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Removing => "removing",
            Self::Exited => "exited",
            Self::Dead => "dead",
            Self::Unknown => "unknown",
        }
    }
}

/// What the health check of an instance says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Not asked yet, or an answer that this version does not know.
    Unknown,
    /// There is no health check.
    None,
    /// Within its start period.
    Starting,
    /// The last check passed.
    Healthy,
    /// It failed as often as it may.
    Unhealthy,
}

impl Health {
    /// The word that people see.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::None => "no check",
            Self::Starting => "starting",
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
        }
    }
}

/// What an engine does when an instance ends by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestartPolicy {
    /// Leaves it ended.
    #[default]
    No,
    /// Starts it again when it failed.
    OnFailure,
    /// Starts it again always.
    Always,
    /// Starts it again unless a person stopped it.
    UnlessStopped,
}

/// One result of a health check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HealthRecord {
    /// When the check began.
    pub at: Option<Timestamp>,
    /// Its exit code; 0 is a pass.
    pub exit_code: i64,
    /// What it printed, a line each, the first lines only.
    pub output: Vec<Clean>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// The exit code; 128 + n for an end by signal n.
    pub code: i64,
    /// Whether the kernel killed it for memory.
    pub oom_killed: bool,
    /// What the engine said went wrong, if anything.
    pub error: Option<Clean>,
}

impl Exit {
    /// Whether this end is one that a stop by hand gives: 0, or by INT, KILL or TERM.
    #[must_use]
    pub fn is_orderly(&self) -> bool {
        !self.oom_killed && matches!(self.code, 0 | 130 | 137 | 143)
    }

    /// How it ended, in words.
    #[must_use]
    pub fn words(&self) -> String {
        if self.oom_killed {
            return "killed: out of memory".into();
        }
        match self.code {
            130 => "exit 130 (interrupted)".into(),
            137 => "exit 137 (killed)".into(),
            139 => "exit 139 (segmentation fault)".into(),
            143 => "exit 143 (terminated)".into(),
            code => format!("exit {code}"),
        }
    }
}

/// Which image an instance was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// The name and tag that was asked for.
    pub name: Clean,
    /// The id of what runs, such as `sha256:…`, where known.
    pub digest: Option<Clean>,
}

impl Image {
    /// The digest's first twelve digits, as people see it.
    #[must_use]
    pub fn short_digest(&self) -> Option<&str> {
        let digest = self.digest.as_ref()?.as_str();
        let digits = digest.strip_prefix("sha256:").unwrap_or(digest);
        Some(digits.get(..12).unwrap_or(digits))
    }
}

/// A port that an instance offers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Port {
    /// The port inside the instance.
    pub inside: u16,
    /// The port on the host, where it is published.
    pub host: Option<u16>,
    /// The host's address that it is published on.
    pub address: Option<Clean>,
    /// The protocol.
    pub protocol: Protocol,
}

/// A port's protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl std::fmt::Display for Port {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(host) = self.host {
            match &self.address {
                Some(address) if address.as_str().contains(':') => write!(f, "[{address}]:")?,
                Some(address) => write!(f, "{address}:")?,
                None => {}
            }
            write!(f, "{host}→")?;
        }
        write!(f, "{}", self.inside)?;
        match self.protocol {
            Protocol::Tcp => Ok(()),
            Protocol::Udp => f.write_str("/udp"),
            Protocol::Sctp => f.write_str("/sctp"),
        }
    }
}
