//! Real servers: on free ports of the loopback address, in folders of their own, gone with
//! the test process however that ends.

#[path = "../../support/servers/prometheus.rs"]
pub(crate) mod prometheus;

use std::{
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::{fd::OwnedFd, unix::net::UnixStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// Nothing takes longer, also on a machine that is busy.
const DEADLINE: Duration = Duration::from_mins(1);

/// How often a condition is looked at that nobody announces.
const GLANCE: Duration = Duration::from_millis(20);

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
            .arg(program)
            .args(args)
            .current_dir(folder)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        Self { guardian, control: Some(ours), name: program.into(), log }
    }

    /// Waits until something holds; a server that ends before has failed.
    fn until(&mut self, what: &str, mut holds: impl FnMut() -> bool) {
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

    /// What it wrote so far.
    fn said(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.control = None;
        let _ = self.guardian.wait();
    }
}

/// A folder for a server.
pub(crate) fn folder(_: bool) -> TempDir {
    TempDir::with_prefix("midwatch-server-").unwrap()
}

/// A port that nobody listens at.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
