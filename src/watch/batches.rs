//! [`Batches`]: lines of a log on their way to the screen.

use std::collections::{BTreeMap, btree_map::Entry};

use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::{
    model::{Event, InstanceKey, LogLine},
    text::Clean,
};

/// A batch is sent when it is this long or this big. Together with the channel's bound
/// this is what may wait in memory: 256 × 64 KiB.
const BATCH_LINES: usize = 256;
const BATCH_BYTES: usize = 64 * 1024;

/// How many lines of one log may have been said before its stream was opened, and can
/// wait for the screen: as many as are asked for at most, and about as many as a ring
/// holds.
///
/// No clock tells them from those that are said now, for an engine's clock is not ours.
/// Lines of now that are taken for old ones do no harm: so many are with the screen
/// within a second or two, and only then is it seen that it cannot follow.
pub(super) const BACKLOG: usize = 100_000;

/// The lines of a source on their way, those of each part apart. Sources bound how many
/// parts they have.
pub(super) struct Batches {
    pub(super) whole: Batch,
    parts: BTreeMap<Clean, Batch>,
}

impl Batches {
    pub(super) fn new(key: InstanceKey, events: mpsc::Sender<Event>) -> Self {
        Self { whole: Batch::new(key, events), parts: BTreeMap::new() }
    }

    /// The batch of a part, and whether the part speaks for the first time, or again
    /// after it could not be read.
    pub(super) fn of(&mut self, part: Option<&Clean>) -> (&mut Batch, bool) {
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
    pub(super) async fn leave(&mut self, part: Option<&Clean>) -> InstanceKey {
        let Some(part) = part else { return self.whole.key.clone() };
        if let Some(mut batch) = self.parts.remove(part) {
            batch.finish().await;
        }
        self.whole.key.part(part.as_str())
    }

    pub(super) fn have_news(&self) -> bool {
        self.whole.has_news() || self.parts.values().any(Batch::has_news)
    }

    /// Whether a backlog has begun that may go on.
    pub(super) fn have_begun(&self) -> bool {
        self.whole.has_begun() || self.parts.values().any(Batch::has_begun)
    }

    /// A stream was opened: what it says first was said before.
    pub(super) fn expect_backlog(&mut self) {
        self.all().for_each(|batch| batch.backlog = BACKLOG);
    }

    /// All that was said before has come.
    pub(super) fn have_caught_up(&mut self) {
        self.all().for_each(|batch| batch.backlog = 0);
    }

    pub(super) fn flush(&mut self) {
        self.all().for_each(Batch::flush);
    }

    fn all(&mut self) -> impl Iterator<Item = &mut Batch> {
        std::iter::once(&mut self.whole).chain(self.parts.values_mut())
    }

    pub(super) async fn finish(&mut self) {
        for batch in self.all() {
            batch.finish().await;
        }
    }
}

/// Lines of one log on their way, and the count of those that found no room.
pub(super) struct Batch {
    pub(super) key: InstanceKey,
    pub(super) events: mpsc::Sender<Event>,
    lines: Vec<LogLine>,
    bytes: usize,
    dropped: u64,
    /// How many of the lines to come may have been said before.
    backlog: usize,
    /// Whether the last line was one of those.
    is_patient: bool,
}

impl Batch {
    fn new(key: InstanceKey, events: mpsc::Sender<Event>) -> Self {
        let (lines, bytes, dropped) = (Vec::new(), 0, 0);
        Self { key, events, lines, bytes, dropped, backlog: BACKLOG, is_patient: false }
    }

    fn has_news(&self) -> bool {
        !self.lines.is_empty() || self.dropped > 0
    }

    fn has_begun(&self) -> bool {
        (1..BACKLOG).contains(&self.backlog)
    }

    /// Takes a line in. One that was said before can wait for room; one that is said now
    /// cannot: what comes behind it would pile up where nobody bounds it.
    pub(super) async fn push(&mut self, line: LogLine) {
        let is_patient = self.backlog > 0;
        if self.is_patient && !is_patient {
            // Those that can wait are not to be lost with those that cannot.
            self.finish().await;
        }
        self.backlog = self.backlog.saturating_sub(1);
        self.is_patient = is_patient;
        self.hold(line);
        match (self.is_full(), is_patient) {
            (false, _) => {}
            (true, true) => self.finish().await,
            (true, false) => self.flush(),
        }
    }

    /// Sends what there is, and waits for room if it must.
    async fn finish(&mut self) {
        if self.has_news() {
            let events = self.events.clone();
            // A closed channel ends the caller at its next wait.
            let Ok(room) = events.reserve().await else { return };
            room.send(self.take());
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
