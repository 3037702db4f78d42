//! Whatever is pressed and whatever is told, in any order: nothing panics, and what
//! must always hold holds.

use jiff::SignedDuration;
use midwatch::{
    app::Msg,
    model::{EngineFact, Event, Health, Instance, Sample, ServiceId},
    store::EngineView,
    text::Clean,
};
use proptest::prelude::*;
use ratatui::layout::Size;

use crate::{
    console::{
        Console, Setup,
        facts::{
            checked, described, ended, fact, key, line, listed, lost, removed, running, sampled,
        },
        key_event, world,
    },
    sizes::assert_sound,
};

const KEYS: [&str; 58] = [
    "0",
    "1",
    "2",
    "3",
    "Tab",
    "S-Tab",
    "z",
    "Enter",
    "Esc",
    "q",
    "/",
    ":",
    "?",
    "F1",
    "T",
    "m",
    "R",
    "F",
    "C-l",
    "C-z",
    "j",
    "k",
    "h",
    "l",
    "Down",
    "Up",
    "Left",
    "Right",
    "g",
    "G",
    "Home",
    "End",
    "C-d",
    "C-u",
    "PgDn",
    "PgUp",
    "x",
    "i",
    "o",
    "Space",
    "u",
    "p",
    "w",
    "t",
    "v",
    "C-n",
    "C-p",
    "a",
    "界",
    "Backspace",
    "C-w",
    "C-k",
    "C-a",
    "M-x",
    "+",
    "-",
    "'",
    "\"",
];

/// Something that happens to the console.
#[derive(Clone, Debug)]
enum Step {
    Key(&'static str),
    Paste(String),
    Resize(u16, u16),
    Wait(u8),
    Up(u8, Health),
    End(u8, i64),
    Remove(u8),
    List(Vec<u8>),
    Log(u8, i8, String),
    Sample(u8, f64, u64),
    Inspected(u8),
    Lost,
    Connecting,
    Notice(String),
}

/// Eight instances of four services, one of them with a name that was made to do harm.
fn instance(n: u8) -> Instance {
    let names = ["api", "db", "\u{1b}[2J数据库\u{202e}", "long-name-".repeat(9).leak()];
    let name = names[usize::from(n % 4)];
    let service =
        if n % 8 < 4 { ServiceId::in_stack("shop", name) } else { ServiceId::alone(name) };
    running(&format!("i{}", n % 8), service, Some(u32::from(n % 3)))
}

fn step() -> impl Strategy<Value = Step> {
    let n = || 0..8_u8;
    let health = prop_oneof![
        Just(Health::None),
        Just(Health::Healthy),
        Just(Health::Unhealthy),
        Just(Health::Unknown)
    ];
    prop_oneof![
        12 => proptest::sample::select(&KEYS[..]).prop_map(Step::Key),
        1 => ".{0,20}".prop_map(Step::Paste),
        2 => (0..140_u16, 0..50_u16).prop_map(|(w, h)| Step::Resize(w, h)),
        2 => (0..90_u8).prop_map(Step::Wait),
        4 => (n(), health).prop_map(|(n, health)| Step::Up(n, health)),
        2 => (n(), any::<i64>()).prop_map(|(n, code)| Step::End(n, code)),
        2 => n().prop_map(Step::Remove),
        2 => proptest::collection::vec(n(), 0..8).prop_map(Step::List),
        4 => (n(), any::<i8>(), ".{0,300}").prop_map(|(n, at, text)| Step::Log(n, at, text)),
        2 => (n(), any::<f64>(), any::<u64>()).prop_map(|(n, cpu, m)| Step::Sample(n, cpu, m)),
        1 => n().prop_map(Step::Inspected),
        1 => Just(Step::Lost),
        1 => Just(Step::Connecting),
        1 => ".{0,200}".prop_map(Step::Notice),
    ]
}

fn messages(step: Step, console: &mut Console) -> Vec<Msg> {
    let now = console.now;
    let event = match step {
        Step::Key(key) => return vec![Msg::Key(key_event(key))],
        Step::Paste(text) => return vec![Msg::Paste(text)],
        Step::Notice(text) => return vec![Msg::Notice(text)],
        Step::Resize(width, height) => {
            console.size = (width, height);
            return vec![Msg::Resize(Size { width, height })];
        }
        Step::Wait(seconds) => {
            console.now += SignedDuration::from_secs(seconds.into());
            return vec![Msg::Tick];
        }
        Step::Up(n, health) => described(now, &checked(instance(n), health, &["a", "b\u{1b}"])),
        Step::End(n, code) => described(now, &ended(instance(n), code, code == 137)),
        Step::Remove(n) => removed(now, &format!("i{n}")),
        Step::List(which) => {
            let mut which = which;
            which.sort_unstable();
            which.dedup();
            listed(now, &which.into_iter().map(instance).collect::<Vec<_>>())
        }
        Step::Log(n, at, text) => Event::Logged {
            key: key(&format!("i{n}")),
            at: now,
            lines: vec![line(now + SignedDuration::from_secs(at.into()), &text)],
            dropped: u64::from(at == 0),
        },
        Step::Sample(n, cpu, memory) => sampled(
            &format!("i{n}"),
            &Sample {
                cpu_cores: Some(cpu),
                memory_bytes: Some(memory),
                memory_limit_bytes: Some(memory / 2),
                received_bytes: Some(memory),
                received_per_second: Some(cpu),
                ..Sample::empty(now)
            },
        ),
        Step::Inspected(n) => world::inspected(&format!("i{n}")),
        Step::Lost => lost(now, 1, now + SignedDuration::from_secs(2)),
        Step::Connecting => fact(now, EngineFact::Connecting),
    };
    vec![Msg::Event(event)]
}

fn assert_holds(console: &Console) {
    let (store, selection) = (console.app.store(), console.app.selection());
    if let Some(service) = &selection.service {
        assert!(store.service(service).is_some(), "the selected service exists");
    }
    assert!(selection.marks.iter().all(|mark| store.service(mark).is_some()));
    let demand = console.demand();
    for key in demand.logs.keys().chain(demand.stats.keys()) {
        assert!(store.instance(key).is_some(), "a stream of {key:?}, which does not exist");
        assert!(store.engine(&key.engine).is_some_and(EngineView::is_up));
    }
    for key in demand.stats.keys() {
        assert!(store.instance(key).is_some_and(|view| view.instance.is_up()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_breaks_whatever_comes(steps in proptest::collection::vec(step(), 1..60)) {
        let setup = Setup { faults: true, ..Setup::default() };
        let mut console = Console::start(&setup);
        console.hear([listed(console.now, &[instance(0), instance(5)])]);
        for step in steps {
            let what = format!("{step:?}");
            for message in messages(step, &mut console) {
                console.tell(message);
            }
            assert_holds(&console);
            assert_sound(&console.buffer(), &what);
        }
    }

    #[test]
    fn a_service_is_selected_whenever_one_is_shown(steps in proptest::collection::vec(step(), 1..40)) {
        let mut console = Console::start(&Setup::default());
        for step in steps {
            // Without a filter every service is shown.
            if matches!(step, Step::Key("/") | Step::Paste(_)) {
                continue;
            }
            for message in messages(step, &mut console) {
                console.tell(message);
            }
            let services = console.app.store().services().len();
            prop_assert_eq!(console.app.selection().service.is_none(), services == 0);
        }
    }
}

#[test]
fn a_toast_longer_than_a_terminal_can_be_is_cut() {
    let mut console = Console::fresh((120, 36));
    let long = Clean::new(&"x".repeat(65_535));
    console.tell(Msg::Notice(long.to_string()));
    assert_sound(&console.buffer(), "a long toast");
}
