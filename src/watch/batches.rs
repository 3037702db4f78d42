//! [`Batches`]: lines of a log on their way to the screen.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    time::Duration,
};

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::backlog::{self, Backlog};
use crate::{
    model::{Event, InstanceKey, LogLine, StreamState},
    text::Clean,
};

/// A batch is sent when it is this long or this big. Together with the channel's bound
/// this is what may wait in memory: 256 × 64 KiB.
const BATCH_LINES: usize = 256;
const BATCH_BYTES: usize = 64 * 1024;

/// The lines of a source on their way, those of each part apart. Sources bound how many
/// parts they have.
pub(super) struct Batches {
    whole: Batch,
    parts: BTreeMap<Clean, Batch>,
    /// How many lines of a part may have been said before the stream was opened.
    most: usize,
}

impl Batches {
    pub(super) fn new(key: InstanceKey, events: mpsc::Sender<Event>) -> Self {
        Self { whole: Batch::new(key, events), parts: BTreeMap::new(), most: backlog::MOST }
    }

    /// Takes in a line of a part, or of the whole.
    pub(super) async fn push(&mut self, part: Option<&Clean>, line: LogLine, now: Duration) {
        let Some(part) = part else {
            self.whole.push(line, now).await;
            return self.catch_up_whole(now).await;
        };
        let batch = self.part(part, now).await;
        batch.push(line, now).await;
        batch.catch_up(now).await;
    }

    /// The batch of a part. One that speaks for the first time, or again after it could
    /// not be read, is open from now on.
    async fn part(&mut self, part: &Clean, now: Duration) -> &mut Batch {
        match self.parts.entry(part.clone()) {
            Entry::Occupied(batch) => batch.into_mut(),
            Entry::Vacant(place) => {
                let key = self.whole.key.part(part.as_str());
                let batch = place.insert(Batch::new(key, self.whole.events.clone()));
                batch.open(self.most, now).await;
                batch
            }
        }
    }

    /// Sends what there is of a part that has no more for now, and tells what became of it.
    pub(super) async fn leave(&mut self, part: Option<&Clean>, state: StreamState) {
        let Some(part) = part else {
            self.whole.close().await;
            return self.whole.say(state).await;
        };
        let key = self.whole.key.part(part.as_str());
        let left = self.parts.remove(part);
        let mut batch = left.unwrap_or_else(|| Batch::new(key, self.whole.events.clone()));
        batch.finish().await;
        batch.say(state).await;
    }

    /// Tells what became of the whole.
    pub(super) async fn say(&self, state: StreamState) {
        self.whole.say(state).await;
    }

    pub(super) fn have_news(&self) -> bool {
        self.whole.has_news() || self.parts.values().any(Batch::has_news)
    }

    /// Whether a backlog may still come whose end is to be told.
    pub(super) fn are_behind(&self) -> bool {
        self.whole.is_behind() || self.parts.values().any(Batch::is_behind)
    }

    /// A stream was opened: what it says first was said before, as many lines as were
    /// `asked` for where that is known.
    pub(super) async fn open(&mut self, asked: Option<usize>, now: Duration) {
        self.most = asked.unwrap_or(backlog::MOST);
        let most = self.most;
        for batch in self.all() {
            batch.open(most, now).await;
        }
    }

    /// Tells of each log whose backlog has come; of the whole only behind its parts.
    pub(super) async fn catch_up(&mut self, now: Duration) {
        for part in self.parts.values_mut() {
            part.catch_up(now).await;
        }
        self.catch_up_whole(now).await;
    }

    async fn catch_up_whole(&mut self, now: Duration) {
        if !self.parts.values().any(Batch::is_behind) {
            self.whole.catch_up(now).await;
        }
    }

    pub(super) fn flush(&mut self) {
        self.all().for_each(Batch::flush);
    }

    fn all(&mut self) -> impl Iterator<Item = &mut Batch> {
        std::iter::once(&mut self.whole).chain(self.parts.values_mut())
    }

    /// The stream is closed: sends what there is, and expects nothing.
    pub(super) async fn close(&mut self) {
        for batch in self.all() {
            batch.close().await;
        }
    }
}

/// Lines of one log on their way, and the count of those that found no room.
struct Batch {
    key: InstanceKey,
    events: mpsc::Sender<Event>,
    lines: Vec<LogLine>,
    bytes: usize,
    dropped: u64,
    /// What was said before and may still come: its lines can wait for room.
    ///
    /// Lines of now that are taken for old ones do no harm: they are with the screen
    /// within seconds, and only then is it seen that it cannot follow.
    backlog: Option<Backlog>,
    /// Whether [`StreamState::Current`] was told since the stream was opened.
    is_current: bool,
}

impl Batch {
    fn new(key: InstanceKey, events: mpsc::Sender<Event>) -> Self {
        let (lines, bytes, dropped) = (Vec::new(), 0, 0);
        Self { key, events, lines, bytes, dropped, backlog: None, is_current: false }
    }

    fn has_news(&self) -> bool {
        !self.lines.is_empty() || self.dropped > 0
    }

    /// Whether a backlog may still come whose end is to be told, or to be waited for.
    fn is_behind(&self) -> bool {
        self.backlog.as_ref().is_some_and(|backlog| !self.is_current || backlog.has_begun())
    }

    async fn open(&mut self, most: usize, now: Duration) {
        self.backlog = Some(Backlog::new(most, now));
        self.is_current = false;
        self.say(StreamState::Live).await;
    }

    /// Takes a line in. One that was said before can wait for room; one that is said now
    /// cannot: what comes behind it would pile up where nobody bounds it.
    async fn push(&mut self, line: LogLine, now: Duration) {
        if let Some(backlog) = &mut self.backlog {
            backlog.hear(line.at, now);
        }
        self.hold(line);
        match (self.is_full(), self.is_patient()) {
            (false, _) => {}
            (true, true) => self.finish().await,
            (true, false) => self.flush(),
        }
    }

    /// Tells when the backlog has come, behind its last line.
    async fn catch_up(&mut self, now: Duration) {
        let Some(backlog) = self.backlog.take_if(|backlog| backlog.has_come(now)) else { return };
        // Those that can wait are not to be lost with those that cannot.
        self.finish().await;
        if !backlog.has_begun() {
            // An engine that was slow to begin loses nothing either.
            self.backlog = Some(backlog);
        }
        if !self.is_current {
            self.is_current = true;
            self.say(StreamState::Current).await;
        }
    }

    fn is_patient(&self) -> bool {
        self.backlog.is_some()
    }

    /// Tells what became of the log. A closed channel ends the caller at its next wait.
    async fn say(&self, state: StreamState) {
        let _ = self.events.send(Event::LogStream { key: self.key.clone(), state }).await;
    }

    async fn close(&mut self) {
        self.finish().await;
        self.backlog = None;
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
            Err(_) if self.is_patient() => {}
            Err(_) => {
                self.dropped += self.lines.len() as u64;
                self.lines.clear();
                self.bytes = 0;
            }
        }
    }
}
