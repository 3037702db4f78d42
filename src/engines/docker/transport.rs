//! [`Transport`]: what carries bollard's requests, over connections of our own.
//!
//! bollard makes the calls and knows their types. How an engine is reached is decided
//! here: `ssh` that accepts no unknown host, a failure for each cause, a bound on every
//! answer, and what a session that only reads may send.

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use bollard::BollardRequest;
use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::{
    Method, Request, Response, Uri,
    body::Incoming,
    client::conn::http1::{SendRequest, handshake},
    header::{HOST, HeaderValue},
};
use hyper_util::rt::TokioIo;
use tokio::{
    sync::{Notify, oneshot},
    time::timeout,
};

use crate::engines::{
    EngineError,
    docker::{
        dial::{Dialed, dial},
        endpoint::Endpoint,
        failure,
        greeting::Greeting,
        meter::{Allowance, Metered},
    },
};

/// How long `ssh` may take to say why it ended.
const LAST_WORDS_LIMIT: Duration = Duration::from_secs(1);

/// The largest answer to a call; a listing of five thousand containers has 10 MiB.
const MAX_ANSWER_BYTES: u64 = 32 * 1024 * 1024;

/// What a stream may send without a record coming of it. No event, reading or part of
/// a line is nearly as long; what is read ahead counts too.
const MAX_RECORD_BYTES: u64 = 4 * 1024 * 1024;

/// How many connections are kept for the next call. More are closed after theirs.
const MAX_IDLE: usize = 2;

/// The one question that comes before the version of the API is agreed on.
const PING: &str = "/_ping";

/// How an engine is reached, and what may be sent to it.
#[derive(Debug)]
pub(super) struct Transport {
    pub(super) endpoint: Endpoint,
    insecure: bool,
    read_only: bool,
    /// The agreed minor version of the API; 0 until there is one.
    pub(super) minor: AtomicU32,
    /// What the engine said of itself in the head of its last answer to a ping.
    pub(super) greeting: Mutex<Option<Greeting>>,
    idle: Mutex<Vec<Connection>>,
}

/// A connection that can carry another call.
#[derive(Debug)]
struct Connection {
    sender: SendRequest<Full<Bytes>>,
    allowance: Arc<Allowance>,
}

/// Goes with a request that opens a stream, which has a connection for itself.
#[derive(Clone, Debug)]
pub(super) struct Opening {
    /// To be refilled with every record that comes.
    pub(super) allowance: Arc<Allowance>,
    /// Told when the stream is open, which bollard keeps to itself until a record comes.
    pub(super) opened: Arc<Notify>,
    /// What is asked for instead of what bollard would ask for.
    pub(super) uri: Option<Uri>,
}

impl Opening {
    /// Opens a stream of records.
    pub(super) fn new() -> Self {
        Self::bounded(MAX_RECORD_BYTES)
    }

    /// Opens a stream of bytes, of which nothing is kept.
    pub(super) fn of_bytes() -> Self {
        Self::bounded(u64::MAX)
    }

    /// Asks for exactly this.
    pub(super) fn at(self, uri: Uri) -> Self {
        Self { uri: Some(uri), ..self }
    }

    fn bounded(bytes: u64) -> Self {
        let allowance = Arc::new(Allowance::new(bytes));
        Self { allowance, opened: Arc::default(), uri: None }
    }
}

impl Transport {
    pub(super) fn new(endpoint: Endpoint, insecure: bool, read_only: bool) -> Self {
        Self {
            endpoint,
            insecure,
            read_only,
            minor: AtomicU32::new(0),
            greeting: Mutex::default(),
            idle: Mutex::default(),
        }
    }

    /// Carries a request of bollard's, and its failure through bollard's own error.
    pub(super) async fn carry(
        self: Arc<Self>,
        request: BollardRequest,
    ) -> Result<Response<Incoming>, bollard::errors::Error> {
        let (parts, body) = request.into_parts();
        let carried = match body {
            Either::Left(body) => self.send(Request::from_parts(parts, body)).await,
            Either::Right(_) => Err(EngineError::Unsupported {
                what: "nothing is ever uploaded to an engine".into(),
            }),
        };
        carried.map_err(|error| io::Error::other(error).into())
    }

    /// Sends a request and waits for the head of its answer, whatever its status is.
    pub(super) async fn send(
        &self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, EngineError> {
        // The one place that all requests pass, whoever makes them (threat T1).
        if self.read_only && ![Method::GET, Method::HEAD].contains(request.method()) {
            let what = "this session only reads: nothing that changes anything is sent".into();
            return Err(EngineError::Unsupported { what });
        }
        let opening = request.extensions_mut().remove::<Opening>();
        let wanted = opening.as_ref().and_then(|opening| opening.uri.as_ref());
        let uri = wanted.unwrap_or(request.uri()).clone();
        *request.uri_mut() = self.versioned(&uri)?;
        request.headers_mut().insert(HOST, HeaderValue::from_static("engine"));
        let response = match &opening {
            Some(opening) => self.open(request, opening).await?,
            None => self.call(request).await?,
        };
        if uri.path() == PING && response.status().is_success() {
            *self.greeting.lock().unwrap_or_else(PoisonError::into_inner) =
                Greeting::of(response.headers());
        }
        Ok(response)
    }

    /// The path with the version that was agreed on, which bollard leaves out: without
    /// it, an engine speaks its newest, which can be one that nobody here has seen.
    fn versioned(&self, uri: &Uri) -> Result<Uri, EngineError> {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let versioned = match self.minor.load(Ordering::Relaxed) {
            0 => path.parse(),
            _ if uri.path() == PING => path.parse(),
            minor => format!("/v1.{minor}{path}").parse(),
        };
        versioned.map_err(|error| EngineError::Invalid {
            what: format!("`{path}` is no request: {error}"),
            remedy: "this is a mistake in midwatch".into(),
        })
    }

    async fn open(
        &self,
        request: Request<Full<Bytes>>,
        opening: &Opening,
    ) -> Result<Response<Incoming>, EngineError> {
        let (response, _) = self.dialed(request, Arc::clone(&opening.allowance)).await?;
        if response.status().is_success() {
            opening.opened.notify_one();
        }
        Ok(response)
    }

    /// Sends on a connection that waits, or else on a new one.
    ///
    /// The other side may have closed one that waited; nothing was done then, and
    /// what only reads is asked again.
    async fn call(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, EngineError> {
        if request.method() == Method::GET
            && let Some(mut waiting) = self.waiting()
        {
            waiting.allowance.refill();
            if let Ok(response) = waiting.sender.send_request(request.clone()).await {
                self.keep(waiting);
                return Ok(response);
            }
        }
        let allowance = Arc::new(Allowance::new(MAX_ANSWER_BYTES));
        let (response, connection) = self.dialed(request, allowance).await?;
        self.keep(connection);
        Ok(response)
    }

    async fn dialed(
        &self,
        request: Request<Full<Bytes>>,
        allowance: Arc<Allowance>,
    ) -> Result<(Response<Incoming>, Connection), EngineError> {
        let Dialed { stream, last_words } = dial(&self.endpoint, self.insecure).await?;
        let stream = TokioIo::new(Metered::new(stream, Arc::clone(&allowance)));
        let failed = |error: hyper::Error| failure::of_talking(&self.endpoint, &error);
        let (mut sender, connection) = handshake(stream).await.map_err(failed)?;
        // Drives the connection until both halves are gone; its end shows in the answer.
        tokio::spawn(connection.with_upgrades());
        match sender.send_request(request).await {
            Ok(response) => Ok((response, Connection { sender, allowance })),
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

    /// A connection whose last answer has been read to its end.
    fn waiting(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|connection| !connection.sender.is_closed());
        let at = idle.iter().position(|connection| connection.sender.is_ready())?;
        Some(idle.swap_remove(at))
    }

    /// Keeps a connection for a call after the one that it carries.
    fn keep(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MAX_IDLE {
            idle.push(connection);
        }
    }
}
