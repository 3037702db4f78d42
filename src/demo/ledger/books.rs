//! [`Books`]: the ledger's database, owned by a thread of its own.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};

use crate::demo::DemoError;

/// Statements that wait for the thread; one more is refused.
const QUEUE: usize = 64;

/// Entries beyond the newest this many are forgotten: a demo must not fill a disk.
const MAX_ENTRIES: i64 = 20_000;

/// How many entries go by between two times of forgetting.
const TRIM_EVERY: i64 = 500;

/// The thread needs little; the usual 2 MiB would be mapped for nothing.
const STACK_BYTES: usize = 512 * 1024;

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA busy_timeout = 1000;
    CREATE TABLE IF NOT EXISTS entries (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        account INTEGER NOT NULL,
        amount_cents INTEGER NOT NULL,
        memo TEXT NOT NULL,
        settled INTEGER NOT NULL DEFAULT 0,
        created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
    );
    CREATE INDEX IF NOT EXISTS entries_by_account ON entries (account, id);
";

type Work = Box<dyn FnOnce(&mut Connection) + Send>;

/// The way to the thread that owns the database.
#[derive(Clone, Debug)]
pub(crate) struct Books(mpsc::Sender<Work>);

/// Why a statement gave nothing.
#[derive(Debug, Error)]
pub(crate) enum BooksError {
    /// Too many statements wait already.
    #[error("too many statements wait")]
    Busy,
    /// The thread is gone.
    #[error("the database is closed")]
    Closed,
    /// SQLite refused.
    #[error(transparent)]
    Sqlite(rusqlite::Error),
}

/// What somebody wants to be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NewEntry {
    pub(crate) account: u32,
    pub(crate) amount_cents: i64,
    pub(crate) memo: String,
}

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Entry {
    pub(crate) id: i64,
    pub(crate) account: u32,
    pub(crate) amount_cents: i64,
    pub(crate) memo: String,
    pub(crate) settled: bool,
    pub(crate) created_at: String,
}

/// What an account holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Balance {
    pub(crate) account: u32,
    #[serde(rename = "balance_cents")]
    pub(crate) cents: i64,
    pub(crate) entries: i64,
}

impl Books {
    /// Opens the database, makes what is missing, and starts the thread.
    ///
    /// The thread ends, and closes the database, when the last clone is dropped.
    pub(crate) fn open(path: &Path) -> Result<Self, DemoError> {
        let failed = |source| DemoError::OpenLedger { path: path.to_owned(), source };
        let mut connection = Connection::open(path).map_err(failed)?;
        connection.execute_batch(SCHEMA).map_err(failed)?;
        let (sender, mut receiver) = mpsc::channel::<Work>(QUEUE);
        std::thread::Builder::new()
            .name("books".into())
            .stack_size(STACK_BYTES)
            .spawn(move || {
                while let Some(work) = receiver.blocking_recv() {
                    work(&mut connection);
                }
            })
            .map_err(DemoError::LedgerThread)?;
        Ok(Self(sender))
    }

    /// Writes an entry and gives its id.
    pub(crate) async fn write(&self, entry: NewEntry) -> Result<i64, BooksError> {
        self.run(move |connection| insert(connection, &entry)).await
    }

    /// Marks an entry as settled; whether there is one.
    pub(crate) async fn settle(&self, id: i64) -> Result<bool, BooksError> {
        self.run(move |connection| {
            connection
                .prepare("UPDATE entries SET settled = 1 WHERE id = ?1")?
                .execute(params![id])
                .map(|changed| changed > 0)
        })
        .await
    }

    /// What an account holds.
    pub(crate) async fn balance(&self, account: u32) -> Result<Balance, BooksError> {
        self.run(move |connection| {
            connection
                .prepare(
                    "SELECT coalesce(sum(amount_cents), 0), count(*) FROM entries WHERE account = ?1",
                )?
                .query_row(params![account], |row| {
                    Ok(Balance { account, cents: row.get(0)?, entries: row.get(1)? })
                })
        })
        .await
    }

    /// The newest entries of an account, newest first, 20 at most.
    pub(crate) async fn statement(&self, account: u32) -> Result<Vec<Entry>, BooksError> {
        self.run(move |connection| {
            connection
                .prepare(
                    "SELECT id, account, amount_cents, memo, settled, created_at FROM entries \
                     WHERE account = ?1 ORDER BY id DESC LIMIT 20",
                )?
                .query_map(params![account], |row| {
                    Ok(Entry {
                        id: row.get(0)?,
                        account: row.get(1)?,
                        amount_cents: row.get(2)?,
                        memo: row.get(3)?,
                        settled: row.get(4)?,
                        created_at: row.get(5)?,
                    })
                })?
                .collect()
        })
        .await
    }

    /// How many entries there are.
    pub(crate) async fn count(&self) -> Result<i64, BooksError> {
        self.run(|connection| {
            connection.prepare("SELECT count(*) FROM entries")?.query_row([], |row| row.get(0))
        })
        .await
    }

    /// Moves what the write-ahead log holds into the database; gives its pages.
    pub(crate) async fn checkpoint(&self) -> Result<i64, BooksError> {
        self.run(|connection| {
            let pages = connection
                .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(1))
                .optional()?;
            Ok(pages.unwrap_or(0))
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, BooksError> {
        let (sender, receiver) = oneshot::channel();
        let work: Work = Box::new(move |connection| {
            // Whoever asked may have given up meanwhile.
            let _ = sender.send(work(connection));
        });
        self.0.try_send(work).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => BooksError::Busy,
            mpsc::error::TrySendError::Closed(_) => BooksError::Closed,
        })?;
        receiver.await.map_err(|_| BooksError::Closed)?.map_err(BooksError::Sqlite)
    }
}

fn insert(connection: &mut Connection, entry: &NewEntry) -> rusqlite::Result<i64> {
    let transaction = connection.transaction()?;
    transaction
        .prepare("INSERT INTO entries (account, amount_cents, memo) VALUES (?1, ?2, ?3)")?
        .execute(params![entry.account, entry.amount_cents, entry.memo])?;
    let id = transaction.last_insert_rowid();
    if id % TRIM_EVERY == 0 {
        transaction.execute("DELETE FROM entries WHERE id <= ?1", params![id - MAX_ENTRIES])?;
    }
    transaction.commit()?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(amount_cents: i64) -> NewEntry {
        NewEntry { account: 7, amount_cents, memo: "rent".into() }
    }

    #[tokio::test]
    async fn the_balance_is_the_sum_of_the_entries() {
        let directory = tempfile::tempdir().unwrap();
        let books = Books::open(&directory.path().join("ledger.db")).unwrap();
        for amount in [500, -120] {
            books.write(entry(amount)).await.unwrap();
        }
        assert_eq!(books.balance(7).await.unwrap(), Balance { account: 7, cents: 380, entries: 2 });
        assert_eq!(books.balance(8).await.unwrap(), Balance { account: 8, cents: 0, entries: 0 });
    }

    #[tokio::test]
    async fn entries_outlive_the_process_and_can_be_settled() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ledger.db");
        let id = Books::open(&path).unwrap().write(entry(5)).await.unwrap();
        let books = Books::open(&path).unwrap();
        assert!(books.settle(id).await.unwrap());
        assert!(!books.settle(id + 1).await.unwrap());
        let settled: Vec<bool> =
            books.statement(7).await.unwrap().iter().map(|entry| entry.settled).collect();
        assert_eq!(settled, [true]);
    }
}
