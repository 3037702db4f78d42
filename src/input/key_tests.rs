use super::*;

fn event(code: KeyCode, modifiers: KeyModifiers) -> Option<String> {
    Key::from_event(KeyEvent::new(code, modifiers)).map(|key| key.to_string())
}

#[test]
fn names_are_printed_as_they_are_written() {
    for name in [
        "j",
        "G",
        "!",
        "[",
        "-",
        "C-d",
        "C--",
        "M-<",
        "C-M-x",
        "S-Tab",
        "S-Up",
        "C-M-S-F12",
        "PgDn",
        "Enter",
        "Esc",
        "Space",
        "C-Space",
        "F1",
        "F24",
        "Del",
        "ä",
        "C-\\",
        "C-_",
        "C",
    ] {
        assert_eq!(name.parse::<Key>().map(|key| key.to_string()), Ok(name.to_owned()));
    }
}

#[test]
fn other_spellings_are_the_same_key() {
    for (written, name) in [
        ("return", "Enter"),
        ("ESCAPE", "Esc"),
        ("pagedown", "PgDn"),
        ("S-g", "G"),
        ("S-ä", "Ä"),
        ("C-i", "Tab"),
        ("C-m", "Enter"),
        ("C-[", "Esc"),
        ("C-/", "C-_"),
        ("C-4", "C-\\"),
        ("f5", "F5"),
    ] {
        assert_eq!(written.parse::<Key>(), name.parse::<Key>(), "{written}");
    }
}

#[test]
fn a_wrong_name_says_what_was_meant() {
    for (wrong, suggestion) in [
        ("Entr", Some("Enter")),
        ("C-PgDwn", Some("C-PgDn")),
        ("Ctrl-d", Some("C-d")),
        ("ctrl+d", Some("C-d")),
        ("Shift-Tab", Some("S-Tab")),
        ("C-C-x", None),
        ("F25", None),
        ("F0", None),
        ("qqqq", None),
        ("", None),
        ("\u{1b}", None),
    ] {
        let unknown = wrong.parse::<Key>().unwrap_err();
        assert_eq!(unknown.suggestion.as_deref(), suggestion, "{wrong}");
    }
    assert_eq!(
        "Entr".parse::<Key>().unwrap_err().to_string(),
        "there is no key \"Entr\"; did you mean \"Enter\"?",
    );
}

#[test]
fn shift_is_part_of_the_character_however_the_terminal_reports_it() {
    let shift = KeyModifiers::SHIFT;
    assert_eq!(event(KeyCode::Char('G'), KeyModifiers::NONE).as_deref(), Some("G"));
    assert_eq!(event(KeyCode::Char('G'), shift).as_deref(), Some("G"));
    assert_eq!(event(KeyCode::Char('g'), shift).as_deref(), Some("G"));
    assert_eq!(event(KeyCode::Char('!'), shift).as_deref(), Some("!"));
    assert_eq!(event(KeyCode::BackTab, KeyModifiers::NONE).as_deref(), Some("S-Tab"));
    assert_eq!(event(KeyCode::BackTab, shift).as_deref(), Some("S-Tab"));
    assert_eq!(event(KeyCode::Tab, shift).as_deref(), Some("S-Tab"));
}

#[test]
fn control_bytes_have_the_names_that_people_know() {
    let control = KeyModifiers::CONTROL;
    assert_eq!(event(KeyCode::Char('4'), control).as_deref(), Some("C-\\"));
    assert_eq!(event(KeyCode::Char('7'), control).as_deref(), Some("C-_"));
    assert_eq!(event(KeyCode::Char(' '), control).as_deref(), Some("C-Space"));
    assert_eq!(event(KeyCode::Char('i'), control).as_deref(), Some("Tab"));
    assert_eq!(event(KeyCode::Char('d'), control).as_deref(), Some("C-d"));
}

#[test]
fn what_is_not_a_press_of_a_nameable_key_is_ignored() {
    let release =
        KeyEvent::new_with_kind(KeyCode::Char('q'), KeyModifiers::NONE, KeyEventKind::Release);
    assert_eq!(Key::from_event(release), None);
    assert_eq!(event(KeyCode::CapsLock, KeyModifiers::NONE), None);
    assert_eq!(event(KeyCode::KeypadBegin, KeyModifiers::NONE), None);
    assert_eq!(event(KeyCode::Char('q'), KeyModifiers::SUPER), None);
}

#[test]
fn the_keypad_and_a_held_key_count_as_the_key() {
    use crossterm::event::KeyEventState;
    let keypad = KeyEvent::new_with_kind_and_state(
        KeyCode::Enter,
        KeyModifiers::NONE,
        KeyEventKind::Repeat,
        KeyEventState::KEYPAD | KeyEventState::NUM_LOCK,
    );
    assert_eq!(Key::from_event(keypad).map(|key| key.to_string()).as_deref(), Some("Enter"));
}

#[test]
fn only_plain_characters_are_typed() {
    assert_eq!("G".parse::<Key>().unwrap().typed(), Some('G'));
    assert_eq!("Space".parse::<Key>().unwrap().typed(), Some(' '));
    assert_eq!("C-d".parse::<Key>().unwrap().typed(), None);
    assert_eq!("Enter".parse::<Key>().unwrap().typed(), None);
}
