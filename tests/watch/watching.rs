//! Watchers that run, and what they say.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use midwatch::{
    engines::{Engine, EngineError},
    model::{
        Beat, Demand, EngineFact, EngineId, Event, FaultKind, InstanceId, InstanceKey, LogLine,
        ServiceId, StatsWanted, Stream, StreamState,
    },
    sources::LogSource,
    text::Clean,
    watch::{Outbox, engine::keep, streams::Streams},
};
use tokio::{
    sync::{Notify, mpsc, watch},
    task::JoinHandle,
    time::{Instant, timeout},
};

use crate::support::fake::{Call, FakeEngine, instance};

/// Longer than anything here may take.
const PATIENCE: Duration = Duration::from_mins(2);

pub(crate) fn engine() -> EngineId {
    EngineId::new("fake")
}

pub(crate) fn id(id: &str) -> InstanceId {
    InstanceId::new(id)
}

pub(crate) fn key(name: &str) -> InstanceKey {
    InstanceKey::new(&engine(), &id(name))
}

pub(crate) fn refused() -> EngineError {
    EngineError::Refused { endpoint: "fake://".into(), reason: None }
}

/// An engine that runs these, each a service of its own.
pub(crate) fn fake(ids: &[&str]) -> FakeEngine {
    let fake = FakeEngine::new("fake");
    for id in ids {
        fake.set(instance(id, ServiceId::alone(id)));
    }
    fake
}

pub(crate) fn line(second: i64, text: &str) -> LogLine {
    LogLine::new(Timestamp::from_second(second).ok(), Stream::Stdout, Clean::new(text))
}

/// A watcher of an engine.
pub(crate) struct Watched {
    pub(crate) events: mpsc::Receiver<Event>,
    pub(crate) retry: Arc<Notify>,
    pub(crate) task: JoinHandle<()>,
}

impl Watched {
    pub(crate) fn start(engine: impl Engine + 'static) -> Self {
        let (sender, events) = mpsc::channel(256);
        let retry = Arc::new(Notify::new());
        let task = tokio::spawn(keep(Arc::new(engine), sender, retry.clone()));
        Self { events, retry, task }
    }

    /// What is said next, signs of life apart.
    pub(crate) async fn fact(&mut self) -> EngineFact {
        loop {
            match timeout(PATIENCE, self.events.recv()).await.unwrap().unwrap() {
                Event::Engine { fact: EngineFact::Answered, .. } => {}
                Event::Engine { fact, .. } => return fact,
                other => panic!("{other:?}"),
            }
        }
    }

    /// Waits for the next sign of life; gives how long it took.
    pub(crate) async fn sign_of_life(&mut self) -> Duration {
        let began = Instant::now();
        let event = timeout(PATIENCE, self.events.recv()).await.unwrap().unwrap();
        assert!(matches!(event, Event::Engine { fact: EngineFact::Answered, .. }), "{event:?}");
        began.elapsed()
    }

    /// What is said next, in a word and a name.
    pub(crate) async fn word(&mut self) -> String {
        word(&self.fact().await)
    }

    /// The next so many words.
    pub(crate) async fn words(&mut self, count: usize) -> Vec<String> {
        let mut words = Vec::new();
        while words.len() < count {
            words.push(self.word().await);
        }
        words
    }

    /// Waits for this word; gives how long it took.
    pub(crate) async fn until(&mut self, wanted: &str) -> Duration {
        let began = Instant::now();
        while self.word().await != wanted {}
        began.elapsed()
    }

    /// Fails when anything but a sign of life is said in this time.
    pub(crate) async fn silent_for(&mut self, time: Duration) {
        if let Ok(fact) = timeout(time, self.fact()).await {
            panic!("nothing was to be said, but {fact:?}");
        }
    }
}

pub(crate) fn word(fact: &EngineFact) -> String {
    match fact {
        EngineFact::Connecting => "connecting".into(),
        EngineFact::Connected { .. } => "connected".into(),
        EngineFact::Host { name } => format!("on {name}"),
        EngineFact::Lost { attempt, .. } => format!("lost {attempt}"),
        EngineFact::Answered => "answered".into(),
        EngineFact::Listed { instances } => format!("listed {}", instances.len()),
        EngineFact::Refreshed { instance } => format!("refreshed {}", instance.id),
        EngineFact::Described { instance } => format!("described {}", instance.id),
        EngineFact::OutOfMemory { id } => format!("out of memory {id}"),
        EngineFact::Removed { id } => format!("removed {id}"),
    }
}

/// Streams that follow a demand.
pub(crate) struct Streaming {
    pub(crate) events: mpsc::Receiver<Event>,
    demand: watch::Sender<Demand>,
    pub(crate) task: JoinHandle<()>,
}

impl Streaming {
    pub(crate) fn start(engine: &(impl Engine + Clone + 'static), bound: usize) -> Self {
        Self::of(&[Arc::new(engine.clone())], &[], bound)
    }

    /// The streams of log sources alone.
    pub(crate) fn of_sources(sources: &[Arc<dyn LogSource>]) -> Self {
        Self::of(&[], sources, 64)
    }

    fn of(engines: &[Arc<dyn Engine>], sources: &[Arc<dyn LogSource>], bound: usize) -> Self {
        let (sender, events) = mpsc::channel(bound);
        let (demand, demanded) = watch::channel(Demand::default());
        let outbox = Outbox { control: sender.clone(), samples: sender.clone(), logs: sender };
        let task = tokio::spawn(Streams::new(engines, sources, &outbox).serve(demanded));
        Self { events, demand, task }
    }

    /// Demands these logs and no others.
    pub(crate) fn want_keys(&self, keys: &[InstanceKey]) {
        self.demand.send_modify(|demand| {
            demand.logs = keys.iter().map(|key| (key.clone(), None)).collect();
        });
    }

    /// Demands the logs of these instances and no others.
    pub(crate) fn want_logs(&self, wanted: &[(&str, Option<i64>)]) {
        self.demand.send_modify(|demand| demand.logs = runs(wanted));
    }

    /// Demands the logs of an instance from as far back as they are kept.
    pub(crate) fn want_deep(&self, name: &str, run: Option<i64>) {
        self.demand.send_modify(|demand| {
            demand.logs = runs(&[(name, run)]);
            demand.deep = [key(name)].into();
        });
    }

    /// Demands these logs, and no others, from as far back as they are kept.
    pub(crate) fn want_deep_keys(&self, keys: &[InstanceKey]) {
        self.demand.send_modify(|demand| {
            demand.logs = keys.iter().map(|key| (key.clone(), None)).collect();
            demand.deep = keys.iter().cloned().collect();
        });
    }

    /// Demands no log any more from as far back as it is kept.
    pub(crate) fn want_none_deep(&self) {
        self.demand.send_modify(|demand| demand.deep.clear());
    }

    /// Demands the logs of these instances and no others, none of them from far back.
    pub(crate) fn want_none_deep_but_logs(&self, wanted: &[(&str, Option<i64>)]) {
        self.demand.send_modify(|demand| {
            demand.logs = runs(wanted);
            demand.deep.clear();
        });
    }

    /// Demands the stats of these instances and no others.
    pub(crate) fn want_stats(&self, wanted: &[(&str, Option<i64>)]) {
        self.want_stats_at(Beat::Live, wanted);
    }

    /// The same, so often.
    pub(crate) fn want_stats_at(&self, beat: Beat, wanted: &[(&str, Option<i64>)]) {
        let wanted = runs(wanted).into_iter();
        let at_beat = |(key, run)| (key, StatsWanted { run, beat });
        self.demand.send_modify(|demand| demand.stats = wanted.map(at_beat).collect());
    }

    pub(crate) async fn event(&mut self) -> Event {
        timeout(PATIENCE, self.events.recv()).await.unwrap().unwrap()
    }

    /// Everything that is said until all is quiet for so long: lines, states, samples,
    /// and the number of those that were dropped.
    pub(crate) async fn heard(&mut self, quiet: Duration) -> Heard {
        let mut heard = Heard::default();
        while let Ok(Some(event)) = timeout(quiet, self.events.recv()).await {
            match event {
                Event::Logged { lines, dropped, .. } => {
                    heard.lines.extend(lines.iter().map(|line| line.as_str().to_owned()));
                    heard.dropped += dropped;
                }
                Event::LogStream { state, .. } => heard.states.push(match state {
                    StreamState::Again => "again",
                    StreamState::Live => "live",
                    StreamState::Current => "current",
                    StreamState::Ended => "ended",
                    StreamState::Broken { .. } => "broken",
                    StreamState::Unreadable { .. } => "unreadable",
                }),
                Event::Sampled { dropped, .. } => {
                    heard.samples += 1;
                    heard.dropped += dropped;
                }
                Event::NotSampled { fault, .. } => heard.faults.push(fault.kind),
                other => panic!("{other:?}"),
            }
        }
        heard
    }

    /// Ends the demand as a screen that closes does, and waits for the streams.
    pub(crate) async fn close(self) {
        drop(self.demand);
        timeout(PATIENCE, self.task).await.unwrap().unwrap();
    }
}

#[derive(Debug, Default, PartialEq)]
pub(crate) struct Heard {
    pub(crate) lines: Vec<String>,
    pub(crate) states: Vec<&'static str>,
    pub(crate) samples: usize,
    pub(crate) faults: Vec<FaultKind>,
    pub(crate) dropped: u64,
}

fn runs(
    wanted: &[(&str, Option<i64>)],
) -> std::collections::BTreeMap<InstanceKey, Option<Timestamp>> {
    let run = |second: Option<i64>| second.map(|second| Timestamp::from_second(second).unwrap());
    wanted.iter().map(|(name, second)| (key(name), run(*second))).collect()
}

/// Lets everything that can go on do so, until all wait for time or for us.
pub(crate) async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

/// Which streams were opened since the last question.
pub(crate) fn opened(fake: &FakeEngine) -> Vec<String> {
    let name = |call: Call| match call {
        Call::Logs(id, _) => Some(format!("logs {id}")),
        Call::Stats(id) => Some(format!("stats {id}")),
        _ => None,
    };
    fake.take_calls().into_iter().filter_map(name).collect()
}
