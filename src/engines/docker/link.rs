//! [`Link`]: the Docker API of one endpoint, as calls and streams that are bounded.
//!
//! The requests are made here and not by a client library, because what midwatch
//! promises is decided at this level: a time limit for each stage, a bound on every
//! body, streams as bytes (a terminal's output that looks like a frame header must not
//! be taken for one), a failure for each cause, and `ssh` that accepts no unknown host.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    client::conn::http1::{SendRequest, handshake},
    header::{CONNECTION, CONTENT_TYPE, HOST, HeaderValue, UPGRADE},
    upgrade::Upgraded,
};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use tokio::{sync::oneshot, time::timeout};

use crate::{
    engines::{
        EngineError,
        docker::{
            dial::{Dialed, dial},
            endpoint::Endpoint,
            failure,
            greeting::Greeting,
            records::Body,
        },
    },
    model::InstanceId,
};

/// How long a call may take, from the request to the end of its answer.
const CALL_LIMIT: Duration = Duration::from_secs(10);

/// How long `ssh` may take to say why it ended.
const LAST_WORDS_LIMIT: Duration = Duration::from_secs(1);

/// The largest answer to a call; a listing of five thousand containers has 10 MiB.
const MAX_ANSWER_BYTES: usize = 32 * 1024 * 1024;

/// The largest explanation of a failure.
const MAX_FAILURE_BYTES: usize = 64 * 1024;

/// How many connections wait for the next call. More are closed after theirs.
const MAX_IDLE: usize = 2;

/// The API that midwatch is written against; an engine that offers less is spoken to
/// in its own.
const NEWEST_API: (u32, u32) = (1, 51);

type Sender = SendRequest<Full<Bytes>>;

/// One engine's API.
#[derive(Debug)]
pub(super) struct Link {
    endpoint: Endpoint,
    insecure: bool,
    /// The agreed minor version of the API; 0 until there is one.
    minor: AtomicU32,
    is_podman: AtomicBool,
    /// The memory of the engine's host in bytes; 0 until known.
    pub(super) host_memory: AtomicU64,
    idle: Mutex<Vec<Sender>>,
}

impl Link {
    pub(super) fn new(endpoint: Endpoint, insecure: bool) -> Self {
        Self {
            endpoint,
            insecure,
            minor: AtomicU32::new(0),
            is_podman: AtomicBool::new(false),
            host_memory: AtomicU64::new(0),
            idle: Mutex::default(),
        }
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Whether Podman answers; known once anything was asked.
    pub(super) fn is_podman(&self) -> bool {
        self.is_podman.load(Ordering::Relaxed)
    }

    /// Asks who is there and agrees on a version. A ping, because a question for the
    /// version makes some engines start programs (5 ms with Docker, 200 ms with Podman).
    pub(super) async fn greet(&self) -> Result<Greeting, EngineError> {
        let request = request(Method::GET, "/_ping", None)?;
        let response = self.in_time(async {
            let response = self.send(request).await?;
            self.checked(response, None).await
        });
        let response = response.await?;
        let Some(greeting) = Greeting::of(response.headers()) else {
            return Err(failure::answer(&self.endpoint, "that is no container engine"));
        };
        let offered = greeting.api;
        if offered < failure::OLDEST_API {
            return Err(failure::too_old(&self.endpoint, offered));
        }
        self.minor.store(offered.min(NEWEST_API).1, Ordering::Relaxed);
        self.is_podman.store(greeting.is_podman(), Ordering::Relaxed);
        Ok(greeting)
    }

    /// The version of the API that is spoken.
    pub(super) async fn api(&self) -> Result<(u32, u32), EngineError> {
        if self.minor.load(Ordering::Relaxed) == 0 {
            self.greet().await?;
        }
        Ok((NEWEST_API.0, self.minor.load(Ordering::Relaxed)))
    }

    /// Makes a call and reads its whole answer. `about` is the instance that the call
    /// is about, which it may not find.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        about: Option<&InstanceId>,
    ) -> Result<T, EngineError> {
        let request = request(Method::GET, &self.versioned(path).await?, None)?;
        let body = self.in_time(self.call(request, about)).await?;
        self.parse(&body)
    }

    /// Like [`Link::get`], for a call that sends something.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &serde_json::Value,
        about: Option<&InstanceId>,
    ) -> Result<T, EngineError> {
        let request = request(Method::POST, &self.versioned(path).await?, Some(body))?;
        let body = self.in_time(self.call(request, about)).await?;
        self.parse(&body)
    }

    /// Makes a call whose answer does not matter beyond its success.
    pub(super) async fn tell(
        &self,
        method: Method,
        path: &str,
        about: Option<&InstanceId>,
    ) -> Result<(), EngineError> {
        let request = request(method, &self.versioned(path).await?, None)?;
        self.in_time(self.call(request, about)).await.map(drop)
    }

    /// Opens a stream and waits for the head of its answer.
    ///
    /// No limit on that: Podman sends it together with the first line of a log.
    pub(super) async fn stream(
        &self,
        path: &str,
        about: Option<&InstanceId>,
    ) -> Result<Body, EngineError> {
        let request = request(Method::GET, &self.versioned(path).await?, None)?;
        let response = self.checked(self.send(request).await?, about).await?;
        Ok(Body::new(self.endpoint.clone(), response.into_body()))
    }

    /// Opens a stream that must be open within the time of a call.
    pub(super) async fn stream_at_once(&self, path: &str) -> Result<Body, EngineError> {
        self.in_time(self.stream(path, None)).await
    }

    /// Makes a call that turns its connection into a pair of byte streams.
    pub(super) async fn upgrade(
        &self,
        path: &str,
        body: &serde_json::Value,
    ) -> Result<TokioIo<Upgraded>, EngineError> {
        let mut request = request(Method::POST, &self.versioned(path).await?, Some(body))?;
        let headers = request.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("tcp"));
        let response = self.in_time(async {
            let response = self.send(request).await?;
            self.checked(response, None).await
        });
        let upgraded = hyper::upgrade::on(response.await?).await;
        upgraded.map(TokioIo::new).map_err(|error| failure::of_talking(&self.endpoint, &error))
    }

    async fn versioned(&self, path: &str) -> Result<String, EngineError> {
        let (major, minor) = self.api().await?;
        Ok(format!("/v{major}.{minor}{path}"))
    }

    async fn in_time<T>(
        &self,
        call: impl Future<Output = Result<T, EngineError>>,
    ) -> Result<T, EngineError> {
        let limit_passed = |_| Err(failure::timeout(&self.endpoint, CALL_LIMIT));
        timeout(CALL_LIMIT, call).await.unwrap_or_else(limit_passed)
    }

    async fn call(
        &self,
        request: Request<Full<Bytes>>,
        about: Option<&InstanceId>,
    ) -> Result<Bytes, EngineError> {
        let (response, sender) = self.exchange(request).await?;
        let response = self.checked(response, about).await?;
        let body = self.read(response.into_body(), MAX_ANSWER_BYTES).await?;
        self.keep(sender);
        Ok(body)
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, EngineError> {
        self.exchange(request).await.map(|(response, _)| response)
    }

    /// Sends on a connection that waits, or else on a new one.
    ///
    /// The other side may have closed one that waited; nothing was done then, and
    /// what only reads is asked again.
    async fn exchange(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<(Response<Incoming>, Sender), EngineError> {
        if request.method() == Method::GET
            && let Some(mut sender) = self.waiting()
            && sender.ready().await.is_ok()
            && let Ok(response) = sender.send_request(request.clone()).await
        {
            return Ok((response, sender));
        }
        let Dialed { stream, last_words } = dial(&self.endpoint, self.insecure).await?;
        let failed = |error: hyper::Error| failure::of_talking(&self.endpoint, &error);
        let (mut sender, connection) = handshake(TokioIo::new(stream)).await.map_err(failed)?;
        // Drives the connection until both halves are gone; its end shows in the answer.
        tokio::spawn(connection.with_upgrades());
        match sender.send_request(request).await {
            Ok(response) => Ok((response, sender)),
            Err(error) => Err(self.why(error, last_words).await),
        }
    }

    /// Why nothing came back, in the words of `ssh` where it is in between.
    async fn why(
        &self,
        error: hyper::Error,
        last_words: Option<oneshot::Receiver<String>>,
    ) -> EngineError {
        if let (Endpoint::Ssh(target), Some(words)) = (&self.endpoint, last_words)
            && let Ok(Ok(words)) = timeout(LAST_WORDS_LIMIT, words).await
        {
            return failure::of_ssh(&self.endpoint, target, &words);
        }
        failure::of_talking(&self.endpoint, &error)
    }

    async fn checked(
        &self,
        response: Response<Incoming>,
        about: Option<&InstanceId>,
    ) -> Result<Response<Incoming>, EngineError> {
        let status = response.status();
        if status.is_success() || status == StatusCode::SWITCHING_PROTOCOLS {
            return Ok(response);
        }
        // Without its explanation it is still a failure of that status.
        let body = self.read(response.into_body(), MAX_FAILURE_BYTES).await.unwrap_or_default();
        Err(failure::of_answer(&self.endpoint, about, status, &body))
    }

    async fn read(&self, body: Incoming, limit: usize) -> Result<Bytes, EngineError> {
        match Limited::new(body, limit).collect().await {
            Ok(body) => Ok(body.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => {
                Err(failure::answer(&self.endpoint, format!("more than {limit} bytes")))
            }
            Err(error) => Err(failure::of_talking(&self.endpoint, &*error)),
        }
    }

    fn parse<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, EngineError> {
        let unreadable = |error| format!("what makes no sense ({error})");
        serde_json::from_slice(body)
            .map_err(|error| failure::answer(&self.endpoint, unreadable(error)))
    }

    fn waiting(&self) -> Option<Sender> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|sender| !sender.is_closed());
        idle.pop()
    }

    fn keep(&self, sender: Sender) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MAX_IDLE && !sender.is_closed() {
            idle.push(sender);
        }
    }
}

fn request(
    method: Method,
    path: &str,
    body: Option<&serde_json::Value>,
) -> Result<Request<Full<Bytes>>, EngineError> {
    let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
    Request::builder()
        .method(method)
        .uri(path)
        .header(HOST, "engine")
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(body))
        .map_err(|error| EngineError::Invalid {
            what: format!("`{path}` is no request: {error}"),
            remedy: "this is a mistake in midwatch".into(),
        })
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
    fn engine_that_answers(answer: &'static [u8]) -> (tempfile::TempDir, Link) {
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
        (dir, Link::new(Endpoint::Unix(path), false))
    }

    async fn greeted(answer: &'static [u8]) -> Result<Greeting, EngineError> {
        let (_dir, link) = engine_that_answers(answer);
        link.greet().await
    }

    #[tokio::test]
    async fn the_older_version_of_the_two_is_spoken() {
        let (_dir, link) = engine_that_answers(
            b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nServer: Libpod/4.3.1 (linux)\r\n\
              Content-Length: 2\r\n\r\nOK",
        );
        let greeting = link.greet().await.unwrap();
        assert_eq!((&*greeting.server, &*greeting.version), ("Libpod", "4.3.1"));
        assert_eq!(link.api().await.unwrap(), (1, 41));
        assert!(link.is_podman());
    }

    #[tokio::test]
    async fn a_newer_engine_is_spoken_to_in_the_newest_known_version() {
        let (_dir, link) = engine_that_answers(
            b"HTTP/1.1 200 OK\r\nApi-Version: 1.99\r\nContent-Length: 0\r\n\r\n",
        );
        assert_eq!(link.api().await.unwrap(), NEWEST_API);
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

    #[tokio::test(start_paused = true)]
    async fn an_engine_that_says_nothing_is_not_waited_for_for_ever() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("engine.sock");
        let _listener = UnixListener::bind(&path).unwrap();
        let error = Link::new(Endpoint::Unix(path), false).greet().await.unwrap_err();
        assert_eq!(error.kind(), FaultKind::Timeout);
    }
}
