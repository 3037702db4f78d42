//! `midwatch status` on fakes.

use std::{sync::Arc, time::Duration};

use midwatch::{
    cli::{Exit, LookedAt, args::StatusOptions, status},
    engines::{
        Engine, EngineError,
        limited::{Limited, Limits},
    },
    model::{Health, Image, Instance, InstanceId, Port, Protocol},
    text::Clean,
};
use serde_json::json;
use tokio::time::Instant;

use crate::{
    harness::{Ran, engines, instance, ran, ran_beside},
    readme,
    support::fake::FakeEngine,
};

const JSON: StatusOptions = StatusOptions { json: true, watch: false, no_probes: false };
const WATCH: StatusOptions = StatusOptions { json: true, watch: true, no_probes: false };

fn lost() -> EngineError {
    EngineError::Absent {
        endpoint: "tcp://bob:canary@fake".into(),
        reason: "no such socket".into(),
    }
}

async fn status(fakes: &[&FakeEngine], project: Option<&str>, options: StatusOptions) -> Ran {
    let mut engines = engines(fakes);
    if let Some(project) = project {
        for engine in &mut engines {
            let limits = Limits { stack: Some(Clean::new(project)), ..Limits::default() };
            *engine = Arc::new(Limited::new(engine.clone(), limits));
        }
    }
    let project = project.map(Clean::new);
    let looked_at = LookedAt { engines, project, ..LookedAt::default() };
    ran(async |printer| status::run(&looked_at, &options, printer).await).await
}

fn looked_at(engines: &[Arc<dyn Engine>]) -> LookedAt {
    LookedAt { engines: engines.to_vec(), ..LookedAt::default() }
}

/// Two healthy copies of `api`, one `db` that came to a bad end.
fn shop() -> FakeEngine {
    let fake = FakeEngine::new("docker");
    for replica in 1..=2 {
        fake.set(Instance {
            health: Health::Healthy,
            image: Some(Image { name: Clean::new("api:1"), digest: Some(Clean::new("sha256:ab")) }),
            ports: vec![Port {
                inside: 80,
                host: Some(8080),
                address: Some(Clean::new("127.0.0.1")),
                protocol: Protocol::Tcp,
            }],
            ..instance("api", replica, 0)
        });
    }
    fake.set(instance("db", 1, 0));
    fake
}

#[tokio::test]
async fn all_well_is_zero_and_anything_else_is_not() {
    let fake = shop();
    assert_eq!(status(&[&fake], None, JSON).await.exit, Exit::Well);
    fake.end(&InstanceId::new("db1"), 3);
    let ran = status(&[&fake], None, JSON).await;
    assert_eq!(ran.exit, Exit::Wrong);
    assert_eq!(ran.json()["level"], "bad");
}

#[tokio::test]
async fn the_object_has_the_documented_fields() {
    let mut value = status(&[&shop()], None, JSON).await.json();
    readme::assert_documented("status", &value);
    let (time, uptime) = (value["time"].take(), value["services"][0]["uptime_seconds"].take());
    assert!(time.is_string() && uptime.is_number());
    for instance in value["services"][0]["instances"].as_array_mut().unwrap() {
        assert!(instance["uptime_seconds"].take().is_number());
    }
    value["services"].as_array_mut().unwrap().truncate(1);
    let copy = |number: u32| {
        json!({
            "instance": format!("shop-api-{number}"), "id": format!("api{number}"),
            "state": "running", "health": "healthy", "level": "ok", "reason": "healthy",
            "restarts": 0, "exit_code": null, "oom_killed": null, "image_digest": "sha256:ab",
            "started_at": "1970-01-01T00:00:00Z", "finished_at": null, "uptime_seconds": null,
        })
    };
    let expected = json!({
        "time": null,
        "level": "ok",
        "engines": [{
            "engine": "docker", "endpoint": "fake://", "state": "connected",
            "product": "Fake Engine", "version": "1.0", "api": null, "fault": null,
        }],
        "services": [{
            "engine": "docker", "stack": "shop", "service": "api", "level": "ok",
            "reason": "healthy", "instances_total": 2, "instances_up": 2, "restarts": 0,
            "images": ["api:1"],
            "ports": [{
                "inside_port": 80, "host_port": 8080, "host_address": "127.0.0.1",
                "protocol": "tcp",
            }],
            "started_at": "1970-01-01T00:00:00Z", "uptime_seconds": null,
            "instances": [copy(1), copy(2)], "probes": [],
        }],
    });
    assert_eq!(value, expected);
}

#[tokio::test]
async fn the_table_has_the_worst_first() {
    let fake = shop();
    fake.end(&InstanceId::new("db1"), 3);
    let ran = status(&[&fake], None, StatusOptions::default()).await;
    // How long the fake has been up depends on today, and with it the columns' width.
    insta::with_settings!({filters => vec![(r"\d+d \d+h", "[uptime]"), (r"  +", "  ")]}, {
        insta::assert_snapshot!(ran.out);
    });
}

#[tokio::test]
async fn an_engine_that_cannot_be_reached_is_told_and_is_three() {
    let (up, down) = (shop(), FakeEngine::new("podman"));
    down.fail(lost);
    let ran = status(&[&up, &down], None, JSON).await;
    assert_eq!(ran.exit, Exit::Unreachable);
    let value = ran.json();
    assert_eq!(value["level"], "unknown");
    assert_eq!(value["engines"][1]["state"], "unreachable");
    assert_eq!(value["engines"][1]["fault"]["kind"], "absent");
    assert_eq!(value["services"].as_array().unwrap().len(), 2);
    let words = status(&[&down], None, StatusOptions::default()).await.out;
    assert!(words.starts_with("podman: unreachable: no engine at tcp://••••••@fake"), "{words}");
    assert!(words.contains("= hint: start the engine"), "{words}");
}

#[tokio::test]
async fn services_of_an_engine_that_cannot_be_reached_are_not_known_rather_than_none() {
    let down = FakeEngine::new("podman");
    down.fail(lost);
    let last = |ran: &Ran| ran.out.lines().last().unwrap().to_owned();
    let words = StatusOptions::default();
    assert_eq!(last(&status(&[&down], None, words.clone()).await), "services not known");
    assert_eq!(last(&status(&[&down], Some("shop"), words.clone()).await), "services not known");
    assert_eq!(last(&status(&[&FakeEngine::new("empty")], None, words).await), "no services");
}

#[tokio::test]
async fn a_reader_that_goes_away_early_makes_nothing_well() {
    let fake = shop();
    fake.end(&InstanceId::new("db1"), 3);
    let engines = engines(&[&fake]);
    let (exit, err) = ran_beside(
        async |printer| status::run(&looked_at(&engines), &StatusOptions::default(), printer).await,
        async |reader| reader.close(),
    )
    .await;
    assert_eq!((exit, err.as_str()), (Exit::Wrong, ""));
}

#[tokio::test]
async fn a_project_of_which_nothing_is_there_is_not_well() {
    let fake = shop();
    assert_eq!(status(&[&fake], Some("shop"), JSON).await.exit, Exit::Well);
    assert_eq!(status(&[&fake], Some("other"), JSON).await.exit, Exit::Wrong);
    assert_eq!(status(&[&FakeEngine::new("empty")], None, JSON).await.exit, Exit::Well);
    assert_eq!(status(&[], None, JSON).await.exit, Exit::Unreachable);
}

#[tokio::test(start_paused = true)]
async fn watching_prints_what_changes_and_nothing_else() {
    let fake = shop();
    let engines = engines(&[&fake]);
    let (exit, _) = ran_beside(
        async |printer| status::run(&looked_at(&engines), &WATCH, printer).await,
        async |mut reader| {
            assert_eq!(reader.json().await["level"], "ok");
            // The same again is no news; the line that comes next is about the end.
            fake.set(instance("db", 1, 0));
            fake.end(&InstanceId::new("db1"), 3);
            let ended = reader.json().await;
            assert_eq!(ended["services"][1]["reason"], "exit 3");
            fake.remove(&InstanceId::new("db1"));
            assert_eq!(reader.json().await["services"].as_array().unwrap().len(), 1);
            reader.close();
            fake.set(instance("cache", 1, 0));
        },
    )
    .await;
    assert_eq!(exit, Exit::Well);
}

#[tokio::test(start_paused = true)]
async fn watching_outlives_a_lost_engine_and_never_calls_it_well() {
    let fake = shop();
    let engines = engines(&[&fake]);
    ran_beside(
        async |printer| status::run(&looked_at(&engines), &WATCH, printer).await,
        async |mut reader| {
            assert_eq!(reader.json().await["level"], "ok");
            fake.fail(lost);
            let lost = reader.json().await;
            assert_eq!(lost["engines"][0]["state"], "unreachable");
            assert_eq!(lost["services"][0]["level"], "unknown");
            assert_eq!(lost["services"][0]["reason"], "engine unreachable, was: healthy");
            tokio::time::sleep(Duration::from_mins(5)).await;
            let back = Instant::now();
            fake.recover();
            assert_eq!(reader.json().await["level"], "ok");
            assert!(back.elapsed() <= Duration::from_secs(5), "{:?}", back.elapsed());
            // Its changes are listened to again, and not found by looking.
            let ended = Instant::now();
            fake.end(&InstanceId::new("db1"), 1);
            assert_eq!(reader.json().await["level"], "bad");
            assert!(ended.elapsed() < Duration::from_secs(1), "{:?}", ended.elapsed());
            reader.close();
            fake.remove(&InstanceId::new("db1"));
        },
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn restarts_while_watching_are_a_crash_loop() {
    let fake = shop();
    let engines = engines(&[&fake]);
    ran_beside(
        async |printer| status::run(&looked_at(&engines), &WATCH, printer).await,
        async |mut reader| {
            reader.line().await;
            let mut db = instance("db", 1, 0);
            db.detail.as_mut().unwrap().restarts = 4;
            fake.set(db);
            let value = reader.json().await;
            assert_eq!(value["services"][1]["reason"], "4 restarts in 60 s");
            reader.close();
            fake.remove(&InstanceId::new("db1"));
        },
    )
    .await;
}
