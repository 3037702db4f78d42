//! Docker and Podman, over the Docker API.
//!
//! From the outside in: [`find`] says where an engine may be, `dial` connects,
//! `link` makes bounded calls, `api` is what they answer, and the rest turns that into
//! midwatch's own words.

mod api;
mod context;
mod convert;
mod denied;
mod dial;
mod endpoint;
mod failure;
mod find;
mod greeting;
mod identity;
mod inspect;
mod lenient;
mod link;
mod logs;
mod ports;
mod reading;
mod records;
mod shell;
mod stats;
mod watch;
mod words;

use std::sync::{Arc, atomic::Ordering};

use async_trait::async_trait;

pub use endpoint::{Endpoint, SshTarget, TlsFiles, TlsIdentity};
pub use find::{Candidate, Environment, Kind, Where, choose, find};

use crate::{
    engines::{
        Capabilities, Change, Engine, EngineError, EngineStream, LogRequest, Shell, ShellSize,
        docker::{
            api::{Described, HostInfo, Listed},
            link::Link,
        },
    },
    model::{EngineId, EngineInfo, Inspection, Instance, InstanceId, LogLine, Sample},
    text::Clean,
};

/// A Docker or Podman engine.
#[derive(Debug)]
pub struct DockerEngine {
    id: EngineId,
    link: Arc<Link>,
}

impl DockerEngine {
    /// Describes an engine at an endpoint; connects to nothing yet.
    ///
    /// Without `insecure`, every call to a TCP endpoint without TLS fails before a byte
    /// is sent (threat T1).
    #[must_use]
    pub fn new(id: EngineId, endpoint: Endpoint, insecure: bool) -> Self {
        Self { id, link: Arc::new(Link::new(endpoint, insecure)) }
    }

    async fn inspected(&self, id: &InstanceId) -> Result<Described, EngineError> {
        let id = checked(id)?;
        let path = format!("/containers/{id}/json");
        self.link.get(&path, Some(id)).await
    }

    /// What only the host knows. Something in front of the engine may keep it back.
    async fn host(&self) -> Option<HostInfo> {
        let info: HostInfo = self.link.get("/info", None).await.ok()?;
        self.link.host_memory.store(info.mem_total.0.unwrap_or(0), Ordering::Relaxed);
        Some(info)
    }
}

#[async_trait]
impl Engine for DockerEngine {
    fn id(&self) -> &EngineId {
        &self.id
    }

    fn endpoint(&self) -> Clean {
        Clean::new(&self.link.endpoint().to_string())
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { health: true, images: true, shell_inside: true }
    }

    async fn connect(&self) -> Result<EngineInfo, EngineError> {
        let greeting = self.link.greet().await?;
        let host = self.host().await.map(|info| words::short(&info.name));
        Ok(EngineInfo {
            product: words::short(greeting.product()),
            version: words::short(&greeting.version),
            api: Some(Clean::new(&failure::version_words(self.link.api().await?))),
            host: host.filter(|name| !name.is_empty()),
        })
    }

    async fn list(&self) -> Result<Vec<Instance>, EngineError> {
        let all: Vec<Listed> = self.link.get("/containers/json?all=1", None).await?;
        let is_podman = self.link.is_podman();
        let mut instances: Vec<_> = all
            .iter()
            .filter(|listed| !listed.id.is_empty())
            .map(|listed| convert::listed(listed, is_podman))
            .collect();
        // The engine's own order is by age, which a restart does not keep everywhere.
        instances.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.id.cmp(&b.id)));
        Ok(instances)
    }

    async fn describe(&self, id: &InstanceId) -> Result<Instance, EngineError> {
        Ok(convert::described(&self.inspected(id).await?, self.link.is_podman()))
    }

    async fn watch(&self) -> Result<EngineStream<Change>, EngineError> {
        watch::watch(&self.link).await
    }

    async fn logs(
        &self,
        id: &InstanceId,
        request: LogRequest,
    ) -> Result<EngineStream<LogLine>, EngineError> {
        let tty = self.inspected(id).await?.config.tty;
        Ok(logs::logs(Arc::clone(&self.link), id.clone(), tty, request))
    }

    async fn stats(&self, id: &InstanceId) -> Result<EngineStream<Sample>, EngineError> {
        let id = checked(id)?;
        if self.link.host_memory.load(Ordering::Relaxed) == 0 {
            self.host().await;
        }
        Ok(stats::stats(Arc::clone(&self.link), id.clone()))
    }

    async fn inspect(&self, id: &InstanceId) -> Result<Inspection, EngineError> {
        Ok(inspect::inspection(&self.inspected(id).await?, self.link.is_podman()))
    }

    async fn shell(&self, id: &InstanceId, size: ShellSize) -> Result<Shell, EngineError> {
        let shell = shell::shell(Arc::clone(&self.link), checked(id)?, size).await?;
        Ok(Shell::Remote(Box::new(shell)))
    }
}

/// An id becomes part of a path. One that engines do not give is not found, and never
/// reaches anything else.
fn checked(id: &InstanceId) -> Result<&InstanceId, EngineError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if !id.as_str().is_empty() && id.as_str().bytes().all(is_plain) {
        return Ok(id);
    }
    Err(EngineError::NotFound { id: id.to_string() })
}
