//! Footer, help and palette are made of what is offered, and an offer is kept.

use std::sync::LazyLock;

use midwatch::{
    app::{Msg, Outcome},
    input::{Command, Context, Keymap},
};
use strum::IntoEnumIterator as _;

use crate::console::{Console, Setup, facts::described, key_event, now, world};

/// Keys that lead to places with offers of their own.
const PLACES: [&str; 16] = [
    "", "2", "2 p", "3", "3 p", "3 v", "3 v v", "1 z", "j j", "Space", "Enter", "Enter i", "T",
    "F", "?", "/ d b",
];

fn console(state: &str) -> Console {
    let setup = Setup { size: (200, 50), faults: state == "demo", ..Setup::default() };
    match state {
        "never" => Console::start(&setup),
        "failed" => Console::of(&setup, world::failed()),
        "stale" => {
            let mut console = Console::of(&setup, world::quiet());
            console.lose_engine();
            console
        }
        _ => Console::of(&setup, world::quiet()),
    }
}

/// The keys and commands that the footer names: a very wide screen has room for all.
fn hints(console: &mut Console) -> Vec<(String, Command)> {
    let size = console.size;
    console.resize(1000, 16);
    let footer = console.draw().lines().last().unwrap_or_default().to_owned();
    console.resize(size.0, size.1);
    let hint = |hint: &str| {
        let (key, label) = hint.trim().split_once(' ')?;
        let command = Command::iter()
            .filter(|command| command.label() == label.trim())
            .find(|command| keys(*command).iter().any(|name| name == key));
        Some((key.to_owned(), command.unwrap_or_else(|| panic!("{hint:?} in {footer}"))))
    };
    footer.split("  ").filter_map(hint).collect()
}

fn offered(console: &mut Console) -> Vec<Command> {
    hints(console).into_iter().map(|(_, command)| command).collect()
}

/// All keys of a command, wherever they are pressed.
fn keys(command: Command) -> Vec<String> {
    static KEYMAP: LazyLock<Keymap> = LazyLock::new(|| Keymap::builtin("default").unwrap());
    let keymap = &*KEYMAP;
    Context::iter().flat_map(|context| keymap.labels(command, &[context])).collect()
}

#[test]
fn every_offered_command_has_an_outcome() {
    for state in ["never", "fresh", "stale", "failed", "demo"] {
        for place in PLACES {
            let mut here = console(state);
            here.press(place);
            for (key, command) in hints(&mut here) {
                let mut console = console(state);
                console.press(place);
                let outcome = console.tell(Msg::Key(key_event(&key)));
                assert_ne!(outcome, Outcome::default(), "{command:?} in {state}, `{place}`");
            }
        }
    }
}

#[test]
fn every_entry_of_the_palette_has_an_outcome() {
    for state in ["stale", "demo"] {
        for place in ["", "2", "3", "3 p", "3 v", "3 v v", "j j", "Space", "2 p"] {
            let mut open = console(state);
            open.press(place);
            for command in offered(&mut open) {
                if command == Command::Palette {
                    continue;
                }
                let mut console = console(state);
                console.press(place);
                let before = console.draw();
                console.press(":");
                console.type_text(command.name());
                let outcome = console.tell(Msg::Key(key_event("Enter")));
                let nothing = outcome.effects.is_empty() && console.draw() == before;
                let may_change_nothing = matches!(
                    command,
                    Command::Overview
                        | Command::ShowServices
                        | Command::ShowLogs
                        | Command::ShowStats
                        // The console is in UTC already, and the lines are plain and
                        // each another one.
                        | Command::TimeFormat
                        | Command::Raw
                        // The cursor is not seen in text alone.
                        | Command::Up
                        | Command::Fold
                );
                assert!(!nothing || may_change_nothing, "{command:?} in {state}, `{place}`");
            }
        }
    }
}

#[test]
fn the_help_names_every_command_that_the_footer_offers() {
    for place in ["", "2", "3", "3 v v"] {
        let mut console = console("demo");
        console.press(place);
        let offered = offered(&mut console);
        console.press("?");
        let help = console.draw();
        for command in offered {
            assert!(help.contains(command.description()), "{command:?} in `{place}`:\n{help}");
        }
    }
}

#[test]
fn what_cannot_be_done_is_not_offered() {
    let mut console = console("fresh");
    assert!(!offered(&mut console).contains(&Command::Retry));
    assert!(!offered(&mut console).contains(&Command::DemoFaults));
    assert!(!offered(&mut console).contains(&Command::ClearMarks));
    console.press("j j");
    assert!(!offered(&mut console).contains(&Command::Shell), "the database is not up");
    let mut nothing = Console::start(&Setup::default());
    assert!(!offered(&mut nothing).contains(&Command::Open));
    nothing.hear([described(now(), &world::instances()[0])]);
    assert!(offered(&mut nothing).contains(&Command::Open));
}
