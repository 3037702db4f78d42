//! Follows the output of one instance for as long as somebody looks at it.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use tokio::{sync::mpsc, time::MissedTickBehavior};

use super::{Backoff, resume::Resume};
use crate::{
    engines::{Engine, EngineError, EngineStream, LogRequest},
    model::{Event, InstanceKey, LogLine, StreamState},
};

/// How many of the last lines are fetched when a log is opened (architecture.md, Bounds).
const FIRST_LINES: usize = 500;

/// A batch is sent when it is this old, this long or this big. Together with the
/// channel's bound this is what may wait in memory: 256 × 64 KiB.
const BATCH_AGE: Duration = Duration::from_millis(50);
const BATCH_LINES: usize = 256;
const BATCH_BYTES: usize = 64 * 1024;

/// Follows until the instance ends or nobody listens; gives back where to go on.
pub(super) async fn follow(
    engine: Arc<dyn Engine>,
    key: InstanceKey,
    events: mpsc::Sender<Event>,
    resume: &mut Resume,
) {
    let mut backoff = Backoff::default();
    let mut batch = Batch::new(key.clone(), events.clone());
    loop {
        let ended = match engine.logs(&key.id, request(resume)).await {
            Ok(lines) => {
                resume.reopened();
                backoff.reset();
                say(&events, &key, StreamState::Live).await;
                drain(lines, &mut batch, resume).await
            }
            Err(error) => Err(error),
        };
        batch.tell_dropped().await;
        match ended {
            Ok(()) => return say(&events, &key, StreamState::Ended).await,
            Err(error) => {
                say(&events, &key, StreamState::Broken { fault: error.to_fault() }).await;
            }
        }
        tokio::select! {
            () = tokio::time::sleep(backoff.next(fastrand::f64())) => {}
            () = events.closed() => return,
        }
    }
}

fn request(resume: &Resume) -> LogRequest {
    let since = resume.since();
    let tail = since.is_none().then_some(FIRST_LINES);
    LogRequest { tail, since, until: None, follow: true }
}

async fn say(events: &mpsc::Sender<Event>, key: &InstanceKey, state: StreamState) {
    // A closed channel ends the caller at its next wait.
    let _ = events.send(Event::LogStream { key: key.clone(), state }).await;
}

async fn drain(
    mut lines: EngineStream<LogLine>,
    batch: &mut Batch,
    resume: &mut Resume,
) -> Result<(), EngineError> {
    let mut tick = tokio::time::interval(BATCH_AGE);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            line = lines.next() => match line {
                Some(Ok(line)) => if resume.is_new(&line) { batch.push(line) },
                Some(Err(error)) => {
                    batch.flush();
                    return Err(error);
                }
                None => {
                    batch.flush();
                    return Ok(());
                }
            },
            _ = tick.tick(), if batch.has_news() => batch.flush(),
        }
    }
}

/// Lines on their way, and the count of those that found no room.
struct Batch {
    key: InstanceKey,
    events: mpsc::Sender<Event>,
    lines: Vec<LogLine>,
    bytes: usize,
    dropped: u64,
}

impl Batch {
    fn new(key: InstanceKey, events: mpsc::Sender<Event>) -> Self {
        Self { key, events, lines: Vec::new(), bytes: 0, dropped: 0 }
    }

    fn has_news(&self) -> bool {
        !self.lines.is_empty() || self.dropped > 0
    }

    /// Tells how many lines found no room, when no line will follow that could tell it.
    async fn tell_dropped(&mut self) {
        if self.dropped > 0 {
            let dropped = std::mem::take(&mut self.dropped);
            let event = Event::Logged { key: self.key.clone(), lines: Vec::new(), dropped };
            // A closed channel ends the caller at its next wait.
            let _ = self.events.send(event).await;
        }
    }

    fn push(&mut self, line: LogLine) {
        self.bytes += line.text.cost_bytes();
        self.lines.push(line);
        if self.lines.len() >= BATCH_LINES || self.bytes >= BATCH_BYTES {
            self.flush();
        }
    }

    /// Sends what there is. A screen that is behind loses this batch, and is told how
    /// much it lost with the next one: the reader never waits for the screen.
    fn flush(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        self.bytes = 0;
        let count = lines.len() as u64;
        let dropped = std::mem::take(&mut self.dropped);
        let event = Event::Logged { key: self.key.clone(), lines, dropped };
        if self.events.try_send(event).is_err() {
            self.dropped = dropped + count;
        }
    }
}

impl Drop for Batch {
    /// A stream that is no longer looked at leaves nothing unsent: its place in the
    /// log was noted line by line.
    fn drop(&mut self) {
        if !self.lines.is_empty() {
            self.flush();
        }
    }
}
