//! The tables of the history, and how older ones become them.

use rusqlite::{Connection, TransactionBehavior};

use super::HistoryError;

/// The steps from each version to the next. A step that was once released never changes.
const STEPS: [&str; 1] = ["
    CREATE TABLE alert (
        id TEXT PRIMARY KEY,
        state TEXT NOT NULL,
        overlays TEXT NOT NULL,
        -- What was told last, as only one of several midwatches tells it.
        told TEXT,
        at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE transition (
        at INTEGER NOT NULL,
        alert TEXT NOT NULL,
        moved TEXT NOT NULL
    ) STRICT;
    CREATE INDEX transition_at ON transition (at);
    CREATE TABLE probe_minute (
        probe TEXT NOT NULL,
        minute INTEGER NOT NULL,
        passed INTEGER NOT NULL,
        failed INTEGER NOT NULL,
        -- Of the answers that passed, added up and at most.
        took_us INTEGER NOT NULL,
        longest_us INTEGER NOT NULL,
        PRIMARY KEY (probe, minute)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX probe_minute_minute ON probe_minute (minute);
"];

/// Brings a database to the present version.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), HistoryError> {
    // Of two that open a new database at once, the other waits here and finds it done.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: usize = transaction
        .pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))
        .map(|version| usize::try_from(version).unwrap_or(usize::MAX))?;
    if version > STEPS.len() {
        return Err(HistoryError::Newer { version });
    }
    for step in &STEPS[version..] {
        transaction.execute_batch(step)?;
    }
    let present = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    transaction.pragma_update(None, "user_version", present)?;
    transaction.commit()?;
    Ok(())
}
