//! Facts in few words: instances, lines, samples, and the events that carry them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use midwatch::{
    model::{
        Detail, EngineFact, Event, Exit, Fault, FaultKind, Health, HealthRecord, Image, Instance,
        InstanceId, InstanceKey, LogLine, Sample, ServiceId, State, Stream, StreamState,
    },
    text::{Clean, ansi::parse_log},
};

use super::{ago, world::docker};

/// An instance that has been up for two hours.
pub(crate) fn running(id: &str, service: ServiceId, replica: Option<u32>) -> Instance {
    let name = match replica {
        Some(replica) => format!("{}-{replica}", service.to_string().replace('/', "-")),
        None => service.name.to_string(),
    };
    Instance {
        id: InstanceId::new(id),
        name: Clean::new(&name),
        image: Some(Image {
            name: Clean::new(&format!("registry.example/{}:1.4", service.name)),
            digest: Some(Clean::new("sha256:4f06b3c1d2e3aabbccddeeff00112233")),
        }),
        service,
        replica,
        state: State::Running,
        health: Health::None,
        command: Clean::new("/usr/bin/server --port 8080"),
        created_at: Some(ago(90_000)),
        ports: vec![],
        labels: BTreeMap::new(),
        detail: Some(Detail { started_at: Some(ago(7200)), pid: Some(4711), ..Detail::default() }),
    }
}

/// The same, with a health check that says this.
pub(crate) fn checked(mut instance: Instance, health: Health, output: &[&str]) -> Instance {
    instance.health = health;
    let detail = instance.detail.get_or_insert_default();
    let exit_code = i64::from(health == Health::Unhealthy);
    detail.failing_streak = if health == Health::Unhealthy { 5 } else { 0 };
    detail.health_log = (1..=3)
        .rev()
        .map(|n| HealthRecord {
            at: Some(ago(n * 30)),
            exit_code,
            output: output.iter().map(|line| Clean::new(line)).collect(),
        })
        .collect();
    instance
}

/// The same, ended ten minutes ago.
pub(crate) fn ended(mut instance: Instance, code: i64, oom_killed: bool) -> Instance {
    instance.state = State::Exited;
    let detail = instance.detail.get_or_insert_default();
    detail.exit = Some(Exit { code, oom_killed, error: None });
    detail.finished_at = Some(ago(600));
    detail.pid = None;
    instance
}

/// The same, started again so often, the last time at `at`.
pub(crate) fn restarted(mut instance: Instance, restarts: u32, at: Timestamp) -> Instance {
    let detail = instance.detail.get_or_insert_default();
    detail.restarts = restarts;
    detail.started_at = Some(at);
    detail.exit = Some(Exit { code: 1, oom_killed: false, error: None });
    instance
}

pub(crate) fn key(id: &str) -> InstanceKey {
    InstanceKey::new(&docker(), &InstanceId::new(id))
}

pub(crate) fn fact(at: Timestamp, fact: EngineFact) -> Event {
    Event::Engine { engine: docker(), at, fact }
}

pub(crate) fn listed(at: Timestamp, instances: &[Instance]) -> Event {
    let outside = |instance: &Instance| Instance { detail: None, ..instance.clone() };
    fact(at, EngineFact::Listed { instances: instances.iter().map(outside).collect() })
}

pub(crate) fn described(at: Timestamp, instance: &Instance) -> Event {
    fact(at, EngineFact::Described { instance: Box::new(instance.clone()) })
}

pub(crate) fn removed(at: Timestamp, id: &str) -> Event {
    fact(at, EngineFact::Removed { id: InstanceId::new(id) })
}

pub(crate) fn lost(at: Timestamp, attempt: u32, retry_at: Timestamp) -> Event {
    let fault = Fault::new(FaultKind::Refused, "unix:///run/docker.sock refuses connections")
        .with_hint("the socket is there but nobody listens: is the engine still running?");
    fact(at, EngineFact::Lost { fault, attempt, retry_at })
}

pub(crate) fn line(at: Timestamp, raw: &str) -> LogLine {
    LogLine::new(Some(at), Stream::Stdout, parse_log(raw))
}

pub(crate) fn said(id: &str, lines: Vec<LogLine>) -> Event {
    Event::Logged { key: key(id), at: super::now(), lines, dropped: 0 }
}

pub(crate) fn live(id: &str) -> Event {
    Event::LogStream { key: key(id), state: StreamState::Current }
}

pub(crate) fn sampled(id: &str, sample: &Sample) -> Event {
    Event::Sampled { key: key(id), at: sample.at, sample: Box::new(*sample), dropped: 0 }
}
