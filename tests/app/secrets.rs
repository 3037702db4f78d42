//! A planted secret is seen nowhere until a person asks to see it.

use midwatch::app::Effect;

use crate::console::{
    Console, Setup,
    facts::key,
    world::{self, CANARY},
};

#[test]
fn a_planted_secret_is_on_no_view() {
    for size in [(60, 16), (120, 36), (200, 50)] {
        for keys in ["", "2", "3", "Enter", "Enter k", "Enter i", "?", ":", "T", "Enter i h l l"] {
            let mut console = Console::of(&Setup { size, ..Setup::default() }, world::fresh());
            console.press(keys);
            console.hear([world::inspected("api-2")]);
            let shown = console.draw();
            assert!(!shown.contains(CANARY), "`{keys}` at {size:?}:\n{shown}");
        }
    }
}

#[test]
fn an_inspection_masks_until_asked_and_masks_again() {
    let mut console = Console::fresh((120, 36));
    assert_eq!(console.press("Enter i").last(), Some(&Effect::Inspect(key("api-2"))));
    console.hear([world::inspected("api-2")]);
    assert!(!console.draw().contains(CANARY));
    console.press("v");
    assert!(console.draw().contains(CANARY));
    assert!(console.draw().contains("secrets are shown"));
    console.press("v");
    assert!(!console.draw().contains(CANARY));
    console.press("v q i");
    console.hear([world::inspected("api-2")]);
    assert!(!console.draw().contains(CANARY), "it opens masked every time");
}

#[test]
fn an_answer_about_another_instance_is_not_shown() {
    let mut console = Console::fresh((120, 36));
    console.press("Enter i");
    console.hear([world::inspected("api-1")]);
    assert!(console.draw().contains("Asking"), "{}", console.draw());
}
