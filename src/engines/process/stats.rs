//! What instances use of their host, read once a second while somebody listens.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use tokio::time::{Interval, MissedTickBehavior, interval_at};

use crate::{
    engines::{EngineStream, process::live::Cell},
    kernel::{Meter, Processes, Root},
    model::Sample,
};

/// How often a sample is taken.
const BEAT: Duration = Duration::from_secs(1);

/// A reading younger than this serves everybody who comes within one beat.
const FRESH: Duration = Duration::from_millis(500);

/// Reads all processes at most once a beat, for all that listen; nothing is read
/// while nobody does.
#[derive(Debug)]
pub(super) struct Sampler {
    /// All beats are whole seconds after this, so that all listeners come together.
    epoch: Instant,
    latest: Mutex<Option<Arc<Processes>>>,
}

impl Sampler {
    /// Nothing was read yet.
    pub(super) fn new() -> Self {
        Self { epoch: Instant::now(), latest: Mutex::default() }
    }

    /// Samples of an instance until it is no longer up. The first comes at once, and does
    /// not know the use of the CPU.
    pub(super) fn samples(self: Arc<Self>, cell: Arc<Cell>) -> EngineStream<Sample> {
        let beat = self.beat();
        let state = Listener { sampler: self, cell, beat, meter: None };
        stream::unfold(state, |mut state| async move {
            let sample = state.next().await?;
            Some((Ok(sample), state))
        })
        .boxed()
    }

    fn beat(&self) -> Interval {
        let next = self.epoch.elapsed().as_secs() + 1;
        let mut beat = interval_at((self.epoch + BEAT * next as u32).into(), BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Skip);
        beat
    }

    fn processes(&self) -> Arc<Processes> {
        // Held while reading: whoever comes meanwhile wants the same.
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        match &*latest {
            Some(processes) if processes.taken().elapsed() < FRESH => Arc::clone(processes),
            _ => Arc::clone(latest.insert(Arc::new(Processes::read(Root::default())))),
        }
    }
}

/// Somebody who wants the samples of one instance.
struct Listener {
    sampler: Arc<Sampler>,
    cell: Arc<Cell>,
    beat: Interval,
    /// Makes rates; there is none before the first sample.
    meter: Option<Meter>,
}

impl Listener {
    /// The guardian is the reaper of all that descend from it, so what is below it is
    /// exactly the instance; a process can leave its group or session, but not this tree.
    async fn next(&mut self) -> Option<Sample> {
        let mut live = self.cell.follow();
        if self.meter.is_some() {
            tokio::select! {
                _ = self.beat.tick() => {}
                _ = live.wait_for(|live| live.processes.is_none()) => return None,
            }
        }
        let guardian = self.cell.live().processes?.guardian;
        let sampler = Arc::clone(&self.sampler);
        // Hundreds of small reads: not on a thread that others wait for.
        let read = move || sampler.processes().below(guardian);
        let reading = tokio::task::spawn_blocking(read).await.ok()?;
        let meter = self.meter.get_or_insert_default();
        // What was read can be a little older than the run; then nothing is known of it yet.
        Some(match reading {
            Some(reading) => meter.sample(&reading),
            None => Sample::empty(Timestamp::now()),
        })
    }
}
