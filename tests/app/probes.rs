//! What the screen says of probes, and of services that only the stack file knows.

use std::time::Duration;

use midwatch::{
    model::{
        Detail, Event, Instance, NetworkPlace, Port, ProbeAnswer, ProbeFault, ProbeFaultKind,
        ProbeReport, Protocol, ServiceId, ServiceMatch, Stack, StackService,
    },
    text::Clean,
};

use crate::console::{
    Console, Setup, ago,
    facts::{described, running},
};

/// A container of which port 8000 is published.
fn api() -> Instance {
    let api = running("api-1", ServiceId::in_stack("shop", "api"), Some(1));
    let network = NetworkPlace::At(vec!["172.17.0.2".parse().unwrap()]);
    Instance {
        ports: vec![Port {
            inside: 8000,
            host: Some(32768),
            address: Some(Clean::new("0.0.0.0")),
            protocol: Protocol::Tcp,
        }],
        detail: Some(Detail { network, ..api.detail.clone().unwrap() }),
        ..api
    }
}

/// A console that has planned its probes.
fn console(size: (u16, u16), stack: Stack) -> Console {
    let setup = Setup { size, stack, ..Setup::default() };
    let mut console = Console::of(&setup, vec![described(ago(60), &api())]);
    console.wait(1);
    console
}

/// The only probe that there is answers so, some seconds ago.
fn answers(console: &mut Console, seconds: i64, answer: Result<ProbeAnswer, ProbeFault>) {
    let key = console.demand().probes.keys().next().unwrap().clone();
    let report = ProbeReport { at: ago(seconds), took: Duration::from_millis(7), answer };
    console.hear([Event::Probed { key, report: Box::new(report) }]);
}

fn refused() -> ProbeFault {
    let output = vec![Clean::new("nobody is at home")];
    let words = Clean::new("connection refused");
    ProbeFault { kind: ProbeFaultKind::Refused, words, output }
}

#[test]
fn a_service_says_what_its_probe_says_and_the_detail_says_all_of_it() {
    let mut console = console((100, 30), Stack::default());
    let passed = ProbeAnswer { words: Clean::new("connected"), warning: None };
    answers(&mut console, 50, Ok(passed));
    assert!(!console.draw().contains("connection refused"));
    for seconds in [40, 30, 20] {
        answers(&mut console, seconds, Err(refused()));
    }
    assert!(console.draw().contains("▲ api"), "{}", console.draw());
    assert!(console.draw().contains("tcp: connection refused"), "{}", console.draw());
    console.press("Enter");
    insta::assert_snapshot!(console.draw());
}

#[test]
fn a_service_of_the_stack_file_without_instances_is_there_and_broken() {
    let worker = StackService {
        id: Clean::new("worker"),
        matches: ServiceMatch::Service(Clean::new("worker")),
        role: None,
        critical: true,
        probes: vec![],
        unprobed: false,
        depends_on: vec![],
    };
    let mut console = console((100, 30), Stack { services: vec![worker], ..Stack::default() });
    assert!(console.draw().contains("✗ worker"), "{}", console.draw());
    assert!(console.draw().contains("no instances"), "{}", console.draw());
    // It is the worst, so the cursor is on it: nothing that can be done there may fail.
    for key in ["Enter", "Esc", "l", "3", "i", "x", "y", "Space", "0", "Enter"] {
        console.press(key);
        console.draw();
    }
    insta::assert_snapshot!(console.draw());
}

#[test]
fn probes_are_asked_whatever_is_looked_at() {
    let mut console = console((80, 24), Stack::default());
    let probes = console.demand().probes;
    assert_eq!(probes.len(), 1);
    for key in ["2", "3", "?"] {
        console.press(key);
        assert_eq!(console.demand().probes, probes);
    }
}
