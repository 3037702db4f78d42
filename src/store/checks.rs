//! What probes and alerts say, added to what engines say of services.

use std::iter;

use jiff::Timestamp;

use super::{EngineView, Link, ProbeView, Store, Topics};
use crate::model::{
    Condition, Level, ProbeKey, ProbeOrders, ProbeReport, RestartPolicy, ServiceId, ServiceKey,
    StackService, condition::with_checks,
};
use crate::text::Clean;

impl Store {
    /// Plans the probes anew if what runs is not what it was. Once a second is enough for
    /// a screen; a command that wants to know at once asks for it.
    pub fn plan_probes(&mut self, now: Timestamp) -> Topics {
        if self.probes.plan(&self.stack, &self.engines, &self.instances, now) {
            self.groups.outdated();
            Topics::PROBES | Topics::SERVICES
        } else {
            Topics::empty()
        }
    }

    pub(super) fn apply_probe(&mut self, key: &ProbeKey, report: ProbeReport) -> Topics {
        match self.probes.take(key, report) {
            None => Topics::empty(),
            Some(false) => Topics::PROBES,
            Some(true) => {
                self.groups.outdated();
                Topics::PROBES | Topics::SERVICES
            }
        }
    }

    /// What is to be asked.
    #[must_use]
    pub fn probe_orders(&self) -> &ProbeOrders {
        self.probes.orders()
    }

    /// All probes with what came of them, by service, instance and name.
    pub fn probes(&self) -> impl Iterator<Item = (&ProbeKey, &ProbeView)> + Clone {
        self.probes.all()
    }

    /// Whether every probe has said what can be said of it.
    #[must_use]
    pub fn are_probes_known(&self) -> bool {
        self.probes().all(|(_, view)| view.is_known())
    }

    /// The probes of a service, by instance and name.
    pub fn probes_of(
        &self,
        service: &ServiceKey,
    ) -> impl Iterator<Item = (&ProbeKey, &ProbeView)> + Clone {
        self.probes.of(service)
    }

    /// What the stack file says of a service.
    #[must_use]
    pub fn told_of(&self, service: &ServiceKey) -> Option<&StackService> {
        let views = self.instances.iter().filter(|(key, view)| {
            key.engine == service.engine && view.instance.service == service.service
        });
        let instances = views.map(|(_, view)| &view.instance);
        self.stack.services.iter().find(|told| told.is(&service.service.name, instances.clone()))
    }

    /// The services that the stack file names and that have no instances. Which engine
    /// should run them nobody says; the last is the one that runs containers.
    pub(super) fn missing_services(&self) -> Vec<ServiceKey> {
        let told =
            |engine: &&EngineView| engine.data.value().is_some() && engine.link != Link::Connecting;
        let Some(engine) = self.engines.last().filter(told) else { return Vec::new() };
        let is_there = |told: &StackService| {
            self.instances
                .values()
                .any(|view| told.is(&view.instance.service.name, iter::once(&view.instance)))
        };
        let missing = self.stack.services.iter().filter(|told| !is_there(told));
        let service =
            |told: &StackService| ServiceId { stack: self.project.clone(), name: told.id.clone() };
        missing
            .map(|told| ServiceKey { engine: engine.id.clone(), service: service(told) })
            .collect()
    }

    /// Whether a service is the one that the stack file, or else its engine, calls so.
    #[must_use]
    pub fn calls(&self, service: &ServiceKey, name: &Clean) -> bool {
        service.service.name == *name || self.told_of(service).is_some_and(|told| told.id == *name)
    }

    pub(super) fn checked(&self, service: &ServiceKey, own: Condition) -> Condition {
        let told = self.told_of(service);
        let should_run = told.is_some() && !self.is_done(service);
        let own = if should_run && own.level == Level::Off {
            Condition::new(Level::Bad, format!("not running: {}", own.reason))
        } else {
            own
        };
        let critical = told.is_none_or(|told| told.critical);
        // What probes say comes after who is on it, and before what is worked out of them.
        let (of_probes, others): (Vec<_>, Vec<_>) = self.alert_conditions(service);
        let checks = of_probes.into_iter().chain(self.probes.conditions(service)).chain(others);
        with_checks(own, checks, critical)
    }

    /// Whether a service was to do something once, such as a migration, and has done it.
    fn is_done(&self, service: &ServiceKey) -> bool {
        let mut views = self.instances.iter().filter(|(key, view)| {
            key.engine == service.engine && view.instance.service == service.service
        });
        views.all(|(_, view)| {
            let detail = view.instance.detail.as_ref();
            detail.is_some_and(|detail| {
                let once =
                    matches!(detail.restart_policy, RestartPolicy::No | RestartPolicy::OnFailure);
                once && detail.exit.as_ref().is_some_and(|exit| exit.code == 0)
            })
        })
    }
}

#[cfg(test)]
#[path = "checks_tests.rs"]
mod tests;
