//! Who is asked, how often, and how many at once; on tokio's paused clock.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use tokio::time::Instant;

use super::*;
use crate::text::Clean;

#[derive(Default)]
struct Count {
    busy: AtomicUsize,
    most_busy: AtomicUsize,
    asked: Mutex<Vec<Instant>>,
}

#[derive(Clone)]
struct Fake {
    count: Arc<Count>,
    name: &'static str,
}

#[async_trait]
impl Meter for Fake {
    async fn ask(&mut self, at: Timestamp) -> Vec<Event> {
        let busy = self.count.busy.fetch_add(1, Ordering::SeqCst) + 1;
        self.count.most_busy.fetch_max(busy, Ordering::SeqCst);
        self.count.asked.lock().unwrap().push(Instant::now());
        match self.name {
            "crash" => panic!("asking may crash"),
            "hang" => std::future::pending().await,
            _ => sleep(Duration::from_secs(1)).await,
        }
        self.count.busy.fetch_sub(1, Ordering::SeqCst);
        vec![Event::Measured { metric: Clean::new(self.name), at, value: Ok(Some(1.0)) }]
    }

    fn failed(&self, at: Timestamp, fault: &Fault) -> Vec<Event> {
        vec![Event::Measured { metric: Clean::new(self.name), at, value: Err(fault.clone()) }]
    }
}

/// Begins to ask; ends when the set is dropped.
fn watch(names: &[&'static str]) -> (Arc<Count>, mpsc::Receiver<Event>, JoinSet<()>) {
    let count = Arc::new(Count::default());
    let fake =
        |name: &&'static str| Box::new(Fake { count: count.clone(), name }) as Box<dyn Meter>;
    let meters = names.iter().map(fake).collect();
    let (sender, events) = mpsc::channel(64);
    let mut tasks = JoinSet::new();
    tasks.spawn(keep(meters, sender));
    (count, events, tasks)
}

async fn value(events: &mut mpsc::Receiver<Event>) -> (Clean, Result<Option<f64>, Fault>) {
    match events.recv().await {
        Some(Event::Measured { metric, value, .. }) => (metric, value),
        other => panic!("nothing was measured: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn the_second_answer_comes_soon_and_then_one_each_thirty_seconds() {
    let (count, mut events, _tasks) = watch(&["a"]);
    for _ in 0..4 {
        assert!(value(&mut events).await.1.is_ok());
    }
    let asked = count.asked.lock().unwrap();
    let waits: Vec<f64> = asked.windows(2).map(|two| (two[1] - two[0]).as_secs_f64()).collect();
    // Each includes the second that an answer takes.
    assert!((10.0..12.1).contains(&waits[0]), "{waits:?}");
    assert!(waits[1..].iter().all(|wait| (28.0..34.1).contains(wait)), "{waits:?}");
}

#[tokio::test(start_paused = true)]
async fn no_more_than_eight_are_asked_at_once_and_all_are_asked() {
    let (count, mut events, _tasks) = watch(&["a"; 20]);
    for _ in 0..20 {
        value(&mut events).await.1.unwrap();
    }
    assert_eq!(count.most_busy.load(Ordering::SeqCst), AT_ONCE);
}

#[tokio::test(start_paused = true)]
async fn a_crash_and_a_hang_hurt_nobody_else_and_are_told() {
    let (_count, mut events, _tasks) = watch(&["crash", "hang", "a"]);
    let mut told = Vec::new();
    for _ in 0..8 {
        let (name, value) = value(&mut events).await;
        told.push((name.as_str().to_owned(), value.map_err(|fault| fault.kind)));
    }
    let count =
        |name: &str, value| told.iter().filter(|it| **it == (name.to_owned(), value)).count();
    assert!(count("crash", Err(FaultKind::Other)) > 1, "it is asked again: {told:?}");
    assert!(count("hang", Err(FaultKind::Timeout)) > 0, "{told:?}");
    assert!(count("a", Ok(Some(1.0))) > 1, "{told:?}");
}
