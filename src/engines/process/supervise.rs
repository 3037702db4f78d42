//! The life of one instance: wait for what it depends on, run, and run again.

use std::{path::Path, sync::Arc};

use futures_util::future::join_all;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::{
    engines::process::{
        backoff::{self, Backoff},
        live::Cell,
        run::{self, Ended},
    },
    model::{Exit, State},
    text::Clean,
};

/// Runs an instance until `stop`, or until its policy lets it be.
///
/// A dependency without copies is not waited for: it was switched off on purpose.
pub(super) async fn supervise(
    cell: Arc<Cell>,
    dependencies: Vec<Arc<Cell>>,
    shim: Arc<Path>,
    stop: CancellationToken,
) {
    let _watcher = Watcher(&cell);
    let ready = join_all(dependencies.iter().map(|dependency| dependency.ready()));
    if stop.run_until_cancelled(ready).await.is_none() {
        return;
    }
    let mut backoff = Backoff::new();
    loop {
        let begin = Instant::now();
        let Ended { exit, stuck } = run::run_once(&cell, &shim, &stop).await;
        let again =
            !stop.is_cancelled() && !stuck && backoff::restarts(cell.plan.spec.restart, exit.code);
        if !again {
            cell.ended(exit, if stuck { State::Dead } else { State::Exited });
            return;
        }
        cell.ended(exit, State::Restarting);
        let wait = sleep(backoff.after(begin.elapsed()));
        if stop.run_until_cancelled(wait).await.is_none() {
            cell.update(|live| live.state = State::Exited);
            return;
        }
        cell.update(|live| live.restarts = live.restarts.saturating_add(1));
    }
}

/// Whoever drops it while its instance seems to run was broken off, by a panic or by the
/// end of the engine. What ran was killed with it; nobody may go on waiting.
struct Watcher<'a>(&'a Cell);

impl Drop for Watcher<'_> {
    fn drop(&mut self) {
        if matches!(self.0.live().state, State::Running | State::Restarting) {
            let error = Some(Clean::new("the engine stopped watching it"));
            self.0.ended(Exit { code: 137, oom_killed: false, error }, State::Dead);
        }
    }
}
