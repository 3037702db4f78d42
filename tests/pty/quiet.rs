//! Where nothing happens, little is sent.

use std::fs;

use crate::pty::{Launch, Terminal};

/// A clock tick is a few cells; the rest is the room for numbers that change each second.
const BYTES_PER_TICK: usize = 2048;

const TICKS: usize = 4;

/// The clock, the end of the first row.
fn clock(screen: &vt100::Screen) -> String {
    let row = screen.rows(0, screen.size().1.get()).next().unwrap_or_default();
    row.trim_end().rsplit("  ").next().unwrap_or_default().to_owned()
}

fn wait_for_tick(terminal: &Terminal) {
    let before = terminal.look(clock);
    terminal.wait_until("the clock to go on", |screen| clock(screen) != before);
}

#[test]
fn a_tick_of_the_clock_is_a_few_bytes() {
    let launch = Launch::midwatch(&["--stack"]);
    let file = launch.home().join("quiet.toml");
    let stack = "name = \"quiet\"\n[services.still]\ncommand = [\"sleep\", \"1000\"]\n";
    fs::write(&file, stack).unwrap();
    let terminal = launch.argument(file.to_str().unwrap()).start();
    terminal.wait_for("1 ok");
    wait_for_tick(&terminal);
    wait_for_tick(&terminal);
    let before = terminal.byte_count();
    for _ in 0..TICKS {
        wait_for_tick(&terminal);
    }
    let per_tick = (terminal.byte_count() - before) / TICKS;
    assert!(per_tick < BYTES_PER_TICK, "{per_tick} bytes a tick");
    assert!(per_tick > 0);
}
