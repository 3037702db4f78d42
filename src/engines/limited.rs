//! [`Limited`]: an engine of which only a part is shown, or that is only looked at.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    engines::{Around, Engine, EngineError, Shell, ShellSize},
    model::{Instance, InstanceId},
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
impl Around for Limited {
    fn inner(&self) -> &dyn Engine {
        &*self.inner
    }

    // A change of another stack's instance is told too; its description is not.

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

    async fn shell(&self, id: &InstanceId, size: ShellSize) -> Result<Shell, EngineError> {
        if self.limits.read_only {
            let what = "this session is read-only: a shell could change what runs".into();
            return Err(EngineError::Unsupported { what });
        }
        self.inner.shell(id, size).await
    }
}
