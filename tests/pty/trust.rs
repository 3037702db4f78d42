//! `midwatch trust` asks whoever sits at the terminal.

use std::fs;

use crate::pty::{Launch, Terminal};

/// A terminal that has been asked about a stack file, and the file's place.
fn asked() -> Terminal {
    let launch = Launch::midwatch(&["trust"]);
    let file = launch.home().join("midwatch.toml");
    fs::write(&file, "name = \"shop\"\n[services.api]\ncommand = [\"./api\"]\n").unwrap();
    let terminal = launch.argument(file.to_string_lossy()).start();
    terminal.wait_for("Approve it? [y/N]");
    assert!(terminal.text().contains("api: ./api"), "what would run is shown first");
    terminal
}

#[test]
fn a_yes_approves_what_was_shown() {
    let mut terminal = asked();
    terminal.line("y");
    assert_eq!(terminal.exit_status(), 0);
    assert!(terminal.text().contains("midwatch.toml is approved."));
}

#[test]
fn enter_alone_is_a_no() {
    let mut terminal = asked();
    terminal.line("");
    assert_eq!(terminal.exit_status(), 1);
    assert!(terminal.text().contains("midwatch.toml is not approved."));
}
