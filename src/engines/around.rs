//! [`Around`]: an engine that is another one but for a few answers.

use async_trait::async_trait;

use crate::{
    engines::{
        BeatReceiver, Capabilities, Change, Engine, EngineError, EngineStream, LogRequest,
        Readings, Shell, ShellSize,
    },
    model::{EngineId, EngineInfo, Inspection, Instance, InstanceId, LogLine, Sample},
    text::Clean,
};

/// Stands around another engine. Whatever it does not answer itself, that one does.
///
/// What is here with a body may be answered otherwise; nobody had a reason to do so with
/// the rest of [`Engine`].
#[async_trait]
pub trait Around: Send + Sync + std::fmt::Debug {
    /// The engine within.
    fn inner(&self) -> &dyn Engine;

    /// As [`Engine::list`].
    async fn list(&self) -> Result<Vec<Instance>, EngineError> {
        self.inner().list().await
    }

    /// As [`Engine::describe`].
    async fn describe(&self, id: &InstanceId) -> Result<Instance, EngineError> {
        self.inner().describe(id).await
    }

    /// As [`Engine::logs`].
    async fn logs(
        &self,
        id: &InstanceId,
        request: LogRequest,
    ) -> Result<EngineStream<LogLine>, EngineError> {
        self.inner().logs(id, request).await
    }

    /// As [`Engine::shell`].
    async fn shell(&self, id: &InstanceId, size: ShellSize) -> Result<Shell, EngineError> {
        self.inner().shell(id, size).await
    }
}

#[async_trait]
impl<T: Around> Engine for T {
    fn id(&self) -> &EngineId {
        self.inner().id()
    }

    fn endpoint(&self) -> Clean {
        self.inner().endpoint()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner().capabilities()
    }

    async fn connect(&self) -> Result<EngineInfo, EngineError> {
        self.inner().connect().await
    }

    async fn host(&self) -> Option<Clean> {
        self.inner().host().await
    }

    async fn ping(&self) -> Result<(), EngineError> {
        self.inner().ping().await
    }

    async fn list(&self) -> Result<Vec<Instance>, EngineError> {
        Around::list(self).await
    }

    async fn describe(&self, id: &InstanceId) -> Result<Instance, EngineError> {
        Around::describe(self, id).await
    }

    async fn watch(&self) -> Result<EngineStream<Change>, EngineError> {
        self.inner().watch().await
    }

    async fn logs(
        &self,
        id: &InstanceId,
        request: LogRequest,
    ) -> Result<EngineStream<LogLine>, EngineError> {
        Around::logs(self, id, request).await
    }

    async fn stats(
        &self,
        id: &InstanceId,
        beat: BeatReceiver,
    ) -> Result<EngineStream<Sample>, EngineError> {
        self.inner().stats(id, beat).await
    }

    async fn readings(&self) -> Result<Option<Readings>, EngineError> {
        self.inner().readings().await
    }

    async fn inspect(&self, id: &InstanceId) -> Result<Inspection, EngineError> {
        self.inner().inspect(id).await
    }

    async fn shell(&self, id: &InstanceId, size: ShellSize) -> Result<Shell, EngineError> {
        Around::shell(self, id, size).await
    }
}
