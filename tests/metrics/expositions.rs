//! What real programs expose.

use jiff::Timestamp;
use midwatch::metrics::{
    exposition::{Format, Kind, parse},
    query::{self, Measure},
};

const PROMETHEUS: &str = include_str!("fixtures/prometheus-2.42.txt");
const NODE: &str = include_str!("fixtures/node.txt");
const OPENMETRICS: &str = include_str!("fixtures/openmetrics.txt");

/// The number that a query makes of a scrape.
fn number(text: &str, format: Format, query: &str) -> Option<f64> {
    let mut measure = Measure::new(&query::parse(query).unwrap(), None);
    let scrape = parse(text, format).unwrap();
    measure.take(&scrape, Timestamp::UNIX_EPOCH).unwrap()
}

#[test]
fn what_prometheus_exposes_is_read_in_whole() {
    let read = parse(PROMETHEUS, Format::Text).unwrap();
    let lines = PROMETHEUS.lines().filter(|line| !line.starts_with('#')).count();
    let samples: usize = read.families.iter().map(|family| family.samples.len()).sum();
    assert_eq!((samples, read.duplicates), (lines, 0));
    let types = PROMETHEUS.lines().filter(|line| line.starts_with("# TYPE")).count();
    assert_eq!(read.families.len(), types, "every line belongs to a family that was declared");
    assert!(read.families.iter().all(|family| family.kind != Kind::Unknown));
    let go = number(PROMETHEUS, Format::Text, "go_info{version=~\"go1.*\"}");
    assert_eq!(go, Some(1.0));
}

#[test]
fn what_a_host_exposes_is_read() {
    let number = |query| number(NODE, Format::Text, query);
    assert_eq!(number("sum(node_cpu_seconds_total{mode=\"system\"})"), Some(8812.71 + 8627.02));
    assert_eq!(number("node_filesystem_avail_bytes{mountpoint=\"/\"}"), Some(30_712_188_928.0));
    assert_eq!(number("node_filesystem_avail_bytes{device='C:\\\\share\\\\\"x\"'}"), Some(0.0));
    assert_eq!(number("node_hwmon_temp_crit_celsius"), None, "infinity is no number");
    assert_eq!(number("node_timex_tick_seconds"), None);
}

#[test]
fn the_example_of_the_openmetrics_specification_is_read() {
    let read = parse(OPENMETRICS, Format::OpenMetrics).unwrap();
    let families: Vec<_> =
        read.families.iter().map(|it| (it.name, it.kind, it.samples.len())).collect();
    assert_eq!(
        families,
        [
            ("acme_http_router_request_seconds", Kind::Summary, 3),
            ("foo", Kind::Histogram, 8),
            ("build", Kind::Info, 1),
            ("feature", Kind::StateSet, 2),
            ("process_cpu_seconds", Kind::Counter, 1),
        ]
    );
    let half = OPENMETRICS.len() / 2;
    assert!(parse(&OPENMETRICS[..half], Format::OpenMetrics).is_err(), "it was cut off");
}
