//! [`Containers`]: starts containers with an engine's own command, and takes them away.

use std::{
    process::Command as BlockingCommand,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use async_trait::async_trait;
use midwatch::{
    engines::{
        Engine,
        docker::{DockerEngine, Endpoint},
    },
    kernel::Root,
    model::{EngineId, InstanceId, ServiceId},
};
use tokio::process::Command;

use crate::contract::{Harness, Lacks, Role, Started};

/// The label of everything that tests start, so that leftovers can be found.
pub(crate) const LABEL: &str = "midwatch.test=1";

/// Containers of one test on one engine. They are gone when this is dropped.
pub(crate) struct Containers {
    engine: Arc<DockerEngine>,
    cli: Cli,
    lacks: Lacks,
    started: Mutex<Vec<String>>,
    networks: Mutex<Vec<String>>,
}

/// An engine's own command.
#[derive(Clone)]
pub(crate) struct Cli {
    pub(crate) program: String,
    /// `DOCKER_HOST` for it, where it needs one.
    pub(crate) host: Option<String>,
    /// Whether health checks must be run by hand, because nothing here does it by the clock.
    pub(crate) checks_by_hand: bool,
}

impl Cli {
    /// Runs the command and gives what it printed.
    pub(crate) async fn run(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(&self.program);
        command.args(arguments);
        if let Some(host) = &self.host {
            command.env("DOCKER_HOST", host);
        }
        let output = command.output().await.expect("the engine's command starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} {arguments:?}: {said}", self.program);
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

/// A variable that `tests/run` sets once it has started the engines.
pub(crate) fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: tests/run starts the engines that this test needs and sets it")
    })
}

/// A name that no other test, and no other run of the tests, uses.
pub(crate) fn unique_name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let moment = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("mwtest-{}-{moment:x}-{number}", std::process::id())
}

impl Containers {
    pub(crate) fn new(name: &str, address: &str, cli: Cli, lacks: Lacks) -> Self {
        let endpoint = Endpoint::parse(address, None).unwrap();
        let engine = Arc::new(DockerEngine::new(EngineId::new(name), endpoint, false));
        Self { engine, cli, lacks, started: Mutex::default(), networks: Mutex::default() }
    }

    /// An engine with the same address, to which the kernel tells nothing: its API is all
    /// that there is.
    pub(crate) fn engine_without_kernel(&self) -> Arc<dyn Engine> {
        let endpoint = Endpoint::parse(self.engine.endpoint().as_str(), None).unwrap();
        let engine = DockerEngine::new(self.engine.id().clone(), endpoint, false);
        let nothing = Root::new("/proc/self/there-is-nothing-here");
        Arc::new(engine.with_root(nothing))
    }

    /// Makes a network; gives its name.
    pub(crate) async fn network(&self) -> String {
        let name = unique_name();
        self.networks.lock().unwrap().push(name.clone());
        self.cli.run(&["network", "create", "--label", LABEL, &name]).await;
        name
    }

    /// What the engine's own command prints.
    pub(crate) async fn asked(&self, arguments: &[&str]) -> String {
        self.cli.run(arguments).await
    }

    /// Starts a container with these options of `run`; gives its id.
    pub(crate) async fn run(&self, name: &str, options: &[&str], script: &str) -> InstanceId {
        self.started.lock().unwrap().push(name.to_owned());
        let image = variable("MIDWATCH_TEST_IMAGE");
        // Most scripts run as process 1, which the kernel does not let die of anything else.
        let head = ["run", "--detach", "--stop-signal=KILL", "--label", LABEL, "--name", name];
        let arguments = [&head, options, &[&image, "sh", "-c", script]].concat();
        InstanceId::new(self.cli.run(&arguments).await.lines().last().unwrap_or_default())
    }
}

impl Drop for Containers {
    fn drop(&mut self) {
        let started = std::mem::take(&mut *self.started.lock().unwrap());
        let networks = std::mem::take(&mut *self.networks.lock().unwrap());
        let started = started.iter().map(|name| vec!["rm", "--force", "--volumes", name]);
        let networks = networks.iter().map(|name| vec!["network", "rm", name]);
        for arguments in started.chain(networks) {
            // It may be gone already; what is left over can be found by its label.
            let mut command = BlockingCommand::new(&self.cli.program);
            command.args(arguments);
            if let Some(host) = &self.cli.host {
                command.env("DOCKER_HOST", host);
            }
            let _ = command.output();
        }
    }
}

#[async_trait]
impl Harness for Containers {
    fn engine(&self) -> Arc<dyn Engine> {
        Arc::clone(&self.engine) as Arc<dyn Engine>
    }

    fn lacks(&self) -> Lacks {
        self.lacks
    }

    async fn start(&self, role: Role) -> Started {
        let name = unique_name();
        let environment: Vec<String> = role
            .environment()
            .iter()
            .map(|(name, value)| format!("--env={name}={value}"))
            .collect();
        let mut options: Vec<&str> = environment.iter().map(String::as_str).collect();
        options.extend(match role {
            Role::Flap => &["--restart=always"][..],
            Role::Serve => &["--publish=127.0.0.1::80"],
            Role::Unhealthy => &[
                "--health-cmd=echo the check says no; exit 1",
                "--health-interval=1s",
                "--health-retries=1",
            ],
            _ => &[],
        });
        let id = self.run(&name, &options, role.script()).await;
        if role == Role::Unhealthy && self.cli.checks_by_hand {
            let check =
                Command::new(&self.cli.program).args(["healthcheck", "run", &name]).output();
            assert!(!check.await.unwrap().status.success(), "the check fails");
        }
        Started { id, service: ServiceId::alone(&name) }
    }

    async fn stop(&self, id: &InstanceId) {
        self.cli.run(&["stop", "--time=0", id.as_str()]).await;
    }

    async fn remove(&self, id: &InstanceId) {
        self.cli.run(&["rm", "--force", id.as_str()]).await;
    }
}
