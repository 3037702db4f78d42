//! When a frame is asked for: a change of what nobody sees costs none.

use midwatch::{
    app::{Msg, Outcome},
    model::{Beat, Event, Sample},
    terminal::Urgency,
};

use crate::console::{
    Console, Setup,
    facts::{described, key, line, lost, running, said, sampled},
    now, world,
};
use midwatch::model::ServiceId;

fn frame(console: &mut Console, event: Event) -> Option<Urgency> {
    let Outcome { effects, frame } = console.tell(Msg::Event(event));
    assert_eq!(effects, []);
    frame
}

fn log(id: &str) -> Event {
    said(id, vec![line(now(), "hello")])
}

fn sample(id: &str) -> Event {
    sampled(id, &Sample { cpu_cores: Some(0.5), ..Sample::empty(now()) })
}

#[test]
fn samples_alone_ask_for_no_frame_until_the_tick() {
    let mut console = Console::fresh((120, 36));
    assert_eq!(frame(&mut console, sample("api-1")), None);
    assert_eq!(console.tell(Msg::Tick).frame, Some(Urgency::Data));
}

#[test]
fn lines_ask_for_a_frame_only_where_they_are_seen() {
    let mut console = Console::fresh((120, 36));
    assert_eq!(frame(&mut console, log("api-1")), Some(Urgency::Data));
    assert_eq!(frame(&mut console, log("lonely")), None, "of a service that is not shown");
    console.press("p 2 p");
    assert_eq!(frame(&mut console, log("lonely")), None);
    let mut narrow = Console::fresh((80, 24));
    assert_eq!(frame(&mut narrow, log("api-1")), None, "only the services are shown");
    assert_eq!(frame(&mut narrow, sample("api-1")), None);
    narrow.press("2");
    assert_eq!(frame(&mut narrow, log("api-1")), Some(Urgency::Data));
}

#[test]
fn the_count_of_new_lines_moves_on_while_paused() {
    let mut console = Console::fresh((80, 24));
    console.press("2 p");
    let before = console.draw();
    frame(&mut console, log("api-1"));
    assert_eq!(console.tell(Msg::Tick).frame, Some(Urgency::Data));
    assert_ne!(console.draw(), before);
}

#[test]
fn facts_about_engines_and_services_ask_for_a_frame() {
    let mut console = Console::fresh((80, 24));
    let new = running("new", ServiceId::alone("new"), None);
    assert_eq!(frame(&mut console, described(now(), &new)), Some(Urgency::Data));
    assert_eq!(frame(&mut console, lost(now(), 1, now())), Some(Urgency::Data));
}

#[test]
fn facts_about_what_is_not_known_ask_for_none() {
    let mut console = Console::fresh((120, 36));
    assert_eq!(frame(&mut console, sample("nobody")), None);
    assert_eq!(frame(&mut console, log("nobody")), None);
    assert_eq!(frame(&mut console, world::inspected("api-1")), None);
    let unknown = Event::Engine {
        engine: midwatch::model::EngineId::new("other"),
        at: now(),
        fact: midwatch::model::EngineFact::Connecting,
    };
    assert_eq!(frame(&mut console, unknown), None);
}

#[test]
fn the_same_again_asks_for_no_frame() {
    let mut console = Console::fresh((120, 36));
    let state = midwatch::model::StreamState::Current;
    let live = || Event::LogStream { key: key("api-1"), state: state.clone() };
    frame(&mut console, live());
    assert_eq!(frame(&mut console, live()), None);
}

#[test]
fn keys_are_answered_at_once_and_unbound_ones_not_at_all() {
    let mut console = Console::fresh((120, 36));
    let press = |console: &mut Console, key: &str| {
        console.tell(Msg::Key(crate::console::key_event(key))).frame
    };
    assert_eq!(press(&mut console, "j"), Some(Urgency::Key));
    assert_eq!(press(&mut console, "M-x"), None);
    let mut release = crate::console::key_event("j");
    release.kind = crossterm::event::KeyEventKind::Release;
    assert_eq!(console.tell(Msg::Key(release)), Outcome::default());
}

#[test]
fn nothing_runs_live_for_what_is_not_shown() {
    let mut console = Console::fresh((120, 36));
    let ids = |console: &Console| -> (Vec<String>, usize) {
        let demand = console.demand();
        let live = demand.stats.values().filter(|wanted| wanted.beat == Beat::Live);
        (demand.logs.keys().map(|key| key.id.to_string()).collect(), live.count())
    };
    assert_eq!(ids(&console), (["api-1", "api-2", "api-3"].map(str::to_owned).to_vec(), 7));
    console.press("2 z");
    assert_eq!(ids(&console).1, 0);
    console.press("3");
    assert_eq!(ids(&console), (vec![], 3));
    console.resize(20, 5);
    assert_eq!(ids(&console), (vec![], 0));
    console.resize(120, 36);
    console.lose_engine();
    assert_eq!(ids(&console), (vec![], 0));
    let unknown = Console::start(&Setup::default());
    assert_eq!(ids(&unknown), (vec![], 0));
}

#[test]
fn what_all_use_is_read_now_and_then_wherever_an_engine_is_up() {
    let mut console = Console::fresh((120, 36));
    console.resize(20, 5);
    let stats = |console: &Console| console.demand().stats;
    assert_eq!(stats(&console).len(), 7);
    assert!(stats(&console).values().all(|wanted| wanted.beat == Beat::Seldom));
    console.lose_engine();
    assert_eq!(stats(&console).len(), 0);
}
