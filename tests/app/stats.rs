//! The Stats pane: what is read at a time, and what else there is to see.

use std::time::Duration;

use midwatch::{
    app::Msg,
    model::{
        CpuShares, Detail, Disk, Event, Health, HostSample, Instance, Pressure, Sample,
        SampleSource, ServiceId, State,
    },
    ui::theme::Depth,
};

use crate::{
    console::{
        Console, Setup, ago,
        facts::{checked, described, fact, listed, removed, running, sampled},
        key_event, now, world,
    },
    sizes::assert_sound,
};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 50)];

/// The copies of the shop's API: the third was killed for memory and started again, the
/// fourth is a deploy's, the one that it took the place of is gone.
fn copy(n: u32) -> Instance {
    let mut instance = checked(
        running(&format!("api-{n}"), ServiceId::in_stack("shop", "api"), Some(n)),
        Health::Healthy,
        &[],
    );
    if n == 4 {
        instance.created_at = Some(ago(100));
        instance.detail = Some(Detail { started_at: Some(ago(100)), ..Detail::default() });
    }
    instance
}

fn third_again() -> Instance {
    let instance = copy(3);
    let detail = Detail { started_at: Some(ago(180)), restarts: 1, ..Detail::default() };
    Instance { detail: Some(detail), ..instance }
}

/// What one of them used at a second, counted back from now.
fn used(n: u32, back: i64) -> Sample {
    let wave = ((back / 12 + i64::from(n) * 3) % 8) as f64;
    let grown = if n == 3 { (300 - back).rem_euclid(120) as u64 * 3 } else { 40 };
    Sample {
        interval: Some(Duration::from_secs(1)),
        cpu_cores: Some(0.15 + 0.06 * wave),
        cpu_limit_cores: Some(0.5),
        throttled_share: Some(if n == 3 { 0.12 } else { 0.0 }),
        memory_bytes: Some((120 + grown) << 20),
        memory_limit_bytes: Some(512 << 20),
        received_per_second: Some(40_000.0 * (1.0 + wave)),
        sent_per_second: Some(9_000.0 * (1.0 + wave)),
        disk_read_per_second: Some(0.0),
        disk_written_per_second: Some(2_048.0 * wave),
        oom_kills: Some(u64::from(n == 3 && back <= 182)),
        ..Sample::empty(ago(back))
    }
}

/// Five minutes of the API, with twenty seconds in which nobody looked.
fn api() -> Vec<Event> {
    let before = [copy(1), copy(2), copy(3), copy(9)];
    let mut events = vec![fact(ago(301), midwatch::model::EngineFact::Connecting)];
    events.extend(world::fresh().into_iter().take(3));
    events.push(listed(ago(300), &before));
    events.extend(before.iter().map(|instance| described(ago(300), instance)));
    for back in (0..=300).rev().filter(|back| !(200..220).contains(back)) {
        if back == 180 {
            events.push(described(ago(180), &third_again()));
        }
        if back == 100 {
            events.push(described(ago(100), &copy(4)));
            events.push(removed(ago(99), "api-9"));
        }
        let fourth = if back >= 100 { 9 } else { 4 };
        for n in [1, 2, 3, fourth] {
            events.push(sampled(&format!("api-{n}"), &used(n, back)));
        }
        events.push(host(back));
    }
    events
}

fn disk(mount_point: &str, used: u64, inodes_free: u64) -> Disk {
    Disk {
        mount_point: mount_point.into(),
        device: "/dev/vda1".into(),
        file_system: "ext4".into(),
        total_bytes: 100 << 30,
        used_bytes: used << 30,
        available_bytes: (95 - used) << 30,
        inodes_total: Some(1000),
        inodes_free: Some(inodes_free),
    }
}

fn host(back: i64) -> Event {
    let waits = |some_share| Some(Pressure { some_share, full_share: Some(some_share / 8.0) });
    let busy = 0.3 + (back % 40) as f64 / 80.0;
    let sample = HostSample {
        interval: Some(Duration::from_secs(1)),
        cores: Some(4),
        cpu: Some(CpuShares { used: busy, iowait: 0.13, steal: 0.0 }),
        load: Some([5.2, 3.1, 2.2]),
        memory_total_bytes: Some(16 << 30),
        memory_available_bytes: Some(6 << 30),
        swap_total_bytes: Some(2 << 30),
        swap_free_bytes: Some(1 << 30),
        disks: vec![disk("/", 40, 900), disk("/var/lib/docker", 88, 700), disk("/srv", 10, 100)],
        received_per_second: Some(2e6),
        sent_per_second: Some(3e5),
        cpu_pressure: waits(0.04),
        memory_pressure: waits(0.0),
        io_pressure: waits(0.31),
        ..HostSample::empty(ago(back))
    };
    Event::Host { at: ago(back), sample: Box::new(sample) }
}

fn console(setup: &Setup, keys: &str) -> Console {
    let mut console = Console::of(setup, api());
    console.press("3 z");
    console.press(keys);
    console
}

fn at(size: (u16, u16), keys: &str) -> Console {
    console(&Setup { size, ..Setup::default() }, keys)
}

fn assert_views(name: &str, keys: &str) {
    for size in SIZES {
        let shown = at(size, keys).draw();
        assert_snapshot(&format!("{name}-{}x{}", size.0, size.1), &shown);
    }
}

fn assert_snapshot(name: &str, shown: &str) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, shown);
    });
}

#[test]
fn instances_lie_one_upon_the_other_with_what_happened() {
    assert_views("stats-stacked", "");
}

#[test]
fn a_moment_is_read_and_what_happened_then() {
    assert_views("stats-cursor", "\" \"");
}

#[test]
fn the_host() {
    assert_views("stats-host", "v");
}

#[test]
fn use_against_limits() {
    assert_views("stats-limits", "v v");
}

#[test]
fn limits_are_those_of_the_time_in_which_something_was_used() {
    let row = |console: &Console| console.lines_with("api ").remove(0);
    let mut console = at((120, 36), "v v");
    assert!(row(&console).contains("186%   200%  ✗93%"), "{}", row(&console));
    console.wait(20);
    assert!(row(&console).contains("186%   200%  ✗93%"), "a silence: {}", row(&console));
    // One of four goes on by itself.
    console.hear([2, 3, 4].map(|n| removed(console.now, &format!("api-{n}"))));
    console.hear([sampled("api-1", &used(1, -20))]);
    console.wait(3);
    let row = row(&console);
    assert!(row.contains("186%    50%  ✗93%") && row.contains("(limits changed)"), "{row}");
}

#[test]
fn everything_is_ascii_where_that_is_wanted() {
    for (name, keys) in [("stacked", ""), ("cursor", "\""), ("host", "v"), ("limits", "v v")] {
        let setup = Setup { size: (100, 30), ascii: true, depth: Depth::None, ..Setup::default() };
        let shown = console(&setup, keys).draw();
        assert!(shown.is_ascii(), "{shown}");
        assert_snapshot(&format!("stats-ascii-{name}"), &shown);
    }
}

#[test]
fn layers_are_told_apart_without_colours() {
    let setup = Setup { size: (80, 24), depth: Depth::None, ..Setup::default() };
    assert_snapshot("stats-mono-stacked", &console(&setup, "").draw());
}

#[test]
fn what_is_past_its_threshold_has_its_sign_and_its_colour() {
    let console = at((120, 36), "");
    let title = console.lines_with("cpu ").remove(0);
    assert!(title.contains("of 200%") && title.contains("throttled 12%"), "{title}");
    let mut hot = at((120, 36), "");
    hot.now = now();
    for n in 1..=4 {
        let busy = Sample { cpu_cores: Some(0.47), ..used(n, 0) };
        hot.hear([sampled(&format!("api-{n}"), &busy)]);
    }
    let title = hot.lines_with("cpu ").remove(0);
    assert!(title.contains("✗ 188% of 200% (94%)"), "{title}");
}

#[test]
fn an_instance_that_is_worse_off_than_all_together_is_named() {
    let mut console = at((120, 36), "");
    let full = Sample { memory_bytes: Some(500 << 20), ..used(3, 0) };
    console.hear([sampled("api-3", &full)]);
    let title = console.lines_with("mem ").remove(0);
    assert!(title.contains("✗ shop-api-3 98%"), "{title}");
}

#[test]
fn an_old_reading_is_no_alarm() {
    let mut console = at((120, 36), "");
    let full = Sample { memory_bytes: Some(500 << 20), ..used(3, 0) };
    console.hear([sampled("api-3", &full)]);
    for second in 1..=16 {
        console.wait(1);
        console.hear([1, 2, 4].map(|n| sampled(&format!("api-{n}"), &used(n, -second))));
    }
    for title in [console.lines_with("mem "), console.lines_with("cpu ")].map(|mut l| l.remove(0)) {
        assert!(!title.contains("api-3") && !title.contains("throttled"), "{title}");
    }
}

#[test]
fn memory_is_judged_by_its_limit_alone() {
    let mut console = at((120, 36), "");
    for n in 1..=4 {
        let much = Sample {
            source: SampleSource::Kernel,
            memory_bytes: Some(4 << 30),
            memory_limit_bytes: None,
            ..used(n, 0)
        };
        console.hear([sampled(&format!("api-{n}"), &much)]);
    }
    let title = console.lines_with("mem ").remove(0);
    assert!(title.contains("mem  16G  avg"), "as much as the host has: {title}");
}

/// The pane's frame above its inside.
fn title(console: &Console) -> String {
    console.lines_with("3 Stats ").pop().unwrap()
}

#[test]
fn the_title_tells_the_window() {
    let mut console = at((80, 24), "");
    assert!(title(&console).contains("  last 5 min "), "{}", title(&console));
    for (key, words) in [("+", "last 1 min"), ("+", "last 1 min"), ("-", "last 5 min")] {
        console.press(key);
        assert!(title(&console).contains(words), "{}", title(&console));
    }
    console.press("- - -");
    assert!(title(&console).contains("  last 1 h "), "{}", title(&console));
}

#[test]
fn limits_are_judged_by_five_minutes_at_least() {
    let mut console = at((80, 24), "+");
    let why = " limits are judged by 5 min at least ";
    assert!(title(&console).contains("  last 1 min "), "{}", title(&console));
    console.press("v v");
    assert!(title(&console).contains("  last 5 min "), "{}", title(&console));
    assert!(console.draw().contains(why), "{}", console.draw());
    assert!(console.draw().contains("✗93%"), "{}", console.draw());
    console.press("+");
    assert!(title(&console).contains("  last 5 min "), "nothing is shorter: {}", title(&console));
    console.press("-");
    assert!(title(&console).contains("  last 15 min "), "{}", title(&console));
    assert!(!console.draw().contains(why), "{}", console.draw());
    console.press("+ v");
    assert!(title(&console).contains("  last 5 min "), "{}", title(&console));
}

#[test]
fn news_covers_neither_that_it_stands_still_nor_how_much_is_shown() {
    for size in SIZES {
        for keys in ["3 z", "3"] {
            let mut console = Console::of(&Setup { size, ..Setup::default() }, api());
            console.press(keys);
            console.press("p '");
            let drawn = console.draw();
            assert!(drawn.contains("nothing happened after this"), "{drawn}");
            assert!(drawn.contains("‖ paused 0s ago  5 min "), "{drawn}");
        }
    }
}

#[test]
fn a_long_name_leaves_room_for_whether_it_stands_still() {
    let name = "a-service-that-somebody-gave-a-name-of-more-words-than-a-title-has-room-for";
    let instance = running("one", ServiceId::alone(name), None);
    let mut console = Console::of(
        &Setup { size: (80, 24), ..Setup::default() },
        vec![listed(now(), &[instance])],
    );
    console.press("3 z p");
    assert!(title(&console).contains("…  ‖ paused 0s ago  5 min ┓"), "{}", title(&console));
}

#[test]
fn news_that_was_read_goes_with_the_next_key() {
    let mut console = at((80, 24), "p '");
    let is_told = |console: &Console| console.draw().contains("nothing happened after this");
    console.wait(1);
    console.press("F1 Esc");
    assert!(is_told(&console), "{}", console.draw());
    console.wait(1);
    // Also with one that does nothing else.
    assert!(console.tell(Msg::Key(key_event("Z"))).frame.is_some());
    assert!(!is_told(&console), "{}", console.draw());
}

#[test]
fn numbers_of_a_lost_engine_are_stale_and_have_their_age() {
    for keys in ["", "v v"] {
        let mut console = at((80, 24), keys);
        assert!(!title(&console).contains("stale"), "{}", title(&console));
        console.lose_engine();
        assert!(title(&console).contains("  ◷ stale 39s  last 5 min "), "{}", title(&console));
    }
}

#[test]
fn what_is_read_stays_in_sight_in_the_next_view() {
    let mut console = at((120, 36), "+ p v v");
    console.press(&"Left ".repeat(40));
    console.press("v");
    assert!(console.lines_with("cpu ").remove(0).contains(" at 03:10:"), "{}", console.draw());
}

#[test]
fn a_maximum_that_may_be_less_is_told_as_one() {
    let mut console = at((120, 36), "");
    assert!(console.lines_with("cpu ").remove(0).contains("max 186%"));
    console.press("- -");
    assert!(console.lines_with("cpu ").remove(0).contains("max ≤"), "{}", console.draw());
    let setup = Setup { size: (120, 36), ascii: true, ..Setup::default() };
    let ascii = self::console(&setup, "- -");
    assert!(ascii.lines_with("cpu ").remove(0).contains("max <="), "{}", ascii.draw());
}

/// The lines between the frame's top and its bottom.
fn inside(console: &Console) -> Vec<String> {
    let shown = console.draw();
    let lines: Vec<String> = shown.lines().map(str::to_owned).collect();
    lines[2..lines.len() - 2].to_vec()
}

#[test]
fn the_newest_second_is_drawn_once_all_have_told_of_it() {
    // A minute has more than one column for each second.
    let mut console = at((120, 36), "+");
    let ends = |console: &Console| -> Vec<String> {
        let end = |line: String| line.trim_end_matches('┃').chars().rev().take(2).collect();
        inside(console).into_iter().filter(|line| line.contains('│')).map(end).collect()
    };
    let tell = |console: &mut Console, n: u32| {
        let even = Sample { at: console.now, cpu_cores: Some(0.45), ..used(n, 0) };
        console.hear([sampled(&format!("api-{n}"), &even)]);
    };
    for _ in 0..5 {
        console.wait(1);
        (1..=4).for_each(|n| tell(&mut console, n));
    }
    let before = ends(&console);
    console.wait(1);
    for n in 1..=3 {
        tell(&mut console, n);
        assert_eq!(ends(&console)[..3], before[..3], "{n} of 4 told\n{}", console.draw());
    }
    // One that tells no more is waited for no longer.
    for _ in 0..4 {
        console.wait(1);
        (1..=3).for_each(|n| tell(&mut console, n));
    }
    assert_ne!(ends(&console), before);
}

#[test]
fn charts_stand_still_while_time_goes_on() {
    let mut console = at((120, 36), "p");
    let is_curve = |line: &String| line.contains('⣿');
    let curves = |console: &Console| -> Vec<String> {
        inside(console).into_iter().filter(is_curve).filter(|line| !line.contains("api")).collect()
    };
    let before = curves(&console);
    for second in 1..=30 {
        console.wait(1);
        console.hear([sampled("api-1", &Sample { cpu_cores: Some(0.5), ..used(1, -second) })]);
    }
    assert_eq!(curves(&console), before);
    assert!(console.draw().contains("‖ paused 30s ago"), "{}", console.draw());
    console.press("p");
    assert_ne!(curves(&console), before);
    assert!(!console.draw().contains("paused"));
}

#[test]
fn who_stands_still_for_longer_than_readings_are_kept_is_told_so() {
    let mut console = at((120, 36), "p");
    console.wait(3600);
    assert!(console.draw().contains("kept is 1 h: the first 4m may be gone"), "{}", console.draw());
    console.press("Esc");
    assert!(!console.draw().contains("may be gone"));
}

#[test]
fn the_cursor_reads_back_and_forth_and_follows_again_at_the_end() {
    let mut console = at((120, 36), "Left Left Left");
    assert!(console.draw().contains("at 03:12:3"), "{}", console.draw());
    console.press("Right Right");
    assert!(console.draw().contains("paused 0s ago"));
    console.press("Right Right");
    assert!(!console.draw().contains("paused"), "{}", console.draw());
    console.press("Left Esc");
    assert!(!console.draw().contains("paused") && !console.draw().contains(" at 03:12"));
}

#[test]
fn the_first_of_all_readings_is_read_whatever_is_shown() {
    // Five minutes were read, from 03:07:41 on.
    for keys in ["g", "+ g", "- - g", "v g", "v + g"] {
        let console = at((120, 36), keys);
        let titles = console.lines_with(" at 03:07:");
        assert!(titles.len() >= 3, "`{keys}`\n{}", console.draw());
        assert!(!console.draw().contains("no reading"), "`{keys}`\n{}", console.draw());
    }
    // The first reading of a run knows no rates.
    let one = running("one", ServiceId::alone("one"), None);
    let mut console = Console::of(&Setup::default(), vec![listed(ago(60), &[one])]);
    let first = Sample { memory_bytes: Some(1), ..Sample::empty(ago(60)) };
    let second = Sample { at: ago(55), cpu_cores: Some(0.5), ..first };
    console.hear([first, second].map(|sample| sampled("one", &sample)));
    console.press("3 z g");
    assert!(console.lines_with("cpu  at 03:11:4").len() == 1, "{}", console.draw());
    assert!(!console.draw().contains("no reading"), "{}", console.draw());
    let mut nothing = Console::of(&Setup::default(), world::fresh());
    nothing.press("3 z v g");
    assert!(!nothing.draw().contains(" 02:12:"), "{}", nothing.draw());
}

#[test]
fn what_is_read_is_told_of_each_instance_in_every_chart() {
    for size in [(80, 24), (120, 36)] {
        let console = at(size, "Left Left");
        for name in ["┃cpu ", "┃mem ", "┃net ", "┃disk "] {
            let title = console.lines_with(name).remove(0);
            assert_eq!(title.matches(" ⣿ ").count(), 5, "{title}");
        }
    }
}

#[test]
fn the_foot_says_what_the_marks_mean_wherever_there_are_any() {
    for (keys, ascii, words) in [
        ("", false, " ◇ deployed  ↻ restarted  ✗ killed for memory "),
        ("3", false, " ◇ deployed  ↻ restarted  ✗ killed for memory "),
        ("3 z", true, " D deployed  R restarted  K killed for memory "),
        ("3 z Left", true, " D deployed  R restarted  K killed for memory "),
    ] {
        let mut console = Console::of(&Setup { ascii, ..Setup::default() }, api());
        console.press(keys);
        assert!(console.draw().contains(words), "`{keys}`\n{}", console.draw());
    }
    assert!(!at((120, 36), "v").draw().contains("killed for memory"), "the host");
    assert!(!at((120, 36), "+").draw().contains("killed for memory"), "longer ago");
}

#[test]
fn a_limit_is_drawn_where_something_was_told() {
    let console = at((120, 36), "- -");
    // An hour, of which five minutes were read.
    let line = console.lines_with("2.0G│").remove(0);
    let drawn = line.matches('⠉').count();
    assert!((8..=12).contains(&drawn), "{line}");
    let console = at((120, 36), "");
    let line = console.lines_with("2.0G│").remove(0);
    assert!(line.contains("⠉  "), "a gap: {line}");
}

#[test]
fn limits_say_what_is_waited_for() {
    let setup = Setup::default();
    let mut console = Console::of(&setup, vec![]);
    console.press("3 z v v");
    assert!(console.draw().contains("Connecting to docker"), "{}", console.draw());
    let mut one = running("one", ServiceId::alone("one"), None);
    one.state = State::Waiting;
    console.hear([listed(now(), &[one.clone()])]);
    assert!(console.draw().contains("Waiting for the first numbers…"), "{}", console.draw());
    one.state = State::Running;
    console.hear([described(now(), &one)]);
    assert!(console.draw().contains("not told"), "at once: {}", console.draw());
    one.state = State::Exited;
    console.hear([described(now(), &one)]);
    console.wait(3);
    assert!(console.draw().contains("No service is up whose use"), "{}", console.draw());
}

#[test]
fn what_is_not_told_says_why() {
    let told = |source: SampleSource, interval: Option<Duration>| {
        let one = running("one", ServiceId::alone("one"), None);
        let mut console = Console::of(&Setup::default(), vec![listed(now(), &[one])]);
        let cpu_cores = interval.map(|_| 0.5);
        let memory_bytes = Some(1 << 20);
        let sample = Sample { source, interval, cpu_cores, memory_bytes, ..Sample::empty(now()) };
        console.hear([sampled("one", &sample)]);
        console.press("3 z");
        console
    };
    let second = Some(Duration::from_secs(1));
    for (source, interval, name, why) in [
        (SampleSource::Kernel, None, "cpu ", "– known from the next reading on "),
        (SampleSource::Kernel, None, "net ", "– known from the next reading on "),
        (
            SampleSource::Kernel,
            second,
            "net ",
            "– not told: it uses the host's network, or its own",
        ),
        (
            SampleSource::Kernel,
            second,
            "disk ",
            "– not told: the kernel has no count of it (control",
        ),
        (SampleSource::Engine, second, "net ", "– not told by the engine's API, as of what uses"),
        (SampleSource::Engine, second, "disk ", "– not told by the engine's API "),
    ] {
        let console = told(source, interval);
        let title = console.lines_with(&format!("┃{name}")).remove(0);
        assert!(title.contains(why), "{title}");
    }
}

#[test]
fn marks_are_gone_through_in_words() {
    let mut console = at((120, 36), "\"");
    assert!(console.draw().contains("◇ 03:11:01 shop-api-4 deployed"), "{}", console.draw());
    console.press("\"");
    assert!(console.draw().contains("↻ 03:09:41 shop-api-3 restarted"), "{}", console.draw());
    assert!(console.draw().contains("✗ 03:09:39 shop-api-3 killed for memory"));
    console.press("'");
    assert!(console.draw().contains("shop-api-4 deployed"));
    console.press("' '");
    assert!(console.draw().contains("nothing happened after this"), "{}", console.draw());
}

#[test]
fn the_service_of_a_row_of_limits_is_opened() {
    let mut console = Console::of(&Setup::default(), world::fresh());
    console.press("3 z v v G Enter");
    let selected = console.selected();
    let name = selected.rsplit('/').next().unwrap();
    assert!(console.draw().contains(&format!("┏ 3 Stats {name} ")), "{}", console.draw());
}

#[test]
fn every_view_stands_at_every_size() {
    for keys in ["", "\" \"", "p - - Left", "v", "v Left", "v v", "v v G"] {
        for ascii in [false, true] {
            let mut console = console(&Setup { ascii, ..Setup::default() }, keys);
            for (width, height) in (0..130).step_by(7).flat_map(|w| (0..45).map(move |h| (w, h))) {
                console.resize(width, height);
                assert_sound(&console.buffer(), &format!("`{keys}`, {width}x{height}"));
            }
        }
    }
}
