//! [`Alert`]: a rule about probes, metrics or logs, with a state over time.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr};

use super::metric::Advice;
use crate::text::Clean;

/// Names an alert: what it is about, such as `metric:error_rate`, `probe:api/health`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AlertId(pub Clean);

/// How bad an alert is. Later is worse.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    EnumIter,
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum AlertSeverity {
    /// Worth a look.
    Warning,
    /// Broken, or about to be.
    Critical,
}

/// Where an alert is on its way.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Phase {
    /// As it should be.
    Ok,
    /// Not as it should be, for less long than its rule asks for.
    Pending,
    /// Not as it should be.
    Firing,
    /// As it should be again, for less long than its rule asks for.
    Resolving,
    /// Not known: there is nothing to judge by. Never counts as well.
    Nodata,
}

impl Phase {
    /// The word that people see.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Pending => "pending",
            Self::Firing => "firing",
            Self::Resolving => "resolving",
            Self::Nodata => "no data",
        }
    }
}

/// One look at what an alert is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Observation {
    /// As it should be.
    Good(Evidence),
    /// Not as it should be.
    Breach(AlertSeverity, Evidence),
    /// Nothing to judge by, and why.
    Nothing(Clean),
}

/// What an observation is based on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The number, in the base unit of what it measures, where there is one.
    pub value: Option<f64>,
    /// In words, such as `7.2% (critical > 5%)`.
    pub words: Clean,
}

/// How long an alert's rule asks for before somebody is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patience {
    /// A breach must last so long before it fires.
    pub hold: SignedDuration,
    /// Being well must last so long before it has resolved.
    pub keep: SignedDuration,
    /// Having nothing to judge by must last so long before it is said; shorter than that,
    /// what was the case before still is.
    pub nodata: SignedDuration,
}

/// What is kept of an alert from run to run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlertState {
    /// Where it is.
    pub phase: Phase,
    /// Since when.
    pub since: Timestamp,
    /// How bad it is or was last.
    pub severity: AlertSeverity,
    /// Since when it has been firing, across a short recovery.
    pub fired_at: Option<Timestamp>,
    /// What it is based on.
    pub evidence: Evidence,
    /// When it was looked at last.
    pub seen_at: Timestamp,
    /// What somebody was told last, so that nothing is told twice.
    pub told: Option<Told>,
}

/// What was told of an alert, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Whether that it fires, and how badly; `None`: that it has resolved.
    pub firing: Option<AlertSeverity>,
    /// When.
    pub at: Timestamp,
}

/// Why an alert need not bother anybody for now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlay {
    /// Which kind.
    pub kind: OverlayKind,
    /// Who said so.
    pub who: Clean,
    /// Why.
    pub why: Clean,
    /// Since when.
    pub since: Timestamp,
    /// Until when; `None`: until it resolves.
    pub until: Option<Timestamp>,
}

/// Kinds of [`Overlay`].
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum OverlayKind {
    /// Somebody is on it.
    Acknowledged,
    /// It is not to be told.
    Silenced,
    /// It is expected: work is going on.
    Maintenance,
}

/// Where an alert comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertOrigin {
    /// A rule of midwatch's own.
    Midwatch,
    /// The stack's Prometheus server.
    Prometheus,
    /// The stack's Alertmanager.
    Alertmanager,
}

/// Something that a server which watches the stack says is not as it should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ForeignAlert {
    /// The alert's or rule's name, or the job of a target.
    pub name: Clean,
    /// What is the matter.
    pub state: ForeignState,
    /// Its `severity` label, in the words of whoever wrote the rule.
    pub severity: Option<Clean>,
    /// Since when, where that is told.
    pub since: Option<Timestamp>,
    /// All of its labels.
    pub labels: BTreeMap<Clean, Clean>,
    /// What it says of itself, or why a target or a rule fails.
    pub summary: Option<Clean>,
    /// Where it says what to do.
    pub runbook: Option<Clean>,
    /// The number that it is based on, as the rule's expression gives it.
    pub value: Option<f64>,
    /// The silences that cover it.
    pub silenced_by: Vec<Overlay>,
    /// Whether another alert that fires makes it superfluous.
    pub inhibited: bool,
}

/// What is the matter with a [`ForeignAlert`]. Later is worse.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ForeignState {
    /// Its condition holds, for less long than its rule asks for.
    Pending,
    /// The server cannot evaluate the rule: whether it would fire is not known.
    Broken,
    /// The server cannot scrape the target.
    Down,
    /// It fires.
    Firing,
}

/// A rule: what is judged, and what to do about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlertRule {
    /// Its name.
    pub id: AlertId,
    /// What it says, in a few words, such as `error_rate`.
    pub title: Clean,
    /// The service that it is about, where it is about one.
    pub service: Option<Clean>,
    /// How long to wait.
    pub patience: Patience,
    /// What to do about it.
    pub advice: Advice,
}
