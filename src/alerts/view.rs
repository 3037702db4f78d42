//! [`AlertView`]: an alert with all that is known of it.

use std::{cmp::Reverse, collections::VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::step::is_firing;
use crate::{
    model::{
        AlertSeverity, AlertState, Notice, Phase,
        alert::{AlertOrigin, AlertRule, Overlay, OverlayKind, Telling},
    },
    text::Clean,
};

/// How many values are kept, and how far apart: ten minutes.
const VALUES: usize = 60;
const VALUES_APART: SignedDuration = SignedDuration::from_secs(10);

/// An alert: its rule, its state, why it need not bother anybody, and its last values.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertView {
    /// What is judged, and what to do about it.
    pub rule: AlertRule,
    /// Whether somebody is told when there is nothing to judge by.
    pub tells_nodata: bool,
    /// Where it is on its way.
    pub state: AlertState,
    /// Why it need not bother anybody for now; at most one of each kind.
    pub overlays: Vec<Overlay>,
    /// Why nobody is told of it although nothing overlays it, such as that our own network
    /// is the cause.
    pub held_back: Option<Clean>,
    /// Whose alert it is.
    pub origin: AlertOrigin,
    pub(super) values: VecDeque<(Timestamp, f64)>,
}

impl AlertView {
    pub(super) fn new(rule: AlertRule, state: AlertState, overlays: Vec<Overlay>) -> Self {
        Self {
            rule,
            tells_nodata: false,
            state,
            overlays,
            held_back: None,
            origin: AlertOrigin::Midwatch,
            values: VecDeque::new(),
        }
    }

    /// Whether it fires, also when it may be over already.
    #[must_use]
    pub fn is_firing(&self) -> bool {
        is_firing(self.state.phase)
    }

    /// The last values, oldest first: ten minutes of them at most, in the base unit.
    #[must_use]
    pub fn values(&self) -> impl DoubleEndedIterator<Item = (Timestamp, f64)> + ExactSizeIterator {
        self.values.iter().copied()
    }

    /// Since when it fires, or else since when it has been where it is.
    #[must_use]
    pub fn since(&self) -> Timestamp {
        self.state.fired_at.filter(|_| self.is_firing()).unwrap_or(self.state.since)
    }

    /// Why it need not bother anybody, in words such as `acknowledged by ann: on it`.
    #[must_use]
    pub fn overlay_words(&self) -> Option<String> {
        let told = self.overlays.iter().min_by_key(|overlay| overlay.kind).map(|overlay| {
            let kind = match overlay.kind {
                OverlayKind::Acknowledged => "acknowledged by",
                OverlayKind::Silenced => "silenced by",
                OverlayKind::Maintenance => "in maintenance:",
            };
            let why =
                if overlay.why.is_empty() { String::new() } else { format!(": {}", overlay.why) };
            format!("{kind} {}{why}", overlay.who)
        });
        told.or_else(|| self.held_back.as_ref().map(ToString::to_string))
    }

    /// What it says, in words: the value and its bound, and that nothing new is known where
    /// that is so.
    #[must_use]
    pub fn words(&self) -> String {
        let evidence = self.state.evidence.words.as_str();
        match &self.state.blind {
            Some(blind) if evidence.is_empty() => format!("no data: {}", blind.why),
            Some(blind) if self.state.phase == Phase::Nodata => {
                format!("no data: {}; last {evidence}", blind.why)
            }
            Some(blind) => format!("{evidence}; no data since then: {}", blind.why),
            None => evidence.to_owned(),
        }
    }

    /// The worst first: what fires, by severity, what nobody looks after before the rest,
    /// and then by since when.
    #[must_use]
    pub fn rank(&self) -> impl Ord + use<> {
        let phase = match self.state.phase {
            Phase::Firing => 4,
            Phase::Resolving => 3,
            Phase::Pending => 2,
            Phase::Nodata => 1,
            Phase::Ok => 0,
        };
        let severity = Some(self.state.severity).filter(|_| self.state.phase != Phase::Ok);
        let quiet = self.overlay_words().is_some();
        let severe = severity.filter(|_| self.is_firing());
        (Reverse((severe, phase, severity)), quiet, self.since(), self.rule.id.clone())
    }

    /// Keeps a value, unless one was kept just now.
    pub(super) fn keep_value(&mut self, at: Timestamp) {
        let Some(value) = self.state.evidence.value.filter(|value| value.is_finite()) else {
            return;
        };
        let last = self.values.back().map(|(at, _)| *at);
        // A clock that was put back would stop it for as long.
        if last.is_some_and(|last| last <= at && at.duration_since(last) < VALUES_APART) {
            return;
        }
        if self.values.len() == VALUES {
            self.values.pop_front();
        }
        self.values.push_back((at, value));
    }

    pub(super) fn overlay(&self, kind: OverlayKind) -> Option<&Overlay> {
        self.overlays.iter().find(|overlay| overlay.kind == kind)
    }

    /// Whether nobody is to be told of it now.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.held_back.is_some() || !self.overlays.is_empty()
    }

    /// What somebody is to be told now and was not told yet.
    pub(super) fn due(&self) -> Option<Telling> {
        let told = self.state.told.map(|told| told.what);
        let now = match self.state.phase {
            Phase::Firing | Phase::Resolving => Telling::Firing(self.state.severity),
            Phase::Ok => Telling::Resolved,
            Phase::Nodata if self.tells_nodata && self.is_long_blind() => Telling::NoData,
            Phase::Pending | Phase::Nodata => return None,
        };
        let due = match (told, now) {
            (None, Telling::Resolved) => false,
            // That it is less bad than it was is told when it is over.
            (Some(Telling::Firing(told)), Telling::Firing(now)) => now > told,
            (Some(told), now) => told != now,
            (None, _) => true,
        };
        // That all is well again bothers nobody, but while work goes on it may not last.
        let quiet = match now {
            Telling::Resolved => self.overlay(OverlayKind::Maintenance).is_some(),
            Telling::Firing(_) | Telling::NoData => self.is_quiet(),
        };
        (due && !quiet).then_some(now)
    }

    /// Whether there has been nothing to judge by for longer than its rule allows: what was
    /// never looked at is most likely on its way.
    fn is_long_blind(&self) -> bool {
        let blind = self.state.blind.as_ref();
        let lasted = blind.map(|blind| self.state.seen_at.duration_since(blind.since));
        lasted >= Some(self.rule.patience.nodata)
    }

    pub(super) fn notice(&self, what: Telling, at: Timestamp) -> Notice {
        Notice {
            rule: self.rule.clone(),
            what,
            severity: self.worst_told(what),
            since: self.since(),
            at,
            evidence: self.state.evidence.clone(),
        }
    }

    fn worst_told(&self, what: Telling) -> AlertSeverity {
        match (what, self.state.told.map(|told| told.what)) {
            (Telling::Firing(severity), _) => severity,
            // Whoever was told of a critical alert is told of its end as of one.
            (_, Some(Telling::Firing(told))) => told,
            _ => self.state.severity,
        }
    }
}
