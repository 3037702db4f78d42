//! How everything looks. Read the difference like code before it is taken.

use std::fmt::Write as _;

use midwatch::{model::Event, ui::theme::Depth};

use crate::console::{Console, Setup, world};

const SIZES: [(u16, u16); 4] = [(60, 16), (80, 24), (120, 36), (200, 50)];

/// A console for each thing that can be known of an engine.
fn states(size: (u16, u16)) -> Vec<(&'static str, Console)> {
    let of = |events: Vec<Event>| Console::of(&Setup { size, ..Setup::default() }, events);
    let mut stale = of(world::fresh());
    stale.lose_engine();
    vec![
        ("never", of(vec![])),
        ("fresh", of(world::fresh())),
        ("stale", stale),
        ("failed", of(world::failed())),
    ]
}

/// All states of one view at one size, one after the other.
fn in_all_states(size: (u16, u16), keys: &str) -> String {
    let mut out = String::new();
    for (state, mut console) in states(size) {
        console.press(keys);
        writeln!(out, "== {state}\n{}", console.draw()).unwrap();
    }
    out
}

fn assert_view(name: &str, keys: &str) {
    for (width, height) in SIZES {
        let shown = in_all_states((width, height), keys);
        assert_snapshot(&format!("{name}-{width}x{height}"), &shown);
    }
}

fn assert_snapshot(name: &str, shown: &str) {
    assert!(!shown.contains(world::CANARY), "{name} shows a secret");
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, shown);
    });
}

#[test]
fn the_overview() {
    assert_view("overview", "");
}

#[test]
fn the_services() {
    assert_view("services", "1 z");
}

#[test]
fn the_logs() {
    assert_view("logs", "2 z");
}

#[test]
fn the_stats() {
    assert_view("stats", "3 z");
}

/// Opens a dialog on the api at the sizes that most people have.
fn assert_dialog(name: &str, open: impl Fn(&mut Console)) {
    for size in [(80, 24), (120, 36)] {
        let setup = Setup { size, faults: true, ..Setup::default() };
        let mut console = Console::of(&setup, world::fresh());
        open(&mut console);
        assert_snapshot(&format!("{name}-{}x{}", size.0, size.1), &console.draw());
    }
}

#[test]
fn the_help() {
    assert_dialog("help", |console| drop(console.press("?")));
}

#[test]
fn the_palette_with_typed_text() {
    assert_dialog("palette", |console| {
        console.press(":");
        console.type_text("them");
    });
}

#[test]
fn the_detail_of_a_service() {
    assert_dialog("detail", |console| drop(console.press("Enter")));
}

#[test]
fn an_inspection_masked_then_revealed() {
    for size in [(80, 24), (120, 36)] {
        let mut console = Console::fresh(size);
        console.press("Enter i");
        let asked = console.draw();
        console.hear([world::inspected("api-2")]);
        let masked = console.draw();
        let name = |what: &str| format!("inspect-{what}-{}x{}", size.0, size.1);
        assert_snapshot(&name("asked"), &asked);
        assert_snapshot(&name("masked"), &masked);
        console.press("v");
        let revealed = console.draw();
        assert!(revealed.contains(world::CANARY), "{revealed}");
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name("revealed"), revealed);
        });
    }
}

#[test]
fn the_themes() {
    assert_dialog("themes", |console| drop(console.press("T j")));
}

#[test]
fn the_faults_of_the_demo() {
    assert_dialog("faults", |console| drop(console.press("F Space j")));
}

#[test]
fn filter_marks_and_order_in_the_services() {
    assert_dialog("services-filter", |console| {
        console.press("Space o /");
        console.type_text("shop !cache");
    });
}

#[test]
fn without_unicode_and_without_colours() {
    let setup = Setup { ascii: true, depth: Depth::None, ..Setup::default() };
    let console = Console::of(&setup, world::fresh());
    let shown = console.draw();
    assert_snapshot("ascii-overview", &shown);
    let strange: Vec<&str> = shown
        .lines()
        .filter(|line| !line.is_ascii())
        .filter(|line| !line.contains(['数', '␛', '␍', '界', '‹']))
        .collect();
    assert_eq!(strange, Vec::<&str>::new(), "signs of ours that are not ASCII");
}

#[test]
fn looks() {
    for (state, console) in states((120, 30)) {
        assert_snapshot(&format!("looks-{state}"), &console.styles());
    }
}

#[test]
fn hostile_names_and_lines() {
    let mut console = Console::of(&Setup::default(), world::hostile());
    assert_snapshot("hostile-overview", &console.draw());
    console.press("2 z w");
    assert_snapshot("hostile-logs-wrapped", &console.draw());
}

#[test]
fn words_where_there_is_no_room() {
    assert_snapshot("words-59x5", &in_all_states((59, 5), ""));
}
