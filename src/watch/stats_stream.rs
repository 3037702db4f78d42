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

/// Reads until there is no such instance or nobody listens. A failure, and the end of a run,
/// show as a gap in the data; the stream is tried again, ever more slowly.
pub(super) async fn read(
    engine: Arc<dyn Engine>,
    key: InstanceKey,
    beat: BeatReceiver,
    events: mpsc::Sender<Event>,
) {
    let mut backoff = Backoff::default();
    loop {
        match engine.stats(&key.id, beat.clone()).await {
            Ok(mut samples) => {
                while let Some(Ok(sample)) = samples.next().await {
                    backoff.reset();
                    // A screen that is behind misses a point, which leaves a gap.
                    let (key, at) = (key.clone(), Timestamp::now());
                    let _ = events.try_send(Event::Sampled { key, at, sample: Box::new(sample) });
                }
            }
            Err(EngineError::NotFound { .. } | EngineError::Unsupported { .. }) => return,
            Err(_) => {}
        }
        tokio::select! {
            () = tokio::time::sleep(backoff.next(fastrand::f64())) => {}
            () = events.closed() => return,
        }
    }
}
