//! Reads one instance's use of its host for as long as somebody looks at it.

use std::sync::Arc;

use futures_util::StreamExt;
use jiff::Timestamp;
use tokio::sync::mpsc;

use super::Backoff;
use crate::{
    engines::{BeatReceiver, Engine, EngineError},
    model::{Event, InstanceKey},
};

/// Reads until there is no such instance or nobody listens. A failure is told; it, and the end
/// of a run, show as a gap in the data. The stream is tried again, ever more slowly.
pub(super) async fn read(
    engine: Arc<dyn Engine>,
    key: InstanceKey,
    beat: BeatReceiver,
    events: mpsc::Sender<Event>,
) {
    let mut backoff = Backoff::default();
    let mut dropped = 0;
    loop {
        let mut failed = None;
        match engine.stats(&key.id, beat.clone()).await {
            Ok(mut samples) => {
                while let Some(sample) = samples.next().await {
                    let sample = match sample {
                        Ok(sample) => Box::new(sample),
                        Err(error) => {
                            failed = Some(error);
                            break;
                        }
                    };
                    backoff.reset();
                    let (key, at) = (key.clone(), Timestamp::now());
                    let reading = Event::Sampled { key, at, sample, dropped };
                    // A screen that is behind misses a point, which leaves a gap; the next
                    // one tells of that.
                    dropped = if events.try_send(reading).is_ok() { 0 } else { dropped + 1 };
                }
            }
            Err(error) => failed = Some(error),
        }
        if let Some(error) = failed {
            // An instance that is gone has no numbers: nobody asks why.
            if matches!(error, EngineError::NotFound { .. }) {
                return;
            }
            let (key, fault) = (key.clone(), error.to_fault());
            if events.send(Event::NotSampled { key, fault }).await.is_err() {
                return;
            }
            if matches!(error, EngineError::Unsupported { .. }) {
                return;
            }
        }
        tokio::select! {
            () = tokio::time::sleep(backoff.next(fastrand::f64())) => {}
            () = events.closed() => return,
        }
    }
}
