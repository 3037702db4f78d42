//! [`Client`]: bollard's client of one engine, with a limit on every call, a failure
//! for each cause, and patience with answers that are not quite as they should be.

use std::{
    sync::{
        Arc, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bollard::{
    API_DEFAULT_VERSION, Docker,
    errors::Error,
    models::{ContainerInspectResponse, SystemInfo},
};
use bytes::Bytes;
use http_body_util::{BodyExt, Collected, Full, Limited};
use hyper::{Request, Response, StatusCode, body::Incoming};
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::{
    engines::{
        EngineError,
        docker::{
            endpoint::Endpoint,
            failure,
            greeting::Greeting,
            lenient,
            transport::{Opening, Transport},
        },
    },
    model::InstanceId,
};

/// How long a call may take, from the request to the end of its answer.
const CALL_LIMIT: Duration = Duration::from_secs(10);

/// The largest explanation of a failure.
const MAX_FAILURE_BYTES: usize = 64 * 1024;

/// bollard's own limit in seconds, which ends with the head of an answer: none.
/// Calls have [`CALL_LIMIT`], and Podman sends the head of a log with its first line.
const NO_LIMIT: u64 = u64::MAX;

/// One engine's API.
#[derive(Debug)]
pub(super) struct Client {
    /// bollard's client, or why there is none.
    docker: Result<Docker, String>,
    transport: Arc<Transport>,
    /// The memory of the engine's host in bytes; 0 until known.
    pub(super) host_memory: AtomicU64,
}

impl Client {
    /// Describes the client of an endpoint; connects to nothing yet.
    pub(super) fn new(endpoint: Endpoint, insecure: bool, read_only: bool) -> Self {
        let transport = Arc::new(Transport::new(endpoint, insecure, read_only));
        let carrier = Arc::clone(&transport);
        let docker = Docker::connect_with_custom_transport(
            move |request| Arc::clone(&carrier).carry(request),
            Some("http://engine"),
            NO_LIMIT,
            API_DEFAULT_VERSION,
        );
        let docker = docker.map_err(|error| error.to_string());
        Self { docker, transport, host_memory: AtomicU64::new(0) }
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.transport.endpoint
    }

    /// Asks who is there and agrees on a version.
    ///
    /// A ping, because a question for the version, which bollard would ask to agree on
    /// one, makes some engines start programs (5 ms with Docker, 200 ms with Podman).
    pub(super) async fn greet(&self) -> Result<Greeting, EngineError> {
        self.call(self.bollard()?.ping(), None).await?;
        let greeting = self
            .greeting()
            .ok_or_else(|| failure::answer(self.endpoint(), "that is no container engine"))?;
        if greeting.api < failure::OLDEST_API {
            return Err(failure::too_old(self.endpoint(), greeting.api));
        }
        let newest = u32::try_from(API_DEFAULT_VERSION.minor_version).unwrap_or(u32::MAX);
        let minor = if greeting.api.0 > 1 { newest } else { greeting.api.1.min(newest) };
        self.transport.minor.store(minor, Ordering::Relaxed);
        Ok(greeting)
    }

    /// Whether Podman answers; known once anything was asked.
    pub(super) fn is_podman(&self) -> bool {
        self.greeting().is_some_and(|greeting| greeting.is_podman())
    }

    /// The version of the API that is spoken.
    pub(super) async fn api(&self) -> Result<(u32, u32), EngineError> {
        self.docker().await?;
        Ok((1, self.transport.minor.load(Ordering::Relaxed)))
    }

    /// bollard's client, once a version is agreed on.
    pub(super) async fn docker(&self) -> Result<&Docker, EngineError> {
        if self.transport.minor.load(Ordering::Relaxed) == 0 {
            self.greet().await?;
        }
        self.bollard()
    }

    fn bollard(&self) -> Result<&Docker, EngineError> {
        self.docker.as_ref().map_err(|reason| failure::answer(self.endpoint(), reason))
    }

    /// bollard's client for one stream.
    pub(super) async fn opening(&self, opening: &Opening) -> Result<Docker, EngineError> {
        let opening = opening.clone();
        let docker = self.docker().await?.clone();
        Ok(docker.with_request_modifier(move |mut request| {
            request.extensions_mut().insert(opening.clone());
            request
        }))
    }

    /// Makes a call and waits for its answer, a flawed one included. `about` is the
    /// instance that the call is about, which it may not find.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        call: impl Future<Output = Result<T, Error>>,
        about: Option<&InstanceId>,
    ) -> Result<T, EngineError> {
        let error = match self.in_time(call).await? {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        if let Error::JsonDataError { contents, .. } = &error
            && let Some(answer) = lenient::read(contents)
        {
            return Ok(answer);
        }
        Err(failure::of_client(self.endpoint(), about, error))
    }

    /// Everything about one instance.
    pub(super) async fn inspect(
        &self,
        id: &InstanceId,
    ) -> Result<ContainerInspectResponse, EngineError> {
        self.call(self.docker().await?.inspect_container(id.as_str(), None), Some(id)).await
    }

    /// What only the host knows. Something in front of the engine may keep it back.
    pub(super) async fn host(&self) -> Option<SystemInfo> {
        let info = self.call(self.docker().await.ok()?.info(), None).await.ok()?;
        let memory = info.mem_total.and_then(|bytes| u64::try_from(bytes).ok());
        self.host_memory.store(memory.unwrap_or(0), Ordering::Relaxed);
        Some(info)
    }

    /// Sends a request past bollard, for a terminal's bytes: it would take those for
    /// frames that look like the head of one, and wait for the end of what never ends.
    ///
    /// The head of the answer is waited for without a limit.
    pub(super) async fn bytes(
        &self,
        mut request: Request<Full<Bytes>>,
        about: Option<&InstanceId>,
    ) -> Result<Response<Incoming>, EngineError> {
        self.docker().await?;
        request.extensions_mut().insert(Opening::of_bytes());
        let response = self.transport.send(request).await?;
        let status = response.status();
        if status.is_success() || status == StatusCode::SWITCHING_PROTOCOLS {
            return Ok(response);
        }
        // Without its explanation it is still a failure of that status.
        let said = Limited::new(response.into_body(), MAX_FAILURE_BYTES).collect().await;
        let said = said.map(Collected::to_bytes).unwrap_or_default();
        let said = failure::message_of(&said);
        Err(failure::of_answer(self.endpoint(), about, status.as_u16(), &said))
    }

    /// Waits as long as a call may take.
    pub(super) async fn in_time<T>(&self, call: impl Future<Output = T>) -> Result<T, EngineError> {
        let limit_passed = |_| failure::timeout(self.endpoint(), CALL_LIMIT);
        timeout(CALL_LIMIT, call).await.map_err(limit_passed)
    }

    fn greeting(&self) -> Option<Greeting> {
        self.transport.greeting.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Why the stream of an instance, or of the whole engine, broke.
pub(super) fn broken(
    endpoint: &Endpoint,
    about: Option<&InstanceId>,
    opening: &Opening,
    error: Error,
) -> EngineError {
    match opening.allowance.spent() {
        // bollard tells such a cause in the general words of its layers.
        Some(too_much) => failure::answer(endpoint, too_much.to_string()),
        None => failure::of_client(endpoint, about, error),
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::UnixListener,
    };

    use super::*;
    use crate::model::FaultKind;

    /// An engine that gives one answer, whatever it is asked.
    fn engine_that_answers(answer: &'static [u8]) -> (tempfile::TempDir, Client) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("engine.sock");
        let listener = UnixListener::bind(&path).unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut asked = [0; 1024];
                let _ = stream.read(&mut asked).await;
                let _ = stream.write_all(answer).await;
            }
        });
        (dir, Client::new(Endpoint::Unix(path), false, false))
    }

    async fn greeted(answer: &'static [u8]) -> Result<Greeting, EngineError> {
        let (_dir, client) = engine_that_answers(answer);
        client.greet().await
    }

    #[tokio::test]
    async fn the_older_version_of_the_two_is_spoken() {
        let (_dir, client) = engine_that_answers(
            b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nServer: Libpod/4.3.1 (linux)\r\n\
              Content-Length: 2\r\n\r\nOK",
        );
        let greeting = client.greet().await.unwrap();
        assert_eq!((&*greeting.server, &*greeting.version), ("Libpod", "4.3.1"));
        assert_eq!(client.api().await.unwrap(), (1, 41));
        assert!(client.is_podman());
    }

    #[tokio::test]
    async fn a_newer_engine_is_spoken_to_in_the_newest_known_version() {
        let (_dir, client) = engine_that_answers(
            b"HTTP/1.1 200 OK\r\nApi-Version: 1.99\r\nContent-Length: 0\r\n\r\n",
        );
        assert_eq!(client.api().await.unwrap(), (1, 53));
    }

    #[tokio::test]
    async fn an_old_engine_and_something_else_are_told_apart() {
        let old = b"HTTP/1.1 200 OK\r\nApi-Version: 1.40\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(greeted(old).await.unwrap_err().kind(), FaultKind::Version);
        let other = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(greeted(other).await.unwrap_err().kind(), FaultKind::Other);
        assert_eq!(greeted(b"SSH-2.0-x\r\n").await.unwrap_err().kind(), FaultKind::Lost);
        assert_eq!(greeted(b"").await.unwrap_err().kind(), FaultKind::Lost);
    }

    #[tokio::test]
    async fn a_port_that_wants_tls_says_so() {
        let answer = b"HTTP/1.0 400 Bad Request\r\n\r\n\
            Client sent an HTTP request to an HTTPS server.\n";
        let error = greeted(answer).await.unwrap_err();
        // A ping that fails is no greeting, whatever its headers are.
        assert_eq!(error.kind(), FaultKind::Tls, "{error}");
    }
}
