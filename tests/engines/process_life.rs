//! The life of local processes: who waits for whom, and that nothing is left behind.
//!
//! Whatever an instance starts carries its environment, so a mark in it finds all of
//! them, wherever they went and whoever their parent is by now.

use std::{
    env, fs,
    path::PathBuf,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Router, http::StatusCode, routing::get};
use futures_util::StreamExt;
use midwatch::{
    engines::{Engine, LogRequest, process::ProcessEngine},
    model::{
        Health, Instance, InstanceId, LogLine, RestartPolicy, State,
        inspect::Value,
        spec::{ServiceSpec, StopSignal},
    },
};
use rustix::process::{Pid, Signal, kill_process};
use tokio::net::TcpListener;

use crate::{
    contract::soon,
    process::{engine, probe, service},
};

/// What an instance's processes carry; the value is a test's own.
const MARK: &str = "MIDWATCH_TEST_MARK";

/// Set for [`a_parent_to_be_killed`], to the mark of its instance.
const PARENT: &str = "MIDWATCH_TEST_PARENT";

/// Starts one process in a session of its own, one whose parent ends at once, and stays.
const FAMILY: &str = "setsid sleep 1001 & (sleep 1002 &) ; exec sleep 1000";

/// The guardian, the program and its two sleeping children.
const FAMILY_SIZE: usize = 4;

fn marked_service(name: &str, mark: &str, script: &str) -> ServiceSpec {
    ServiceSpec { env: [(MARK.into(), mark.into())].into(), ..service(name, script) }
}

fn mark(test: &str) -> String {
    format!("{test}-{}", std::process::id())
}

/// All living processes with a mark.
fn marked(mark: &str) -> Vec<u32> {
    let wanted = format!("{MARK}={mark}");
    let has_mark = |pid: &u32| {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == wanted.as_bytes())
    };
    let entries = fs::read_dir("/proc").unwrap();
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    pids.filter(has_mark).collect()
}

/// Waits until as many processes carry a mark. `/proc` tells nobody of its changes.
async fn until_marked(mark: &str, count: usize) {
    let mut beat = tokio::time::interval(Duration::from_millis(10));
    soon(&format!("{count} processes marked {mark}"), async {
        while marked(mark).len() != count {
            beat.tick().await;
        }
    })
    .await;
}

fn id(service: &str) -> InstanceId {
    InstanceId::new(&format!("suite.{service}.1"))
}

/// Waits until an instance is as wanted.
async fn until(
    engine: &ProcessEngine,
    service: &str,
    wanted: impl Fn(&Instance) -> bool,
) -> Instance {
    let mut changes = engine.watch().await.unwrap();
    soon(&format!("a certain state of {service}"), async {
        loop {
            let instance = engine.describe(&id(service)).await.unwrap();
            if wanted(&instance) {
                return instance;
            }
            changes.next().await.unwrap().unwrap();
        }
    })
    .await
}

fn restarts(instance: &Instance) -> u32 {
    instance.detail.as_ref().map_or(0, |detail| detail.restarts)
}

async fn guardian(engine: &ProcessEngine, service: &str) -> Pid {
    let inspection = engine.inspect(&id(service)).await.unwrap();
    let mut rows = inspection.sections.iter().flat_map(|section| &section.rows);
    let row = rows.find(|row| row.name.as_str() == "guardian's process id").unwrap();
    let Value::Text(pid) = &row.value else { panic!("a secret process id") };
    Pid::from_raw(pid.as_str().parse().unwrap()).unwrap()
}

#[tokio::test]
#[ignore = "the parent that nothing_outlives_a_parent_that_is_killed starts and kills"]
async fn a_parent_to_be_killed() {
    let mark = env::var(PARENT).expect("only another test starts this one");
    let engine = engine(vec![marked_service("family", &mark, FAMILY)]);
    engine.start();
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn nothing_outlives_a_parent_that_is_killed() {
    let mark = mark("killed");
    let mut parent = Command::new(env::current_exe().unwrap())
        .args(["--exact", "process_life::a_parent_to_be_killed", "--ignored"])
        .env(PARENT, &mark)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    until_marked(&mark, FAMILY_SIZE).await;
    // SIGKILL: the parent can do nothing about it.
    parent.kill().unwrap();
    parent.wait().unwrap();
    until_marked(&mark, 0).await;
}

#[tokio::test]
async fn nothing_outlives_an_engine_that_is_dropped() {
    let mark = mark("dropped");
    let engine = engine(vec![marked_service("family", &mark, FAMILY)]);
    engine.start();
    until_marked(&mark, FAMILY_SIZE).await;
    drop(engine);
    until_marked(&mark, 0).await;
}

#[tokio::test]
async fn nothing_is_left_when_the_shutdown_returns() {
    let mark = mark("stubborn");
    let script = format!("trap '' TERM; {FAMILY}");
    let stubborn = ServiceSpec {
        stop_timeout: Duration::from_millis(100),
        ..marked_service("family", &mark, &script)
    };
    let engine = engine(vec![stubborn]);
    engine.start();
    until_marked(&mark, FAMILY_SIZE).await;
    engine.shutdown().await;
    assert_eq!(marked(&mark), [0; 0]);
    let instance = engine.describe(&id("family")).await.unwrap();
    let code = instance.detail.unwrap().exit.map(|exit| exit.code);
    assert_eq!((instance.state, code), (State::Exited, Some(137)));
}

#[tokio::test]
async fn what_a_program_leaves_behind_ends_with_it() {
    let mark = mark("orphans");
    let engine = engine(vec![marked_service("family", &mark, "(sleep 1003 &); exit 4")]);
    engine.start();
    until(&engine, "family", |instance| instance.state == State::Exited).await;
    assert_eq!(marked(&mark), [0; 0]);
}

#[tokio::test]
async fn a_guardian_that_is_killed_takes_its_program_along_and_is_replaced() {
    let mark = mark("guardian");
    let service = marked_service("one", &mark, "exec sleep 1000");
    let engine = engine(vec![ServiceSpec { restart: RestartPolicy::Always, ..service }]);
    engine.start();
    let first = until(&engine, "one", Instance::is_up).await;
    kill_process(guardian(&engine, "one").await, Signal::KILL).unwrap();
    let again = until(&engine, "one", |one| one.is_up() && restarts(one) == 1).await;
    assert_ne!(first.detail.unwrap().pid, again.detail.unwrap().pid);
    until_marked(&mark, 2).await;
}

#[tokio::test]
async fn what_was_said_before_a_restart_can_still_be_read_and_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let been = folder.path().join("been");
    let been = been.display();
    let script = format!(
        "if [ -e {been} ]; then echo second; exec sleep 1000; fi; touch {been}; echo first; exit 1"
    );
    let policy = RestartPolicy::OnFailure;
    let engine = engine(vec![ServiceSpec { restart: policy, ..service("one", &script) }]);
    engine.start();
    let follow = LogRequest { tail: None, since: None, until: None, follow: true };
    let lines = engine.logs(&id("one"), follow).await.unwrap();
    let both: Vec<_> = soon("both runs", lines.take(2).collect::<Vec<_>>()).await;
    let both: Vec<_> = both.into_iter().map(|line| line.unwrap()).collect();
    assert_eq!(both.iter().map(LogLine::as_str).collect::<Vec<_>>(), ["first", "second"]);
    let again = until(&engine, "one", |one| one.is_up() && restarts(one) == 1).await;
    let request = LogRequest::before(again.detail.unwrap().started_at.unwrap(), 100);
    let before = engine.logs(&id("one"), request).await.unwrap();
    let before: Vec<_> = before.map(Result::unwrap).collect().await;
    assert_eq!(before, both[..1]);
}

#[tokio::test]
async fn a_service_asks_its_stop_signal_and_may_end_in_its_own_way() {
    let script = "trap 'echo bye; exit 7' INT; echo ready; while :; do sleep 0.05; done";
    let polite = ServiceSpec { stop_signal: StopSignal::Int, ..service("polite", script) };
    let engine = engine(vec![polite]);
    engine.start();
    let follow = LogRequest { tail: None, since: None, until: None, follow: true };
    let mut lines = engine.logs(&id("polite"), follow).await.unwrap();
    assert_eq!(soon("ready", lines.next()).await.unwrap().unwrap().as_str(), "ready");
    engine.shutdown().await;
    assert_eq!(soon("bye", lines.next()).await.unwrap().unwrap().as_str(), "bye");
    assert!(soon("the end", lines.next()).await.is_none());
    let instance = engine.describe(&id("polite")).await.unwrap();
    assert_eq!(instance.detail.unwrap().exit.unwrap().code, 7);
}

#[tokio::test]
async fn a_service_waits_until_what_it_depends_on_is_healthy_and_ends_before_it() {
    let healthy = Arc::new(AtomicBool::new(false));
    let url = served(Arc::clone(&healthy)).await;
    let base =
        ServiceSpec { health_check: Some(probe(&url)), ..service("base", "exec sleep 1000") };
    let top = ServiceSpec { depends_on: vec!["base".into()], ..service("top", "exec sleep 1000") };
    let engine = engine(vec![top, base]);
    engine.start();
    until(&engine, "base", |base| base.health == Health::Unhealthy).await;
    assert_eq!(engine.describe(&id("top")).await.unwrap().state, State::Waiting);
    healthy.store(true, Ordering::Relaxed);
    until(&engine, "top", Instance::is_up).await;
    engine.shutdown().await;
    let end = async |service| engine.describe(&id(service)).await.unwrap().detail.unwrap();
    let (top, base) = (end("top").await, end("base").await);
    assert!(top.finished_at.is_some() && top.finished_at < base.finished_at, "{top:?} {base:?}");
}

/// The address of a check that passes once it is told to.
async fn served(healthy: Arc<AtomicBool>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let answer = move || {
        let healthy = healthy.load(Ordering::Relaxed);
        async move { if healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE } }
    };
    let router = Router::new().route("/", get(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[tokio::test]
async fn a_stop_reaches_a_service_that_still_waits() {
    let base = ServiceSpec {
        health_check: Some(probe("http://127.0.0.1:{port}/")),
        ..service("base", "exec sleep 1000")
    };
    let top = ServiceSpec { depends_on: vec!["base".into()], ..service("top", "exit 0") };
    let engine = engine(vec![base, top]);
    engine.start();
    until(&engine, "base", Instance::is_up).await;
    engine.shutdown().await;
    assert_eq!(engine.describe(&id("top")).await.unwrap().state, State::Waiting);
}

#[tokio::test]
async fn a_port_stays_the_same_over_restarts_and_others_know_it() {
    let script = "echo $PORT $MIDWATCH_PORT_B_1 $MIDWATCH_STACK/$MIDWATCH_SERVICE; exit 1";
    let a = ServiceSpec {
        restart: RestartPolicy::OnFailure,
        health_check: Some(probe("http://127.0.0.1:{port}/")),
        ..service("a", script)
    };
    let b = ServiceSpec { port: Some(1), ..service("b", "exit 0") };
    let engine = engine(vec![a, b]);
    engine.start();
    let instance = until(&engine, "a", |a| restarts(a) >= 1).await;
    let port = instance.ports[0].host.unwrap();
    let follow = LogRequest { tail: None, since: None, until: None, follow: true };
    let lines = engine.logs(&id("a"), follow).await.unwrap();
    let two: Vec<_> = soon("two runs", lines.take(2).collect::<Vec<_>>()).await;
    for line in two {
        assert_eq!(line.unwrap().as_str(), format!("{port} 1 suite/a"));
    }
}

#[tokio::test]
async fn a_program_that_cannot_run_says_why() {
    let missing = ServiceSpec { command: vec!["/no/such/program".into()], ..service("a", "") };
    let no_folder = ServiceSpec { cwd: Some(PathBuf::from("/no/such/folder")), ..service("b", "") };
    let engine = engine(vec![missing, no_folder]);
    engine.start();
    let end = async |service| {
        let instance = until(&engine, service, |it| it.state == State::Exited).await;
        let exit = instance.detail.unwrap().exit.unwrap();
        (exit.code, exit.error.unwrap().to_string())
    };
    let (code, error) = end("a").await;
    assert_eq!(code, 127);
    assert!(error.starts_with("cannot run `/no/such/program`: No such file"), "{error}");
    assert_eq!(end("b").await, (125, "no folder /no/such/folder".into()));
}

#[tokio::test]
async fn a_reader_of_what_never_ran_is_let_go_when_it_is_removed() {
    let engine = engine(vec![service("a", "exit 0")]);
    let follow = LogRequest { tail: None, since: None, until: None, follow: true };
    let mut lines = engine.logs(&id("a"), follow).await.unwrap();
    engine.remove("a").await.unwrap();
    assert!(soon("the end", lines.next()).await.is_none());
    assert_eq!(engine.list().await.unwrap(), []);
}

#[tokio::test]
async fn a_service_that_others_need_is_not_removed() {
    let top = ServiceSpec { depends_on: vec!["base".into()], ..service("top", "exit 0") };
    let engine = engine(vec![service("base", "exit 0"), top]);
    let error = engine.remove("base").await.unwrap_err();
    assert_eq!(error.to_string(), "service `top` depends on `base`");
    assert_eq!(engine.list().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_stack_that_was_shut_down_can_start_again() {
    let engine = engine(vec![service("a", "exec sleep 1000")]);
    engine.start();
    until(&engine, "a", Instance::is_up).await;
    engine.shutdown().await;
    assert_eq!(engine.describe(&id("a")).await.unwrap().state, State::Exited);
    engine.start();
    until(&engine, "a", Instance::is_up).await;
}
