//! Pasted text is text.

use crate::pty::Launch;

/// Text that would restart, filter, mark, open and quit, were it keys (threat T20).
const KEYS: &str = "rrrr:/?xqqqyyy\n\x03";

#[test]
fn a_paste_is_never_keys() {
    let mut terminal = Launch::demo().start();
    terminal.wait_for("5 ok");
    terminal.paste(KEYS);
    // Keys are answered in order: when this one is, the paste has been taken in.
    terminal.keys("?");
    terminal.wait_for("Keys that work here");
    terminal.keys("?");
    terminal.wait_gone("Keys that work here");
    let text = terminal.text();
    assert!(text.contains("5 ok") && !text.contains("rrrr"), "{text}");
}

#[test]
fn a_paste_into_a_filter_is_typed_text() {
    let mut terminal = Launch::demo().start();
    terminal.wait_for("5 ok");
    terminal.keys("/");
    terminal.paste("gate\x1b[31mway?q");
    terminal.wait_for("way?q");
    terminal.keys("<C-u>");
    terminal.wait_gone("way?q");
    terminal.paste("gateway");
    // The pane of alerts has its name too.
    terminal.wait_gone("ledger   1/1");
    terminal.wait_for("5 ok");
}
