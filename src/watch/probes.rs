//! Asks the probes of the stack, each in its own time, a bounded number at once.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::{
    sync::{Semaphore, mpsc, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    kernel::{Root, Routes},
    model::{
        Demand, Event, ProbeAnswer, ProbeFault, ProbeFaultKind, ProbeKey, ProbeOrder, ProbeReport,
        ProbeSpec, ProbeTarget, Way,
    },
    text::Clean,
};

/// How many probes are asked at once; the others wait (threat T15).
const AT_ONCE: usize = 16;

/// How often a probe is asked until it has said whether all is well: whoever has just
/// opened a console should not wait for three times the usual interval.
const UNTIL_KNOWN: Duration = Duration::from_secs(1);

/// Probes that begin together are spread over this much time.
const SPREAD: Duration = Duration::from_millis(500);

/// By how much of itself an interval is longer or shorter, so that probes do not fall into
/// step.
const JITTER: f64 = 0.1;

/// How much longer than its own time limit a probe may take before it is given up.
const OVERTIME: Duration = Duration::from_secs(2);

/// Asks what a probe is about.
#[async_trait]
pub trait Prober: Send + Sync {
    /// Asks once. Ends within about the time limit.
    async fn ask(&self, target: &ProbeTarget, limit: Duration) -> Result<ProbeAnswer, ProbeFault>;
}

/// What every probe's task shares.
#[derive(Clone)]
struct Shared {
    prober: Arc<dyn Prober>,
    root: Root,
    at_once: Arc<Semaphore>,
    events: mpsc::Sender<Event>,
}

/// Asks what is demanded until nobody can demand any more.
pub(super) async fn keep(
    prober: Arc<dyn Prober>,
    root: Root,
    mut demand: watch::Receiver<Demand>,
    events: mpsc::Sender<Event>,
) {
    let at_once = Arc::new(Semaphore::new(AT_ONCE));
    let shared = Shared { prober, root, at_once, events };
    let mut asked: BTreeMap<ProbeKey, Asked> = BTreeMap::new();
    while demand.changed().await.is_ok() {
        let wanted = demand.borrow_and_update().probes.clone();
        asked.retain(|key, asked| wanted.get(key) == Some(&asked.order));
        for (key, order) in wanted.iter() {
            let begin = || Asked::begin(&shared, key.clone(), order.clone());
            asked.entry(key.clone()).or_insert_with(begin);
        }
    }
}

/// A probe that is asked again and again, until this is dropped.
struct Asked {
    order: ProbeOrder,
    _task: JoinSet<()>,
}

impl Asked {
    fn begin(shared: &Shared, key: ProbeKey, order: ProbeOrder) -> Self {
        let mut task = JoinSet::new();
        task.spawn(again_and_again(shared.clone(), key, order.clone()));
        Self { order, _task: task }
    }
}

async fn again_and_again(shared: Shared, key: ProbeKey, order: ProbeOrder) {
    let (over, target) = match order.way {
        Way::Ask(target) => (None, target),
        Way::Over(address, target) => (Some(address), target),
        // There is nothing to ask.
        Way::Engine | Way::None(_) => return,
    };
    sleep(SPREAD.mul_f64(fastrand::f64())).await;
    let mut pace = Pace::new(&order.spec);
    loop {
        let Ok(permit) = shared.at_once.acquire().await else { return };
        let at = Timestamp::now();
        let begin = Instant::now();
        let is_ours = over.is_none_or(|address| Routes::read(&shared.root).has(address));
        let answer = if is_ours {
            ask(&shared.prober, &target, order.spec.timeout).await
        } else {
            Err(not_on_its_network(&target))
        };
        drop(permit);
        let report = Box::new(ProbeReport { at, took: begin.elapsed(), answer });
        let wait = pace.next(report.answer.is_ok(), fastrand::f64());
        if shared.events.send(Event::Probed { key: key.clone(), report }).await.is_err() {
            return;
        }
        sleep(wait).await;
    }
}

/// Asks in a task of its own, so that a crash is a failure of this probe alone.
async fn ask(
    prober: &Arc<dyn Prober>,
    target: &ProbeTarget,
    limit: Duration,
) -> Result<ProbeAnswer, ProbeFault> {
    let (prober, target) = (prober.clone(), target.clone());
    let mut task = JoinSet::new();
    task.spawn(async move { prober.ask(&target, limit).await });
    match timeout(limit + OVERTIME, task.join_next()).await {
        Ok(Some(Ok(answer))) => answer,
        Ok(_) => {
            Err(fault(ProbeFaultKind::Invalid, "the probe crashed: this is a bug in midwatch"))
        }
        Err(_) => Err(fault(ProbeFaultKind::Timeout, "no answer in time")),
    }
}

/// Nobody's failure: an engine that keeps its networks to itself (rootless, or in a virtual
/// machine) publishes what others are to reach.
fn not_on_its_network(target: &ProbeTarget) -> ProbeFault {
    let words =
        format!("not asked: no port is published, and this host is not on the network of {target}");
    fault(ProbeFaultKind::Invalid, &words)
}

fn fault(kind: ProbeFaultKind, words: &str) -> ProbeFault {
    ProbeFault { kind, words: Clean::new(words), output: Vec::new() }
}

/// How long to wait between two questions.
#[derive(Debug)]
struct Pace {
    every: Duration,
    /// How many more failures make it known that something is wrong; 0: all is known.
    unknown: u32,
}

impl Pace {
    fn new(spec: &ProbeSpec) -> Self {
        Self { every: spec.every, unknown: spec.fail_after.max(1) }
    }

    /// How long to wait after an answer; `chance` is 0–1.
    fn next(&mut self, passed: bool, chance: f64) -> Duration {
        self.unknown = if passed { 0 } else { self.unknown.saturating_sub(1) };
        let every = if self.unknown > 0 { self.every.min(UNTIL_KNOWN) } else { self.every };
        every.mul_f64(1.0 - JITTER + 2.0 * JITTER * chance)
    }
}

#[cfg(test)]
#[path = "probes_tests.rs"]
mod tests;
