//! Follows the lines of one instance or log source for as long as somebody looks at them.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    time::Duration,
};

use jiff::Timestamp;
use tokio::{sync::mpsc, time::MissedTickBehavior};

use super::{Heard, Tail};
use crate::{
    engines::{EngineError, LogRequest},
    model::{Event, InstanceKey, LogLine, StreamState},
    sources::What,
    text::Clean,
};

/// What is asked for when a log is opened (architecture.md, Bounds).
pub(super) const FIRST: LogRequest =
    LogRequest { tail: Some(500), since: None, until: None, follow: true };

/// What is asked for when somebody wants to read as far back as there is something: as
/// much as a ring holds of lines of the usual length.
pub(super) const DEEP: LogRequest = LogRequest { tail: Some(100_000), ..FIRST };

/// A batch is sent when it is this old, this long or this big. Together with the
/// channel's bound this is what may wait in memory: 256 × 64 KiB.
const BATCH_AGE: Duration = Duration::from_millis(50);
const BATCH_LINES: usize = 256;
const BATCH_BYTES: usize = 64 * 1024;

/// Follows until the instance ends, its output cannot be read, nobody listens, or `stop`
/// comes. Whatever was taken from the tail was sent then, or is told as dropped: whoever
/// goes on later goes on behind it. The parts of a log source have keys of their own
/// ([`InstanceKey::part`]).
pub(super) async fn follow(
    tail: &mut Tail,
    key: InstanceKey,
    events: mpsc::Sender<Event>,
    stop: impl Future<Output = ()>,
) {
    tokio::pin!(stop);
    let mut batches = Batches::new(key.clone(), events.clone());
    let mut tick = tokio::time::interval(BATCH_AGE);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut opened_at = Timestamp::now();
    loop {
        let heard = tokio::select! {
            heard = tail.next() => heard,
            _ = tick.tick(), if batches.have_news() => {
                batches.flush();
                continue;
            }
            () = &mut stop => return batches.finish().await,
            () = events.closed() => return,
        };
        match heard {
            Heard::Opened => {
                opened_at = Timestamp::now();
                say(&events, &key, StreamState::Live).await;
            }
            // What was said before can wait for the screen: nothing piles up behind it.
            Heard::Line(line) if line.at.is_some_and(|at| at < opened_at) => {
                batches.whole.push_patiently(line).await;
            }
            Heard::Line(line) => batches.whole.push(line),
            Heard::Part(part, what) => hear_part(&mut batches, part.as_ref(), what).await,
            Heard::Broken(error) if is_final(&error) => {
                batches.finish().await;
                let state = StreamState::Unreadable { fault: error.to_fault() };
                return say(&events, &key, state).await;
            }
            Heard::Broken(error) => {
                batches.finish().await;
                say(&events, &key, StreamState::Broken { fault: error.to_fault() }).await;
            }
            Heard::Ended => {
                batches.finish().await;
                return say(&events, &key, StreamState::Ended).await;
            }
        }
    }
}

async fn hear_part(batches: &mut Batches, part: Option<&Clean>, what: What) {
    let events = batches.whole.events.clone();
    match what {
        What::Line(line) => {
            let (batch, is_new) = batches.of(part);
            if is_new {
                say(&events, &batch.key, StreamState::Live).await;
            }
            batch.push(line);
        }
        What::Unreadable(error) => {
            let state = StreamState::Broken { fault: error.to_fault() };
            say(&events, &batches.leave(part).await, state).await;
        }
        What::Gone => say(&events, &batches.leave(part).await, StreamState::Ended).await,
    }
}

/// Whether another try would be answered in the same way.
fn is_final(error: &EngineError) -> bool {
    matches!(
        error,
        EngineError::NotFound { .. }
            | EngineError::Unsupported { .. }
            | EngineError::Invalid { .. }
    )
}

async fn say(events: &mpsc::Sender<Event>, key: &InstanceKey, state: StreamState) {
    // A closed channel ends the caller at its next wait.
    let _ = events.send(Event::LogStream { key: key.clone(), state }).await;
}

/// The lines of a source on their way, those of each part apart. Sources bound how many
/// parts they have.
struct Batches {
    whole: Batch,
    parts: BTreeMap<Clean, Batch>,
}

impl Batches {
    fn new(key: InstanceKey, events: mpsc::Sender<Event>) -> Self {
        Self { whole: Batch::new(key, events), parts: BTreeMap::new() }
    }

    /// The batch of a part, and whether the part speaks for the first time, or again
    /// after it could not be read.
    fn of(&mut self, part: Option<&Clean>) -> (&mut Batch, bool) {
        let Some(part) = part else { return (&mut self.whole, false) };
        match self.parts.entry(part.clone()) {
            Entry::Occupied(batch) => (batch.into_mut(), false),
            Entry::Vacant(place) => {
                let key = self.whole.key.part(part.as_str());
                (place.insert(Batch::new(key, self.whole.events.clone())), true)
            }
        }
    }

    /// Sends what there is of a part that has no more for now; gives its key.
    async fn leave(&mut self, part: Option<&Clean>) -> InstanceKey {
        let Some(part) = part else { return self.whole.key.clone() };
        if let Some(mut batch) = self.parts.remove(part) {
            batch.finish().await;
        }
        self.whole.key.part(part.as_str())
    }

    fn have_news(&self) -> bool {
        self.whole.has_news() || self.parts.values().any(Batch::has_news)
    }

    fn flush(&mut self) {
        self.whole.flush();
        self.parts.values_mut().for_each(Batch::flush);
    }

    async fn finish(&mut self) {
        self.whole.finish().await;
        for batch in self.parts.values_mut() {
            batch.finish().await;
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
    /// Whether the last line can wait for room.
    is_patient: bool,
}

impl Batch {
    fn new(key: InstanceKey, events: mpsc::Sender<Event>) -> Self {
        Self { key, events, lines: Vec::new(), bytes: 0, dropped: 0, is_patient: false }
    }

    fn has_news(&self) -> bool {
        !self.lines.is_empty() || self.dropped > 0
    }

    /// Sends what there is, and waits for room if it must: no line follows with which it
    /// could be sent.
    async fn finish(&mut self) {
        if self.has_news() {
            let events = self.events.clone();
            // A closed channel ends the caller at its next wait.
            let Ok(room) = events.reserve().await else { return };
            room.send(self.take());
        }
    }

    fn push(&mut self, line: LogLine) {
        self.hold(line);
        self.is_patient = false;
        if self.is_full() {
            self.flush();
        }
    }

    /// Waits for room where there is none.
    async fn push_patiently(&mut self, line: LogLine) {
        self.hold(line);
        self.is_patient = true;
        if self.is_full() {
            self.finish().await;
        }
    }

    fn hold(&mut self, line: LogLine) {
        self.bytes += line.text.cost_bytes();
        self.lines.push(line);
    }

    fn is_full(&self) -> bool {
        self.lines.len() >= BATCH_LINES || self.bytes >= BATCH_BYTES
    }

    /// Takes out what there is.
    fn take(&mut self) -> Event {
        let (key, at) = (self.key.clone(), Timestamp::now());
        self.bytes = 0;
        let (lines, dropped) = (std::mem::take(&mut self.lines), std::mem::take(&mut self.dropped));
        Event::Logged { key, at, lines, dropped }
    }

    /// Sends what there is. A screen that is behind loses this batch, and is told how
    /// much it lost with the next one: the reader never waits for the screen, unless its
    /// lines can wait.
    fn flush(&mut self) {
        if !self.has_news() {
            return;
        }
        let events = self.events.clone();
        match events.try_reserve() {
            Ok(room) => room.send(self.take()),
            Err(_) if self.is_patient => {}
            Err(_) => {
                self.dropped += self.lines.len() as u64;
                self.lines.clear();
                self.bytes = 0;
            }
        }
    }
}
