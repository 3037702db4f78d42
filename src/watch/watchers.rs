//! [`Watchers`]: the tasks of a session, as one thing to own.

use std::sync::Arc;

use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
};

use super::{Inbox, Outbox, Prober, channels, engine, host, metrics, probes, streams::Streams};
use crate::{engines::Engine, kernel::Root, metrics::Meter, model::Demand, sources::LogSource};

/// Watches engines and runs the streams that are demanded, until it is dropped.
///
/// The console and the commands are two readers of the same facts.
pub struct Watchers {
    /// Where the facts arrive.
    pub inbox: Inbox,
    outbox: Outbox,
    demand: watch::Sender<Demand>,
    retry: Arc<Notify>,
    /// Ended by being dropped.
    tasks: JoinSet<()>,
}

impl Watchers {
    /// Begins to watch these engines; the log sources are read when they are
    /// demanded. Must be called within a runtime.
    #[must_use]
    pub fn start(engines: &[Arc<dyn Engine>], sources: &[Arc<dyn LogSource>]) -> Self {
        let (outbox, inbox) = channels();
        let retry = Arc::new(Notify::new());
        let (demand, demanded) = watch::channel(Demand::default());
        let mut tasks = JoinSet::new();
        for each in engines {
            tasks.spawn(engine::keep(each.clone(), outbox.control.clone(), retry.clone()));
        }
        tasks.spawn(host::keep(Root::default(), demanded.clone(), outbox.samples.clone()));
        tasks.spawn(Streams::new(engines, sources, &outbox).serve(demanded));
        Self { inbox, outbox, demand, retry, tasks }
    }

    /// Also asks probes, when they are demanded.
    #[must_use]
    pub fn probing(mut self, prober: Arc<dyn Prober>) -> Self {
        let (demand, events) = (self.demand.subscribe(), self.outbox.control.clone());
        self.tasks.spawn(probes::keep(prober, Root::default(), demand, events));
        self
    }

    /// Also asks for metrics and for the alerts of other servers, all the time.
    #[must_use]
    pub fn measuring(mut self, meters: Vec<Box<dyn Meter>>) -> Self {
        self.tasks.spawn(metrics::keep(meters, self.outbox.control.clone()));
        self
    }

    /// Where other tasks of this session send what they hear.
    #[must_use]
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Runs these streams, and no others.
    pub fn demand(&self, wanted: Demand) {
        self.demand.send_if_modified(|demand| {
            let differs = *demand != wanted;
            *demand = wanted;
            differs
        });
    }

    /// Tries lost engines again now.
    pub fn retry(&self) {
        self.retry.notify_waiters();
    }

    /// Ends every task and waits until it has ended.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}
