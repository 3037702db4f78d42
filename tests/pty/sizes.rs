//! The terminal changes its size.

use crate::pty::{Launch, Size, Terminal};

/// From nothing to a wall, with the forms of the screen and their edges between.
const STORM: [Size; 12] = [
    (1, 1),
    (50, 200),
    (2, 200),
    (50, 2),
    (16, 60),
    (15, 59),
    (28, 100),
    (27, 99),
    (1, 120),
    (36, 1),
    (24, 80),
    (50, 200),
];

fn pointed_at(terminal: &Terminal, service: &str) {
    terminal.wait_for(&format!("2 Logs {service}"));
}

#[test]
fn a_storm_of_sizes_leaves_everything_where_it_was() {
    let mut terminal = Launch::demo().start();
    terminal.wait_for("5 ok");
    terminal.keys("G");
    pointed_at(&terminal, "worker");
    for _ in 0..10 {
        for (rows, columns) in STORM {
            terminal.resize(rows, columns);
        }
    }
    terminal.resize(36, 120);
    pointed_at(&terminal, "worker");
    terminal.wait_until("every pane in its place", |screen| {
        let rows: Vec<String> = screen.rows(0, 120).collect();
        rows[0].contains("demo")
            && rows[1].contains("1 Services")
            && rows[1].contains("2 Logs")
            && rows.iter().any(|row| row.contains("3 Stats"))
            && rows[35].contains("help")
    });
    terminal.keys("q");
    assert_eq!(terminal.exit_status(), 0);
}

#[test]
fn each_size_shows_what_fits() {
    let terminal = Launch::demo().start();
    terminal.wait_for("5 ok");
    // Where there is no room for a list, there are words.
    for (size, shown) in [
        ((15, 59), "Enlarge"),
        ((16, 60), "1 Services"),
        ((28, 100), "3 Stats"),
        ((2, 10), "ok"),
        ((50, 200), "3 Stats"),
    ] {
        terminal.resize(size.0, size.1);
        terminal.wait_for(shown);
    }
    terminal.resize(1, 1);
    terminal.resize(24, 80);
    terminal.wait_for("5 ok");
}

#[test]
fn it_starts_on_the_smallest_terminal() {
    let terminal = Launch::demo().size(1, 1).start();
    terminal.console();
    terminal.wait_until("a first frame", vt100::Screen::alternate_screen);
    terminal.resize(36, 120);
    terminal.wait_for("5 ok");
}
