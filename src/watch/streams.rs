//! [`Streams`]: runs the log and stats streams that are demanded, and no others.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use jiff::Timestamp;
use tokio::{sync::watch, task::JoinHandle};

use super::{Outbox, Resume, Tail, log_stream, remembered::Remembered, stats_stream};
use crate::{
    engines::{Engine, LogRequest},
    model::{Beat, Demand, EngineId, Event, InstanceKey, StatsWanted, StreamState},
    sources::LogSource,
};

/// How many logs that were read from far back are remembered while some of them are not
/// looked at: as many as there are places to go on at.
const DEEP_KEPT: usize = 1024;

/// Owns the running streams. A new demand replaces the old one whole, so a cursor
/// that moves faster than streams open leaves no queue behind.
pub struct Streams {
    engines: HashMap<EngineId, Arc<dyn Engine>>,
    sources: HashMap<InstanceKey, Arc<dyn LogSource>>,
    outbox: Outbox,
    logs: BTreeMap<InstanceKey, Running<Resume>>,
    stats: BTreeMap<InstanceKey, Reading>,
    resumes: Remembered,
    /// The logs that were read from as far back as they are kept, also those that nobody
    /// looks at: they go on where they were.
    deep: BTreeSet<InstanceKey>,
    /// The log sources that were read: they go on too.
    begun: BTreeSet<InstanceKey>,
}

/// A stream's task, and the run of the instance that it belongs to.
struct Running<T> {
    /// When that run began; `None` until somebody knows.
    run: Option<Timestamp>,
    stop: watch::Sender<bool>,
    task: JoinHandle<T>,
}

/// Readings that are taken.
struct Reading {
    running: Running<()>,
    beat: watch::Sender<Beat>,
}

impl Streams {
    /// Prepares for these engines and log sources; nothing runs until it is demanded.
    #[must_use]
    pub fn new(
        engines: &[Arc<dyn Engine>],
        sources: &[Arc<dyn LogSource>],
        outbox: &Outbox,
    ) -> Self {
        Self {
            engines: engines.iter().map(|e| (e.id().clone(), e.clone())).collect(),
            sources: sources.iter().map(|source| (source.key(), source.clone())).collect(),
            outbox: outbox.clone(),
            logs: BTreeMap::new(),
            stats: BTreeMap::new(),
            resumes: Remembered::default(),
            deep: BTreeSet::new(),
            begun: BTreeSet::new(),
        }
    }

    /// Follows the demand until its sender is gone, then ends every stream.
    pub async fn serve(mut self, mut demand: watch::Receiver<Demand>) {
        while demand.changed().await.is_ok() {
            let wanted = demand.borrow_and_update().clone();
            self.deepen(&wanted).await;
            self.set_logs(&wanted.logs).await;
            self.set_stats(&wanted.stats).await;
        }
        self.set_logs(&BTreeMap::new()).await;
        self.set_stats(&BTreeMap::new()).await;
    }

    /// Reads logs again from as far back as they are kept, unless they were since it is
    /// wanted. What was read of them before is let go: it comes again.
    async fn deepen(&mut self, wanted: &Demand) {
        self.forget_deep(wanted);
        for key in wanted.deep.iter().filter(|key| wanted.logs.contains_key(key)) {
            if !self.deep.insert(key.clone()) {
                continue;
            }
            // A command's lines come only once: its stream is left alone.
            if self.sources.get(key).is_some_and(|source| !source.rewind()) {
                continue;
            }
            if let Some(running) = self.logs.remove(key) {
                running.end().await;
            }
            self.resumes.take(key);
            self.begun.remove(key);
            let (key, state) = (key.clone(), StreamState::Again);
            // A closed channel ends the caller at its next wait.
            let _ = self.outbox.logs.send(Event::LogStream { key, state }).await;
        }
    }

    /// Forgets which logs were read from far back: those that are read on without that
    /// being wanted, and all that nobody looks at when they are too many.
    fn forget_deep(&mut self, wanted: &Demand) {
        let is_shown = |key: &InstanceKey| wanted.logs.contains_key(key);
        self.deep.retain(|key| wanted.deep.contains(key) || !is_shown(key));
        if self.deep.len() > DEEP_KEPT {
            self.deep.retain(|key| wanted.deep.contains(key));
        }
    }

    async fn set_logs(&mut self, wanted: &BTreeMap<InstanceKey, Option<Timestamp>>) {
        for key in unwanted(&self.logs, wanted) {
            if let Some(running) = self.logs.remove(&key) {
                let resume = running.end().await.unwrap_or_default();
                self.resumes.keep(key, resume);
            }
        }
        for (key, run) in wanted {
            if let Some(running) = self.logs.get_mut(key) {
                running.run = running.run.or(*run);
                continue;
            }
            let Some(mut tail) = self.tail(key) else { continue };
            let (stop, stopped) = watch::channel(false);
            let (events, task_key) = (self.outbox.logs.clone(), key.clone());
            let task = tokio::spawn(async move {
                log_stream::follow(&mut tail, task_key, events, until(stopped)).await;
                tail.into_resume()
            });
            self.logs.insert(key.clone(), Running { run: *run, stop, task });
        }
    }

    async fn set_stats(&mut self, wanted: &BTreeMap<InstanceKey, StatsWanted>) {
        let stays = |key: &InstanceKey, reading: &mut Reading| {
            wanted.get(key).is_some_and(|wanted| reading.running.is_of(wanted.run))
        };
        let unwanted = self.stats.extract_if(.., |key, reading| !stays(key, reading));
        for (_, reading) in unwanted.collect::<Vec<_>>() {
            reading.running.end().await;
        }
        for (key, StatsWanted { run, beat }) in wanted {
            if let Some(Reading { running, beat: told }) = self.stats.get_mut(key) {
                running.run = running.run.or(*run);
                told.send_if_modified(|told| std::mem::replace(told, *beat) != *beat);
                continue;
            }
            let Some(engine) = self.engine_of(key) else { continue };
            let (stop, stopped) = watch::channel(false);
            let (beat, beats) = watch::channel(*beat);
            let samples = self.outbox.samples.clone();
            let read = stats_stream::read(engine, key.clone(), beats, samples);
            let task = tokio::spawn(async move {
                tokio::select! {
                    () = read => {}
                    () = until(stopped) => {}
                }
            });
            let running = Running { run: *run, stop, task };
            self.stats.insert(key.clone(), Reading { running, beat });
        }
    }

    fn tail(&mut self, key: &InstanceKey) -> Option<Tail> {
        if let Some(source) = self.sources.get(key) {
            let tail = source.spec().tail;
            let first = if self.deep.contains(key) {
                LogRequest { tail: log_stream::DEEP.tail.max(Some(tail)), ..log_stream::DEEP }
            } else {
                LogRequest { tail: Some(tail), ..log_stream::FIRST }
            };
            let tail = Tail::of_source(source.clone(), first);
            return Some(if self.begun.insert(key.clone()) { tail } else { tail.going_on() });
        }
        let engine = self.engine_of(key)?;
        let resume = self.resumes.take(key);
        let first = if self.deep.contains(key) { log_stream::DEEP } else { log_stream::FIRST };
        let at_hand = engine.capabilities().output_at_hand;
        let first = LogRequest { tail: first.tail.filter(|_| !at_hand), ..first };
        Some(Tail::new(engine, key.id.clone(), first, resume))
    }

    fn engine_of(&self, key: &InstanceKey) -> Option<Arc<dyn Engine>> {
        self.engines.get(&key.engine).cloned()
    }
}

impl<T> Running<T> {
    /// Whether this is a stream of that run. A start that only now became known is no
    /// other run, unless the stream ended before.
    fn is_of(&self, run: Option<Timestamp>) -> bool {
        match (self.run, run) {
            (Some(ours), Some(wanted)) => ours == wanted,
            (None, Some(_)) => !self.task.is_finished(),
            (_, None) => true,
        }
    }

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
    let stays =
        |key: &InstanceKey, r: &Running<T>| wanted.get(key).is_some_and(|run| r.is_of(*run));
    running.iter().filter(|(key, r)| !stays(key, r)).map(|(key, _)| key.clone()).collect()
}

/// Waits until a stream is to stop, or its owner is gone.
async fn until(mut stopped: watch::Receiver<bool>) {
    // An owner that is gone wants nothing any more.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}
