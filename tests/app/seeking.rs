//! The Logs pane: going to what is sought, past what is hidden.

use midwatch::{
    app::Effect,
    model::{Format, LogLine, ServiceId, Severity, Told},
};

use crate::{
    console::{
        Console, Setup,
        facts::{described, line, restarted, running, said},
        now,
    },
    reading::{after, at_cursor, console, console_with, lines, shown, told},
};

fn big() -> Setup {
    Setup { size: (100, 24), ..Setup::default() }
}

/// The same thing said five times, then something else, and so on.
fn repetitive() -> Vec<LogLine> {
    (0..100)
        .map(|n| told(n, None, &format!("line {} again", if n % 6 == 5 { n } else { n / 6 * 6 })))
        .collect()
}

#[test]
fn a_search_that_finds_nothing_leaves_the_pane_as_it_was() {
    let mut console = console();
    console.press("/");
    console.type_text("nowhere");
    console.press("Enter");
    assert!(console.draw().contains("found in no line"), "{}", console.draw());
    console.hear([said("web-1", vec![told(100, None, "line 100 is new")])]);
    assert_eq!(shown(&console).last(), Some(&100), "it is still followed");
    console.press("p k k /");
    console.type_text("nowhere");
    console.press("Enter");
    console.hear([said("web-1", vec![told(200, None, "line 200 is newer")])]);
    assert_eq!(shown(&console).last(), Some(&100), "who stood still does so still");
}

#[test]
fn an_empty_search_is_the_one_before() {
    let mut console = console();
    console.press("/ Enter");
    console.hear([said("web-1", vec![told(100, None, "line 100 is new")])]);
    assert_eq!(shown(&console).last(), Some(&100), "there is none: it is still followed");
    console.press("/");
    console.type_text("timed");
    console.press("Enter N");
    assert_eq!(at_cursor(&mut console), "line 87 timed out");
    console.press("k k / Enter");
    assert_eq!(at_cursor(&mut console), "line 77 timed out", "the nearest one");
    console.press("/");
    console.type_text("x");
    console.press("C-u Enter");
    assert!(console.draw().contains("found in 10 lines"), "{}", console.draw());
    assert_eq!(at_cursor(&mut console), "line 77 timed out");
}

#[test]
fn a_search_that_is_too_large_says_so() {
    let mut console = console();
    console.press("/");
    console.type_text(r"(\w+\W+){14}Q\w{3,40}Z|formatBalance");
    assert!(console.draw().contains("the pattern is too large"), "{}", console.draw());
    console.press("C-u");
    assert!(!console.draw().contains("too large"), "{}", console.draw());
    console.press("Esc f");
    console.type_text(r"text~\w{1000}");
    assert!(console.draw().contains("the pattern is too large"), "{}", console.draw());
}

#[test]
fn the_newest_line_counts_when_one_looks_back_from_it() {
    let mut lines = lines();
    lines.truncate(98);
    let mut console = console_with(&big(), lines);
    console.press("E");
    assert_eq!(at_cursor(&mut console), "line 97 timed out");
    console.press("G /");
    console.type_text("97 timed");
    console.press("Enter");
    assert_eq!(at_cursor(&mut console), "line 97 timed out");
}

#[test]
fn what_came_during_a_pause_is_counted_as_it_is_filtered() {
    let mut console = console();
    console.press("f");
    console.type_text("level>=error");
    console.press("Enter p");
    assert!(console.draw().contains("paused, +0 new"), "{}", console.draw());
    let later = lines().into_iter().map(|line| LogLine { at: Some(after(200)), ..line }).collect();
    console.hear([said("web-1", later)]);
    assert!(console.draw().contains("paused, +10 new"), "{}", console.draw());
    console.press("Esc");
    assert_eq!(shown(&console).len(), 18, "all of them, once it goes on: {}", console.draw());
}

#[test]
fn a_line_that_a_filter_hides_is_neither_copied_nor_opened() {
    let mut console = console();
    console.press("p k");
    assert_eq!(at_cursor(&mut console), "line 98 is fine");
    console.press("f");
    console.type_text("level>=error");
    console.press("Enter");
    assert_eq!(at_cursor(&mut console), "line 97 timed out");
    console.press("Enter");
    assert!(console.draw().contains("line 97 timed out"), "{}", console.draw());
    console.press("Esc Space u f");
    console.press("C-u Enter");
    assert_eq!(at_cursor(&mut console), "line 98 is fine", "it is there again");
}

#[test]
fn folded_lines_are_one_step_and_one_find() {
    let mut console = console_with(&big(), repetitive());
    console.press("d g");
    assert!(console.draw().contains("(5 times) line 0 again"), "{}", console.draw());
    assert_eq!(at_cursor(&mut console), "line 0 again");
    console.press("j");
    assert_eq!(at_cursor(&mut console), "line 5 again");
    console.press("j");
    assert_eq!(at_cursor(&mut console), "line 6 again");
    console.press("/");
    console.type_text("line [06] again");
    console.press("Enter");
    assert!(console.draw().contains("found in 10 lines"), "{}", console.draw());
    assert_eq!(at_cursor(&mut console), "line 6 again");
    console.press("N");
    assert_eq!(at_cursor(&mut console), "line 0 again", "the group, not each of its lines");
    console.press("n n");
    assert!(console.draw().contains("no match after this line"), "{}", console.draw());
    console.press("d");
    console.press("n");
    assert_eq!(shown(&console)[0], 0);
}

#[test]
fn a_time_that_is_not_kept_is_said_to_be_so() {
    let mut console = console();
    console.press("@");
    console.type_text("1h");
    console.press("Enter");
    assert!(console.draw().contains("no line is that old: the first here is of"));
    assert_eq!(at_cursor(&mut console), "line 0 is fine");
}

#[test]
fn marked_lines_that_are_gone_are_not_copied_in_silence() {
    let bounds = midwatch::store::LogBounds { bytes: 1 << 18, total_bytes: 1 << 18 };
    let mut console: Console = console_with(&Setup { bounds, ..big() }, lines());
    console.press("p Space G");
    let many = (0..20_000).map(|n| told(1000 + n, None, "more")).collect();
    console.hear([said("web-1", many)]);
    let effects = console.press("y");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Copy(_))), "{effects:?}");
    assert!(console.draw().contains("none of the marked lines is kept any more"));
    console.press("p Space");
    assert_eq!(at_cursor(&mut console), "more");
    assert!(console.draw().contains("one of the marked lines is no longer kept"));
}

#[test]
fn a_find_in_what_is_not_shown_of_a_record_is_shown_behind_it() {
    let json = r#"{"time":"2026-11-20T03:12:41Z","level":"info","msg":"all is well","user":42}"#;
    let told = Told { format: Format::Json, level: Some(Severity::Info), ..Told::default() };
    let mut console = console_with(&big(), vec![LogLine { told, ..line(after(0), json) }]);
    assert!(!console.draw().contains("\"level\""), "{}", console.draw());
    console.press("/");
    console.type_text("level.:.info");
    let screen = console.draw();
    assert!(screen.contains("found in 1 line"), "{screen}");
    assert!(
        screen.contains("all is well user=42 …03:12:41Z\",\"level\":\"info\",\"msg\""),
        "{screen}"
    );
}

#[test]
fn the_end_of_the_run_before_is_gone_to() {
    let mut console = console();
    console.press("P");
    assert!(console.draw().contains("no line of a run before is here: g g reads"));
    console.press("P");
    let web = restarted(running("web-1", ServiceId::alone("web"), Some(1)), 1, after(60));
    console.hear([described(now(), &web)]);
    console.press("P");
    assert_eq!(at_cursor(&mut console), "line 59 is fine");
    console.press("f");
    console.type_text("level>=error");
    console.press("Enter P");
    assert_eq!(at_cursor(&mut console), "line 57 timed out");
}

#[test]
fn what_stands_around_a_line_is_seen_once_its_filter_is_taken_away() {
    let mut console = console();
    console.press("f");
    console.type_text("level>=error");
    console.press("Enter g");
    assert_eq!(at_cursor(&mut console), "line 7 timed out");
    console.press("f");
    console.press("C-u Enter");
    assert_eq!(at_cursor(&mut console), "line 7 timed out");
    let seen = shown(&console);
    assert!(seen.contains(&6) && seen.contains(&7) && seen.contains(&8), "{seen:?}");
    console.press("w");
    assert!(shown(&console).contains(&7));
}
