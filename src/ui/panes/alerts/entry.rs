//! [`Entry`]: a row of the Alerts pane, whoever's alert it is.

use jiff::Timestamp;

use super::foreign_id;
use crate::{
    alerts::AlertView,
    model::{
        AlertId, AlertSeverity, Level, Phase, ServiceKey,
        alert::{AlertOrigin, ForeignAlert, ForeignState},
    },
    store::Store,
    text::Clean,
};

/// An alert of ours, or one that a server which watches the stack has.
#[derive(Clone, Debug)]
pub enum Entry<'a> {
    /// Ours.
    Own(&'a AlertView),
    /// Somebody else's.
    Foreign(AlertOrigin, &'a ForeignAlert),
    /// A server does not tell of its alerts.
    Silent(AlertOrigin, &'a Clean),
}

impl<'a> Entry<'a> {
    /// All alerts, the worst of ours first, then those of other servers.
    #[must_use]
    pub fn all(store: &'a Store) -> Vec<Self> {
        let mut all: Vec<_> = store.alerts().map(Self::Own).collect();
        for origin in [AlertOrigin::Prometheus, AlertOrigin::Alertmanager] {
            match store.foreign_alerts(origin).map(|foreign| &foreign.alerts) {
                Some(Ok(alerts)) => {
                    let mut alerts: Vec<_> = alerts.iter().collect();
                    alerts.sort_by_key(|alert| std::cmp::Reverse(alert.state));
                    all.extend(alerts.into_iter().map(|alert| Self::Foreign(origin, alert)));
                }
                Some(Err(fault)) => all.push(Self::Silent(origin, &fault.message)),
                None => {}
            }
        }
        // What is as it should be stands below what others say is not.
        all.sort_by_key(|entry| entry.phase() == Phase::Ok);
        all
    }

    /// Names it.
    #[must_use]
    pub fn id(&self) -> AlertId {
        match self {
            Self::Own(view) => view.rule.id.clone(),
            Self::Foreign(origin, alert) => {
                let label = |(name, value): (&Clean, &Clean)| format!("{name}={value}");
                let labels: Vec<_> = alert.labels.iter().map(label).collect();
                foreign_id(origin_word(*origin), &alert.name, &labels.join(","))
            }
            Self::Silent(origin, _) => foreign_id(origin_word(*origin), &Clean::default(), ""),
        }
    }

    /// What it is called.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Self::Own(view) => view.rule.title.as_str(),
            Self::Foreign(_, alert) => alert.name.as_str(),
            Self::Silent(origin, _) => origin_word(*origin),
        }
    }

    /// Where it is on its way.
    #[must_use]
    pub fn phase(&self) -> Phase {
        match self {
            Self::Own(view) => view.state.phase,
            Self::Foreign(_, alert) => match alert.state {
                ForeignState::Pending => Phase::Pending,
                ForeignState::Broken => Phase::Nodata,
                ForeignState::Down | ForeignState::Firing => Phase::Firing,
            },
            Self::Silent(..) => Phase::Nodata,
        }
    }

    /// How bad it is now.
    #[must_use]
    pub fn level(&self) -> Level {
        match (self, self.phase()) {
            (_, Phase::Ok) => Level::Ok,
            (_, Phase::Nodata) => Level::Unknown,
            (_, Phase::Pending) => Level::Busy,
            (Self::Own(view), _) => match view.state.severity {
                AlertSeverity::Warning => Level::Warn,
                AlertSeverity::Critical => Level::Bad,
            },
            (Self::Foreign(_, alert), _) => match alert.severity.as_ref().map(Clean::as_str) {
                Some("warning" | "info" | "none") => Level::Warn,
                _ => Level::Bad,
            },
            (Self::Silent(..), _) => Level::Unknown,
        }
    }

    /// Since when it is so, where that is known.
    #[must_use]
    pub fn since(&self) -> Option<Timestamp> {
        match self {
            Self::Own(view) => Some(view.since()),
            Self::Foreign(_, alert) => alert.since,
            Self::Silent(..) => None,
        }
    }

    /// What it says.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Own(view) => view.words(),
            Self::Foreign(origin, alert) => {
                let said = alert.summary.as_ref().map_or("", Clean::as_str);
                let down = if alert.state == ForeignState::Down { "target is down: " } else { "" };
                format!("{down}{said} ({})", origin_word(*origin))
            }
            Self::Silent(_, why) => format!("does not tell of its alerts: {why}"),
        }
    }

    /// Why it need not bother anybody for now.
    #[must_use]
    pub fn quiet_words(&self) -> Option<String> {
        match self {
            Self::Own(view) => view.overlay_words(),
            Self::Foreign(_, alert) if alert.inhibited => Some("inhibited".into()),
            Self::Foreign(_, alert) => {
                let silence = alert.silenced_by.first()?;
                Some(format!("silenced by {}: {}", silence.who, silence.why))
            }
            Self::Silent(..) => None,
        }
    }

    /// What to do first, as the stack file says.
    #[must_use]
    pub fn do_first(&self) -> Option<String> {
        let Self::Own(view) = self else { return None };
        if self.phase() == Phase::Ok {
            return None;
        }
        let advice = &view.rule.advice;
        let parts = [
            advice.hint.as_ref().map(ToString::to_string),
            advice.action.as_ref().map(|action| format!("action {action}")),
            advice.runbook.as_ref().map(|runbook| format!("runbook {runbook}")),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    /// The service that it is about, if that is there.
    #[must_use]
    pub fn service(&self, store: &Store) -> Option<ServiceKey> {
        let name = match self {
            Self::Own(view) => view.rule.service.as_ref()?,
            Self::Foreign(_, alert) => alert.labels.get(&Clean::new("job"))?,
            Self::Silent(..) => return None,
        };
        let mut services = store.services().iter().map(|view| &view.key);
        services.find(|key| store.calls(key, name)).cloned()
    }

    /// Whether it is ours.
    #[must_use]
    pub fn is_own(&self) -> bool {
        matches!(self, Self::Own(_))
    }

    /// Whether somebody can say that they are on it.
    #[must_use]
    pub fn can_be_acknowledged(&self) -> bool {
        matches!(self, Self::Own(view) if view.is_firing())
    }
}

/// Whose an alert is, in a word.
pub(super) fn origin_word(origin: AlertOrigin) -> &'static str {
    match origin {
        AlertOrigin::Midwatch => "midwatch",
        AlertOrigin::Prometheus => "prometheus",
        AlertOrigin::Alertmanager => "alertmanager",
    }
}
