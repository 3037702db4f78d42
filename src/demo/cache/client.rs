//! [`CacheClient`]: how the other services ask the cache.

use std::{
    io,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncWriteExt, BufStream},
    net::TcpStream,
    time::timeout,
};

use crate::demo::cache::protocol::{Reply, encode_command, read_reply};

/// How long one command may take, connecting included.
const PATIENCE: Duration = Duration::from_millis(500);

/// How many idle connections are kept.
const MAX_IDLE: usize = 2;

/// Asks the cache over connections that are used again.
#[derive(Debug)]
pub(crate) struct CacheClient {
    port: u16,
    idle: Mutex<Vec<BufStream<TcpStream>>>,
}

impl CacheClient {
    /// A client for the cache on this port of the loopback address.
    pub(crate) fn new(port: u16) -> Self {
        Self { port, idle: Mutex::default() }
    }

    /// The value under a key.
    pub(crate) async fn get(&self, key: &str) -> io::Result<Option<Vec<u8>>> {
        self.bulk(&[b"GET", key.as_bytes()]).await
    }

    /// Keeps a value for some seconds.
    pub(crate) async fn set(&self, key: &str, value: &[u8], seconds: u32) -> io::Result<()> {
        let seconds = seconds.to_string();
        let command: [&[u8]; 5] = [b"SET", key.as_bytes(), value, b"EX", seconds.as_bytes()];
        self.command(&command).await.map(drop)
    }

    /// Forgets a value.
    pub(crate) async fn delete(&self, key: &str) -> io::Result<()> {
        self.command(&[b"DEL", key.as_bytes()]).await.map(drop)
    }

    /// Puts an entry at the end of a queue; gives how many wait now.
    pub(crate) async fn push(&self, queue: &str, entry: &[u8]) -> io::Result<i64> {
        match self.command(&[b"LPUSH", queue.as_bytes(), entry]).await? {
            Reply::Integer(length) => Ok(length),
            other => Err(unexpected(&other)),
        }
    }

    /// Takes the first entry of a queue.
    pub(crate) async fn pop(&self, queue: &str) -> io::Result<Option<Vec<u8>>> {
        self.bulk(&[b"RPOP", queue.as_bytes()]).await
    }

    /// Whether it answers.
    pub(crate) async fn ping(&self) -> io::Result<()> {
        self.command(&[b"PING"]).await.map(drop)
    }

    async fn bulk(&self, arguments: &[&[u8]]) -> io::Result<Option<Vec<u8>>> {
        match self.command(arguments).await? {
            Reply::Bulk(value) => Ok(value),
            other => Err(unexpected(&other)),
        }
    }

    async fn command(&self, arguments: &[&[u8]]) -> io::Result<Reply> {
        let bytes = encode_command(arguments);
        let reply = timeout(PATIENCE, self.exchange(&bytes)).await??;
        match reply {
            Reply::Error(why) => Err(io::Error::other(why)),
            reply => Ok(reply),
        }
    }

    /// A connection is out of the pool while it is used and comes back only after a
    /// whole answer, so that one given up half-way never serves another command.
    async fn exchange(&self, bytes: &[u8]) -> io::Result<Reply> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(mut connection) = idle
            && let Ok(reply) = converse(&mut connection, bytes).await
        {
            self.keep(connection);
            return Ok(reply);
        }
        // The idle connection had outlived the cache's last start: a new one.
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        stream.set_nodelay(true)?;
        let mut connection = BufStream::with_capacity(1024, 1024, stream);
        let reply = converse(&mut connection, bytes).await?;
        self.keep(connection);
        Ok(reply)
    }

    fn keep(&self, connection: BufStream<TcpStream>) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MAX_IDLE {
            idle.push(connection);
        }
    }
}

async fn converse(connection: &mut BufStream<TcpStream>, bytes: &[u8]) -> io::Result<Reply> {
    connection.write_all(bytes).await?;
    connection.flush().await?;
    read_reply(connection).await
}

fn unexpected(reply: &Reply) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("unexpected answer {reply:?}"))
}
