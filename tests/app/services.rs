//! The services table: its order stands still.

use jiff::{SignedDuration, Timestamp};
use midwatch::{
    app::Msg,
    model::{Event, Sample, ServiceId},
};

use crate::console::{
    Console, Setup,
    facts::{described, listed, removed, running, sampled},
    now, world,
};

fn uses(id: &str, cpu_cores: f64, at: Timestamp) -> Event {
    sampled(id, Sample { cpu_cores: Some(cpu_cores), ..Sample::empty(at) })
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
        sampled(id, rates)
    };
    console.hear([rates("b", Some(1.0), Some(2e6)), rates("c", Some(1e6), None)]);
    console.press("o o");
    assert!(console.draw().contains("by network"), "{}", console.draw());
    assert_eq!(names(&console), ["b", "c", "a"]);
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
