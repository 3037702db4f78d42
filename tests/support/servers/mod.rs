//! Real servers: on free ports of the loopback address, in folders of their own, gone with
//! the test process however that ends.

pub(crate) mod certificates;
pub(crate) mod nginx;
pub(crate) mod postgres;
pub(crate) mod prometheus;
pub(crate) mod redis;

use std::{
    env, fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::{
        fd::OwnedFd,
        unix::{
            fs::{PermissionsExt as _, chown},
            net::UnixStream,
        },
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError, Weak},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// Nothing takes longer, also on a machine that is busy.
const DEADLINE: Duration = Duration::from_mins(1);

/// How often a condition is looked at that nobody announces.
const GLANCE: Duration = Duration::from_millis(20);

/// Whom a server runs as that does not want to be root.
const NOBODY: u32 = 65534;

/// Where programs are that are not in everybody's path.
const ELSEWHERE: &str = "/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/sbin:/sbin";

/// A server that runs.
///
/// midwatch's own guardian holds it, so that it and all that it started end when this is
/// dropped, and when the test process is killed.
#[derive(Debug)]
pub(crate) struct Server {
    guardian: Child,
    control: Option<UnixStream>,
    name: String,
    log: PathBuf,
}

impl Server {
    /// Starts a server whose output goes to `log` in its folder.
    pub(crate) fn start(program: &str, args: &[&str], folder: &Path) -> Self {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let log = folder.join("log");
        let output = fs::File::create(&log).unwrap();
        let guardian = Command::new(env!("CARGO_BIN_EXE_midwatch"))
            .args(["__exec-child", "--"])
            .args(command(program, args))
            .current_dir(folder)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        Self { guardian, control: Some(ours), name: program.into(), log }
    }

    /// Waits until something holds; a server that ends before has failed.
    pub(crate) fn until(&mut self, what: &str, mut holds: impl FnMut() -> bool) {
        let begin = Instant::now();
        while !holds() {
            let has_ended = self.guardian.try_wait().unwrap().is_some();
            if has_ended || begin.elapsed() > DEADLINE {
                let how = if has_ended { "ended before" } else { "is not" };
                panic!("{} {how} {what}; it said:\n{}", self.name, self.said());
            }
            thread::sleep(GLANCE);
        }
    }

    /// Waits until somebody listens at a port.
    pub(crate) fn until_listening(&mut self, port: u16) {
        self.until("listening", || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
    }

    /// Waits until it wrote something.
    pub(crate) fn until_said(&mut self, text: &str) {
        let log = self.log.clone();
        self.until(&format!("saying {text:?}"), || {
            String::from_utf8_lossy(&fs::read(&log).unwrap()).contains(text)
        });
    }

    /// What it wrote so far.
    pub(crate) fn said(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.control = None;
        let _ = self.guardian.wait();
    }
}

/// Runs a program to its end, which must be a good one.
pub(crate) fn run(program: &str, args: &[&str], folder: &Path) {
    let words = command(program, args);
    let output = Command::new(&words[0]).args(&words[1..]).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{program} {args:?}: {output:?}");
}

/// The words of a command. What PostgreSQL refuses to do as root, it does as nobody.
fn command(program: &str, args: &[&str]) -> Vec<String> {
    let program = find(program);
    let nobody = format!("{NOBODY}");
    let mut words = Vec::new();
    if program.starts_with("/usr/lib/postgresql") && is_root() {
        let setpriv = find("setpriv").display().to_string();
        words.extend([setpriv, format!("--reuid={nobody}"), format!("--regid={nobody}")]);
        words.extend(["--clear-groups".to_owned(), "--".to_owned()]);
    }
    words.push(program.display().to_string());
    words.extend(args.iter().map(|arg| (*arg).to_owned()));
    words
}

/// Where a program is.
fn find(program: &str) -> PathBuf {
    let path = env::var("PATH").unwrap_or_default();
    // PostgreSQL's own folder first: what is elsewhere by its name may be a link.
    let found = env::split_paths(ELSEWHERE)
        .chain(env::split_paths(&path))
        .map(|folder| folder.join(program))
        .find(|file| file.is_file());
    found.unwrap_or_else(|| {
        panic!("{program} is not on this machine: run tests/support/packages.sh as root")
    })
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A folder for a server; `nobody` says for one that does not run as root.
pub(crate) fn folder(nobody: bool) -> TempDir {
    let folder = TempDir::with_prefix("midwatch-server-").unwrap();
    if nobody && is_root() {
        chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
    }
    folder
}

/// Gives a file to the one whom a server runs as that does not want to be root, for him alone.
pub(crate) fn give_to_nobody(file: &Path) {
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
    if is_root() {
        chown(file, Some(NOBODY), Some(NOBODY)).unwrap();
    }
}

/// A port that nobody listens at.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// A thing that costs time to start: tests that run at once share one, and the last of them
/// ends it.
pub(crate) struct Shared<T>(Mutex<Weak<T>>);

impl<T> Shared<T> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Weak::new()))
    }

    /// The one that runs, or a new one.
    pub(crate) fn get(&self, start: impl FnOnce() -> T) -> Arc<T> {
        // A test that failed has broken nothing here.
        let mut weak = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        weak.upgrade().unwrap_or_else(|| {
            let started = Arc::new(start());
            *weak = Arc::downgrade(&started);
            started
        })
    }
}
