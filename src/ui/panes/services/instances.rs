//! What panes want of the instances of a service.

use crate::{
    model::{Beat, Demand, InstanceKey, StatsWanted},
    store::{EngineView, ServiceView, Store},
    ui::{Overlay, Wish},
};

/// What an instance is wanted for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be inspected.
    Inspect,
    /// To open a shell in; only one that is up will do.
    Shell,
}

/// Acts on a service's only instance, or lets the person choose one.
#[must_use]
pub fn one_instance(service: &ServiceView, store: &Store, purpose: Purpose) -> Wish {
    let fits = |key: &&InstanceKey| {
        purpose == Purpose::Inspect || store.instance(key).is_some_and(|v| v.instance.is_up())
    };
    let mut candidates = service.instances.iter().filter(fits);
    match (candidates.next(), candidates.next()) {
        (None, _) => Wish::Notice(format!("{}: no instance is up", service.key.service)),
        (Some(only), None) if purpose == Purpose::Shell => Wish::Shell(only.clone()),
        (Some(only), None) => Wish::Open(Overlay::Inspect(only.clone())),
        (Some(_), Some(_)) => Wish::Open(Overlay::Detail(service.key.clone())),
    }
}

/// Asks for the stats of every instance of a service that is up on an engine that is up.
pub(in crate::ui::panes) fn demand_stats(
    service: &ServiceView,
    store: &Store,
    demand: &mut Demand,
) {
    if !store.engine(&service.key.engine).is_some_and(EngineView::is_up) {
        return;
    }
    for key in &service.instances {
        if let Some(view) = store.instance(key).filter(|view| view.instance.is_up()) {
            let run = view.instance.detail.as_ref().and_then(|detail| detail.started_at);
            demand.stats.insert(key.clone(), StatsWanted { run, beat: Beat::Live });
        }
    }
}
