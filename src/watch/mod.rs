//! Tasks that keep streams alive, and turn what they hear into events.
//!
//! Each engine has one task that connects, listens and reconnects
//! ([`engine::keep`]), and one reads this host; log and stats streams run only while a visible pane
//! demands them ([`streams::Streams`]). Probes are asked at their intervals, and so are
//! metrics and the alerts of other servers. [`Watchers`] runs all of them, for the screen
//! and for commands alike. Every task is supervised: one that ends, fails or panics
//! becomes a source that is down, and that is said.

mod backlog;
pub mod backoff;
mod batches;
pub mod engine;
mod host;
mod log_stream;
mod metrics;
mod probes;
mod remembered;
mod resume;
mod session;
mod stats_stream;
pub mod streams;
mod tail;
mod watchers;

pub use backoff::Backoff;
pub use probes::Prober;
pub use resume::Resume;
pub use tail::{Heard, Tail};
pub use watchers::Watchers;

use tokio::sync::mpsc;

use crate::model::Event;

/// How many facts about engines may wait. Whoever sends waits for room: none of
/// them may be lost, and the screen empties this first.
const CONTROL_BOUND: usize = 256;

/// How many samples may wait. Those of hundreds of instances come at once, each second;
/// those that find no room are dropped and counted, and leave a gap.
const SAMPLES_BOUND: usize = 2048;

/// How many batches of log lines may wait. A full channel means that the screen is
/// behind: batches are then dropped and counted.
const LOGS_BOUND: usize = 256;

/// Where tasks send what they hear.
#[derive(Clone, Debug)]
pub struct Outbox {
    /// Facts about engines and answers: few, never dropped.
    pub control: mpsc::Sender<Event>,
    /// Samples: dropped and counted when nobody keeps up.
    pub samples: mpsc::Sender<Event>,
    /// Log lines: many, dropped and counted when nobody keeps up.
    pub logs: mpsc::Sender<Event>,
}

/// Where the one owner of the store hears it.
#[derive(Debug)]
pub struct Inbox {
    /// Facts about engines and answers.
    pub control: mpsc::Receiver<Event>,
    /// Samples.
    pub samples: mpsc::Receiver<Event>,
    /// Log lines.
    pub logs: mpsc::Receiver<Event>,
}

/// Makes both ends.
#[must_use]
pub fn channels() -> (Outbox, Inbox) {
    let (control_in, control) = mpsc::channel(CONTROL_BOUND);
    let (samples_in, samples) = mpsc::channel(SAMPLES_BOUND);
    let (logs_in, logs) = mpsc::channel(LOGS_BOUND);
    let outbox = Outbox { control: control_in, samples: samples_in, logs: logs_in };
    (outbox, Inbox { control, samples, logs })
}

impl Inbox {
    /// The next event of whatever comes first, facts before samples before log lines;
    /// `None` once nobody can send any more. Nothing is lost when it is dropped.
    pub async fn next(&mut self) -> Option<Event> {
        tokio::select! {
            biased;
            Some(event) = self.control.recv() => Some(event),
            Some(event) = self.samples.recv() => Some(event),
            Some(event) = self.logs.recv() => Some(event),
            else => None,
        }
    }
}
