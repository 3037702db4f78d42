//! What is not known, old or lost is never shown as well.

use midwatch::{app::Effect, ui::theme::Role};
use ratatui::{buffer::Cell, style::Color};

use crate::console::{
    Console, Setup,
    facts::{described, fact, listed, running},
    rows, world,
};
use midwatch::model::{EngineFact, ServiceId};

/// The lines of the screen that hold something green.
fn green_lines(console: &Console) -> Vec<String> {
    let well = Console::style_of(Role::Ok).fg;
    let buffer = console.buffer();
    let green =
        |row: &&[Cell]| row.iter().any(|cell| cell.symbol().trim() != "" && Some(cell.fg) == well);
    rows(&buffer)
        .filter(green)
        .map(|row| row.iter().map(Cell::symbol).collect::<String>().trim().to_owned())
        .collect()
}

#[test]
fn the_colour_of_well_is_one_that_can_be_found() {
    assert_eq!(Console::style_of(Role::Ok).fg, Some(Color::Green));
    assert!(green_lines(&Console::fresh((80, 24))).len() >= 3);
}

#[test]
fn when_the_engine_is_lost_values_stay_marked_and_nothing_is_green() {
    for keys in ["", "j", "1 z j", "Enter", "j Enter", "G", "G Enter", "2 z", "3 z", "G 3 z"] {
        for size in [(59, 10), (60, 16), (80, 24), (120, 36)] {
            let mut console = Console::of(&Setup { size, ..Setup::default() }, world::fresh());
            console.press(keys);
            console.lose_engine();
            assert_eq!(green_lines(&console), Vec::<String>::new(), "`{keys}` at {size:?}");
        }
    }
    let mut console = Console::fresh((120, 36));
    console.lose_engine();
    let row = console.lines_with("cache").remove(0);
    assert!(row.contains("10%") && row.contains("was: healthy"), "{row}");
    console.press("3 z");
    let shown = console.draw();
    assert!(shown.contains("876M") && shown.contains("stale"), "old numbers say so: {shown}");
    console.press("2");
    assert!(!console.draw().contains("following"), "nothing is followed on a lost engine");
}

#[test]
fn a_lost_engine_says_how_old_its_data_is_and_counts_down() {
    let mut console = Console::fresh((120, 36));
    console.lose_engine();
    assert!(console.draw().contains("lost, data 39s old, next try in 4s (R: now)"));
    console.wait(1);
    assert!(console.draw().contains("lost, data 40s old, next try in 3s"), "{}", console.draw());
    assert_eq!(console.press("R"), [Effect::Retry]);
    let at = console.now;
    console.hear([fact(at, EngineFact::Connecting)]);
    assert!(console.draw().contains("trying now"), "{}", console.draw());
    console.hear([listed(at, &world::instances())]);
    assert!(!green_lines(&console).is_empty());
    assert!(!console.draw().contains("lost"), "{}", console.draw());
}

#[test]
fn an_engine_that_was_never_reached_says_why_and_what_to_do_at_every_size() {
    for size in [(40, 8), (60, 16), (80, 24), (120, 36)] {
        let console = Console::of(&Setup { size, ..Setup::default() }, world::failed());
        let shown = console.draw();
        assert!(shown.contains("never reached") || shown.contains("refuses"), "{size:?}: {shown}");
        assert_eq!(green_lines(&console), Vec::<String>::new());
    }
    let shown = Console::of(&Setup::default(), world::failed()).draw();
    assert!(shown.contains("nobody listens"), "the hint: {shown}");
}

#[test]
fn an_engine_without_instances_is_not_one_that_was_never_asked() {
    let mut console = Console::start(&Setup::default());
    assert!(console.draw().contains("Connecting to docker"));
    let now = console.now;
    console.hear([listed(now, &[])]);
    assert!(console.draw().contains("Nothing runs on docker"), "{}", console.draw());
}

#[test]
fn what_only_a_listing_told_is_not_called_well() {
    let mut console = Console::start(&Setup::default());
    let mut instance = running("a", ServiceId::alone("web"), None);
    instance.health = midwatch::model::Health::Unknown;
    let now = console.now;
    console.hear([listed(now, &[instance.clone()])]);
    assert!(console.draw().contains("health not known yet"), "{}", console.draw());
    instance.health = midwatch::model::Health::Healthy;
    console.hear([described(now, &instance)]);
    assert!(console.lines_with("● web")[0].contains("healthy"), "{}", console.draw());
}

#[test]
fn a_crash_loop_is_over_when_a_minute_passed_without_a_restart() {
    let mut console = Console::fresh((120, 36));
    assert!(console.draw().contains("7 restarts in 60 s"));
    console.wait(61);
    assert!(!console.draw().contains("restarts in 60 s"), "{}", console.draw());
}
