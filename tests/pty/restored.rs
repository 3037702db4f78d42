//! However midwatch ends, the terminal is as it was before.

use rustix::process::Signal;

use crate::pty::{Launch, Terminal};

fn running() -> Terminal {
    let mut terminal = Launch::demo().start();
    terminal.wait_for("5 ok");
    // The mouse is one more thing to be given back.
    terminal.keys("m");
    terminal.wait_until("the mouse to be taken", |screen| {
        screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None
    });
    let modes = |screen: &vt100::Screen| {
        (screen.alternate_screen(), screen.bracketed_paste(), screen.hide_cursor())
    };
    assert_eq!(terminal.look(modes), (true, true, true));
    terminal
}

/// Nothing was written over what the person had on the screen.
fn assert_nothing_said(terminal: &Terminal) {
    let text = terminal.text();
    assert_eq!(text.trim_end(), "outer-before\nouter-after");
}

#[test]
fn after_q() {
    let mut terminal = running();
    terminal.keys("q");
    assert_eq!(terminal.exit_status(), 0);
    terminal.assert_restored();
    assert_nothing_said(&terminal);
}

#[test]
fn after_ctrl_c() {
    let mut terminal = running();
    terminal.keys("<C-c>");
    assert_eq!(terminal.exit_status(), 0);
    terminal.assert_restored();
    assert_nothing_said(&terminal);
}

#[test]
fn after_signals_that_ask_to_end() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let terminal = running();
        terminal.signal(signal);
        terminal.exit_status();
        terminal.assert_restored();
        assert_nothing_said(&terminal);
    }
}

#[test]
fn after_an_error_at_the_start_which_is_there_to_be_read() {
    let terminal = Launch::midwatch(&["demo", "--theme", "nosuch"]).start();
    assert_eq!(terminal.exit_status(), 2);
    terminal.assert_restored();
    let text = terminal.text();
    assert!(text.contains("--theme: there is no theme \"nosuch\""), "{text}");
    let bytes = terminal.bytes();
    assert!(!bytes.windows(7).any(|part| part == b"\x1b[?1049"), "the terminal was taken");
}
