//! When all that was said before a log was opened has come, and that this is told.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use midwatch::{
    engines::{EngineError, EngineStream, LogRequest},
    model::{Event, LogLine, LogOrigin, LogReading, LogSourceSpec, Stream, StreamState},
    sources::{LogSource, Said, What},
    text::Clean,
};
use tokio::{sync::mpsc, time::Instant};

use crate::{
    support::fake::FakeEngine,
    watching::{Streaming, fake, id, line, settle},
};

const QUIET: Duration = Duration::from_secs(20);

/// More than any of these tests says.
const ROOM: usize = 4096;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn line_at(millisecond: i64, text: &str) -> LogLine {
    let at = Timestamp::from_millisecond(millisecond).ok();
    LogLine::new(at, Stream::Stdout, Clean::new(text))
}

/// What is said until all is quiet, in order: lines, and states in parentheses; each
/// behind the name of its part, if it is of one.
async fn told(streaming: &mut Streaming) -> Vec<String> {
    let mut told = Vec::new();
    while let Ok(Some(event)) = tokio::time::timeout(QUIET, streaming.events.recv()).await {
        let (key, words) = match event {
            Event::Logged { key, lines, dropped, .. } => {
                assert_eq!(dropped, 0);
                (key, lines.iter().map(|line| line.as_str().to_owned()).collect())
            }
            Event::LogStream { key, state: StreamState::Live } => (key, vec!["(live)".into()]),
            Event::LogStream { key, state: StreamState::Current } => {
                (key, vec!["(current)".into()])
            }
            other => panic!("{other:?}"),
        };
        let part = key.as_source().and_then(|(_, part)| part).unwrap_or_default().to_owned();
        told.extend(words.into_iter().map(|word| format!("{part} {word}").trim().to_owned()));
    }
    told
}

/// Waits until a log is current; gives how long that took.
async fn current(streaming: &mut Streaming) -> Duration {
    let began = Instant::now();
    while !matches!(streaming.event().await, Event::LogStream { state: StreamState::Current, .. }) {
    }
    began.elapsed()
}

/// Says a line each 50 ms, for four seconds, by a clock that is hours off.
async fn chat(fake: &FakeEngine) {
    for n in 0..80 {
        fake.say(&id("a"), line_at(100_000_000 + n * 50, "new"));
        tokio::time::sleep(ms(50)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_log_without_a_line_is_current_after_a_second() {
    let fake = fake(&["a"]);
    let mut streaming = Streaming::start(&fake, ROOM);
    streaming.want_logs(&[("a", Some(0))]);
    let took = current(&mut streaming).await;
    assert!((ms(1000)..ms(1100)).contains(&took), "{took:?}");
    fake.say(&id("a"), line(1, "one"));
    assert_eq!(told(&mut streaming).await, ["one"], "it is told once");
}

#[tokio::test(start_paused = true)]
async fn a_log_that_is_quiet_after_its_last_lines_is_current() {
    let fake = fake(&["a"]);
    (0..3).for_each(|n| fake.say(&id("a"), line(n, "old")));
    let mut streaming = Streaming::start(&fake, ROOM);
    streaming.want_logs(&[("a", Some(0))]);
    let took = current(&mut streaming).await;
    assert!((ms(250)..ms(350)).contains(&took), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_log_is_current_with_as_many_lines_as_were_asked_for() {
    let fake = fake(&["a"]);
    (0..600).for_each(|n| fake.say(&id("a"), line(n, "old")));
    fake.say(&id("a"), line(600, "last"));
    let mut streaming = Streaming::start(&fake, ROOM);
    streaming.want_logs(&[("a", Some(0))]);
    settle().await;
    chat(&fake).await;
    let told = told(&mut streaming).await;
    assert_eq!((told[500].as_str(), told[501].as_str()), ("last", "(current)"));
}

#[tokio::test(start_paused = true)]
async fn a_log_that_never_pauses_is_current_once_it_keeps_pace() {
    let fake = fake(&["a"]);
    let mut streaming = Streaming::start(&fake, ROOM);
    streaming.want_logs(&[("a", Some(0))]);
    // What was before takes its time to arrive.
    for n in 0..30 {
        fake.say(&id("a"), line(n * 60, "old"));
        tokio::time::sleep(ms(100)).await;
    }
    chat(&fake).await;
    let told = told(&mut streaming).await;
    let current: Vec<_> = (0..told.len()).filter(|index| told[*index] == "(current)").collect();
    let [current] = current[..] else { panic!("{told:?}") };
    assert_eq!(told[..current].iter().filter(|word| *word == "old").count(), 30);
    let new = told[..current].iter().filter(|word| *word == "new").count();
    assert!((20..30).contains(&new), "after a second of new lines: {new}");
}

#[tokio::test(start_paused = true)]
async fn a_screen_without_room_is_told_behind_the_last_line_of_before() {
    let fake = fake(&["a"]);
    fake.hold_output();
    (0..5000).for_each(|n| fake.say(&id("a"), line(0, &n.to_string())));
    let mut streaming = Streaming::start(&fake, 1);
    streaming.want_logs(&[("a", Some(0))]);
    tokio::time::sleep(Duration::from_secs(10)).await;
    let told = told(&mut streaming).await;
    let lines = (0..5000).map(|n| n.to_string());
    let expected = ["(live)".to_owned()].into_iter().chain(lines).chain(["(current)".to_owned()]);
    assert!(told.iter().eq(expected.collect::<Vec<_>>().iter()));
}

#[tokio::test(start_paused = true)]
async fn a_log_that_is_slow_to_begin_loses_nothing() {
    let fake = fake(&["a"]);
    let mut streaming = Streaming::start(&fake, 1);
    streaming.want_logs(&[("a", Some(0))]);
    tokio::time::sleep(Duration::from_secs(3)).await;
    (0..2000).for_each(|n| fake.say(&id("a"), line(n, "old")));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(told(&mut streaming).await[..2], ["(live)", "(current)"]);
}

/// A source whose parts say what they are told to.
#[derive(Debug)]
struct Parts {
    spec: LogSourceSpec,
    said: Mutex<Option<mpsc::UnboundedReceiver<Said>>>,
}

#[async_trait]
impl LogSource for Parts {
    fn spec(&self) -> &LogSourceSpec {
        &self.spec
    }

    async fn read(&self, _request: LogRequest) -> Result<EngineStream<Said>, EngineError> {
        let said = self.said.lock().unwrap().take().unwrap();
        let next = |mut said: mpsc::UnboundedReceiver<Said>| async move {
            said.recv().await.map(|next| (Ok(next), said))
        };
        Ok(stream::unfold(said, next).boxed())
    }
}

#[tokio::test(start_paused = true)]
async fn parts_are_current_one_by_one_and_the_whole_behind_them() {
    let (sender, said) = mpsc::unbounded_channel();
    let origin = LogOrigin::Files("*.log".into());
    let reading = LogReading::default();
    let spec = LogSourceSpec { name: Clean::new("web"), origin, service: None, tail: 500, reading };
    let source: Arc<dyn LogSource> = Arc::new(Parts { spec, said: Mutex::new(Some(said)) });
    let mut streaming = Streaming::of_sources(std::slice::from_ref(&source));
    streaming.want_keys(&[source.key()]);
    let say = |part: &str, line: LogLine| {
        sender.send(Said { part: Some(Clean::new(part)), what: What::Line(line) }).unwrap();
    };
    let reader = async {
        say("quiet", line_at(0, "old"));
        say("chatty", line_at(0, "old"));
        for n in 0..60 {
            say("chatty", line_at(9_000_000 + n * 50, "new"));
            tokio::time::sleep(ms(50)).await;
        }
        say("late", line_at(0, "old"));
        std::future::pending::<()>().await;
    };
    let told = tokio::select! {
        told = told(&mut streaming) => told,
        () = reader => unreachable!(),
    };
    let states: Vec<_> = told.iter().filter(|word| word.ends_with(')')).collect();
    let expected = [
        "(live)",
        "quiet (live)",
        "chatty (live)",
        "quiet (current)",
        "chatty (current)",
        "(current)",
        "late (live)",
        "late (current)",
    ];
    assert_eq!(states, expected);
    let current = told.iter().position(|word| word == "chatty (current)").unwrap();
    let new = told[..current].iter().filter(|word| *word == "chatty new").count();
    assert!((20..30).contains(&new), "after a second of new lines: {new}");
}
