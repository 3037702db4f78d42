//! The fake is held to the contract, and its scripting does what it says.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use futures_util::StreamExt;
use jiff::{SignedDuration, Timestamp};
use midwatch::{
    engines::{Change, Engine, EngineError, LogRequest},
    model::{
        Exit, Health, HealthRecord, Inspection, Instance, InstanceId, LogLine, Port, Protocol,
        Sample, ServiceId, Stream, inspect::Row, log::MAX_LINE_BYTES,
    },
    text::Clean,
};

use crate::{
    contract::{Harness, LONG_LINE_BYTES, Lacks, Role, Started, contract, live},
    support::fake::{Call, FakeEngine, instance},
};

contract!(harness());

fn harness() -> FakeHarness {
    FakeHarness { engine: FakeEngine::new("fake"), started: AtomicU32::new(0) }
}

struct FakeHarness {
    engine: FakeEngine,
    started: AtomicU32,
}

#[async_trait]
impl Harness for FakeHarness {
    fn engine(&self) -> Arc<dyn Engine> {
        Arc::new(self.engine.clone())
    }

    fn lacks(&self) -> Lacks {
        Lacks::default()
    }

    async fn start(&self, role: Role) -> Started {
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let service = ServiceId::in_stack("suite", &format!("{role:?}-{number}"));
        let started = instance(&format!("fake{number}"), service.clone());
        let id = started.id.clone();
        self.engine.set(started.clone());
        self.act(role, started);
        Started { id, service }
    }

    async fn stop(&self, id: &InstanceId) {
        self.engine.end(id, 143);
    }

    async fn remove(&self, id: &InstanceId) {
        self.engine.remove(id);
    }
}

impl FakeHarness {
    fn act(&self, role: Role, instance: Instance) {
        let engine = self.engine.clone();
        let id = instance.id.clone();
        match role {
            Role::Talk => {
                for number in 0..5 {
                    engine
                        .say(&id, line(2 * number, Stream::Stdout, &format!("out {}", number + 1)));
                    engine.say(
                        &id,
                        line(2 * number + 1, Stream::Stderr, &format!("err {}", number + 1)),
                    );
                }
            }
            Role::Tick => repeat(move |number| {
                engine.say(&id, line(number, Stream::Stdout, &format!("tick {}", number + 1)));
            }),
            Role::Busy => repeat(move |number| engine.sample(&id, &busy(number))),
            Role::ExitThree => {
                engine.say(&id, line(0, Stream::Stderr, "leaving"));
                engine.end(&id, 3);
            }
            Role::Flap => engine.set(flapped(instance)),
            Role::Serve => engine.set(serving(instance)),
            Role::Unhealthy => engine.set(unhealthy(instance)),
            Role::LongLine => {
                let long = "x".repeat(MAX_LINE_BYTES);
                let cut_bytes = (LONG_LINE_BYTES - MAX_LINE_BYTES) as u64;
                engine.say(&id, LogLine { cut_bytes, ..line(0, Stream::Stdout, &long) });
                engine.say(&id, line(1, Stream::Stdout, "after"));
            }
            Role::Hostile => {
                let bytes = b"\x1b]0;owned\x07 a\rb \xff\xfe \xc2\x9b end";
                let text = Clean::from_bytes(bytes);
                engine.say(&id, LogLine { text: text.into(), ..line(0, Stream::Stdout, "") });
            }
            Role::Canary => {
                let mut inspection = Inspection::default();
                let rows = role.environment().iter().map(|(name, value)| Row::secret(name, value));
                inspection.push("Environment", rows.collect());
                engine.set_inspection(&id, inspection);
            }
        }
    }
}

/// Does something again and again, as the scripts of the real engines do.
fn repeat(mut act: impl FnMut(i64) + Send + 'static) {
    tokio::spawn(async move {
        let mut beat = tokio::time::interval(Duration::from_millis(5));
        for number in 0.. {
            beat.tick().await;
            act(number);
        }
    });
}

fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH.saturating_add(SignedDuration::from_secs(second)).unwrap()
}

fn line(second: i64, stream: Stream, text: &str) -> LogLine {
    LogLine::new(Some(at(second)), stream, Clean::new(text))
}

fn busy(second: i64) -> Sample {
    Sample {
        cpu_cores: Some(0.9),
        memory_bytes: Some(1 << 20),
        processes: Some(1),
        ..Sample::empty(at(second))
    }
}

fn unhealthy(mut instance: Instance) -> Instance {
    instance.health = Health::Unhealthy;
    let detail = instance.detail.get_or_insert_default();
    detail.failing_streak = 1;
    detail.health_log = vec![HealthRecord {
        at: Some(at(0)),
        exit_code: 1,
        output: vec![Clean::new("the check says no")],
    }];
    instance
}

fn flapped(mut instance: Instance) -> Instance {
    let detail = instance.detail.get_or_insert_default();
    detail.restarts = 2;
    detail.exit = Some(Exit { code: 1, oom_killed: false, error: None });
    instance
}

fn serving(mut instance: Instance) -> Instance {
    instance.ports = vec![Port {
        inside: 80,
        host: Some(8080),
        address: Some(Clean::new("127.0.0.1")),
        protocol: Protocol::Tcp,
    }];
    instance
}

#[tokio::test]
async fn a_lost_fake_breaks_its_streams_and_fails_every_call_until_it_recovers() {
    let engine = FakeEngine::new("fake");
    let mut changes = engine.watch().await.unwrap();
    engine.fail(|| EngineError::Timeout { endpoint: "fake://".into(), seconds: 1 });
    assert!(matches!(changes.next().await, Some(Err(EngineError::Timeout { .. }))));
    assert!(changes.next().await.is_none());
    assert!(matches!(engine.list().await, Err(EngineError::Timeout { .. })));
    engine.recover();
    assert_eq!(engine.list().await.unwrap(), []);
}

#[tokio::test]
async fn the_fake_tells_what_was_asked_of_it() {
    let engine = FakeEngine::new("fake");
    let id = InstanceId::new("a");
    engine.set(instance("a", ServiceId::alone("a")));
    let request = LogRequest { tail: Some(1), since: None, until: None, follow: false };
    let _lines = engine.logs(&id, request).await.unwrap();
    let _samples = engine.stats(&id, live()).await.unwrap();
    assert_eq!(engine.take_calls(), [Call::Logs(id.clone(), request), Call::Stats(id)]);
    assert_eq!(engine.take_calls(), []);
}

#[tokio::test]
async fn a_change_of_the_fake_reaches_every_watcher() {
    let engine = FakeEngine::new("fake");
    let mut watchers = [engine.watch().await.unwrap(), engine.watch().await.unwrap()];
    engine.set(instance("a", ServiceId::alone("a")));
    for watcher in &mut watchers {
        let change = watcher.next().await.unwrap().unwrap();
        assert_eq!(change, Change::Touched(InstanceId::new("a")));
    }
}
