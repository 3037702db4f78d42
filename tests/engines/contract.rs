//! The promises of `Engine`, each stated once and checked against every engine.
//!
//! An engine joins with a [`Harness`], which starts and ends instances by whatever
//! means the engine has outside of midwatch, and a line `contract!(its_harness());`.
//! Nothing here sleeps: a promise waits for a condition and gives up after [`PATIENCE`].

use std::{future::Future, sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::StreamExt;
use midwatch::{
    engines::{BeatReceiver, Change, Engine, EngineError, EngineStream, LogRequest, ShellSize},
    model::{
        Beat, Exit, Health, Instance, InstanceId, LogLine, Protocol, Sample, ServiceId, State,
        Stream, inspect::Value, log::MAX_LINE_BYTES,
    },
    text::Clean,
};
use tokio::sync::watch;

/// How long a promise may take to come true. Only a broken one takes that long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// What the environment of [`Role::Canary`] hides.
pub(crate) const CANARY: &str = "canary-5e1f90";

/// How long the line of [`Role::LongLine`] is.
pub(crate) const LONG_LINE_BYTES: usize = 40_000;

/// A wish for readings as often as they can be had.
pub(crate) fn live() -> BeatReceiver {
    watch::channel(Beat::Live).1
}

/// What an instance does. The engine under test runs [`Role::script`] with `sh -c`,
/// or acts as if it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Prints `out 1` … `out 5` and `err 1` … `err 5`, then goes on silently.
    Talk,
    /// Prints `tick 1`, `tick 2` … until it is stopped, several a second.
    Tick,
    /// Prints `leaving` on standard error and ends with 3.
    ExitThree,
    /// Fails its health check, which prints `the check says no`.
    Unhealthy,
    /// Keeps a core busy.
    Busy,
    /// Prints a line of [`LONG_LINE_BYTES`] times `x`, then `after`.
    LongLine,
    /// Prints an escape sequence, a carriage return, and bytes that are no UTF-8.
    Hostile,
    /// Ends with 1 a moment after each start, and its engine starts it again each time.
    Flap,
    /// Publishes one TCP port on the host's loopback address.
    Serve,
    /// Has `MIDWATCH_TEST_PASSWORD` and the harmless-looking `GREETING` set to [`CANARY`].
    Canary,
}

impl Role {
    /// The role as a script for a POSIX shell.
    pub(crate) fn script(self) -> &'static str {
        match self {
            Self::Talk => {
                "for n in 1 2 3 4 5; do echo out $n; echo err $n >&2; done; exec sleep 600"
            }
            Self::Tick => "n=0; while :; do n=$((n+1)); echo tick $n; sleep 0.2; done",
            Self::ExitThree => "echo leaving >&2; exit 3",
            Self::Flap => "sleep 0.1; exit 1",
            Self::Unhealthy | Self::Serve | Self::Canary => "exec sleep 600",
            Self::Busy => "while :; do :; done",
            Self::LongLine => {
                "head -c 40000 /dev/zero | tr '\\000' x; echo; echo after; exec sleep 600"
            }
            Self::Hostile => {
                "printf '\\033]0;owned\\007 a\\rb \\377\\376 \\302\\233 end\\n'; exec sleep 600"
            }
        }
    }

    /// The environment that the role needs on top of the engine's own.
    pub(crate) fn environment(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Canary => &[("MIDWATCH_TEST_PASSWORD", CANARY), ("GREETING", CANARY)],
            _ => &[],
        }
    }
}

/// An instance that a harness started.
#[derive(Clone, Debug)]
pub(crate) struct Started {
    /// Its id on the engine.
    pub(crate) id: InstanceId,
    /// The service that the engine must say it belongs to.
    pub(crate) service: ServiceId,
}

/// Starts and ends instances on the engine under test, by other means than midwatch's
/// own. Whatever it started is gone when it is dropped, also after a failure.
#[async_trait]
pub(crate) trait Harness: Send + Sync {
    /// The engine under test, connected or not.
    fn engine(&self) -> Arc<dyn Engine>;

    /// What this engine cannot be held to, and why the suite may leave it out.
    fn lacks(&self) -> Lacks;

    /// Starts a new instance in this role, under a service of its own with one copy.
    /// Returns once the engine knows it; it may have ended already.
    async fn start(&self, role: Role) -> Started;

    /// Ends an instance; it stays known.
    async fn stop(&self, id: &InstanceId);

    /// Makes the engine forget an instance, ended or not.
    async fn remove(&self, id: &InstanceId);
}

/// What an engine cannot be held to. Everything else is required of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lacks {
    /// It runs no health check, so [`Role::Unhealthy`] cannot be started.
    pub(crate) health: bool,
    /// Its containers have no controllers: nothing is limited, and neither memory nor disks
    /// are counted (fact E4).
    pub(crate) controllers: bool,
}

/// Makes a test of every promise, for the harness that the expression gives.
///
/// A macro, because each promise must be a test of its own, with its own name and
/// its own result, in the module of each engine.
macro_rules! contract {
    ($harness:expr) => {
        $crate::contract::contract!($harness;
            it_says_what_it_is,
            a_started_instance_is_listed_under_its_service,
            a_listing_has_a_stable_order,
            a_description_tells_when_it_started,
            a_description_tells_how_it_ended,
            a_description_counts_restarts,
            a_published_port_is_told,
            a_watch_sees_a_start_an_end_and_a_removal,
            logs_are_in_order_and_both_pipes_told_apart,
            logs_without_follow_end,
            logs_give_the_last_lines_that_were_asked_for,
            logs_since_a_moment_begin_there,
            logs_follow_and_end_with_the_instance,
            a_long_line_is_cut_and_the_cut_is_counted,
            hostile_output_cannot_steer_a_terminal,
            stats_see_a_busy_loop,
            stats_end_with_the_instance,
            an_inspection_shows_no_environment_value,
            an_unknown_instance_is_not_found_by_any_call,
            an_id_cannot_reach_anything_else,
            a_failing_health_check_is_told_with_its_output,
        );
    };
    ($harness:expr; $($promise:ident,)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $promise() {
                $crate::contract::$promise(&$harness).await;
            }
        )+
    };
}
pub(crate) use contract;

pub(crate) async fn it_says_what_it_is(harness: &impl Harness) {
    let info = harness.engine().connect().await.unwrap();
    assert!(!info.product.is_empty() && !info.version.is_empty(), "{info:?}");
}

pub(crate) async fn a_started_instance_is_listed_under_its_service(harness: &impl Harness) {
    let started = harness.start(Role::Talk).await;
    let instance = listed(harness, &started.id).await;
    let has_images = harness.engine().capabilities().images;
    assert!(has_images || instance.image.is_none(), "{:?}", instance.image);
    assert_eq!((instance.service, instance.state), (started.service, State::Running));
}

pub(crate) async fn a_listing_has_a_stable_order(harness: &impl Harness) {
    let mine = [harness.start(Role::Talk).await.id, harness.start(Role::Talk).await.id];
    let order = async || -> Vec<InstanceId> {
        let all = harness.engine().list().await.unwrap();
        all.into_iter().map(|instance| instance.id).filter(|id| mine.contains(id)).collect()
    };
    let first = order().await;
    assert_eq!(first.len(), 2);
    assert_eq!(first, order().await);
}

pub(crate) async fn a_description_tells_when_it_started(harness: &impl Harness) {
    let started = harness.start(Role::Talk).await;
    let instance = described_when(harness, &started.id, Instance::is_up).await;
    let detail = instance.detail.expect("a description has its detail");
    assert!(detail.started_at.is_some(), "{detail:?}");
    assert!(detail.pid.is_some_and(|pid| pid > 0), "{detail:?}");
    assert_eq!((detail.exit, detail.restarts), (None, 0));
}

pub(crate) async fn a_description_tells_how_it_ended(harness: &impl Harness) {
    let started = harness.start(Role::ExitThree).await;
    let instance = described_when(harness, &started.id, |i| i.state == State::Exited).await;
    let exit = exit_of(&instance).expect("it ended");
    assert_eq!((exit.code, exit.oom_killed), (3, false));
}

pub(crate) async fn a_description_counts_restarts(harness: &impl Harness) {
    let started = harness.start(Role::Flap).await;
    let restarts = |instance: &Instance| instance.detail.as_ref().map_or(0, |d| d.restarts);
    // Between two runs, when its engine says how the last one ended.
    let instance = described_when(harness, &started.id, |instance| {
        restarts(instance) >= 2 && exit_of(instance).is_some()
    })
    .await;
    assert_eq!(exit_of(&instance).map(|exit| exit.code), Some(1));
}

pub(crate) async fn a_published_port_is_told(harness: &impl Harness) {
    let started = harness.start(Role::Serve).await;
    let described = described_when(harness, &started.id, Instance::is_up).await;
    for instance in [described, listed(harness, &started.id).await] {
        let [port] = &instance.ports[..] else { panic!("one port: {:?}", instance.ports) };
        assert_eq!(port.protocol, Protocol::Tcp);
        assert!(port.host.is_some_and(|host| host > 0), "{port:?}");
        assert_eq!(port.address.as_ref().map(Clean::as_str), Some("127.0.0.1"));
    }
}

pub(crate) async fn a_watch_sees_a_start_an_end_and_a_removal(harness: &impl Harness) {
    let mut changes = harness.engine().watch().await.unwrap();
    let id = harness.start(Role::Talk).await.id;
    next_change(&mut changes, &Change::Touched(id.clone())).await;
    described_when(harness, &id, Instance::is_up).await;

    let mut changes = harness.engine().watch().await.unwrap();
    harness.stop(&id).await;
    next_change(&mut changes, &Change::Touched(id.clone())).await;
    described_when(harness, &id, |instance| instance.state == State::Exited).await;

    let mut changes = harness.engine().watch().await.unwrap();
    harness.remove(&id).await;
    next_change(&mut changes, &Change::Removed(id.clone())).await;
    let all = harness.engine().list().await.unwrap();
    assert!(all.iter().all(|instance| instance.id != id));
}

pub(crate) async fn logs_are_in_order_and_both_pipes_told_apart(harness: &impl Harness) {
    let started = harness.start(Role::Talk).await;
    let lines = talked(harness, &started.id).await;
    let of = |stream| -> Vec<&str> {
        lines.iter().filter(|line| line.stream == stream).map(LogLine::as_str).collect()
    };
    assert_eq!(of(Stream::Stdout), ["out 1", "out 2", "out 3", "out 4", "out 5"]);
    assert_eq!(of(Stream::Stderr), ["err 1", "err 2", "err 3", "err 4", "err 5"]);
    // Of each pipe: engines read the two side by side, and stamp what they read.
    for stream in [Stream::Stdout, Stream::Stderr] {
        let of_pipe = lines.iter().filter(|line| line.stream == stream);
        let times: Vec<_> = of_pipe.map(|line| line.at.expect("a time")).collect();
        assert!(times.is_sorted(), "{times:?}");
    }
}

pub(crate) async fn logs_without_follow_end(harness: &impl Harness) {
    let started = harness.start(Role::Talk).await;
    talked(harness, &started.id).await;
    let lines = all_lines(harness, &started.id, PAST).await;
    assert_eq!(lines.len(), 10, "{lines:?}");
}

pub(crate) async fn logs_give_the_last_lines_that_were_asked_for(harness: &impl Harness) {
    let started = harness.start(Role::Talk).await;
    talked(harness, &started.id).await;
    let all = all_lines(harness, &started.id, PAST).await;
    let last = all_lines(harness, &started.id, LogRequest { tail: Some(3), ..PAST }).await;
    assert_eq!(last, all[all.len() - 3..]);
    assert_eq!(all_lines(harness, &started.id, LogRequest { tail: Some(0), ..PAST }).await, []);
}

pub(crate) async fn logs_since_a_moment_begin_there(harness: &impl Harness) {
    let started = harness.start(Role::Tick).await;
    // Over more than a second: some engines tell times in whole ones.
    let ticks = followed(harness, &started.id, |lines| {
        lines.len() > 2 && lines.last().map(|line| line.at) != lines.first().map(|line| line.at)
    })
    .await;
    let since = ticks.last().and_then(|line| line.at);
    let border = ticks.iter().position(|line| line.at == since).expect("the last line has a time");
    let request = LogRequest { since, follow: true, ..PAST };
    let after = followed_from(harness, &started.id, request, |lines| !lines.is_empty()).await;
    assert_eq!(after[0], ticks[border]);
    let before = LogRequest { until: since, ..PAST };
    assert_eq!(all_lines(harness, &started.id, before).await, ticks[..border]);
    // The tail is that of what is asked for, however much came since.
    let moment = since.expect("the last line has a time");
    let last = all_lines(harness, &started.id, LogRequest::before(moment, 1)).await;
    assert_eq!(last, ticks[border - 1..border]);
}

pub(crate) async fn logs_follow_and_end_with_the_instance(harness: &impl Harness) {
    let started = harness.start(Role::Tick).await;
    let mut stream = harness
        .engine()
        .logs(&started.id, LogRequest { tail: Some(0), follow: true, ..PAST })
        .await
        .unwrap();
    let next = soon("a line that came after", stream.next()).await;
    assert!(next.unwrap().unwrap().as_str().starts_with("tick "));
    harness.stop(&started.id).await;
    let rest: Vec<_> = soon("the end of the stream", stream.collect::<Vec<_>>()).await;
    assert!(rest.iter().all(Result::is_ok), "{rest:?}");
}

pub(crate) async fn a_long_line_is_cut_and_the_cut_is_counted(harness: &impl Harness) {
    let started = harness.start(Role::LongLine).await;
    let lines = followed(harness, &started.id, |lines| lines.len() == 2).await;
    assert_eq!(lines[0].as_str(), "x".repeat(MAX_LINE_BYTES));
    assert_eq!(lines[0].cut_bytes, (LONG_LINE_BYTES - MAX_LINE_BYTES) as u64);
    assert_eq!((lines[1].as_str(), lines[1].cut_bytes), ("after", 0));
}

pub(crate) async fn hostile_output_cannot_steer_a_terminal(harness: &impl Harness) {
    let started = harness.start(Role::Hostile).await;
    let lines = followed(harness, &started.id, |lines| lines.len() == 1).await;
    assert_eq!(lines[0].as_str(), "␛]0;owned␇ a␍b �� ‹U+009B› end");
}

pub(crate) async fn stats_see_a_busy_loop(harness: &impl Harness) {
    let started = harness.start(Role::Busy).await;
    described_when(harness, &started.id, Instance::is_up).await;
    let mut stats = harness.engine().stats(&started.id, live()).await.unwrap();
    let busy = soon("a busy sample", async {
        loop {
            let sample: Sample = stats.next().await.expect("it is up").unwrap();
            if sample.cpu_cores.is_some_and(|cores| cores > 0.2) {
                return sample;
            }
        }
    })
    .await;
    assert!(busy.cpu_cores.unwrap() < 64.0, "{busy:?}");
    if !harness.lacks().controllers {
        assert!(busy.memory_bytes.is_some_and(|bytes| bytes > 0), "{busy:?}");
        assert!(busy.processes.is_some_and(|count| count > 0), "{busy:?}");
    }
    // Unknown is never told as nothing.
    assert_ne!((busy.memory_bytes, busy.processes), (Some(0), Some(0)));
}

pub(crate) async fn stats_end_with_the_instance(harness: &impl Harness) {
    let started = harness.start(Role::Talk).await;
    described_when(harness, &started.id, Instance::is_up).await;
    let stats = harness.engine().stats(&started.id, live()).await.unwrap();
    harness.stop(&started.id).await;
    soon("the end of the stream", stats.collect::<Vec<_>>()).await;
}

pub(crate) async fn an_inspection_shows_no_environment_value(harness: &impl Harness) {
    let started = harness.start(Role::Canary).await;
    let inspection = harness.engine().inspect(&started.id).await.unwrap();
    let shown = format!("{inspection:?} {}", serde_json::to_string(&inspection).unwrap());
    assert!(!shown.contains(CANARY), "{shown}");
    let rows = inspection.sections.iter().flat_map(|section| &section.rows);
    let hidden: Vec<_> = rows
        .filter(|row| matches!(&row.value, Value::Secret(s) if s.reveal().as_str() == CANARY))
        .map(|row| row.name.as_str())
        .collect();
    assert!(hidden.contains(&"GREETING"), "{shown}");
    assert!(hidden.contains(&"MIDWATCH_TEST_PASSWORD"), "{shown}");
}

pub(crate) async fn an_unknown_instance_is_not_found_by_any_call(harness: &impl Harness) {
    not_found_by_any_call(harness, "0123456789abcdef0123456789abcdef").await;
}

pub(crate) async fn an_id_cannot_reach_anything_else(harness: &impl Harness) {
    for id in ["", "..", "../info", "x/../../_ping", "a?b", "a#b", "a b", "%2e%2e", "\u{1b}[2J"] {
        not_found_by_any_call(harness, id).await;
    }
}

async fn not_found_by_any_call(harness: &impl Harness, id: &str) {
    let (engine, id) = (harness.engine(), InstanceId::new(id));
    let size = ShellSize { columns: 80, rows: 24 };
    let failures = [
        engine.describe(&id).await.err(),
        first_failure(engine.logs(&id, PAST).await).await,
        first_failure(engine.logs(&id, LogRequest { follow: true, ..PAST }).await).await,
        first_failure(engine.stats(&id, live()).await).await,
        engine.inspect(&id).await.err(),
        engine.shell(&id, size).await.err(),
    ];
    for (call, failure) in failures.iter().enumerate() {
        assert!(
            matches!(failure, Some(EngineError::NotFound { .. })),
            "call {call} on {id:?}: {failure:?}"
        );
    }
}

pub(crate) async fn a_failing_health_check_is_told_with_its_output(harness: &impl Harness) {
    if harness.lacks().health {
        assert!(!harness.engine().capabilities().health, "it says that it runs health checks");
        return;
    }
    let started = harness.start(Role::Unhealthy).await;
    let instance = described_when(harness, &started.id, |i| i.health == Health::Unhealthy).await;
    let detail = instance.detail.expect("a description has its detail");
    assert!(detail.failing_streak > 0);
    let last = detail.health_log.last().expect("a health record");
    assert_ne!(last.exit_code, 0);
    // A probe of ours tells the status of an answer before its body.
    assert!(last.output.contains(&Clean::new("the check says no")), "{last:?}");
}

/// All that was printed so far.
const PAST: LogRequest = LogRequest { tail: None, since: None, until: None, follow: false };

/// Waits for `future`, and fails naming `what` when it takes too long.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(late) => panic!("waited {} s for {what}: {late}", PATIENCE.as_secs()),
    }
}

fn exit_of(instance: &Instance) -> Option<&Exit> {
    instance.detail.as_ref()?.exit.as_ref()
}

async fn listed(harness: &impl Harness, id: &InstanceId) -> Instance {
    let all = harness.engine().list().await.unwrap();
    let found = all.into_iter().find(|instance| instance.id == *id);
    found.expect("a started instance is listed")
}

/// Waits for a description that satisfies `wanted`, asking anew after each change.
pub(crate) async fn described_when(
    harness: &impl Harness,
    id: &InstanceId,
    wanted: impl Fn(&Instance) -> bool,
) -> Instance {
    let engine = harness.engine();
    let mut changes = engine.watch().await.unwrap();
    let mut last = None;
    let found = tokio::time::timeout(PATIENCE, async {
        loop {
            let instance = engine.describe(id).await.unwrap();
            if wanted(&instance) {
                return instance;
            }
            last = Some(instance);
            next_change(&mut changes, &Change::Touched(id.clone())).await;
        }
    })
    .await;
    found.unwrap_or_else(|_| panic!("it never became what was waited for: {last:#?}"))
}

async fn next_change(changes: &mut EngineStream<Change>, wanted: &Change) {
    soon(&format!("{wanted:?}"), async {
        while changes.next().await.expect("a watch goes on").unwrap() != *wanted {}
    })
    .await;
}

async fn talked(harness: &impl Harness, id: &InstanceId) -> Vec<LogLine> {
    followed(harness, id, |lines| lines.len() == 10).await
}

/// Follows an instance's output from its beginning until there is `enough` of it.
async fn followed(
    harness: &impl Harness,
    id: &InstanceId,
    enough: impl Fn(&[LogLine]) -> bool,
) -> Vec<LogLine> {
    followed_from(harness, id, LogRequest { follow: true, ..PAST }, enough).await
}

async fn followed_from(
    harness: &impl Harness,
    id: &InstanceId,
    request: LogRequest,
    enough: impl Fn(&[LogLine]) -> bool,
) -> Vec<LogLine> {
    let mut stream = harness.engine().logs(id, request).await.unwrap();
    let mut lines = vec![];
    soon("enough lines", async {
        while !enough(&lines) {
            let line = stream.next().await.unwrap_or_else(|| panic!("the end after {lines:?}"));
            lines.push(line.unwrap());
        }
    })
    .await;
    lines
}

async fn all_lines(harness: &impl Harness, id: &InstanceId, request: LogRequest) -> Vec<LogLine> {
    let stream = harness.engine().logs(id, request).await.unwrap();
    let lines = soon("the end of the stream", stream.collect::<Vec<_>>()).await;
    lines.into_iter().map(Result::unwrap).collect()
}

/// The failure of a call that gives a stream, be it at once or as its first item.
async fn first_failure<T>(called: Result<EngineStream<T>, EngineError>) -> Option<EngineError> {
    match called {
        Ok(mut stream) => soon("a failure", stream.next()).await.and_then(Result::err),
        Err(failure) => Some(failure),
    }
}
