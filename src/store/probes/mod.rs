//! The probes of the stack: which there are, how each is asked, and what came of it.

mod infer;
mod labels;
mod latency;
mod place;
mod plan;
#[cfg(test)]
mod tests_support;
mod view;

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use latency::Latency;
pub use view::{ProbeState, ProbeView};

use crate::model::{
    Condition, InstanceKey, ProbeKey, ProbeOrder, ProbeOrders, ProbeReport, ServiceKey, Stack, Way,
};
use crate::{
    store::{EngineView, InstanceView},
    text::Clean,
};
pub(super) use plan::host_of;

use place::EngineHost;
use plan::{Known, Planned};

/// The probes of the stack.
#[derive(Debug, Default)]
pub(super) struct Probes {
    views: BTreeMap<ProbeKey, ProbeView>,
    orders: ProbeOrders,
    outdated: bool,
    /// Whether nobody asks any.
    none: bool,
}

impl Probes {
    /// Probes that are there whatever runs, besides those of what does.
    pub(super) fn to_be_planned() -> Self {
        Self { outdated: true, ..Self::default() }
    }

    /// No probes, whatever runs.
    pub(super) fn none() -> Self {
        Self { none: true, ..Self::default() }
    }

    /// Says that what runs is not what it was.
    pub(super) fn outdated(&mut self) {
        self.outdated = true;
    }

    /// Plans anew if what runs is not what it was; says whether that changed anything.
    pub(super) fn plan(
        &mut self,
        stack: &Stack,
        engines: &[EngineView],
        instances: &BTreeMap<InstanceKey, InstanceView>,
        now: Timestamp,
    ) -> bool {
        if self.none || !std::mem::take(&mut self.outdated) {
            return false;
        }
        let known = Known {
            stack,
            services: planned(instances),
            hosts: engines.iter().map(|view| (view.id.clone(), EngineHost::of(view))).collect(),
        };
        let orders = plan::orders(&known);
        let changed = *self.orders != orders;
        if changed {
            self.follow(orders, now);
        }
        self.look_at_health(instances, now) || changed
    }

    fn follow(&mut self, orders: BTreeMap<ProbeKey, ProbeOrder>, now: Timestamp) {
        self.views.retain(|key, _| orders.contains_key(key));
        for (key, order) in &orders {
            match self.views.get_mut(key) {
                Some(view) if view.order == *order => {}
                Some(view) => view.redirect(order.clone(), now),
                None => {
                    self.views.insert(key.clone(), ProbeView::new(order.clone(), now));
                }
            }
        }
        self.orders = ProbeOrders::new(orders);
    }

    /// Takes over what engines say of health, for the probes that ask for nothing else.
    fn look_at_health(
        &mut self,
        instances: &BTreeMap<InstanceKey, InstanceView>,
        now: Timestamp,
    ) -> bool {
        let mut changed = false;
        for (key, view) in self.views.iter_mut().filter(|(_, view)| view.order.way == Way::Engine) {
            let instance = key.instance.as_ref().and_then(|key| instances.get(key));
            if let Some(instance) = instance {
                changed |= view.follow(instance.instance.health, now);
            }
        }
        changed
    }

    /// Takes in what came of asking; says whether that changes what is said of a service.
    /// `None`: nobody asks that any more.
    pub(super) fn take(&mut self, key: &ProbeKey, report: ProbeReport) -> Option<bool> {
        Some(self.views.get_mut(key)?.take(report))
    }

    /// What is to be asked.
    pub(super) fn orders(&self) -> &ProbeOrders {
        &self.orders
    }

    /// All probes, by service, instance and name.
    pub(super) fn all(&self) -> impl Iterator<Item = (&ProbeKey, &ProbeView)> + Clone {
        self.views.iter()
    }

    /// The probes of a service, by instance and name.
    pub(super) fn of(
        &self,
        service: &ServiceKey,
    ) -> impl Iterator<Item = (&ProbeKey, &ProbeView)> + Clone {
        let first = ProbeKey { service: service.clone(), instance: None, name: Clean::default() };
        self.views.range(first.clone()..).take_while(move |(key, _)| key.service == first.service)
    }

    /// How a service does by its probes.
    pub(super) fn conditions(&self, service: &ServiceKey) -> impl Iterator<Item = Condition> {
        self.of(service).filter_map(|(_, view)| view.condition())
    }
}

fn planned(instances: &BTreeMap<InstanceKey, InstanceView>) -> Vec<Planned<'_>> {
    let mut services: BTreeMap<ServiceKey, Vec<_>> = BTreeMap::new();
    for (key, view) in instances {
        let service =
            ServiceKey { engine: key.engine.clone(), service: view.instance.service.clone() };
        services.entry(service).or_default().push((key, &view.instance));
    }
    services.into_iter().map(|(key, instances)| Planned { key, instances }).collect()
}
