//! [`Follower`]: one stream of every instance that is meant, also of those that come later.
//!
//! Each engine's changes say when an instance starts; its stream is then opened,
//! and opened again after a restart, going on where it was.

use std::{collections::BTreeMap, sync::Arc};

use futures_util::{
    StreamExt as _,
    future::BoxFuture,
    stream::{self, BoxStream, FuturesUnordered, SelectAll},
};
use jiff::Timestamp;
use tokio::sync::Semaphore;

use crate::{
    cli::{
        gather::{AT_ONCE, patiently},
        select::Selection,
    },
    engines::{Change, Engine, EngineError, EngineStream},
    model::{EngineId, FaultKind, Instance, InstanceId, InstanceKey},
};

/// Opens a stream of an instance, from a time on where it was followed before.
pub(crate) type Open<T> = Arc<
    dyn Fn(
            Arc<dyn Engine>,
            InstanceId,
            Option<Timestamp>,
        ) -> BoxFuture<'static, Result<EngineStream<T>, EngineError>>
        + Send
        + Sync,
>;

/// What is followed.
pub(crate) struct Subject<T> {
    /// How a stream is opened.
    pub(crate) open: Open<T>,
    /// When an item was made.
    pub(crate) time: fn(&T) -> Option<Timestamp>,
    /// Whether an instance that has ended still has something to tell.
    pub(crate) of_ended: bool,
}

/// What a follower tells.
pub(crate) enum Told<T> {
    /// Something came from an instance.
    Item(InstanceKey, Arc<Instance>, T),
    /// An instance's stream ended.
    Ended(InstanceKey),
    /// An instance cannot be followed; the others are.
    Failed(EngineId, EngineError),
    /// An engine is lost.
    Lost(EngineId, EngineError),
}

enum Flow<T> {
    Change(usize, Result<Change, EngineError>),
    ChangesEnded(usize),
    Item(InstanceKey, Result<T, EngineError>),
    ItemsEnded(usize, InstanceKey),
}

/// Where the reading of an instance stands.
#[derive(Default)]
struct Position {
    /// The instance, once its stream was opened.
    instance: Option<Arc<Instance>>,
    /// Whether its stream is open.
    open: bool,
    /// Whether a description is on its way, and whether it is out of date already.
    asked: bool,
    ask_again: bool,
    /// The time of the last item, and how many items of that same time came.
    last: Option<(Timestamp, usize)>,
    /// How many items of that time come again at the start of a new stream.
    again: usize,
}

/// An answer to the question whether there is something new to read.
struct Answer<T> {
    at: usize,
    id: InstanceId,
    opened: Result<Option<(Instance, EngineStream<T>)>, EngineError>,
}

/// Follows what a selection means.
pub(crate) struct Follower<T> {
    subject: Arc<Subject<T>>,
    engines: Vec<Arc<dyn Engine>>,
    selection: Arc<Selection>,
    flows: SelectAll<BoxStream<'static, Flow<T>>>,
    answers: FuturesUnordered<BoxFuture<'static, Answer<T>>>,
    at_once: Arc<Semaphore>,
    positions: BTreeMap<InstanceKey, Position>,
}

impl<T: Send + 'static> Follower<T> {
    /// Begins to follow. Changes are asked for before the list, so that nothing is missed.
    pub(crate) async fn new(
        engines: &[Arc<dyn Engine>],
        selection: Selection,
        subject: Subject<T>,
    ) -> Result<Self, (EngineId, EngineError)> {
        let mut follower = Self {
            subject: Arc::new(subject),
            engines: engines.to_vec(),
            selection: Arc::new(selection),
            flows: SelectAll::new(),
            answers: FuturesUnordered::new(),
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
            positions: BTreeMap::new(),
        };
        for (at, engine) in engines.iter().enumerate() {
            let failed = |error| (engine.id().clone(), error);
            let changes = patiently(engine.as_ref(), engine.watch()).await.map_err(failed)?;
            let changes = changes.map(move |change| Flow::Change(at, change));
            let end = stream::once(async move { Flow::ChangesEnded(at) });
            follower.flows.push(changes.chain(end).boxed());
            for instance in patiently(engine.as_ref(), engine.list()).await.map_err(failed)? {
                if follower.selection.includes(&instance) {
                    follower.ask(at, &instance.id);
                }
            }
        }
        Ok(follower)
    }

    /// What comes next. May be dropped while it waits: nothing is lost by that.
    pub(crate) async fn next(&mut self) -> Option<Told<T>> {
        loop {
            let told = tokio::select! {
                Some(answer) = self.answers.next() => self.take_answer(answer),
                Some(flow) = self.flows.next() => self.take_flow(flow),
                else => return None,
            };
            if told.is_some() {
                return told;
            }
        }
    }

    /// Asks whether an instance has something new to read.
    fn ask(&mut self, at: usize, id: &InstanceId) {
        let engine = Arc::clone(&self.engines[at]);
        let position = self.positions.entry(InstanceKey::new(engine.id(), id)).or_default();
        if position.asked {
            position.ask_again = true;
            return;
        }
        position.asked = true;
        let read = position.instance.clone();
        let since = position.last.map(|(at, _)| at);
        let (subject, selection) = (Arc::clone(&self.subject), Arc::clone(&self.selection));
        let (at_once, id) = (Arc::clone(&self.at_once), id.clone());
        self.answers.push(Box::pin(async move {
            // Never closed; and without a permit it would only be less polite.
            let _permit = at_once.acquire().await;
            let opened = open(engine, &id, &subject, &selection, read.as_deref(), since).await;
            Answer { at, id, opened }
        }));
    }

    fn take_answer(&mut self, answer: Answer<T>) -> Option<Told<T>> {
        let Answer { at, id, opened } = answer;
        let engine = self.engines[at].id().clone();
        let key = InstanceKey::new(&engine, &id);
        let position = self.positions.entry(key.clone()).or_default();
        position.asked = false;
        let again = std::mem::take(&mut position.ask_again);
        let told = match opened {
            // While the old run is still read, the end of its stream asks again.
            Ok(Some((instance, items))) if !position.open => {
                position.instance = Some(Arc::new(instance));
                position.open = true;
                position.again = position.last.map_or(0, |(_, count)| count);
                let items = {
                    let key = key.clone();
                    items.map(move |item| Flow::Item(key.clone(), item))
                };
                let end = stream::once(async move { Flow::ItemsEnded(at, key) });
                self.flows.push(items.chain(end).boxed());
                None
            }
            Ok(_) => None,
            Err(error) => failure(engine, error),
        };
        if again {
            self.ask(at, &id);
        }
        told
    }

    fn take_flow(&mut self, flow: Flow<T>) -> Option<Told<T>> {
        match flow {
            Flow::Change(at, Ok(Change::Touched(id))) => {
                self.ask(at, &id);
                None
            }
            Flow::Change(at, Ok(Change::Removed(id))) => {
                let key = InstanceKey::new(self.engines[at].id(), &id);
                // What is still on its way from it is shown; then it is forgotten.
                if self.positions.get(&key).is_some_and(|position| !position.open) {
                    self.positions.remove(&key);
                }
                None
            }
            Flow::Change(at, Err(error)) => Some(Told::Lost(self.engines[at].id().clone(), error)),
            Flow::ChangesEnded(at) => {
                let engine = &self.engines[at];
                let endpoint = engine.endpoint().to_string();
                let reason = "it tells of no more changes".into();
                Some(Told::Lost(engine.id().clone(), EngineError::Lost { endpoint, reason }))
            }
            Flow::Item(key, Ok(item)) => self.take_item(&key, item),
            Flow::Item(key, Err(error)) => failure(key.engine, error),
            Flow::ItemsEnded(at, key) => {
                if let Some(position) = self.positions.get_mut(&key) {
                    position.open = false;
                }
                self.ask(at, &key.id);
                Some(Told::Ended(key))
            }
        }
    }

    /// Leaves out what was read before the stream was opened again.
    fn take_item(&mut self, key: &InstanceKey, item: T) -> Option<Told<T>> {
        let position = self.positions.get_mut(key)?;
        if let Some(time) = (self.subject.time)(&item) {
            match &mut position.last {
                Some((last, _)) if *last == time && position.again > 0 => {
                    position.again -= 1;
                    return None;
                }
                Some((last, count)) if *last == time => *count += 1,
                last => *last = Some((time, 1)),
            }
            position.again = 0;
        }
        Some(Told::Item(key.clone(), Arc::clone(position.instance.as_ref()?), item))
    }
}

/// Opens an instance's stream if it is meant and on another run than the one that
/// was read. A run that was read to its end has nothing new to tell, so a stream
/// that ends at once is not asked for again and again.
async fn open<T>(
    engine: Arc<dyn Engine>,
    id: &InstanceId,
    subject: &Subject<T>,
    selection: &Selection,
    read: Option<&Instance>,
    since: Option<Timestamp>,
) -> Result<Option<(Instance, EngineStream<T>)>, EngineError> {
    let instance = patiently(engine.as_ref(), engine.describe(id)).await?;
    let tells = instance.is_up() || (subject.of_ended && read.is_none());
    let known = read.is_some_and(|read| started_at(read) == started_at(&instance));
    if !tells || known || !selection.includes(&instance) {
        return Ok(None);
    }
    let items =
        patiently(engine.as_ref(), (subject.open)(Arc::clone(&engine), id.clone(), since)).await?;
    Ok(Some((instance, items)))
}

fn started_at(instance: &Instance) -> Option<Timestamp> {
    instance.detail.as_ref().and_then(|detail| detail.started_at)
}

/// A failure of the engine ends everything, one of an instance only its own stream.
fn failure<T>(engine: EngineId, error: EngineError) -> Option<Told<T>> {
    match error.kind() {
        FaultKind::NotFound => None,
        FaultKind::Unsupported | FaultKind::Invalid | FaultKind::Other => {
            Some(Told::Failed(engine, error))
        }
        _ => Some(Told::Lost(engine, error)),
    }
}
