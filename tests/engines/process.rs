//! The process engine is held to the contract, and leaves nothing behind.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use axum::{Router, http::StatusCode, routing::get};
use midwatch::{
    engines::{Engine, process::ProcessEngine},
    model::{
        EngineId, Instance, InstanceId, RestartPolicy, ServiceId, State,
        spec::{CheckTarget, HealthCheck, KEPT_BYTES, ProcessStack, ServiceSpec, StopSignal},
    },
};
use rustix::process::{Pid, Signal, kill_process};
use tokio::net::TcpListener;

use crate::contract::{Harness, Lacks, Role, Started, contract, described_when};

contract!(harness());

/// The real program, which has the guardian in it; the test binary has not.
pub(crate) fn shim() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_midwatch"))
}

/// A service that runs a script, to be changed into what a test needs.
pub(crate) fn service(name: &str, script: &str) -> ServiceSpec {
    ServiceSpec {
        name: name.into(),
        command: ["sh", "-c", script].map(String::from).to_vec(),
        cwd: None,
        env: BTreeMap::new(),
        replicas: 1,
        depends_on: vec![],
        restart: RestartPolicy::No,
        stop_signal: StopSignal::Term,
        stop_timeout: Duration::from_secs(10),
        health_check: None,
        port: None,
        kept_bytes: KEPT_BYTES,
    }
}

pub(crate) fn engine(services: Vec<ServiceSpec>) -> Arc<ProcessEngine> {
    let stack = ProcessStack { name: "suite".into(), services };
    Arc::new(ProcessEngine::with_shim(EngineId::new("process"), stack, shim()).unwrap())
}

fn harness() -> ProcessHarness {
    ProcessHarness { engine: engine(vec![]), started: AtomicU32::new(0) }
}

struct ProcessHarness {
    engine: Arc<ProcessEngine>,
    started: AtomicU32,
}

#[async_trait]
impl Harness for ProcessHarness {
    fn engine(&self) -> Arc<dyn Engine> {
        Arc::clone(&self.engine) as Arc<dyn Engine>
    }

    fn lacks(&self) -> Lacks {
        Lacks::default()
    }

    async fn start(&self, role: Role) -> Started {
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let name = format!("{role:?}-{number}");
        let variable = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let restart = if role == Role::Flap { RestartPolicy::Always } else { RestartPolicy::No };
        let probe = match role {
            Role::Unhealthy => Some(probe(&failing_check().await)),
            Role::Serve => Some(probe("http://127.0.0.1:{port}/")),
            _ => None,
        };
        self.engine
            .add(&ServiceSpec {
                env: role.environment().iter().map(variable).collect(),
                restart,
                health_check: probe,
                ..service(&name, role.script())
            })
            .unwrap();
        let id = InstanceId::new(&format!("suite.{name}.1"));
        let has_begun =
            |instance: &Instance| !matches!(instance.state, State::Created | State::Waiting);
        described_when(self, &id, has_begun).await;
        Started { id, service: ServiceId::in_stack("suite", &name) }
    }

    async fn stop(&self, id: &InstanceId) {
        let detail = self.engine.describe(id).await.unwrap().detail.unwrap();
        let pid = Pid::from_raw(detail.pid.unwrap().cast_signed()).unwrap();
        kill_process(pid, Signal::TERM).unwrap();
    }

    async fn remove(&self, id: &InstanceId) {
        let service = self.engine.describe(id).await.unwrap().service;
        self.engine.remove(service.name.as_str()).await.unwrap();
    }
}

/// A check that is made quickly and whose first failure counts.
pub(crate) fn probe(url: &str) -> HealthCheck {
    HealthCheck {
        target: CheckTarget::Http(url.into()),
        every: Duration::from_millis(20),
        timeout: Duration::from_secs(5),
        fail_after: 1,
        grace: Duration::ZERO,
    }
}

/// The address of a check that always fails; it is served as long as the test runs.
async fn failing_check() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let says_no = || async { (StatusCode::SERVICE_UNAVAILABLE, "the check says no") };
    let router = Router::new().route("/", get(says_no));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}
