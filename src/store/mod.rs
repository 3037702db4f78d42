//! What we know: facts go in by [`Store::apply`], panes read what they show.
//!
//! One owner, no locks. `apply` says by [`Topics`] what changed, so that identical
//! data costs no frame.

mod alerts;
mod apply;
mod checks;
pub mod engine;
mod groups;
pub mod host;
mod lines;
pub mod logs;
pub mod marks;
pub mod metric;
mod past;
pub mod probes;
mod room;
pub mod series;
pub mod service;
pub mod span;
pub mod topics;
pub mod use_over_time;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};

pub use crate::alerts::{AlertView, Saved as SavedAlert, maintenance::Window};
pub use alerts::{AlertNews, Foreign};
pub use engine::{EngineView, Link};
pub use host::HostView;
pub use logs::{LogBounds, LogRing, Logs};
pub use marks::{Mark, MarkKind};
pub use metric::Metric;
pub use probes::{Latency, ProbeState, ProbeView};
pub use series::Series;
pub use service::{InstanceView, ServiceView, Usage};
pub use span::{Amount, Resolution, Span};
pub use topics::Topics;
pub use use_over_time::{Part, Summary};

use alerts::Alerts;
use groups::Groups;
use marks::Marks;
use past::Past;
use probes::Probes;
use room::Kept;

use crate::model::{
    EngineId, Event, Fault, Fetch, Inspection, Instance, InstanceKey, ServiceKey, Stack,
    StreamState,
};
use crate::{
    logs::{Pattern, PatternCounter},
    text::Clean,
};

/// How far back a person can look at what was used, and at what happened.
const LOOKED_AT: SignedDuration = SignedDuration::from_hours(1);

/// Everything that is known.
///
/// What is kept of instances over time takes 64 MiB at most. Where there are more than have
/// room for all of it, each keeps fewer seconds, and what it used before is known by ten
/// seconds; with several thousands, less than the last hour.
#[derive(Debug)]
pub struct Store {
    engines: Vec<EngineView>,
    instances: BTreeMap<InstanceKey, InstanceView>,
    groups: Groups,
    logs: Logs,
    /// The names of the stack's log sources.
    sources: BTreeSet<Clean>,
    patterns: PatternCounter,
    inspection: Option<(InstanceKey, Fetch<Inspection>)>,
    marks: Marks,
    past: Past,
    /// How much of its past each instance keeps.
    kept: Kept,
    host: Option<HostView>,
    /// What its file says of the stack.
    stack: Arc<Stack>,
    /// What the stack is called on its engine.
    project: Option<Clean>,
    probes: Probes,
    alerts: Alerts,
}

impl Store {
    /// An empty store for these engines, in the order in which they are shown.
    #[must_use]
    pub fn new(engines: impl IntoIterator<Item = (EngineId, Clean)>, logs: LogBounds) -> Self {
        Self {
            engines: engines
                .into_iter()
                .map(|(id, endpoint)| EngineView::new(id, endpoint))
                .collect(),
            instances: BTreeMap::new(),
            groups: Groups::default(),
            logs: Logs::new(logs),
            sources: BTreeSet::new(),
            patterns: PatternCounter::default(),
            inspection: None,
            marks: Marks::default(),
            past: Past::default(),
            kept: Kept::ALL,
            host: None,
            stack: Arc::default(),
            project: None,
            probes: Probes::default(),
            alerts: Alerts::of(&Stack::default()),
        }
    }

    /// Knows what a stack file says of services, their probes and alerts. They belong to this
    /// project on their engine, which has the stack's name where it has no other.
    #[must_use]
    pub fn with_stack(self, stack: Arc<Stack>, project: Option<Clean>) -> Self {
        let project = project.or_else(|| stack.name.clone());
        let probes = Probes::to_be_planned();
        Self { probes, alerts: Alerts::of(&stack), stack, project, ..self }
    }

    /// Plans no probes: nobody is there who would ask them.
    #[must_use]
    pub fn without_probes(self) -> Self {
        Self { probes: Probes::none(), ..self }
    }

    /// Also takes the lines of these log sources.
    #[must_use]
    pub fn with_log_sources(mut self, names: impl IntoIterator<Item = Clean>) -> Self {
        self.sources.extend(names);
        self
    }

    /// Also counts the lines of these patterns.
    #[must_use]
    pub fn with_patterns(self, patterns: Vec<Pattern>) -> Self {
        Self { patterns: PatternCounter::new(patterns), ..self }
    }

    /// Takes in a fact; says what changed by it.
    pub fn apply(&mut self, event: Event) -> Topics {
        match event {
            Event::Engine { engine, at, fact } => self.apply_engine(&engine, at, fact),
            Event::Sampled { key, at, sample, dropped } => {
                self.apply_sample(&key, at, &sample, dropped)
            }
            Event::NotSampled { key, fault } => self.apply_no_sample(&key, fault),
            Event::Host { at, sample } => {
                match &mut self.host {
                    Some(host) => host.update(*sample, at),
                    None => self.host = Some(HostView::new(*sample, at)),
                }
                Topics::HOST
            }
            // A stream may still tell of an instance that is gone; a ring made for it
            // would never be forgotten.
            Event::Logged { key, .. } | Event::LogStream { key, .. } if !self.has_lines(&key) => {
                Topics::empty()
            }
            Event::Logged { key, at, lines, dropped } => {
                self.count_patterns(&key, at, &lines);
                let service = self.service_of(&key);
                self.logs.push(&key, service.as_ref(), &lines, dropped);
                Topics::LOGS
            }
            Event::LogStream { key, state } => {
                let mut changed = self.set_log_state(&key, &state);
                if state == StreamState::Again {
                    for part in self.parts_that_come_again(&key) {
                        changed |= self.set_log_state(&part, &state);
                    }
                }
                changed
            }
            Event::Probed { key, report } => self.apply_probe(&key, *report),
            Event::Measured { metric, at, value } => self.take_measured(metric, at, value),
            Event::Foreign { from, at, alerts } => self.take_foreign(from, at, alerts),
            Event::Inspected { key, at, result } => self.apply_inspection(key, at, result),
        }
    }

    /// Judges again what time alone changes: a crash loop is over once it is.
    pub fn tick(&mut self, now: Timestamp) -> Topics {
        self.past.forget_before(now - LOOKED_AT);
        self.marks.forget_before(now - LOOKED_AT);
        let mut changed = false;
        for view in self.instances.values_mut().filter(|view| view.has_restarted()) {
            changed |= view.judge(now);
        }
        let known = self.plan_probes(now) | self.judge_alerts(now);
        if !changed {
            return known;
        }
        self.groups.outdated();
        known | Topics::SERVICES
    }

    fn apply_inspection(
        &mut self,
        key: InstanceKey,
        at: Timestamp,
        result: Result<Inspection, Fault>,
    ) -> Topics {
        // An answer to a question that nobody asks any more.
        if self.inspection.as_ref().is_none_or(|(asked, _)| *asked != key) {
            return Topics::empty();
        }
        let answer = match result {
            Ok(value) => Fetch::Fresh { value, at },
            Err(why) => Fetch::Failed { why, at },
        };
        self.inspection = Some((key, answer));
        Topics::INSPECTION
    }

    /// Notes that an inspection was asked for; an older answer is forgotten.
    pub fn expect_inspection(&mut self, key: InstanceKey) {
        self.inspection = Some((key, Fetch::Never));
    }

    /// The inspection that was asked for last.
    #[must_use]
    pub fn inspection(&self, key: &InstanceKey) -> Option<&Fetch<Inspection>> {
        self.inspection.as_ref().filter(|(asked, _)| asked == key).map(|(_, fetch)| fetch)
    }

    /// The engines, in the order in which they are shown.
    #[must_use]
    pub fn engines(&self) -> &[EngineView] {
        &self.engines
    }

    /// Whether every engine has told what it runs, or why it cannot be reached.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.engines.iter().all(|engine| engine.link != Link::Connecting)
    }

    /// Whether there is nothing left to wait for: every engine that is up has also
    /// described each instance. A condition that is judged before may still change
    /// although nothing happens.
    #[must_use]
    pub fn is_described(&self) -> bool {
        let described = |(key, view): (&InstanceKey, &InstanceView)| {
            let up = self.engine(&key.engine).is_some_and(EngineView::is_up);
            !up || view.instance.detail.is_some()
        };
        self.is_listed() && self.instances.iter().all(described)
    }

    /// One engine.
    #[must_use]
    pub fn engine(&self, id: &EngineId) -> Option<&EngineView> {
        self.engines.iter().find(|view| view.id == *id)
    }

    /// All services, by stack and name.
    #[must_use]
    pub fn services(&self) -> &[ServiceView] {
        let checked = |service: &ServiceKey, own| self.checked(service, own);
        self.groups.of(&self.instances, || self.missing_services(), checked)
    }

    /// Another number whenever [`Store::services`] may be others than before, or stand in
    /// other places: what was worked out of them holds as long as it stays.
    #[must_use]
    pub fn services_revision(&self) -> u64 {
        self.groups.revision()
    }

    /// One service.
    #[must_use]
    pub fn service(&self, key: &ServiceKey) -> Option<&ServiceView> {
        self.services().iter().find(|view| view.key == *key)
    }

    /// All instances, by engine and id.
    pub fn instances(&self) -> impl Iterator<Item = (&InstanceKey, &InstanceView)> + Clone {
        self.instances.iter()
    }

    /// One instance.
    #[must_use]
    pub fn instance(&self, key: &InstanceKey) -> Option<&InstanceView> {
        self.instances.get(key)
    }

    /// What happened to a service lately, oldest first.
    pub fn marks(&self, service: &ServiceKey) -> impl Iterator<Item = &Mark> {
        self.marks.of(service)
    }

    /// The host that midwatch runs on, once it was read.
    #[must_use]
    pub fn host(&self) -> Option<&HostView> {
        self.host.as_ref()
    }

    /// What a service's instances use now, added up. On an engine that is lost: what
    /// they used last, since that is shown as what it is.
    #[must_use]
    pub fn usage(&self, service: &ServiceView, now: Timestamp) -> Usage {
        let is_up = self.engine(&service.key.engine).is_some_and(EngineView::is_up);
        let since = if is_up { now - service::HOLDS } else { Timestamp::MIN };
        Usage::sum(service.instances.iter().filter_map(|key| self.instances.get(key)), since)
    }

    fn service_of(&self, key: &InstanceKey) -> Option<ServiceKey> {
        Some(service_key(key, &self.instances.get(key)?.instance))
    }
}

/// The service of an instance.
fn service_key(key: &InstanceKey, instance: &Instance) -> ServiceKey {
    ServiceKey { engine: key.engine.clone(), service: instance.service.clone() }
}

#[cfg(test)]
#[path = "known_tests.rs"]
mod known_tests;

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
