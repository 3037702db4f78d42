//! Docker and Podman, over the Docker API.
//!
//! From the outside in: [`find`] says where an engine may be, `dial` connects,
//! `transport` carries what bollard's `client` asks, within bounds, and the rest turns
//! the answers into midwatch's own words.

mod client;
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
mod logs;
mod meter;
mod nonsense;
mod ports;
mod shell;
mod stats;
mod transport;
mod watch;
mod words;

use std::sync::Arc;

use async_trait::async_trait;
use bollard::{models::ContainerInspectResponse, query_parameters::ListContainersOptionsBuilder};

pub use endpoint::{Endpoint, SshTarget, TlsFiles, TlsIdentity};
pub use find::{Candidate, Environment, Kind, Where, choose, find};

use crate::{
    engines::{
        BeatReceiver, Capabilities, Change, Engine, EngineError, EngineStream, LogRequest,
        Readings, Shell, ShellSize,
        docker::{client::Client, stats::Stats, words::text},
    },
    kernel::Root,
    model::{EngineId, EngineInfo, Inspection, Instance, InstanceId, LogLine, Sample},
    text::Clean,
};

/// A Docker or Podman engine.
#[derive(Debug)]
pub struct DockerEngine {
    id: EngineId,
    client: Arc<Client>,
    stats: Arc<Stats>,
}

impl DockerEngine {
    /// Describes an engine at an endpoint; connects to nothing yet.
    ///
    /// Without `insecure`, every call to a TCP endpoint without TLS fails before a byte
    /// is sent (threat T1).
    #[must_use]
    pub fn new(id: EngineId, endpoint: Endpoint, insecure: bool) -> Self {
        Self::of(id, Client::new(endpoint, insecure, false))
    }

    /// Like [`DockerEngine::new`], but nothing other than questions (GET and HEAD) ever
    /// leaves: what would change something, a shell included, fails as unsupported.
    #[must_use]
    pub fn read_only(id: EngineId, endpoint: Endpoint, insecure: bool) -> Self {
        Self::of(id, Client::new(endpoint, insecure, true))
    }

    fn of(id: EngineId, client: Client) -> Self {
        let client = Arc::new(client);
        let stats = Arc::new(Stats::new(Arc::clone(&client), Root::default()));
        Self { id, client, stats }
    }

    /// The same engine, with the kernel's files below another root. Below one that has none
    /// of them, use of the host is what the engine's API tells.
    #[must_use]
    pub fn with_root(self, root: Root) -> Self {
        let stats = Arc::new(Stats::new(Arc::clone(&self.client), root));
        Self { stats, ..self }
    }

    async fn inspected(&self, id: &InstanceId) -> Result<ContainerInspectResponse, EngineError> {
        self.client.inspect(checked(id)?).await
    }
}

#[async_trait]
impl Engine for DockerEngine {
    fn id(&self) -> &EngineId {
        &self.id
    }

    fn endpoint(&self) -> Clean {
        Clean::new(&self.client.endpoint().to_string())
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { health: true, images: true, shell_inside: true, output_at_hand: false }
    }

    async fn connect(&self) -> Result<EngineInfo, EngineError> {
        let greeting = self.client.greet().await?;
        Ok(EngineInfo {
            product: words::short(greeting.product()),
            version: words::short(&greeting.version),
            api: Some(Clean::new(&failure::version_words(self.client.api().await?))),
        })
    }

    async fn host(&self) -> Option<Clean> {
        let name = words::short(&self.client.host().await?.name?);
        Some(name).filter(|name| !name.is_empty())
    }

    async fn ping(&self) -> Result<(), EngineError> {
        self.client.greet().await.map(drop)
    }

    async fn list(&self) -> Result<Vec<Instance>, EngineError> {
        let docker = self.client.docker().await?;
        let options = ListContainersOptionsBuilder::new().all(true).build();
        let all = self.client.call(docker.list_containers(Some(options)), None).await?;
        let is_podman = self.client.is_podman();
        let mut instances: Vec<_> = all
            .iter()
            .filter(|listed| !text(&listed.id).is_empty())
            .map(|listed| convert::listed(listed, is_podman))
            .collect();
        // The engine's own order is by age, which a restart does not keep everywhere.
        instances.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.id.cmp(&b.id)));
        Ok(instances)
    }

    async fn describe(&self, id: &InstanceId) -> Result<Instance, EngineError> {
        Ok(convert::described(&self.inspected(id).await?, self.client.is_podman()))
    }

    async fn watch(&self) -> Result<EngineStream<Change>, EngineError> {
        watch::watch(&self.client).await
    }

    async fn logs(
        &self,
        id: &InstanceId,
        request: LogRequest,
    ) -> Result<EngineStream<LogLine>, EngineError> {
        let config = self.inspected(id).await?.config;
        let tty = config.and_then(|config| config.tty).unwrap_or(false);
        Ok(logs::logs(Arc::clone(&self.client), id.clone(), tty, request))
    }

    async fn stats(
        &self,
        id: &InstanceId,
        beat: BeatReceiver,
    ) -> Result<EngineStream<Sample>, EngineError> {
        Arc::clone(&self.stats).samples(checked(id)?.clone(), beat).await
    }

    async fn readings(&self) -> Result<Option<Readings>, EngineError> {
        let instances = self.list().await?.into_iter().filter(Instance::is_up);
        let ids = instances.map(|instance| instance.id).collect();
        self.stats.readings(ids).await.map(Some)
    }

    async fn inspect(&self, id: &InstanceId) -> Result<Inspection, EngineError> {
        Ok(inspect::inspection(&self.inspected(id).await?, self.client.is_podman()))
    }

    async fn shell(&self, id: &InstanceId, size: ShellSize) -> Result<Shell, EngineError> {
        let shell = shell::shell(Arc::clone(&self.client), checked(id)?, size).await?;
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
