use std::{sync::Arc, time::Duration};

use super::*;
use crate::{
    logs::Pattern,
    model::{
        Advice, AlertSeverity, Bound, Dimension, EngineFact, EngineId, Event, Health, HostSample,
        Instance, InstanceId, InstanceKey, LogLine, MetricSpec, MetricUnit, NoData, PatternAlert,
        PatternSpec, Phase, ProbeAnswer, ProbeFault, ProbeFaultKind, ProbeReport, ProbeSpec,
        ProbeTarget, Sample, ServiceId, ServiceMatch, StackService, State, Stream, StreamState,
        alert::Telling,
        metric::{HostField, UseField},
        probe::{ProbeOrigin, ProbeRole},
    },
    store::LogBounds,
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn engine() -> EngineId {
    EngineId::new("docker")
}

fn key(id: &str) -> InstanceKey {
    InstanceKey::new(&engine(), &InstanceId::new(id))
}

fn instance(service: &str, id: &str) -> Instance {
    Instance {
        id: InstanceId::new(id),
        name: Clean::new(id),
        service: ServiceId::in_stack("shop", service),
        replica: None,
        state: State::Running,
        health: Health::None,
        image: None,
        command: Clean::default(),
        created_at: None,
        ports: vec![],
        labels: BTreeMap::new(),
        detail: None,
    }
}

/// A service with a probe that fails after three failures.
fn service(name: &str, address: &str) -> StackService {
    let probe = ProbeSpec {
        name: Clean::new("health"),
        target: ProbeTarget::Tcp { address: address.into() },
        every: Duration::from_secs(30),
        timeout: Duration::from_secs(5),
        fail_after: 3,
        ok_after: 2,
        grace: None,
        role: ProbeRole::Liveness,
        from: ProbeOrigin::StackFile,
    };
    StackService {
        id: Clean::new(name),
        matches: ServiceMatch::Service(Clean::new(name)),
        role: None,
        critical: true,
        probes: vec![probe],
        unprobed: false,
        depends_on: vec![],
    }
}

fn metric(id: &str, source: MetricSource, critical: &str) -> MetricSpec {
    MetricSpec {
        id: Clean::new(id),
        source,
        unit: MetricUnit { dimension: Dimension::Ratio, factor: 1.0, suffix: Clean::default() },
        target: None,
        warn: None,
        critical: Bound::parse(critical).ok(),
        hold: Duration::ZERO,
        keep: Duration::ZERO,
        range: None,
        min_events: None,
        nodata: NoData::Alert,
        advice: Advice::default(),
        service: Some(Clean::new("api")),
    }
}

fn of_server() -> MetricSource {
    MetricSource::Prometheus { query: "up".into() }
}

fn stack() -> Stack {
    Stack { name: Some(Clean::new("shop")), ..Stack::default() }
}

/// A store that knows these instances.
fn store(stack: Stack, instances: Vec<Instance>) -> Store {
    let store = Store::new([(engine(), Clean::new("unix:///x"))], LogBounds::default());
    let mut store = store.with_stack(Arc::new(stack), None);
    listed(&mut store, instances);
    store.tick(at(0));
    store
}

fn listed(store: &mut Store, instances: Vec<Instance>) {
    let fact = EngineFact::Listed { instances };
    store.apply(Event::Engine { engine: engine(), at: at(0), fact });
}

fn probed(store: &mut Store, second: i64, service: &str, fault: Option<ProbeFaultKind>) {
    let keys: Vec<_> = store.probes().map(|(key, _)| key.clone()).collect();
    for key in keys.into_iter().filter(|key| key.service.service.name.as_str() == service) {
        let failed = |kind| ProbeFault { kind, words: Clean::new("no answer"), output: vec![] };
        let well = ProbeAnswer { words: Clean::new("connected"), warning: None };
        let answer = fault.map_or(Ok(well), |kind| Err(failed(kind)));
        let report = ProbeReport { at: at(second), took: Duration::from_millis(3), answer };
        store.apply(Event::Probed { key, report: Box::new(report) });
    }
}

fn measured(store: &mut Store, second: i64, metric: &str, value: f64) {
    let (metric, at) = (Clean::new(metric), at(second));
    store.apply(Event::Measured { metric, at, value: Ok(Some(value)) });
    store.tick(at);
}

fn alert<'a>(store: &'a Store, id: &str) -> &'a AlertView {
    store.alert(&AlertId(Clean::new(id))).unwrap()
}

fn told(store: &mut Store, second: i64) -> Vec<(String, Telling)> {
    let news = store.take_alert_news(at(second));
    news.notices.into_iter().map(|it| (it.rule.id.0.to_string(), it.what)).collect()
}

const CRITICAL: Telling = Telling::Firing(AlertSeverity::Critical);
const TIMEOUT: Option<ProbeFaultKind> = Some(ProbeFaultKind::Timeout);
const REFUSED: Option<ProbeFaultKind> = Some(ProbeFaultKind::Refused);

#[test]
fn a_probe_that_fails_fires_and_says_so_until_it_has_recovered() {
    let services = vec![service("api", "192.0.2.1:80")];
    let mut store = store(Stack { services, ..stack() }, vec![instance("api", "1")]);
    assert_eq!(alert(&store, "probe:api/health").state.phase, Phase::Nodata);
    for second in [30, 60, 90] {
        probed(&mut store, second, "api", REFUSED);
        store.tick(at(second));
    }
    let fired = alert(&store, "probe:api/health");
    assert_eq!((fired.state.phase, fired.words()), (Phase::Firing, "no answer".into()));
    assert_eq!(fired.since(), at(90));
    for second in [120, 150] {
        probed(&mut store, second, "api", None);
        store.tick(at(second));
    }
    let id = "probe:api/health".to_owned();
    assert_eq!(told(&mut store, 150), [(id.clone(), CRITICAL), (id, Telling::Resolved)]);
}

#[test]
fn several_instances_are_one_alert_that_says_how_many_fail() {
    let services = vec![service("api", "api:80"), service("web", "api:80")];
    let published = |id: &str, port| Instance {
        ports: vec![crate::model::Port {
            inside: 80,
            host: Some(port),
            address: None,
            protocol: crate::model::Protocol::Tcp,
        }],
        ..instance("api", id)
    };
    let instances = vec![published("1", 8001), published("2", 8002), instance("web", "3")];
    let mut store = store(Stack { services, ..stack() }, instances);
    let keys: Vec<_> = store.probes().map(|(key, _)| key.clone()).collect();
    assert_eq!(keys.len(), 4);
    let first = keys.iter().find(|key| key.service.service.name.as_str() == "api").unwrap();
    probed(&mut store, 10, "api", None);
    for second in [30, 60, 90] {
        let words = Clean::new("refused");
        let fault = ProbeFault { kind: ProbeFaultKind::Refused, words, output: vec![] };
        let report = ProbeReport { at: at(second), took: Duration::ZERO, answer: Err(fault) };
        store.apply(Event::Probed { key: first.clone(), report: Box::new(report) });
    }
    store.tick(at(90));
    assert_eq!(alert(&store, "probe:api/health").words(), "1 of 2 do not pass: refused");
    let worst: Vec<_> = store.alerts().map(|view| view.rule.id.0.to_string()).collect();
    assert_eq!(worst, ["probe:api/health", "probe:web/health"]);
}

#[test]
fn a_metric_is_judged_as_it_was_measured_and_a_service_is_as_bad_as_it() {
    let metrics = vec![metric("error_rate", of_server(), "> 5%")];
    let mut store = store(Stack { metrics, ..stack() }, vec![instance("api", "1")]);
    let reason = |store: &Store| store.services()[0].condition.clone();
    measured(&mut store, 10, "error_rate", 0.01);
    assert_eq!(reason(&store).level, Level::Ok);
    measured(&mut store, 20, "error_rate", 0.072);
    let words = "error_rate: 7.2% (critical > 5%)";
    assert_eq!(reason(&store), Condition::new(Level::Bad, words));
    let overlay = Overlay {
        kind: OverlayKind::Acknowledged,
        who: Clean::new("ann"),
        why: Clean::default(),
        since: at(20),
        until: None,
    };
    let id = AlertId(Clean::new("metric:error_rate"));
    let changed = store.lay_over_alert(&id, overlay);
    assert_eq!(changed, Topics::ALERTS | Topics::SERVICES);
    assert_eq!(reason(&store).reason, format!("{words} (acknowledged by ann)"));
    // Nobody measures any more.
    store.tick(at(1000));
    let silent = alert(&store, "metric:error_rate");
    assert_eq!(silent.state.phase, Phase::Firing);
    assert!(silent.words().ends_with("no data since then: it was not measured lately"));
}

#[test]
fn the_worst_instance_and_the_host_are_measured_as_they_are_read() {
    let metrics = vec![
        metric("memory", MetricSource::Docker { field: UseField::MemoryPercent }, "> 90%"),
        metric("load", MetricSource::Host { field: HostField::LoadPerCore }, "> 200%"),
    ];
    let instances = vec![instance("api", "1"), instance("api", "2"), instance("db", "3")];
    let mut store = store(Stack { metrics, ..stack() }, instances);
    assert_eq!(alert(&store, "metric:load").words(), "no data: the host was not read lately");
    for (id, used) in [("1", 50), ("2", 95), ("3", 99)] {
        let sample = Sample {
            memory_bytes: Some(used),
            memory_limit_bytes: Some(100),
            ..Sample::empty(at(9))
        };
        store.apply(Event::Sampled {
            key: key(id),
            at: at(9),
            sample: Box::new(sample),
            dropped: 0,
        });
    }
    let sample =
        HostSample { load: Some([6.0, 0.0, 0.0]), cores: Some(2), ..HostSample::empty(at(9)) };
    store.apply(Event::Host { at: at(9), sample: Box::new(sample) });
    store.tick(at(10));
    assert_eq!(alert(&store, "metric:memory").words(), "95% (critical > 90%)");
    assert_eq!(alert(&store, "metric:load").words(), "300% (critical > 200%)");
}

#[test]
fn lines_of_a_pattern_fire_once_somebody_reads_them() {
    let spec = PatternSpec {
        name: Clean::new("errors"),
        matches: "ERROR".into(),
        within: vec![],
        not: None,
        level: None,
        alert: Some(PatternAlert {
            over: 2,
            within: Duration::from_mins(5),
            severity: AlertSeverity::Warning,
        }),
        runbook: None,
    };
    let patterns = vec![Pattern::of(&spec).unwrap()];
    let mut store = store(Stack { patterns: vec![spec], ..stack() }, vec![instance("api", "1")]);
    store = store.with_patterns(patterns);
    store.tick(at(1));
    assert_eq!(alert(&store, "pattern:errors").words(), "no data: its logs are not read");
    let mut demand = Demand::default();
    let fact = EngineFact::Connected { info: crate::model::EngineInfo::default() };
    store.apply(Event::Engine { engine: engine(), at: at(1), fact });
    store.demand_for_alerts(&mut demand);
    assert_eq!(demand.logs.keys().collect::<Vec<_>>(), [&key("1")]);
    store.apply(Event::LogStream { key: key("1"), state: StreamState::Live });
    store.tick(at(1));
    assert_eq!(alert(&store, "pattern:errors").words(), "no data: its logs are still being read");
    let line = |second| LogLine::new(Some(at(second)), Stream::Stdout, Clean::new("ERROR no"));
    let lines = vec![line(2), line(3), line(4)];
    store.apply(Event::Logged { key: key("1"), at: at(5), lines, dropped: 0 });
    store.apply(Event::LogStream { key: key("1"), state: StreamState::Current });
    store.tick(at(5));
    let errors = alert(&store, "pattern:errors");
    assert_eq!(
        (errors.state.phase, errors.words()),
        (Phase::Firing, "3 lines in 5m (warning > 2)".into())
    );
    // Six minutes later the lines are too old to count.
    store.tick(at(400));
    assert_eq!(alert(&store, "pattern:errors").state.phase, Phase::Resolving);
}

/// Four services on as many hosts, all well.
fn far() -> Store {
    let names = ["a", "b", "c", "d"];
    let host = |(number, name): (usize, &&str)| service(name, &format!("192.0.2.{number}:80"));
    let services = names.iter().enumerate().map(host).collect();
    let instances = names.iter().map(|name| instance(name, name)).collect();
    let mut store = store(Stack { services, ..stack() }, instances);
    answer(&mut store, 0, None);
    store
}

fn answer(store: &mut Store, second: i64, fault: Option<ProbeFaultKind>) {
    for name in ["a", "b", "c", "d"] {
        probed(store, second, name, fault);
    }
    store.tick(at(second));
}

#[test]
fn when_no_host_is_heard_one_alert_says_that_it_is_our_network() {
    let mut store = far();
    for second in [30, 60, 90] {
        answer(&mut store, second, TIMEOUT);
    }
    assert_eq!(told(&mut store, 90), [(NETWORK.to_owned(), CRITICAL)]);
    let held = alert(&store, "probe:a/health");
    assert_eq!((held.is_firing(), held.overlay_words()), (true, Some(HELD.into())));
    for second in [120, 150, 180, 210] {
        answer(&mut store, second, None);
    }
    assert_eq!(told(&mut store, 210), [(NETWORK.to_owned(), Telling::Resolved)]);
}

#[test]
fn hosts_that_refuse_are_heard() {
    let mut store = far();
    for second in [30, 60, 90] {
        answer(&mut store, second, REFUSED);
    }
    assert_eq!(told(&mut store, 90).len(), 4);
}

#[test]
fn another_run_goes_on_where_the_last_one_ended() {
    let metric = MetricSpec { hold: Duration::from_mins(1), ..metric("m", of_server(), "> 5%") };
    let stack = Stack { metrics: vec![metric], ..stack() };
    let mut first = store(stack.clone(), vec![]);
    let mut written = Vec::new();
    for second in 1..100 {
        measured(&mut first, second, "m", 0.1);
        let news = first.take_alert_news(at(second));
        written.extend(news.saved);
    }
    assert_eq!(alert(&first, "metric:m").state.phase, Phase::Firing);
    let mut second = store(stack, vec![]);
    second.restore_alerts(written);
    measured(&mut second, 110, "m", 0.1);
    assert_eq!(alert(&second, "metric:m").since(), at(61));
    assert_eq!(told(&mut second, 110), []);
}

#[test]
fn what_is_not_up_any_more_goes_on_firing_until_it_is_gone() {
    let mut store = store(stack(), vec![]);
    let inferred = |state| Instance {
        state,
        ports: vec![crate::model::Port {
            inside: 80,
            host: Some(8080),
            address: None,
            protocol: crate::model::Protocol::Tcp,
        }],
        ..instance("api", "1")
    };
    listed(&mut store, vec![inferred(State::Running)]);
    store.tick(at(1));
    for second in [30, 60, 90] {
        probed(&mut store, second, "api", REFUSED);
    }
    store.tick(at(90));
    let id = store.alerts().next().unwrap().rule.id.0.to_string();
    assert!(alert(&store, &id).is_firing());
    listed(&mut store, vec![inferred(State::Exited)]);
    store.tick(at(100));
    let blind = alert(&store, &id);
    assert!(
        blind.is_firing() && blind.words().contains("nothing of api is up"),
        "{}",
        blind.words()
    );
    listed(&mut store, vec![]);
    store.tick(at(110));
    let warning = Telling::Firing(AlertSeverity::Warning);
    assert_eq!(told(&mut store, 110), [(id.clone(), warning), (id, Telling::Resolved)]);
    assert_eq!(store.alerts().count(), 0);
}
