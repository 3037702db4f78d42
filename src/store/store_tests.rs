use std::collections::BTreeMap;

use super::*;
use crate::model::{
    Detail, EngineFact, EngineInfo, FaultKind, Health, InstanceId, Level, LogLine, Sample,
    ServiceId, State, Stream,
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn engine() -> EngineId {
    EngineId::new("fake")
}

fn store() -> Store {
    Store::new([(engine(), Clean::new("fake://"))], LogBounds::default())
}

fn instance(id: &str) -> Instance {
    Instance {
        id: InstanceId::new(id),
        name: Clean::new(id),
        service: ServiceId::alone("api"),
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

fn key(id: &str) -> InstanceKey {
    InstanceKey::new(&engine(), &InstanceId::new(id))
}

fn fact(second: i64, fact: EngineFact) -> Event {
    Event::Engine { engine: engine(), at: at(second), fact }
}

fn listed(second: i64, ids: &[&str]) -> Event {
    fact(second, EngineFact::Listed { instances: ids.iter().map(|id| instance(id)).collect() })
}

fn logged(id: &str) -> Event {
    let text = Clean::new("hello");
    let line = LogLine::new(None, Stream::Stdout, text);
    Event::Logged { key: key(id), at: at(1), lines: vec![line], dropped: 0 }
}

#[test]
fn what_a_listing_does_not_name_is_gone_with_its_lines() {
    let mut store = store();
    store.apply(listed(1, &["a", "b"]));
    assert_eq!(store.apply(logged("a")), Topics::LOGS);
    store.apply(listed(2, &["b"]));
    assert!(store.instance(&key("a")).is_none());
    assert!(store.log(&key("a")).is_none());
    assert_eq!(store.services()[0].instances, [key("b")]);
}

#[test]
fn lines_of_an_instance_that_is_not_known_are_not_kept() {
    let mut store = store();
    assert_eq!(store.apply(logged("gone")), Topics::empty());
    let live = Event::LogStream { key: key("gone"), state: StreamState::Live };
    assert_eq!(store.apply(live), Topics::empty());
    assert!(store.log(&key("gone")).is_none());
}

#[test]
fn a_lost_engine_keeps_what_it_told_and_when_it_was_lost_first() {
    let mut store = store();
    store.apply(listed(10, &["a"]));
    let lost = |second: i64, attempt: u32| {
        let fault = Fault::new(FaultKind::Refused, "gone");
        fact(second, EngineFact::Lost { fault, attempt, retry_at: at(second + 1) })
    };
    store.apply(lost(20, 1));
    store.apply(fact(21, EngineFact::Connecting));
    store.apply(lost(22, 2));
    let view = &store.engines()[0];
    assert_eq!(view.data.as_of(), Some(at(10)));
    let Link::Down { since, attempt, retry_at, .. } = &view.link else { panic!("{view:?}") };
    assert_eq!((*since, *attempt, *retry_at), (at(20), 2, Some(at(23))));
    assert_eq!(store.services().len(), 1);
    store.apply(listed(30, &["a"]));
    assert!(store.engines()[0].is_up());
}

#[test]
fn an_answer_that_comes_after_the_loss_does_not_bring_the_engine_back() {
    let mut store = store();
    store.apply(listed(10, &["a"]));
    let fault = Fault::new(FaultKind::Refused, "gone");
    store.apply(fact(20, EngineFact::Lost { fault, attempt: 1, retry_at: at(21) }));
    let late = fact(20, EngineFact::Described { instance: Box::new(instance("b")) });
    assert_eq!(store.apply(late), Topics::empty());
    assert!(!store.engines()[0].is_up());
    assert_eq!(store.services()[0].instances, [key("a")]);
}

#[test]
fn an_engine_that_answers_is_up_only_once_it_told_what_it_runs() {
    let mut store = store();
    store.apply(fact(1, EngineFact::Connected { info: EngineInfo::default() }));
    assert!(!store.engines()[0].is_up());
    store.apply(listed(2, &[]));
    assert!(store.engines()[0].is_up());
}

#[test]
fn a_sign_of_life_makes_what_is_known_fresh_but_no_lost_engine_up() {
    let mut store = store();
    store.apply(listed(10, &["a"]));
    assert_eq!(store.apply(fact(20, EngineFact::Answered)), Topics::ENGINES);
    assert_eq!(store.engines()[0].data.as_of(), Some(at(20)));
    let fault = Fault::new(FaultKind::Timeout, "gone");
    store.apply(fact(30, EngineFact::Lost { fault, attempt: 1, retry_at: at(31) }));
    store.apply(fact(40, EngineFact::Answered));
    assert!(!store.engines()[0].is_up());
    assert_eq!(store.engines()[0].data.as_of(), Some(at(20)));
}

#[test]
fn an_answer_to_a_question_that_nobody_asks_any_more_is_left_out() {
    let mut store = store();
    store.expect_inspection(key("a"));
    store.expect_inspection(key("b"));
    let answer = |id: &str| {
        let result = Ok(Inspection::default());
        Event::Inspected { key: key(id), at: at(7), result }
    };
    assert_eq!(store.apply(answer("a")), Topics::empty());
    assert_eq!(store.inspection(&key("b")), Some(&Fetch::Never));
    assert_eq!(store.apply(answer("b")), Topics::INSPECTION);
    assert_eq!(store.inspection(&key("b")).and_then(Fetch::as_of), Some(at(7)));
    assert!(store.inspection(&key("a")).is_none());
}

#[test]
fn facts_of_an_engine_that_is_not_watched_change_nothing() {
    let mut store = store();
    let other = Event::Engine {
        engine: EngineId::new("other"),
        at: at(1),
        fact: EngineFact::Listed { instances: vec![instance("a")] },
    };
    assert_eq!(store.apply(other), Topics::empty());
    assert!(store.services().is_empty());
}

#[test]
fn what_was_asked_for_by_a_person_brings_nothing_back() {
    let mut store = store();
    store.apply(fact(1, EngineFact::Listed { instances: vec![instance("a")] }));
    let refreshed = |id: &str| EngineFact::Refreshed { instance: Box::new(instance(id)) };
    assert_eq!(store.apply(fact(2, refreshed("gone"))), Topics::empty());
    assert_eq!(store.services().len(), 1);
    assert!(store.apply(fact(3, refreshed("a"))).contains(Topics::SERVICES));
}

#[test]
fn instances_are_grouped_when_somebody_looks_however_many_facts_came_before() {
    let mut store = store();
    let ids: Vec<String> = (0..5000).map(|n| n.to_string()).collect();
    let names: Vec<&str> = ids.iter().map(String::as_str).collect();
    store.apply(listed(1, &names));
    for name in &names {
        let described = EngineFact::Described { instance: Box::new(instance(name)) };
        assert!(store.apply(fact(2, described)).contains(Topics::SERVICES));
    }
    assert_eq!(store.groups.made(), 0);
    for _ in 0..3 {
        assert_eq!(store.services()[0].instances.len(), 5000);
    }
    // What changes nothing of the services costs nothing either.
    store.apply(logged("1"));
    assert_eq!(store.tick(at(3)), Topics::empty());
    assert_eq!(store.services().len(), 1);
    assert_eq!(store.groups.made(), 1);
    store.apply(fact(4, EngineFact::Removed { id: InstanceId::new("1") }));
    assert_eq!(store.services()[0].instances.len(), 4999);
    assert_eq!(store.groups.made(), 2);
}

#[test]
fn time_alone_ends_a_warning() {
    let mut store = store();
    let detail = Detail { restarts: 2, started_at: Some(at(0)), ..Detail::default() };
    let restarted = Instance { detail: Some(detail), ..instance("a") };
    store.apply(fact(10, EngineFact::Listed { instances: vec![restarted, instance("b")] }));
    assert_eq!(store.services()[0].condition.level, Level::Warn);
    assert_eq!(store.tick(at(10)), Topics::empty());
    assert_eq!(store.tick(at(300)), Topics::SERVICES);
    assert_eq!(store.services()[0].condition.level, Level::Ok);
    assert_eq!(store.tick(at(301)), Topics::empty());
}

fn sampled(second: i64, id: &str, cores: f64, oom_kills: u64) -> Event {
    let (cpu_cores, oom_kills) = (Some(cores), Some(oom_kills));
    let sample = Sample { cpu_cores, oom_kills, ..Sample::empty(at(second)) };
    Event::Sampled { key: key(id), at: at(second), sample: Box::new(sample), dropped: 0 }
}

#[test]
fn what_a_service_used_before_a_deploy_can_still_be_looked_at_for_an_hour() {
    let mut store = store();
    store.apply(listed(1, &["old"]));
    store.apply(sampled(10, "old", 1.0, 0));
    store.apply(listed(11, &["new"]));
    store.apply(sampled(12, "new", 2.0, 0));
    let span = Span::until(at(12), SignedDuration::from_secs(3));
    let total = |store: &Store| store.total(&store.services()[0], Metric::Cpu, &span);
    let used = |cores| Some(Amount::exactly(cores));
    assert_eq!(total(&store), [used(1.0), None, used(2.0)]);
    store.tick(at(12) + LOOKED_AT);
    assert_eq!(total(&store), [None, None, used(2.0)]);
}

#[test]
fn the_past_of_very_many_instances_takes_no_more_room_and_is_known_less_finely() {
    let mut store = store();
    store.apply(listed(0, &["a", "gone"]));
    for second in 0..900 {
        store.apply(sampled(second, "a", 1.0, 0));
        store.apply(sampled(second, "gone", 1.0, 0));
    }
    let many: Vec<String> = (0..2000).map(|number| format!("b{number}")).collect();
    let ids: Vec<&str> = many.iter().map(String::as_str).chain(["a"]).collect();
    store.apply(listed(900, &ids));
    let kept = Kept::each_of(2002);
    let readings = |id| store.instance(&key(id)).unwrap().series.readings();
    assert_eq!(readings("a"), kept.fine);
    assert!(store.past.of(&store.services()[0].key).all(|g| g.series.readings() == kept.fine));
    let span = Span::until(at(899), SignedDuration::from_mins(15));
    let known = store.instance(&key("a")).unwrap().series.amounts(Metric::Cpu, &span);
    assert!(known.iter().all(Option::is_some), "{} of 900", known.iter().flatten().count());
    for second in 900..1100 {
        store.apply(sampled(second, "b7", 1.0, 0));
    }
    assert_eq!(store.instance(&key("b7")).unwrap().series.readings(), kept.fine);
}

#[test]
fn what_happens_to_a_service_is_marked() {
    let mut store = store();
    let mut started = instance("a");
    started.detail = Some(Detail { started_at: Some(at(5)), ..Detail::default() });
    store.apply(fact(6, EngineFact::Described { instance: Box::new(started) }));
    store.apply(sampled(10, "a", 1.0, 0));
    store.apply(sampled(11, "a", 1.0, 1));
    let service = store.services()[0].key.clone();
    let marks = store.marks(&service).map(|mark| (mark.kind, mark.at));
    assert_eq!(
        marks.collect::<Vec<_>>(),
        [(MarkKind::Deployed, at(5)), (MarkKind::OomKilled, at(11))]
    );
}

#[test]
fn why_there_are_no_numbers_is_known_once_the_last_ones_are_old_and_until_there_are_some() {
    let mut store = store();
    store.apply(listed(1, &["a"]));
    store.apply(sampled(10, "a", 1.0, 0));
    let fault = Fault::new(FaultKind::Denied, "not you");
    let failed = Event::NotSampled { key: key("a"), fault: fault.clone() };
    assert_eq!(store.apply(failed.clone()), Topics::SAMPLES | Topics::SERVICES);
    assert_eq!(store.apply(failed), Topics::empty(), "the same again is no news");
    let why = |store: &Store, second| store.instances[&key("a")].no_numbers(at(second)).cloned();
    assert_eq!(why(&store, 11), None, "what it used a second ago is still told");
    assert_eq!(why(&store, 40), Some(fault));
    store.apply(sampled(41, "a", 1.0, 0));
    assert_eq!(why(&store, 100), None);
}

#[test]
fn a_reading_of_the_host_is_known_until_the_next() {
    let mut store = store();
    assert!(store.host().is_none());
    for second in [1, 2] {
        let sample = crate::model::HostSample::empty(at(second));
        let event = Event::Host { at: at(second), sample: Box::new(sample) };
        assert_eq!(store.apply(event), Topics::HOST);
    }
    let host = store.host().unwrap();
    assert_eq!((host.heard_at, host.series.readings()), (at(2), 2));
}
