//! The console on a real Docker engine.

use std::{
    env, fs,
    io::{Read, Write},
    net::Shutdown,
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::pty::{Launch, Terminal, eventually};

/// A returned engine is seen within this time (product.md, Truth first).
const RECOVERY: Duration = Duration::from_secs(5);

/// A project of containers on the engine; gone when this is dropped.
struct Project {
    name: String,
    containers: Vec<String>,
}

impl Project {
    /// Starts one container for each service. They say something each second.
    fn start(services: &[&str]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let mut project =
            Self { name: format!("pty{}x{count}", std::process::id()), containers: Vec::new() };
        for service in services {
            let name = format!("{}-{service}-1", project.name);
            docker(&[
                "run",
                "--detach",
                "--init",
                "--label=midwatch.test=1",
                &format!("--label=com.docker.compose.project={}", project.name),
                &format!("--label=com.docker.compose.service={service}"),
                "--label=com.docker.compose.container-number=1",
                &format!("--name={name}"),
                &variable("MIDWATCH_TEST_IMAGE"),
                "sh",
                "-c",
                &format!("while true; do echo {service} speaks; sleep 1; done"),
            ]);
            project.containers.push(name);
        }
        project
    }

    /// The console on this project, through `socket`.
    fn console(&self, socket: &Path) -> Launch {
        let address = format!("unix://{}", socket.display());
        Launch::midwatch(&["--host", &address, "--project", &self.name])
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let mut arguments = vec!["rm", "--force", "--volumes"];
        arguments.extend(self.containers.iter().map(String::as_str));
        // A failure here must not hide that of the test.
        let _ = docker_command(&arguments).output();
    }
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run the tests with tests/run"))
}

fn engine_socket() -> PathBuf {
    let address = variable("MIDWATCH_TEST_DOCKER");
    address.strip_prefix("unix://").expect("a unix address").into()
}

fn docker_command(arguments: &[&str]) -> Command {
    let mut command = Command::new("docker");
    command.env("DOCKER_HOST", variable("MIDWATCH_TEST_DOCKER")).args(arguments);
    command
}

fn docker(arguments: &[&str]) {
    let output = docker_command(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A socket in front of the engine's, which can be taken away.
struct Front {
    socket: PathBuf,
    connections: Arc<Mutex<Vec<UnixStream>>>,
}

impl Front {
    fn open(socket: PathBuf) -> Self {
        let front = Self { socket, connections: Arc::default() };
        front.restore();
        front
    }

    /// Takes away the socket and every connection, as an engine does that dies.
    fn cut(&self) {
        fs::remove_file(&self.socket).unwrap();
        for connection in self.connections.lock().unwrap().drain(..) {
            // It may have ended by itself.
            let _ = connection.shutdown(Shutdown::Both);
        }
    }

    /// Brings the socket back.
    fn restore(&self) {
        let listener = UnixListener::bind(&self.socket).unwrap();
        let connections = self.connections.clone();
        // It waits for ever for connections to a socket that has lost its name; so be it.
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let far = UnixStream::connect(engine_socket()).unwrap();
                let pairs = [(&near, &far), (&far, &near)];
                for (from, to) in pairs.map(|(a, b)| (a.try_clone(), b.try_clone())) {
                    pass(from.unwrap(), to.unwrap());
                }
                connections.lock().unwrap().extend([near, far]);
            }
        });
    }
}

/// Passes on bytes, and then the end of them.
fn pass(mut from: UnixStream, mut to: UnixStream) {
    thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            if to.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
}

#[test]
fn containers_show_as_the_services_that_they_are() {
    let project = Project::start(&["front", "back"]);
    let mut terminal = project.console(&engine_socket()).start();
    terminal.wait_for("2 ok");
    terminal.wait_for("docker");
    terminal.wait_for("back speaks");
    terminal.keys("j");
    terminal.wait_for("front speaks");
    terminal.keys("q");
    assert_eq!(terminal.exit_status(), 0);
    terminal.assert_restored();
}

#[test]
fn a_lost_engine_is_said_and_a_returned_one_is_seen_without_a_key() {
    let project = Project::start(&["front", "back"]);
    let folder = tempfile::tempdir().unwrap();
    let front = Front::open(folder.path().join("docker.sock"));
    let terminal = project.console(&front.socket).start();
    terminal.wait_for("2 ok");
    terminal.wait_for("back speaks");
    for _ in 0..2 {
        front.cut();
        terminal.wait_for("lost, data");
        terminal.wait_for("next try in");
        // What was known stays, and is not called well.
        let text = terminal.text();
        assert!(text.contains("front") && text.contains("2 unknown"), "{text}");
        assert!(!text.contains("2 ok"), "{text}");

        front.restore();
        let returned = Instant::now();
        terminal.wait_for("2 ok");
        let taken = returned.elapsed();
        assert!(taken < RECOVERY, "seen after {taken:?}");
        terminal.wait_gone("lost, data");
    }
    // The logs go on too.
    let newest = |screen: &vt100::Screen| {
        screen.contents().lines().rfind(|line| line.contains("back speaks")).map(str::to_owned)
    };
    let before = terminal.look(newest);
    terminal.wait_until("more lines", |screen| newest(screen) != before);
}

/// A console with a shell in the only container of `project`.
fn in_a_shell(project: &Project) -> Terminal {
    enter(project.console(&engine_socket()))
}

/// A console with a shell in the only container that it sees.
fn enter(console: Launch) -> Terminal {
    let mut terminal = console.start();
    terminal.wait_for("1 ok");
    terminal.keys("x");
    terminal.wait_until("the shell's own screen", |screen| !screen.alternate_screen());
    terminal.wait_for("#");
    terminal
}

fn run(terminal: &mut Terminal, command: &str, answer: &str) {
    terminal.line(command);
    terminal.wait_until(&format!("the answer {answer:?}"), |screen| {
        screen.contents().lines().any(|line| line == answer)
    });
}

#[test]
fn a_shell_in_a_container_has_the_terminal_and_gives_it_back() {
    let project = Project::start(&["only"]);
    let mut terminal = in_a_shell(&project);
    run(&mut terminal, "echo $((40+2)) $(cat /proc/1/comm)", "42 docker-init");
    terminal.resize(30, 110);
    // The new size goes through the engine, and comes when it comes.
    run(&mut terminal, "until stty size | grep '30 110'; do :; done", "30 110");
    terminal.keys("<C-c>");
    terminal.line("exit 3");
    terminal.wait_until("the whole console", |screen| {
        let text = screen.contents();
        screen.alternate_screen() && text.contains("1 ok") && text.contains("exit 3")
    });
    terminal.keys("?");
    terminal.wait_for("Keys that work here");
    terminal.keys("<C-c>");
    assert_eq!(terminal.exit_status(), 0);
    terminal.assert_restored();
}

#[test]
fn a_console_that_is_told_to_end_leaves_a_shell_in_a_container_at_once() {
    let project = Project::start(&["only"]);
    let terminal = in_a_shell(&project);
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.exit_status(), 0);
    terminal.assert_restored();
    eventually("everything ends", || terminal.of_midwatch().is_empty());
}

/// More than all buffers on the way hold, into a shell that never reads it.
#[test]
fn a_shell_that_reads_nothing_holds_nothing_up() {
    let project = Project::start(&["only"]);
    let mut terminal = in_a_shell(&project);
    let say = "while true; do echo alive $((n+=1)); sleep 0.1; done & ";
    terminal.line(&format!("{say} stty raw -echo; sleep 1000"));
    terminal.wait_for("alive 3");
    let enough = terminal.flood();
    let newest = |screen: &vt100::Screen| {
        screen.contents().lines().rfind(|line| line.contains("alive")).map(str::to_owned)
    };
    let before = terminal.look(newest);
    terminal.wait_until("more of its output", |screen| newest(screen) != before);

    enough.store(true, Ordering::Relaxed);
    terminal.signal(Signal::TERM);
    let told = Instant::now();
    assert_eq!(terminal.exit_status(), 0);
    assert!(told.elapsed() < Duration::from_secs(5), "ended after {:?}", told.elapsed());
    terminal.assert_restored();
    eventually("everything ends", || terminal.of_midwatch().is_empty());
}

/// The console is whole, and its news are these.
fn assert_console(terminal: &Terminal, news: &str) {
    terminal.wait_until(&format!("the whole console with {news:?}"), |screen| {
        let text = screen.contents();
        screen.alternate_screen() && text.contains("1 Services") && text.contains(news)
    });
}

#[test]
fn a_shell_that_no_longer_answers_can_be_left() {
    let project = Project::start(&["only"]);
    let mut terminal = in_a_shell(&project);
    terminal.wait_for("Enter ~. leaves this shell");
    run(&mut terminal, "echo ~.ok", "~.ok");
    terminal.line("stty raw -echo; sleep 1000");
    terminal.line("");
    terminal.keys("~ .");
    assert_console(&terminal, "left the shell");
    terminal.keys("?");
    terminal.wait_for("Keys that work here");
    terminal.keys("<C-c>");
    assert_eq!(terminal.exit_status(), 0);
    terminal.assert_restored();
}

#[test]
fn a_shell_whose_engine_is_lost_ends_and_says_so() {
    let project = Project::start(&["only"]);
    let folder = tempfile::tempdir().unwrap();
    let front = Front::open(folder.path().join("docker.sock"));
    let mut terminal = enter(project.console(&front.socket));
    front.cut();
    assert_console(&terminal, "shell lost with its engine");
    terminal.keys("<C-c>");
    assert_eq!(terminal.exit_status(), 0);
    terminal.assert_restored();
}

/// As over a line that is bad enough for one call and not for another.
#[test]
fn a_resize_that_is_not_answered_holds_nothing_up() {
    let project = Project::start(&["only"]);
    let folder = tempfile::tempdir().unwrap();
    let front = Front::open(folder.path().join("docker.sock"));
    let mut terminal = enter(project.console(&front.socket));
    fs::remove_file(&front.socket).unwrap();
    // Whoever connects now is never answered.
    let _mute = UnixListener::bind(&front.socket).unwrap();
    terminal.resize(30, 110);
    run(&mut terminal, "echo $((40+2))", "42");
    fs::remove_file(&front.socket).unwrap();
    terminal.resize(31, 111);
    run(&mut terminal, "echo $((40+3))", "43");
}
