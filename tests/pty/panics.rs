//! A panic gives the terminal back before it is reported.
//!
//! Nothing that a person can do makes midwatch panic, so the real guard of the
//! terminal is run here by this very test program, started anew in a terminal.

use std::{
    io::{self, Read},
    thread,
};

use midwatch::terminal::{self, Screen, guard};
use tokio::runtime::Runtime;

use crate::pty::{Launch, Terminal, eventually};

/// Set where a test is the program in the terminal, and not the one that looks at it.
const INSIDE: &str = "MIDWATCH_TEST_INSIDE";

fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// Runs a test of this module in a terminal, where it finds itself inside.
fn inside(test: &str) -> Terminal {
    launch(test).start()
}

fn launch(test: &str) -> Launch {
    let program = std::env::current_exe().unwrap();
    let arguments = ["--exact", test, "--nocapture", "--test-threads=1"];
    Launch::program(program.to_str().unwrap(), &arguments).env(INSIDE, "1")
}

fn take() -> Screen {
    guard::install_panic_hook();
    let mut screen = Screen::take(true).unwrap();
    screen.draw(|frame| frame.render_widget("the console", frame.area())).unwrap();
    screen
}

#[test]
fn a_panic_of_the_loop_is_reported_on_a_terminal_that_was_given_back() {
    if is_inside() {
        let _screen = take();
        panic!("the loop has failed");
    }
    let terminal =
        inside("panics::a_panic_of_the_loop_is_reported_on_a_terminal_that_was_given_back");
    assert_eq!(terminal.exit_status(), 101);
    terminal.assert_restored();
    let text = terminal.text();
    assert_eq!(text.matches("the loop has failed").count(), 1, "{text}");
    assert!(!text.contains("the console"), "{text}");
}

/// Or the keyboard, say, would be dead and the console go on.
#[test]
fn a_panic_of_a_thread_is_reported_and_ends_the_console() {
    if is_inside() {
        let mut screen = take();
        thread::spawn(|| panic!("a thread has failed")).join().unwrap_err();
        let error = screen.draw(|frame| frame.render_widget("more", frame.area())).unwrap_err();
        drop(screen);
        panic!("ended with: {error}");
    }
    let terminal = inside("panics::a_panic_of_a_thread_is_reported_and_ends_the_console");
    assert_eq!(terminal.exit_status(), 101);
    terminal.assert_restored();
    let text = terminal.text();
    assert!(text.contains("a thread has failed"), "{text}");
    assert!(text.contains("ended with: a part of midwatch failed"), "{text}");
    assert!(!text.contains("more"), "{text}");
}

/// Its supervisor says so on the screen, which stays.
#[test]
fn a_panic_of_a_task_leaves_the_terminal_alone() {
    if is_inside() {
        let mut screen = take();
        Runtime::new().unwrap().block_on(async {
            tokio::spawn(async { panic!("a task has failed") }).await.unwrap_err();
        });
        screen.draw(|frame| frame.render_widget("it goes on", frame.area())).unwrap();
        io::stdin().read_exact(&mut [0]).unwrap();
        return;
    }
    let mut terminal = inside("panics::a_panic_of_a_task_leaves_the_terminal_alone");
    terminal.wait_for("it goes on");
    assert!(terminal.look(vt100::Screen::alternate_screen));
    assert_eq!(terminal.text().trim_end(), "it goes on");
    terminal.keys("q");
    assert_eq!(terminal.exit_status(), 0);
    terminal.assert_restored();
    assert!(!terminal.text().contains("a task has failed"), "{}", terminal.text());
}

/// A report on a terminal that is gone would be a second panic, and abort.
#[test]
fn a_panic_that_nobody_can_read_ends_as_any_other() {
    if is_inside() {
        color_eyre::install().unwrap();
        let _screen = take();
        eventually("the terminal goes away", terminal::is_gone);
        panic!("the loop has failed");
    }
    let terminal = launch("panics::a_panic_that_nobody_can_read_ends_as_any_other");
    let terminal = terminal.detached().start();
    terminal.wait_for("the console");
    terminal.cut_off();
    assert_eq!(terminal.detached_status(), 101);
}
