//! [`Rule`]: what is judged, as the stack file says it.

use jiff::SignedDuration;

use crate::{
    model::{
        Advice, AlertId, AlertRule, MetricSpec, NoData, PatternAlert, PatternSpec, Stack,
        alert::Patience,
    },
    text::Clean,
};

/// So long there may be nothing to judge by before that is said. Prometheus takes a number
/// for stale after the same time.
const NODATA: SignedDuration = SignedDuration::from_mins(5);

/// The alert that says that it is our own network.
pub const NETWORK: &str = "network:ours";

/// How long our own network must be well before the others are believed again: two passes
/// of a probe, so that what recovers with it is never told.
const NETWORK_KEEP: SignedDuration = SignedDuration::from_secs(90);

/// A rule with what it looks at.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What people see of it.
    pub alert: AlertRule,
    /// Whether somebody is told when there is nothing to judge by.
    pub tells_nodata: bool,
    /// What it looks at.
    pub subject: Subject,
}

/// What a rule looks at.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// A number over time.
    Metric(Box<MetricSpec>),
    /// How many lines of a log pattern there are.
    Pattern {
        /// The pattern's name.
        name: Clean,
        /// How many are too many.
        alert: PatternAlert,
    },
    /// The probes of one name of one service.
    Probe,
    /// Our own network.
    Network,
}

impl Rule {
    /// The rules of a stack file, but for those about probes: which probes there are is
    /// known only by what runs.
    #[must_use]
    pub fn of_stack(stack: &Stack) -> Vec<Self> {
        let metrics = stack.metrics.iter().filter_map(Self::of_metric);
        let patterns = stack.patterns.iter().filter_map(|pattern| Self::of_pattern(stack, pattern));
        metrics.chain(patterns).chain([Self::of_network()]).collect()
    }

    fn of_metric(spec: &MetricSpec) -> Option<Self> {
        if spec.warn.is_none() && spec.critical.is_none() && spec.range.is_none() {
            return None;
        }
        let nodata = match spec.nodata {
            NoData::Hold => SignedDuration::MAX,
            NoData::Ok | NoData::Alert => NODATA,
        };
        let patience = Patience { hold: signed(spec.hold), keep: signed(spec.keep), nodata };
        let alert = AlertRule {
            id: id("metric", spec.id.as_str()),
            title: spec.id.clone(),
            service: spec.service.clone(),
            patience,
            advice: spec.advice.clone(),
        };
        let tells_nodata = spec.nodata == NoData::Alert;
        Some(Self { alert, tells_nodata, subject: Subject::Metric(Box::new(spec.clone())) })
    }

    fn of_pattern(stack: &Stack, spec: &PatternSpec) -> Option<Self> {
        let found = spec.alert?;
        // Only a service is as bad as what its lines say.
        let service = match &*spec.within {
            [name] if stack.services.iter().any(|service| service.id == *name) => {
                Some(name.clone())
            }
            _ => None,
        };
        let alert = AlertRule {
            id: id("pattern", spec.name.as_str()),
            title: spec.name.clone(),
            service,
            // The lines leave the stretch one minute after the other.
            patience: Patience {
                keep: SignedDuration::from_mins(1),
                nodata: NODATA,
                ..Patience::default()
            },
            advice: Advice { runbook: spec.runbook.clone(), ..Advice::default() },
        };
        let subject = Subject::Pattern { name: spec.name.clone(), alert: found };
        Some(Self { alert, tells_nodata: false, subject })
    }

    /// The rule about the probes of one name of a service, such as `api/health`; of its
    /// instances, where there are several.
    ///
    /// A probe fails and recovers only after several answers: nothing more is waited for.
    #[must_use]
    pub fn of_probe(name: &str, service: Option<&Clean>) -> Self {
        let alert = AlertRule {
            id: id("probe", name),
            title: Clean::new(name),
            service: service.cloned(),
            patience: Patience { nodata: NODATA, ..Patience::default() },
            advice: Advice::default(),
        };
        Self { alert, tells_nodata: false, subject: Subject::Probe }
    }

    /// The rule about a certificate of the stack itself.
    #[must_use]
    pub fn of_certificate(name: &str) -> Self {
        let rule = Self::of_probe(name, None);
        Self { alert: AlertRule { id: id("certificate", name), ..rule.alert }, ..rule }
    }

    fn of_network() -> Self {
        let hint = "look from another host: what runs may be well; then at this host's network";
        let alert = AlertRule {
            id: AlertId(Clean::new(NETWORK)),
            title: Clean::new("our own network"),
            service: None,
            patience: Patience {
                keep: NETWORK_KEEP,
                nodata: SignedDuration::MAX,
                ..Patience::default()
            },
            advice: Advice { hint: Some(Clean::new(hint)), ..Advice::default() },
        };
        Self { alert, tells_nodata: false, subject: Subject::Network }
    }
}

fn id(kind: &str, name: &str) -> AlertId {
    AlertId(Clean::new(&format!("{kind}:{name}")))
}

fn signed(duration: std::time::Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}
