//! What instances use of their host, read once a second while somebody listens.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use tokio::time::{Interval, MissedTickBehavior, interval_at};

use crate::{
    engines::{
        EngineStream,
        process::{
            live::Cell,
            proc::{Table, Usage},
        },
    },
    model::Sample,
};

/// How often a sample is taken.
const BEAT: Duration = Duration::from_secs(1);

/// A table younger than this serves everybody who comes within one beat.
const FRESH: Duration = Duration::from_millis(500);

/// Reads the table of processes at most once a beat, for all that listen; nothing is read
/// while nobody does.
#[derive(Debug)]
pub(super) struct Sampler {
    /// All beats are whole seconds after this, so that all listeners come together.
    epoch: Instant,
    latest: Mutex<Option<Arc<Table>>>,
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
        let state = Listener { sampler: self, cell, beat, before: None };
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

    fn table(&self) -> Arc<Table> {
        // Held while reading: whoever comes meanwhile wants the same table.
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        match &*latest {
            Some(table) if table.at.elapsed() < FRESH => Arc::clone(table),
            _ => Arc::clone(latest.insert(Arc::new(Table::read()))),
        }
    }
}

/// Somebody who wants the samples of one instance.
struct Listener {
    sampler: Arc<Sampler>,
    cell: Arc<Cell>,
    beat: Interval,
    /// The last reading, with the guardian that it was of.
    before: Option<Reading>,
}

/// One reading of one run.
#[derive(Clone, Copy)]
struct Reading {
    guardian: u32,
    at: Instant,
    usage: Usage,
}

impl Listener {
    async fn next(&mut self) -> Option<Sample> {
        let mut live = self.cell.follow();
        if self.before.is_some() {
            tokio::select! {
                _ = self.beat.tick() => {}
                _ = live.wait_for(|live| live.processes.is_none()) => return None,
            }
        }
        let guardian = self.cell.live().processes?.guardian;
        let sampler = Arc::clone(&self.sampler);
        // Hundreds of small reads: not on a thread that others wait for.
        let table = tokio::task::spawn_blocking(move || sampler.table()).await.ok()?;
        // The table can be a little older than the run; then nothing is known of it yet.
        let usage = table.usage_below(guardian).unwrap_or_default();
        let now = Reading { guardian, at: table.at, usage };
        let sample = sample(self.before.as_ref(), &now);
        self.before = Some(now);
        Some(sample)
    }
}

fn sample(before: Option<&Reading>, now: &Reading) -> Sample {
    let page_bytes = rustix::param::page_size() as u64;
    let ticks_per_second = rustix::param::clock_ticks_per_second();
    let known = now.usage.threads > 0;
    Sample {
        cpu_cores: before.and_then(|before| cores(before, now, ticks_per_second)),
        memory_bytes: known.then(|| now.usage.memory_pages.saturating_mul(page_bytes)),
        processes: known.then_some(now.usage.threads),
        ..Sample::empty(Timestamp::now())
    }
}

/// How many cores were busy between two readings of the same run.
fn cores(before: &Reading, now: &Reading, ticks_per_second: u64) -> Option<f64> {
    let seconds = now.at.checked_duration_since(before.at)?.as_secs_f64();
    if before.guardian != now.guardian || seconds <= 0.0 {
        return None;
    }
    // A child that nobody waits for takes its time with it: less than before means none.
    let ticks = now.usage.cpu_ticks.saturating_sub(before.usage.cpu_ticks);
    Some(ticks as f64 / ticks_per_second.max(1) as f64 / seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(guardian: u32, at: Instant, cpu_ticks: u64) -> Reading {
        Reading { guardian, at, usage: Usage { cpu_ticks, ..Usage::default() } }
    }

    #[test]
    fn cpu_is_ticks_over_time() {
        let begin = Instant::now();
        let before = reading(1, begin, 100);
        let later = begin + Duration::from_secs(2);
        assert_eq!(cores(&before, &reading(1, later, 400), 100), Some(1.5));
        assert_eq!(cores(&before, &reading(1, later, 50), 100), Some(0.0));
        assert_eq!(cores(&before, &reading(2, later, 400), 100), None);
        assert_eq!(cores(&before, &reading(1, begin, 400), 100), None);
    }
}
