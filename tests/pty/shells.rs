//! A shell on the terminal, and the console afterwards.

use rustix::process::Signal;

use crate::pty::{Launch, Terminal, eventually};

/// The demo with a shell in front of it, which prompts with `inner>`.
fn in_a_shell() -> Terminal {
    let mut terminal = Launch::demo().env("PS1", "inner> ").start();
    terminal.wait_for("5 ok");
    // The second service, the cache, has one instance: there is nothing to choose.
    terminal.keys("j x");
    terminal.wait_for("inner>");
    terminal
}

fn run(terminal: &mut Terminal, command: &str, answer: &str) {
    terminal.line(command);
    terminal.wait_until(&format!("the answer {answer:?}"), |screen| {
        // Behind a prompt where typing was faster than the shell.
        screen.contents().lines().any(|line| line.trim_start_matches("inner> ") == answer)
    });
}

fn assert_console(terminal: &Terminal, columns: u16) {
    terminal.wait_until("the whole console", |screen| {
        let text = screen.contents();
        let all = ["1 Services", "gateway", "5 ok"];
        screen.size().1.get() == columns
            && screen.alternate_screen()
            && screen.bracketed_paste()
            && screen.hide_cursor()
            && all.iter().all(|words| text.contains(words))
            && !text.contains("inner>")
            && text.trim_end().ends_with("? help")
    });
}

#[test]
fn a_shell_has_the_terminal_and_gives_it_back() {
    let mut terminal = in_a_shell();
    assert!(terminal.look(|screen| !screen.alternate_screen() && !screen.bracketed_paste()));
    run(&mut terminal, "echo $((40+2)) in $MIDWATCH_REPLICA", "42 in 1");
    run(&mut terminal, "stty -g | cmp - $HOME/stty-before && echo the same", "the same");
    terminal.line("exit 7");
    assert_console(&terminal, 120);
    terminal.wait_for("exit 7");
    // The very next key is the console's.
    terminal.keys("?");
    terminal.wait_for("Keys that work here");
    terminal.keys("?");
    terminal.wait_gone("Keys that work here");
    terminal.keys("q");
    assert_eq!(terminal.exit_status(), 0);
    terminal.assert_restored();
}

/// What an editor leaves behind that was killed: a scroll region with its origin, line
/// drawing, colours, its own keys, the mouse, no new row at the end of one.
const MESS: &str = r"\033[5;6r\033[?6h\033(0\033[31;44m\033[?1h\033=\033[?1003h\033[?1006h\033[?7l";

fn is_tidy(screen: &vt100::Screen) -> bool {
    !screen.application_cursor()
        && !screen.application_keypad()
        && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
        && screen.mouse_protocol_encoding() == vt100::MouseProtocolEncoding::Default
}

fn make_a_mess(terminal: &mut Terminal, then: &str) {
    terminal.line(&format!("printf '{MESS}'; {then}"));
}

#[test]
fn whatever_a_shell_leaves_behind_the_console_is_whole() {
    let mut terminal = in_a_shell();
    let whole = {
        let mut other = Launch::demo().start();
        other.wait_for("5 ok");
        other.keys("j");
        other.wait_for("2 Logs cache");
        other.look(colours_of_the_frame)
    };
    make_a_mess(&mut terminal, "exit");
    assert_console(&terminal, 120);
    terminal.wait_until("the terminal's modes", is_tidy);
    assert_eq!(terminal.look(colours_of_the_frame), whole);

    // The next shell scrolls through the whole screen.
    terminal.keys("x");
    terminal.wait_until("the shell's own screen", |screen| !screen.alternate_screen());
    terminal.line("seq 100 160; echo end");
    terminal.wait_until("a whole screen of numbers", |screen| {
        let text = screen.contents();
        (130..=160).all(|number| text.contains(&number.to_string()))
    });
    terminal.line("exit");
    assert_console(&terminal, 120);
    terminal.keys("q");
    assert_eq!(terminal.exit_status(), 0);
    terminal.assert_restored();
}

/// The colours of the cells at the left edge, which are those of borders and ground.
fn colours_of_the_frame(screen: &vt100::Screen) -> Vec<Option<(vt100::Color, vt100::Color)>> {
    let cell = |row| screen.cell(row, 0).map(|cell| (cell.fgcolor(), cell.bgcolor()));
    (1..30).map(cell).collect()
}

#[test]
fn a_console_told_to_end_during_a_messy_shell_leaves_no_mess() {
    let mut terminal = in_a_shell();
    make_a_mess(&mut terminal, r"printf '\033[?1049hediting'; cat");
    terminal.wait_for("editing");
    terminal.signal(Signal::TERM);
    terminal.exit_status();
    terminal.assert_restored();
    terminal.wait_until("the terminal's modes", is_tidy);
}

#[test]
fn keys_typed_after_exit_in_one_go_are_the_consoles() {
    let mut terminal = in_a_shell();
    terminal.line("exit");
    terminal.wait_until("the console", vt100::Screen::alternate_screen);
    terminal.keys("?");
    terminal.wait_for("Keys that work here");
}

#[test]
fn ctrl_c_in_a_shell_is_the_shells() {
    let mut terminal = in_a_shell();
    terminal.line("cat");
    terminal.line("purr");
    terminal.wait_until("cat to answer what was typed", |screen| {
        screen.contents().matches("purr").count() == 2
    });
    terminal.keys("<C-c>");
    // What is typed before the shell is back is lost with the program.
    terminal
        .wait_until("the next prompt", |screen| screen.contents().matches("inner>").count() == 2);
    run(&mut terminal, "echo $((40+3))", "43");
    terminal.line("exit");
    assert_console(&terminal, 120);
}

#[test]
fn a_resize_during_a_shell_reaches_both() {
    let mut terminal = in_a_shell();
    terminal.resize(30, 110);
    run(&mut terminal, "stty size", "30 110");
    terminal.line("exit");
    assert_console(&terminal, 110);
    terminal.wait_until("the last row to be used", |screen| {
        screen.rows(0, 110).nth(29).unwrap().contains("? help")
    });
}

#[test]
fn a_console_that_is_told_to_end_during_a_shell_ends_with_it() {
    for signal in [Signal::TERM, Signal::HUP] {
        let terminal = in_a_shell();
        terminal.signal(signal);
        terminal.exit_status();
        terminal.assert_restored();
        eventually("everything ends", || terminal.of_midwatch().is_empty());
    }
}
