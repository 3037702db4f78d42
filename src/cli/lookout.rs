//! [`Lookout`]: what the engines run, by the watchers and the store that the screen has.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout, timeout_at};

use crate::{
    cli::{CliError, Exit, LookedAt, Printer, select::Selection},
    engines::Engine,
    logs::Pattern,
    metrics,
    model::{Beat, Demand, EngineId, Instance, InstanceKey, LogSourceSpec, Phase, StatsWanted},
    store::{AlertView, Link, LogBounds, Store, Topics},
    text::Clean,
    watch::Watchers,
};

/// How long a command waits for what probes say. Three tries of one that hangs take longer
/// than the usual 5 s each, and nobody waits for a minute.
const PROBES_WAIT: Duration = Duration::from_secs(20);

/// How long a command waits for numbers. What comes from engines comes within seconds.
const NUMBERS_WAIT: Duration = Duration::from_secs(5);

/// Changes that come within this time are one: a restart alone is five of them.
const SETTLE: Duration = Duration::from_millis(200);

/// How often is asked what time alone changes: a crash loop is over once it is.
const TICK: Duration = Duration::from_secs(1);

/// Engines that are watched for a command, and what is known of them.
pub(crate) struct Lookout {
    pub(crate) store: Store,
    engines: Vec<Arc<dyn Engine>>,
    watchers: Watchers,
    /// Whether somebody asks probes.
    probes: bool,
    /// Whether alerts are judged.
    alerts: bool,
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

    /// Begins to watch, and can ask the probes of the stack where somebody does.
    pub(crate) fn looking_at(looked_at: &LookedAt) -> Result<Self, CliError> {
        let mut lookout = Self::new(&looked_at.engines)?;
        // The reader of the stack file has refused what is no pattern.
        let patterns = looked_at.stack.patterns.iter().filter_map(|it| Pattern::of(it).ok());
        lookout.store = lookout
            .store
            .with_stack(looked_at.stack.clone(), looked_at.project.clone())
            .with_patterns(patterns.collect());
        if let Some(prober) = &looked_at.prober {
            lookout.watchers = lookout.watchers.probing(prober.clone());
            lookout.probes = true;
        } else {
            lookout.store = lookout.store.without_probes();
        }
        if let Some(secrets) = &looked_at.secrets {
            let meters = metrics::of_stack(&looked_at.stack, secrets);
            lookout.watchers = lookout.watchers.measuring(meters);
        }
        Ok(lookout)
    }

    /// Begins to watch what engines there are, which may be none.
    pub(crate) fn on(engines: &[Arc<dyn Engine>]) -> Self {
        let places = engines.iter().map(|engine| (engine.id().clone(), engine.endpoint()));
        Self {
            // Nothing here demands log streams: commands print lines instead of keeping them.
            store: Store::new(places, LogBounds::default()),
            engines: engines.to_vec(),
            watchers: Watchers::start(engines, &[]),
            probes: false,
            alerts: false,
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

    /// Asks the probes, and waits until each has said whether all is well: no longer than a
    /// person would.
    pub(crate) async fn probe(&mut self) {
        if !self.probes {
            return;
        }
        self.order_probes();
        // What has not answered by then is not known, and said to be so.
        let _ = timeout(PROBES_WAIT, self.until(Store::are_probes_known)).await;
    }

    /// Has everything measured that alerts are judged by, and waits until each has
    /// something to be judged by: no longer than a person would.
    pub(crate) async fn judge_alerts(&mut self) {
        self.alerts = true;
        let soon = Instant::now() + NUMBERS_WAIT;
        let known = async {
            let mut tick = interval(SETTLE);
            loop {
                self.store.tick(Timestamp::now());
                self.order_probes();
                let has_data = |view: &AlertView| view.state.phase != Phase::Nodata;
                let asked = !self.probes || self.store.are_probes_known();
                if asked && (self.store.alerts().all(has_data) || Instant::now() >= soon) {
                    return;
                }
                tokio::select! {
                    _ = self.hear() => {}
                    _ = tick.tick() => {}
                }
            }
        };
        let _ = timeout(PROBES_WAIT, known).await;
    }

    /// Has the probes asked that there are now, and what alerts need measured.
    fn order_probes(&mut self) {
        self.store.plan_probes(Timestamp::now());
        let probes = self.store.probe_orders().clone();
        let mut demand = Demand { probes, ..Demand::default() };
        if self.alerts {
            demand.host = true;
            demand.stats = self.stats(&Selection::default());
            self.store.demand_for_alerts(&mut demand);
        }
        self.watchers.demand(demand);
    }

    /// Waits for a change of one of these kinds and what comes right after it, until all of
    /// it is described.
    pub(crate) async fn next_change(&mut self, kinds: Topics) {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut topics = Topics::empty();
        while !topics.intersects(kinds) {
            topics = tokio::select! {
                topics = self.hear() => topics,
                _ = tick.tick() => self.store.tick(Timestamp::now()),
            };
            if self.probes || self.alerts {
                self.order_probes();
            }
        }
        let settled = Instant::now() + SETTLE;
        while timeout_at(settled, self.hear()).await.is_ok() {}
        self.until(Store::is_described).await;
    }

    /// Has these instances' use of their host read, and no others'.
    pub(crate) fn demand_stats(&self, selection: &Selection) {
        let stats = self.stats(selection);
        self.watchers.demand(Demand { stats, host: true, ..Demand::default() });
    }

    fn stats(&self, selection: &Selection) -> BTreeMap<InstanceKey, StatsWanted> {
        let wanted = self.selected(selection).filter(|(_, instance)| instance.is_up());
        let stats = |instance: &Instance| StatsWanted {
            run: instance.detail.as_ref().and_then(|detail| detail.started_at),
            beat: Beat::Live,
        };
        wanted.map(|(key, instance)| (key.clone(), stats(instance))).collect()
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

    /// Whether an engine cannot be reached.
    pub(crate) fn has_lost(&self) -> bool {
        self.lost().next().is_some()
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
