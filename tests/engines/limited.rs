//! What a limited engine shows, and what it refuses.

use std::sync::Arc;

use midwatch::{
    engines::{
        Engine, ShellSize,
        limited::{Limited, Limits},
    },
    model::{FaultKind, InstanceId, ServiceId},
    text::Clean,
};

use crate::support::fake::{Call, FakeEngine, instance};

fn host() -> FakeEngine {
    let fake = FakeEngine::new("docker");
    fake.set(instance("api", ServiceId::in_stack("shop", "api")));
    fake.set(instance("other", ServiceId::in_stack("other", "api")));
    fake.set(instance("alone", ServiceId::alone("api")));
    fake
}

fn limited(fake: &FakeEngine, limits: Limits) -> Limited {
    Limited::new(Arc::new(fake.clone()), limits)
}

#[tokio::test]
async fn what_is_not_of_the_stack_is_neither_listed_nor_described() {
    let shop = Limits { stack: Some(Clean::new("shop")), ..Limits::default() };
    let engine = limited(&host(), shop);
    let listed = engine.list().await.unwrap();
    let ids: Vec<_> = listed.iter().map(|instance| instance.id.as_str()).collect();
    assert_eq!(ids, ["api"]);
    assert!(engine.describe(&InstanceId::new("api")).await.is_ok());
    for id in ["other", "alone"] {
        let error = engine.describe(&InstanceId::new(id)).await.unwrap_err();
        assert_eq!(error.kind(), FaultKind::NotFound, "{id}");
    }
}

#[tokio::test]
async fn a_read_only_session_asks_no_engine_for_a_shell() {
    let (fake, size) = (host(), ShellSize { columns: 80, rows: 24 });
    let id = InstanceId::new("api");
    let engine = limited(&fake, Limits { read_only: true, ..Limits::default() });
    assert_eq!(engine.list().await.unwrap().len(), 3);
    let error = engine.shell(&id, size).await.err().unwrap();
    assert_eq!(error.kind(), FaultKind::Unsupported);
    assert!(error.to_string().contains("read-only"), "{error}");
    assert!(!fake.take_calls().contains(&Call::Shell(id.clone())));
    let engine = limited(&fake, Limits::default());
    assert!(engine.shell(&id, size).await.is_ok());
}
