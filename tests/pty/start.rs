//! The demo comes up, in the form that fits the terminal.

use crate::pty::Launch;

/// The services of the demo.
const SERVICES: [&str; 5] = ["api", "cache", "gateway", "ledger", "worker"];

#[test]
fn a_wide_terminal_shows_the_overview_with_every_service_healthy() {
    let terminal = Launch::demo().size(36, 120).start();
    terminal.wait_for("5 ok");
    let text = terminal.text();
    for words in SERVICES.into_iter().chain(["1 Services", "2 Logs", "3 Stats", "3/3"]) {
        assert!(text.contains(words), "{words} is missing on\n{text}");
    }
}

#[test]
fn a_narrow_terminal_shows_one_pane_and_tabs() {
    let mut terminal = Launch::demo().size(24, 80).start();
    terminal.wait_for("5 ok");
    let tabs = |screen: &vt100::Screen| screen.rows(0, 80).nth(1).unwrap();
    terminal.look(|screen| {
        for tab in ["1 Services", "2 Logs", "3 Stats"] {
            assert!(tabs(screen).contains(tab), "{}", screen.contents());
        }
    });
    // Each pane has the whole room: the list of services goes when another one shows.
    assert!(terminal.text().contains("gateway"));
    terminal.keys("3");
    terminal.wait_gone("gateway");
    terminal.keys("1");
    terminal.wait_for("gateway");
}
