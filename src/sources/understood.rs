//! [`Understood`]: an engine whose lines say what they are.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use futures_util::StreamExt as _;

use super::Teller;
use crate::{
    engines::{Around, Engine, EngineError, EngineStream, LogRequest},
    model::{Instance, InstanceId, LogLine, LogOrigin, LogReading, Stack},
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
impl Around for Understood {
    fn inner(&self) -> &dyn Engine {
        &*self.inner
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
}
