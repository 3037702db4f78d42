//! [`Limited`]: an engine of which only a part is shown, or that is only looked at.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    engines::{
        BeatReceiver, Capabilities, Change, Engine, EngineError, EngineStream, LogRequest,
        Readings, Shell, ShellSize,
    },
    model::{EngineId, EngineInfo, Inspection, Instance, InstanceId, LogLine, Sample},
    text::Clean,
};

/// What of an engine is shown, and what may be done with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// The one stack that is shown; what else runs is neither listed nor described.
    pub stack: Option<Clean>,
    /// Whether nothing is opened that could change what runs, such as a shell.
    pub read_only: bool,
}

/// An engine within [`Limits`].
#[derive(Debug)]
pub struct Limited {
    inner: Arc<dyn Engine>,
    limits: Limits,
}

impl Limited {
    /// Sets limits to an engine.
    #[must_use]
    pub fn new(inner: Arc<dyn Engine>, limits: Limits) -> Self {
        Self { inner, limits }
    }

    fn shows(&self, instance: &Instance) -> bool {
        self.limits.stack.is_none() || instance.service.stack == self.limits.stack
    }
}

#[async_trait]
impl Engine for Limited {
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
        if self.limits.read_only {
            let what = "this session is read-only: a shell could change what runs".into();
            return Err(EngineError::Unsupported { what });
        }
        self.inner.shell(id, size).await
    }
}
