//! [`Faulty`]: the scripted engine with faults of a kind that no script has.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use midwatch::{
    engines::{
        BeatReceiver, Capabilities, Change, Engine, EngineError, EngineStream, LogRequest, Shell,
        ShellSize,
    },
    model::{EngineId, EngineInfo, Inspection, Instance, InstanceId, LogLine, Sample},
    text::Clean,
};

use crate::support::fake::FakeEngine;

/// The scripted engine, and what goes wrong with it.
#[derive(Clone, Debug)]
pub(crate) struct Faulty {
    pub(crate) fake: FakeEngine,
    faults: Arc<Mutex<Faults>>,
    pub(crate) panics: Arc<AtomicU32>,
}

#[derive(Debug, Default)]
struct Faults {
    /// No description of this one is given.
    indescribable: Option<InstanceId>,
    /// Nothing that is asked is answered, and streams stay open, as when it is stopped.
    frozen: bool,
    /// A log opens, and then breaks with this.
    unreadable: Option<fn() -> EngineError>,
    /// The name of its host, and how long that takes to arrive.
    host: Option<(Clean, Duration)>,
    /// How long the next descriptions take to arrive after they were made.
    delays: Vec<Duration>,
}

impl Faulty {
    pub(crate) fn new(fake: FakeEngine) -> Self {
        Self { fake, faults: Arc::default(), panics: Arc::default() }
    }

    pub(crate) fn set_indescribable(&self, id: Option<InstanceId>) {
        self.faults.lock().unwrap().indescribable = id;
    }

    /// From now on nothing is answered, or everything again.
    pub(crate) fn freeze(&self, frozen: bool) {
        self.faults.lock().unwrap().frozen = frozen;
    }

    async fn thawed(&self) {
        let frozen = self.faults.lock().unwrap().frozen;
        if frozen {
            std::future::pending::<()>().await;
        }
    }

    /// Every log opens and breaks before its first line.
    pub(crate) fn break_logs(&self, why: fn() -> EngineError) {
        self.faults.lock().unwrap().unreadable = Some(why);
    }

    /// It tells the name of its host, after this time.
    pub(crate) fn name_host(&self, name: &str, delay: Duration) {
        self.faults.lock().unwrap().host = Some((Clean::new(name), delay));
    }

    /// The next descriptions take so long, in this order; the rest come at once.
    pub(crate) fn delay_descriptions(&self, delays: &[Duration]) {
        self.faults.lock().unwrap().delays = delays.iter().rev().copied().collect();
    }
}

#[async_trait]
impl Engine for Faulty {
    fn id(&self) -> &EngineId {
        self.fake.id()
    }

    fn endpoint(&self) -> Clean {
        self.fake.endpoint()
    }

    fn capabilities(&self) -> Capabilities {
        self.fake.capabilities()
    }

    async fn connect(&self) -> Result<EngineInfo, EngineError> {
        self.thawed().await;
        self.fake.connect().await
    }

    async fn host(&self) -> Option<Clean> {
        let (name, delay) = self.faults.lock().unwrap().host.clone()?;
        tokio::time::sleep(delay).await;
        Some(name)
    }

    async fn list(&self) -> Result<Vec<Instance>, EngineError> {
        self.thawed().await;
        let left = self.panics.load(Ordering::SeqCst);
        if left > 0 {
            self.panics.store(left - 1, Ordering::SeqCst);
            panic!("a fault of the program");
        }
        self.fake.list().await
    }

    async fn describe(&self, id: &InstanceId) -> Result<Instance, EngineError> {
        self.thawed().await;
        let (refuses, delay) = {
            let mut faults = self.faults.lock().unwrap();
            (faults.indescribable.as_ref() == Some(id), faults.delays.pop())
        };
        if refuses {
            let reason = "500 Internal Server Error".into();
            return Err(EngineError::Answer { endpoint: "fake://".into(), reason });
        }
        let described = self.fake.describe(id).await;
        if let Some(delay) = delay {
            tokio::time::sleep(delay).await;
        }
        described
    }

    async fn watch(&self) -> Result<EngineStream<Change>, EngineError> {
        self.fake.watch().await
    }

    async fn logs(
        &self,
        id: &InstanceId,
        request: LogRequest,
    ) -> Result<EngineStream<LogLine>, EngineError> {
        let lines = self.fake.logs(id, request).await?;
        match self.faults.lock().unwrap().unreadable {
            Some(why) => Ok(stream::once(async move { Err(why()) }).boxed()),
            None => Ok(lines),
        }
    }

    async fn stats(
        &self,
        id: &InstanceId,
        beat: BeatReceiver,
    ) -> Result<EngineStream<Sample>, EngineError> {
        self.fake.stats(id, beat).await
    }

    async fn inspect(&self, id: &InstanceId) -> Result<Inspection, EngineError> {
        self.fake.inspect(id).await
    }

    async fn shell(&self, id: &InstanceId, size: ShellSize) -> Result<Shell, EngineError> {
        self.fake.shell(id, size).await
    }
}
