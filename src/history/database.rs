//! [`Database`]: the history, as it is read and written.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::schema;
use crate::{
    alerts::Saved,
    model::{AlertId, AlertState, ProbeKey, ProbeReport, Transition, alert::Told},
};

/// How long a write waits for another midwatch that writes.
const BUSY: Duration = Duration::from_secs(3);

/// How long transitions and results of probes are kept.
const TRANSITIONS: SignedDuration = SignedDuration::from_hours(90 * 24);
const PROBES: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What the group and everybody else may do.
const OTHERS: u32 = 0o077;

/// At most so many transitions are read at once.
const READ_AT_ONCE: i64 = 10_000;

/// Why the history cannot be read or written.
#[derive(Debug, Error)]
pub enum HistoryError {
    /// Its folder or file cannot be made or opened.
    #[error("cannot open the history {}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others could have written it, or could read it.
    #[error("others can get at the history {}: it must be yours alone, with mode 0600", .file.display())]
    Others {
        /// The file.
        file: PathBuf,
    },
    /// A newer midwatch has written it.
    #[error("the history is of a newer midwatch (version {version} of its tables)")]
    Newer {
        /// Its version.
        version: usize,
    },
    /// SQLite could not do it, for example because the disk is full.
    #[error("the history cannot be used: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// What is to be kept cannot be written down.
    #[error("an entry of the history cannot be written down")]
    Entry(#[from] serde_json::Error),
}

/// What a probe answered within a minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Minute {
    /// When the minute began.
    pub begins: Timestamp,
    /// How many answers were good.
    pub passed: u32,
    /// How many were not.
    pub failed: u32,
    /// How long the good ones took on average; `None` without any.
    pub mean: Option<Duration>,
    /// How long the slowest of them took.
    pub longest: Option<Duration>,
}

/// An open history.
#[derive(Debug)]
pub struct Database {
    connection: Connection,
}

impl Database {
    /// Opens the history in this file, which is made when it is not there.
    ///
    /// # Errors
    /// When it cannot be opened, is not the user's alone, or is of a newer midwatch.
    pub fn open(file: &Path) -> Result<Self, HistoryError> {
        let failed = |source| HistoryError::File { file: file.into(), source };
        let folder = file.parent().unwrap_or(Path::new("/"));
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        // SQLite gives its other files the mode of this one.
        let options = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(file);
        let metadata = options.and_then(|opened| opened.metadata()).map_err(failed)?;
        let folder = fs::metadata(folder).map_err(failed)?;
        let ours = rustix::process::geteuid().as_raw();
        let is_safe = metadata.uid() == ours && metadata.mode() & OTHERS == 0;
        if !is_safe || folder.uid() != ours || folder.mode() & 0o022 != 0 {
            return Err(HistoryError::Others { file: file.into() });
        }
        let mut connection = Connection::open(file)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // A power failure may lose the last seconds, and breaks nothing.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        schema::migrate(&mut connection)?;
        Ok(Self { connection })
    }

    /// What is known of alerts. What cannot be understood any more is left out: it is
    /// judged anew.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub fn alerts(&self) -> Result<Vec<Saved>, HistoryError> {
        let mut query = self.connection.prepare("SELECT id, state, overlays, told FROM alert")?;
        let rows = query.query_map([], |row| {
            let text = |column| row.get::<_, String>(column);
            Ok((text(0)?, text(1)?, text(2)?, row.get::<_, Option<String>>(3)?))
        })?;
        let mut all = Vec::new();
        for row in rows {
            let (id, state, overlays, told) = row?;
            let (Some(state), Some(overlays)) = (read(&state), read(&overlays)) else { continue };
            let mut saved = Saved { id: AlertId(id.into()), state, overlays };
            // What was told is known by who told it, whoever wrote the state.
            saved.state.told = told.as_deref().and_then(read);
            all.push(saved);
        }
        Ok(all)
    }

    /// Keeps what is known of alerts, what moved, and what probes answered, all or nothing.
    /// What somebody was told stays as [`Database::claim`] wrote it.
    ///
    /// # Errors
    /// When the history cannot be written.
    pub fn write(
        &mut self,
        saved: &[Saved],
        moved: &[Transition],
        probed: &[(ProbeKey, ProbeReport)],
    ) -> Result<(), HistoryError> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut keep = transaction.prepare(
                "INSERT INTO alert (id, state, overlays, at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (id) DO UPDATE SET state = ?2, overlays = ?3, at = ?4",
            )?;
            for it in saved {
                let state = AlertState { told: None, ..it.state.clone() };
                let (state, overlays) =
                    (serde_json::to_string(&state)?, serde_json::to_string(&it.overlays)?);
                keep.execute(params![
                    it.id.0.as_str(),
                    state,
                    overlays,
                    it.state.seen_at.as_second()
                ])?;
            }
            let mut note = transaction
                .prepare("INSERT INTO transition (at, alert, moved) VALUES (?1, ?2, ?3)")?;
            for it in moved {
                note.execute(params![
                    it.at.as_millisecond(),
                    it.id.0.as_str(),
                    serde_json::to_string(it)?
                ])?;
            }
            let mut count = transaction.prepare(
                "INSERT INTO probe_minute VALUES (?1, ?2, ?3, 1 - ?3, ?4, ?4)
                 ON CONFLICT (probe, minute) DO UPDATE SET passed = passed + ?3,
                     failed = failed + 1 - ?3, took_us = took_us + ?4,
                     longest_us = max(longest_us, ?4)",
            )?;
            for (key, report) in probed {
                let passed = report.answer.is_ok();
                let took = i64::try_from(report.took.as_micros()).unwrap_or(i64::MAX / 1000);
                let took = if passed { took } else { 0 };
                let minute = report.at.as_second().div_euclid(60);
                count.execute(params![name_of(key)?, minute, i64::from(passed), took])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// Takes the right to tell something of an alert; `false` when that was told already,
    /// by this or by another midwatch.
    ///
    /// # Errors
    /// When the history cannot be written.
    pub fn claim(&mut self, id: &AlertId, told: Told) -> Result<bool, HistoryError> {
        // Nobody else writes between what is read here and what is written.
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let id = id.0.as_str();
        let before: Option<String> = transaction
            .query_row("SELECT told FROM alert WHERE id = ?1", [id], |row| row.get(0))
            .optional()?
            .flatten();
        let before: Option<Told> = before.as_deref().and_then(read);
        if before.is_some_and(|before| before.what == told.what) {
            return Ok(false);
        }
        let told = serde_json::to_string(&told)?;
        // What is told is written after the state it is about.
        let rows =
            transaction.execute("UPDATE alert SET told = ?2 WHERE id = ?1", params![id, told])?;
        if rows == 0 {
            transaction.execute(
                "INSERT INTO alert (id, state, overlays, told, at) VALUES (?1, '', '[]', ?2, 0)",
                params![id, told],
            )?;
        }
        transaction.commit()?;
        Ok(true)
    }

    /// What moved since a moment, the newest first: ten thousand at most.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub fn transitions(&self, since: Timestamp) -> Result<Vec<Transition>, HistoryError> {
        let mut query = self.connection.prepare(
            "SELECT moved FROM transition WHERE at >= ?1 ORDER BY at DESC, rowid DESC LIMIT ?2",
        )?;
        let rows = query.query_map(params![since.as_millisecond(), READ_AT_ONCE], |row| {
            row.get::<_, String>(0)
        })?;
        let all: Vec<String> = rows.collect::<Result<_, _>>()?;
        Ok(all.iter().filter_map(|text| read(text)).collect())
    }

    /// What a probe answered since a moment, minute by minute, the oldest first.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub fn minutes(&self, probe: &ProbeKey, since: Timestamp) -> Result<Vec<Minute>, HistoryError> {
        let mut query = self.connection.prepare(
            "SELECT minute, passed, failed, took_us, longest_us FROM probe_minute
             WHERE probe = ?1 AND minute >= ?2 ORDER BY minute",
        )?;
        let since = since.as_second().div_euclid(60);
        let rows = query.query_map(params![name_of(probe)?, since], |row| {
            let [minute, passed, failed, took, longest]: [i64; 5] =
                [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?];
            Ok(minute_of(minute, passed, failed, took, longest))
        })?;
        let all: Vec<Option<Minute>> = rows.collect::<Result<_, _>>()?;
        Ok(all.into_iter().flatten().collect())
    }

    /// Forgets what is older than it is kept for.
    ///
    /// # Errors
    /// When the history cannot be written.
    pub fn forget(&mut self, now: Timestamp) -> Result<(), HistoryError> {
        let before = |kept: SignedDuration| now.saturating_sub(kept).unwrap_or(Timestamp::MIN);
        let transitions = before(TRANSITIONS);
        self.connection
            .execute("DELETE FROM transition WHERE at < ?1", [transitions.as_millisecond()])?;
        let minute = before(PROBES).as_second().div_euclid(60);
        self.connection.execute("DELETE FROM probe_minute WHERE minute < ?1", [minute])?;
        // An alert that nobody has looked at for as long has no rule any more.
        self.connection
            .execute("DELETE FROM alert WHERE at > 0 AND at < ?1", [transitions.as_second()])?;
        Ok(())
    }
}

/// A probe's key as it is written down. An instance's id may change with every deploy: what
/// its service's probe answered goes on.
fn name_of(key: &ProbeKey) -> Result<String, HistoryError> {
    Ok(serde_json::to_string(&(&key.service, &key.name))?)
}

fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}

fn minute_of(minute: i64, passed: i64, failed: i64, took: i64, longest: i64) -> Option<Minute> {
    let count = |number: i64| u32::try_from(number).ok();
    let micros = |number: i64| u64::try_from(number).ok().map(Duration::from_micros);
    let passed = count(passed)?;
    let took = micros(took).filter(|_| passed > 0);
    Some(Minute {
        begins: Timestamp::from_second(minute.checked_mul(60)?).ok()?,
        passed,
        failed: count(failed)?,
        mean: took.map(|took| took / passed),
        longest: micros(longest).filter(|_| passed > 0),
    })
}

#[cfg(test)]
#[path = "database_tests.rs"]
mod tests;
