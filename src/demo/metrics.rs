//! [`Metrics`]: what a service counts, and the Prometheus text that tells it.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{Mutex, PoisonError},
};

/// Series beyond this in one family are not kept: labels come from requests too.
const MAX_SERIES: usize = 128;

/// The upper bounds of the buckets for durations, in seconds.
pub(crate) const DURATIONS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

/// A metric as it is declared: its name, what it tells, and how it behaves.
#[derive(Debug)]
pub(crate) struct Metric {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) kind: Kind,
}

/// How a metric behaves.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts observations in buckets with these upper bounds, rising, without +Inf.
    Histogram(&'static [f64]),
}

/// Requests answered.
pub(crate) const HTTP_REQUESTS: Metric =
    Metric { name: "http_requests_total", help: "Requests answered.", kind: Kind::Counter };
/// How long answers took.
pub(crate) const HTTP_DURATION: Metric = Metric {
    name: "http_request_duration_seconds",
    help: "Time from a request to its answer.",
    kind: Kind::Histogram(DURATIONS),
};
/// Requests being answered now.
pub(crate) const HTTP_IN_FLIGHT: Metric =
    Metric { name: "http_requests_in_flight", help: "Requests being answered.", kind: Kind::Gauge };
/// Jobs that wait.
pub(crate) const QUEUE_DEPTH: Metric =
    Metric { name: "queue_depth", help: "Jobs that wait in the queue.", kind: Kind::Gauge };
/// Lookups that the cache could answer.
pub(crate) const CACHE_HITS: Metric = Metric {
    name: "cache_hits_total",
    help: "Lookups that the cache could answer.",
    kind: Kind::Counter,
};
/// Lookups that the cache could not answer.
pub(crate) const CACHE_MISSES: Metric = Metric {
    name: "cache_misses_total",
    help: "Lookups that the cache could not answer.",
    kind: Kind::Counter,
};
/// Memory in use.
pub(crate) const RESIDENT_MEMORY: Metric = Metric {
    name: "process_resident_memory_bytes",
    help: "Resident memory of the process.",
    kind: Kind::Gauge,
};
/// When the process started.
pub(crate) const START_TIME: Metric = Metric {
    name: "process_start_time_seconds",
    help: "Start of the process, in seconds since 1970.",
    kind: Kind::Gauge,
};

type Labels = Vec<(&'static str, String)>;

#[derive(Debug)]
enum Value {
    Number(f64),
    /// How many observations fell into each bucket, the last one being +Inf.
    Buckets {
        counts: Vec<u64>,
        sum: f64,
    },
}

#[derive(Debug)]
struct Family {
    metric: &'static Metric,
    series: BTreeMap<Labels, Value>,
}

/// Everything that one service counts.
#[derive(Debug, Default)]
pub(crate) struct Metrics(Mutex<BTreeMap<&'static str, Family>>);

impl Metrics {
    /// Adds `amount` to a counter or a gauge; 0 makes the series known.
    pub(crate) fn add(
        &self,
        metric: &'static Metric,
        labels: &[(&'static str, &str)],
        amount: f64,
    ) {
        self.change(metric, labels, |value| {
            if let Value::Number(number) = value {
                *number += amount;
            }
        });
    }

    /// Gives a gauge, or a counter that is kept elsewhere, its value.
    pub(crate) fn set(&self, metric: &'static Metric, labels: &[(&'static str, &str)], to: f64) {
        self.change(metric, labels, |value| {
            if let Value::Number(number) = value {
                *number = to;
            }
        });
    }

    /// Puts an observation into its bucket.
    pub(crate) fn observe(
        &self,
        metric: &'static Metric,
        labels: &[(&'static str, &str)],
        seconds: f64,
    ) {
        let Kind::Histogram(bounds) = metric.kind else { return };
        self.change(metric, labels, |value| {
            if let Value::Buckets { counts, sum } = value {
                let bucket = bounds.partition_point(|bound| *bound < seconds);
                if let Some(count) = counts.get_mut(bucket) {
                    *count += 1;
                }
                *sum += seconds;
            }
        });
    }

    /// Everything in the Prometheus text format, version 0.0.4.
    pub(crate) fn render(&self) -> String {
        let families = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out = String::new();
        for family in families.values() {
            render_family(&mut out, family);
        }
        out
    }

    fn change(
        &self,
        metric: &'static Metric,
        labels: &[(&'static str, &str)],
        change: impl FnOnce(&mut Value),
    ) {
        let labels: Labels =
            labels.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let mut families = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let series = &mut families
            .entry(metric.name)
            .or_insert_with(|| Family { metric, series: BTreeMap::new() })
            .series;
        if series.len() < MAX_SERIES || series.contains_key(&labels) {
            change(series.entry(labels).or_insert_with(|| zero(metric.kind)));
        }
    }
}

fn zero(kind: Kind) -> Value {
    match kind {
        Kind::Counter | Kind::Gauge => Value::Number(0.0),
        Kind::Histogram(bounds) => Value::Buckets { counts: vec![0; bounds.len() + 1], sum: 0.0 },
    }
}

// Writing into a `String` never fails, hence the results that are dropped below.

fn render_family(out: &mut String, family: &Family) {
    let Metric { name, help, kind } = family.metric;
    let word = match kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram(_) => "histogram",
    };
    let _ = writeln!(out, "# HELP {name} {}\n# TYPE {name} {word}", escape(help, false));
    for (labels, value) in &family.series {
        match (value, kind) {
            (Value::Number(number), _) => sample(out, name, labels, None, *number),
            (Value::Buckets { counts, sum }, Kind::Histogram(bounds)) => {
                render_buckets(out, name, labels, bounds, counts, *sum);
            }
            (Value::Buckets { .. }, Kind::Counter | Kind::Gauge) => {}
        }
    }
}

fn render_buckets(
    out: &mut String,
    name: &str,
    labels: &Labels,
    bounds: &[f64],
    counts: &[u64],
    sum: f64,
) {
    let bucket = format!("{name}_bucket");
    let bounds = bounds.iter().map(ToString::to_string).chain(["+Inf".to_owned()]);
    let mut total = 0;
    for (bound, count) in bounds.zip(counts) {
        total += count;
        sample(out, &bucket, labels, Some(&bound), total as f64);
    }
    sample(out, &format!("{name}_sum"), labels, None, sum);
    sample(out, &format!("{name}_count"), labels, None, total as f64);
}

fn sample(out: &mut String, name: &str, labels: &Labels, bound: Option<&str>, value: f64) {
    let pairs: Vec<String> = labels
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .chain(bound.map(|bound| ("le", bound)))
        .map(|(name, value)| format!("{name}=\"{}\"", escape(value, true)))
        .collect();
    let _ = if pairs.is_empty() {
        writeln!(out, "{name} {value}")
    } else {
        writeln!(out, "{name}{{{}}} {value}", pairs.join(","))
    };
}

/// Escapes a help text or, with `quotes`, a label's value, as the format demands.
fn escape(text: &str, quotes: bool) -> String {
    let text = text.replace('\\', "\\\\").replace('\n', "\\n");
    if quotes { text.replace('"', "\\\"") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOBS: Metric = Metric { name: "jobs_total", help: "Jobs\ndone.", kind: Kind::Counter };
    const WAIT: Metric =
        Metric { name: "wait_seconds", help: "Waiting.", kind: Kind::Histogram(&[0.1, 1.0]) };

    #[test]
    fn counters_and_labels_are_written_as_the_format_demands() {
        let metrics = Metrics::default();
        metrics.add(&JOBS, &[("task", "say \"hi\"\\now")], 2.0);
        metrics.add(&JOBS, &[("task", "say \"hi\"\\now")], 1.0);
        metrics.set(&QUEUE_DEPTH, &[], 7.0);
        assert_eq!(
            metrics.render(),
            "# HELP jobs_total Jobs\\ndone.\n\
             # TYPE jobs_total counter\n\
             jobs_total{task=\"say \\\"hi\\\"\\\\now\"} 3\n\
             # HELP queue_depth Jobs that wait in the queue.\n\
             # TYPE queue_depth gauge\n\
             queue_depth 7\n"
        );
    }

    #[test]
    fn buckets_are_cumulative_and_a_bound_belongs_to_its_bucket() {
        let metrics = Metrics::default();
        for seconds in [0.1, 0.5, 4.0] {
            metrics.observe(&WAIT, &[("route", "/")], seconds);
        }
        assert_eq!(
            metrics.render(),
            "# HELP wait_seconds Waiting.\n\
             # TYPE wait_seconds histogram\n\
             wait_seconds_bucket{route=\"/\",le=\"0.1\"} 1\n\
             wait_seconds_bucket{route=\"/\",le=\"1\"} 2\n\
             wait_seconds_bucket{route=\"/\",le=\"+Inf\"} 3\n\
             wait_seconds_sum{route=\"/\"} 4.6\n\
             wait_seconds_count{route=\"/\"} 3\n"
        );
    }

    #[test]
    fn series_are_bounded_and_known_ones_go_on() {
        let metrics = Metrics::default();
        for number in 0..MAX_SERIES + 10 {
            metrics.add(&JOBS, &[("task", &number.to_string())], 1.0);
        }
        metrics.add(&JOBS, &[("task", "0")], 1.0);
        let text = metrics.render();
        assert_eq!(text.lines().count(), MAX_SERIES + 2);
        assert!(text.contains("jobs_total{task=\"0\"} 2\n"), "{text}");
    }
}
