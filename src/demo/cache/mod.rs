//! The cache: values that expire and the job queue, in memory, asked as Redis is.
//!
//! One port serves both: a connection that opens with an HTTP request line gets
//! `/health` or `/metrics`, any other is a client of the cache.

mod client;
mod keys;
mod protocol;

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use serde_json::json;
use tokio::{
    io::{AsyncWriteExt, BufStream},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{Instant, interval, timeout},
};

pub(crate) use client::CacheClient;
use keys::Keyspace;
use protocol::{Reply, read_command, read_line};

use crate::demo::{
    DemoError, Ended, logs,
    metrics::{CACHE_HITS, CACHE_MISSES, Kind, Metric, QUEUE_DEPTH},
    service::Service,
};

/// The list that jobs wait in.
pub(crate) const JOBS: &str = "jobs";

/// More clients than this are told to come back later.
const MAX_CLIENTS: usize = 64;

/// A queue longer than this is worth a warning.
const LONG_QUEUE: usize = 25;

/// How often it tidies up, and how often it tells how it is.
const TIDY_EVERY: Duration = Duration::from_secs(5);

/// No HTTP request has more header lines, or takes longer to send them.
const MAX_HEADERS: usize = 64;
const HEADER_PATIENCE: Duration = Duration::from_secs(2);

const KEYS: Metric =
    Metric { name: "cache_keys", help: "Values and lists in the cache.", kind: Kind::Gauge };
const EXPIRED: Metric = Metric {
    name: "cache_expired_keys_total",
    help: "Values that were forgotten because their time was over.",
    kind: Kind::Counter,
};
const CLIENTS: Metric =
    Metric { name: "cache_connected_clients", help: "Open connections.", kind: Kind::Gauge };
const COMMANDS: Metric =
    Metric { name: "cache_commands_total", help: "Commands carried out.", kind: Kind::Counter };

#[derive(Debug)]
struct Cache {
    service: Arc<Service>,
    keys: Mutex<Keyspace>,
    clients: Arc<Semaphore>,
}

/// Runs the cache until it is asked to end.
pub(crate) async fn run(service: Arc<Service>, listener: TcpListener) -> Result<Ended, DemoError> {
    let stopping = service.stopping.clone();
    let cache = Arc::new(Cache {
        service,
        keys: Mutex::default(),
        clients: Arc::new(Semaphore::new(MAX_CLIENTS)),
    });
    say('*', "Server initialized");
    say('*', "Ready to accept connections tcp");
    tokio::select! {
        () = stopping.cancelled() => {}
        () = accept(&cache, &listener) => {}
        () = tidy(&cache) => {}
    }
    say('#', "User requested shutdown...");
    say('#', "Cache is now ready to exit, bye bye...");
    Ok(Ended::Asked)
}

/// Takes connections for ever.
async fn accept(cache: &Arc<Cache>, listener: &TcpListener) {
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                say('#', &format!("Accepting client connection: {error}"));
                // Out of file descriptors, most likely: trying again at once would spin.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let Ok(permit) = Arc::clone(&cache.clients).try_acquire_owned() else {
            say('#', "Error: max number of clients reached");
            continue;
        };
        let cache = Arc::clone(cache);
        tokio::spawn(async move {
            // A client that broke off has nobody to be told.
            let _ = converse(&cache, stream).await;
            drop(permit);
        });
    }
}

/// Forgets what has expired and says how things are, for ever.
async fn tidy(cache: &Cache) {
    let mut tick = interval(TIDY_EVERY);
    tick.tick().await;
    loop {
        tick.tick().await;
        let (expired, keys, queue) = cache.with_keys(|keys| {
            let now = Instant::now();
            (keys.expire(now), keys.keys(now), keys.list_length(JOBS.as_bytes()))
        });
        cache.service.metrics.add(&EXPIRED, &[], expired as f64);
        say('-', &format!("DB 0: {keys} keys, {expired} expired, {} clients", cache.clients()));
        if queue > LONG_QUEUE {
            say('#', &format!("List '{JOBS}' has {queue} entries waiting"));
        }
    }
}

/// Serves one connection until it closes.
async fn converse(cache: &Cache, stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufStream::with_capacity(1024, 1024, stream);
    loop {
        let command = match read_command(&mut stream).await {
            Ok(Some(command)) => command,
            Ok(None) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return send(&mut stream, &Reply::Error(format!("ERR {error}")).encode()).await;
            }
            Err(error) => return Err(error),
        };
        if let [_, path, version] = command.as_slice()
            && version.starts_with(b"HTTP/1.")
        {
            return answer_http(cache, &mut stream, path).await;
        }
        cache.service.metrics.add(&COMMANDS, &[], 1.0);
        let reply = cache.with_keys(|keys| keys.execute(&command, Instant::now()));
        send(&mut stream, &reply.encode()).await?;
    }
}

/// Answers one HTTP request and closes.
async fn answer_http(
    cache: &Cache,
    stream: &mut BufStream<TcpStream>,
    path: &[u8],
) -> io::Result<()> {
    // Closing with unread headers would reset the connection and lose the answer.
    timeout(HEADER_PATIENCE, skip_headers(stream)).await??;
    let (status, kind, body) = match path {
        b"/health" => ("200 OK", "application/json", cache.health()),
        b"/metrics" => ("200 OK", "text/plain; version=0.0.4; charset=utf-8", cache.exposition()),
        _ => ("404 Not Found", "text/plain", "not found\n".to_owned()),
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n"
    );
    send(stream, format!("{head}{body}").as_bytes()).await?;
    stream.shutdown().await
}

async fn skip_headers(stream: &mut BufStream<TcpStream>) -> io::Result<()> {
    for _ in 0..MAX_HEADERS {
        match read_line(stream).await? {
            Some(line) if !line.is_empty() => {}
            _ => return Ok(()),
        }
    }
    Err(io::ErrorKind::InvalidData.into())
}

async fn send(stream: &mut BufStream<TcpStream>, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes).await?;
    stream.flush().await
}

impl Cache {
    fn with_keys<T>(&self, act: impl FnOnce(&mut Keyspace) -> T) -> T {
        act(&mut self.keys.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn clients(&self) -> usize {
        MAX_CLIENTS - self.clients.available_permits()
    }

    fn health(&self) -> String {
        json!({
            "status": "ok",
            "service": self.service.name.to_string(),
            "replica": self.service.environment.replica,
            "uptime_seconds": self.service.started.elapsed().as_secs(),
        })
        .to_string()
    }

    fn exposition(&self) -> String {
        let (keys, queue, (hits, misses)) = self.with_keys(|keys| {
            (keys.keys(Instant::now()), keys.list_length(JOBS.as_bytes()), keys.lookups())
        });
        let metrics = &self.service.metrics;
        metrics.set(&KEYS, &[], keys as f64);
        metrics.set(&CLIENTS, &[], self.clients() as f64);
        metrics.set(&QUEUE_DEPTH, &[("queue", JOBS)], queue as f64);
        metrics.set(&CACHE_HITS, &[], hits as f64);
        metrics.set(&CACHE_MISSES, &[], misses as f64);
        self.service.exposition()
    }
}

fn say(mark: char, text: &str) {
    logs::out(&logs::redis(Timestamp::now(), mark, text));
}
