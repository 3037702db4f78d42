//! midwatch as a job of a shell: stopped, continued, and whole again.

use rustix::process::{Signal, kill_process};

use crate::pty::{Launch, Terminal};

/// The demo, started from an interactive shell.
fn running() -> Terminal {
    let mut terminal = Launch::demo().shell();
    terminal.line("stty -g >before; midwatch demo");
    terminal.wait_for("5 ok");
    terminal
}

/// Types a command into the outer shell, which must be in front. The answer may stand
/// behind a prompt, where typing was faster than the shell.
fn outer(terminal: &mut Terminal, command: &str, answer: &str) {
    terminal.wait_until("the shell's screen", |screen| !screen.alternate_screen());
    terminal.line(command);
    terminal.wait_until(&format!("the shell's {answer:?}"), |screen| {
        screen.contents().lines().any(|line| line.ends_with(answer))
    });
}

/// Every pane is on the screen, the terminal's modes are midwatch's, and keys are its own.
fn assert_whole(terminal: &mut Terminal) {
    terminal.wait_until("the whole console", |screen| {
        let text = screen.contents();
        let all = ["1 Services", "2 Logs", "3 Stats", "gateway", "5 ok"];
        screen.alternate_screen()
            && screen.bracketed_paste()
            && screen.hide_cursor()
            && all.iter().all(|words| text.contains(words))
            && !text.contains("outer>")
    });
    // In raw mode a key needs no Enter and is not echoed.
    terminal.keys("?");
    terminal.wait_for("Keys that work here");
    terminal.keys("?");
    terminal.wait_gone("Keys that work here");
}

#[test]
fn ctrl_z_gives_the_shell_back_and_fg_the_console() {
    let mut terminal = running();
    for round in ["one", "two"] {
        terminal.keys("<C-z>");
        terminal.wait_until("the prompt", |screen| {
            let modes = screen.alternate_screen() || screen.hide_cursor();
            !modes && !screen.bracketed_paste() && screen.contents().contains("Stopped")
        });
        outer(&mut terminal, &format!("echo $((1+1)) {round}"), &format!("2 {round}"));
        outer(&mut terminal, "stty -g | cmp - before && echo $((6*7)) same", "42 same");
        // What the shell says is to be seen again, and not still.
        terminal.line("clear; fg");
        assert_whole(&mut terminal);
    }
    terminal.keys("q");
    outer(&mut terminal, "echo status=$?", "status=0");
}

#[test]
fn a_stop_that_cannot_be_caught_leaves_a_console_that_comes_back_whole() {
    let mut terminal = running();
    let console = terminal.console();
    kill_process(console, Signal::STOP).unwrap();
    // On whatever the console left there.
    terminal.wait_for("Stopped");
    // The shell takes its terminal, and leaves it as it likes it.
    terminal.line("tput rmcup");
    outer(&mut terminal, "stty sane; stty -g >sane; clear; echo $((20+3))", "23");
    terminal.line("fg");
    assert_whole(&mut terminal);
    terminal.keys("q");
    outer(&mut terminal, "stty -g | cmp - sane && echo $((6*7)) same", "42 same");
}

#[test]
fn stopped_and_continued_from_outside_it_goes_on() {
    let mut terminal = Launch::demo().start();
    terminal.wait_for("5 ok");
    let console = terminal.console();
    kill_process(console, Signal::STOP).unwrap();
    kill_process(console, Signal::CONT).unwrap();
    assert_whole(&mut terminal);
}

/// As in `tmux new-window midwatch`: nobody there could continue a stopped job.
#[test]
fn without_a_shell_to_go_back_to_ctrl_z_stops_nothing() {
    let mut terminal = Launch::demo().start();
    terminal.wait_for("5 ok");
    terminal.keys("<C-z>");
    terminal.wait_for("no shell to go back to");
    assert_whole(&mut terminal);
    terminal.signal(Signal::TSTP);
    assert_whole(&mut terminal);
}

#[test]
fn a_stopped_console_that_is_told_to_end_ends_when_continued() {
    let mut terminal = running();
    terminal.keys("<C-z>");
    terminal.wait_for("Stopped");
    outer(&mut terminal, "echo $((20+4))", "24");
    terminal.line("kill %1; fg");
    outer(&mut terminal, "echo status=$?", "status=0");
    outer(&mut terminal, "stty -g | cmp - before && echo $((6*7)) same", "42 same");
    crate::pty::eventually("everything ends", || terminal.of_midwatch().is_empty());
}
