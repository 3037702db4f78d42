//! What probes and alerts say, added to what engines say of services.

use jiff::Timestamp;

use super::{ProbeView, Store, Topics};
use crate::model::{
    Condition, ProbeKey, ProbeOrders, ProbeReport, ServiceKey, StackService, condition::with_checks,
};

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

    pub(super) fn checked(&self, service: &ServiceKey, own: Condition) -> Condition {
        let critical = self.told_of(service).is_none_or(|told| told.critical);
        // What probes say comes after who is on it, and before what is worked out of them.
        let (of_probes, others): (Vec<_>, Vec<_>) = self.alert_conditions(service);
        let checks = of_probes.into_iter().chain(self.probes.conditions(service)).chain(others);
        with_checks(own, checks, critical)
    }
}
