//! `midwatch demo`: a stack of real processes to look at, and its folder.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use futures_util::StreamExt as _;
use rustix::{
    io::Errno,
    process::{Pid, getpid, test_kill_process},
};
use strum::IntoEnumIterator;
use tempfile::TempDir;

use super::{
    Session,
    console::{Faults, Looks, show},
    prober::StackProber,
    session::Own,
};
use crate::{
    cli::{CliError, Context, DemoOptions, Global, own_files},
    config::{Settings, settings::Look},
    demo::{self, Backlog, Fault},
    engines::{Engine, process::ProcessEngine},
    model::{EngineId, Environment, Health, Stack},
    text::Clean,
    ui::cx::DemoFault,
};

/// How the folders of demos are called; the number of their process follows.
const PREFIX: &str = "midwatch-demo-";

/// What a line of the backlog takes of what is kept of logs, with some to spare.
const LINE_BYTES: u64 = 512;

/// Shows the demo until it is left, with some faults switched on. Nothing is left behind.
///
/// # Errors
///
/// When the configuration is wrong, or the demo cannot be started or shown.
pub async fn open(
    global: &Global,
    context: &Context,
    options: &DemoOptions,
) -> Result<(), CliError> {
    let DemoOptions { faults, backlog } = options;
    let backlog = Backlog { lines: *backlog, has_error: faults.contains(&Fault::ApiErrors) };
    let mut settings = own_files::settings(&Look::default(), global, context)?;
    make_room(&mut settings, backlog);
    let looks = Looks::new(&settings, context)?;
    let folder = make_folder().map_err(CliError::system("make a folder for the demo"))?;
    let program = std::env::current_exe().map_err(CliError::system("find midwatch's own file"))?;
    let id = EngineId::new("process");
    let engine = ProcessEngine::new(id.clone(), demo::stack(folder.path(), &program, backlog));
    let engine = Arc::new(engine.map_err(|error| CliError::engine(&id, &error))?);
    engine.start();
    let breaking =
        tokio::spawn(break_when_up(engine.clone(), folder.path().to_owned(), faults.clone()));
    let stack = Stack {
        name: Some(Clean::new(demo::STACK)),
        environment: Some(Environment::Development),
        filters: settings.saved_filters().collect(),
        ..Stack::default()
    };
    let prober = StackProber::unapproved();
    let session = Session {
        settings,
        stack,
        read_only: global.read_only,
        project: None,
        engines: Vec::new(),
        sources: Vec::new(),
        may_run: false,
        secrets: prober.secrets(),
        prober: Arc::new(prober),
        own: Own::Ready(engine.clone()),
        containers_meant: false,
        notices: Vec::new(),
    };
    let faults = (!session.read_only).then(|| switches(folder.path(), faults));
    let shown = Box::pin(show(&session, session.all_engines(), looks, context, faults)).await;
    breaking.abort();
    engine.shutdown().await;
    shown
}

/// Has the console keep the whole backlog: whoever asks for so many lines wants to read
/// them.
fn make_room(settings: &mut Settings, backlog: Backlog) {
    let bytes = u64::from(backlog.lines) * LINE_BYTES;
    for bound in [&mut settings.log_bytes.value, &mut settings.log_bytes_total.value] {
        *bound = (*bound).max(bytes);
    }
}

/// Switches faults on once everything runs: what is broken from the start never gets
/// far enough to show how it breaks.
async fn break_when_up(engine: Arc<ProcessEngine>, folder: PathBuf, faults: Vec<Fault>) {
    if faults.is_empty() {
        return;
    }
    let Ok(mut changes) = engine.watch().await else { return };
    loop {
        let all = engine.list().await.unwrap_or_default();
        if all.iter().all(|instance| instance.health == Health::Healthy) {
            break;
        }
        if changes.next().await.is_none() {
            return;
        }
    }
    if let Err(error) = switch(&folder, &faults) {
        tracing::warn!(%error, "the faults of the demo were not switched on");
    }
}

fn switches(folder: &Path, on: &[Fault]) -> Faults {
    let known = Fault::iter().map(|fault| DemoFault {
        name: fault.into(),
        description: fault.description(),
        on: on.contains(&fault),
    });
    let folder = folder.to_owned();
    let switch = move |names: &[&'static str]| {
        let faults: Vec<Fault> = names.iter().filter_map(|name| name.parse().ok()).collect();
        switch(&folder, &faults)
    };
    Faults { known: known.collect(), switch: Box::new(switch) }
}

fn switch(folder: &Path, on: &[Fault]) -> io::Result<()> {
    demo::faults::write(folder, &on.iter().copied().collect()).map_err(io::Error::other)
}

/// Makes a folder that nobody else can look into and that is gone when it is dropped.
/// Folders of demos that were killed go too.
fn make_folder() -> io::Result<TempDir> {
    remove_left_behind(&std::env::temp_dir());
    tempfile::Builder::new().prefix(&format!("{PREFIX}{}-", std::process::id())).tempdir()
}

/// Removes folders whose process is gone. Another person's folders cannot be removed,
/// and stay.
fn remove_left_behind(place: &Path) {
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(pid) = name.to_str().and_then(owner) else { continue };
        // Ours is not made yet: a folder with our number is of a process before us.
        if pid == getpid() || test_kill_process(pid) == Err(Errno::SRCH) {
            // What cannot be removed is removed by the next demo, or by the system.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Whose folder this is, by its name.
fn owner(folder: &str) -> Option<Pid> {
    let (number, _) = folder.strip_prefix(PREFIX)?.split_once('-')?;
    Pid::from_raw(number.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_known_by_its_process() {
        assert_eq!(owner("midwatch-demo-42-x8Yz"), Pid::from_raw(42));
        assert_eq!(owner("midwatch-demo-42"), None);
        assert_eq!(owner("another-42-x"), None);
    }

    #[test]
    fn folders_of_processes_that_are_gone_are_removed_and_no_others() {
        let place = tempfile::tempdir().unwrap();
        let folder = |name: &str| {
            let folder = place.path().join(name);
            fs::create_dir(&folder).unwrap();
            folder
        };
        let mut child = std::process::Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        let gone = folder(&format!("{PREFIX}{}-a", child.id()));
        // Process 1 always is.
        let (alive, other) = (folder(&format!("{PREFIX}1-a")), folder("something-else"));
        remove_left_behind(place.path());
        assert!(!gone.exists());
        assert!(alive.exists() && other.exists());
    }
}
