//! Tasks that keep streams alive, and turn what they hear into events.
//!
//! Each engine has one task that connects, listens and reconnects
//! ([`engine::keep`]); log and stats streams run only while a visible pane
//! demands them ([`streams::Streams`]). [`Watchers`] runs all of them, for the screen
//! and for commands alike. Every task is supervised: one that ends, fails or panics
//! becomes a source that is down, and that is said.

mod backlog;
pub mod backoff;
mod batches;
pub mod engine;
mod log_stream;
mod remembered;
mod resume;
mod stats_stream;
pub mod streams;
mod tail;
mod watchers;

pub use backoff::Backoff;
pub use resume::Resume;
pub use tail::{Heard, Tail};
pub use watchers::Watchers;

use tokio::sync::mpsc;

use crate::model::Event;

/// How many facts about engines may wait. Whoever sends waits for room: none of
/// them may be lost, and the screen empties this first.
const CONTROL_BOUND: usize = 256;

/// How many batches of samples and log lines may wait. A full channel means that
/// the screen is behind: log batches are then dropped and counted, samples just dropped.
const BULK_BOUND: usize = 256;

/// Where tasks send what they hear.
#[derive(Clone, Debug)]
pub struct Outbox {
    /// Facts about engines and answers: few, never dropped.
    pub control: mpsc::Sender<Event>,
    /// Samples and log lines: many, dropped when nobody keeps up.
    pub bulk: mpsc::Sender<Event>,
}

/// Where the one owner of the store hears it.
#[derive(Debug)]
pub struct Inbox {
    /// Facts about engines and answers.
    pub control: mpsc::Receiver<Event>,
    /// Samples and log lines.
    pub bulk: mpsc::Receiver<Event>,
}

/// Makes both ends.
#[must_use]
pub fn channels() -> (Outbox, Inbox) {
    let (control_in, control) = mpsc::channel(CONTROL_BOUND);
    let (bulk_in, bulk) = mpsc::channel(BULK_BOUND);
    (Outbox { control: control_in, bulk: bulk_in }, Inbox { control, bulk })
}
