//! Lines on their way out of the console: to the clipboard, to the plain terminal, to a
//! file; and a filter and a search over lines that keep coming.

use std::fs;

use rustix::process::Signal;

use crate::pty::{Launch, Terminal, eventually};

/// The demo with the logs of its api over the whole screen.
fn logs() -> Terminal {
    let mut terminal = Launch::demo().start();
    terminal.wait_for("5 ok");
    terminal.keys("2 z");
    terminal.wait_for("api-2");
    terminal
}

/// What was put on the clipboard so far, decoded by the program that comes with coreutils.
fn clipboard(terminal: &Terminal) -> Option<String> {
    let bytes = terminal.bytes();
    let start = b"\x1b]52;c;";
    let at = bytes.windows(start.len()).position(|part| part == start)? + start.len();
    let length = bytes[at..].iter().position(|byte| *byte == 0x1b)?;
    let file = terminal.home().join("copied");
    fs::write(&file, &bytes[at..at + length]).unwrap();
    let decoded = std::process::Command::new("base64").arg("-d").arg(&file).output().unwrap();
    Some(String::from_utf8(decoded.stdout).unwrap())
}

#[test]
fn a_line_is_copied_on_a_key_and_only_then() {
    let mut terminal = logs();
    assert_eq!(clipboard(&terminal), None);
    terminal.keys("k y");
    terminal.wait_for("copied 1 line");
    let copied = clipboard(&terminal).unwrap();
    assert!(copied.starts_with('{') && copied.contains("\"service\":\"api\""), "{copied}");
}

#[test]
fn plain_lines_are_shown_until_enter() {
    let mut terminal = logs();
    terminal.keys("D");
    terminal.wait_until("the plain lines", |screen| {
        !screen.alternate_screen() && screen.contents().contains("(Enter goes back to midwatch)")
    });
    assert!(terminal.text().contains("\"service\":\"api\""), "{}", terminal.text());
    terminal.line("");
    terminal.wait_until("the console", |screen| {
        screen.alternate_screen() && screen.contents().contains("2 Logs api")
    });
    terminal.keys("<C-c>");
    assert_eq!(terminal.exit_status(), 0);
    terminal.assert_restored();
}

#[test]
fn a_console_that_is_told_to_end_while_lines_are_shown_plainly_leaves_nothing_behind() {
    let mut terminal = logs();
    terminal.keys("D");
    terminal.wait_for("(Enter goes back to midwatch)");
    terminal.signal(Signal::TERM);
    eventually("the end of all", || terminal.of_midwatch().is_empty());
    terminal.assert_restored();
}

#[test]
fn an_export_is_a_file_of_its_owner() {
    let mut terminal = logs();
    terminal.keys("J");
    terminal.wait_for("wrote ");
    let folder = terminal.home().join("state/midwatch/exports");
    let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    let [file] = &files[..] else { panic!("{files:?}") };
    let text = fs::read_to_string(file).unwrap();
    assert!(text.lines().all(|line| line.contains("\"service\":\"api\"")), "{text}");
    assert_eq!(std::os::unix::fs::MetadataExt::mode(&fs::metadata(file).unwrap()) & 0o777, 0o600);
}

#[test]
fn a_filter_and_a_search_hold_while_lines_keep_coming() {
    let mut terminal = logs();
    terminal.keys("c method <Enter> f field.method=POST <Enter>");
    terminal.wait_until("nothing but what was asked for", |screen| {
        let text = screen.contents();
        let lines: Vec<_> = text.lines().filter(|line| line.contains(" request ")).collect();
        lines.len() > 3 && lines.iter().all(|line| line.contains("method=POST"))
    });
    terminal.keys("/ POST <Enter>");
    terminal.wait_for("found in");
    terminal.wait_for("paused");
}
