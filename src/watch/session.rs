//! A session with one engine: connect, list, listen, describe, reconcile.

use std::{
    collections::{BTreeMap, BTreeSet},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::{FutureExt, StreamExt, stream::FuturesUnordered};
use jiff::Timestamp;
use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior, sleep_until, timeout},
};

use crate::{
    engines::{Change, Engine, EngineError, EngineStream},
    model::{EngineFact, Event, Health, Instance, InstanceId, State},
};

/// How often the whole list is fetched although no event asked for it: what the event
/// stream missed is found after this time at the latest.
pub(super) const RECONCILE: Duration = Duration::from_secs(30);

/// An engine of which nothing was heard for so long is asked whether it is still there: one
/// that is frozen keeps its connections open and says nothing.
const SILENCE: Duration = Duration::from_secs(10);

/// How long it may take to answer that.
const ANSWER: Duration = Duration::from_secs(5);

/// How many instances are described at once.
const DESCRIBE_AT_ONCE: usize = 8;

/// Nobody listens any more.
pub(super) struct Gone;

/// Says things about one engine.
#[derive(Clone)]
pub(super) struct Voice {
    pub(super) engine: Arc<dyn Engine>,
    pub(super) events: mpsc::Sender<Event>,
}

impl Voice {
    pub(super) async fn say(&self, fact: EngineFact) -> Result<(), Gone> {
        let engine = self.engine.id().clone();
        let event = Event::Engine { engine, at: Timestamp::now(), fact };
        self.events.send(event).await.map_err(|_| Gone)
    }
}

/// One connection, from the first call to the error that ends it.
pub(super) async fn session(
    engine: Arc<dyn Engine>,
    voice: &Voice,
    listed: &AtomicBool,
) -> Result<Gone, EngineError> {
    let info = engine.connect().await?;
    // Listening begins before the list is fetched, so that nothing falls in between.
    let changes = engine.watch().await?;
    if voice.say(EngineFact::Connected { info }).await.is_err() {
        return Ok(Gone);
    }
    let mut session = Session { engine: &*engine, voice, listed, known: BTreeMap::new() };
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

/// A question about an instance that is not answered yet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// The answer is waited for.
    Open,
    /// The instance was removed meanwhile; the answer would bring it back.
    Void,
}

struct Session<'a> {
    engine: &'a dyn Engine,
    voice: &'a Voice,
    listed: &'a AtomicBool,
    known: BTreeMap<InstanceId, Outline>,
}

impl Session<'_> {
    async fn run(&mut self, mut changes: EngineStream<Change>) -> Result<(), Stop> {
        let mut waiting = self.list().await?;
        let mut describing = FuturesUnordered::new();
        let mut asked: BTreeMap<InstanceId, Asked> = BTreeMap::new();
        let mut host = pin!(self.engine.host().fuse());
        let mut reconcile = tokio::time::interval_at(Instant::now() + RECONCILE, RECONCILE);
        reconcile.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            // One question about an instance at a time: answers may overtake each other,
            // and the older one would be believed.
            while describing.len() < DESCRIBE_AT_ONCE
                && let Some(id) = waiting.iter().find(|id| !asked.contains_key(*id)).cloned()
            {
                waiting.remove(&id);
                asked.insert(id.clone(), Asked::Open);
                describing.push(describe(self.engine, id));
            }
            // Whatever ends the wait below was an answer of the engine, or news of it.
            let silent_at = Instant::now() + SILENCE;
            tokio::select! {
                // A list is an answer too: what is due is fetched before anything is asked.
                // No flood of changes keeps the others waiting, since it comes after them.
                biased;
                _ = reconcile.tick() => waiting.append(&mut self.list().await?),
                Some((id, described)) = describing.next() => {
                    if asked.remove(&id) == Some(Asked::Open) {
                        self.described(id, described).await?;
                    }
                }
                change = changes.next() => match change {
                    None => return Ok(()),
                    Some(Err(error)) => return Err(error.into()),
                    Some(Ok(Change::Touched(id))) => {
                        waiting.insert(id);
                    }
                    Some(Ok(Change::OutOfMemory(id))) => {
                        let fact = EngineFact::OutOfMemory { id: id.clone() };
                        self.voice.say(fact).await?;
                        waiting.insert(id);
                    }
                    Some(Ok(Change::Removed(id))) => {
                        waiting.remove(&id);
                        asked.entry(id.clone()).and_modify(|asked| *asked = Asked::Void);
                        self.removed(id).await?;
                    }
                },
                name = &mut host => if let Some(name) = name {
                    self.voice.say(EngineFact::Host { name }).await?;
                },
                answered = still_there(self.engine, silent_at) => {
                    answered?;
                    self.voice.say(EngineFact::Answered).await?;
                }
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
        self.listed.store(true, Ordering::Relaxed);
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
            // It is this one instance that the engine cannot tell of: it stays as listed,
            // and is asked about again with the next listing.
            Err(
                EngineError::Answer { .. }
                | EngineError::Unsupported { .. }
                | EngineError::Invalid { .. },
            ) => {
                self.known.remove(&id);
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn removed(&mut self, id: InstanceId) -> Result<(), Stop> {
        self.known.remove(&id);
        self.voice.say(EngineFact::Removed { id }).await.map_err(Stop::from)
    }
}

/// Waits until then, and asks the engine whether it is still there.
async fn still_there(engine: &dyn Engine, silent_at: Instant) -> Result<(), EngineError> {
    sleep_until(silent_at).await;
    let no_answer = |_| EngineError::Timeout {
        endpoint: engine.endpoint().to_string(),
        seconds: ANSWER.as_secs(),
    };
    timeout(ANSWER, engine.ping()).await.map_err(no_answer)?
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
