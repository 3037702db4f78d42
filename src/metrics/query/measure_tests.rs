//! Scrapes every 30 s, and what a query makes of them.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::metrics::{
    exposition::{Format, parse as read},
    query::parse,
};

/// When the scrape of this number was; negative before the first.
fn at(beat: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + 30 * beat).unwrap()
}

/// Takes a scrape each 30 s, and gives what came of the last.
fn last(query: &str, scrapes: &[&str]) -> Result<Option<f64>, MeasureError> {
    let mut measure = Measure::new(&parse(query).unwrap(), None);
    let mut last = Ok(None);
    for (beat, scrape) in (0..).zip(scrapes) {
        last = measure.take(&read(scrape, Format::Text).unwrap(), at(beat));
    }
    last
}

fn number(query: &str, scrapes: &[&str]) -> Option<f64> {
    last(query, scrapes).unwrap()
}

#[test]
fn a_value_is_that_of_the_last_scrape_alone() {
    assert_eq!(number("up{job=\"api\"}", &["up{job=\"api\"} 1\nup{job=\"db\"} 0"]), Some(1.0));
    assert_eq!(number("up{job!~\"d.\"}", &["up{job=\"api\"} 1\nup{job=\"db\"} 0"]), Some(1.0));
    assert_eq!(number("sum(queue)", &["queue{n=\"a\"} 2\nqueue{n=\"b\"} 3"]), Some(5.0));
    assert_eq!(number("a / b", &["a 1\nb 4"]), Some(0.25));
    assert_eq!(number("up", &["up 1", "down 1"]), None);
    assert_eq!(number("up", &["up NaN"]), None);
    assert_eq!(number("up", &["up +Inf"]), None);
}

#[test]
fn a_regular_expression_matches_in_whole() {
    assert_eq!(number("a{x=~\"5..\"}", &["a{x=\"5000\"} 1"]), None);
    assert_eq!(number("a{x=~\"5..|6..\"}", &["a{x=\"600\"} 1"]), Some(1.0));
}

#[test]
fn of_several_series_nobody_knows_which_is_meant() {
    let error = last("up", &["up{job=\"api\"} 1\nup{job=\"db\"} 0"]).unwrap_err();
    assert_eq!(error, MeasureError::Several { name: "up".into(), count: 2 });
    assert!(error.to_string().contains("sum(…)"));
}

#[test]
fn a_rate_is_per_second_and_needs_two_scrapes() {
    assert_eq!(number("rate(a[5m])", &["a 10"]), None);
    assert_eq!(number("rate(a[5m])", &["a 10", "a 40"]), Some(1.0));
    assert_eq!(number("increase(a[5m])", &["a 10", "a 40", "a 41"]), Some(31.0));
    assert_eq!(
        number("sum(rate(a[5m]))", &["a{x=\"1\"} 0\na{x=\"2\"} 0", "a{x=\"1\"} 30\na{x=\"2\"} 60"]),
        Some(3.0)
    );
}

#[test]
fn a_counter_that_became_smaller_has_begun_again() {
    assert_eq!(number("increase(a[5m])", &["a 100", "a 130", "a 7", "a 9"]), Some(39.0));
}

#[test]
fn what_is_older_than_the_window_does_not_count() {
    assert_eq!(number("increase(a[1m])", &["a 0", "a 1000", "a 1001", "a 1002"]), Some(2.0));
    let mut measure = Measure::new(&parse("increase(a[1m])").unwrap(), None);
    let scrape = read("a 5", Format::Text).unwrap();
    measure.take(&scrape, at(0)).unwrap();
    // Not scraped for long: one value is left, and no number.
    assert_eq!(measure.take(&scrape, at(10)), Ok(None));
    // The clock was set back: nothing from before can be compared with.
    assert_eq!(measure.take(&scrape, at(5)), Ok(None));
    assert_eq!(measure.take(&scrape, at(6)), Ok(Some(0.0)));
}

#[test]
fn nothing_is_divided_by_zero() {
    assert_eq!(number("a / b", &["a 1\nb 0"]), None);
    assert_eq!(number("rate(a[5m]) / rate(b[5m])", &["a 1\nb 1", "a 1\nb 1"]), None);
}

const RATIO: &str = "sum(rate(all{status=~\"5..\"}[5m])) / sum(rate(all[5m]))";

#[test]
fn no_error_yet_is_a_share_of_zero() {
    let scrapes = ["all{status=\"200\"} 10", "all{status=\"200\"} 20"];
    assert_eq!(number(RATIO, &scrapes), Some(0.0));
    assert_eq!(number(RATIO, &scrapes[..1]), None);
    // The first error: its counter is new, and what it counted before is not known.
    let error = "all{status=\"200\"} 30\nall{status=\"500\"} 1";
    assert_eq!(number(RATIO, &[scrapes[0], scrapes[1], error]), Some(0.0));
    let more = "all{status=\"200\"} 40\nall{status=\"500\"} 6";
    let share = number(RATIO, &[scrapes[0], scrapes[1], error, more]).unwrap();
    assert!(share > 0.1, "{share}");
}

#[test]
fn a_label_or_a_name_that_is_not_there_is_no_zero() {
    let scrapes = ["all{status=\"200\"} 10", "all{status=\"200\"} 20"];
    for query in [
        "sum(rate(all{statsu=~\"5..\"}[5m]))",
        "sum(rate(al[5m]))",
        "rate(all{status=\"500\"}[5m])",
        "sum(all{status=\"500\"})",
    ] {
        assert_eq!(number(query, &scrapes), None, "{query}");
    }
}

/// A histogram with counts up to 0.1, 0.5 and beyond, in two series.
fn histogram(counts: [u32; 3]) -> String {
    let mut text = "# TYPE took histogram\n".to_owned();
    for path in ["/a", "/b"] {
        for (le, count) in ["0.1", "0.5", "+Inf"].iter().zip(counts) {
            let _ = writeln!(text, "took_bucket{{path=\"{path}\",le=\"{le}\"}} {count}");
        }
    }
    text
}

#[test]
fn a_quantile_lies_between_the_bounds_of_its_bucket() {
    let scrapes = [&*histogram([100, 100, 100]), &*histogram([150, 190, 200])];
    let quantile = |share: f64| number(&format!("quantile({share}, took[5m])"), &scrapes);
    assert_eq!(quantile(0.5), Some(0.1));
    assert_eq!(quantile(0.25), Some(0.05));
    assert!((quantile(0.7).unwrap() - 0.3).abs() < 1e-9);
    assert_eq!(quantile(0.99), Some(0.5), "nobody knows how far above it is");
    assert_eq!(number("quantile(0.5, took{path=\"/a\"}[5m])", &scrapes), Some(0.1));
    assert_eq!(number("quantile(0.5, took[5m])", &[scrapes[0], scrapes[0]]), None);
    assert_eq!(number("quantile(0.5, took[5m])", &scrapes[..1]), None);
    assert_eq!(
        number("quantile(0.5, a[5m])", &["a_bucket{le=\"1\"} 1", "a_bucket{le=\"1\"} 2"]),
        None
    );
}

#[test]
fn too_few_events_say_nothing() {
    let scrapes = ["all{status=\"200\"} 1", "all{status=\"200\"} 50\nall{status=\"500\"} 0"];
    let value = |query: &str, min| {
        let mut measure = Measure::new(&parse(query).unwrap(), Some(min));
        measure.take(&read(scrapes[0], Format::Text).unwrap(), at(0)).unwrap();
        measure.take(&read(scrapes[1], Format::Text).unwrap(), at(1)).unwrap()
    };
    assert_eq!((value(RATIO, 49), value(RATIO, 50)), (Some(0.0), None));
    assert_eq!(value("sum(all)", 1000), Some(50.0), "a value is no count");
}

#[test]
fn what_is_said_to_be_a_gauge_is_not_counted() {
    let scrape = "# TYPE temperature gauge\ntemperature 20\n";
    let error = last("rate(temperature[5m])", &[scrape, scrape]).unwrap_err();
    assert_eq!(error, MeasureError::Gauge { name: "temperature".into() });
}

#[test]
fn more_series_than_can_be_kept_are_refused() {
    let scrape: String = (0..2001).fold(String::new(), |mut text, at| {
        let _ = writeln!(text, "a{{x=\"{at}\"}} 1");
        text
    });
    assert_eq!(last("sum(a)", &[&scrape]), Err(MeasureError::TooMany { count: 2001 }));
}

proptest! {
    /// Whatever is counted, with whatever resets, the numbers are what they can be.
    #[test]
    fn numbers_are_never_infinite_negative_or_out_of_bounds(
        counts in prop::collection::vec((0_u32..1000, 0_u32..1000, 0_u32..1000), 2..12),
        share in 0.0..=1.0,
    ) {
        let scrapes: Vec<String> = counts.iter().map(|(a, b, c)| histogram([*a, *b, *c])).collect();
        let scrapes: Vec<&str> = scrapes.iter().map(String::as_str).collect();
        if let Some(value) = number(&format!("quantile({share}, took[5m])"), &scrapes) {
            prop_assert!((0.0..=0.5).contains(&value), "{}", value);
        }
        let rate = number("sum(rate(took_bucket[5m])) / sum(took_bucket)", &scrapes);
        prop_assert!(rate.is_none_or(|rate| rate.is_finite() && rate >= 0.0));
    }
}
