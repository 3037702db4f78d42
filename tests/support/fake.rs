//! [`FakeEngine`]: the engine that tests script.
//!
//! It keeps every promise of the contract suite, so that what is tested against it
//! is tested against something that behaves like the real ones.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use midwatch::{
    engines::{
        BeatReceiver, Capabilities, Change, Engine, EngineError, EngineStream, LogRequest,
        Readings, Shell, ShellSize,
    },
    model::{
        Beat, Detail, EngineId, EngineInfo, Exit, Health, Inspection, Instance, InstanceId,
        LogLine, Sample, ServiceId, State,
    },
    text::Clean,
};
use tokio::sync::mpsc;

/// An engine without anything behind it. Clones are the same engine.
#[derive(Clone, Debug)]
pub(crate) struct FakeEngine {
    id: EngineId,
    inner: Arc<Mutex<Inner>>,
}

/// What was asked of the fake, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Connect,
    List,
    Describe(InstanceId),
    Watch,
    Logs(InstanceId, LogRequest),
    Stats(InstanceId),
    Inspect(InstanceId),
    Shell(InstanceId),
}

type Failure = Box<dyn Fn() -> EngineError + Send>;
type Sender<T> = mpsc::UnboundedSender<Result<T, EngineError>>;

#[derive(Default)]
struct Inner {
    output_at_hand: bool,
    scripted: BTreeMap<InstanceId, Scripted>,
    watchers: Vec<Sender<Change>>,
    failure: Option<Failure>,
    calls: Vec<Call>,
}

struct Scripted {
    instance: Instance,
    lines: Vec<LogLine>,
    followers: Vec<Sender<LogLine>>,
    samplers: Vec<Sender<Sample>>,
    beat: Option<BeatReceiver>,
    unreadable: bool,
    /// Its stats cannot be read.
    unmeasured: bool,
    inspection: Inspection,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner").field("instances", &self.scripted.keys()).finish_non_exhaustive()
    }
}

/// An instance that runs, with nothing special about it.
pub(crate) fn instance(id: &str, service: ServiceId) -> Instance {
    Instance {
        id: InstanceId::new(id),
        name: Clean::new(&format!("{}-1", service.name)),
        service,
        replica: Some(1),
        state: State::Running,
        health: Health::None,
        image: None,
        command: Clean::new("sleep"),
        created_at: Some(Timestamp::UNIX_EPOCH),
        ports: vec![],
        labels: BTreeMap::new(),
        detail: Some(Detail {
            started_at: Some(Timestamp::UNIX_EPOCH),
            pid: Some(1),
            ..Detail::default()
        }),
    }
}

fn stats_denied() -> EngineError {
    EngineError::Denied { endpoint: "fake://".into(), remedy: "ask for the right to".into() }
}

/// Scripting.
impl FakeEngine {
    pub(crate) fn new(name: &str) -> Self {
        Self { id: EngineId::new(name), inner: Arc::default() }
    }

    /// Adds an instance, or changes one, and tells the watchers.
    pub(crate) fn set(&self, instance: Instance) {
        let id = instance.id.clone();
        let mut inner = self.inner();
        let up = instance.is_up();
        match inner.scripted.get_mut(&id) {
            Some(scripted) => scripted.instance = instance,
            None => {
                inner.scripted.insert(id.clone(), Scripted::new(instance));
            }
        }
        if !up && let Some(scripted) = inner.scripted.get_mut(&id) {
            // Streams of an instance end with it.
            scripted.followers.clear();
            scripted.samplers.clear();
        }
        inner.tell(&Change::Touched(id));
    }

    /// Adds an instance, or changes one, without a word to the watchers.
    pub(crate) fn set_silently(&self, instance: Instance) {
        let mut inner = self.inner();
        let watchers = std::mem::take(&mut inner.watchers);
        drop(inner);
        self.set(instance);
        self.inner().watchers = watchers;
    }

    /// How many read this instance's output now.
    pub(crate) fn followers(&self, id: &InstanceId) -> usize {
        let inner = self.inner();
        let open =
            |scripted: &Scripted| scripted.followers.iter().filter(|f| !f.is_closed()).count();
        inner.scripted.get(id).map_or(0, open)
    }

    /// How often its stats are wanted now, by whoever reads them last.
    pub(crate) fn beat(&self, id: &InstanceId) -> Option<Beat> {
        let inner = self.inner();
        inner.scripted.get(id)?.beat.as_ref().map(|beat| *beat.borrow())
    }

    /// How many read this instance's stats now.
    pub(crate) fn samplers(&self, id: &InstanceId) -> usize {
        let inner = self.inner();
        let open =
            |scripted: &Scripted| scripted.samplers.iter().filter(|s| !s.is_closed()).count();
        inner.scripted.get(id).map_or(0, open)
    }

    /// Ends an instance.
    pub(crate) fn end(&self, id: &InstanceId, code: i64) {
        let Some(mut instance) = self.inner().scripted.get(id).map(|s| s.instance.clone()) else {
            return;
        };
        instance.state = State::Exited;
        let detail = instance.detail.get_or_insert_default();
        detail.exit = Some(Exit { code, oom_killed: false, error: None });
        detail.finished_at = Some(Timestamp::UNIX_EPOCH);
        detail.pid = None;
        self.set(instance);
    }

    /// Takes an instance away and tells the watchers.
    pub(crate) fn remove(&self, id: &InstanceId) {
        let mut inner = self.inner();
        if inner.scripted.remove(id).is_some() {
            inner.tell(&Change::Removed(id.clone()));
        }
    }

    /// Adds a line to an instance's output.
    pub(crate) fn say(&self, id: &InstanceId, line: LogLine) {
        let mut inner = self.inner();
        if let Some(scripted) = inner.scripted.get_mut(id) {
            scripted.followers.retain(|follower| follower.send(Ok(line.clone())).is_ok());
            scripted.lines.push(line);
        }
    }

    /// Gives an instance a log that nobody can read, as some log drivers do.
    pub(crate) fn make_unreadable(&self, id: &InstanceId) {
        if let Some(scripted) = self.inner().scripted.get_mut(id) {
            scripted.unreadable = true;
        }
    }

    /// From now on nobody can read what an instance uses, or everybody again.
    pub(crate) fn deny_stats(&self, id: &InstanceId, denied: bool) {
        if let Some(scripted) = self.inner().scripted.get_mut(id) {
            scripted.unmeasured = denied;
            if denied {
                break_all(scripted.samplers.drain(..), &stats_denied);
            }
        }
    }

    /// Gives a reading to whoever reads this instance's stats now.
    pub(crate) fn sample(&self, id: &InstanceId, sample: &Sample) {
        if let Some(scripted) = self.inner().scripted.get_mut(id) {
            scripted.samplers.retain(|sampler| sampler.send(Ok(*sample)).is_ok());
        }
    }

    /// Makes it an engine that holds all output in memory.
    pub(crate) fn hold_output(&self) {
        self.inner().output_at_hand = true;
    }

    /// Sets what an inspection of this instance tells.
    pub(crate) fn set_inspection(&self, id: &InstanceId, inspection: Inspection) {
        if let Some(scripted) = self.inner().scripted.get_mut(id) {
            scripted.inspection = inspection;
        }
    }

    /// Loses the engine: open streams break and every call fails, until [`Self::recover`].
    pub(crate) fn fail(&self, why: impl Fn() -> EngineError + Send + 'static) {
        let mut inner = self.inner();
        break_all(inner.watchers.drain(..), &why);
        for scripted in inner.scripted.values_mut() {
            break_all(scripted.followers.drain(..), &why);
            break_all(scripted.samplers.drain(..), &why);
        }
        inner.failure = Some(Box::new(why));
    }

    /// Brings the engine back.
    pub(crate) fn recover(&self) {
        self.inner().failure = None;
    }

    /// What was asked so far; forgets it.
    pub(crate) fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.inner().calls)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// Notes a call and fails it when the engine is lost.
    fn called(&self, call: Call) -> Result<MutexGuard<'_, Inner>, EngineError> {
        let mut inner = self.inner();
        inner.calls.push(call);
        match &inner.failure {
            Some(why) => Err(why()),
            None => Ok(inner),
        }
    }
}

impl Inner {
    fn tell(&mut self, change: &Change) {
        self.watchers.retain(|watcher| watcher.send(Ok(change.clone())).is_ok());
    }

    fn find(&mut self, id: &InstanceId) -> Result<&mut Scripted, EngineError> {
        self.scripted.get_mut(id).ok_or_else(|| EngineError::NotFound { id: id.to_string() })
    }
}

impl Scripted {
    fn new(instance: Instance) -> Self {
        Self {
            instance,
            lines: vec![],
            followers: vec![],
            samplers: vec![],
            beat: None,
            unreadable: false,
            unmeasured: false,
            inspection: Inspection::default(),
        }
    }
}

fn break_all<T>(senders: impl Iterator<Item = Sender<T>>, why: &impl Fn() -> EngineError) {
    for sender in senders {
        // A reader that is gone already needs no news.
        let _ = sender.send(Err(why()));
    }
}

fn stream_of<T: Send + 'static>(
    receiver: mpsc::UnboundedReceiver<Result<T, EngineError>>,
) -> EngineStream<T> {
    stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|item| (item, receiver))
    })
    .boxed()
}

#[async_trait]
impl Engine for FakeEngine {
    fn id(&self) -> &EngineId {
        &self.id
    }

    fn endpoint(&self) -> Clean {
        Clean::new("fake://")
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            health: true,
            images: true,
            shell_inside: true,
            output_at_hand: self.inner().output_at_hand,
        }
    }

    async fn connect(&self) -> Result<EngineInfo, EngineError> {
        let _inner = self.called(Call::Connect)?;
        Ok(EngineInfo { product: Clean::new("Fake Engine"), version: Clean::new("1.0"), api: None })
    }

    async fn host(&self) -> Option<Clean> {
        None
    }

    async fn list(&self) -> Result<Vec<Instance>, EngineError> {
        let inner = self.called(Call::List)?;
        let outside = |scripted: &Scripted| Instance { detail: None, ..scripted.instance.clone() };
        Ok(inner.scripted.values().map(outside).collect())
    }

    async fn describe(&self, id: &InstanceId) -> Result<Instance, EngineError> {
        let mut inner = self.called(Call::Describe(id.clone()))?;
        Ok(inner.find(id)?.instance.clone())
    }

    async fn watch(&self) -> Result<EngineStream<Change>, EngineError> {
        let mut inner = self.called(Call::Watch)?;
        let (sender, receiver) = mpsc::unbounded_channel();
        inner.watchers.push(sender);
        Ok(stream_of(receiver))
    }

    async fn logs(
        &self,
        id: &InstanceId,
        request: LogRequest,
    ) -> Result<EngineStream<LogLine>, EngineError> {
        let mut inner = self.called(Call::Logs(id.clone(), request))?;
        let scripted = inner.find(id)?;
        if scripted.unreadable {
            return Err(EngineError::Unsupported { what: "its log cannot be read".into() });
        }
        let wanted = |line: &&LogLine| {
            request.since.is_none_or(|since| line.at.is_none_or(|at| at >= since))
                && request.until.is_none_or(|until| line.at.is_none_or(|at| at < until))
        };
        let lines: Vec<_> = scripted.lines.iter().filter(wanted).cloned().collect();
        let skip = lines.len().saturating_sub(request.tail.unwrap_or(usize::MAX));
        let (sender, receiver) = mpsc::unbounded_channel();
        for line in lines.into_iter().skip(skip) {
            let _ = sender.send(Ok(line));
        }
        if request.follow && scripted.instance.is_up() {
            scripted.followers.push(sender);
        }
        Ok(stream_of(receiver))
    }

    async fn stats(
        &self,
        id: &InstanceId,
        beat: BeatReceiver,
    ) -> Result<EngineStream<Sample>, EngineError> {
        let mut inner = self.called(Call::Stats(id.clone()))?;
        let scripted = inner.find(id)?;
        if scripted.unmeasured {
            return Err(stats_denied());
        }
        let (sender, receiver) = mpsc::unbounded_channel();
        if scripted.instance.is_up() {
            scripted.samplers.push(sender);
            scripted.beat = Some(beat);
        }
        Ok(stream_of(receiver))
    }

    async fn readings(&self) -> Result<Option<Readings>, EngineError> {
        let denied = self.inner().scripted.values().any(|scripted| scripted.unmeasured);
        if denied { Err(stats_denied()) } else { Ok(None) }
    }

    async fn inspect(&self, id: &InstanceId) -> Result<Inspection, EngineError> {
        let mut inner = self.called(Call::Inspect(id.clone()))?;
        Ok(inner.find(id)?.inspection.clone())
    }

    async fn shell(&self, id: &InstanceId, _size: ShellSize) -> Result<Shell, EngineError> {
        let mut inner = self.called(Call::Shell(id.clone()))?;
        inner.find(id)?;
        Ok(Shell::Local { command: vec!["true".into()], directory: None, environment: vec![] })
    }
}
