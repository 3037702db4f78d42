//! The workers: take jobs out of the queue and do them, one at a time.

mod hoard;
mod job;

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{Router, extract::State, response::Response, routing::get};
use jiff::Timestamp;
use tokio::{
    net::TcpListener,
    time::{Instant, interval, sleep},
};

use crate::demo::{
    DemoError, Ended, Fault, ServiceName,
    cache::{CacheClient, JOBS},
    http::{self, NoAnswer, REQUEST_ID},
    logs::{self, Severity},
    metrics::{DURATIONS, Kind, Metric},
    service::{Service, resident_bytes},
};
use hoard::Hoard;
pub(crate) use job::{Job, Task};

/// How long to wait before an empty queue is looked at again.
const IDLE: Duration = Duration::from_millis(700);

/// How long to wait before a queue that does not answer is asked again.
const RETRY: Duration = Duration::from_secs(2);

/// How long the ledger may take.
const LEDGER_TIMEOUT: Duration = Duration::from_secs(5);

/// The copy that leaks while [`Fault::WorkerLeak`] is on.
const LEAKING_REPLICA: u32 = 1;

/// The copy that crashes while [`Fault::CrashLoop`] is on, and how long after its start.
const CRASHING_REPLICA: u32 = 2;
const CRASH_AFTER: Duration = Duration::from_secs(1);

/// Every so many seconds a leaking worker warns of its size.
const SECONDS_PER_WARNING: usize = 10;

const JOBS_DONE: Metric = Metric {
    name: "jobs_processed_total",
    help: "Jobs done, by task and result.",
    kind: Kind::Counter,
};
const JOB_DURATION: Metric = Metric {
    name: "job_duration_seconds",
    help: "Time that a job took.",
    kind: Kind::Histogram(DURATIONS),
};

/// The last words of a worker that crashes.
const TRACEBACK: &str = "Traceback (most recent call last):
  File \"/srv/worker/app/__main__.py\", line 14, in <module>
    main()
  File \"/srv/worker/app/bootstrap.py\", line 52, in main
    registry = load_registry(settings.registry_path)
  File \"/srv/worker/app/registry.py\", line 31, in load_registry
    return {task[\"name\"]: resolve(task[\"handler\"]) for task in manifest[\"tasks\"]}
KeyError: 'handler'";

struct Worker {
    service: Arc<Service>,
    cache: CacheClient,
    client: reqwest::Client,
    ledger_port: u16,
    /// What is wrong with the queue, while something is.
    trouble: Mutex<Option<String>>,
}

/// Runs a worker until it is asked to end, or crashes.
pub(crate) async fn run(service: Arc<Service>, listener: TcpListener) -> Result<Ended, DemoError> {
    let cache_port = service.environment.port_of(ServiceName::Cache)?;
    let worker = Arc::new(Worker {
        cache: CacheClient::new(cache_port),
        client: http::client(LEDGER_TIMEOUT)?,
        ledger_port: service.environment.port_of(ServiceName::Ledger)?,
        trouble: Mutex::default(),
        service: Arc::clone(&service),
    });
    say(Severity::Info, &format!("Connected to redis://127.0.0.1:{cache_port}/0"));
    say(Severity::Info, &format!("worker@{} ready.", service.environment.replica));
    let router = Router::new().route("/health", get(health)).with_state(Arc::clone(&worker));
    let ended = tokio::select! {
        ended = http::serve(&service, listener, router) => ended,
        () = worker.work() => Ok(Ended::Asked),
        () = worker.leak() => Ok(Ended::Asked),
        () = worker.crash() => Ok(Ended::Crashed),
    };
    if matches!(ended, Ok(Ended::Asked)) {
        say(Severity::Info, "worker: Warm shutdown (MainProcess)");
    }
    ended
}

async fn health(State(worker): State<Arc<Worker>>) -> Response {
    let trouble = worker.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone();
    http::health(&worker.service, trouble.map_or(Ok(()), Err))
}

impl Worker {
    /// Takes jobs and does them, for ever.
    async fn work(&self) {
        loop {
            match self.cache.pop(JOBS).await {
                Ok(Some(bytes)) => {
                    self.note(None);
                    self.take(&bytes).await;
                }
                Ok(None) => {
                    self.note(None);
                    sleep(IDLE).await;
                }
                Err(error) => {
                    self.broker_lost(&error);
                    sleep(RETRY).await;
                }
            }
        }
    }

    async fn take(&self, bytes: &[u8]) {
        match serde_json::from_slice::<Job>(bytes) {
            Ok(job) => self.perform(&job).await,
            Err(error) => {
                say(Severity::Error, &format!("Received and deleted unknown message: {error}"));
            }
        }
    }

    async fn perform(&self, job: &Job) {
        let name: &str = job.task.into();
        let title = format!("Task {name}[{}]", job.id);
        say(Severity::Info, &format!("{title} received"));
        let started = Instant::now();
        let result = match job.task {
            Task::SettleEntry => self.settle(job).await,
            Task::SendReceipt => send_receipt().await,
        };
        let seconds = started.elapsed().as_secs_f64();
        let outcome = if result.is_ok() { "succeeded" } else { "failed" };
        let metrics = &self.service.metrics;
        metrics.add(&JOBS_DONE, &[("task", name), ("result", outcome)], 1.0);
        metrics.observe(&JOB_DURATION, &[("task", name)], seconds);
        match result {
            Ok(value) => log(
                Severity::Info,
                "ForkPoolWorker-1",
                &format!("{title} succeeded in {seconds:.3}s: {value}"),
            ),
            Err(why) => log(
                Severity::Error,
                "ForkPoolWorker-1",
                &format!("{title} raised unexpected: {why} (request {})", job.request_id),
            ),
        }
    }

    async fn settle(&self, job: &Job) -> Result<&'static str, String> {
        let (port, entry) = (self.ledger_port, job.entry);
        let url = format!("http://127.0.0.1:{port}/entries/{entry}/settled");
        let request = self.client.post(url).header(REQUEST_ID, &job.request_id);
        match http::ask(request).await {
            Ok(answer) if answer.status == 200 => Ok("'settled'"),
            Ok(answer) => Err(format!("HTTPError('ledger answered {}')", answer.status)),
            Err(NoAnswer::Timeout) => Err("ReadTimeout('ledger: timed out after 5 s')".into()),
            Err(NoAnswer::Refused | NoAnswer::Broken) => {
                Err("ConnectionError('ledger: connection refused')".into())
            }
        }
    }

    fn broker_lost(&self, error: &io::Error) {
        let text = format!(
            "consumer: Cannot connect to the broker: {error}. Trying again in {:.2} seconds...",
            RETRY.as_secs_f64()
        );
        say(Severity::Error, &text);
        self.note(Some(format!("broker: {error}")));
    }

    fn note(&self, trouble: Option<String>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// Holds more memory every second while the fault is on, for ever.
    async fn leak(&self) {
        if self.service.environment.replica != LEAKING_REPLICA {
            return std::future::pending().await;
        }
        let mut hoard = Hoard::default();
        let mut tick = interval(Duration::from_secs(1));
        loop {
            tick.tick().await;
            if !self.service.has(Fault::WorkerLeak) {
                hoard.release();
                continue;
            }
            if let Err(error) = hoard.grow() {
                say(Severity::Error, &format!("MemoryError: {error}"));
            }
            if (hoard.bytes() / hoard::STEP_BYTES).is_multiple_of(SECONDS_PER_WARNING) {
                warn_of_size();
            }
        }
    }

    /// Ends a while after the fault is on.
    async fn crash(&self) {
        if self.service.environment.replica != CRASHING_REPLICA {
            return std::future::pending().await;
        }
        self.service.until(Fault::CrashLoop).await;
        sleep(CRASH_AFTER).await;
        logs::err(TRACEBACK);
    }
}

async fn send_receipt() -> Result<&'static str, String> {
    sleep(Duration::from_millis(fastrand::u64(60..400))).await;
    // Mail servers have their moods.
    if fastrand::u8(..100) == 0 {
        let why = "SMTPServerDisconnected('Connection unexpectedly closed')";
        say(Severity::Warn, &format!("mail: {why}, sending again"));
        sleep(Duration::from_millis(500)).await;
    }
    Ok("None")
}

fn warn_of_size() {
    let mebibytes = resident_bytes().unwrap_or(0) / (1024 * 1024);
    say(Severity::Warn, &format!("child process is using {mebibytes} MiB, and growing"));
}

fn say(severity: Severity, text: &str) {
    log(severity, "MainProcess", text);
}

fn log(severity: Severity, process: &str, text: &str) {
    logs::err(&logs::celery(Timestamp::now(), severity, process, text));
}
