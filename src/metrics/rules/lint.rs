//! What is looked at in each alert.

use std::{collections::BTreeSet, str::FromStr};

use super::{
    Lint,
    expr::{self, Comparison},
    read::Rule,
};
use crate::{
    metrics::query,
    model::{AlertSeverity, Bound, MetricSource, MetricSpec},
    text::suggest,
};

/// The severities that people route by.
const SEVERITIES: [&str; 3] = ["critical", "warning", "info"];

/// All that should be looked at, in no order.
pub(super) fn all(rules: &[Rule], metrics: &[MetricSpec]) -> Vec<Lint> {
    let tables: Vec<Table<'_>> = metrics.iter().filter_map(Table::of).collect();
    let mut lints: Vec<Lint> = rules.iter().flat_map(|rule| alone(rule, &tables)).collect();
    lints.extend(tables.iter().flat_map(|table| table.missing(rules)));
    lints
}

fn alone(rule: &Rule, tables: &[Table<'_>]) -> Vec<Lint> {
    let mut lints: Vec<Lint> =
        [share(rule), patience(rule), severity(rule)].into_iter().flatten().collect();
    lints.extend(annotations(rule));
    lints.extend(tables.iter().filter_map(|table| table.contradicts(rule)));
    lints
}

fn share(rule: &Rule) -> Option<Lint> {
    let Some((text, line)) = &rule.expr else {
        return Some(rule.lint(
            rule.line,
            "it has no expression",
            "write expr: and what it is about",
        ));
    };
    let comparison = Comparison::of(text)?;
    let found = comparison.rate_for_share()?;
    let by_series = if found.is_by_series { ", for each series by itself" } else { "" };
    let message = format!(
        "error rate threshold compares a rate per second, not a ratio: {} failures per second{by_series}",
        comparison.threshold
    );
    let hint = found.instead.map_or_else(
        || "divide it by the rate of all requests".to_owned(),
        |instead| format!("expr: {instead}"),
    );
    Some(rule.lint(*line, &message, &hint))
}

fn patience(rule: &Rule) -> Option<Lint> {
    let hint = "for: 5m";
    (!rule.has_for).then(|| rule.lint(rule.line, "it has no `for`: one bad moment fires it", hint))
}

fn severity(rule: &Rule) -> Option<Lint> {
    let Some((severity, line)) = rule.labels.get("severity") else {
        let hint = "labels: { severity: warning }";
        return Some(rule.lint(rule.line, "it has no severity: nobody knows whom to tell", hint));
    };
    // What a template makes of it is not known here.
    if SEVERITIES.contains(&severity.as_str()) || severity.contains("{{") {
        return None;
    }
    let hint = suggest::closest(severity, SEVERITIES).map_or_else(
        || "there are critical, warning and info".to_owned(),
        |meant| format!("severity: {meant}"),
    );
    Some(rule.lint(*line, &format!("`{severity}` is no severity that anybody is told by"), &hint))
}

fn annotations(rule: &Rule) -> impl Iterator<Item = Lint> {
    let has = |names: &[&str]| rule.annotations.iter().any(|it| names.contains(&it.as_str()));
    let summary = (!has(&["summary", "description", "message"])).then(|| {
        rule.lint(rule.line, "it says nothing about itself", "annotations: { summary: … }")
    });
    let runbook = (!has(&["runbook_url", "runbook"])).then(|| {
        let hint = "annotations: { runbook_url: … }";
        rule.lint(rule.line, "it has no `runbook_url`: nobody knows what to do first", hint)
    });
    summary.into_iter().chain(runbook)
}

/// What the stack file's table says of a metric that rules can be about.
struct Table<'a> {
    metric: &'a MetricSpec,
    /// What its query reads.
    names: BTreeSet<String>,
}

impl<'a> Table<'a> {
    fn of(metric: &'a MetricSpec) -> Option<Self> {
        let owned = |names: BTreeSet<&str>| names.into_iter().map(str::to_owned).collect();
        let names: BTreeSet<String> = match &metric.source {
            MetricSource::Prometheus { query } => owned(expr::metrics(query)),
            MetricSource::Exposition { query, .. } => {
                owned(query::parse(query).ok()?.names().map(expr::base).collect())
            }
            _ => return None,
        };
        (!names.is_empty()).then_some(Self { metric, names })
    }

    fn bounds(&self) -> impl Iterator<Item = (&'a Bound, AlertSeverity)> {
        let MetricSpec { warn, critical, .. } = self.metric;
        let critical = critical.iter().map(|bound| (bound, AlertSeverity::Critical));
        critical.chain(warn.iter().map(|bound| (bound, AlertSeverity::Warning)))
    }

    /// What a rule compares, if it is about this metric.
    fn comparison<'r>(&self, rule: &'r Rule) -> Option<Comparison<'r>> {
        let comparison = Comparison::of(&rule.expr.as_ref()?.0)?;
        let names = comparison.metrics();
        names.iter().copied().eq(self.names.iter().map(String::as_str)).then_some(comparison)
    }

    /// Whether a rule fires from this bound on. Its numbers are those of the source.
    fn is_at(&self, bound: &Bound, comparison: &Comparison<'_>) -> bool {
        let at = bound.quantity.value / self.metric.unit.factor;
        let is_close = (comparison.threshold - at).abs() <= at.abs() * 1e-9;
        // Whether the bound itself counts is a matter of taste.
        let sign = |sign: &'static str| sign.chars().next();
        is_close && sign(bound.comparator.sign()) == sign(comparison.comparator.sign())
    }

    fn contradicts(&self, rule: &Rule) -> Option<Lint> {
        let comparison = self.comparison(rule)?;
        let (bound, wanted) = self.bounds().find(|(bound, _)| self.is_at(bound, &comparison))?;
        let (severity, line) = rule.labels.get("severity")?;
        let said = AlertSeverity::from_str(severity).ok()?;
        let word: &str = wanted.into();
        (said != wanted).then(|| {
            let message = format!(
                "it says {severity}, but the stack file's {} is {word} from {bound} on",
                self.metric.id
            );
            rule.lint(*line, &message, &format!("severity: {word}"))
        })
    }

    /// The bounds that no rule is about, though one is about another.
    fn missing(&self, rules: &[Rule]) -> Vec<Lint> {
        let about: Vec<_> =
            rules.iter().filter_map(|rule| Some((rule, self.comparison(rule)?))).collect();
        let Some((first, _)) = about.first() else { return Vec::new() };
        let is_missing = |bound: &Bound| !about.iter().any(|(_, it)| self.is_at(bound, it));
        let missing = self.bounds().filter(|(bound, _)| is_missing(bound));
        missing
            .map(|(bound, severity)| {
                let severity: &str = severity.into();
                let id = &self.metric.id;
                let message =
                    format!("no rule is {severity} from {bound} on, as the stack file's {id} is");
                first.lint(first.line, &message, "add a rule, or leave it out of the stack file")
            })
            .collect()
    }
}
