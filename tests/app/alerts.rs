//! What pane 6 says of alerts, and what can be done about them there.

use std::time::Duration;

use jiff::SignedDuration;
use midwatch::{
    model::{
        Advice, Bound, Event, MetricSource, MetricSpec, MetricUnit, NoData, ServiceId, Stack,
        metric::UseField, quantity::Dimension,
    },
    text::Clean,
};

use crate::console::{
    Console, Setup, ago,
    facts::{described, running},
};

/// A metric that an endpoint tells.
fn metric(id: &str, service: Option<&str>, advice: Advice) -> MetricSpec {
    MetricSpec {
        id: Clean::new(id),
        source: MetricSource::Prometheus { query: "up".into() },
        unit: MetricUnit { dimension: Dimension::Ratio, factor: 1.0, suffix: Clean::default() },
        target: None,
        warn: Some(Bound::parse("> 1%").unwrap()),
        critical: Some(Bound::parse("> 5%").unwrap()),
        hold: Duration::from_secs(20),
        keep: Duration::ZERO,
        range: None,
        min_events: None,
        nodata: NoData::Alert,
        advice,
        service: service.map(Clean::new),
    }
}

/// A stack with an error rate, which tells what to do, and a queue of which nothing is heard.
fn stack() -> Stack {
    let advice = Advice {
        hint: Some(Clean::new("Investigate the logs of the api")),
        action: Some(Clean::new("svc.scale:api+1")),
        runbook: Some(Clean::new("errors.md#5xx")),
    };
    let rate = metric("error_rate", Some("api"), advice);
    let queue = metric("queue", None, Advice::default());
    let cpu = MetricSpec {
        source: MetricSource::Docker { field: UseField::CpuPercent },
        ..metric("cpu", None, Advice::default())
    };
    Stack { metrics: vec![rate, queue, cpu], ..Stack::default() }
}

/// A console whose error rate has been 7 % for half a minute.
fn firing(size: (u16, u16)) -> Console {
    let api = running("api-1", ServiceId::in_stack("shop", "api"), Some(1));
    let setup = Setup { size, stack: stack(), ..Setup::default() };
    let mut console = Console::of(&setup, vec![described(ago(5), &api)]);
    for second in 0..40 {
        if second % 5 == 0 {
            let value = Ok(Some(0.05 + f64::from(second) / 1000.0));
            let (metric, at) = (Clean::new("error_rate"), console.now);
            console.hear([Event::Measured { metric, at, value }]);
        }
        console.wait(1);
    }
    console
}

#[test]
fn the_worst_alert_says_what_since_when_and_what_to_do_first() {
    for (width, height) in [(80, 24), (120, 36)] {
        let mut console = firing((width, height));
        console.press("!");
        let name = format!("alerts-{width}x{height}");
        insta::with_settings!({prepend_module_to_snapshot => false}, {
            insta::assert_snapshot!(name, console.draw());
        });
    }
}

#[test]
fn a_service_is_as_bad_as_its_alerts() {
    let console = firing((120, 36));
    let row = console.lines_with("api").join("\n");
    assert!(row.contains("error_rate"), "{row}");
}

#[test]
fn the_dialog_tells_all_of_an_alert() {
    let mut console = firing((80, 24));
    console.press("6 Enter");
    insta::assert_snapshot!(console.draw());
    console.press("l");
    assert!(console.draw().contains("2 Logs api"), "{}", console.draw());
}

#[test]
fn who_is_on_an_alert_stands_there_until_they_are_not() {
    let mut console = firing((80, 24));
    console.press("6 A");
    console.wait(1);
    let quiet = "acknowledged by ann";
    assert!(console.draw().contains(quiet), "{}", console.draw());
    console.press("A");
    console.wait(1);
    assert!(!console.draw().contains(quiet), "{}", console.draw());
    console.press("S");
    console.wait(1);
    assert!(console.draw().contains("silenced by ann"), "{}", console.draw());
    console.now += SignedDuration::from_mins(61);
    console.wait(1);
    assert!(!console.draw().contains("silenced"), "an hour is over: {}", console.draw());
}

#[test]
fn nothing_to_watch_is_said() {
    let mut console = Console::of(&Setup { size: (80, 24), ..Setup::default() }, vec![]);
    console.press("6");
    assert!(console.draw().contains("Nothing is watched here yet"), "{}", console.draw());
    for key in ["Enter", "l", "A", "S", "j", "G", "Esc"] {
        console.press(key);
        console.draw();
    }
}
