//! Log sources that run programs: commands and `journalctl`.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, sync::Arc, time::Duration};

use futures_util::StreamExt as _;
use midwatch::{
    engines::{EngineError, EngineStream, LogRequest},
    model::{FaultKind, LogLine, LogOrigin, LogReading, LogSourceSpec, Severity, Stream},
    sources::{self, JournalSource, LogSource, Said, What},
    text::Clean,
};
use tempfile::TempDir;
use tokio::time::timeout;

/// Longer than anything here may take.
const PATIENCE: Duration = Duration::from_secs(30);

const FOLLOW: LogRequest = LogRequest { tail: Some(10), since: None, until: None, follow: true };

fn shim() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_midwatch"))
}

fn spec(origin: LogOrigin) -> LogSourceSpec {
    let reading = LogReading::default();
    LogSourceSpec { name: Clean::new("log"), origin, service: None, tail: 10, reading }
}

fn command(words: &[&str]) -> Arc<dyn LogSource> {
    let words = words.iter().map(|word| (*word).to_owned()).collect();
    let origin = LogOrigin::Command { words, folder: "/".into() };
    sources::open(&spec(origin), true, shim()).unwrap()
}

async fn next(said: &mut EngineStream<Said>) -> Option<Result<LogLine, EngineError>> {
    let said = timeout(PATIENCE, said.next()).await.unwrap()?;
    Some(said.map(|said| match said.what {
        What::Line(line) => line,
        other => panic!("{other:?}"),
    }))
}

async fn line(said: &mut EngineStream<Said>) -> LogLine {
    next(said).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_command_says_lines_on_both_pipes_and_its_end_is_a_failure() {
    let source = command(&["sh", "-c", "echo out; echo err >&2; printf 'no end'; exit 3"]);
    let mut said = source.read(FOLLOW).await.unwrap();
    let mut lines = Vec::new();
    for _ in 0..3 {
        let line = line(&mut said).await;
        assert!(line.at.is_some());
        lines.push((line.stream, line.as_str().to_owned()));
    }
    lines.sort_by_key(|(_, text)| text.clone());
    let told = |stream, text: &str| (stream, text.to_owned());
    assert_eq!(
        lines,
        [told(Stream::Stderr, "err"), told(Stream::Stdout, "no end"), told(Stream::Stdout, "out")]
    );
    let error = next(&mut said).await.unwrap().unwrap_err();
    assert!(error.to_string().ends_with(" ended: exit 3"), "{error}");
    assert_eq!(error.kind(), FaultKind::Lost);
    assert!(next(&mut said).await.is_none());
}

#[tokio::test]
async fn no_shell_sees_a_command() {
    let source = command(&["printf", "%s\n", "$(id); `id` | *"]);
    let mut said = source.read(FOLLOW).await.unwrap();
    assert_eq!(line(&mut said).await.as_str(), "$(id); `id` | *");
}

#[tokio::test]
async fn a_program_that_is_not_there_is_named() {
    let mut said = command(&["/nowhere/at-all"]).read(FOLLOW).await.unwrap();
    let error = next(&mut said).await.unwrap().unwrap_err();
    assert!(error.to_string().contains("cannot run `/nowhere/at-all`: No such file"), "{error}");
    assert_eq!(error.kind(), FaultKind::Absent);
}

#[tokio::test]
async fn a_command_and_all_that_it_started_dies_when_nobody_reads() {
    let script = "setsid sleep 1000 & echo $!; echo $$; wait";
    let mut said = command(&["sh", "-c", script]).read(FOLLOW).await.unwrap();
    let pids = [line(&mut said).await, line(&mut said).await];
    let is_there = |line: &LogLine| Path::new("/proc").join(line.as_str()).exists();
    assert!(pids.iter().all(is_there));
    drop(said);
    let gone = async {
        while pids.iter().any(is_there) {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, gone).await.unwrap();
}

#[tokio::test]
async fn a_command_of_a_file_that_nobody_approved_does_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let proof = folder.path().join("ran");
    let words = vec!["touch".into(), proof.display().to_string()];
    let origin = LogOrigin::Command { words, folder: folder.path().into() };
    let source = sources::open(&spec(origin), false, shim()).unwrap();
    let error = source.read(FOLLOW).await.err().unwrap();
    assert!(error.to_string().ends_with("does not run: its stack file is not approved"), "{error}");
    assert!(error.hint().unwrap().contains("midwatch trust"));
    assert!(!proof.exists());
}

#[tokio::test]
async fn the_past_of_a_command_cannot_be_asked_for() {
    let source = command(&["true"]);
    let error = source.read(LogRequest { follow: false, ..FOLLOW }).await.err().unwrap();
    assert_eq!(error.kind(), FaultKind::Unsupported);
}

/// A folder with a program in place of `journalctl`, that notes how it is called.
fn journalctl(script: &str) -> (TempDir, JournalSource) {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("journalctl");
    let calls = folder.path().join("calls");
    let text = format!("#!/bin/sh\necho \"$@\" >> {}\n{script}\n", calls.display());
    fs::write(&program, text).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let spec = spec(LogOrigin::Journal("nginx.service".into()));
    let source = JournalSource::with_program(spec, shim(), &program.display().to_string());
    (folder, source)
}

#[tokio::test]
async fn the_journal_is_read_and_gone_on_with_behind_the_last_line_that_was_taken() {
    let record = |number: u32, text: &str| {
        format!(
            r#"{{"__CURSOR":"c{number}","__REALTIME_TIMESTAMP":"{number}000000","PRIORITY":"3","MESSAGE":{text}}}"#
        )
    };
    let script = format!(
        "cat <<'X'\n{}\n{}\n{}\nX\nsleep 1000",
        record(1, "\"one\""),
        record(2, r#""two\nmore""#),
        record(3, "[116,104,114,101,101]"),
    );
    let (folder, source) = journalctl(&script);
    let mut said = source.read(FOLLOW).await.unwrap();
    let one = line(&mut said).await;
    assert_eq!((one.as_str(), one.told.level), ("one", Some(Severity::Error)));
    assert_eq!(one.at.unwrap().as_second(), 1);
    assert_eq!(line(&mut said).await.as_str(), "two");
    drop(said);
    // The second record was not taken whole.
    let mut said = source.read(FOLLOW).await.unwrap();
    for text in ["one", "two", "more", "three"] {
        assert_eq!(line(&mut said).await.as_str(), text);
    }
    drop(said);
    let mut said = source.read(FOLLOW).await.unwrap();
    line(&mut said).await;
    let calls = fs::read_to_string(folder.path().join("calls")).unwrap();
    let ends = |line: &str| line.split_once("--unit=nginx.service ").unwrap().1.to_owned();
    let ends: Vec<_> = calls.lines().map(ends).collect();
    assert_eq!(
        ends,
        [
            "--lines=10 --follow",
            "--after-cursor=c1 --lines=all --follow",
            "--after-cursor=c3 --lines=all --follow"
        ]
    );
}

#[tokio::test]
async fn what_journalctl_says_is_why_it_failed() {
    let (_folder, source) = journalctl("echo 'No journal files were found.' >&2; exit 1");
    let mut said = source.read(FOLLOW).await.unwrap();
    let error = next(&mut said).await.unwrap().unwrap_err();
    assert!(error.to_string().ends_with("ended: No journal files were found."), "{error}");
}

#[tokio::test]
async fn a_host_without_journalctl_is_told_so() {
    let spec = spec(LogOrigin::Journal("nginx.service".into()));
    let source = JournalSource::with_program(spec, shim(), "no-journalctl-here");
    let mut said = source.read(FOLLOW).await.unwrap();
    let error = next(&mut said).await.unwrap().unwrap_err();
    let words = "journal:nginx.service needs `no-journalctl-here`: cannot run";
    assert!(error.to_string().starts_with(words), "{error}");
    assert!(error.hint().unwrap().contains("systemd"));
}

#[tokio::test]
async fn a_journal_that_is_not_followed_ends() {
    let (_folder, source) = journalctl(r#"echo '{"MESSAGE":"all"}'"#);
    let mut said = source.read(LogRequest { follow: false, ..FOLLOW }).await.unwrap();
    assert_eq!(line(&mut said).await.as_str(), "all");
    assert!(next(&mut said).await.is_none());
}
