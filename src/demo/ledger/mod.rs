//! The ledger: entries of accounts in SQLite, over HTTP.

mod books;
mod slowness;

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use tokio::{
    net::TcpListener,
    time::{Instant, interval, sleep},
};

pub(crate) use books::NewEntry;
use books::{Books, BooksError};
use slowness::{SLOW, Slowness};

use crate::demo::{
    DemoError, Ended, Fault,
    http::{self, InFlight},
    logs::{self, Severity},
    metrics::{DURATIONS, Kind, Metric},
    service::Service,
};

/// The database, in the demo's folder.
const FILE: &str = "ledger.db";

/// How long a statement takes while [`Fault::LedgerSlow`] is on, in milliseconds.
const SLOW_MILLISECONDS: std::ops::RangeInclusive<u64> = 1000..=3000;

/// How often the entries are counted; this also notices that a slow ledger has recovered.
const COUNT_EVERY: Duration = Duration::from_secs(2);

/// Every so many counts a checkpoint is made.
const COUNTS_PER_CHECKPOINT: u32 = 10;

const STATEMENT_DURATION: Metric = Metric {
    name: "ledger_statement_duration_seconds",
    help: "Time that SQLite took for a statement.",
    kind: Kind::Histogram(DURATIONS),
};
const ENTRIES: Metric =
    Metric { name: "ledger_entries", help: "Entries in the books.", kind: Kind::Gauge };

struct Ledger {
    service: Arc<Service>,
    books: Books,
    slowness: Mutex<Slowness>,
}

/// Runs the ledger until it is asked to end.
pub(crate) async fn run(service: Arc<Service>, listener: TcpListener) -> Result<Ended, DemoError> {
    let path = service.environment.directory.join(FILE);
    let books = Books::open(&path)?;
    let ledger =
        Arc::new(Ledger { service: Arc::clone(&service), books, slowness: Mutex::default() });
    say(
        Severity::Info,
        "ledger ready",
        &[("db", path.display().to_string()), ("journal", "wal".into())],
    );
    let router = Router::new()
        .route("/health", get(health))
        .route("/entries", post(write))
        .route("/entries/{id}/settled", post(settle))
        .route("/accounts/{account}", get(balance))
        .route("/accounts/{account}/entries", get(statement))
        .with_state(Arc::clone(&ledger));
    let ended = tokio::select! {
        ended = http::serve(&service, listener, router) => ended,
        () = count(&ledger) => Ok(Ended::Asked),
    };
    say(Severity::Info, "ledger closed", &[]);
    ended
}

/// Counts the entries and makes checkpoints, for ever.
async fn count(ledger: &Ledger) {
    let mut tick = interval(COUNT_EVERY);
    let mut counts = 0;
    loop {
        tick.tick().await;
        if let Ok(entries) = ledger.timed(ledger.books.count()).await {
            ledger.service.metrics.set(&ENTRIES, &[], entries as f64);
        }
        counts = (counts + 1) % COUNTS_PER_CHECKPOINT;
        if counts == 0
            && let Ok(pages) = ledger.books.checkpoint().await
        {
            say(Severity::Info, "checkpoint", &[("wal_pages", pages.to_string())]);
        }
    }
}

async fn health(State(ledger): State<Arc<Ledger>>) -> Response {
    let verdict = ledger.slowness().verdict(Instant::now());
    http::health(&ledger.service, verdict)
}

async fn write(
    State(ledger): State<Arc<Ledger>>,
    headers: HeaderMap,
    Json(entry): Json<NewEntry>,
) -> Response {
    let (account, cents) = (entry.account, entry.amount_cents);
    let call = ledger.call("POST", "/entries", &headers);
    let written = ledger.timed(ledger.books.write(entry)).await;
    if let Ok(id) = written {
        let fields = [
            ("id", id.to_string()),
            ("account", account.to_string()),
            ("cents", cents.to_string()),
            ("duration_ms", milliseconds(call.started.elapsed())),
            ("request_id", call.request_id.clone()),
        ];
        say(Severity::Info, "entry written", &fields);
    }
    call.answer(written.map(|id| Some(json!({ "id": id }))))
}

async fn settle(
    State(ledger): State<Arc<Ledger>>,
    headers: HeaderMap,
    Path(id): Path<i64>,
) -> Response {
    let call = ledger.call("POST", "/entries/{id}/settled", &headers);
    let settled = ledger.timed(ledger.books.settle(id)).await;
    call.answer(settled.map(|known| known.then(|| json!({ "id": id, "settled": true }))))
}

async fn balance(
    State(ledger): State<Arc<Ledger>>,
    headers: HeaderMap,
    Path(account): Path<u32>,
) -> Response {
    let call = ledger.call("GET", "/accounts/{account}", &headers);
    let balance = ledger.timed(ledger.books.balance(account)).await;
    call.answer(balance.map(Some))
}

async fn statement(
    State(ledger): State<Arc<Ledger>>,
    headers: HeaderMap,
    Path(account): Path<u32>,
) -> Response {
    let call = ledger.call("GET", "/accounts/{account}/entries", &headers);
    let entries = ledger.timed(ledger.books.statement(account)).await;
    call.answer(entries.map(Some))
}

impl Ledger {
    /// Takes a statement's time, and makes it slow while the fault is on.
    async fn timed<T>(
        &self,
        statement: impl Future<Output = Result<T, BooksError>>,
    ) -> Result<T, BooksError> {
        let started = Instant::now();
        if self.service.has(Fault::LedgerSlow) {
            sleep(Duration::from_millis(fastrand::u64(SLOW_MILLISECONDS))).await;
        }
        let result = statement.await;
        let took = started.elapsed();
        self.service.metrics.observe(&STATEMENT_DURATION, &[], took.as_secs_f64());
        self.slowness().note(took, Instant::now());
        result
    }

    fn slowness(&self) -> std::sync::MutexGuard<'_, Slowness> {
        self.slowness.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn call(&self, method: &'static str, route: &'static str, headers: &HeaderMap) -> Call<'_> {
        Call {
            service: &self.service,
            method,
            route,
            request_id: http::request_id(headers),
            started: Instant::now(),
            _in_flight: InFlight::begin(&self.service),
        }
    }
}

/// A request while it is answered.
struct Call<'a> {
    service: &'a Service,
    method: &'static str,
    route: &'static str,
    request_id: String,
    started: Instant,
    _in_flight: InFlight<'a>,
}

impl Call<'_> {
    /// Answers with a value, 404 where there is none, or 500; says what was slow or failed.
    fn answer<T: Serialize>(self, result: Result<Option<T>, BooksError>) -> Response {
        let took = self.started.elapsed();
        let (response, failure) = match result {
            Ok(Some(value)) => (Json(value).into_response(), None),
            Ok(None) => (StatusCode::NOT_FOUND.into_response(), None),
            Err(error @ (BooksError::Busy | BooksError::Closed)) => {
                (StatusCode::SERVICE_UNAVAILABLE.into_response(), Some(error))
            }
            Err(error @ BooksError::Sqlite(_)) => {
                (StatusCode::INTERNAL_SERVER_ERROR.into_response(), Some(error))
            }
        };
        let mut fields = vec![
            ("method", self.method.to_owned()),
            ("route", self.route.to_owned()),
            ("duration_ms", milliseconds(took)),
            ("request_id", self.request_id.clone()),
        ];
        if let Some(error) = failure {
            fields.push(("error", error.to_string()));
            say(Severity::Error, "statement failed", &fields);
        } else if took > SLOW {
            say(Severity::Warn, "slow statement", &fields);
        }
        http::count(self.service, self.method, self.route, response.status().as_u16(), took);
        response
    }
}

fn milliseconds(took: Duration) -> String {
    format!("{:.1}", took.as_secs_f64() * 1000.0)
}

fn say(severity: Severity, message: &str, fields: &[(&str, String)]) {
    logs::out(&logs::logfmt(Timestamp::now(), severity, message, fields));
}
