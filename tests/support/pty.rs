//! Runs the real binary in a pseudo-terminal, types into it and looks at its screen.
//!
//! Nothing here sleeps for a while and hopes: whoever wants to see something waits
//! for it, up to [`DEADLINE`]. The terminal's output is read by a thread of its own,
//! so that a program that writes is never held up.

use std::{
    fs,
    io::{self, Read, Write},
    num::NonZeroU16,
    path::{Path, PathBuf},
    sync::{
        Arc, Condvar, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// Nothing takes longer, also on a machine that is busy.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// How often a condition is looked at that the terminal's output does not announce.
const GLANCE: Duration = Duration::from_millis(20);

/// After so many glances without a byte read, typing counts as held up.
const HELD_UP: u32 = 40;

/// The program under test.
const MIDWATCH: &str = env!("CARGO_BIN_EXE_midwatch");

/// What the outer shell of [`Launch::start`] runs. It stays behind after midwatch, as
/// a shell would: when the leader of a session ends, the kernel resets its terminal,
/// and what midwatch left of it could not be seen.
const OUTER: &str = r#"
stty -g >"$HOME/stty-before"
echo outer-before
"$@"
echo $? >"$HOME/status.new"
stty -g >"$HOME/stty-after"
echo outer-after
mv "$HOME/status.new" "$HOME/status"
exec cat
"#;

/// What runs the program of [`Launch::detached`].
const INNER: &str = r#"
"$@"
echo $? >"$HOME/detached-status.new"
mv "$HOME/detached-status.new" "$HOME/detached-status"
"#;

/// Rows and columns.
pub(crate) type Size = (u16, u16);

/// How a program is to be started. Its environment is made from nothing.
pub(crate) struct Launch {
    size: Size,
    program: String,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    home: TempDir,
}

impl Launch {
    /// midwatch with these arguments, on 36 rows of 120 columns.
    pub(crate) fn midwatch(arguments: &[&str]) -> Self {
        Self::program(MIDWATCH, arguments)
    }

    /// Another program, in the same way.
    pub(crate) fn program(program: &str, arguments: &[&str]) -> Self {
        Self {
            size: (36, 120),
            program: program.to_owned(),
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            environment: Vec::new(),
            home: tempfile::tempdir().unwrap(),
        }
    }

    /// The demo.
    pub(crate) fn demo() -> Self {
        Self::midwatch(&["demo"])
    }

    /// The same on a terminal of another size.
    pub(crate) fn size(mut self, rows: u16, columns: u16) -> Self {
        self.size = (rows, columns);
        self
    }

    /// The same with one argument more.
    pub(crate) fn argument(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// The same with a variable set.
    pub(crate) fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// The same on a terminal of its own within this one, which is not that of its session:
    /// no signal tells it when the terminal goes away.
    pub(crate) fn detached(self) -> Self {
        let words = ["setsid", "--wait", "sh", "-c", INNER, "sh", &self.program];
        let words = words.into_iter().chain(self.arguments.iter().map(String::as_str));
        let arguments = ["-qfc".into(), shell_words::join(words), "/dev/null".into()].into();
        Self { program: "script".into(), arguments, ..self }
    }

    /// The home folder of everything that runs here; it is also its mark.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Starts the program, from a shell that only waits for it.
    pub(crate) fn start(self) -> Terminal {
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", OUTER, "sh", &self.program]);
        command.args(&self.arguments);
        self.open(command)
    }

    /// Starts an interactive shell with job control, which knows the program as
    /// `midwatch` and prompts with `outer>`.
    pub(crate) fn shell(self) -> Terminal {
        let mut command = CommandBuilder::new("bash");
        // Line editing would switch modes of the terminal that midwatch is to switch.
        command.args(["--norc", "--noprofile", "--noediting", "-i"]);
        let mut terminal = self.env("PS1", "outer> ").open(command);
        terminal.wait_for("outer>");
        terminal.line(&format!("midwatch() {{ {MIDWATCH} \"$@\"; }}; clear"));
        terminal.wait_until("a clear screen", |screen| {
            let text = screen.contents();
            text.contains("outer>") && !text.contains("clear")
        });
        terminal
    }

    fn open(self, mut command: CommandBuilder) -> Terminal {
        let home = self.home.path();
        command.env_clear();
        let path = std::env::var_os("PATH").unwrap();
        for (name, value) in [("PATH", path), ("TMPDIR", home.join("tmp").into())] {
            command.env(name, value);
        }
        for folder in ["tmp", "config", "data", "state", "cache", "run"] {
            fs::create_dir(home.join(folder)).unwrap();
            command.env(format!("XDG_{}_HOME", folder.to_uppercase()), home.join(folder));
        }
        command.env("XDG_RUNTIME_DIR", home.join("run"));
        command.env("HOME", home);
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("SHELL", "/bin/sh");
        command.env("TZ", "UTC");
        for (name, value) in &self.environment {
            command.env(name, value);
        }
        command.cwd(home);
        let pair = native_pty_system().openpty(pty_size(self.size)).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        let output = Arc::new(Output::new(self.size));
        let (reader, shared) = (pair.master.try_clone_reader().unwrap(), output.clone());
        thread::spawn(move || shared.drain(reader));
        Terminal {
            writer: pair.master.take_writer().unwrap(),
            master: pair.master,
            _slave: pair.slave,
            output,
            leader: child,
            home: self.home,
        }
    }
}

/// A terminal with a program in it. All that runs there is killed when this is dropped.
pub(crate) struct Terminal {
    master: Box<dyn MasterPty + Send>,
    /// Kept open, so that the terminal outlives the programs in it.
    _slave: Box<dyn SlavePty + Send>,
    writer: Box<dyn Write + Send>,
    output: Arc<Output>,
    leader: Box<dyn Child + Send + Sync>,
    home: TempDir,
}

/// A process of this terminal.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) pid: Pid,
    pub(crate) arguments: Vec<String>,
}

impl Process {
    /// Whether this is the console, and not one of the processes that it started.
    fn is_console(&self) -> bool {
        let hidden = |argument: &String| argument.starts_with("__");
        self.arguments.first().is_some_and(|program| program == MIDWATCH)
            && !self.arguments.get(1).is_some_and(hidden)
    }
}

impl Terminal {
    /// Waits until the screen shows `text` in one of its rows.
    pub(crate) fn wait_for(&self, text: &str) {
        self.wait_until(&format!("{text:?} to show"), |screen| screen.contents().contains(text));
    }

    /// Waits until the screen shows `text` nowhere.
    pub(crate) fn wait_gone(&self, text: &str) {
        self.wait_until(&format!("{text:?} to go"), |screen| !screen.contents().contains(text));
    }

    /// Waits until the screen is as wanted; fails at the deadline, showing the screen.
    pub(crate) fn wait_until(&self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        let mut state = self.output.lock();
        while !wanted(state.parser.screen()) {
            assert!(
                Instant::now() < deadline,
                "waited in vain for {what} on\n{}\nprocesses: {:#?}",
                state.parser.screen().contents(),
                self.processes()
            );
            state = self.output.changed.wait_timeout(state, GLANCE).unwrap().0;
        }
    }

    /// What the screen shows now.
    pub(crate) fn text(&self) -> String {
        self.look(vt100::Screen::contents)
    }

    /// Looks at the screen as it is now.
    pub(crate) fn look<T>(&self, at: impl FnOnce(&vt100::Screen) -> T) -> T {
        at(self.output.lock().parser.screen())
    }

    /// The home folder of everything that runs here.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Every byte that came out so far.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.output.lock().bytes.clone()
    }

    /// How many bytes came out so far.
    pub(crate) fn byte_count(&self) -> usize {
        self.output.lock().bytes.len()
    }

    /// Presses keys, separated by spaces: `j`, `<Enter>`, `<C-c>`; several characters
    /// without brackets are typed one after the other.
    pub(crate) fn keys(&mut self, keys: &str) {
        let mut bytes = Vec::new();
        for key in keys.split_whitespace() {
            // What follows an escape at once would count as a key with Alt.
            assert_ne!(bytes.last(), Some(&b'\x1b'), "wait for what <Esc> does: {keys}");
            bytes.extend(key_bytes(key));
        }
        self.write(&bytes);
    }

    /// Types a line and Enter.
    pub(crate) fn line(&mut self, line: &str) {
        self.write(format!("{line}\r").as_bytes());
    }

    /// Pastes text as a terminal does that was asked to mark it.
    pub(crate) fn paste(&mut self, text: &str) {
        self.write(format!("\x1b[200~{text}\x1b[201~").as_bytes());
    }

    /// Types without end, from a thread, and comes back when nothing reads it any more.
    /// It goes on until the returned flag is set; no other key can be pressed after it.
    pub(crate) fn flood(&mut self) -> Arc<AtomicBool> {
        let mut writer = std::mem::replace(&mut self.writer, Box::new(io::sink()));
        let (enough, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (told, counted) = (enough.clone(), count.clone());
        thread::spawn(move || {
            while !told.load(Ordering::Relaxed) && writer.write_all(&[b'x'; 256]).is_ok() {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
        let (mut last, mut still) = (0, 0);
        eventually("typing to be held up", || {
            let now = count.load(Ordering::Relaxed);
            still = if now == last { still + 1 } else { 0 };
            last = now;
            now > 0 && still == HELD_UP
        });
        enough
    }

    fn write(&mut self, bytes: &[u8]) {
        self.writer.write_all(bytes).unwrap();
        self.writer.flush().unwrap();
    }

    /// Gives the terminal another size.
    pub(crate) fn resize(&self, rows: u16, columns: u16) {
        // First the grid: the first bytes for the new size must not meet the old one.
        self.output.lock().resize((rows, columns));
        self.master.resize(pty_size((rows, columns))).unwrap();
    }

    /// Takes the terminal away, as a connection does that breaks: with the leader of its
    /// session the kernel hangs it up.
    pub(crate) fn hang_up(&mut self) {
        self.leader.kill().unwrap();
    }

    /// Takes the terminal of [`Launch::detached`] away.
    pub(crate) fn cut_off(&self) {
        let holds = |process: &Process| process.arguments.first().is_some_and(|it| it == "script");
        let holder = self.processes().into_iter().find(holds).unwrap();
        kill_process(holder.pid, Signal::KILL).unwrap();
    }

    /// The console's process; waits until there is one.
    pub(crate) fn console(&self) -> Pid {
        let mut console = None;
        eventually("the console runs", || {
            console = self.processes().into_iter().find(Process::is_console);
            console.is_some()
        });
        console.unwrap().pid
    }

    /// Sends a signal to the console.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.console(), signal).unwrap();
    }

    /// Everything that runs here: whatever has this terminal's home in its environment.
    pub(crate) fn processes(&self) -> Vec<Process> {
        let mark = self.home.path().as_os_str().as_encoded_bytes().to_owned();
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").unwrap().filter_map(Result::ok) {
            let pid = entry.file_name().to_str().and_then(|name| name.parse().ok());
            let Some(pid) = pid.and_then(Pid::from_raw) else { continue };
            // Processes may end while they are looked at.
            let Ok(environment) = fs::read(entry.path().join("environ")) else { continue };
            if !environment.windows(mark.len()).any(|part| part == mark) {
                continue;
            }
            let line = fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
            let arguments = line.split_terminator('\0').map(str::to_owned).collect();
            found.push(Process { pid, arguments });
        }
        found
    }

    /// Whatever still runs that midwatch is responsible for: itself and all it started.
    pub(crate) fn of_midwatch(&self) -> Vec<Process> {
        let program = |process: &Process| {
            let first = process.arguments.first().map(String::as_str);
            ![Some("sh"), Some("cat"), Some("bash")].contains(&first)
        };
        self.processes().into_iter().filter(program).collect()
    }

    /// Waits until midwatch has ended; gives its exit code, as a shell counts it.
    pub(crate) fn exit_status(&self) -> i32 {
        self.status_in("status")
    }

    /// The same of [`Launch::detached`].
    pub(crate) fn detached_status(&self) -> i32 {
        self.status_in("detached-status")
    }

    fn status_in(&self, name: &str) -> i32 {
        let file = self.home.path().join(name);
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Ok(code) = fs::read_to_string(&file) {
                return code.trim().parse().unwrap();
            }
            assert!(Instant::now() < deadline, "still there:\n{}", self.text());
            thread::park_timeout(GLANCE);
        }
    }

    /// Holds the terminal to be as it was before midwatch, which has ended.
    pub(crate) fn assert_restored(&self) {
        self.wait_until("the terminal to be given back", |screen| {
            !screen.alternate_screen()
                && !screen.bracketed_paste()
                && !screen.hide_cursor()
                && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
                && screen.contents().contains("outer-after")
        });
        let stty = |name| fs::read_to_string(self.home.path().join(name)).unwrap();
        assert_eq!(stty("stty-after"), stty("stty-before"));
    }

    /// What is left in the folder for temporary files.
    pub(crate) fn temporary_files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.home.path().join("tmp")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // By their ids, and the console first, since it starts again what dies. Each
        // fails only for a process that has ended meanwhile.
        let mut processes = self.processes();
        processes.sort_by_key(|process| !process.is_console());
        for process in processes {
            let _ = kill_process(process.pid, Signal::KILL);
        }
        let _ = self.leader.kill();
        let _ = self.leader.wait();
    }
}

/// Waits until `condition` holds; fails, saying what was waited for, at the deadline.
pub(crate) fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !condition() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        thread::park_timeout(GLANCE);
    }
}

/// What came out of a terminal.
struct Output {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    parser: vt100::Parser,
    bytes: Vec<u8>,
}

impl Output {
    fn new(size: Size) -> Self {
        let state = State { parser: parser(size), bytes: Vec::new() };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn drain(&self, mut reader: impl Read) {
        let mut buffer = [0; 16 * 1024];
        // It ends, or fails, when the terminal is gone.
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            let mut state = self.lock();
            state.parser.process(&buffer[..count]);
            state.bytes.extend_from_slice(&buffer[..count]);
            self.changed.notify_all();
        }
    }
}

impl State {
    /// Begins a new grid, since one with wide characters cannot be made narrower
    /// (vt100-rust#28); the modes stay.
    fn resize(&mut self, size: Size) {
        let mut modes = self.parser.screen().input_mode_formatted();
        if self.parser.screen().alternate_screen() {
            modes.push_str("\x1b[?1049h");
        }
        if self.parser.screen().hide_cursor() {
            modes.push_str("\x1b[?25l");
        }
        self.parser = parser(size);
        self.parser.process(modes.as_bytes());
    }
}

/// A grid below 2×2 would panic.
fn parser((rows, columns): Size) -> vt100::Parser {
    let side = |cells: u16| NonZeroU16::new(cells.max(2)).unwrap();
    vt100::Parser::new(side(rows), side(columns), 0)
}

fn pty_size((rows, cols): Size) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

fn key_bytes(key: &str) -> Vec<u8> {
    let Some(name) = key.strip_prefix('<').and_then(|key| key.strip_suffix('>')) else {
        return key.as_bytes().to_owned();
    };
    match name {
        "Enter" => b"\r".to_vec(),
        "Esc" => b"\x1b".to_vec(),
        "Space" => b" ".to_vec(),
        "Tab" => b"\t".to_vec(),
        "Backspace" => b"\x7f".to_vec(),
        "Up" => b"\x1b[A".to_vec(),
        "Down" => b"\x1b[B".to_vec(),
        _ => match name.strip_prefix("C-").map(str::as_bytes) {
            Some([letter @ b'a'..=b'z']) => vec![letter & 0x1f],
            _ => panic!("no such key: {key}"),
        },
    }
}
