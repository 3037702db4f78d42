//! `midwatch doctor` on fakes.

use std::sync::Arc;

use midwatch::{
    cli::{
        Context, Exit, Global,
        doctor::{self, Tried},
    },
    config::{Paths, Variables},
    engines::EngineError,
    model::InstanceId,
    text::Clean,
};
use serde_json::Value;

use crate::{
    harness::{instance, ran},
    support::fake::FakeEngine,
};

async fn findings(fake: &FakeEngine, files: &[(&str, &str)]) -> (Exit, Value) {
    let root = tempfile::tempdir().unwrap();
    let context = Context {
        paths: Paths::under(root.path()),
        variables: Variables::default(),
        folder: root.path().into(),
    };
    for (name, text) in files {
        let file = root.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let engine = Arc::new(fake.clone());
    let tried = [Tried { origin: Clean::new("DOCKER_HOST"), chosen: true, engine }];
    let ran = ran(async |printer| {
        let findings = doctor::gather(&tried, &Global::default(), &context).await;
        doctor::run(&findings, true, printer)
    })
    .await;
    crate::readme::assert_documented("doctor", &ran.json());
    (ran.exit, ran.json())
}

#[tokio::test]
async fn what_is_in_order_is_zero() {
    let files = [("midwatch.toml", "name = \"shop\""), ("config/config.toml", "mouse = true")];
    let (exit, value) = findings(&FakeEngine::new("docker"), &files).await;
    assert_eq!(exit, Exit::Well, "{value}");
    assert_eq!(value["engines"][0]["info"]["product"], "Fake Engine");
    assert_eq!(value["engines"][0]["origin"], "DOCKER_HOST");
    assert_eq!(value["files"][0]["state"], "good");
    let state = value["files"][3]["state"].as_str().unwrap();
    assert!(state.contains("not approved"), "{state}");
}

#[tokio::test]
async fn a_wrong_file_is_a_warning() {
    let (exit, value) =
        findings(&FakeEngine::new("docker"), &[("config/config.toml", "mouse = 1")]).await;
    assert_eq!(exit, Exit::Wrong);
    assert!(value["warnings"][0].as_str().unwrap().contains("config check"), "{value}");
}

#[tokio::test]
async fn an_engine_that_does_not_answer_is_told_with_its_cause() {
    let fake = FakeEngine::new("docker");
    fake.fail(|| EngineError::Refused { endpoint: "fake://".into(), reason: None });
    let (exit, value) = findings(&fake, &[]).await;
    assert_eq!(exit, Exit::Unreachable);
    assert_eq!(value["engines"][0]["fault"]["kind"], "refused");
}

#[tokio::test]
async fn a_look_at_the_stats_that_fails_is_told_with_its_cause() {
    let fake = FakeEngine::new("docker");
    fake.set(instance("api", 1, 0));
    fake.deny_stats(&InstanceId::new("api1"), true);
    let (exit, value) = findings(&fake, &[]).await;
    assert_eq!(exit, Exit::Well, "the engine answers");
    assert_eq!(value["engines"][0]["stats"], Value::Null);
    assert_eq!(value["engines"][0]["stats_fault"]["kind"], "denied");
}
