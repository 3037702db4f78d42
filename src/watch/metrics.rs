//! Asks for the metrics of the stack and for the alerts of other servers, a bounded number
//! at once.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt;
use jiff::Timestamp;
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    metrics::Meter,
    model::{Event, Fault, FaultKind},
};

/// How many are asked at once; the others wait (threat T15).
const AT_ONCE: usize = 8;

/// How often each is asked.
const EVERY: Duration = Duration::from_secs(30);

/// How soon for the second time: a rate needs two scrapes, and whoever has just opened a
/// console should not wait for the usual interval.
const SECOND: Duration = Duration::from_secs(10);

/// Those that begin together are spread over this much time.
const SPREAD: Duration = Duration::from_millis(500);

/// By how much of itself an interval is longer or shorter.
const JITTER: f64 = 0.1;

/// How long asking may take before it is given up.
const PATIENCE: Duration = Duration::from_secs(25);

/// Asks all of them until nobody hears any more.
pub(super) async fn keep(meters: Vec<Box<dyn Meter>>, events: mpsc::Sender<Event>) {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for meter in meters {
        tasks.spawn(again_and_again(meter, room.clone(), events.clone()));
    }
    while tasks.join_next().await.is_some() {}
}

async fn again_and_again(
    mut meter: Box<dyn Meter>,
    room: Arc<Semaphore>,
    events: mpsc::Sender<Event>,
) {
    sleep(SPREAD.mul_f64(fastrand::f64())).await;
    let mut wait = SECOND;
    loop {
        let Ok(permit) = room.acquire().await else { return };
        let told = ask(&mut *meter).await;
        drop(permit);
        for event in told {
            if events.send(event).await.is_err() {
                return;
            }
        }
        sleep(wait.mul_f64(1.0 - JITTER + 2.0 * JITTER * fastrand::f64())).await;
        wait = EVERY;
    }
}

/// Asks once; a crash or a hang is a failure of this one alone.
async fn ask(meter: &mut dyn Meter) -> Vec<Event> {
    let at = Timestamp::now();
    let asked = timeout(PATIENCE, AssertUnwindSafe(meter.ask(at)).catch_unwind()).await;
    match asked {
        Ok(Ok(events)) => events,
        Ok(Err(_)) => {
            let words = "asking for it crashed: this is a bug in midwatch";
            meter.failed(at, &Fault::new(FaultKind::Other, words))
        }
        Err(_) => meter.failed(at, &Fault::new(FaultKind::Timeout, "no answer in time")),
    }
}

#[cfg(test)]
#[path = "metrics_tests.rs"]
mod tests;
