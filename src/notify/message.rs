//! [`Message`]: what is said of alerts.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    model::{
        Advice, AlertId, AlertSeverity, Environment, Notice,
        alert::{AlertRule, Evidence, Patience, Telling},
    },
    text::Clean,
};

/// Who says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sender {
    /// The stack that is looked at.
    pub stack: Option<Clean>,
    /// What it is for.
    pub environment: Option<Environment>,
}

/// Whether something is wrong or over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It fires, or nobody knows.
    Firing,
    /// It is as it should be again.
    Resolved,
}

/// What is said of some alerts, in the words of Alertmanager.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Message {
    /// The worst of its alerts.
    pub status: Status,
    /// What each alert says.
    pub alerts: Vec<Told>,
}

/// What is said of one alert.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// Whether it fires.
    pub status: Status,
    /// What it is: `alertname`, `alert` (its id), `severity`, `stack`, `service`,
    /// `environment`.
    pub labels: BTreeMap<&'static str, Clean>,
    /// What is said of it: `summary`, `description`, `hint`, `action`, `runbook`.
    pub annotations: BTreeMap<&'static str, Clean>,
    /// Since when.
    pub starts_at: Timestamp,
    /// When it was over; the year 1 as long as it is not, as Alertmanager says it.
    pub ends_at: Timestamp,
    /// Where it can be seen: nowhere but in a terminal.
    #[serde(rename = "generatorURL")]
    pub generator_url: &'static str,
    /// The same for each notice of one alert.
    pub fingerprint: String,
}

impl Message {
    /// Says some notices. Those of one look belong together: one message a look.
    #[must_use]
    pub fn new(notices: &[Notice], sender: &Sender) -> Self {
        let alerts: Vec<_> = notices.iter().map(|notice| Told::new(notice, sender)).collect();
        let fires = alerts.iter().any(|alert| alert.status == Status::Firing);
        Self { status: if fires { Status::Firing } else { Status::Resolved }, alerts }
    }

    /// What is said to see whether it arrives.
    #[must_use]
    pub fn test(sender: &Sender, now: Timestamp) -> Self {
        let words = "a test: midwatch can reach you. Nothing is wrong, and nothing is to be done";
        let rule = AlertRule {
            id: AlertId(Clean::new("test:notify")),
            title: Clean::new("test"),
            service: None,
            patience: Patience::default(),
            advice: Advice::default(),
        };
        let notice = Notice {
            rule,
            what: Telling::Firing(AlertSeverity::Warning),
            severity: AlertSeverity::Warning,
            since: now,
            at: now,
            evidence: Evidence { value: None, words: Clean::new(words) },
        };
        Self::new(&[notice], sender)
    }

    /// The labels that all of its alerts have.
    pub(super) fn common_labels(&self) -> BTreeMap<&'static str, Clean> {
        common(self.alerts.iter().map(|alert| &alert.labels))
    }

    /// The annotations that all of its alerts have.
    pub(super) fn common_annotations(&self) -> BTreeMap<&'static str, Clean> {
        common(self.alerts.iter().map(|alert| &alert.annotations))
    }
}

fn common<'a>(
    mut all: impl Iterator<Item = &'a BTreeMap<&'static str, Clean>>,
) -> BTreeMap<&'static str, Clean> {
    let mut common = all.next().cloned().unwrap_or_default();
    for other in all {
        common.retain(|name, value| other.get(name) == Some(value));
    }
    common
}

impl Told {
    fn new(notice: &Notice, sender: &Sender) -> Self {
        let over = notice.what == Telling::Resolved;
        Self {
            status: if over { Status::Resolved } else { Status::Firing },
            labels: labels(notice, sender),
            annotations: annotations(notice, sender),
            starts_at: notice.since.min(notice.at),
            ends_at: if over { notice.at } else { no_end() },
            generator_url: "",
            fingerprint: fingerprint(&notice.rule.id, sender),
        }
    }
}

fn no_end() -> Timestamp {
    // 0001-01-01T00:00:00Z.
    Timestamp::from_second(-62_135_596_800).unwrap_or(Timestamp::MIN)
}

fn labels(notice: &Notice, sender: &Sender) -> BTreeMap<&'static str, Clean> {
    let severity: &str = notice.severity.into();
    let environment = sender.environment.map(|it| Clean::new(it.word()));
    [
        ("alertname", Some(notice.rule.title.clone())),
        ("alert", Some(notice.rule.id.0.clone())),
        ("severity", Some(Clean::new(severity))),
        ("stack", sender.stack.clone()),
        ("service", notice.rule.service.clone()),
        ("environment", environment),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect()
}

fn annotations(notice: &Notice, sender: &Sender) -> BTreeMap<&'static str, Clean> {
    let Advice { hint, action, runbook } = notice.rule.advice.clone();
    let words = &notice.evidence.words;
    [
        ("summary", Some(Clean::new(&summary(notice, sender)))),
        ("description", Some(words.clone()).filter(|words| !words.is_empty())),
        ("hint", hint),
        ("action", action),
        ("runbook", runbook),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect()
}

/// One line that says it all, such as `critical: shop error_rate, 7.2% (critical > 5%)`.
#[must_use]
pub fn summary(notice: &Notice, sender: &Sender) -> String {
    let what: &str = match notice.what {
        Telling::Firing(severity) => severity.into(),
        Telling::NoData => "no data",
        Telling::Resolved => "resolved",
    };
    let stack = sender.stack.as_ref().map_or_else(String::new, |stack| format!("{stack} "));
    let words = &notice.evidence.words;
    let words = if words.is_empty() { String::new() } else { format!(", {words}") };
    format!("{what}: {stack}{}{words}", notice.rule.title)
}

/// FNV-1a over what names an alert, in 16 hexadecimal digits as Alertmanager's.
fn fingerprint(id: &AlertId, sender: &Sender) -> String {
    let stack = sender.stack.as_ref().map_or("", Clean::as_str);
    let bytes = stack.bytes().chain([0]).chain(id.0.as_str().bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}
