//! [`FileSource`]: all files that match a pattern, followed as they grow and rotate.
//!
//! Files are looked at four times a second instead of asking the kernel to be told
//! (inotify): the kernel tells nothing of what another host writes over NFS, and little
//! through the overlays and mounts of containers; its watches are few and shared; and
//! it tells that something changed, not what, so that all of this would be needed all
//! the same. A look at a file that did not change is one system call.

mod find;
mod generation;
mod history;
mod open;
mod part;
mod rotated;
mod rotation;
mod seek;
mod window;

#[cfg(test)]
mod rotation_tests;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};
use tokio::{task::spawn_blocking, time::sleep};

use find::{find, is_pattern};
use history::histories;
use open::{Identity, refusal};
use part::{Part, Step, name_of};

use super::{History, LogSource, Said, Teller, What, failure};
use crate::{
    engines::{EngineError, EngineStream, LogRequest},
    model::{FaultKind, LogOrigin, LogSourceSpec},
    text::Clean,
};

/// How often files are looked at.
const LOOK: Duration = Duration::from_millis(250);

/// How often the pattern is looked up anew.
const FIND: Duration = Duration::from_secs(1);

/// How much is read of a file before the others have their turn, in bytes.
const BLOCK: usize = 64 * 1024;

/// Reading stops when so many lines wait to be taken; one block may add its own.
const MOST_WAITING: usize = 1024;

/// Files by a pattern.
#[derive(Debug)]
pub struct FileSource {
    spec: LogSourceSpec,
    /// Replaced by a new one when it is rewound: a look at a slow file may still be under
    /// way in the old one.
    reading: Mutex<Arc<Mutex<Reading>>>,
}

impl FileSource {
    /// Prepares to read the files of a log. Nothing is opened yet.
    #[must_use]
    pub fn new(spec: LogSourceSpec) -> Self {
        let reading = Reading::of(&spec);
        Self { spec, reading: Mutex::new(Arc::new(Mutex::new(reading))) }
    }
}

#[async_trait]
impl LogSource for FileSource {
    fn spec(&self) -> &LogSourceSpec {
        &self.spec
    }

    fn rewind(&self) -> bool {
        *lock(&self.reading) = Arc::new(Mutex::new(Reading::of(&self.spec)));
        true
    }

    async fn read(&self, request: LogRequest) -> Result<EngineStream<Said>, EngineError> {
        let reading = Arc::clone(&lock(&self.reading));
        blocking(&reading, move |reading| reading.begin(&request, Instant::now())).await??;
        let state = Some((reading, request.follow));
        let said = stream::unfold(state, async |state| {
            let (reading, follow) = state?;
            match next(&reading, follow).await {
                Ok(Some(said)) => Some((Ok(said), Some((reading, follow)))),
                Ok(None) => None,
                Err(error) => Some((Err(error), None)),
            }
        });
        Ok(said.boxed())
    }

    async fn history(&self, request: LogRequest) -> Result<Vec<History>, EngineError> {
        let mut reading = Reading::of(&self.spec);
        let begun = spawn_blocking(move || {
            reading.begin(&request, Instant::now())?;
            Ok(histories(reading))
        });
        begun.await.map_err(|_| crashed())?
    }
}

/// What is said next; `None` when nothing is left and nobody waits for more. May be
/// dropped while it waits: what was read stays in the reading.
async fn next(reading: &Arc<Mutex<Reading>>, follow: bool) -> Result<Option<Said>, EngineError> {
    loop {
        if let Some(said) = lock(reading).said.pop_front() {
            return Ok(Some(said));
        }
        let moved = blocking(reading, |reading| reading.step(Instant::now())).await?;
        if moved || !lock(reading).said.is_empty() {
            continue;
        }
        if follow {
            sleep(LOOK).await;
        } else {
            let mut reading = lock(reading);
            reading.finish();
            return Ok(reading.said.pop_front());
        }
    }
}

/// Files may be slow: they are read where that holds up nobody.
async fn blocking<T: Send + 'static>(
    reading: &Arc<Mutex<Reading>>,
    work: impl FnOnce(&mut Reading) -> T + Send + 'static,
) -> Result<T, EngineError> {
    let reading = Arc::clone(reading);
    let done = spawn_blocking(move || work(&mut lock(&reading))).await;
    done.map_err(|_| crashed())
}

fn crashed() -> EngineError {
    failure(FaultKind::Other, "reading the files crashed".into(), None)
}

/// A reading that crashed is as good as it was before: its files are read on.
fn lock<T>(reading: &Mutex<T>) -> MutexGuard<'_, T> {
    reading.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How far the files were read, and what waits to be taken.
#[derive(Debug)]
struct Reading {
    pattern: String,
    teller: Teller,
    parts: Vec<Part>,
    /// Names of files that are read under another name.
    doubles: BTreeMap<PathBuf, Identity>,
    said: VecDeque<Said>,
    /// Whether there was a reader, so that files that appear are new.
    has_begun: bool,
    find_at: Option<Instant>,
    /// The part whose turn it is.
    turn: usize,
    block: Vec<u8>,
    /// What was complained about beside the files that are read.
    complaints: BTreeSet<String>,
}

impl Reading {
    /// Prepares to read the files of a log.
    fn of(spec: &LogSourceSpec) -> Self {
        let pattern = match &spec.origin {
            LogOrigin::Files(pattern) => pattern.clone(),
            _ => String::new(),
        };
        Self::new(pattern, Teller::new(&spec.reading).in_file())
    }

    fn new(pattern: String, teller: Teller) -> Self {
        Self {
            pattern,
            teller,
            parts: Vec::new(),
            doubles: BTreeMap::new(),
            said: VecDeque::new(),
            has_begun: false,
            find_at: None,
            turn: 0,
            block: vec![0; BLOCK],
            complaints: BTreeSet::new(),
        }
    }

    /// Begins as it is asked for, or goes on.
    fn begin(&mut self, request: &LogRequest, now: Instant) -> Result<(), EngineError> {
        if self.has_begun {
            return Ok(());
        }
        self.look_up(Some(request));
        if self.parts.is_empty() && self.said.is_empty() {
            let what = format!("no file matches {}", self.pattern);
            return Err(failure(FaultKind::Absent, what, None));
        }
        self.has_begun = true;
        self.find_at = Some(now + FIND);
        Ok(())
    }

    /// Reads on; says whether there may be more.
    fn step(&mut self, now: Instant) -> bool {
        if self.find_at.is_none_or(|at| at <= now) {
            self.find_at = Some(now + FIND);
            self.look_up(None);
        }
        let mut moved = false;
        for _ in 0..self.parts.len() {
            if self.said.len() >= MOST_WAITING {
                return true;
            }
            self.turn = (self.turn + 1) % self.parts.len();
            let part = &mut self.parts[self.turn];
            moved |= part.step(now, &mut self.block, &mut self.said) == Step::Moved;
        }
        moved | self.let_go(now)
    }

    /// Forgets the files that are gone.
    fn let_go(&mut self, now: Instant) -> bool {
        let said = &mut self.said;
        let before = self.parts.len();
        self.parts.retain_mut(|part| {
            let is_gone = part.is_gone(now);
            if is_gone {
                part.finish(said);
                let what = match part.name() {
                    Some(_) => What::Gone,
                    None => What::Unreadable(failure(
                        FaultKind::Absent,
                        format!("{} is gone; it is read when it comes back", part.path.display()),
                        None,
                    )),
                };
                said.push_back(Said { part: part.name().cloned(), what });
            }
            !is_gone
        });
        self.parts.len() < before
    }

    fn finish(&mut self) {
        for part in &mut self.parts {
            part.finish(&mut self.said);
        }
    }

    /// Finds the files of the pattern. What is asked for of them is known only of the
    /// first ones; all of those that come later is new.
    fn look_up(&mut self, request: Option<&LogRequest>) {
        let found = find(&self.pattern);
        for (folder, error) in &found.closed {
            self.complain(refusal(folder, error));
        }
        if found.more {
            let what = format!(
                "more than {} files match {}; the rest of them is not read",
                find::MAX_FILES,
                self.pattern
            );
            self.complain(failure(FaultKind::Other, what, Some("name fewer files")));
        }
        self.doubles.retain(|path, _| found.paths.contains(path));
        let is_rotated = |path: &Path| {
            found.paths.iter().any(|live| live != path && rotation::is_sibling(live, path))
        };
        for path in found.paths.iter().filter(|path| !is_rotated(path)) {
            if self.parts.len() < find::MAX_FILES {
                self.meet(path, request);
            }
        }
    }

    /// Takes a file in, unless it is read already.
    fn meet(&mut self, path: &Path, request: Option<&LogRequest>) {
        if self.parts.iter().any(|part| part.path == path) {
            return;
        }
        let is_named = !is_pattern(&self.pattern);
        let identity = match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() && !is_named => return,
            Ok(metadata) => Some(Identity::of(&metadata)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(_) => None,
        };
        if path.extension().is_some_and(|end| end == "gz") {
            let what =
                format!("{} is compressed, and there is no file that it was", path.display());
            let remedy = "compressed files are read as the history of the file they were";
            return self.complain(failure(FaultKind::Unsupported, what, Some(remedy)));
        }
        if let Some(identity) = identity {
            if self.parts.iter().any(|part| part.has(identity)) {
                self.doubles.insert(path.into(), identity);
            }
            if self.doubles.get(path) == Some(&identity) {
                return;
            }
        }
        let name = (!is_named).then(|| name_of(path));
        let mut part = Part::new(path.into(), name, self.teller.clone());
        if let Some(request) = request {
            part.begin(request, &mut self.said);
        }
        self.parts.push(part);
    }

    /// Complains once of what is beside the files that are read.
    fn complain(&mut self, error: EngineError) {
        if self.complaints.len() < find::MAX_FILES && self.complaints.insert(error.to_string()) {
            let part = Some(Clean::new(&self.pattern));
            self.said.push_back(Said { part, what: What::Unreadable(error) });
        }
    }
}
