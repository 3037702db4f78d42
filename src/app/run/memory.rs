//! [`Memory`]: what a console remembers of alerts and probes, and whom it tells.

use tokio::sync::oneshot;

use crate::{
    alerts::Saved,
    history::Recorder,
    model::{Event, Notice, Notifier, alert::Telling, people::Occasion},
    store::AlertNews,
    text::Clean,
};

/// What a console remembers from run to run, and whom it tells of alerts.
pub(super) struct Memory {
    pub(super) recorder: Option<Recorder>,
    /// What an earlier run knew of alerts, once that is read.
    pub(super) restored: Option<oneshot::Receiver<Vec<Saved>>>,
    /// Which alerts the terminal tells of.
    pub(super) bells: Vec<Notifier>,
}

impl Memory {
    /// What an earlier run knew; comes once, or never.
    pub(super) async fn restored(&mut self) -> Vec<Saved> {
        if let Some(restored) = &mut self.restored {
            let saved = restored.await;
            self.restored = None;
            if let Ok(saved) = saved {
                return saved;
            }
        }
        std::future::pending().await
    }

    /// Keeps what probes answered.
    pub(super) fn note_probes(&mut self, events: &[Event]) {
        let Some(recorder) = &mut self.recorder else { return };
        for event in events {
            if let Event::Probed { key, report } = event {
                recorder.probed(key, report);
            }
        }
    }

    /// Keeps what happened to alerts; gives what the terminal is to tell.
    pub(super) fn keep(&mut self, news: AlertNews) -> Vec<Clean> {
        let AlertNews { moved, notices, saved } = news;
        if let Some(recorder) = &mut self.recorder {
            recorder.keep(saved);
            recorder.note(moved);
        }
        notices.iter().filter(|notice| self.is_told(notice)).map(words).collect()
    }

    fn is_told(&self, notice: &Notice) -> bool {
        let occasion = match notice.what {
            Telling::Firing(_) | Telling::NoData => Occasion::Firing,
            Telling::Resolved => Occasion::Resolved,
        };
        let tells =
            |bell: &Notifier| bell.on.contains(&occasion) && notice.severity >= bell.min_severity;
        self.bells.iter().any(tells)
    }
}

/// A notice in a line.
fn words(notice: &Notice) -> Clean {
    let what = match notice.what {
        Telling::Firing(_) => "fires",
        Telling::NoData => "has no data",
        Telling::Resolved => "is over",
    };
    Clean::new(&format!("{} {what}: {}", notice.rule.title, notice.evidence.words))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::model::{
        Advice, AlertId, AlertRule, AlertSeverity,
        alert::{Evidence, Patience},
        people::NotifierKind,
    };

    fn notice(what: Telling, severity: AlertSeverity) -> Notice {
        let rule = AlertRule {
            id: AlertId(Clean::new("metric:error_rate")),
            title: Clean::new("error_rate"),
            service: None,
            patience: Patience::default(),
            advice: Advice::default(),
        };
        let at = Timestamp::UNIX_EPOCH;
        let evidence = Evidence { value: None, words: Clean::new("7%") };
        Notice { rule, what, severity, since: at, at, evidence }
    }

    #[test]
    fn the_terminal_tells_only_what_somebody_asked_for() {
        let bell = Notifier {
            id: Clean::new("here"),
            kind: NotifierKind::Bell,
            on: vec![Occasion::Firing],
            min_severity: AlertSeverity::Critical,
        };
        let told = |bells: Vec<Notifier>, what, severity| {
            let mut memory = Memory { recorder: None, restored: None, bells };
            let notices = vec![notice(what, severity)];
            memory.keep(AlertNews { notices, ..AlertNews::default() })
        };
        let (critical, warning) = (AlertSeverity::Critical, AlertSeverity::Warning);
        let fires = Telling::Firing(critical);
        assert_eq!(told(vec![bell.clone()], fires, critical), [Clean::new("error_rate fires: 7%")]);
        assert!(told(vec![bell.clone()], Telling::Firing(warning), warning).is_empty());
        assert!(told(vec![bell], Telling::Resolved, critical).is_empty());
        assert!(told(vec![], fires, critical).is_empty());
    }
}
