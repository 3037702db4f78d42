//! The Logs pane: filtering, searching, jumping, marking, taking lines out.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use midwatch::{
    app::Effect,
    model::{
        Event, Format, InstanceKey, LogLine, LogOrigin, LogReading, LogSourceSpec, PatternSpec,
        SavedFilter, SavedIn, ServiceId, Severity, Stack, StreamState, Told,
    },
    text::Clean,
    ui::{TakenLine, panes::logs::Purpose},
};

use crate::console::{
    Console, Setup,
    facts::{described, key, line, live, lost, running, said},
    now,
};

pub(crate) fn after(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

pub(crate) fn told(n: i64, level: Option<Severity>, text: &str) -> LogLine {
    let told = Told { level, ..Told::default() };
    LogLine { told, ..line(after(n), text) }
}

/// A hundred lines, a second apart: an error every tenth, a warning every twenty-fifth.
pub(crate) fn lines() -> Vec<LogLine> {
    (0..100)
        .map(|n| match n {
            _ if n % 10 == 7 => told(n, Some(Severity::Error), &format!("line {n} timed out")),
            _ if n % 25 == 3 => told(n, Some(Severity::Warn), &format!("line {n} is slow")),
            _ => told(n, Some(Severity::Info), &format!("line {n} is fine")),
        })
        .collect()
}

/// One service with these lines, over the whole screen.
pub(crate) fn console_with(setup: &Setup, lines: Vec<LogLine>) -> Console {
    let mut console = Console::start(setup);
    let web = running("web-1", ServiceId::alone("web"), Some(1));
    console.hear([described(now(), &web), live("web-1"), said("web-1", lines)]);
    console.press("2 z");
    console
}

pub(crate) fn console() -> Console {
    console_with(&Setup { size: (100, 24), ..Setup::default() }, lines())
}

/// The numbers of the lines that are shown.
pub(crate) fn shown(console: &Console) -> Vec<i64> {
    let number = |row: String| {
        let rest = row.split("line ").nth(1)?.to_owned();
        rest.split(' ').next()?.parse().ok()
    };
    console.lines_with(" line ").into_iter().filter_map(number).collect()
}

fn texts(lines: &[TakenLine]) -> Vec<&str> {
    lines.iter().map(|line| line.text.as_str()).collect()
}

/// The line that the cursor is on, as far as copying tells.
pub(crate) fn at_cursor(console: &mut Console) -> String {
    match &console.press("y")[..] {
        [Effect::Copy(lines)] => texts(lines).join("|"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_filter_is_seen_while_it_is_typed_and_taken_back() {
    let mut console = console();
    console.press("f");
    console.type_text("level>=error");
    assert_eq!(shown(&console), [7, 17, 27, 37, 47, 57, 67, 77, 87, 97]);
    assert!(console.draw().contains("10 of 100 lines"), "{}", console.draw());
    assert!(console.app.wanted_scan(Purpose::Filter).is_some());
    console.press("Esc");
    assert_eq!(console.app.wanted_scan(Purpose::Filter), None);
    assert_eq!(shown(&console).last(), Some(&99));
    assert!(!console.draw().contains("level>=error"), "{}", console.draw());
}

#[test]
fn a_filter_stays_and_sifts_what_comes_until_esc_takes_it_away() {
    let mut console = console();
    console.press("f");
    console.type_text("timed not text~9");
    console.press("Enter");
    assert_eq!(shown(&console), [7, 17, 27, 37, 47, 57, 67, 77, 87]);
    console.hear([said("web-1", vec![told(200, None, "line 200 timed out")])]);
    assert_eq!(shown(&console).last(), Some(&200));
    console.hear([said("web-1", vec![told(201, None, "line 201 is fine")])]);
    assert_eq!(shown(&console).last(), Some(&200));
    console.press("Esc");
    assert_eq!(shown(&console).last(), Some(&201));
}

#[test]
fn what_is_no_filter_says_why_and_leaves_the_last_one_in_force() {
    let mut console = console();
    console.press("f");
    console.type_text("level>=error x=");
    let draw = console.draw();
    assert!(draw.contains("`x` is nothing to filter by"), "{draw}");
    console.press("Enter");
    assert!(console.draw().contains("filter level>=error x="), "it stays: {}", console.draw());
    console.press("Esc");
    assert_eq!(shown(&console).last(), Some(&99));
}

#[test]
fn words_on_the_screen_complete_a_filter() {
    let mut console = console();
    console.press("f");
    console.type_text("serv");
    console.press("Tab");
    assert!(console.draw().contains("service="), "{}", console.draw());
    console.press("Tab");
    assert!(console.draw().contains("service=web"), "{}", console.draw());
}

#[test]
fn a_search_hides_nothing_and_steps_from_match_to_match() {
    let mut console = console();
    console.press("/");
    console.type_text("time(d )?out");
    console.press("Enter");
    assert!(console.draw().contains("found in 10 lines"), "{}", console.draw());
    assert_eq!(at_cursor(&mut console), "line 97 timed out");
    assert!(shown(&console).contains(&98), "nothing is hidden");
    console.press("N N");
    assert_eq!(at_cursor(&mut console), "line 77 timed out");
    console.press("n");
    assert_eq!(at_cursor(&mut console), "line 87 timed out");
    console.press("n n");
    assert_eq!(at_cursor(&mut console), "line 97 timed out");
    assert!(console.draw().contains("no match after this line"), "{}", console.draw());
}

#[test]
fn a_search_counts_only_what_a_filter_shows() {
    let mut console = console();
    console.press("/");
    console.type_text("line .7");
    console.press("Enter f");
    console.type_text("not text~[5-9]7");
    console.press("Enter");
    assert!(console.draw().contains("found in 4 lines"), "{}", console.draw());
}

#[test]
fn errors_and_warnings_are_jumped_to() {
    let mut console = console();
    console.press("E");
    assert_eq!(at_cursor(&mut console), "line 97 timed out");
    console.press("E [");
    assert_eq!(at_cursor(&mut console), "line 78 is slow");
    console.press("] e");
    assert_eq!(at_cursor(&mut console), "line 97 timed out");
}

#[test]
fn a_time_is_gone_to() {
    let mut console = console();
    console.press("@");
    // The console's clock is at the first line: seconds are counted back from it.
    console.type_text("2026-11-20T03:13:11Z");
    console.press("Enter");
    assert_eq!(at_cursor(&mut console), "line 30 is fine");
    console.press("@");
    console.type_text("yesterdayish");
    assert!(console.draw().contains("is not a time"), "{}", console.draw());
}

#[test]
fn a_time_that_is_typed_in_the_palette_is_gone_to() {
    let mut console = console();
    let goto = |console: &mut Console, typed: &str| {
        console.press(":");
        console.type_text(typed);
        console.press("Enter");
    };
    goto(&mut console, "goto 2026-11-20T03:13:11Z");
    assert_eq!(at_cursor(&mut console), "line 30 is fine");
    console.now = after(100);
    goto(&mut console, "goto -15s");
    assert_eq!(at_cursor(&mut console), "line 85 is fine");
    goto(&mut console, "goto soon");
    assert!(console.draw().contains("`soon` is not a time: write 10m"), "{}", console.draw());
    assert_eq!(at_cursor(&mut console), "line 85 is fine");
    console.press(":");
    console.type_text("goto");
    assert!(console.draw().contains("goto …"), "{}", console.draw());
    console.press("Enter");
    console.type_text("03:13:11");
    assert!(console.draw().contains("go to 03:13:11"), "{}", console.draw());
    console.press("Enter");
    assert_eq!(at_cursor(&mut console), "line 30 is fine");
}

#[test]
fn marked_lines_are_jumped_between_and_copied_together() {
    let mut console = console();
    console.press("E Space E E Space G");
    assert!(console.draw().contains("2 marked"), "{}", console.draw());
    console.press("k \"");
    console.press("\"");
    assert_eq!(at_cursor(&mut console), "line 77 timed out|line 97 timed out");
    console.press("u");
    assert_eq!(at_cursor(&mut console), "line 77 timed out");
    console.press("' ");
    assert!(!console.draw().contains("marked "), "{}", console.draw());
}

#[test]
fn what_stands_in_the_pane_is_copied_dumped_and_exported() {
    let mut console = console();
    let [Effect::Copy(lines)] = &console.press("Y")[..] else { panic!() };
    let lines = texts(lines);
    assert_eq!(
        (lines.first().unwrap(), lines.last().unwrap()),
        (&"line 82 is fine", &"line 99 is fine")
    );
    let [Effect::Dump(lines)] = &console.press("D")[..] else { panic!() };
    assert_eq!(texts(lines).last().unwrap(), &"2026-11-20T03:14:20.000+00:00 line 99 is fine");
    assert!(matches!(&console.press("S")[..], [Effect::Export(_)]));
}

#[test]
fn an_export_holds_what_the_filter_shows_by_time_and_without_secrets() {
    let mut lines = lines();
    lines.push(told(100, Some(Severity::Error), "line 100 password=hunter2"));
    let mut console = console_with(&Setup::default(), lines);
    console.press("f");
    console.type_text("level>=error");
    console.press("Enter");
    let [Effect::Export(job)] = &console.press("J")[..] else { panic!() };
    let folder = tempfile::tempdir().unwrap();
    let exported = job.0.run(folder.path(), midwatch::logs::Redactor::default()).unwrap();
    assert_eq!(exported.lines, 11);
    let text = std::fs::read_to_string(&exported.file).unwrap();
    assert_eq!(text.lines().count(), 11);
    assert!(text.lines().all(|line| line.contains(r#""level":"error""#)), "{text}");
    assert!(text.contains("line 100") && !text.contains("hunter2"), "{text}");
}

#[test]
fn a_record_opens_whole_with_what_is_known_of_it() {
    let json = r#"{"msg":"boom","nested":{"esc":"a\u001b[2Jb"},"user_id":42}"#;
    let told = Told {
        format: Format::Json,
        level: Some(Severity::Error),
        is_guess: true,
        ..Told::default()
    };
    let lines = vec![LogLine { told, ..line(after(1), json) }];
    let mut console = console_with(&Setup::default(), lines);
    assert!(console.draw().contains("boom nested.esc="), "{}", console.draw());
    console.press("k Enter");
    let draw = console.draw();
    assert!(draw.contains("error, a guess from its words"), "{draw}");
    assert!(draw.contains(r#""user_id": 42"#), "{draw}");
    assert!(!draw.contains('\u{1b}'), "{draw}");
}

#[test]
fn what_an_access_log_says_of_a_request_is_not_said_twice() {
    let text = r#"10.0.0.7 - - [20/Nov/2026:03:12:42 +0000] "POST /b HTTP/1.1" 502 7 "-" "curl/8""#;
    let told = Told { format: Format::Access, ..Told::default() };
    let lines = vec![LogLine { told, ..line(after(1), text) }];
    let mut console = console_with(&Setup { size: (140, 24), ..Setup::default() }, lines);
    let shown = "\"POST /b HTTP/1.1\" 502 7 client=10.0.0.7 agent=curl/8 ";
    assert!(console.draw().contains(shown), "{}", console.draw());
    console.press("c");
    console.type_text("status");
    console.press("Enter");
    assert!(console.draw().contains("HTTP/1.1\" 502 7 status=502"), "{}", console.draw());
}

#[test]
fn chosen_fields_stand_behind_the_message_and_no_others() {
    let json = r#"{"msg":"done","path":"/x","status":200}"#;
    let told = Told { format: Format::Json, ..Told::default() };
    let lines = vec![LogLine { told, ..line(after(1), json) }];
    let mut console = console_with(&Setup::default(), lines);
    assert!(console.draw().contains("done path=/x status=200"), "{}", console.draw());
    console.press("c");
    console.type_text("sta");
    console.press("Tab Enter");
    assert!(console.draw().contains("done status=200"), "{}", console.draw());
    console.press("v");
    assert!(console.draw().contains(r#"{"msg":"done""#), "{}", console.draw());
}

#[test]
fn repeated_lines_are_folded_with_their_count() {
    let mut lines = vec![told(0, None, "line 0 is fine")];
    lines.extend((1..=5).map(|n| told(n, None, "line 1 refused")));
    let mut console = console_with(&Setup::default(), lines);
    assert_eq!(shown(&console), [0, 1, 1, 1, 1, 1]);
    console.press("d");
    assert_eq!(shown(&console), [0, 1]);
    assert!(console.draw().contains("(5 times)"), "{}", console.draw());
}

#[test]
fn the_time_since_the_line_before_is_shown_on_request() {
    let mut console = console();
    console.press("t t t");
    assert!(console.lines_with("line 99 ")[0].contains("+1.000"), "{}", console.draw());
}

#[test]
fn a_trace_is_shown_with_the_record_that_it_belongs_to() {
    let trace = |n, text: &str, continues| {
        let told = Told { level: Some(Severity::Error), continues, ..Told::default() };
        LogLine { told, ..line(after(n), text) }
    };
    let lines = vec![
        told(0, None, "line 0 is fine"),
        trace(1, "line 1 failed", false),
        trace(1, "  File main.py", true),
        trace(1, "ValueError: no", true),
    ];
    let mut console = console_with(&Setup::default(), lines);
    console.press("f");
    console.type_text("text~ValueError");
    console.press("Enter");
    let draw = console.draw();
    assert!(draw.contains("line 1 failed") && draw.contains("main.py"), "{draw}");
    assert!(!draw.contains("line 0"), "{draw}");
}

fn stack() -> Stack {
    let source = |name: &str, service: Option<&str>| LogSourceSpec {
        name: Clean::new(name),
        origin: LogOrigin::Files(format!("/var/log/{name}.log")),
        service: service.map(Clean::new),
        tail: 500,
        reading: LogReading::default(),
    };
    Stack {
        logs: vec![source("audit", Some("web")), source("cron", None)],
        patterns: vec![PatternSpec {
            name: Clean::new("timeouts"),
            matches: "timed out".into(),
            within: vec![],
            not: None,
            level: None,
            alert: None,
            runbook: None,
        }],
        filters: vec![SavedFilter {
            name: Clean::new("slow"),
            expression: Clean::new("text~slow"),
            saved_in: SavedIn::StackFile,
        }],
        ..Stack::default()
    }
}

fn source_said(name: &str, text: &str) -> [Event; 2] {
    let key = InstanceKey::of_source(name);
    let state = Event::LogStream { key: key.clone(), state: StreamState::Current };
    let lines = vec![line(after(300), text)];
    [state, Event::Logged { key, at: now(), lines, dropped: 0 }]
}

#[test]
fn the_sources_of_a_service_are_shown_with_it_and_others_when_they_are_chosen() {
    let mut console = console_with(&Setup { stack: stack(), ..Setup::default() }, lines());
    let audit = InstanceKey::of_source("audit");
    let cron = InstanceKey::of_source("cron");
    assert!(console.demand().logs.contains_key(&audit));
    assert!(!console.demand().logs.contains_key(&cron));
    console.hear(source_said("audit", "somebody logged in"));
    assert!(console.draw().contains("somebody logged in"), "{}", console.draw());
    console.press("s j Space Esc");
    assert!(console.demand().logs.contains_key(&cron));
    console.hear(source_said("cron", "nightly job"));
    assert!(console.draw().contains("nightly job"), "{}", console.draw());
    console.press("s j Space Esc");
    assert!(!console.draw().contains("nightly job"), "{}", console.draw());
}

#[test]
fn the_list_of_sources_tells_what_is_shown_with_its_service_from_what_was_chosen() {
    let mut console = console_with(&Setup { stack: stack(), ..Setup::default() }, lines());
    let says = |console: &Console, sign: &str, words: &str| {
        let rows = console.lines_with("/var/log/audit.log");
        assert!(rows.iter().any(|row| row.contains(sign) && row.contains(words)), "{rows:?}");
    };
    console.press("s");
    says(&console, "[+] audit", "shown with web");
    assert_eq!(console.lines_with("[ ] cron").len(), 1, "{}", console.draw());
    console.press("Space");
    says(&console, "[x] audit", "with web");
    assert!(console.draw().contains("audit now stays"), "{}", console.draw());
    console.press("Space");
    says(&console, "[+] audit", "shown with web");
    assert!(console.draw().contains("is shown as long as web is"), "{}", console.draw());
    // What is shown needs not be chosen to be seen.
    console.press("Enter");
    assert!(console.app.selection().sources.is_empty());
}

#[test]
fn lines_of_a_source_are_of_the_service_that_it_goes_with() {
    let mut console = console_with(&Setup { stack: stack(), ..Setup::default() }, lines());
    console.hear(source_said("audit", "somebody logged in"));
    let wanted = |console: &mut Console, filter: &str| {
        console.press("f C-u");
        console.type_text(filter);
        console.press("Enter");
        console.draw().contains("somebody logged in")
    };
    assert!(wanted(&mut console, "service=web"), "{}", console.draw());
    assert!(wanted(&mut console, "instance=audit"), "{}", console.draw());
    assert!(!wanted(&mut console, "service=audit"), "{}", console.draw());
    console.press("s j Space Esc");
    console.hear(source_said("cron", "somebody logged in"));
    assert!(wanted(&mut console, "service=cron instance=cron"), "{}", console.draw());
}

#[test]
fn sources_too_are_read_from_further_back_and_what_is_deep_stays_so() {
    let mut console = console_with(&Setup { stack: stack(), ..Setup::default() }, lines());
    console.press("g g");
    let deep = BTreeSet::from([key("web-1"), InstanceKey::of_source("audit")]);
    assert_eq!(console.demand().deep, deep);
    console.hear([lost(now(), 1, after(5))]);
    assert!(!console.demand().logs.contains_key(&key("web-1")));
    assert_eq!(console.demand().deep, deep, "its engine will be back");
}

#[test]
fn a_saved_filter_is_offered_by_its_name() {
    let mut console = console_with(&Setup { stack: stack(), ..Setup::default() }, lines());
    console.press("f");
    assert!(console.draw().contains("saved as slow"), "{}", console.draw());
    console.type_text("slo");
    console.press("Tab Enter");
    assert_eq!(shown(&console), [3, 28, 53, 78]);
}

#[test]
fn a_filter_of_the_settings_is_offered_as_such() {
    let mut stack = stack();
    stack.add_filters([SavedFilter {
        name: Clean::new("late"),
        expression: Clean::new("timed"),
        saved_in: SavedIn::Settings,
    }]);
    let mut console = console_with(&Setup { stack, ..Setup::default() }, lines());
    console.press("f");
    console.type_text("la");
    assert!(console.draw().contains("saved as late in your settings"), "{}", console.draw());
    console.press("Tab Enter");
    assert_eq!(shown(&console).len(), 10);
}

#[test]
fn what_patterns_count_is_shown() {
    let mut console = console_with(&Setup { stack: stack(), ..Setup::default() }, lines());
    console.now = after(150);
    assert!(console.draw().contains("timeouts: "), "{}", console.draw());
    assert!(console.draw().contains("10 in 10 min"), "{}", console.draw());
}

#[test]
fn pasted_text_is_text_for_the_filter_and_nothing_else() {
    let mut console = console();
    console.press("f");
    console.paste("timed\nG q");
    assert_eq!(shown(&console).len(), 10);
    console.press("Enter");
    assert!(console.draw().contains("filter: timed"), "{}", console.draw());
}
