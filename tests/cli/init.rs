//! `midwatch init` on fakes.

use std::{fs, path::Path};

use midwatch::{
    cli::{Context, Exit, args::InitOptions, init},
    config::{Paths, Source, StackFile, Variables},
    engines::EngineError,
    model::{Image, Instance, Port, Protocol, ServiceId},
    text::Clean,
};

use crate::{
    harness::{Ran, engines, instance, ran},
    support::fake::FakeEngine,
};

fn shop() -> FakeEngine {
    let fake = FakeEngine::new("docker");
    let port = Port { inside: 8000, host: None, address: None, protocol: Protocol::Tcp };
    for replica in 1..=2 {
        fake.set(Instance {
            image: Some(Image { name: Clean::new("shop/api:1.2"), digest: None }),
            ports: vec![port.clone()],
            ..instance("api", replica, 0)
        });
    }
    fake.set(instance("db", 1, 0));
    fake
}

async fn init_in(folder: &Path, fake: &FakeEngine, options: InitOptions) -> Ran {
    let context = Context {
        paths: Paths::under(folder),
        variables: Variables::default(),
        folder: folder.into(),
    };
    let engines = engines(&[fake]);
    ran(async |printer| {
        init::check(&options, &context)?;
        init::run(&engines, None, &options, &context, printer).await
    })
    .await
}

#[tokio::test]
async fn the_file_that_is_written_is_read_again_and_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let written = init_in(folder.path(), &shop(), InitOptions::default()).await;
    assert_eq!(written.exit, Exit::Well, "{written:?}");
    let path = folder.path().join("midwatch.toml");
    let file = StackFile::load(&path).unwrap();
    let services: Vec<_> = file.stack.services.iter().map(|it| it.id.as_str()).collect();
    assert_eq!((file.name(), services), ("shop", vec!["api", "db"]));
    assert_eq!(file.runtime.project.as_deref(), Some("shop"));
    fs::write(&path, "mine").unwrap();
    let again = init_in(folder.path(), &shop(), InitOptions::default()).await;
    assert_eq!((again.exit, fs::read_to_string(&path).unwrap().as_str()), (Exit::Usage, "mine"));
    assert!(again.err.contains("is there already"), "{}", again.err);
}

#[tokio::test]
async fn it_is_printed_instead_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let printed = init_in(folder.path(), &shop(), InitOptions { stdout: true }).await;
    assert!(fs::read_dir(folder.path()).unwrap().next().is_none());
    assert!(StackFile::parse(&Source::new(Path::new("x"), &printed.out), folder.path()).is_ok());
    insta::assert_snapshot!(printed.out);
}

#[tokio::test]
async fn of_several_stacks_one_must_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let fake = shop();
    fake.set(Instance { service: ServiceId::in_stack("blog", "web"), ..instance("web", 1, 0) });
    let ran = init_in(folder.path(), &fake, InitOptions::default()).await;
    assert_eq!(ran.exit, Exit::Usage);
    assert!(ran.err.contains("blog, shop") && ran.err.contains("--project"), "{}", ran.err);
}

#[tokio::test]
async fn what_cannot_be_seen_is_not_written_about() {
    let folder = tempfile::tempdir().unwrap();
    let fake = FakeEngine::new("docker");
    fake.fail(|| EngineError::Absent { endpoint: "x".into(), reason: "no socket".into() });
    let ran = init_in(folder.path(), &fake, InitOptions::default()).await;
    assert_eq!(ran.exit, Exit::Unreachable);
    assert!(!folder.path().join("midwatch.toml").exists());
}
