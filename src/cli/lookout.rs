//! [`Lookout`]: what the engines run, by the watchers and the store that the screen has.

use std::{collections::BTreeSet, iter, sync::Arc};

use crate::{
    cli::{CliError, Exit, Printer, select::Selection},
    engines::Engine,
    model::{Beat, Demand, EngineId, Instance, InstanceKey, LogSourceSpec, StatsWanted},
    store::{Link, LogBounds, Store, Topics},
    text::Clean,
    watch::Watchers,
};

/// Engines that are watched for a command, and what is known of them.
pub(crate) struct Lookout {
    pub(crate) store: Store,
    engines: Vec<Arc<dyn Engine>>,
    watchers: Watchers,
    /// The lost engines that the person was told of.
    told: BTreeSet<EngineId>,
}

impl Lookout {
    /// Begins to watch.
    pub(crate) fn new(engines: &[Arc<dyn Engine>]) -> Result<Self, CliError> {
        if engines.is_empty() {
            return Err(CliError::NoEngine);
        }
        Ok(Self::on(engines))
    }

    /// Begins to watch what engines there are, which may be none.
    pub(crate) fn on(engines: &[Arc<dyn Engine>]) -> Self {
        let places = engines.iter().map(|engine| (engine.id().clone(), engine.endpoint()));
        Self {
            // Nothing here demands log streams: commands print lines instead of keeping them.
            store: Store::new(places, LogBounds::default()),
            engines: engines.to_vec(),
            watchers: Watchers::start(engines, &[]),
            told: BTreeSet::new(),
        }
    }

    /// Takes in the next fact. May be dropped while it waits: nothing is lost by that.
    pub(crate) async fn hear(&mut self) -> Topics {
        match self.watchers.inbox.next().await {
            Some(event) => self.store.apply(event),
            // The watchers hold a sender of each kind.
            None => std::future::pending().await,
        }
    }

    /// Takes in facts until they are enough.
    pub(crate) async fn until(&mut self, enough: impl Fn(&Store) -> bool) {
        while !enough(&self.store) {
            self.hear().await;
        }
    }

    /// Has these instances' use of their host read, and no others'.
    pub(crate) fn demand_stats(&self, selection: &Selection) {
        let wanted = self.selected(selection).filter(|(_, instance)| instance.is_up());
        let stats = |instance: &Instance| StatsWanted {
            run: instance.detail.as_ref().and_then(|detail| detail.started_at),
            beat: Beat::Live,
        };
        let stats = wanted.map(|(key, instance)| (key.clone(), stats(instance))).collect();
        self.watchers.demand(Demand { stats, host: true, ..Demand::default() });
    }

    /// What a selection means now.
    pub(crate) fn selected(
        &self,
        selection: &Selection,
    ) -> impl Iterator<Item = (&InstanceKey, &Instance)> {
        self.store
            .instances()
            .map(|(key, view)| (key, &view.instance))
            .filter(|(_, instance)| selection.includes(instance))
    }

    /// Refuses a name that means nothing, unless it may be that of something on an
    /// engine that cannot be reached.
    pub(crate) fn check(&self, selection: &Selection) -> Result<(), CliError> {
        self.check_beside(selection, &iter::empty(), None)
    }

    /// As [`Lookout::check`], where names may also mean log sources of a stack.
    pub(crate) fn check_beside<'a>(
        &'a self,
        selection: &Selection,
        sources: &(impl Iterator<Item = &'a LogSourceSpec> + Clone),
        stack: Option<&Clean>,
    ) -> Result<(), CliError> {
        if self.lost().next().is_some() {
            return Ok(());
        }
        let instances = self.store.instances().map(|(_, view)| &view.instance);
        selection.check(&instances, sources, stack)
    }

    /// Refuses a name that has no runs; those of [`Lookout::check_beside`] are known.
    pub(crate) fn check_runs(&self, selection: &Selection) -> Result<(), CliError> {
        if self.lost().next().is_some() {
            return Ok(());
        }
        selection.check_runs(&self.store.instances().map(|(_, view)| &view.instance))
    }

    /// Whether there is no engine to watch.
    pub(crate) fn is_empty(&self) -> bool {
        self.engines.is_empty()
    }

    /// Complains of every engine that is lost, once until it is back.
    pub(crate) fn complain_of_lost(&mut self, printer: &mut Printer<'_>) {
        let lost: Vec<_> = self.lost().collect();
        for (engine, error) in &lost {
            if !self.told.contains(engine) {
                printer.complain(error);
            }
        }
        self.told = lost.into_iter().map(|(engine, _)| engine).collect();
    }

    /// What the shell is told at the end: an engine that does not answer is not forgotten.
    pub(crate) fn exit(&self) -> Exit {
        if self.lost().next().is_some() { Exit::Unreachable } else { Exit::Well }
    }

    /// The engines that cannot be reached, and why.
    pub(crate) fn lost(&self) -> impl Iterator<Item = (EngineId, CliError)> {
        self.store.engines().iter().filter_map(|view| {
            let Link::Down { fault, .. } = &view.link else { return None };
            let error = CliError::Engine { engine: view.id.clone(), fault: fault.clone() };
            Some((view.id.clone(), error))
        })
    }

    /// The engine of that name.
    pub(crate) fn engine(&self, id: &EngineId) -> Option<&Arc<dyn Engine>> {
        self.engines.iter().find(|engine| engine.id() == id)
    }
}
