//! Typed and pasted text is text, never keys.

use crate::console::{Console, Setup};

fn shown_services(console: &Console) -> usize {
    let draw = console.draw();
    ["api ", "cache ", "db ", "migrate ", "worker ", "registry-mirror"]
        .iter()
        .filter(|name| {
            draw.lines().any(|line| line.contains(&format!(" {name}")) && line.contains('/'))
        })
        .count()
}

#[test]
fn a_filter_narrows_while_it_is_typed_stays_with_enter_and_goes_with_esc() {
    let mut console = Console::fresh((80, 24));
    console.press("/");
    console.type_text("db");
    assert!(console.draw().contains("/db"), "{}", console.draw());
    assert!(console.draw().contains("1 of 6"), "{}", console.draw());
    assert_eq!(console.selected(), "shop/db");
    console.press("Enter");
    assert!(console.draw().contains("1 of 6"), "{}", console.draw());
    console.press("j j");
    assert_eq!(console.selected(), "shop/db");
    assert_eq!(console.press("Esc"), []);
    assert!(!console.draw().contains("1 of 6"), "{}", console.draw());
    assert_eq!(console.selected(), "shop/db");
    console.press("/");
    console.type_text("cache");
    console.press("Esc");
    assert_eq!(shown_services(&console), 6);
}

#[test]
fn a_filter_may_exclude_and_look_at_state_and_image() {
    let mut console = Console::fresh((80, 24));
    console.press("/");
    console.type_text("shop !healthy !restarts");
    assert!(console.draw().contains("3 of 6"), "{}", console.draw());
    // `healthy` is not a part of `unhealthy` (fact F10).
    assert_eq!(console.lines_with("unhealthy").len(), 2, "{}", console.draw());
    console.press("C-u");
    console.type_text("unhealthy");
    assert!(console.draw().contains("1 of 6"), "{}", console.draw());
    console.press("C-u");
    console.type_text("shop-api-2");
    assert!(console.draw().contains("1 of 6"), "{}", console.draw());
    console.press("C-u");
    console.type_text("registry.example/worker");
    assert!(console.draw().contains("1 of 6"), "{}", console.draw());
    console.press("C-u");
    console.type_text("nothing like it");
    assert!(console.draw().contains("No service matches"), "{}", console.draw());
    assert_eq!(console.selected(), "");
}

#[test]
fn letters_that_are_keys_elsewhere_are_text_in_a_filter() {
    let mut console = Console::fresh((80, 24));
    console.press("/");
    assert_eq!(console.type_text("qjkxziTRF:?/0123 lmowput"), []);
    assert!(console.draw().contains("/qjkxziTRF:?/0123 lmowput"), "{}", console.draw());
}

#[test]
fn letters_that_are_keys_elsewhere_are_text_in_the_palette() {
    let mut console = Console::fresh((80, 24));
    console.press(":");
    assert_eq!(console.type_text("qxz?:/"), []);
    assert!(console.draw().contains(":qxz?:/"), "{}", console.draw());
    console.press("Esc");
    assert!(!console.draw().contains(":qxz?:/"), "{}", console.draw());
}

#[test]
fn a_paste_where_nothing_is_typed_does_nothing() {
    let mut console = Console::fresh((120, 36));
    for keys in ["", "2", "3", "Enter", "0 ? ", "T"] {
        console.press(keys);
        let before = console.draw();
        let outcome = console.paste("qqqq\rxxxx\nrrrryyyy:quit\r\u{1b}");
        assert_eq!(outcome, midwatch::app::Outcome::default(), "after `{keys}`");
        assert_eq!(console.draw(), before);
        console.press("Esc");
    }
}

#[test]
fn a_paste_into_a_filter_is_text_and_the_selection_follows() {
    let mut console = Console::fresh((80, 24));
    console.press("/");
    let outcome = console.paste("db\nq");
    assert_eq!(outcome.effects, []);
    assert!(console.draw().contains("/db"), "{}", console.draw());
    assert_eq!(console.selected(), "shop/db");
}

#[test]
fn a_resize_keeps_typed_text() {
    let mut console = Console::fresh((80, 24));
    console.press("/");
    console.type_text("work");
    console.resize(10, 3);
    console.resize(120, 36);
    console.type_text("er");
    assert!(console.draw().contains("/worker"), "{}", console.draw());
    console.press("Enter :");
    console.type_text("the");
    console.resize(60, 16);
    console.type_text("mes");
    assert!(console.draw().contains(":themes"), "{}", console.draw());
}

#[test]
fn the_palette_goes_to_a_service_also_when_a_filter_hides_it() {
    let mut console = Console::fresh((120, 36));
    console.press("/");
    console.type_text("cache");
    console.press("Enter :");
    console.type_text("go to shop/db");
    console.press("Enter");
    assert_eq!(console.selected(), "shop/db");
    assert!(console.draw().contains("killed: out of memory"), "{}", console.draw());
}

/// The keys and words of the footer.
fn hints(console: &Console) -> Vec<(String, String)> {
    let footer = console.draw().lines().last().unwrap_or_default().to_owned();
    let hint = |hint: &str| hint.trim().split_once(' ').map(|(k, l)| (k.into(), l.into()));
    footer.split("  ").filter_map(hint).collect()
}

#[test]
fn every_key_that_a_footer_shows_while_text_is_typed_does_what_it_says() {
    for keymap in ["default", "emacs", "k9s"] {
        for (open, text) in [(":", "o"), ("/", "a")] {
            let typed = || {
                let mut console = Console::of(
                    &Setup { keymap, ..Setup::default() },
                    crate::console::world::fresh(),
                );
                console.press(open);
                console.type_text(text);
                console.press("Down Down");
                console
            };
            let hints = hints(&typed());
            assert!(hints.iter().any(|(_, label)| label == "open"), "{keymap} {hints:?}");
            for (key, label) in hints {
                let (mut console, mut same) = (typed(), typed());
                console.press(&key);
                let does = match label.as_str() {
                    "open" => "Enter",
                    "back" => "Esc",
                    "down" => "Down",
                    "up" => "Up",
                    other => panic!("what does {other} do?"),
                };
                same.press(does);
                assert_eq!(console.styles(), same.styles(), "{keymap}: {key} {label}");
                assert_ne!(console.styles(), typed().styles(), "{keymap}: {key} {label}");
            }
        }
    }
}

#[test]
fn no_words_name_a_key_that_would_be_typed() {
    let mut console = Console::of(&Setup::default(), crate::console::world::failed());
    assert!(console.draw().contains("(R: now)"), "{}", console.draw());
    console.press("/");
    assert!(!console.draw().contains("(R: now)"), "{}", console.draw());
}
