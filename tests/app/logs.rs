//! The Logs pane: following, standing still, scrolling.

use jiff::{SignedDuration, Timestamp};
use midwatch::{model::LogLine, store::LogBounds};

use crate::console::{
    Console, Setup,
    facts::{described, key, line, live, lost, running, said},
    now,
};
use midwatch::model::{EngineFact, Event, ServiceId, Severity, StreamState, Told};

fn after(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

fn lines(from: i64, to: i64) -> Vec<LogLine> {
    (from..to).map(|n| line(after(n), &format!("line {n}"))).collect()
}

/// One service with so many instances, its logs over the whole screen.
fn console(instances: usize, bounds: LogBounds) -> Console {
    let mut console = Console::start(&Setup { size: (80, 24), bounds, ..Setup::default() });
    for n in 1..=instances {
        let web = running(&format!("web-{n}"), ServiceId::alone("web"), Some(n as u32));
        console.hear([described(now(), &web), live(&format!("web-{n}"))]);
    }
    console.press("2 z");
    console
}

/// Room for some thousand lines.
fn few() -> LogBounds {
    LogBounds { bytes: 1 << 18, total_bytes: 1 << 18 }
}

/// The log lines that are shown.
fn shown(console: &Console) -> Vec<String> {
    let words = |line: String| line.split("line ").nth(1).map(|rest| rest.trim().to_owned());
    let lines = console.lines_with("line ").into_iter();
    let end = [' ', '┃', '│', '█', '◆'];
    lines.filter_map(words).map(|line| line.trim_end_matches(end).to_owned()).collect()
}

fn again(id: &str) -> Event {
    Event::LogStream { key: key(id), state: StreamState::Again }
}

fn open(id: &str) -> Event {
    Event::LogStream { key: key(id), state: StreamState::Live }
}

fn numbers(range: std::ops::Range<i64>) -> Vec<String> {
    range.map(|n| n.to_string()).collect()
}

#[test]
fn the_newest_lines_are_followed() {
    let mut console = console(1, few());
    console.hear([said("web-1", lines(0, 50))]);
    assert_eq!(shown(&console), numbers(32..50));
    console.hear([said("web-1", lines(50, 55))]);
    assert_eq!(shown(&console), numbers(37..55));
    assert!(console.draw().contains("following"));
}

#[test]
fn a_pause_stands_still_while_lines_come_and_old_ones_go() {
    let mut console = console(1, few());
    console.hear([said("web-1", lines(0, 100))]);
    console.press("p");
    let before = shown(&console);
    assert_eq!(before, numbers(82..100));
    for from in (100..20_000).step_by(100) {
        console.hear([said("web-1", lines(from, from + 100))]);
    }
    let log = console.app.store().log(&key("web-1")).unwrap();
    assert!(log.first() > 100, "what is shown was let go of");
    assert_eq!(shown(&console), before);
    assert!(console.draw().contains("paused, +19 900 new"), "{}", console.draw());
    console.press("g");
    assert_eq!(shown(&console)[0], "0", "all that was there is held");
    console.press("p");
    assert_eq!(shown(&console), numbers(19_982..20_000));
}

#[test]
fn a_pause_stands_still_when_another_instance_tells_of_the_past() {
    let mut console = console(2, few());
    console.hear([said("web-1", lines(0, 40))]);
    console.press("p");
    let before = shown(&console);
    console.hear([said("web-2", lines(10, 40))]);
    assert_eq!(shown(&console), before);
    assert!(console.draw().contains("paused, +30 new"), "{}", console.draw());
    console.press("G");
    assert_ne!(shown(&console), before);
}

#[test]
fn a_pause_stands_still_when_an_instance_comes_or_goes() {
    let mut console = console(2, few());
    console.hear([said("web-2", lines(0, 40))]);
    console.press("p");
    let before = shown(&console);
    let new = running("a-new-one", ServiceId::alone("web"), Some(0));
    console.hear([described(now(), &new), said("a-new-one", lines(0, 40))]);
    assert_eq!(shown(&console), before);
}

#[test]
fn a_pause_before_the_first_line_is_a_pause() {
    let mut console = console(1, few());
    console.press("p");
    console.hear([said("web-1", lines(0, 5))]);
    assert_eq!(shown(&console), Vec::<String>::new());
    assert!(console.draw().contains("paused, +5 new"), "{}", console.draw());
    console.press("p");
    assert_eq!(shown(&console), numbers(0..5));
}

#[test]
fn moving_up_pauses_and_the_end_follows_again() {
    let mut console = console(1, few());
    console.hear([said("web-1", lines(0, 100))]);
    console.press("k k");
    assert_eq!(shown(&console), numbers(82..100), "the cursor moves within what is shown");
    assert!(console.draw().contains("paused, +0 new"), "{}", console.draw());
    console.press("C-u C-u");
    assert_eq!(shown(&console), numbers(79..97), "and then takes the lines with it");
    console.hear([said("web-1", lines(100, 101))]);
    assert!(console.draw().contains("paused, +1 new"), "{}", console.draw());
    console.press("G");
    assert_eq!(shown(&console), numbers(83..101));
    assert!(console.draw().contains("following"));
    console.press("g");
    assert_eq!(shown(&console), numbers(0..18));
    console.press("k k k");
    assert_eq!(shown(&console), numbers(0..18));
    console.press("PgDn PgDn PgDn PgDn PgDn PgDn PgDn");
    assert!(console.draw().contains("following"), "past the newest line it follows");
}

#[test]
fn at_the_top_all_that_is_kept_is_asked_for_and_comes_anew() {
    let mut console = console(1, few());
    console.hear([said("web-1", lines(50, 100))]);
    console.press("g");
    assert!(console.demand().deep.is_empty(), "first to the oldest line that is there");
    assert!(console.draw().contains("g reads what is older"), "{}", console.draw());
    console.press("g");
    assert!(console.demand().deep.contains(&key("web-1")));
    console.press("Space j Space e");
    console.hear([again("web-1"), open("web-1"), said("web-1", lines(0, 70))]);
    assert_eq!(shown(&console), numbers(50..68), "what is held is read on meanwhile");
    assert!(console.draw().contains("reading what is older"), "{}", console.draw());
    console.press("e");
    console.hear([said("web-1", lines(70, 100))]);
    assert!(console.draw().contains("reading what is older"), "there may be more");
    console.hear([live("web-1")]);
    assert_eq!(shown(&console)[..17], numbers(50..67), "the place is kept");
    let copied = console.press("y");
    assert!(format!("{copied:?}").contains("line 50"), "so are the marks: {copied:?}");
    console.press("k k k");
    assert_eq!(shown(&console)[..17], numbers(48..65), "and there is more above it");
    console.press("g");
    assert_eq!(shown(&console)[0], "0");
    console.press("g");
    assert!(console.draw().contains("nothing older"), "{}", console.draw());
}

/// A log that comes anew, with other lines between than its times tell apart.
fn read_again(console: &mut Console, lines: impl Fn(i64, i64) -> Vec<LogLine>) {
    console.hear([again("web-1"), open("web-1"), said("web-1", lines(0, 100)), live("web-1")]);
}

#[test]
fn what_is_marked_stays_marked_wherever_one_is_when_older_lines_come() {
    let plain = |from: i64, to: i64| -> Vec<LogLine> {
        (from..to)
            .map(|n| LogLine { at: Some(after(0)), ..line(now(), &format!("line {n}")) })
            .collect()
    };
    for keys in ["", "G"] {
        let mut console = console(1, few());
        console.hear([said("web-1", plain(50, 100))]);
        console.press("k k Space g g");
        console.press(keys);
        read_again(&mut console, plain);
        let copied = console.press("y");
        assert!(format!("{copied:?}").contains("line 97\""), "{keys}: {copied:?}");
        assert!(!console.draw().contains("reading what is older"), "{}", console.draw());
    }
}

#[test]
fn what_cannot_be_read_again_is_said_to_be_all() {
    let mut console = console(1, few());
    console.hear([said("web-1", lines(0, 30)), lost(now(), 1, after(2))]);
    console.press("g g");
    assert!(console.draw().contains("there is nothing older that is kept"), "{}", console.draw());
}

#[test]
fn a_pause_holds_what_was_said_before_although_it_comes_later() {
    let mut console = console(1, few());
    console.hear([open("web-1")]);
    console.press("p");
    assert!(console.draw().contains("paused, older lines still come in"), "{}", console.draw());
    console.hear([said("web-1", lines(0, 30))]);
    assert_eq!(shown(&console), numbers(12..30));
    console.hear([said("web-1", lines(30, 50)), live("web-1")]);
    assert_eq!(shown(&console), numbers(32..50));
    console.hear([said("web-1", lines(50, 60))]);
    assert!(console.draw().contains("paused, +10 new"), "{}", console.draw());
}

#[test]
fn what_is_held_is_read_to_its_end_before_what_came_meanwhile() {
    let mut console = console(1, few());
    let error = |n: i64| {
        let told = Told { level: Some(Severity::Error), ..Told::default() };
        LogLine { told, ..line(after(n), &format!("line {n} failed")) }
    };
    let some = |from: i64, to: i64| -> Vec<LogLine> {
        (from..to).map(|n| if n % 10 == 5 { error(n) } else { lines(n, n + 1).remove(0) }).collect()
    };
    console.hear([said("web-1", some(0, 30))]);
    console.press("p g");
    console.hear([said("web-1", some(30, 20_000))]);
    let copied = |console: &mut Console| format!("{:?}", console.press("y"));
    console.press("e e e");
    assert!(copied(&mut console).contains("line 25 failed"), "{}", console.draw());
    console.press("e");
    assert!(!copied(&mut console).contains("line 35 failed"), "that one is gone");
    assert!(console.draw().contains("lines between are no longer kept"), "{}", console.draw());
}

#[test]
fn reading_on_past_a_pause_leaves_no_line_out() {
    let mut console = console(1, few());
    console.hear([said("web-1", lines(0, 30))]);
    console.press("p");
    console.hear([said("web-1", lines(30, 60))]);
    console.press("j");
    assert_eq!(shown(&console), numbers(13..31));
    console.press("PgDn");
    assert_eq!(shown(&console), numbers(30..48));
}

#[test]
fn with_wrapped_lines_the_first_one_can_be_reached() {
    let mut console = console(1, few());
    let long = |n: i64| line(after(n), &format!("line {n} {}", "x".repeat(150)));
    console.hear([said("web-1", (0..60).map(long).collect())]);
    console.press("w g");
    assert!(console.draw().contains("line 0 "), "{}", console.draw());
    console.press("G");
    assert!(console.draw().contains("line 59 "), "{}", console.draw());
}

#[test]
fn a_resize_keeps_the_place_in_the_logs() {
    let mut console = console(1, few());
    console.hear([said("web-1", lines(0, 100))]);
    console.press("PgUp PgUp");
    let last = shown(&console).pop();
    console.resize(120, 40);
    assert_eq!(shown(&console).pop(), last);
    console.resize(60, 16);
    assert_eq!(shown(&console).pop(), last);
}

#[test]
fn selecting_another_service_follows_its_newest_lines() {
    let mut console = console(1, few());
    let other = running("zeta", ServiceId::alone("zeta"), None);
    console.hear([described(now(), &other), said("zeta", lines(0, 60))]);
    console.hear([said("web-1", lines(100, 200))]);
    console.press("p 1 j 2");
    assert_eq!(shown(&console).last().map(String::as_str), Some("59"));
}

#[test]
fn what_was_dropped_is_counted_and_shown() {
    let mut console = console(1, few());
    console.hear([Event::Logged { key: key("web-1"), at: now(), lines: lines(0, 3), dropped: 0 }]);
    assert!(!console.draw().contains("dropped"));
    console.hear([Event::Logged { key: key("web-1"), at: now(), lines: vec![], dropped: 1234 }]);
    assert!(console.draw().contains("1 234 lines dropped"), "{}", console.draw());
}

#[test]
fn a_broken_stream_says_why_and_an_empty_one_that_it_is() {
    let mut console = console(1, few());
    assert!(console.draw().contains("No output yet."), "{}", console.draw());
    let fault = midwatch::model::Fault::new(midwatch::model::FaultKind::Other, "no log driver");
    let state = StreamState::Broken { fault };
    console.hear([Event::LogStream { key: key("web-1"), state }]);
    assert!(console.draw().contains("No logs: no log driver"), "{}", console.draw());
}

#[test]
fn lines_of_an_instance_that_is_gone_are_not_kept() {
    let mut console = console(1, few());
    let id = midwatch::model::InstanceId::new("web-1");
    console.hear([crate::console::facts::fact(now(), EngineFact::Removed { id })]);
    console.hear([said("web-1", lines(0, 3)), live("web-1")]);
    assert!(console.app.store().log(&key("web-1")).is_none());
}
