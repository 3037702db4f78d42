//! [`Recorder`]: writes the history beside everything else.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use tokio::sync::oneshot;

use super::{Database, HistoryError};
use crate::{
    alerts::Saved,
    model::{Notice, ProbeKey, ProbeReport, Transition, alert::Told},
    text::Clean,
};

/// What may wait to be written. More is dropped and counted: what is not written now is
/// written with the next state, and a probe's answer more or less changes little.
const WAITING: usize = 256;

/// What comes within this time is written at once.
const BATCH: Duration = Duration::from_millis(500);

/// How often what is too old is forgotten.
const TIDY: Duration = Duration::from_hours(1);

/// How long the thread is waited for at the end.
const LAST_WRITES: Duration = Duration::from_secs(2);

/// What is wrong with the history, if anything is.
#[derive(Clone, Debug, Default)]
pub struct Trouble(Arc<Mutex<Option<Clean>>>);

impl Trouble {
    /// What is wrong now, in words.
    #[must_use]
    pub fn words(&self) -> Option<Clean> {
        self.0.lock().ok()?.clone()
    }

    fn say(&self, trouble: Option<&HistoryError>) {
        if let Ok(mut words) = self.0.lock() {
            *words = trouble.map(|error| Clean::new(&error.to_string()));
        }
    }
}

enum Order {
    Saved(Vec<Saved>),
    Moved(Vec<Transition>),
    Probed(ProbeKey, Box<ProbeReport>),
    Claim(Box<Notice>, oneshot::Sender<bool>),
    End,
}

/// Writes the history in a thread of its own; letting go of it writes what waits.
#[derive(Debug)]
pub struct Recorder {
    orders: SyncSender<Order>,
    ended: Option<Receiver<()>>,
    trouble: Trouble,
    dropped: u64,
}

impl Recorder {
    /// Opens the history in this file, and gives what is known of alerts. One that cannot be
    /// opened is said by [`Recorder::trouble`], and nothing is kept.
    #[must_use]
    pub fn open(file: PathBuf) -> (Self, oneshot::Receiver<Vec<Saved>>) {
        let (orders, waiting) = sync_channel(WAITING);
        let (known, restored) = oneshot::channel();
        let (end, ended) = sync_channel(0);
        let trouble = Trouble::default();
        let said = trouble.clone();
        let work = move || {
            // Held until the thread ends.
            let _end: SyncSender<()> = end;
            match Database::open(&file).and_then(|database| Ok((database.alerts()?, database))) {
                Ok((alerts, database)) => {
                    let _ = known.send(alerts);
                    Writer { database, trouble: said, waiting }.run();
                }
                Err(error) => said.say(Some(&error)),
            }
        };
        let started = thread::Builder::new().name("history".into()).spawn(work);
        if let Err(source) = started {
            trouble.say(Some(&HistoryError::File { file: PathBuf::new(), source }));
        }
        (Self { orders, ended: Some(ended), trouble, dropped: 0 }, restored)
    }

    /// What is wrong with the history, now or later.
    #[must_use]
    pub fn trouble(&self) -> Trouble {
        self.trouble.clone()
    }

    /// How much was not written because there was too much of it.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Keeps what is known of alerts.
    pub fn keep(&mut self, saved: Vec<Saved>) {
        if !saved.is_empty() {
            self.order(Order::Saved(saved));
        }
    }

    /// Keeps what moved.
    pub fn note(&mut self, moved: Vec<Transition>) {
        if !moved.is_empty() {
            self.order(Order::Moved(moved));
        }
    }

    /// Keeps what a probe answered.
    pub fn probed(&mut self, key: &ProbeKey, report: &ProbeReport) {
        self.order(Order::Probed(key.clone(), Box::new(report.clone())));
    }

    /// Whether a notice is ours to tell: nobody has told it yet, and nobody else will.
    /// Without a history it is: better told twice than never.
    pub async fn claim(&mut self, notice: &Notice) -> bool {
        let (answer, claimed) = oneshot::channel();
        self.order(Order::Claim(Box::new(notice.clone()), answer));
        claimed.await.unwrap_or(true)
    }

    fn order(&mut self, order: Order) {
        match self.orders.try_send(order) {
            Err(TrySendError::Full(_)) => self.dropped += 1,
            // The history could not be opened, which was said.
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if self.orders.try_send(Order::End).is_ok()
            && let Some(ended) = self.ended.take()
        {
            // A broken disk may never answer.
            let _ = ended.recv_timeout(LAST_WRITES);
        }
    }
}

#[derive(Default)]
struct Batch {
    saved: Vec<Saved>,
    moved: Vec<Transition>,
    probed: Vec<(ProbeKey, ProbeReport)>,
}

struct Writer {
    database: Database,
    trouble: Trouble,
    waiting: Receiver<Order>,
}

impl Writer {
    fn run(mut self) {
        let mut tidied: Option<Instant> = None;
        while let Ok(first) = self.waiting.recv() {
            let mut batch = Batch::default();
            let goes_on = self.collect(first, &mut batch);
            self.write(&batch);
            if tidied.is_none_or(|at| at.elapsed() >= TIDY) {
                tidied = Some(Instant::now());
                let result = self.database.forget(Timestamp::now());
                self.judge(&result);
            }
            if !goes_on {
                return;
            }
        }
    }

    /// Takes in what comes within the time of a batch; whether there is more to come.
    fn collect(&mut self, first: Order, batch: &mut Batch) -> bool {
        let until = Instant::now() + BATCH;
        let mut next = Some(first);
        loop {
            match next {
                Some(Order::End) => return false,
                Some(Order::Claim(notice, answer)) => {
                    // The state that is told is written first.
                    self.write(batch);
                    *batch = Batch::default();
                    let _ = answer.send(self.claim(&notice));
                }
                Some(Order::Saved(saved)) => batch.saved.extend(saved),
                Some(Order::Moved(moved)) => batch.moved.extend(moved),
                Some(Order::Probed(key, report)) => batch.probed.push((key, *report)),
                None => {}
            }
            let left = until.saturating_duration_since(Instant::now());
            next = match self.waiting.recv_timeout(left) {
                Ok(order) => Some(order),
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            };
        }
    }

    fn write(&mut self, batch: &Batch) {
        if batch.saved.is_empty() && batch.moved.is_empty() && batch.probed.is_empty() {
            return;
        }
        let result = self.database.write(&batch.saved, &batch.moved, &batch.probed);
        self.judge(&result);
    }

    fn claim(&mut self, notice: &Notice) -> bool {
        let told = Told { what: notice.what, at: notice.at };
        let claimed = self.database.claim(&notice.rule.id, told);
        let is_ours = *claimed.as_ref().unwrap_or(&true);
        self.judge(&claimed.map(drop));
        is_ours
    }

    /// A disk that was full may have room again.
    fn judge(&self, result: &Result<(), HistoryError>) {
        self.trouble.say(result.as_ref().err());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        alerts::Rule,
        model::{
            AlertSeverity,
            alert::{Evidence, Telling},
        },
    };

    fn notice() -> Notice {
        let rule = Rule::of_probe("api/health", None).alert;
        Notice {
            rule,
            what: Telling::Firing(AlertSeverity::Critical),
            severity: AlertSeverity::Critical,
            since: Timestamp::UNIX_EPOCH,
            at: Timestamp::UNIX_EPOCH,
            evidence: Evidence::default(),
        }
    }

    #[tokio::test]
    async fn of_two_midwatches_one_tells() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("shop/history.db");
        let (mut one, known) = Recorder::open(file.clone());
        assert_eq!(known.await.unwrap(), []);
        let (mut other, _) = Recorder::open(file);
        let told = (one.claim(&notice()).await, other.claim(&notice()).await);
        assert!(told.0 && !told.1);
        let resolved = Notice { what: Telling::Resolved, ..notice() };
        assert!(other.claim(&resolved).await && !one.claim(&resolved).await);
        assert!(one.claim(&notice()).await, "it fires once more");
        assert_eq!((one.trouble().words(), other.trouble().words()), (None, None));
    }

    #[tokio::test]
    async fn a_history_that_cannot_be_opened_is_said_and_everything_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let (mut recorder, known) = Recorder::open(file.join("history.db"));
        assert!(known.await.is_err());
        assert!(recorder.claim(&notice()).await);
        let trouble = recorder.trouble().words().unwrap();
        assert!(trouble.as_str().starts_with("cannot open the history"), "{trouble}");
    }
}
