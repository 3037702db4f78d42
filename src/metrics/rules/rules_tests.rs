use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::model::{Advice, Dimension, MetricSource, NoData, metric::MetricUnit, quantity::Bound};

/// The rules of the guide of `medsec`.
const MEDSEC: &str = include_str!("../../../tests/metrics/fixtures/medsec-rules.yml");

/// Nothing is wrong with it.
const GOOD: &str = "groups:
  - name: a
    rules:
      - record: job:up:sum
        expr: sum by (job) (up)
      - alert: Down
        expr: up == 0
        for: 5m
        labels: { severity: critical }
        annotations: { summary: It is down, runbook_url: 'https://x/y' }
";

fn metric(id: &str, query: &str, dimension: Dimension, warn: &str, critical: &str) -> MetricSpec {
    MetricSpec {
        id: Clean::new(id),
        source: MetricSource::Prometheus { query: query.into() },
        unit: MetricUnit { dimension, factor: 1.0, suffix: Clean::default() },
        target: None,
        warn: Bound::parse(warn).ok(),
        critical: Bound::parse(critical).ok(),
        hold: Duration::ZERO,
        keep: Duration::ZERO,
        range: None,
        min_events: None,
        nodata: NoData::Alert,
        advice: Advice::default(),
        service: None,
    }
}

fn said(text: &str, metrics: &[MetricSpec]) -> Vec<String> {
    let file = RuleFile { name: "a.yml".into(), text: text.into() };
    let words = |lint: Lint| {
        let hint = lint.hint.map_or_else(String::new, |hint| format!(" → {hint}"));
        let rule = lint.rule.map_or_else(String::new, |rule| format!("{rule}: "));
        format!("{}:{}: {rule}{}{hint}", lint.file, lint.line, lint.message)
    };
    lint(&[file], metrics).into_iter().map(words).collect()
}

#[test]
fn the_rules_of_the_medsec_guide_are_seen_through() {
    let ratio =
        "sum(rate(http_requests_total{status=~\"5..\"}[5m])) / sum(rate(http_requests_total[5m]))";
    let p99 =
        "histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))";
    let metrics = [
        metric("error_rate", ratio, Dimension::Ratio, "> 1%", "> 5%"),
        metric("latency_p99", p99, Dimension::Time, "> 500ms", "> 2s"),
    ];
    assert_eq!(
        said(MEDSEC, &metrics),
        [
            "a.yml:5: HighErrorRate: it has no `runbook_url`: nobody knows what to do first → \
             annotations: { runbook_url: … }",
            "a.yml:5: HighErrorRate: no rule is warning from > 1% on, as the stack file's \
             error_rate is → add a rule, or leave it out of the stack file",
            "a.yml:6: HighErrorRate: error rate threshold compares a rate per second, not a \
             ratio: 0.05 failures per second, for each series by itself → expr: \
             sum(rate(http_requests_total{status=~\"5..\"}[5m])) / \
             sum(rate(http_requests_total[5m])) > 0.05",
            "a.yml:13: APILatencyHigh: it has no `runbook_url`: nobody knows what to do first → \
             annotations: { runbook_url: … }",
            "a.yml:13: APILatencyHigh: no rule is warning from > 500ms on, as the stack file's \
             latency_p99 is → add a rule, or leave it out of the stack file",
            "a.yml:17: APILatencyHigh: it says warning, but the stack file's latency_p99 is \
             critical from > 2s on → severity: critical",
        ]
    );
}

#[test]
fn nothing_is_said_of_good_rules() {
    assert_eq!(said(GOOD, &[]), [] as [&str; 0]);
    let other = metric("other", "sum(other)", Dimension::Count, "> 1", "> 2");
    assert_eq!(said(GOOD, &[other]), [] as [&str; 0]);
}

#[test]
fn what_an_alert_lacks_is_said() {
    let text = "groups:\n- rules:\n  - alert: A\n    expr: up == 0\n    labels:\n      severity: criticl\n  - alert: B\n";
    let said = said(text, &[]);
    let has = |what: &str| assert!(said.iter().any(|it| it.contains(what)), "{what}: {said:#?}");
    has("a.yml:3: A: it has no `for`");
    has("a.yml:6: A: `criticl` is no severity that anybody is told by → severity: critical");
    has("a.yml:3: A: it says nothing about itself");
    has("a.yml:7: B: it has no expression");
    has("a.yml:7: B: it has no severity");
}

/// The first thing that is said of an expression's threshold, if anything is.
fn of_expr(expr: &str) -> Option<String> {
    said(&GOOD.replace("up == 0", &format!("'{expr}'")), &[]).into_iter().next()
}

#[test]
fn only_a_rate_that_is_compared_like_a_share_is_one() {
    for good in [
        "sum(rate(a{code=~\"5..\"}[5m])) / sum(rate(a[5m])) > 0.05",
        "histogram_quantile(0.99, rate(errors_bucket[5m])) > 0.5",
        "rate(a{code=~\"5..\"}[5m]) > 5",
        "rate(a{code=~\"2..\"}[5m]) < 0.5",
        "rate(a[5m]) > 0.05",
        "rate(a{code!~\"5..\"}[5m]) > 0.05",
        "a:errors:ratio > 0.05",
        "rate(a{code=~\"5..\"}[5m]) > bool on (x) group_left () y",
        "absent(up)",
    ] {
        assert_eq!(of_expr(good), None, "{good}");
    }
    let instead = |expr: &str| of_expr(expr).unwrap().split_once(" → ").unwrap().1.to_owned();
    assert_eq!(
        instead("sum(rate(a{job=\"x\", code=~\"5..\"}[1m])) >= 0.1"),
        "expr: sum(rate(a{job=\"x\", code=~\"5..\"}[1m])) / sum(rate(a{job=\"x\"}[1m])) >= 0.1"
    );
    assert_eq!(
        instead("(rate(a_errors_total[5m])) > .5 and up == 1"),
        "divide it by the rate of all requests"
    );
    assert!(!of_expr("sum(rate(a_errors_total[5m])) > .5").unwrap().contains("by itself"));
}

#[test]
fn the_metrics_of_an_expression_are_found() {
    let names = |text| expr::metrics(text).into_iter().collect::<Vec<_>>();
    assert_eq!(names("sum by (le, job) (rate(a_bucket{x=\"y\"}[5m])) > bool 2"), ["a"]);
    assert_eq!(
        names("a_sum / on (x) group_left (y) b_total offset 5m and c # d\n"),
        ["a", "b_total", "c"]
    );
    assert_eq!(names("sum(x) without (y)"), ["x"]);
}

#[test]
fn what_is_no_rule_file_is_said_with_its_line() {
    for (text, what) in [
        ("", "a.yml:0: it has no groups"),
        ("groups: [", "it is no YAML"),
        ("groups:\n  - a\n - b", "a.yml:3: it is no YAML"),
        ("a: &x [1]\nb: *x\n", "a.yml:2: it is no YAML: anchors"),
        ("? [a]\n: b", "a key is no text"),
    ] {
        let said = said(text, &[]);
        assert!(said.len() == 1 && said[0].contains(what), "{text}: {said:?}");
    }
    let deep = "[".repeat(50) + &"]".repeat(50);
    assert!(said(&deep, &[])[0].contains("too deep"));
}

#[test]
fn files_are_found_below_the_folder_of_the_stack_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("rules/sub.yml")).unwrap();
    fs::write(folder.path().join("rules/a.yml"), GOOD).unwrap();
    fs::write(folder.path().join("rules/b.yml"), [0xff]).unwrap();
    let patterns = ["rules/*.yml".to_owned(), "none/*.yml".to_owned()];
    let said: Vec<String> = check(folder.path(), &patterns, &[])
        .into_iter()
        .map(|lint| format!("{}: {}", lint.file, lint.message))
        .collect();
    assert_eq!(
        said,
        [
            "rules/b.yml: it cannot be read: stream did not contain valid UTF-8",
            "rules/sub.yml: it cannot be read: it is no file",
            "none/*.yml: no file is called so",
        ]
    );
}

proptest! {
    #[test]
    fn no_rule_file_is_too_strange(text in "([a-c:{}\\[\\] \n&*?|>'\"-]|groups|rules|alert|expr){0,40}") {
        let _ = said(&text, &[]);
    }

    #[test]
    fn no_expression_is_too_strange(text in "(rate|sum|by|and|a|[(){}\\[\\],=~!<>/.0-9\" ä#']){0,30}") {
        let comparison = expr::Comparison::of(&text);
        let _ = comparison.and_then(|it| it.rate_for_share());
        let _ = expr::metrics(&text);
    }
}
