//! The services table: its order stands still, and its numbers are judged.

use jiff::{SignedDuration, Timestamp};
use midwatch::{
    app::Msg,
    model::{Event, Sample, ServiceId},
    ui::theme::{Depth, Role},
};

use crate::console::{
    Console, Setup,
    facts::{described, ended, listed, removed, running, sampled},
    now, rows, world,
};

fn uses(id: &str, cpu_cores: f64, at: Timestamp) -> Event {
    sampled(id, &Sample { cpu_cores: Some(cpu_cores), ..Sample::empty(at) })
}

/// Services of these names and CPU, ordered by CPU, with the cursor on the last.
fn by_cpu(services: &[(&str, f64)]) -> Console {
    let of = |(name, _): &(&str, f64)| running(name, ServiceId::in_stack("shop", name), None);
    let all: Vec<_> = services.iter().map(of).collect();
    let mut console = Console::of(&Setup { size: (80, 24), ..Setup::default() }, vec![]);
    console.hear([listed(now(), &all)]);
    console.hear(all.iter().map(|instance| described(now(), instance)));
    console.hear(services.iter().map(|(name, cpu)| uses(name, *cpu, now())));
    console.press("o o G");
    console
}

/// Tells what services use now.
fn use_now(console: &mut Console, uses_of: &[(&str, f64)]) {
    let at = console.now;
    console.hear(uses_of.iter().map(|(name, cpu)| uses(name, *cpu, at)));
}

/// The names in the table, from the top.
fn names(console: &Console) -> Vec<String> {
    let lines = console.lines_with("shop/");
    let named = lines.iter().filter(|line| line.contains("running"));
    let name =
        |line: &String| line.split_once("shop/")?.1.split_whitespace().next().map(Into::into);
    named.filter_map(name).collect()
}

#[test]
fn the_order_stands_for_three_seconds_whatever_the_numbers_do() {
    let mut console = by_cpu(&[("a", 0.3), ("b", 0.2), ("c", 0.1)]);
    assert_eq!(names(&console), ["a", "b", "c"]);
    assert_eq!(console.selected(), "shop/c");
    use_now(&mut console, &[("a", 0.0), ("c", 0.9)]);
    for _ in 0..2 {
        console.wait(1);
        assert_eq!(names(&console), ["a", "b", "c"]);
    }
    console.wait(1);
    assert_eq!(names(&console), ["c", "b", "a"]);
    assert_eq!(console.selected(), "shop/c");
    console.press("j");
    assert_eq!(console.selected(), "shop/b", "from where the service is now");
}

#[test]
fn the_order_stands_while_somebody_moves_among_the_rows() {
    let mut console = by_cpu(&[("a", 0.3), ("b", 0.2), ("c", 0.1)]);
    use_now(&mut console, &[("c", 0.9)]);
    for key in ["k", "k", "j", "k"] {
        console.wait(2);
        console.press(key);
        assert_eq!(names(&console), ["a", "b", "c"]);
    }
    console.wait(3);
    assert_eq!(names(&console), ["c", "a", "b"]);
}

#[test]
fn a_key_orders_at_once() {
    let mut console = by_cpu(&[("a", 0.3), ("b", 0.2), ("c", 0.1)]);
    use_now(&mut console, &[("c", 0.9)]);
    console.press("o o o o o o o");
    assert!(console.draw().contains("by cpu"), "{}", console.draw());
    assert_eq!(names(&console), ["c", "a", "b"]);
}

/// Thirty services in a table of fewer rows, ordered by CPU; the first by name uses least.
fn thirty(setup: &Setup) -> Console {
    let name = |n: u32| format!("s{n:02}");
    let all: Vec<_> =
        (1..=30).map(|n| running(&name(n), ServiceId::in_stack("shop", &name(n)), None)).collect();
    let mut console = Console::of(setup, vec![listed(now(), &all)]);
    console.hear(all.iter().map(|instance| described(now(), instance)));
    console.hear((1..=30).map(|n| uses(&name(n), f64::from(n) / 100.0, now())));
    console
}

#[test]
fn a_new_order_is_shown_from_its_top_unless_the_cursor_would_be_out_of_sight() {
    // By state all are equal, and stay ordered by name; by CPU the last is the first.
    let by_cpu_from = |keys: &str| {
        let mut console = thirty(&Setup { size: (80, 24), ..Setup::default() });
        console.press(keys);
        console.press("o o");
        assert!(console.draw().contains("by cpu"), "{}", console.draw());
        console
    };
    let console = by_cpu_from("G k k");
    assert_eq!(console.selected(), "shop/s28", "the cursor stays on its service");
    assert_eq!(names(&console)[0], "s30", "{}", console.draw());
    let console = by_cpu_from("g");
    assert_eq!(console.selected(), "shop/s01");
    assert_eq!(names(&console).last().unwrap(), "s01", "{}", console.draw());
}

#[test]
fn a_list_tells_how_many_rows_are_above_and_below() {
    let title = |console: &Console| console.lines_with("1 Services").pop().unwrap();
    for (ascii, [above, below]) in [(false, ["↑", "↓"]), (true, ["^", "v"])] {
        let mut console = thirty(&Setup { size: (80, 24), ascii, ..Setup::default() });
        console.press("g");
        let hidden = 30 - console.lines_with("2h running").len();
        let first = title(&console);
        assert!(first.contains(&format!("Services  {below}{hidden} ")), "{first}");
        console.press("G k k");
        let last = title(&console);
        assert!(last.contains(&format!("Services  {above}{hidden} ")), "{last}");
        console.press("C-u C-u k k");
        let between = title(&console);
        assert!(between.contains(above) && between.contains(below), "{between}");
    }
    let few = by_cpu(&[("a", 0.3), ("b", 0.2)]);
    assert!(!title(&few).contains(['↑', '↓']), "{}", title(&few));
}

#[test]
fn services_that_come_and_go_leave_the_others_where_they_are() {
    let mut console = by_cpu(&[("a", 0.3), ("b", 0.2), ("c", 0.1)]);
    let new = running("new", ServiceId::in_stack("shop", "new"), None);
    use_now(&mut console, &[("c", 0.9)]);
    console.hear([described(now(), &new), uses("new", 0.8, now()), removed(now(), "a")]);
    assert_eq!(names(&console), ["b", "c", "new"]);
    assert_eq!(console.selected(), "shop/c");
    console.wait(3);
    assert_eq!(names(&console), ["c", "new", "b"]);
}

#[test]
fn a_clock_that_goes_back_does_not_freeze_the_order() {
    let mut console = by_cpu(&[("a", 0.3), ("b", 0.2)]);
    console.now -= SignedDuration::from_hours(1);
    use_now(&mut console, &[("b", 0.9)]);
    console.tell(Msg::Tick);
    assert_eq!(names(&console), ["b", "a"]);
}

#[test]
fn services_are_ordered_by_what_goes_over_the_network() {
    let mut console = by_cpu(&[("a", 0.3), ("b", 0.2), ("c", 0.1)]);
    let rates = |id, received, sent| {
        let rates =
            Sample { received_per_second: received, sent_per_second: sent, ..Sample::empty(now()) };
        sampled(id, &rates)
    };
    console.hear([rates("b", Some(1.0), Some(2e6)), rates("c", Some(1e6), None)]);
    console.press("o o");
    assert!(console.draw().contains("by network"), "{}", console.draw());
    assert_eq!(names(&console), ["b", "c", "a"]);
}

#[test]
fn a_wide_overview_shows_what_goes_over_the_network() {
    let with_network = |events: Vec<Event>, ids: &[&str]| {
        let mut console = Console::of(&Setup { size: (200, 50), ..Setup::default() }, events);
        for id in ids {
            let sample = Sample {
                cpu_limit_cores: Some(0.5),
                memory_limit_bytes: Some(1 << 30),
                received_per_second: Some(1.0),
                ..Sample::empty(now())
            };
            console.hear([sampled(id, &sample)]);
        }
        console
    };
    // With a long reason, and with a long name.
    let console = with_network(world::fresh(), &["cache-1", "cache1", "cache"]);
    assert!(console.lines_with("net/s").len() == 1, "{}", console.draw());
    let name = "a-service-with-a-rather-long-name";
    let long = running("long", ServiceId::in_stack("shop", name), None);
    let console = with_network(vec![listed(now(), &[long])], &["long"]);
    assert!(console.lines_with("net/s").len() == 1, "{}", console.draw());
}

/// Four services: well, past its warning, past its critical threshold, and without limits.
fn judged(setup: &Setup) -> Console {
    let limited = |cores: f64, memory: u64| Sample {
        cpu_cores: Some(cores),
        cpu_limit_cores: Some(0.5),
        memory_bytes: Some(memory << 20),
        memory_limit_bytes: Some(100 << 20),
        ..Sample::empty(now())
    };
    let free = Sample { cpu_limit_cores: None, memory_limit_bytes: None, ..limited(7.9, 9000) };
    let samples = [
        ("calm", limited(0.35, 75)),
        ("hot", limited(0.36, 76)),
        ("over", limited(0.5, 95)),
        ("free", free),
    ];
    let of = |name: &str| running(name, ServiceId::alone(name), None);
    let mut console =
        Console::of(setup, vec![listed(now(), &samples.each_ref().map(|(name, _)| of(name)))]);
    console.hear(samples.map(|(name, sample)| sampled(name, &sample)));
    // Away from those that are looked at: a selected row has a look of its own.
    console.press("j");
    console
}

/// The cell of the table that a text stands in, and its look.
fn look_of(console: &Console, text: &str) -> Option<ratatui::style::Style> {
    let buffer = console.buffer();
    rows(&buffer).find_map(|row| {
        let line: String = row.iter().map(ratatui::buffer::Cell::symbol).collect();
        let at = line.find(text)?;
        Some(row[line[..at].chars().count()].style())
    })
}

#[test]
fn a_number_past_its_threshold_has_the_sign_and_the_colour_of_its_level() {
    let console = judged(&Setup { size: (80, 24), ..Setup::default() });
    insta::assert_snapshot!(console.draw());
    let colour = |text| look_of(&console, text).unwrap().fg;
    assert_eq!(colour("▲36/50%"), Console::style_of(Role::Warn).fg);
    assert_eq!(colour("✗50/50%"), Console::style_of(Role::Bad).fg);
    assert_eq!(colour("▲76%"), Console::style_of(Role::Warn).fg);
    assert_eq!(colour("✗95%"), Console::style_of(Role::Bad).fg);
    assert_eq!(colour("35/50%"), colour("calm"));
}

#[test]
fn it_has_them_in_a_column_that_the_table_is_ordered_by_and_loses_them_with_the_engine() {
    let mut console = judged(&Setup { size: (80, 24), ..Setup::default() });
    console.press("o o");
    let colour = |text| look_of(&console, text).unwrap().fg;
    assert_eq!(colour("▲36/50%"), Console::style_of(Role::Warn).fg);
    assert_eq!(colour("35/50%"), Console::style_of(Role::Accent).fg);
    console.lose_engine();
    let drawn = console.draw();
    assert!(drawn.contains(" 50/50%") && !drawn.contains("✗50"), "{drawn}");
}

#[test]
fn what_is_past_its_threshold_is_said_also_where_there_is_no_room_for_its_column() {
    let mut console = judged(&Setup { size: (60, 16), ..Setup::default() });
    let long =
        ended(running("gone", ServiceId::alone("with-a-name-as-long-as-this"), None), 1, true);
    console.hear([described(now(), &long)]);
    let drawn = console.draw();
    assert!(drawn.contains("running ▲mem 76%") && drawn.contains("running ✗mem 95%"), "{drawn}");
    assert!(!drawn.contains("running ▲cpu"), "the column says it: {drawn}");
}

#[test]
fn the_signs_are_there_without_unicode_and_without_colours() {
    let setup = Setup { size: (80, 24), ascii: true, depth: Depth::None, ..Setup::default() };
    let drawn = judged(&setup).draw();
    for text in ["!36/50%", "X50/50%", "!76%", "X95%"] {
        assert!(drawn.contains(text), "{text}: {drawn}");
    }
}

#[test]
fn a_reading_stays_as_long_as_it_holds() {
    let mut console = Console::of(&Setup { size: (80, 24), ..Setup::default() }, world::fresh());
    let shown = |console: &Console| console.lines_with("cache")[0].contains("10%");
    console.wait(15);
    assert!(shown(&console), "{}", console.draw());
    console.wait(1);
    assert!(!shown(&console), "{}", console.draw());
}
