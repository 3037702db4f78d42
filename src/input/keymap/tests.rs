use super::*;

const SERVICES: [Context; 2] = [Context::Services, Context::Global];
const LOGS: [Context; 2] = [Context::Logs, Context::Global];

fn default() -> Keymap {
    Keymap::builtin("default").unwrap()
}

fn fault(text: &str) -> String {
    default().merge("mine.toml", text).unwrap_err().to_string()
}

#[test]
fn every_builtin_keymap_loads() {
    for name in Keymap::builtin_names() {
        Keymap::builtin(name).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn every_command_has_a_key_somewhere_in_every_builtin_keymap() {
    for name in Keymap::builtin_names() {
        let keymap = Keymap::builtin(name).unwrap();
        for command in Command::iter() {
            let reached = Context::iter()
                .any(|context| keymap.label(command, &[context, Context::Global]).is_some());
            assert!(reached, "{name}: no key for {}", command.name());
        }
    }
}

#[test]
fn the_table_of_the_product_holds() {
    let keymap = default();
    for (contexts, key, command) in [
        (SERVICES, "0", Command::Overview),
        (SERVICES, "3", Command::ShowStats),
        (SERVICES, "S-Tab", Command::PreviousPane),
        (SERVICES, "C-d", Command::HalfPageDown),
        (SERVICES, "z", Command::Zoom),
        (SERVICES, "q", Command::Close),
        (SERVICES, "l", Command::Logs),
        (SERVICES, "x", Command::Shell),
        (SERVICES, "i", Command::Inspect),
        (SERVICES, "Space", Command::Mark),
        (SERVICES, "o", Command::Sort),
        (LOGS, "p", Command::Pause),
        (LOGS, "w", Command::Wrap),
        (LOGS, "t", Command::TimeFormat),
        (LOGS, "T", Command::Themes),
        (LOGS, "m", Command::Mouse),
    ] {
        let sequence: Sequence = key.parse().unwrap();
        assert_eq!(keymap.find(sequence.keys(), &contexts), Found::Command(command), "{key}");
    }
}

#[test]
fn a_label_is_the_first_key_that_reaches_the_command() {
    let keymap = default();
    assert_eq!(keymap.labels(Command::Down, &SERVICES), ["j", "Down"]);
    assert_eq!(keymap.label(Command::Back, &SERVICES).as_deref(), Some("Esc"));
    assert_eq!(keymap.label(Command::Wrap, &SERVICES), None);
    assert_eq!(keymap.label(Command::Palette, &[Context::Dialog]), None);
}

#[test]
fn a_shadowed_key_is_no_label() {
    let keymap = default().merge("mine.toml", "[services]\nj = 'zoom'").unwrap();
    assert_eq!(keymap.label(Command::Down, &SERVICES).as_deref(), Some("Down"));
    assert_eq!(keymap.label(Command::Down, &LOGS).as_deref(), Some("j"));
    let keymap = default().merge("mine.toml", "[services]\n\"j j\" = 'zoom'").unwrap();
    assert_eq!(keymap.label(Command::Down, &SERVICES).as_deref(), Some("Down"));
}

#[test]
fn the_latest_layer_gives_the_label_and_single_keys_come_first() {
    let emacs = Keymap::builtin("emacs").unwrap();
    assert_eq!(emacs.label(Command::Down, &SERVICES).as_deref(), Some("C-n"));
    assert_eq!(emacs.label(Command::NextPane, &SERVICES).as_deref(), Some("Tab"));
    assert_eq!(emacs.labels(Command::NextPane, &SERVICES), ["Tab", "C-x o"]);
}

#[test]
fn the_help_lists_each_reachable_command_once() {
    let bindings = default().bindings(&[Context::Dialog]);
    let down = bindings.iter().filter(|(command, _)| *command == Command::Down);
    assert_eq!(down.count(), 1);
    assert!(bindings.iter().all(|(command, _)| *command != Command::Zoom));
}

#[test]
fn a_person_rebinds_and_unbinds() {
    let keymap = default().merge("mine.toml", "[global]\nq = 'none'\nz = 'quit'").unwrap();
    assert_eq!(keymap.labels(Command::Back, &SERVICES), ["Esc"]);
    assert_eq!(keymap.label(Command::Quit, &SERVICES).as_deref(), Some("z"));
    assert_eq!(keymap.label(Command::Zoom, &SERVICES), None);
}

#[test]
fn a_key_and_a_sequence_that_begins_with_it_clash() {
    let clash = fault("[global]\n\"g g\" = 'bottom'");
    let named = "mine.toml:2:1: key \"g g\" (bottom) in [global] clashes with \"g\" (top) at \
                 keymaps/default.toml:";
    assert!(clash.starts_with(named), "{clash}");
    default().merge("mine.toml", "[global]\ng = 'none'\n\"g g\" = 'top'").unwrap();
}

#[test]
fn a_key_written_in_two_ways_clashes_with_itself() {
    assert_eq!(
        fault("[logs]\n\"Return\" = 'open'\n\"Enter\" = 'zoom'"),
        "mine.toml:3:1: key \"Enter\" (zoom) in [logs] clashes with \"Enter\" (open) at \
         mine.toml:2:1; bind one of them to \"none\" or to another key",
    );
}

#[test]
fn faults_name_file_line_key_and_what_was_meant() {
    for (text, message) in [
        (
            "[global]\n\n\"C-t\" = \"zooom\"",
            "mine.toml:3:9: key \"C-t\": there is no command \"zooom\"; did you mean \"zoom\"?",
        ),
        (
            "[global]\n\"Entr\" = \"open\"",
            "mine.toml:2:1: key \"Entr\": there is no key \"Entr\"; did you mean \"Enter\"?",
        ),
        (
            "[servces]\nj = 'down'",
            "mine.toml:1:2: there is no place \"servces\" for keys; did you mean \"services\"?",
        ),
        ("logs = 3", "mine.toml:1:8: \"logs\" has to be a table of keys: [logs]"),
        (
            "[logs]\nj = 3",
            "mine.toml:2:5: key \"j\" needs the name of a command in quotes, not integer",
        ),
        (
            "[logs]\n\"\" = 'down'",
            "mine.toml:2:1: key \"\": a binding has 1 to 4 keys, this one has 0",
        ),
    ] {
        assert_eq!(fault(text), message);
    }
}

#[test]
fn what_is_no_toml_is_refused_with_its_place() {
    assert!(fault("[global]\nj = down").starts_with("mine.toml:2:5: "));
    assert!(fault("[global]\nj = 'down'\nj = 'up'").starts_with("mine.toml:3:1: "));
}

#[test]
fn an_unknown_keymap_is_refused_by_name() {
    assert_eq!(
        Keymap::builtin("emcs").unwrap_err().to_string(),
        "there is no keymap \"emcs\"; did you mean \"emacs\"?",
    );
}
