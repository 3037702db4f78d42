use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Exposition<'_> {
    parse(text, Format::Text).unwrap()
}

fn sample<'a>(name: &'a str, labels: &[(&'a str, &'a str)], value: f64) -> Sample<'a> {
    let labels = labels.iter().map(|(name, value)| (*name, Cow::Borrowed(*value))).collect();
    Sample { name, labels, value, at: None }
}

#[test]
fn families_have_their_kind_and_their_lines() {
    let text = "# HELP http_requests_total How many.\n\
                # TYPE http_requests_total counter\n\
                http_requests_total{status=\"200\",method=\"get\"} 1027 1395066363000\n\
                # TYPE took histogram\n\
                took_bucket{le=\"0.1\"} 3\n\
                took_bucket{le=\"+Inf\"} 4\n\
                took_sum 0.5\n\
                took_count 4\n\
                nobody_said_what 1e-3\n";
    let read = read(text);
    let kinds: Vec<_> = read.families.iter().map(|it| (it.name, it.kind)).collect();
    assert_eq!(
        kinds,
        [
            ("http_requests_total", Kind::Counter),
            ("took", Kind::Histogram),
            ("nobody_said_what", Kind::Unknown),
        ]
    );
    let first = &read.families[0].samples[0];
    assert_eq!(
        (first.label("method"), first.label("status"), first.label("x")),
        ("get", "200", "")
    );
    assert_eq!(first.at, Some(1_395_066_363.0));
    assert_eq!(read.families[1].samples.len(), 4);
    assert_eq!(read.families[2].samples, [sample("nobody_said_what", &[], 0.001)]);
}

#[test]
fn openmetrics_has_seconds_exemplars_and_an_end() {
    let text = "# TYPE foo counter\n# UNIT foo seconds\n\
                foo_total{a=\"b\"} 17.0 1520879607.789 # {trace_id=\"x # y\"} 0.67 1520879607.7\n\
                foo_created{a=\"b\"} 1520430000.123\n# EOF\n";
    let read = parse(text, Format::OpenMetrics).unwrap();
    assert_eq!(read.families.len(), 1);
    assert_eq!(read.families[0].kind, Kind::Counter);
    assert_eq!(read.families[0].samples[0].at, Some(1_520_879_607.789));
    assert_eq!(parse("foo 1\n", Format::OpenMetrics), Err(ExpositionError::CutOff));
    let behind = parse("# EOF\nfoo 1\n", Format::OpenMetrics).unwrap_err();
    assert_eq!(behind.to_string(), "line 2: something stands behind the end");
}

#[test]
fn a_content_type_says_which_format_it_is() {
    let of = Format::of_content_type;
    assert_eq!(
        of("application/openmetrics-text; version=1.0.0; charset=utf-8"),
        Format::OpenMetrics
    );
    assert_eq!(of("text/plain; version=0.0.4; charset=utf-8"), Format::Text);
    assert_eq!(of(""), Format::Text);
}

#[test]
fn escapes_blanks_and_numbers_that_are_none_are_read() {
    let text =
        "a { x = \"C:\\\\DIR\\n\\\"q\\\"\\d\" , } NaN\n\tb +Inf\n c{} -Inf 12\n\n# just words\n#\n";
    let read = read(text);
    assert_eq!(read.families[0].samples[0].label("x"), "C:\\DIR\n\"q\"\\d");
    assert!(read.families[0].samples[0].value.is_nan());
    assert!(read.families[1].samples[0].value.is_infinite());
    assert_eq!(read.families[2].samples[0].at, Some(0.012));
}

#[test]
fn of_two_lines_with_one_series_the_first_counts() {
    let read = read("a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 2\na{x=\"1\"} 3\n");
    let values: Vec<f64> = read.families[0].samples.iter().map(|it| it.value).collect();
    assert_eq!((values, read.duplicates), (vec![1.0, 3.0], 1));
}

#[test]
fn what_makes_no_sense_is_refused_with_its_line() {
    for (wrong, what) in [
        ("<html>", "begins with no name"),
        ("a", "no number"),
        ("a b", "no number"),
        ("a{x=\"1\"", "no comma"),
        ("a{x=\"1} 2", "does not end"),
        ("a{x} 2", "no value"),
        ("a{x=\"1\" y=\"2\"} 2", "no comma"),
        ("a{x=\"1\",x=\"2\"} 2", "twice"),
        ("a{=\"1\"} 2", "no label"),
        ("a 1 2 3", "more behind"),
        ("a 1 x", "time"),
        ("a 1 NaN", "time"),
        ("# TYPE a thing", "no such type"),
        ("# TYPE", "name is missing"),
        ("1a 2", "begins with no name"),
    ] {
        let error = parse(&format!("ok 1\n{wrong}\n"), Format::Text).unwrap_err().to_string();
        assert!(error.starts_with("line 2: ") && error.contains(what), "{wrong}: {error}");
    }
}

#[test]
fn more_series_than_anybody_should_have_are_refused() {
    let mut text = String::new();
    for at in 0..=MAX_SERIES {
        let _ = writeln!(text, "a{{x=\"{at}\"}} 1");
    }
    assert_eq!(parse(&text, Format::Text), Err(ExpositionError::TooMany));
    let labels: Vec<String> = (0..=MAX_LABELS).map(|at| format!("x{at}=\"\"")).collect();
    assert!(parse(&format!("a{{{}}} 1", labels.join(",")), Format::Text).is_err());
}

fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z_][a-zA-Z0-9_]{0,8}"
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in "(?s).{0,300}") {
        for format in [Format::Text, Format::OpenMetrics] {
            let _ = parse(&text, format);
        }
    }

    #[test]
    fn nor_is_any_that_looks_like_an_exposition(text in "([a-c #{}=\",\\\\\n.0-9+-]|TYPE|# EOF|NaN|_total){0,60}") {
        for format in [Format::Text, Format::OpenMetrics] {
            let _ = parse(&text, format);
        }
    }

    #[test]
    fn what_is_written_is_what_is_read(
        series in prop::collection::btree_map(
            (name(), prop::collection::btree_map(name(), "[^\r]{0,12}", 0..4)),
            any::<f64>().prop_filter("comparable", |value| !value.is_nan()),
            0..8,
        )
    ) {
        let mut text = String::new();
        for ((name, labels), value) in &series {
            let labels: Vec<String> =
                labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
            let _ = writeln!(text, "{name}{{{}}} {value}", labels.join(","));
        }
        let read = parse(&text, Format::Text).unwrap();
        let found: Vec<_> = read.families.iter().flat_map(|family| &family.samples).collect();
        prop_assert_eq!(found.len(), series.len());
        for ((name, labels), value) in &series {
            let is_it = |it: &&&Sample<'_>| {
                let same = it.labels.iter().map(|(name, value)| (*name, value.as_ref()));
                it.name == name && same.eq(labels.iter().map(|(n, v)| (n.as_str(), v.as_str())))
            };
            prop_assert_eq!(found.iter().find(is_it).map(|it| it.value), Some(*value));
        }
    }
}
