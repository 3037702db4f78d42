//! Dialogs show all that they have, and say what they hold back.

use midwatch::{
    app::Effect,
    model::{
        EngineFact, Event, Exit, Fault, FaultKind, Health, HealthRecord, Inspection, Instance,
        Pressure, Sample, ServiceId, inspect::Row,
    },
    text::{Clean, width::width},
};

use crate::console::{
    Console, Setup, ago,
    facts::{checked, described, fact, key, running},
    now,
};

/// A console on one service that is all there is, with its detail open.
fn detail_of(instance: &Instance) -> Console {
    let setup = Setup { size: (80, 24), ..Setup::default() };
    let mut console = Console::of(&setup, vec![described(now(), instance)]);
    console.press("Enter");
    console
}

/// What is inside the dialog, its rows as one line of words.
fn words(console: &Console) -> String {
    let draw = console.draw();
    let rows = draw.lines().filter_map(|line| line.split('┃').nth(1));
    rows.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

/// An instance of which there is more to tell than a screen holds.
fn talkative() -> Instance {
    let reason = "dial tcp 10.0.0.7:6379: i/o timeout after 5001 ms while reading the \
                  greeting of the second replica in the list";
    let mut api = running("api-1", ServiceId::in_stack("shop", "api"), Some(1));
    api = checked(api, Health::Unhealthy, &[reason, "a second line", "a third line"]);
    api.command = Clean::new(&format!("/usr/bin/server {} --last-flag", "--flag=value ".repeat(9)));
    let error = "failed to create task: exec: \"/usr/bin/sever\": no such file or directory, \
                 which ends with these words";
    let detail = api.detail.get_or_insert_default();
    detail.exit = Some(Exit { code: 127, oom_killed: false, error: Some(Clean::new(error)) });
    for n in 0..12 {
        let name = format!("com.docker.compose.project.config_files.number-{n}");
        let value = format!("/srv/stacks/shop/a/rather/long/path/compose.override.{n}.yaml");
        api.labels.insert(Clean::new(&name), Clean::new(&value));
    }
    api
}

/// An instance that was started a minute ago, after a run that ended ten seconds before.
fn again() -> Instance {
    let mut api = running("api-1", ServiceId::in_stack("shop", "api"), Some(1));
    let detail = api.detail.get_or_insert_default();
    (detail.started_at, detail.finished_at) = (Some(ago(60)), Some(ago(70)));
    api
}

#[test]
fn a_detail_of_what_is_up_tells_how_the_run_before_ended() {
    let ended = "last run ended 2026-11-20 03:11:31 UTC (1m ago)";
    assert!(words(&detail_of(&again())).contains(ended));
    let exit = |code, oom_killed| {
        let mut api = again();
        let detail = api.detail.get_or_insert_default();
        detail.exit = Some(Exit { code, oom_killed, error: None });
        words(&detail_of(&api))
    };
    assert!(exit(3, false).contains(&format!("{ended}: exit 3 ")), "{}", exit(3, false));
    assert!(exit(137, true).contains(&format!("{ended}: killed for memory (137)")));
}

#[test]
fn a_detail_tells_of_kills_that_the_engine_forgot() {
    let mut api = again();
    api.detail.get_or_insert_default().finished_at = None;
    let kill = |at| fact(at, EngineFact::OutOfMemory { id: api.id.clone() });
    let setup = Setup { size: (120, 36), ..Setup::default() };
    let events = vec![described(ago(80), &api), kill(ago(70)), described(ago(60), &again())];
    let mut console = Console::of(&setup, events);
    console.press("Enter");
    let told = words(&console);
    assert!(told.contains("03:11:31 UTC (1m ago): killed for memory "), "{told}");
    console.hear([kill(ago(30))]);
    let told = words(&console);
    assert!(told.contains("killed a process, for memory: 2026-11-20 03:12:11"), "{told}");
    console.hear([kill(ago(10))]);
    let told = words(&console);
    assert!(told.contains("2 processes, for memory, the last: 2026-11-20 03:12:31"), "{told}");
}

#[test]
fn a_detail_says_why_there_are_no_numbers() {
    let mut console = detail_of(&running("api-1", ServiceId::in_stack("shop", "api"), Some(1)));
    let fault = Fault::new(FaultKind::Denied, "a proxy does not allow this call");
    console.hear([Event::NotSampled { key: key("api-1"), fault }]);
    let seen = words(&console);
    assert!(seen.contains("stats no numbers: a proxy does not allow this call"), "{seen}");
}

#[test]
fn a_detail_says_how_many_readings_were_dropped() {
    let mut console = detail_of(&running("api-1", ServiceId::in_stack("shop", "api"), Some(1)));
    let sample = Box::new(Sample::empty(now()));
    console.hear([Event::Sampled { key: key("api-1"), at: now(), sample, dropped: 3 }]);
    let seen = words(&console);
    assert!(seen.contains("from the engine's API 3 readings dropped: too fast"), "{seen}");
}

#[test]
fn a_detail_says_for_what_its_tasks_wait() {
    let mut console = detail_of(&running("api-1", ServiceId::in_stack("shop", "api"), Some(1)));
    assert!(!words(&console).contains("waiting"), "{}", words(&console));
    let pressure = |some_share, full_share| Some(Pressure { some_share, full_share });
    let sample = Box::new(Sample {
        cpu_pressure: pressure(0.03, None),
        memory_pressure: pressure(0.4, Some(0.2)),
        io_pressure: pressure(0.25, Some(0.0)),
        ..Sample::empty(now())
    });
    console.hear([Event::Sampled { key: key("api-1"), at: now(), sample, dropped: 0 }]);
    let seen = words(&console);
    let told =
        "waiting for CPU 3.0% ✗ for memory 40% (bad) ▲ for disks 25% (warning) of the last 10s";
    assert!(seen.contains(told), "{seen}");
}

#[test]
fn a_detail_cuts_nothing() {
    let mut console = detail_of(&talkative());
    let mut seen = words(&console);
    while console.draw().contains(" more ") {
        console.press("C-d");
        seen.push_str(&words(&console));
    }
    assert!(!seen.contains('…'), "{seen}");
    for told in ["--last-flag", "which ends with these words", "second replica in the list"] {
        assert!(seen.contains(told), "{told}: {seen}");
    }
    let dense = seen.replace(' ', "");
    assert!(dense.contains("config_files.number-9=/srv/stacks"), "{seen}");
    assert!(dense.contains("compose.override.9.yaml"), "{seen}");
}

#[test]
fn a_detail_says_how_much_is_below_and_which_key_shows_it() {
    let mut console = detail_of(&talkative());
    assert!(console.draw().contains("PgDn page down"), "{}", console.draw());
    assert!(!console.draw().contains("page up"), "{}", console.draw());
    let first = console.draw();
    console.press("j");
    assert_ne!(console.draw(), first, "there is one instance: j moves what is told of it");
    console.press("G");
    let last = console.draw();
    assert!(!last.contains(" more ") && !last.contains("PgDn"), "{last}");
    assert!(last.contains("PgUp page up"), "{last}");
    console.press("PgUp PgUp PgUp PgUp PgUp PgUp");
    assert_eq!(console.draw(), first);
}

#[test]
fn another_instance_is_told_of_from_its_beginning() {
    let mut console = Console::fresh((80, 24));
    console.press("Enter PgDn");
    assert!(!console.draw().contains("id        api-2"), "{}", console.draw());
    console.press("j");
    assert!(console.draw().contains("id        api-3"), "{}", console.draw());
}

#[test]
fn a_long_name_leaves_the_condition_its_room() {
    let name = "long-name-".repeat(20);
    let api = checked(running("api-1", ServiceId::alone(&name), None), Health::Unhealthy, &[]);
    let console = detail_of(&api);
    let told = console.lines_with("unhealthy, 5 checks failed in a row ");
    assert_eq!(told.len(), 2, "title and row: {}", console.draw());
    assert!(told.iter().all(|line| line.contains("long-name-")), "{told:?}");
}

#[test]
fn a_check_passed_or_failed_and_only_a_telling_code_is_shown() {
    let record =
        |seconds, exit_code| HealthRecord { at: Some(ago(seconds)), exit_code, output: vec![] };
    let mut api = running("api-1", ServiceId::in_stack("shop", "api"), Some(1));
    let detail = api.detail.get_or_insert_default();
    detail.health_log = vec![record(90, 0), record(60, 1), record(30, 137)];
    let seen = words(&detail_of(&api));
    assert!(seen.contains("(30s ago) failed (exit 137)"), "{seen}");
    assert!(seen.contains("(1m ago) failed 2026"), "{seen}");
    assert!(seen.contains("(1m ago) passed"), "{seen}");
}

#[test]
fn an_inspection_cuts_nothing() {
    let mut console = detail_of(&running("api-1", ServiceId::in_stack("shop", "api"), Some(1)));
    console.press("i");
    let mut inspection = Inspection::default();
    let path = format!("/usr/local/bin:{}/the/last/part", "/opt/tools/bin:".repeat(20));
    inspection.push("Container", vec![Row::text("Path", &path)]);
    let name = "com.docker.compose.project.working_dir_of_the_stack";
    inspection.push("Labels", (0..30).map(|_| Row::text(name, "/srv")).collect());
    console.hear([Event::Inspected { key: key("api-1"), at: console.now, result: Ok(inspection) }]);
    let first = words(&console);
    assert!(!first.contains('…') && first.contains("/the/last/part"), "{first}");
    assert!(console.draw().contains(" more ") && console.draw().contains("PgDn page down"));
    assert!(first.replace(' ', "").contains("g_dir_of_the_stack"), "{first}");
    console.press("G");
    assert!(!console.draw().contains(" more "), "{}", console.draw());
}

#[test]
fn a_begun_name_never_opens_a_shell_because_of_a_description() {
    let mut console = detail_of(&running("api-1", ServiceId::in_stack("shop", "api"), Some(1)));
    console.press("Esc :");
    console.type_text("ins");
    assert_eq!(console.press("Enter"), [Effect::Inspect(key("api-1"))]);
}

#[test]
fn the_theme_picker_leaves_what_it_previews_in_sight() {
    for size in [(60, 16), (80, 24), (120, 36)] {
        let mut console = Console::fresh(size);
        console.press("T");
        let draw = console.draw();
        assert_eq!(console.lines_with("┃").len(), 6, "a row for each theme: {draw}");
        for service in ["api ", "cache ", "db ", "worker "] {
            assert!(draw.contains(&format!(" {service}")), "{service}: {draw}");
        }
        let frame = draw.lines().find(|line| line.contains('┏')).unwrap_or_default();
        assert!(frame.ends_with('┓'), "at the right edge: {draw}");
        assert_eq!(width(frame), usize::from(size.0), "{draw}");
    }
}

/// The numbers in a footnote such as "1–20 of 31".
fn part(console: &Console) -> Vec<usize> {
    let frame = console.draw().lines().find(|line| line.contains('┗')).map(str::to_owned);
    let frame = frame.unwrap_or_default();
    frame.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

#[test]
fn help_and_palette_say_which_part_of_them_is_shown() {
    for (open, hidden) in [("?", "One page down"), (":", "go to shop/worker")] {
        let mut console = Console::fresh((80, 24));
        console.press(open);
        assert!(!console.draw().contains(hidden), "`{open}`: {}", console.draw());
        let [first, last, all] = part(&console)[..] else { panic!("{}", console.draw()) };
        assert_eq!(first, 1);
        assert!(last < all, "{last} of {all}");
        console.press("PgDn PgDn PgDn PgDn");
        assert!(console.draw().contains(hidden), "`{open}`: {}", console.draw());
        assert_eq!(part(&console), [all - last + 1, all, all], "{}", console.draw());
    }
    let mut console = Console::fresh((160, 60));
    console.press(":");
    assert!(part(&console).is_empty(), "all is shown: {}", console.draw());
}

#[test]
fn the_help_tells_commands_and_moves_apart() {
    let mut console = Console::fresh((160, 60));
    console.press("2 ?");
    let draw = console.draw();
    let rows: Vec<&str> = draw.lines().filter_map(|line| line.split('┃').nth(1)).collect();
    let at = |words: &str| rows.iter().position(|row| row.contains(words));
    assert_eq!(at("Commands"), Some(0), "{draw}");
    let moves = at("Moving and scrolling").unwrap_or_default();
    assert!(moves > 0 && rows[moves - 1].trim().is_empty(), "{draw}");
    assert!(at("Wrap long lines") < Some(moves) && at("One line up") > Some(moves), "{draw}");
    assert_eq!(rows.iter().filter(|row| row.contains("One line up")).count(), 1, "{draw}");
}
