//! A shell that was asked for: said, one at a time, and withdrawn with a key.

use midwatch::app::{Effect, Msg, Outcome, Request};

use crate::console::{Console, facts::key};

const OPENING: &str = "opening a shell in shop-cache-1 … (Esc cancels)";

/// A console whose engine was just asked for a shell.
fn asked() -> (Console, Request) {
    let mut console = Console::fresh((120, 36));
    let request = ask(&mut console);
    (console, request)
}

fn ask(console: &mut Console) -> Request {
    let effects = console.press("j x");
    let [Effect::Shell(instance, request)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(*instance, key("cache-1"));
    *request
}

#[test]
fn as_long_as_it_takes_the_screen_says_what_is_on_its_way() {
    let (mut console, request) = asked();
    assert!(console.draw().contains(OPENING), "{}", console.draw());
    console.wait(20);
    assert_eq!(console.lines_with(OPENING).len(), 1, "{}", console.draw());
    let outcome = console.tell(Msg::Shell(request, Ok(())));
    assert_eq!(outcome.effects, [Effect::HandOver]);
    assert!(!console.draw().contains(OPENING), "{}", console.draw());
}

#[test]
fn there_is_one_at_a_time() {
    let (mut console, request) = asked();
    assert_eq!(console.press("x x"), []);
    console.tell(Msg::Shell(request, Ok(())));
    assert!(matches!(&console.press("x")[..], [Effect::Shell(..)]));
}

#[test]
fn esc_withdraws_it_and_a_late_answer_is_nothing() {
    let (mut console, first) = asked();
    assert_eq!(console.press("Esc"), []);
    assert!(!console.draw().contains(OPENING), "{}", console.draw());
    assert_eq!(console.tell(Msg::Shell(first, Ok(()))), Outcome::default());

    // The answer to the first is not that to the second.
    console.press("k");
    let second = ask(&mut console);
    assert_eq!(console.tell(Msg::Shell(first, Err("late".into()))), Outcome::default());
    assert!(console.draw().contains(OPENING), "{}", console.draw());
    assert_eq!(console.tell(Msg::Shell(second, Ok(()))).effects, [Effect::HandOver]);
    // At the root again, the key is what it was.
    assert_eq!(console.press("q"), [Effect::Quit]);
}

#[test]
fn a_refusal_is_told_and_another_may_be_asked_for() {
    let (mut console, request) = asked();
    let outcome = console.tell(Msg::Shell(request, Err("no shell: no answer".into())));
    assert_eq!(outcome.effects, []);
    let draw = console.draw();
    assert!(draw.contains("no shell: no answer") && !draw.contains(OPENING), "{draw}");
    console.press("k");
    ask(&mut console);
}
