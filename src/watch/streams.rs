//! [`Streams`]: runs the log and stats streams that are demanded, and no others.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use jiff::Timestamp;
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

use super::{Resume, Tail, log_stream, stats_stream};
use crate::{
    engines::Engine,
    model::{Demand, EngineId, Event, InstanceKey},
};

/// How many instances' places in their logs are remembered while nobody looks.
const REMEMBERED: usize = 4096;

/// Owns the running streams. A new demand replaces the old one whole, so a cursor
/// that moves faster than streams open leaves no queue behind.
pub struct Streams {
    engines: HashMap<EngineId, Arc<dyn Engine>>,
    events: mpsc::Sender<Event>,
    logs: BTreeMap<InstanceKey, Running<Resume>>,
    stats: BTreeMap<InstanceKey, Running<()>>,
    resumes: BTreeMap<InstanceKey, Resume>,
}

/// A stream's task, and the run of the instance that it belongs to.
struct Running<T> {
    run: Option<Timestamp>,
    stop: watch::Sender<bool>,
    task: JoinHandle<T>,
}

impl Streams {
    /// Prepares for these engines; nothing runs until it is demanded.
    #[must_use]
    pub fn new(engines: &[Arc<dyn Engine>], events: mpsc::Sender<Event>) -> Self {
        Self {
            engines: engines.iter().map(|e| (e.id().clone(), e.clone())).collect(),
            events,
            logs: BTreeMap::new(),
            stats: BTreeMap::new(),
            resumes: BTreeMap::new(),
        }
    }

    /// Follows the demand until its sender is gone, then ends every stream.
    pub async fn serve(mut self, mut demand: watch::Receiver<Demand>) {
        while demand.changed().await.is_ok() {
            let wanted = demand.borrow_and_update().clone();
            self.set_logs(&wanted.logs).await;
            self.set_stats(&wanted.stats).await;
        }
        self.set_logs(&BTreeMap::new()).await;
        self.set_stats(&BTreeMap::new()).await;
    }

    async fn set_logs(&mut self, wanted: &BTreeMap<InstanceKey, Option<Timestamp>>) {
        for key in unwanted(&self.logs, wanted) {
            if let Some(running) = self.logs.remove(&key) {
                let resume = running.end().await.unwrap_or_default();
                self.remember(key, resume);
            }
        }
        for (key, run) in wanted {
            let Some(engine) = self.engine_of(key).filter(|_| !self.logs.contains_key(key)) else {
                continue;
            };
            let resume = self.resumes.remove(key).unwrap_or_default();
            let mut tail = Tail::new(engine, key.id.clone(), log_stream::FIRST, resume);
            let (stop, stopped) = watch::channel(false);
            let (events, task_key) = (self.events.clone(), key.clone());
            let task = tokio::spawn(async move {
                let follow = log_stream::follow(&mut tail, task_key, events);
                until_stopped(stopped, follow).await;
                tail.into_resume()
            });
            self.logs.insert(key.clone(), Running { run: *run, stop, task });
        }
    }

    async fn set_stats(&mut self, wanted: &BTreeMap<InstanceKey, Option<Timestamp>>) {
        for key in unwanted(&self.stats, wanted) {
            if let Some(running) = self.stats.remove(&key) {
                running.end().await;
            }
        }
        for (key, run) in wanted {
            let Some(engine) = self.engine_of(key).filter(|_| !self.stats.contains_key(key)) else {
                continue;
            };
            let (stop, stopped) = watch::channel(false);
            let read = stats_stream::read(engine, key.clone(), self.events.clone());
            let task = tokio::spawn(until_stopped(stopped, read));
            self.stats.insert(key.clone(), Running { run: *run, stop, task });
        }
    }

    fn engine_of(&self, key: &InstanceKey) -> Option<Arc<dyn Engine>> {
        self.engines.get(&key.engine).cloned()
    }

    fn remember(&mut self, key: InstanceKey, resume: Resume) {
        if self.resumes.len() >= REMEMBERED {
            self.resumes.pop_first();
        }
        self.resumes.insert(key, resume);
    }
}

impl<T> Running<T> {
    /// Ends the stream; gives what its task leaves, unless that crashed.
    async fn end(self) -> Option<T> {
        // The task may have ended by itself.
        let _ = self.stop.send(true);
        self.task.await.ok()
    }
}

fn unwanted<T>(
    running: &BTreeMap<InstanceKey, Running<T>>,
    wanted: &BTreeMap<InstanceKey, Option<Timestamp>>,
) -> Vec<InstanceKey> {
    let stays = |key: &InstanceKey, run: Option<Timestamp>| wanted.get(key) == Some(&run);
    running.iter().filter(|(key, r)| !stays(key, r.run)).map(|(key, _)| key.clone()).collect()
}

/// Runs `work` until it ends or `stopped` turns true.
async fn until_stopped(mut stopped: watch::Receiver<bool>, work: impl Future<Output = ()>) {
    tokio::select! {
        () = work => {}
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
}
