//! Every stack file under tests/config: the good ones are read, the bad ones say why not.

use std::{
    fs,
    path::{Path, PathBuf},
};

use midwatch::{
    config::{Source, StackFile},
    model::{
        Environment, Format, LogOrigin, RestartPolicy, Severity,
        spec::{CheckTarget, StopSignal},
    },
};

/// The stack files of a folder under tests/config, by name.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config").join(folder);
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// Parses a file under its bare name, so that messages are the same everywhere.
fn parse(file: &Path) -> Result<StackFile, String> {
    let text = fs::read_to_string(file).unwrap();
    let name = Path::new(file.file_name().unwrap());
    let source = Source::new(name, &text);
    StackFile::parse(&source, Path::new("/srv/shop")).map_err(|errors| errors.to_string())
}

#[test]
fn every_valid_file_is_read() {
    for file in files("valid") {
        if let Err(errors) = parse(&file) {
            panic!("{}:\n{errors}", file.display());
        }
    }
}

#[test]
fn every_invalid_file_says_what_is_wrong_where_and_what_would_be_right() {
    for file in files("invalid") {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let message = parse(&file).expect_err(&name);
        assert!(!message.contains("canary"), "{name} shows a secret:\n{message}");
        assert!(!message.contains('\u{1b}'), "{name} lets an escape through");
        insta::assert_snapshot!(name, message);
    }
}

#[test]
fn a_full_file_becomes_what_the_process_engine_runs() {
    let file = files("valid").into_iter().find(|file| file.ends_with("full.toml")).unwrap();
    let stack = parse(&file).unwrap();
    assert_eq!(stack.stack.environment, Some(Environment::Production));
    assert_eq!(stack.runtime.project.as_deref(), Some("shop"));
    let processes = stack.processes().unwrap();
    let names: Vec<_> = processes.services.iter().map(|service| service.name.as_str()).collect();
    assert_eq!(names, ["db", "api", "worker"]);
    let api = &processes.services[1];
    assert_eq!(api.cwd.as_deref(), Some(Path::new("/srv/shop/api")));
    assert_eq!(api.env["DB_PASSWORD"], "hunter2");
    assert_eq!((api.replicas, api.port), (3, Some(8000)));
    assert_eq!((api.restart, api.stop_signal), (RestartPolicy::OnFailure, StopSignal::Int));
    assert_eq!(api.stop_timeout.as_millis(), 1500);
    let probe = api.health_check.as_ref().unwrap();
    assert_eq!(probe.target, CheckTarget::Http("http://127.0.0.1:{port}/health".into()));
    assert_eq!((probe.every.as_secs(), probe.fail_after, probe.grace.as_secs()), (5, 2, 10));
    assert_eq!(processes.services[0].cwd.as_deref(), Some(Path::new("/srv/shop")));
    assert_eq!(
        processes.services[2].health_check.as_ref().unwrap().target,
        CheckTarget::Tcp("[::1]:{port}".into())
    );
}

#[test]
fn a_file_without_commands_gives_the_process_engine_nothing() {
    let file = files("valid").into_iter().find(|file| file.ends_with("least.toml")).unwrap();
    assert_eq!(parse(&file).unwrap().processes(), None);
}

#[test]
fn logs_patterns_and_filters_become_facts_about_the_stack() {
    let file = files("valid").into_iter().find(|file| file.ends_with("logs.toml")).unwrap();
    let stack = parse(&file).unwrap().stack;
    let origins: Vec<_> = stack.logs.iter().map(|log| log.origin.words().to_string()).collect();
    assert_eq!(
        origins,
        [
            "file:/var/log/nginx/*.log",
            "file:/srv/shop/logs/app[12].log",
            "journal:ssh.service",
            "cmd:ssh edge journalctl -f -o cat",
            "service:api",
        ]
    );
    let nginx = &stack.logs[0];
    assert_eq!((nginx.tail, nginx.service.as_ref().unwrap().as_str()), (200, "proxy"));
    assert_eq!(nginx.reading.timezone.as_deref(), Some("Europe/Berlin"));
    assert_eq!(nginx.reading.redact, [r"\b\d{3}-\d{2}-\d{4}\b", r"token=\S+"]);
    let formats: Vec<_> = stack.logs.iter().map(|log| log.reading.format).collect();
    let (access, plain, json) = (Format::Access, Format::Plain, Format::Json);
    assert_eq!(formats, [Some(access), None, Some(plain), None, Some(json)]);
    let words = vec!["ssh".into(), "edge".into(), "journalctl -f -o cat".into()];
    let edge = LogOrigin::Command { words, folder: "/srv/shop".into() };
    assert_eq!(stack.logs[3].origin, edge);
    let errors = &stack.patterns[0];
    assert_eq!((errors.not.as_deref(), errors.level), (Some("healthz"), Some(Severity::Warn)));
    assert_eq!(errors.within.len(), 2);
    let filters: Vec<_> = stack.filters.iter().map(|filter| filter.name.as_str()).collect();
    assert_eq!(filters, ["slow", "api-errors"]);
}
