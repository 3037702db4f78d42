//! [`Understood`]: an engine whose lines say what they are.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use futures_util::StreamExt as _;

use super::Teller;
use crate::{
    engines::{
        BeatReceiver, Capabilities, Change, Engine, EngineError, EngineStream, LogRequest,
        Readings, Shell, ShellSize,
    },
    model::{
        EngineId, EngineInfo, Inspection, Instance, InstanceId, LogLine, LogOrigin, LogReading,
        Sample, Stack,
    },
    text::Clean,
};

/// An engine of whose output every line is understood in the task that reads it, as the
/// stack file says of its service (`source = "service:…"`), or else as it looks.
///
/// Around the engine itself, so that whoever reads its output gets the same.
#[derive(Debug)]
pub struct Understood {
    inner: Arc<dyn Engine>,
    /// By the names of services.
    said: BTreeMap<Clean, Teller>,
    otherwise: Teller,
    /// The services of the instances that the engine told of.
    services: Mutex<HashMap<InstanceId, Clean>>,
}

impl Understood {
    /// Has an engine's lines understood as a stack file says.
    #[must_use]
    pub fn new(inner: Arc<dyn Engine>, stack: &Stack) -> Self {
        let of_service = stack.logs.iter().filter_map(|log| match &log.origin {
            LogOrigin::Service(service) => Some((service.clone(), Teller::new(&log.reading))),
            _ => None,
        });
        Self {
            inner,
            said: of_service.collect(),
            otherwise: Teller::new(&LogReading::default()),
            services: Mutex::default(),
        }
    }

    fn services(&self) -> MutexGuard<'_, HashMap<InstanceId, Clean>> {
        self.services.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn teller(&self, id: &InstanceId) -> Teller {
        let services = self.services();
        let said = services.get(id).and_then(|service| self.said.get(service));
        said.unwrap_or(&self.otherwise).clone()
    }
}

#[async_trait]
impl Engine for Understood {
    fn id(&self) -> &EngineId {
        self.inner.id()
    }

    fn endpoint(&self) -> Clean {
        self.inner.endpoint()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    async fn connect(&self) -> Result<EngineInfo, EngineError> {
        self.inner.connect().await
    }

    async fn host(&self) -> Option<Clean> {
        self.inner.host().await
    }

    async fn ping(&self) -> Result<(), EngineError> {
        self.inner.ping().await
    }

    async fn list(&self) -> Result<Vec<Instance>, EngineError> {
        let instances = self.inner.list().await?;
        // As many as there are; those that are gone are forgotten.
        *self.services() =
            instances.iter().map(|it| (it.id.clone(), it.service.name.clone())).collect();
        Ok(instances)
    }

    async fn describe(&self, id: &InstanceId) -> Result<Instance, EngineError> {
        let instance = self.inner.describe(id).await?;
        self.services().insert(instance.id.clone(), instance.service.name.clone());
        Ok(instance)
    }

    async fn watch(&self) -> Result<EngineStream<Change>, EngineError> {
        self.inner.watch().await
    }

    async fn logs(
        &self,
        id: &InstanceId,
        request: LogRequest,
    ) -> Result<EngineStream<LogLine>, EngineError> {
        let lines = self.inner.logs(id, request).await?;
        let mut teller = self.teller(id);
        let told = lines.map(move |line| {
            let mut line = line?;
            teller.tell(&mut line);
            Ok(line)
        });
        Ok(told.boxed())
    }

    async fn stats(
        &self,
        id: &InstanceId,
        beat: BeatReceiver,
    ) -> Result<EngineStream<Sample>, EngineError> {
        self.inner.stats(id, beat).await
    }

    async fn readings(&self) -> Result<Option<Readings>, EngineError> {
        self.inner.readings().await
    }

    async fn inspect(&self, id: &InstanceId) -> Result<Inspection, EngineError> {
        self.inner.inspect(id).await
    }

    async fn shell(&self, id: &InstanceId, size: ShellSize) -> Result<Shell, EngineError> {
        self.inner.shell(id, size).await
    }
}
