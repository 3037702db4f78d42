//! [`Project`]: a stack as docker-compose brings it up.

use std::{
    env, fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Command, id},
};

use tempfile::TempDir;

use crate::certificates::{Authority, Pair};

/// The file that is looked at by, in the stack's folder.
pub(crate) const STACK_FILE: &str = "midwatch.toml";

/// Nothing that docker-compose does here takes longer, in seconds.
const DEADLINE: &str = "180";

/// The ports of this host that are published, as the variables of the compose file name them.
const PORTS: [&str; 5] = ["AP_HTTP", "AP_HTTPS", "AP_PROMETHEUS", "AP_GRAFANA", "AP_FLOWER"];

/// The AP Intake stack in a folder of its own, on free ports of the loopback address. It is
/// gone when this is dropped.
pub(crate) struct Project {
    name: String,
    folder: TempDir,
    home: TempDir,
    authority: Authority,
    /// Those of the compose file.
    variables: Vec<(&'static str, String)>,
}

impl Project {
    /// Makes the image where it is not there yet, and brings the stack up.
    pub(crate) fn up() -> Self {
        let mut variables = vec![("AP_IMAGE", image())];
        variables.extend(free_ports());
        let project = Self {
            name: format!("apintaketest{}", id()),
            folder: TempDir::with_prefix("midwatch-stack-").unwrap(),
            home: TempDir::with_prefix("midwatch-home-").unwrap(),
            authority: Authority::new(),
            variables,
        };
        project.lay_out();
        project.compose(&["up", "--detach", "--quiet-pull"]);
        project
    }

    fn lay_out(&self) {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        copy(&here.join("tests/stacks/ap-intake"), self.folder.path());
        for folder in ["faults", "nginx/ssl"] {
            fs::create_dir(self.path(folder)).unwrap();
        }
        self.certify(90);
        let shipped = fs::read_to_string(here.join("assets/stacks/ap-intake/midwatch.toml"));
        self.write(STACK_FILE, &self.moved(shipped.unwrap()));
    }

    /// The shipped stack file with other addresses, and nothing else changed: this host's 80
    /// and 443 are somebody's.
    fn moved(&self, shipped: String) -> String {
        let at = |port: &str| format!("localhost:{}", self.variable(port));
        let (plain, encrypted) = (at("AP_HTTP"), at("AP_HTTPS"));
        let tls = self.variable("AP_HTTPS");
        [
            ("project = \"ap-intake\"", format!("project = \"{}\"", self.name)),
            ("\"https://localhost/health\"", format!("\"https://{encrypted}/health\"")),
            ("\"http://localhost/\"", format!("\"http://{plain}/\"")),
            ("\"https://localhost/\"", format!("\"https://{encrypted}/\"")),
            ("localhost:3001/api", format!("{}/api", at("AP_GRAFANA"))),
            ("localhost:5555/healthcheck", format!("{}/healthcheck", at("AP_FLOWER"))),
            (
                "AP-29\nprometheus = \"http://localhost:9090\"",
                format!("AP-29\nprometheus = \"http://{}\"", at("AP_PROMETHEUS")),
            ),
            ("host = \"localhost\", port = 443", format!("host = \"localhost\", port = {tls}")),
        ]
        .into_iter()
        .fold(shipped, |text, (from, to)| replaced(&text, from, &to))
    }

    /// Changes a part of a file of the stack, which must be there once.
    pub(crate) fn change(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(path)).unwrap();
        self.write(path, &replaced(&text, from, to));
    }

    /// Writes a file of the stack.
    pub(crate) fn write(&self, path: &str, text: &str) {
        fs::write(self.path(path), text).unwrap();
    }

    /// Removes a file of the stack.
    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.path(path)).unwrap();
    }

    /// Gives nginx a certificate that is valid for so many days.
    pub(crate) fn certify(&self, days: i64) {
        let Pair { cert, key } =
            self.authority.issue(self.home.path(), "served", &["localhost"], days);
        fs::copy(cert, self.path("nginx/ssl/cert.pem")).unwrap();
        fs::copy(key, self.path("nginx/ssl/key.pem")).unwrap();
    }

    /// Runs a script inside a service.
    pub(crate) fn exec(&self, service: &str, script: &str) {
        self.compose(&["exec", "-T", service, "sh", "-c", script]);
    }

    /// Runs docker-compose, which must end well.
    pub(crate) fn compose(&self, arguments: &[&str]) {
        let output = self.compose_command(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "docker-compose {arguments:?}: {said}");
    }

    fn compose_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("timeout");
        command.args([DEADLINE, "docker-compose", "--project-name", &self.name]);
        command.args(["--file", "docker-compose.prod.yml", "--env-file", ".env.production"]);
        command.args(arguments).current_dir(self.folder.path());
        command.env("DOCKER_HOST", docker()).envs(self.variables.iter().cloned());
        command
    }

    /// The options that show midwatch this stack. Naming the file approves it.
    pub(crate) fn looked_at_by(&self) -> [String; 4] {
        let stack = self.path(STACK_FILE).display().to_string();
        ["--host".into(), docker(), "--stack".into(), stack]
    }

    /// What midwatch knows of the world: a home of its own, and whom to trust.
    pub(crate) fn environment(&self) -> [(&'static str, PathBuf); 3] {
        let path = env::var_os("PATH").unwrap_or_default().into();
        let authority = self.home.path().join("authority.crt");
        [("HOME", self.home.path().into()), ("SSL_CERT_FILE", authority), ("PATH", path)]
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn variable(&self, name: &str) -> &str {
        &self.variables.iter().find(|(key, _)| *key == name).unwrap().1
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        // Whatever is left can be found by its label.
        let _ = self.compose_command(&["down", "--timeout", "0", "--volumes"]).output();
    }
}

/// The engine that `tests/run` started.
fn docker() -> String {
    env::var("MIDWATCH_TEST_DOCKER").unwrap_or_else(|_| {
        panic!(
            "MIDWATCH_TEST_DOCKER is not set: tests/run starts the engine that this test needs \
             and sets it"
        )
    })
}

/// The image of all parts, made when it is not there yet.
fn image() -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stacks/image.sh");
    let output = Command::new(script).env("MIDWATCH_TEST_DOCKER", docker()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "tests/stacks/image.sh: {said}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Ports that nobody listens at, each another one.
fn free_ports() -> impl Iterator<Item = (&'static str, String)> {
    let bound = PORTS.map(|name| (name, TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()));
    bound.into_iter().map(|(name, port)| (name, port.local_addr().unwrap().port().to_string()))
}

/// A text with another part in the place of one that is there once.
fn replaced(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from:?} is there once in:\n{text}");
    text.replace(from, to)
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
