//! Keeps what we know of one engine true: connect, list, listen, reconcile, reconnect.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use futures_util::{StreamExt, stream::FuturesUnordered};
use jiff::Timestamp;
use tokio::{
    sync::{Notify, mpsc},
    time::{Instant, MissedTickBehavior},
};
use tokio_util::task::AbortOnDropHandle;

use super::Backoff;
use crate::{
    engines::{Change, Engine, EngineError, EngineStream},
    model::{EngineFact, Event, Fault, FaultKind, Health, Instance, InstanceId, State},
};

/// How often the whole list is fetched although no event asked for it: what the event
/// stream missed is found after this time at the latest.
const RECONCILE: Duration = Duration::from_secs(30);

/// How many instances are described at once.
const DESCRIBE_AT_ONCE: usize = 8;

/// Watches an engine until nobody listens any more. `retry` cuts a wait short.
pub async fn keep(engine: Arc<dyn Engine>, events: mpsc::Sender<Event>, retry: Arc<Notify>) {
    let mut backoff = Backoff::default();
    let voice = Voice { engine: engine.clone(), events };
    loop {
        if voice.say(EngineFact::Connecting).await.is_err() {
            return;
        }
        let began = Instant::now();
        let fault = match supervised(engine.clone(), voice.clone()).await {
            Ok(Gone) => return,
            Err(fault) => fault,
        };
        if began.elapsed() > RECONCILE {
            backoff.reset();
        }
        let wait = backoff.next(fastrand::f64());
        let retry_at = Timestamp::now() + wait;
        let lost = EngineFact::Lost { fault, attempt: backoff.failures(), retry_at };
        if voice.say(lost).await.is_err() {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = retry.notified() => {}
            () = voice.events.closed() => return,
        }
    }
}

/// Nobody listens any more.
struct Gone;

/// Runs one session in a task of its own, so that a panic in it is a fault like any other.
async fn supervised(engine: Arc<dyn Engine>, voice: Voice) -> Result<Gone, Fault> {
    let listener = voice.events.clone();
    // Ends with the watcher, however that ends.
    let task = AbortOnDropHandle::new(tokio::spawn(async move { session(engine, &voice).await }));
    let ended = tokio::select! {
        ended = task => ended,
        () = listener.closed() => return Ok(Gone),
    };
    match ended {
        Ok(Ok(gone)) => Ok(gone),
        Ok(Err(error)) => Err(error.to_fault()),
        Err(_) => Err(Fault::new(FaultKind::Other, "the watcher of this engine crashed")),
    }
}

/// Says things about one engine.
#[derive(Clone)]
struct Voice {
    engine: Arc<dyn Engine>,
    events: mpsc::Sender<Event>,
}

impl Voice {
    async fn say(&self, fact: EngineFact) -> Result<(), Gone> {
        let engine = self.engine.id().clone();
        let event = Event::Engine { engine, at: Timestamp::now(), fact };
        self.events.send(event).await.map_err(|_| Gone)
    }
}

/// One connection, from the first call to the error that ends it.
async fn session(engine: Arc<dyn Engine>, voice: &Voice) -> Result<Gone, EngineError> {
    let info = engine.connect().await?;
    // Listening begins before the list is fetched, so that nothing falls in between.
    let changes = engine.watch().await?;
    if voice.say(EngineFact::Connected { info }).await.is_err() {
        return Ok(Gone);
    }
    let mut session = Session { engine: &*engine, voice, known: BTreeMap::new() };
    match session.run(changes).await {
        Err(Stop::Gone) => Ok(Gone),
        Err(Stop::Failed(error)) => Err(error),
        Ok(()) => Err(EngineError::Lost {
            endpoint: engine.endpoint().to_string(),
            reason: "the event stream ended".into(),
        }),
    }
}

/// Why a session ends.
enum Stop {
    Gone,
    Failed(EngineError),
}

impl From<Gone> for Stop {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

impl From<EngineError> for Stop {
    fn from(error: EngineError) -> Self {
        Self::Failed(error)
    }
}

/// What a listing showed of an instance when it was described last.
type Outline = (State, Health);

struct Session<'a> {
    engine: &'a dyn Engine,
    voice: &'a Voice,
    known: BTreeMap<InstanceId, Outline>,
}

impl Session<'_> {
    async fn run(&mut self, mut changes: EngineStream<Change>) -> Result<(), Stop> {
        let mut waiting = self.list().await?;
        let mut describing = FuturesUnordered::new();
        let mut reconcile = tokio::time::interval_at(Instant::now() + RECONCILE, RECONCILE);
        reconcile.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            while describing.len() < DESCRIBE_AT_ONCE
                && let Some(id) = waiting.pop_first()
            {
                describing.push(describe(self.engine, id));
            }
            tokio::select! {
                change = changes.next() => match change {
                    None => return Ok(()),
                    Some(Err(error)) => return Err(error.into()),
                    Some(Ok(Change::Touched(id))) => {
                        waiting.insert(id);
                    }
                    Some(Ok(Change::Removed(id))) => {
                        waiting.remove(&id);
                        self.removed(id).await?;
                    }
                },
                Some((id, described)) = describing.next() => self.described(id, described).await?,
                _ = reconcile.tick() => waiting.append(&mut self.list().await?),
            }
        }
    }

    /// Fetches the list; gives the instances that look other than when they were described.
    async fn list(&mut self) -> Result<BTreeSet<InstanceId>, Stop> {
        let instances = self.engine.list().await?;
        let changed = instances
            .iter()
            .filter(|instance| self.known.get(&instance.id) != Some(&outline(instance)))
            .map(|instance| instance.id.clone())
            .collect();
        self.known = instances.iter().map(|i| (i.id.clone(), outline(i))).collect();
        self.voice.say(EngineFact::Listed { instances }).await?;
        Ok(changed)
    }

    async fn described(
        &mut self,
        id: InstanceId,
        described: Result<Instance, EngineError>,
    ) -> Result<(), Stop> {
        match described {
            Ok(instance) => {
                let instance = Box::new(instance);
                self.voice.say(EngineFact::Described { instance }).await.map_err(Stop::from)
            }
            Err(EngineError::NotFound { .. }) => self.removed(id).await,
            Err(error) => Err(error.into()),
        }
    }

    async fn removed(&mut self, id: InstanceId) -> Result<(), Stop> {
        self.known.remove(&id);
        self.voice.say(EngineFact::Removed { id }).await.map_err(Stop::from)
    }
}

fn outline(instance: &Instance) -> Outline {
    (instance.state, instance.health)
}

async fn describe(
    engine: &dyn Engine,
    id: InstanceId,
) -> (InstanceId, Result<Instance, EngineError>) {
    let described = engine.describe(&id).await;
    (id, described)
}
