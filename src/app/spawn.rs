//! Turns effects into tasks. Whatever waits runs here and answers with an event.

use std::{
    collections::HashMap,
    error::Error,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use tokio::{io::AsyncWriteExt, sync::mpsc, time::timeout};

use super::{Export, Job, Request, ScanId, run::Answer};
use crate::{
    engines::{Engine, EngineError, Shell, ShellSize},
    logs::Redactor,
    model::{EngineFact, EngineId, Event, Fault, FaultKind, InstanceKey},
    store::logs::Scan,
    ui::panes::logs::Purpose,
};

/// What a terminal sends for Ctrl-D.
const END_OF_INPUT: &[u8] = b"\x04";

/// How long a shell that nobody wants has to end.
const GOODBYE: Duration = Duration::from_secs(5);

/// Starts tasks for effects.
pub(super) struct Spawner {
    engines: HashMap<EngineId, Arc<dyn Engine>>,
    events: mpsc::Sender<Event>,
    answers: mpsc::Sender<Answer>,
    /// The newest scan of each purpose that is wanted: all others are of no interest.
    newest: Arc<Newest>,
}

/// The serials of the newest scans; 0 where none is wanted.
#[derive(Debug, Default)]
struct Newest {
    filter: AtomicU64,
    search: AtomicU64,
    fold: AtomicU64,
}

impl Newest {
    fn of(&self, purpose: Purpose) -> &AtomicU64 {
        match purpose {
            Purpose::Filter => &self.filter,
            Purpose::Search => &self.search,
            Purpose::Fold => &self.fold,
        }
    }
}

impl Spawner {
    pub(super) fn new(
        engines: &[Arc<dyn Engine>],
        events: mpsc::Sender<Event>,
        answers: mpsc::Sender<Answer>,
    ) -> Self {
        let engines = engines.iter().map(|engine| (engine.id().clone(), engine.clone())).collect();
        Self { engines, events, answers, newest: Arc::default() }
    }

    /// Looks through logs in a thread of its own, until a newer question comes or nobody
    /// wants to know any more.
    pub(super) fn scan(&self, id: ScanId, Job(scan): Job<Scan>) {
        let (answers, newest) = (self.answers.clone(), Arc::clone(&self.newest));
        self.want_scan(id.purpose, Some(id.serial));
        tokio::spawn(async move {
            let told = answers.clone();
            let walk = tokio::task::spawn_blocking(move || {
                // A closed channel and another question both mean that nobody listens.
                scan.run(|found| {
                    newest.of(id.purpose).load(Ordering::Relaxed) == id.serial
                        && told.blocking_send(Answer::Found(id, found)).is_ok()
                });
            });
            // One that crashed has ended too: nobody waits for the rest of it.
            let _ = walk.await;
            let _ = answers.send(Answer::Scanned(id)).await;
        });
    }

    /// Ends the scans of a purpose but this one, each at its next part.
    pub(super) fn want_scan(&self, purpose: Purpose, serial: Option<u64>) {
        self.newest.of(purpose).store(serial.unwrap_or(0), Ordering::Relaxed);
    }

    /// Writes lines to a file, and says where they are.
    pub(super) fn export(&self, Job(export): Job<Export>, folder: PathBuf, redactor: Redactor) {
        let answers = self.answers.clone();
        tokio::task::spawn_blocking(move || {
            let words = match export.run(&folder, redactor) {
                Ok(exported) => exported.to_string(),
                Err(error) => format!("nothing exported: {}", chain(&error)),
            };
            // As above.
            let _ = answers.blocking_send(Answer::Notice(words));
        });
    }

    pub(super) fn inspect(&self, key: InstanceKey) {
        let Some(engine) = self.engines.get(&key.engine).cloned() else { return };
        let events = self.events.clone();
        tokio::spawn(async move {
            let id = key.id.clone();
            // In a task of its own: a panic in it must not leave the question open.
            let asked = tokio::spawn(async move { engine.inspect(&id).await });
            let result = match asked.await {
                Ok(result) => result.map_err(|error| error.to_fault()),
                Err(_) => Err(Fault::new(FaultKind::Other, "asking the engine crashed")),
            };
            // Nobody listens any more when the console has ended meanwhile.
            let _ = events.send(Event::Inspected { key, at: Timestamp::now(), result }).await;
        });
    }

    /// Asks one after the other: a service may have many instances.
    pub(super) fn describe(&self, keys: Vec<InstanceKey>) {
        let (engines, events) = (self.engines.clone(), self.events.clone());
        tokio::spawn(async move {
            for key in keys {
                let Some(engine) = engines.get(&key.engine) else { continue };
                // What cannot be described the watcher finds out by itself.
                let Ok(instance) = engine.describe(&key.id).await else { continue };
                let fact = EngineFact::Refreshed { instance: Box::new(instance) };
                let event = Event::Engine { engine: key.engine, at: Timestamp::now(), fact };
                if events.send(event).await.is_err() {
                    return;
                }
            }
        });
    }

    pub(super) fn shell(&self, key: InstanceKey, request: Request, size: ShellSize) {
        let engine = self.engines.get(&key.engine).cloned();
        let answers = self.answers.clone();
        tokio::spawn(async move {
            let shell = match engine {
                Some(engine) => open(engine, key, size).await,
                None => Err(format!("no shell: there is no engine {}", key.engine)),
            };
            // As above.
            let _ = answers.send(Answer::Shell(request, shell)).await;
        });
    }
}

async fn open(engine: Arc<dyn Engine>, key: InstanceKey, size: ShellSize) -> Result<Shell, String> {
    // In a task of its own, as above.
    let asked = tokio::spawn(async move { engine.shell(&key.id, size).await });
    match asked.await {
        Ok(shell) => shell.map_err(|error| words(&error)),
        Err(_) => Err("no shell: asking the engine crashed".into()),
    }
}

/// Ends a shell that nobody wants any more. Engines let one run on whose connection
/// goes, so it is told that its input has ended.
pub(super) fn dismiss(shell: Shell) {
    let Shell::Remote(mut shell) = shell else { return };
    let Some(mut streams) = shell.streams() else { return };
    tokio::spawn(timeout(GOODBYE, async move {
        // Nobody is left to be told that it failed.
        let _ = streams.input.write_all(END_OF_INPUT).await;
        let _ = streams.input.flush().await;
        let _ = tokio::io::copy(&mut streams.output, &mut tokio::io::sink()).await;
    }));
}

/// An error with what is behind it.
fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |error| (*error).source());
    causes.fold(error.to_string(), |words, cause| format!("{words}: {cause}"))
}

fn words(error: &EngineError) -> String {
    match error.hint() {
        Some(hint) => format!("no shell: {error}; {hint}"),
        None => format!("no shell: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        logs::Filter,
        model::{InstanceId, LogLine, Stream},
        store::logs::{ScannedLog, Wanted},
        text::Clean,
    };

    fn long_scan() -> Scan {
        let line = LogLine::new(None, Stream::Stdout, Clean::new("x"));
        let log = ScannedLog {
            key: InstanceKey::new(&EngineId::new("fake"), &InstanceId::new("a")),
            service: Clean::new("a"),
            instance: Clean::new("a"),
            lines: std::iter::repeat_n(line, 400_000).collect(),
            goes_on: false,
        };
        Scan { wanted: Wanted::Filtered(Filter::default()), logs: vec![log] }
    }

    #[tokio::test]
    async fn a_scan_that_nobody_wants_any_more_ends_at_its_next_part() {
        let (events, _) = mpsc::channel(1);
        let (answers_in, mut answers) = mpsc::channel(1);
        let spawner = Spawner::new(&[], events, answers_in);
        let scan = Job::new(long_scan());
        for (serial, is_withdrawn) in [(1, false), (2, true)] {
            spawner.scan(ScanId { purpose: Purpose::Search, serial }, scan.clone());
            let mut parts = 0;
            while let Some(Answer::Found(..)) = answers.recv().await {
                parts += 1;
                if is_withdrawn {
                    spawner.want_scan(Purpose::Search, None);
                }
            }
            // The first, one in the channel, and one that waited for room in it.
            assert_eq!(parts <= 3, is_withdrawn, "{parts} parts");
        }
    }
}
