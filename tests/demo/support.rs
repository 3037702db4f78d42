//! Runs services of the demo as the process engine would, and asks them.

use std::{
    collections::HashMap,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        atomic::{AtomicU32, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use midwatch::demo::{self, Fault};
use tempfile::TempDir;

/// Nothing in the demo takes longer, also on a machine that is busy.
pub(crate) const DEADLINE: Duration = Duration::from_mins(1);

const REPLICAS: [(&str, u32); 5] =
    [("ledger", 1), ("cache", 1), ("api", 3), ("worker", 2), ("gateway", 1)];

/// One copy of a service: its name and its number.
pub(crate) type Copy = (&'static str, u32);

/// Services of one demo; whatever runs is killed when this is dropped.
pub(crate) struct Demo {
    pub(crate) directory: TempDir,
    /// Variables that the console sets on demand.
    pub(crate) extra: Vec<(&'static str, &'static str)>,
    ports: HashMap<Copy, u16>,
    running: HashMap<Copy, Running>,
}

struct Running {
    child: Child,
    output: Receiver<String>,
}

impl Demo {
    /// Chooses a port for every copy and starts those in `copies`.
    pub(crate) fn start(copies: &[Copy]) -> Self {
        let mut demo = Self {
            directory: tempfile::tempdir().unwrap(),
            extra: Vec::new(),
            ports: free_ports(),
            running: HashMap::new(),
        };
        for copy in copies {
            demo.run(*copy);
        }
        demo
    }

    /// Starts one copy, and waits until it listens.
    pub(crate) fn run(&mut self, copy: Copy) {
        let (name, replica) = copy;
        let mut command = Command::new(env!("CARGO_BIN_EXE_midwatch"));
        command
            .args([demo::SUBCOMMAND, name])
            .env_clear()
            .env("PORT", self.ports[&copy].to_string())
            .env("MIDWATCH_REPLICA", replica.to_string())
            .env("MIDWATCH_DEMO_DIR", self.directory.path())
            // Services must not send what they say to each other through a proxy.
            .env("HTTP_PROXY", "http://127.0.0.1:9")
            .env("http_proxy", "http://127.0.0.1:9")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.envs(self.extra.iter().copied());
        for ((name, replica), port) in &self.ports {
            let variable = format!("MIDWATCH_PORT_{}_{replica}", name.to_uppercase());
            command.env(variable, port.to_string());
        }
        let mut child = command.spawn().unwrap();
        let (sender, output) = channel();
        collect(child.stdout.take().unwrap(), sender.clone());
        collect(child.stderr.take().unwrap(), sender);
        self.running.insert(copy, Running { child, output });
        let port = self.ports[&copy];
        eventually(&format!("{name}-{replica} listens"), || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
    }

    /// Makes these the faults that are on.
    pub(crate) fn break_with(&self, faults: &[Fault]) {
        demo::faults::write(self.directory.path(), &faults.iter().copied().collect()).unwrap();
    }

    /// The status and the body of a GET; 0 where there is no answer.
    pub(crate) fn get(&self, copy: Copy, path: &str) -> (u16, String) {
        get(self.ports[&copy], path).unwrap_or((0, String::new()))
    }

    /// Waits until a copy says that it is well.
    pub(crate) fn await_well(&self, copy: Copy) {
        eventually(&format!("{copy:?} is well"), || self.get(copy, "/health").0 == 200);
    }

    /// Waits until a copy says that it is not well, for this reason.
    ///
    /// On the way there it may give another one: a connection that breaks is reset
    /// before the next is refused.
    pub(crate) fn await_unwell(&self, copy: Copy, reason: &str) {
        eventually(&format!("{copy:?} is not well: {reason}"), || {
            let (status, body) = self.get(copy, "/health");
            status == 503 && body.contains(reason)
        });
    }

    /// The sum of all series of a metric.
    pub(crate) fn metric(&self, copy: Copy, name: &str) -> f64 {
        self.get(copy, "/metrics")
            .1
            .lines()
            .filter(|line| line.split(['{', ' ']).next() == Some(name))
            .map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap())
            .sum()
    }

    /// Waits for a line of output that satisfies `wanted`; earlier ones are passed over.
    pub(crate) fn await_line(&self, copy: Copy, wanted: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + DEADLINE;
        let output = &self.running[&copy].output;
        let mut seen = Vec::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match output.recv_timeout(left) {
                Ok(line) if wanted(&line) => return line,
                Ok(line) => seen.push(line),
                Err(error) => panic!("no such line of {copy:?} ({error}) in {seen:#?}"),
            }
        }
    }

    /// Asks a copy to end, as the process engine does.
    pub(crate) fn terminate(&self, copy: Copy) {
        let pid = rustix::process::Pid::from_child(&self.running[&copy].child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    }

    /// Waits until a copy has ended by itself.
    pub(crate) fn await_exit(&mut self, copy: Copy) -> ExitStatus {
        let child = &mut self.running.get_mut(&copy).unwrap().child;
        let mut status = None;
        eventually(&format!("{copy:?} ends"), || {
            status = child.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        for running in self.running.values_mut() {
            // Both fail only for a child that is gone already.
            let _ = running.child.kill();
            let _ = running.child.wait();
        }
    }
}

/// Waits until `condition` holds; fails, saying what was waited for, at the deadline.
pub(crate) fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !condition() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        thread::park_timeout(Duration::from_millis(50));
    }
}

/// Every copy of every service.
pub(crate) fn every_copy() -> Vec<Copy> {
    REPLICAS.iter().flat_map(|(name, count)| (1..=*count).map(|n| (*name, n))).collect()
}

/// The names of what is in the demo's folder.
pub(crate) fn names_in(directory: &TempDir) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Ports that nothing listens on, none of them given twice by this program.
///
/// They are below those that the kernel gives to outgoing connections, which the
/// services make all the time: one could take a port before its service does.
fn free_ports() -> HashMap<Copy, u16> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let first = std::process::id() % 100 * 100;
    let mut candidates = std::iter::repeat_with(|| {
        let number = first + NEXT.fetch_add(1, Ordering::Relaxed);
        20_000 + u16::try_from(number % 12_000).unwrap()
    });
    let mut free = || candidates.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    every_copy().into_iter().map(|copy| (copy, free().unwrap())).collect()
}

fn get(port: u16, path: &str) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(DEADLINE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let broken = || std::io::Error::from(std::io::ErrorKind::InvalidData);
    let status = text.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(broken)?;
    let (_, body) = text.split_once("\r\n\r\n").ok_or_else(broken)?;
    Ok((status, body.to_owned()))
}

fn collect(pipe: impl Read + Send + 'static, lines: Sender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if lines.send(line).is_err() {
                return;
            }
        }
    });
}
