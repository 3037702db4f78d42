//! What a Prometheus server answers, as JSON.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, de::IgnoredAny};

use crate::{
    metrics::MetricsError,
    model::{ForeignAlert, ForeignState},
    text::{Clean, redact},
};

/// What is around every answer.
#[derive(Deserialize)]
pub(super) struct Envelope<T> {
    status: String,
    data: Option<T>,
    #[serde(rename = "errorType", default)]
    error_type: String,
    #[serde(default)]
    error: String,
    #[serde(default)]
    warnings: Vec<String>,
}

impl<T> Envelope<T> {
    /// What is in it, and its warnings in a line.
    pub(super) fn open(self, wanted: &'static str) -> Result<(T, String), MetricsError> {
        let warnings = Clean::new(&self.warnings.join("; ")).as_str().to_owned();
        match (self.status.as_str(), self.data) {
            ("success", Some(data)) => Ok((data, warnings)),
            ("error", _) => Err(MetricsError::Query {
                kind: Clean::new(&self.error_type).as_str().to_owned(),
                message: Clean::new(&self.error).as_str().to_owned(),
            }),
            _ => Err(MetricsError::Other { wanted, why: "its answer says nothing".into() }),
        }
    }
}

/// A time in seconds, and a number in words.
type Point = (f64, String);

/// What a query gives.
#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
pub(super) enum Numbers {
    Scalar(Point),
    Vector(Vec<One>),
    Matrix(Vec<Many>),
    String(IgnoredAny),
}

/// A series at one moment.
#[derive(Deserialize)]
pub(super) struct One {
    /// Missing where it is a native histogram.
    value: Option<Point>,
}

/// A series over time.
#[derive(Deserialize)]
pub(super) struct Many {
    #[serde(default)]
    values: Vec<Point>,
}

impl Numbers {
    /// The one number that it is.
    pub(super) fn one(self) -> Result<Option<f64>, MetricsError> {
        let point = match self {
            Self::Scalar(point) => Some(point),
            Self::Vector(series) if series.len() > 1 => {
                return Err(MetricsError::Several { count: series.len() });
            }
            Self::Vector(series) => match series.into_iter().next() {
                None => None,
                Some(One { value: Some(point) }) => Some(point),
                Some(One { value: None }) => {
                    return Err(MetricsError::NoNumber { what: "a histogram" });
                }
            },
            Self::Matrix(_) => return Err(MetricsError::NoNumber { what: "numbers over time" }),
            Self::String(_) => return Err(MetricsError::NoNumber { what: "a text" }),
        };
        Ok(point.and_then(|(_, value)| number(&value)))
    }

    /// The one series over time that it is.
    pub(super) fn many(self) -> Result<Vec<(Timestamp, f64)>, MetricsError> {
        let Self::Matrix(series) = self else {
            return Err(MetricsError::NoNumber { what: "no numbers over time" });
        };
        if series.len() > 1 {
            return Err(MetricsError::Several { count: series.len() });
        }
        let values = series.into_iter().flat_map(|series| series.values);
        let point = |(at, value): Point| Some((time(at)?, number(&value)?));
        Ok(values.filter_map(point).collect())
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

fn time(seconds: f64) -> Option<Timestamp> {
    Timestamp::from_millisecond((seconds * 1000.0).round() as i64).ok()
}

/// Rules, by group.
#[derive(Deserialize)]
pub(super) struct Groups {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
struct Rule {
    name: String,
    #[serde(default)]
    labels: Words,
    #[serde(default)]
    annotations: Words,
    #[serde(default)]
    alerts: Vec<Alert>,
    #[serde(default)]
    health: String,
    #[serde(rename = "lastError", default)]
    last_error: String,
}

#[derive(Deserialize)]
struct Alert {
    #[serde(default)]
    labels: Words,
    #[serde(default)]
    annotations: Words,
    state: String,
    #[serde(rename = "activeAt")]
    active_at: Option<Timestamp>,
    #[serde(default)]
    value: String,
}

/// Labels or annotations.
pub(super) type Words = BTreeMap<String, String>;

impl Groups {
    /// The alerts of all rules, and the rules that cannot be evaluated.
    pub(super) fn alerts(self) -> Vec<ForeignAlert> {
        self.groups.into_iter().flat_map(|group| group.rules).flat_map(Rule::alerts).collect()
    }
}

impl Rule {
    fn alerts(self) -> Vec<ForeignAlert> {
        let broken = (self.health == "err").then(|| ForeignAlert {
            summary: Some(Clean::new(&redact::mask_urls(&self.last_error))),
            ..foreign(&self.name, ForeignState::Broken, &self.labels, &self.annotations)
        });
        let alert = |alert: Alert| {
            let state = match alert.state.as_str() {
                "firing" => ForeignState::Firing,
                "pending" => ForeignState::Pending,
                _ => return None,
            };
            Some(ForeignAlert {
                since: alert.active_at,
                value: number(&alert.value),
                ..foreign(&self.name, state, &alert.labels, &alert.annotations)
            })
        };
        self.alerts.into_iter().filter_map(alert).chain(broken).collect()
    }
}

/// What is the matter, in the words of whoever wrote the rule.
pub(super) fn foreign(
    name: &str,
    state: ForeignState,
    labels: &Words,
    annotations: &Words,
) -> ForeignAlert {
    let said = |names: &[&str]| {
        let found = names.iter().find_map(|name| annotations.get(*name));
        found.map(|text| Clean::new(text.trim()))
    };
    ForeignAlert {
        name: Clean::new(name),
        state,
        severity: labels.get("severity").map(|severity| Clean::new(severity)),
        since: None,
        labels: labels.iter().map(|(name, value)| (Clean::new(name), Clean::new(value))).collect(),
        summary: said(&["summary", "description", "message"]),
        runbook: said(&["runbook_url", "runbook"]),
        value: None,
        silenced_by: Vec::new(),
        inhibited: false,
    }
}

/// What is scraped.
#[derive(Deserialize)]
pub(super) struct Targets {
    #[serde(rename = "activeTargets")]
    active: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    #[serde(default)]
    labels: Words,
    #[serde(rename = "scrapePool", default)]
    pool: String,
    health: String,
    #[serde(rename = "lastError", default)]
    last_error: String,
}

impl Targets {
    /// Those that cannot be scraped.
    pub(super) fn down(self) -> impl Iterator<Item = ForeignAlert> {
        self.active.into_iter().filter(|target| target.health == "down").map(|target| {
            let name = target.labels.get("job").unwrap_or(&target.pool);
            ForeignAlert {
                summary: Some(Clean::new(&redact::mask_urls(&target.last_error))),
                ..foreign(name, ForeignState::Down, &target.labels, &Words::new())
            }
        })
    }
}
