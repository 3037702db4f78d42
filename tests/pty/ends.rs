//! Nothing outlives midwatch, however it ends.

use std::fs;

use rustix::process::{Signal, kill_process};

use crate::pty::{Launch, Terminal, eventually};

/// The services of the demo are eight copies; each has a parent of its own beside it.
const PROCESSES: usize = 8;

fn running() -> Terminal {
    start(Launch::demo())
}

fn start(launch: Launch) -> Terminal {
    let terminal = launch.start();
    terminal.wait_for("5 ok");
    let services = terminal.of_midwatch().into_iter().filter(|process| {
        process.arguments.get(1).is_some_and(|argument| argument == "__demo-service")
    });
    assert_eq!(services.count(), PROCESSES);
    assert_eq!(terminal.temporary_files().len(), 1);
    terminal
}

fn assert_nothing_runs(terminal: &Terminal) {
    eventually("everything ends", || terminal.of_midwatch().is_empty());
}

#[test]
fn quit_leaves_no_process_and_no_file() {
    let mut terminal = running();
    terminal.keys("q");
    assert_eq!(terminal.exit_status(), 0);
    assert_nothing_runs(&terminal);
    assert!(terminal.temporary_files().is_empty());
}

#[test]
fn sigterm_leaves_no_process_and_no_file() {
    let terminal = running();
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.exit_status(), 0);
    assert_nothing_runs(&terminal);
    assert!(terminal.temporary_files().is_empty());
}

/// As a broken connection does.
#[test]
fn a_terminal_that_goes_away_leaves_no_process_and_no_file() {
    let mut terminal = running();
    terminal.hang_up();
    assert_nothing_runs(&terminal);
    assert!(terminal.temporary_files().is_empty());
}

/// As behind a container's `exec`: nothing but the terminal itself says that it is gone.
#[test]
fn a_terminal_that_goes_away_without_a_signal_ends_it_well_too() {
    let terminal = start(Launch::demo().detached());
    terminal.cut_off();
    assert_eq!(terminal.detached_status(), 0);
    assert_nothing_runs(&terminal);
    assert!(terminal.temporary_files().is_empty());
}

/// Whoever leads a session is told to go on as well when its terminal hangs up.
#[test]
fn a_terminal_that_goes_away_is_not_taken_back() {
    let terminal = start(Launch::demo().detached());
    let console = terminal.console();
    terminal.cut_off();
    // It may have found out by itself meanwhile.
    let _ = kill_process(console, Signal::CONT);
    assert_eq!(terminal.detached_status(), 0);
    assert_nothing_runs(&terminal);
}

#[test]
fn sigkill_leaves_no_process_and_its_folder_goes_with_the_next_demo() {
    let terminal = running();
    terminal.signal(Signal::KILL);
    assert_eq!(terminal.exit_status(), 128 + 9);
    assert_nothing_runs(&terminal);
    let [left] = terminal.temporary_files().try_into().unwrap();

    let next = Launch::demo().env("TMPDIR", left.parent().unwrap().to_str().unwrap()).start();
    next.wait_for("5 ok");
    assert!(fs::metadata(&left).is_err(), "{} is still there", left.display());
}
