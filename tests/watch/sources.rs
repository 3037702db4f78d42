//! Log sources: streamed when they are demanded, and gone on with.

use std::{collections::VecDeque, fs, io::Write as _, sync::Arc, time::Duration};

use async_trait::async_trait;
use flate2::{Compression, write::GzEncoder};
use futures_util::{StreamExt as _, stream};
use midwatch::{
    engines::{Engine, EngineError, EngineStream, LogRequest},
    model::{
        Event, FaultKind, InstanceKey, LogLine, LogOrigin, LogReading, LogSourceSpec, Stack,
        Stream, StreamState,
    },
    sources::{FileSource, LogSource, Said, Understood, What},
    text::Clean,
};
use tokio::time::Instant;

use crate::watching::{Streaming, fake, id, line};

const QUIET: Duration = Duration::from_secs(20);

fn spec(origin: LogOrigin) -> LogSourceSpec {
    let reading = LogReading::default();
    LogSourceSpec { name: Clean::new("web"), origin, service: None, tail: 2, reading }
}

/// What is said until all is quiet: the part, and the line or the state.
async fn told(streaming: &mut Streaming) -> Vec<(String, String)> {
    let part = |key: &InstanceKey| {
        let (_, part) = key.as_source().unwrap();
        part.map_or("-", |part| part.rsplit('/').next().unwrap()).to_owned()
    };
    let mut told = Vec::new();
    while let Ok(Some(event)) = tokio::time::timeout(QUIET, streaming.events.recv()).await {
        match event {
            Event::Logged { key, lines, .. } => {
                told.extend(lines.iter().map(|line| (part(&key), line.as_str().to_owned())));
            }
            Event::LogStream { key, state } => told.push((
                part(&key),
                match state {
                    StreamState::Again => "(again)".into(),
                    StreamState::Live => "(live)".into(),
                    StreamState::Current => "(current)".into(),
                    StreamState::Ended => "(ended)".into(),
                    StreamState::Broken { fault } => format!("(broken: {})", fault.message),
                    StreamState::Unreadable { fault } => format!("(unreadable: {})", fault.message),
                },
            )),
            other => panic!("{other:?}"),
        }
    }
    told
}

/// What a part said.
fn of_part<'a>(part: &str, told: &'a [(String, String)]) -> Vec<&'a str> {
    told.iter().filter(|(of, _)| of == part).map(|(_, text)| text.as_str()).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(part, text)| ((*part).into(), (*text).into())).collect()
}

#[tokio::test(start_paused = true)]
async fn files_are_read_while_they_are_shown_and_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("a.log"), "a1\na2\na3\n").unwrap();
    fs::write(at("b.log"), "b1\n").unwrap();
    let pattern = format!("{}/*.log", folder.path().display());
    let source: Arc<dyn LogSource> = Arc::new(FileSource::new(spec(LogOrigin::Files(pattern))));
    let key = source.key();
    let mut streaming = Streaming::of_sources(&[source]);
    assert_eq!(told(&mut streaming).await, [], "nothing is read unasked");
    streaming.want_keys(std::slice::from_ref(&key));
    let first = told(&mut streaming).await;
    assert_eq!(of_part("-", &first), ["(live)", "(current)"]);
    assert_eq!(of_part("a.log", &first), ["(live)", "a2", "a3", "(current)"]);
    assert_eq!(of_part("b.log", &first), ["(live)", "b1", "(current)"]);
    assert_eq!(first.len(), 9);
    streaming.want_keys(&[]);
    assert_eq!(told(&mut streaming).await, []);
    // Rotated while nobody looked.
    fs::rename(at("a.log"), at("a.log.1")).unwrap();
    fs::write(at("a.log"), "a4\na5\na6\n").unwrap();
    streaming.want_keys(&[key]);
    let again = told(&mut streaming).await;
    let more = "more than was asked for at first";
    assert_eq!(of_part("a.log", &again), ["(live)", "a4", "a5", "a6", "(current)"], "{more}");
    assert_eq!(of_part("-", &again), ["(live)", "(current)"]);
    assert_eq!(again.len(), 7);
}

#[tokio::test(start_paused = true)]
async fn files_are_read_again_from_further_back_with_those_that_were_rotated() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(b"a1\na2\n").unwrap();
    fs::write(at("a.log.2.gz"), packed.finish().unwrap()).unwrap();
    fs::write(at("a.log.1"), "a3\na4\n").unwrap();
    fs::write(at("a.log"), "a5\na6\na7\n").unwrap();
    fs::write(at("b.log"), "b1\nb2\nb3\n").unwrap();
    let pattern = format!("{}/*.log", folder.path().display());
    let source: Arc<dyn LogSource> = Arc::new(FileSource::new(spec(LogOrigin::Files(pattern))));
    let key = source.key();
    let mut streaming = Streaming::of_sources(&[source]);
    streaming.want_keys(std::slice::from_ref(&key));
    let first = ["(live)", "a6", "a7", "(current)"];
    assert_eq!(of_part("a.log", &told(&mut streaming).await), first);
    streaming.want_deep_keys(&[key]);
    let again = told(&mut streaming).await;
    assert_eq!(again[0], ("-".to_owned(), "(again)".to_owned()));
    let all = ["(live)", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "(current)"];
    assert_eq!(of_part("a.log", &again), all);
    assert_eq!(of_part("b.log", &again), ["(live)", "b1", "b2", "b3", "(current)"]);
    let mut file = fs::OpenOptions::new().append(true).open(at("a.log")).unwrap();
    file.write_all(b"a8\n").unwrap();
    assert_eq!(told(&mut streaming).await, pairs(&[("a.log", "a8")]));
}

#[tokio::test(start_paused = true)]
async fn what_a_command_said_cannot_be_read_again_and_stays() {
    let origin = LogOrigin::Command { words: vec!["x".into()], folder: "/".into() };
    let source: Arc<dyn LogSource> = Arc::new(Brief { spec: spec(origin) });
    let key = source.key();
    let mut streaming = Streaming::of_sources(&[source]);
    streaming.want_deep_keys(&[key]);
    let mut states = Vec::new();
    while states.len() < 4 {
        if let Event::LogStream { state, .. } = streaming.event().await {
            states.push(state);
        }
    }
    assert!(!states.contains(&StreamState::Again), "{states:?}");
}

#[tokio::test(start_paused = true)]
async fn a_pattern_without_files_is_said_and_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let pattern = format!("{}/app.log", folder.path().display());
    let source: Arc<dyn LogSource> =
        Arc::new(FileSource::new(spec(LogOrigin::Files(pattern.clone()))));
    let mut streaming = Streaming::of_sources(std::slice::from_ref(&source));
    streaming.want_keys(&[source.key()]);
    let Event::LogStream { state, .. } = streaming.event().await else { panic!() };
    let StreamState::Broken { fault } = state else { panic!("{state:?}") };
    assert_eq!(fault.message.as_str(), format!("no file matches {pattern}"));
    fs::write(&pattern, "first\n").unwrap();
    loop {
        if let Event::Logged { key, lines, .. } = streaming.event().await {
            assert_eq!((key, lines[0].as_str()), (source.key(), "first"));
            break;
        }
    }
}

/// A source that says a line and breaks, over and over.
#[derive(Debug)]
struct Brief {
    spec: LogSourceSpec,
}

#[async_trait]
impl LogSource for Brief {
    fn spec(&self) -> &LogSourceSpec {
        &self.spec
    }

    fn longest_wait(&self) -> Duration {
        Duration::from_mins(1)
    }

    async fn read(&self, _request: LogRequest) -> Result<EngineStream<Said>, EngineError> {
        let line = LogLine::new(None, Stream::Stdout, Clean::new("x"));
        let error = EngineError::Log { kind: FaultKind::Lost, what: "ended".into(), remedy: None };
        let said = VecDeque::from([Ok(Said { part: None, what: What::Line(line) }), Err(error)]);
        Ok(stream::iter(said).boxed())
    }
}

#[tokio::test(start_paused = true)]
async fn a_command_that_ends_at_once_is_started_ever_more_slowly_and_that_is_said() {
    let origin = LogOrigin::Command { words: vec!["x".into()], folder: "/".into() };
    let source: Arc<dyn LogSource> = Arc::new(Brief { spec: spec(origin) });
    let mut streaming = Streaming::of_sources(std::slice::from_ref(&source));
    streaming.want_keys(&[source.key()]);
    let (began, mut lines, mut broken) = (Instant::now(), 0, 0);
    while began.elapsed() < Duration::from_mins(10) {
        match streaming.event().await {
            Event::Logged { lines: more, .. } => lines += more.len(),
            Event::LogStream { state: StreamState::Broken { .. }, .. } => broken += 1,
            _ => {}
        }
    }
    // 0.5 + 1 + … + 32 s, then a minute each, up to a quarter shorter.
    assert!((14..=22).contains(&broken), "{broken} ends in ten minutes");
    assert_eq!(lines, broken);
}

#[tokio::test]
async fn what_a_stack_file_says_of_a_service_holds_for_whoever_reads_its_instances() {
    let fake = fake(&["api", "worker"]);
    for name in ["api", "worker"] {
        fake.say(&id(name), line(1, "user 123-45-6789"));
    }
    let reading = LogReading { redact: vec![r"\d{3}-\d{2}-\d{4}".into()], ..LogReading::default() };
    let origin = LogOrigin::Service(Clean::new("api"));
    let stack = Stack { logs: vec![LogSourceSpec { reading, ..spec(origin) }], ..Stack::default() };
    let engine = Understood::new(Arc::new(fake), &stack);
    engine.list().await.unwrap();
    let request = LogRequest { tail: None, since: None, until: None, follow: false };
    for (name, text) in [("api", "user ••••••"), ("worker", "user 123-45-6789")] {
        let mut lines = engine.logs(&id(name), request).await.unwrap();
        assert_eq!(lines.next().await.unwrap().unwrap().as_str(), text);
    }
}
