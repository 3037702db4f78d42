//! Keeps an engine watched: one session after the other, and a wait in between.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use jiff::Timestamp;
use tokio::{
    sync::{Notify, mpsc},
    time::Instant,
};
use tokio_util::task::AbortOnDropHandle;

use super::{
    Backoff,
    session::{Gone, RECONCILE, Voice, session},
};
use crate::{
    engines::Engine,
    model::{EngineFact, Event, Fault, FaultKind},
};

/// Watches an engine until nobody listens any more. `retry` cuts a wait short.
pub async fn keep(engine: Arc<dyn Engine>, events: mpsc::Sender<Event>, retry: Arc<Notify>) {
    let mut backoff = Backoff::default();
    let mut attempt: u32 = 0;
    let voice = Voice { engine: engine.clone(), events };
    loop {
        if voice.say(EngineFact::Connecting).await.is_err() {
            return;
        }
        let began = Instant::now();
        let listed = Arc::new(AtomicBool::new(false));
        let fault = match supervised(engine.clone(), voice.clone(), listed.clone()).await {
            Ok(Gone) => return,
            Err(fault) => fault,
        };
        // It was there, however briefly: what comes now are tries to find it again. The
        // waits start again only after a session that lasted, since one that breaks at
        // once costs the engine a whole list.
        if listed.load(Ordering::Relaxed) {
            attempt = 0;
        }
        if began.elapsed() > RECONCILE {
            backoff.reset();
        }
        attempt = attempt.saturating_add(1);
        let wait = backoff.next(fastrand::f64());
        let retry_at = Timestamp::now() + wait;
        let lost = EngineFact::Lost { fault, attempt, retry_at };
        if voice.say(lost).await.is_err() {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = retry.notified() => {}
            () = voice.events.closed() => return,
        }
    }
}

/// Runs one session in a task of its own, so that a panic in it is a fault like any other.
/// `listed` is set once the engine has told what it runs.
async fn supervised(
    engine: Arc<dyn Engine>,
    voice: Voice,
    listed: Arc<AtomicBool>,
) -> Result<Gone, Fault> {
    let listener = voice.events.clone();
    let session = async move { session(engine, &voice, &listed).await };
    // Ends with the watcher, however that ends.
    let task = AbortOnDropHandle::new(tokio::spawn(session));
    let ended = tokio::select! {
        ended = task => ended,
        () = listener.closed() => return Ok(Gone),
    };
    match ended {
        Ok(Ok(gone)) => Ok(gone),
        Ok(Err(error)) => Err(error.to_fault()),
        Err(_) => Err(Fault::new(FaultKind::Other, "the watcher of this engine crashed")),
    }
}
