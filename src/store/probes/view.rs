//! [`ProbeView`]: a probe with what came of it, and the rule that judges that.

use std::{collections::VecDeque, time::Duration};

use jiff::Timestamp;
use serde::Serialize;

use super::latency::Latency;
use crate::model::{
    Condition, Health, Level, ProbeFault, ProbeFaultKind, ProbeOrder, ProbeReport, ProbeTarget,
    Way, probe::ProbeRole,
};

/// How many answers are kept: half an hour of the usual ones.
const KEPT: usize = 60;

/// Over how many answers is told whether a probe goes to and fro, and how many changes
/// among them are that: those that Nagios takes (20 %..50 % of 20), and its upper one.
const FLAPPING_OVER: usize = 21;
const FLAPPING_FROM: usize = 8;

/// What a probe says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbeState {
    /// Nothing yet, or nothing that counts.
    Unknown,
    /// All is well with what it asks.
    Passing,
    /// Something is wrong with it.
    Failing,
    /// It cannot be asked.
    Unreachable,
}

impl ProbeState {
    /// The word that people see.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Passing => "passing",
            Self::Failing => "failing",
            Self::Unreachable => "unreachable",
        }
    }
}

/// A probe with what came of it.
#[derive(Clone, Debug)]
pub struct ProbeView {
    /// How it is asked.
    pub order: ProbeOrder,
    /// What it says.
    pub state: ProbeState,
    /// Since when it says so.
    pub since: Timestamp,
    /// What came last.
    pub last: Option<ProbeReport>,
    /// How many answers in a row were like the last one.
    pub streak: u32,
    /// How long answers took.
    pub latency: Latency,
    history: VecDeque<(Timestamp, Option<Duration>)>,
}

impl ProbeView {
    pub(super) fn new(order: ProbeOrder, now: Timestamp) -> Self {
        let mut view = Self {
            order,
            state: ProbeState::Unknown,
            since: now,
            last: None,
            streak: 0,
            latency: Latency::default(),
            history: VecDeque::new(),
        };
        view.follow_way(now);
        view
    }

    /// Asks another way from now on; what came before still counts.
    pub(super) fn redirect(&mut self, order: ProbeOrder, now: Timestamp) {
        self.order = order;
        self.follow_way(now);
    }

    fn follow_way(&mut self, now: Timestamp) {
        match (&self.order.way, self.state) {
            (Way::None(_), _) => self.become_state(ProbeState::Unreachable, now),
            (_, ProbeState::Unreachable) => {
                self.streak = 0;
                self.become_state(ProbeState::Unknown, now);
            }
            _ => {}
        }
    }

    /// Takes in what came of asking; says whether it says something else now.
    pub(super) fn take(&mut self, report: ProbeReport) -> bool {
        let before = (self.state, self.words());
        let (at, passed) = (report.at, report.answer.is_ok());
        if self.history.len() == KEPT {
            self.history.pop_front();
        }
        self.history.push_back((at, passed.then_some(report.took)));
        if passed {
            self.latency.record(at, report.took);
        }
        let was = self.last.as_ref().map(|last| last.answer.is_ok());
        let in_grace = self.order.grace_until.is_some_and(|until| at < until);
        let counts = passed || !in_grace;
        self.streak = match was {
            _ if !counts => 0,
            Some(was) if was == passed => self.streak.saturating_add(1),
            _ => 1,
        };
        self.judge(passed, &report);
        self.last = Some(report);
        before != (self.state, self.words())
    }

    fn judge(&mut self, passed: bool, report: &ProbeReport) {
        let spec = &self.order.spec;
        let next = match (self.state, passed) {
            // That it cannot be asked says nothing of what it asks.
            _ if cannot_be_asked(report) => ProbeState::Unreachable,
            (ProbeState::Failing, true) if self.streak < spec.ok_after => return,
            (_, true) => ProbeState::Passing,
            (_, false) if self.streak < spec.fail_after => return,
            (_, false) => ProbeState::Failing,
        };
        self.become_state(next, report.at);
    }

    fn become_state(&mut self, state: ProbeState, now: Timestamp) {
        if self.state != state {
            self.state = state;
            self.since = now;
        }
    }

    /// Takes over what an engine says of an instance's health.
    pub(super) fn follow(&mut self, health: Health, now: Timestamp) -> bool {
        let before = self.state;
        let state = match health {
            Health::Healthy => ProbeState::Passing,
            Health::Unhealthy => ProbeState::Failing,
            Health::Unknown | Health::None | Health::Starting => ProbeState::Unknown,
        };
        self.become_state(state, now);
        self.state != before
    }

    /// The answers that are kept, oldest first: when, and how long it took; `None` where
    /// it failed.
    #[must_use]
    pub fn history(&self) -> impl DoubleEndedIterator<Item = (Timestamp, Option<Duration>)> {
        self.history.iter().copied()
    }

    /// The share (0–1) of failures among the answers that are kept; `None` without any.
    #[must_use]
    pub fn failure_share(&self) -> Option<f64> {
        let failures = self.history.iter().filter(|(_, took)| took.is_none()).count();
        (!self.history.is_empty()).then(|| failures as f64 / self.history.len() as f64)
    }

    /// Whether it goes to and fro too often for either to be true.
    #[must_use]
    pub fn is_flapping(&self) -> bool {
        let skipped = self.history.len().saturating_sub(FLAPPING_OVER);
        let lately = self.history.iter().skip(skipped).map(|(_, took)| took.is_some());
        let changes = lately.clone().zip(lately.skip(1)).filter(|(one, next)| one != next);
        changes.count() >= FLAPPING_FROM
    }

    /// What is asked now: with addresses in the place of names, where there is a way.
    #[must_use]
    pub fn target(&self) -> &ProbeTarget {
        match &self.order.way {
            Way::Ask(target) | Way::Over(_, target) => target,
            Way::Engine | Way::None(_) => &self.order.spec.target,
        }
    }

    /// Whether it has said what can be said of it: whether all is well, that it cannot be
    /// asked, or that what it asks has only just started.
    #[must_use]
    pub fn is_known(&self) -> bool {
        let in_grace = |last: &ProbeReport| self.order.grace_until.is_some_and(|at| last.at < at);
        self.state != ProbeState::Unknown
            || self.order.way == Way::Engine
            || self.last.as_ref().is_some_and(in_grace)
    }

    /// Why it did not pass last, where it did not.
    #[must_use]
    pub fn fault(&self) -> Option<&ProbeFault> {
        self.last.as_ref()?.answer.as_ref().err()
    }

    /// What it says in words, such as `500 Internal Server Error`.
    #[must_use]
    pub fn words(&self) -> String {
        match (&self.order.way, self.state) {
            (Way::None(why), _) => return format!("not asked: {why}"),
            (Way::Engine, ProbeState::Passing) => return Health::Healthy.word().into(),
            (Way::Engine, ProbeState::Failing) => return Health::Unhealthy.word().into(),
            (Way::Engine, _) => return Health::Unknown.word().into(),
            _ => {}
        }
        match self.last.as_ref().map(|last| &last.answer) {
            None => "not asked yet".into(),
            Some(Ok(answer)) => answer.warning.as_ref().unwrap_or(&answer.words).to_string(),
            Some(Err(fault)) => fault.words.to_string(),
        }
    }

    /// How it does, as one level and a reason. What cannot be asked says nothing, and what
    /// an engine says of health it has said already.
    #[must_use]
    pub fn condition(&self) -> Option<Condition> {
        if self.order.way == Way::Engine {
            return None;
        }
        let name = &self.order.spec.name;
        let reason = || format!("{name}: {}", self.words());
        let warned = matches!(&self.last, Some(last) if last.answer.as_ref().is_ok_and(|it| it.warning.is_some()));
        match self.state {
            ProbeState::Failing => Some(Condition::new(self.severity(), reason())),
            _ if self.is_flapping() => {
                let words = format!("{name}: goes to and fro, last {}", self.words());
                Some(Condition::new(Level::Warn, words))
            }
            ProbeState::Passing if warned => Some(Condition::new(Level::Warn, reason())),
            ProbeState::Passing => Some(Condition::new(Level::Ok, reason())),
            ProbeState::Unknown | ProbeState::Unreachable => None,
        }
    }

    fn severity(&self) -> Level {
        let starts = self.fault().is_some_and(|fault| fault.kind == ProbeFaultKind::Starting);
        if self.order.spec.role == ProbeRole::Liveness && !starts {
            Level::Bad
        } else {
            Level::Warn
        }
    }
}

fn cannot_be_asked(report: &ProbeReport) -> bool {
    matches!(&report.answer, Err(fault) if fault.kind == ProbeFaultKind::Invalid)
}

#[cfg(test)]
#[path = "view_tests.rs"]
mod tests;
