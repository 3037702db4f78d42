use super::*;
use crate::model::{
    Detail, EngineInfo, FaultKind, Health, InstanceId, LogLine, ServiceId, State,
    event::EngineFact as Fact,
};

fn id(name: &str) -> EngineId {
    EngineId::new(name)
}

fn instance(detail: Option<Detail>) -> Instance {
    Instance {
        id: InstanceId::new("api1"),
        name: Clean::new("api-1"),
        service: ServiceId::alone("api"),
        replica: None,
        state: State::Running,
        health: Health::None,
        image: None,
        command: Clean::new(""),
        created_at: None,
        ports: vec![],
        labels: BTreeMap::new(),
        detail,
    }
}

fn hear(store: &mut Store, engine: &str, fact: Fact) {
    let at = Timestamp::UNIX_EPOCH;
    store.apply(Event::Engine { engine: id(engine), at, fact });
}

#[test]
fn all_is_known_once_every_engine_has_described_what_it_runs_or_failed() {
    let engines = ["a", "b"].map(|name| (id(name), Clean::new("fake://")));
    let mut store = Store::new(engines, LogBounds::default());
    let known = |store: &Store| (store.is_listed(), store.is_described());
    hear(&mut store, "a", Fact::Connected { info: EngineInfo::default() });
    hear(&mut store, "a", Fact::Listed { instances: vec![instance(None)] });
    assert_eq!(known(&store), (false, false));
    let fault = Fault::new(FaultKind::Refused, "no");
    let lost =
        |attempt| Fact::Lost { fault: fault.clone(), attempt, retry_at: Timestamp::UNIX_EPOCH };
    hear(&mut store, "b", lost(1));
    assert_eq!(known(&store), (true, false));
    let described = Box::new(instance(Some(Detail::default())));
    hear(&mut store, "a", Fact::Described { instance: described });
    assert_eq!(known(&store), (true, true));
    // A new try of what is lost takes nothing back.
    hear(&mut store, "b", Fact::Connecting);
    assert_eq!(known(&store), (true, true));
    // What is not described is not waited for while nobody can describe it.
    hear(&mut store, "a", Fact::Listed { instances: vec![] });
    hear(&mut store, "a", Fact::Listed { instances: vec![instance(None)] });
    hear(&mut store, "a", lost(1));
    assert_eq!(known(&store), (true, true));
}

#[test]
fn a_source_that_is_read_again_lets_go_of_what_its_parts_will_say_again() {
    let names = [Clean::new("web")];
    let mut store = Store::new([], LogBounds::default()).with_log_sources(names);
    let source = InstanceKey::of_source("web");
    let (there, removed) = (source.part("there.log"), source.part("removed.log"));
    for key in [&there, &removed] {
        let line = LogLine::new(None, crate::model::Stream::Stdout, Clean::new("x"));
        let (key, at) = (key.clone(), Timestamp::UNIX_EPOCH);
        store.apply(Event::Logged { key, at, lines: vec![line], dropped: 0 });
    }
    let mut say = |key: &InstanceKey, state| {
        store.apply(Event::LogStream { key: key.clone(), state });
    };
    say(&removed, StreamState::Ended);
    say(&there, StreamState::Live);
    say(&source, StreamState::Again);
    let kept = |key| store.log(key).map(|ring| (ring.len(), ring.count()));
    assert_eq!(kept(&there), Some((0, 1)), "the numbers of its lines are not given anew");
    assert_eq!(kept(&removed), Some((1, 1)));
}

#[test]
fn a_log_that_is_read_again_is_counted_once() {
    let patterns = vec![Pattern::new("any", "x", None).unwrap()];
    let names = [Clean::new("web")];
    let store = Store::new([], LogBounds::default());
    let mut store = store.with_log_sources(names).with_patterns(patterns);
    let source = InstanceKey::of_source("web");
    let said = |lines: usize| {
        let (key, at) = (source.part("a.log"), Timestamp::UNIX_EPOCH);
        let line = LogLine::new(Some(at), crate::model::Stream::Stdout, Clean::new("x"));
        Event::Logged { key, at, lines: vec![line; lines], dropped: 0 }
    };
    store.apply(said(2));
    store.apply(Event::LogStream { key: source.clone(), state: StreamState::Again });
    store.apply(said(5));
    let count = store.patterns().per_minute(Timestamp::UNIX_EPOCH).next().unwrap().1[59];
    assert_eq!(count, 5);
}
