//! [`Scoped`]: an engine of which only one stack is shown.

use async_trait::async_trait;
use std::sync::Arc;

use crate::{
    engines::{
        Capabilities, Change, Engine, EngineError, EngineStream, LogRequest, Shell, ShellSize,
    },
    model::{EngineId, EngineInfo, Inspection, Instance, InstanceId, LogLine, Sample},
    text::Clean,
};

/// An engine, narrowed to the instances of one stack. What else runs on it is neither
/// shown nor described.
#[derive(Debug)]
pub struct Scoped {
    inner: Arc<dyn Engine>,
    stack: Clean,
}

impl Scoped {
    /// Narrows an engine to a stack.
    #[must_use]
    pub fn new(inner: Arc<dyn Engine>, stack: &str) -> Self {
        Self { inner, stack: Clean::new(stack) }
    }

    fn shows(&self, instance: &Instance) -> bool {
        instance.service.stack.as_ref() == Some(&self.stack)
    }
}

#[async_trait]
impl Engine for Scoped {
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

    async fn list(&self) -> Result<Vec<Instance>, EngineError> {
        let mut instances = self.inner.list().await?;
        instances.retain(|instance| self.shows(instance));
        Ok(instances)
    }

    async fn describe(&self, id: &InstanceId) -> Result<Instance, EngineError> {
        let instance = self.inner.describe(id).await?;
        if self.shows(&instance) {
            Ok(instance)
        } else {
            Err(EngineError::NotFound { id: id.to_string() })
        }
    }

    async fn watch(&self) -> Result<EngineStream<Change>, EngineError> {
        // A change of another stack's instance is told too; its description is not.
        self.inner.watch().await
    }

    async fn logs(
        &self,
        id: &InstanceId,
        request: LogRequest,
    ) -> Result<EngineStream<LogLine>, EngineError> {
        self.inner.logs(id, request).await
    }

    async fn stats(&self, id: &InstanceId) -> Result<EngineStream<Sample>, EngineError> {
        self.inner.stats(id).await
    }

    async fn inspect(&self, id: &InstanceId) -> Result<Inspection, EngineError> {
        self.inner.inspect(id).await
    }

    async fn shell(&self, id: &InstanceId, size: ShellSize) -> Result<Shell, EngineError> {
        self.inner.shell(id, size).await
    }
}
