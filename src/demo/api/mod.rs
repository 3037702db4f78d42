//! The API: answers out of the cache and the ledger, and leaves jobs for the workers.

mod backlog;
mod failure;
mod line;

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{Path, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tokio::{net::TcpListener, time::timeout};

use crate::demo::{
    DemoError, Ended, Fault, ServiceName,
    cache::{CacheClient, JOBS},
    http::{self, Answer, NoAnswer, REQUEST_ID},
    ledger::NewEntry,
    metrics::{CACHE_HITS, CACHE_MISSES, Kind, Metric, QUEUE_DEPTH},
    service::Service,
    worker::{Job, Task},
};
use failure::Failure;
use line::{Call, Line};

/// How long the ledger may take.
const LEDGER_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a dependency may take when our health is asked for.
const HEALTH_TIMEOUT: Duration = Duration::from_millis(400);

/// How long a balance is served from the cache, in seconds.
const CACHED_SECONDS: u32 = 60;

/// How many in a hundred requests fail while [`Fault::ApiErrors`] is on.
const ERROR_PERCENT: u8 = 30;

/// The copy that turns unhealthy while [`Fault::ApiErrors`] is on.
const SICK_REPLICA: u32 = 2;

const JOBS_ENQUEUED: Metric = Metric {
    name: "jobs_enqueued_total",
    help: "Jobs left for the workers, by task.",
    kind: Kind::Counter,
};
const DEPENDENCY_ERRORS: Metric = Metric {
    name: "dependency_errors_total",
    help: "Requests to other services that gave nothing, by service and reason.",
    kind: Kind::Counter,
};

struct Api {
    service: Arc<Service>,
    client: reqwest::Client,
    cache: CacheClient,
    ledger_port: u16,
}

/// What a request got, when all went well.
struct Success {
    status: StatusCode,
    body: Value,
    /// Whether the cache had it, where it was asked.
    cache: Option<&'static str>,
}

type Outcome = Result<Success, Failure>;

/// Runs a copy of the API until it is asked to end.
pub(crate) async fn run(service: Arc<Service>, listener: TcpListener) -> Result<Ended, DemoError> {
    let api = Arc::new(Api {
        client: http::client(LEDGER_TIMEOUT)?,
        cache: CacheClient::new(service.environment.port_of(ServiceName::Cache)?),
        ledger_port: service.environment.port_of(ServiceName::Ledger)?,
        service: Arc::clone(&service),
    });
    let replica = service.environment.replica;
    backlog::write(&service).await;
    Line::info("listening", replica).write();
    let router = Router::new()
        .route("/health", get(health))
        .route("/v1/accounts/{account}", get(account))
        .route("/v1/accounts/{account}/statement", get(statement))
        .route("/v1/transfers", post(transfer))
        .with_state(api);
    let ended = http::serve(&service, listener, router).await;
    Line::info("closed", replica).write();
    ended
}

async fn health(State(api): State<Arc<Api>>) -> Response {
    let verdict = api.verdict().await;
    http::health(&api.service, verdict)
}

async fn account(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    Path(account): Path<String>,
) -> Response {
    let call = Call::begin(&api.service, "GET", "/v1/accounts/{account}", &headers);
    let outcome = api.balance(&call, &account).await;
    finish(call, outcome)
}

async fn statement(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    Path(account): Path<String>,
) -> Response {
    let call = Call::begin(&api.service, "GET", "/v1/accounts/{account}/statement", &headers);
    let outcome = api.entries(&call, &account).await;
    finish(call, outcome)
}

async fn transfer(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    entry: Result<Json<NewEntry>, JsonRejection>,
) -> Response {
    let call = Call::begin(&api.service, "POST", "/v1/transfers", &headers);
    let outcome = match entry {
        Ok(Json(entry)) => api.transfer(&call, &entry).await,
        Err(_) => Err(Failure::Refused("the body is not a transfer")),
    };
    finish(call, outcome)
}

/// Writes the log line and gives the answer.
fn finish(call: Call<'_>, outcome: Outcome) -> Response {
    match outcome {
        Ok(Success { status, body, cache }) => {
            call.done(status, cache);
            (status, Json(body)).into_response()
        }
        Err(failure) => {
            let status = failure.status();
            call.failed(&failure);
            (status, Json(json!({ "error": failure.to_string() }))).into_response()
        }
    }
}

impl Api {
    /// Whether this copy can answer, or why not.
    async fn verdict(&self) -> Result<(), String> {
        if self.service.has(Fault::ApiErrors) && self.service.environment.replica == SICK_REPLICA {
            return Err("connection pool exhausted: 8 of 8 in use, 14 waiting".into());
        }
        let ledger = tokio::net::TcpStream::connect(("127.0.0.1", self.ledger_port));
        let (cache, ledger) = tokio::join!(
            timeout(HEALTH_TIMEOUT, self.cache.ping()),
            timeout(HEALTH_TIMEOUT, ledger)
        );
        reached("cache", cache)?;
        reached("ledger", ledger.map(|connected| connected.map(drop)))
    }

    async fn balance(&self, call: &Call<'_>, account: &str) -> Outcome {
        self.perhaps_fail()?;
        let account = number(account)?;
        let key = format!("account:{account}");
        if let Some(body) = self.cached(call, &key).await {
            return Ok(Success { status: StatusCode::OK, body, cache: Some("hit") });
        }
        let answer = self.ask_ledger(call, self.get(&format!("/accounts/{account}"))).await?;
        if let Err(error) = self.cache.set(&key, &answer.body, CACHED_SECONDS).await {
            self.cache_failed(call, &error);
        }
        Ok(Success { status: StatusCode::OK, body: json_of(&answer)?, cache: Some("miss") })
    }

    async fn entries(&self, call: &Call<'_>, account: &str) -> Outcome {
        self.perhaps_fail()?;
        let path = format!("/accounts/{}/entries", number(account)?);
        let answer = self.ask_ledger(call, self.get(&path)).await?;
        Ok(Success { status: StatusCode::OK, body: json_of(&answer)?, cache: None })
    }

    async fn transfer(&self, call: &Call<'_>, entry: &NewEntry) -> Outcome {
        self.perhaps_fail()?;
        if entry.amount_cents == 0 {
            return Err(Failure::Refused("amount_cents must not be 0"));
        }
        let request = self
            .client
            .post(self.ledger_url("/entries"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(serde_json::to_vec(entry).map_err(|_| Failure::Refused("not a transfer"))?);
        let written = json_of(&self.ask_ledger(call, request).await?)?;
        if let Err(error) = self.cache.delete(&format!("account:{}", entry.account)).await {
            self.cache_failed(call, &error);
        }
        let id = written["id"].as_i64().ok_or(Failure::Ledger(NoAnswer::Broken))?;
        for task in [Task::SettleEntry, Task::SendReceipt] {
            self.enqueue(call, task, id).await;
        }
        Ok(Success { status: StatusCode::CREATED, body: written, cache: None })
    }

    /// Fails a share of the requests while the fault is on.
    fn perhaps_fail(&self) -> Result<(), Failure> {
        if self.service.has(Fault::ApiErrors) && fastrand::u8(..100) < ERROR_PERCENT {
            return Err(Failure::thrown());
        }
        Ok(())
    }

    /// What the cache has under a key; a cache that fails has nothing.
    async fn cached(&self, call: &Call<'_>, key: &str) -> Option<Value> {
        let value = self.cache.get(key).await.unwrap_or_else(|error| {
            self.cache_failed(call, &error);
            None
        });
        let value = value.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let metric = if value.is_some() { &CACHE_HITS } else { &CACHE_MISSES };
        self.service.metrics.add(metric, &[], 1.0);
        value
    }

    async fn enqueue(&self, call: &Call<'_>, task: Task, entry: i64) {
        let job = Job { id: http::hex(1), task, entry, request_id: call.request_id.clone() };
        let pushed = match serde_json::to_vec(&job) {
            Ok(bytes) => self.cache.push(JOBS, &bytes).await,
            Err(error) => Err(error.into()),
        };
        match pushed {
            Ok(waiting) => {
                let name: &str = task.into();
                self.service.metrics.add(&JOBS_ENQUEUED, &[("task", name)], 1.0);
                self.service.metrics.set(&QUEUE_DEPTH, &[("queue", JOBS)], waiting as f64);
            }
            Err(error) => self.cache_failed(call, &error),
        }
    }

    async fn ask_ledger(
        &self,
        call: &Call<'_>,
        request: RequestBuilder,
    ) -> Result<Answer, Failure> {
        let answer = http::ask(request.header(REQUEST_ID, &call.request_id)).await;
        let answer = answer.map_err(|why| {
            self.count_error("ledger", (&why).into());
            Failure::Ledger(why)
        })?;
        match answer.status {
            200..300 => Ok(answer),
            status => {
                self.count_error("ledger", "status");
                Err(Failure::LedgerStatus(status))
            }
        }
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(self.ledger_url(path))
    }

    fn ledger_url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.ledger_port)
    }

    fn cache_failed(&self, call: &Call<'_>, error: &std::io::Error) {
        self.count_error("cache", "failed");
        call.warn(&format!("cache: {error}"));
    }

    fn count_error(&self, dependency: &str, reason: &str) {
        let labels = [("dependency", dependency), ("reason", reason)];
        self.service.metrics.add(&DEPENDENCY_ERRORS, &labels, 1.0);
    }
}

fn reached(
    name: &str,
    result: Result<std::io::Result<()>, tokio::time::error::Elapsed>,
) -> Result<(), String> {
    match result {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(format!("{name}: {error}")),
        Err(_) => Err(format!("{name}: no answer in {} ms", HEALTH_TIMEOUT.as_millis())),
    }
}

fn number(account: &str) -> Result<u32, Failure> {
    account.parse().map_err(|_| Failure::NotFound)
}

fn json_of(answer: &Answer) -> Result<Value, Failure> {
    serde_json::from_slice(&answer.body).map_err(|_| Failure::Ledger(NoAnswer::Broken))
}
