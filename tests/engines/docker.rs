//! A real Docker engine.

use std::{path::Path, process::Command as BlockingCommand, time::Duration};

use futures_util::StreamExt;
use jiff::Timestamp;
use midwatch::{
    engines::{Change, EngineError, LogRequest, Shell, ShellSize},
    model::{Health, Instance, Level, State, Stream, condition, crash::RestartLog},
    text::Clean,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    containers::{Cli, Containers, unique_name, variable},
    contract::{Harness, Lacks, Role, contract, described_when, live, soon},
    usage::usage,
};

contract!(harness());
usage!(harness());

const SIZE: ShellSize = ShellSize { columns: 100, rows: 30 };

pub(crate) fn harness() -> Containers {
    let address = variable("MIDWATCH_TEST_DOCKER");
    let cli = Cli { program: "docker".into(), host: Some(address.clone()), checks_by_hand: false };
    Containers::new("docker", &address, cli, Lacks::default())
}

#[tokio::test]
async fn it_says_its_name_its_host_and_what_was_agreed_on() {
    let engine = harness().engine();
    let info = engine.connect().await.unwrap();
    assert_eq!(info.product.as_str(), "Docker Engine");
    assert!(info.api.is_some_and(|api| api.as_str().starts_with("1.")));
    assert!(engine.host().await.is_some());
}

#[tokio::test]
async fn containers_with_compose_v2_labels_are_copies_of_a_service() {
    let docker = harness();
    let project = unique_name();
    for copy in ["1", "2"] {
        let labels = [
            format!("--label=com.docker.compose.project={project}"),
            "--label=com.docker.compose.service=api".into(),
            format!("--label=com.docker.compose.container-number={copy}"),
            "--label=com.docker.compose.project.config_files=/srv/shop/compose.yaml".into(),
        ];
        let options: Vec<&str> = labels.iter().map(String::as_str).collect();
        docker.run(&format!("{project}-other-{copy}"), &options, Role::Talk.script()).await;
    }
    let mut copies: Vec<_> = stack(&docker, &project)
        .await
        .into_iter()
        .map(|instance| (instance.service.name.to_string(), instance.replica))
        .collect();
    copies.sort();
    assert_eq!(copies, [("api".into(), Some(1)), ("api".into(), Some(2))]);
}

/// A project of docker-compose 1.29, taken down when it is dropped.
struct Project {
    name: String,
}

impl Project {
    fn compose(&self, arguments: &[&str]) -> BlockingCommand {
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/compose/docker-compose.yml");
        let mut command = BlockingCommand::new("docker-compose");
        command.env("DOCKER_HOST", variable("MIDWATCH_TEST_DOCKER"));
        command.arg("-p").arg(&self.name).arg("-f").arg(file).args(arguments);
        command
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = self.compose(&["down", "--timeout", "0", "--volumes"]).output();
    }
}

#[tokio::test]
async fn a_project_of_compose_v1_is_a_stack_and_its_one_off_is_no_copy() {
    let docker = harness();
    // Compose v1 drops dashes from project names.
    let project = Project { name: unique_name().replace('-', "") };
    for arguments in [
        &["up", "-d", "--scale", "worker=2"][..],
        &["run", "-d", "--no-deps", "worker", "sleep", "600"],
    ] {
        let output = project.compose(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let instances = stack(&docker, &project.name).await;
    let of = |service: &str| -> Vec<Option<u32>> {
        let mut copies: Vec<_> = instances
            .iter()
            .filter(|instance| instance.service.name.as_str() == service)
            .map(|instance| instance.replica)
            .collect();
        copies.sort();
        copies
    };
    assert_eq!(of("web"), [Some(1)]);
    assert_eq!(of("worker"), [Some(1), Some(2)]);
    assert_eq!(of("worker (one-off)"), [None]);
    assert_eq!(of("broken").len(), 1);
}

#[tokio::test]
async fn health_in_a_listing_is_that_of_a_description() {
    let docker = harness();
    let started = docker.start(Role::Unhealthy).await;
    described_when(&docker, &started.id, |instance| instance.health == Health::Unhealthy).await;
    assert_eq!(listed(&docker, started.id.as_str()).await.health, Health::Unhealthy);
}

#[tokio::test]
async fn a_listing_and_a_description_tell_the_same() {
    let docker = harness();
    let options = ["--publish=127.0.0.1::80/tcp", "--label=a=b c"];
    let id = docker.run(&unique_name(), &options, "echo a b; exec sleep 600").await;
    let described = described_when(&docker, &id, Instance::is_up).await;
    let mut listed = listed(&docker, id.as_str()).await;
    // A listing tells whole seconds.
    assert_eq!(
        listed.created_at.map(Timestamp::as_second),
        described.created_at.map(Timestamp::as_second)
    );
    listed.created_at = described.created_at;
    assert_eq!(listed, Instance { detail: None, ..described });
}

#[tokio::test]
async fn a_container_killed_for_memory_is_bad_and_says_so() {
    let docker = harness();
    let id = docker.run(&unique_name(), &["--memory=16m"], "exec tail /dev/zero").await;
    // Docker may hear that it ended before it hears why, and tells that by another event.
    let exit = |i: &Instance| i.detail.as_ref().and_then(|detail| detail.exit.clone());
    let is_killed = |i: &Instance| exit(i).is_some_and(|exit| exit.oom_killed);
    let instance = described_when(&docker, &id, |i| i.state == State::Exited && is_killed(i)).await;
    let now = Timestamp::now();
    let condition = condition::of_instance(&instance, &RestartLog::default(), now);
    assert_eq!((condition.level, &*condition.reason), (Level::Bad, "killed: out of memory"));
}

#[tokio::test]
async fn only_a_limit_that_limits_is_told() {
    let docker = harness();
    let options = ["--memory=64m"];
    let limited = docker.run(&unique_name(), &options, Role::Talk.script()).await;
    let free = docker.run(&unique_name(), &[], Role::Talk.script()).await;
    let mut limits = vec![];
    for id in [limited, free] {
        let mut stats = docker.engine().stats(&id, live()).await.unwrap();
        let sample = soon("a sample", stats.next()).await.unwrap().unwrap();
        limits.push(sample.memory_limit_bytes);
    }
    assert_eq!(limits, [Some(64 * 1024 * 1024), None]);
}

#[tokio::test]
async fn it_is_said_who_tells_of_stats() {
    let docker = harness();
    docker.start(Role::Talk).await;
    // Others may run here too, and end while they are looked at.
    let readings = docker.engine().readings().await.unwrap().unwrap();
    assert!(readings.from_kernel > 0 && readings.instances >= readings.from_kernel, "{readings:?}");
    let groups = readings.control_groups.unwrap();
    assert!(groups.as_str().starts_with("control groups v"), "{groups}");

    let readings = docker.engine_without_kernel().readings().await.unwrap().unwrap();
    assert!(readings.instances > 0);
    assert_eq!(readings.from_kernel, 0);
    assert_eq!(
        readings.why_not.as_ref().map(Clean::as_str),
        Some("this host has no control groups")
    );
}

#[tokio::test]
async fn the_output_of_a_terminal_is_read_as_lines_whatever_bytes_it_has() {
    let docker = harness();
    // A line that begins like the head of a frame of 4 GiB.
    let script = "printf '\\001\\000\\000\\000\\377\\377\\377\\377\\nafter\\n'; exec sleep 600";
    let id = docker.run(&unique_name(), &["--tty"], script).await;
    let request = LogRequest { tail: None, since: None, until: None, follow: true };
    let stream = docker.engine().logs(&id, request).await.unwrap();
    let lines: Vec<_> = soon("two lines", stream.take(2).collect::<Vec<_>>()).await;
    let lines: Vec<_> = lines.into_iter().map(Result::unwrap).collect();
    assert_eq!(lines[0].as_str(), "␁␀␀␀����");
    assert_eq!((lines[1].as_str(), lines[1].stream), ("after", Stream::Stdout));
    assert!(lines[1].at.is_some());
}

#[tokio::test]
async fn a_shell_runs_inside_and_tells_how_it_ended() {
    let docker = harness();
    let started = docker.start(Role::Talk).await;
    let Shell::Remote(mut shell) = docker.engine().shell(&started.id, SIZE).await.unwrap() else {
        panic!("it is on the other side");
    };
    let mut streams = shell.streams().unwrap();
    assert!(shell.streams().is_none());
    shell.resize(ShellSize { columns: 77, rows: 22 }).await.unwrap();
    streams.input.write_all(b"stty size; echo $((40+2))-answer; exit 7\n").await.unwrap();
    let mut output = vec![];
    soon("the end of the shell", streams.output.read_to_end(&mut output)).await.unwrap();
    let output = String::from_utf8_lossy(&output);
    assert!(output.contains("42-answer"), "{output}");
    assert_eq!(shell.exit_code().await.unwrap(), Some(7));
}

#[tokio::test]
async fn where_no_shell_can_be_the_reason_is_told() {
    let docker = harness();
    let without = docker.run(&unique_name(), &[], "rm -f /bin/sh; echo gone; exec sleep 600").await;
    let request = LogRequest { tail: None, since: None, until: None, follow: true };
    let mut lines = docker.engine().logs(&without, request).await.unwrap();
    soon("the shell's removal", lines.next()).await.unwrap().unwrap();
    let ended = docker.start(Role::ExitThree).await.id;
    described_when(&docker, &ended, |i| i.state == State::Exited).await;
    for (id, reason) in [(without, "has no /bin/sh"), (ended, "is exited")] {
        match docker.engine().shell(&id, SIZE).await {
            Err(EngineError::Unsupported { what }) => assert!(what.contains(reason), "{what}"),
            other => panic!("{:?}", other.err()),
        }
    }
}

#[tokio::test]
async fn text_of_labels_and_commands_cannot_steer_a_terminal() {
    let docker = harness();
    let options = ["--label=evil\u{1b}[2J=\u{202e}x\r"];
    let id = docker.run(&unique_name(), &options, "printf '\u{1b}]0;x\u{7}'; exec sleep 600").await;
    let instance = listed(&docker, id.as_str()).await;
    assert_eq!(instance.labels.get("evil␛[2J").map(Clean::as_str), Some("‹U+202E›x␍"));
    assert!(instance.command.as_str().contains("␛]0;x␇"), "{}", instance.command);
}

#[tokio::test]
async fn an_event_of_a_health_check_is_no_change() {
    let docker = harness();
    let checked = ["--health-cmd=true", "--health-interval=1s"];
    let id = docker.run(&unique_name(), &checked, Role::Talk.script()).await;
    described_when(&docker, &id, |instance| instance.health == Health::Healthy).await;
    let mut changes = docker.engine().watch().await.unwrap();
    let last_check = async || {
        let instance = docker.engine().describe(&id).await.unwrap();
        instance.detail.unwrap().health_log.last().and_then(|record| record.at)
    };
    let first = last_check().await;
    // The time for several more checks.
    let deadline = tokio::time::Instant::now() + Duration::from_secs(3);
    let touched = async {
        loop {
            let change = changes.next().await.unwrap().unwrap();
            if matches!(&change, Change::Touched(touched) if *touched == id) {
                return change;
            }
        }
    };
    let seen = tokio::time::timeout_at(deadline, touched).await;
    assert!(seen.is_err(), "{seen:?}");
    assert_ne!(first, last_check().await, "no check ran");
}

async fn stack(docker: &Containers, name: &str) -> Vec<Instance> {
    let mut all = docker.engine().list().await.unwrap();
    all.retain(|instance| instance.service.stack.as_ref().is_some_and(|s| s.as_str() == name));
    all
}

async fn listed(docker: &Containers, id: &str) -> Instance {
    let all = docker.engine().list().await.unwrap();
    all.into_iter().find(|instance| instance.id.as_str() == id).expect("it is listed")
}
