//! [`AlertsReport`]: what `midwatch alerts` says, as an object and as a table.

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    cli::{CliError, Exit, Printer, table::Table, words},
    model::{
        AlertId, AlertSeverity, Phase,
        alert::{AlertOrigin, Overlay},
    },
    store::{AlertView, Store},
    text::Clean,
};

/// What `midwatch alerts --json` prints; one object, or one a line with `--watch`.
///
/// | field | type | what |
/// |---|---|---|
/// | `time` | RFC 3339 | when this was so |
/// | `alerts` | array | each alert, the worst first, see [`AlertReportLine`] |
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the table says it once, and the README copies it")]
pub struct AlertsReport {
    pub time: Timestamp,
    pub alerts: Vec<AlertReportLine>,
}

/// An alert in [`AlertsReport`].
///
/// | field | type | what |
/// |---|---|---|
/// | `alert` | string | its id, such as `metric:error_rate` |
/// | `title` | string | what it says, in a few words |
/// | `service` | string or null | the service that it is about |
/// | `origin` | string | whose alert it is: `midwatch`, `prometheus`, `alertmanager` |
/// | `phase` | string | `ok`, `pending`, `firing`, `resolving` or `nodata` |
/// | `severity` | string | `warning` or `critical`: how bad it is or was last |
/// | `since` | RFC 3339 | since when it fires, or else since when it has been in its phase |
/// | `words` | string | the value and its bound, or why nothing is known |
/// | `value` | number or null | the value, in the base unit: seconds, bytes, shares 0–1 |
/// | `no_data_since` | RFC 3339 or null | since when there is nothing to judge by |
/// | `overlays` | array | why it need not bother anybody: `kind` (`acknowledged`, `silenced`, `maintenance`), `who`, `why`, `since`, `until` |
/// | `held_back` | string or null | why nobody is told although nothing overlays it |
/// | `hint`, `action`, `runbook` | string or null | what to do, as the stack file says |
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the table says it once, and the README copies it")]
pub struct AlertReportLine {
    pub alert: AlertId,
    pub title: Clean,
    pub service: Option<Clean>,
    pub origin: AlertOrigin,
    pub phase: Phase,
    pub severity: AlertSeverity,
    pub since: Timestamp,
    pub words: Clean,
    pub value: Option<f64>,
    pub no_data_since: Option<Timestamp>,
    pub overlays: Vec<Overlay>,
    pub held_back: Option<Clean>,
    pub hint: Option<Clean>,
    pub action: Option<Clean>,
    pub runbook: Option<Clean>,
    /// Whether having no data counts as wrong.
    #[serde(skip)]
    tells_nodata: bool,
    #[serde(skip)]
    quiet: Option<String>,
}

impl AlertReportLine {
    fn new(view: &AlertView) -> Self {
        let AlertView { rule, state, .. } = view;
        Self {
            alert: rule.id.clone(),
            title: rule.title.clone(),
            service: rule.service.clone(),
            origin: view.origin,
            phase: state.phase,
            severity: state.severity,
            since: view.since(),
            words: Clean::new(&view.words()),
            value: state.evidence.value.filter(|value| value.is_finite()),
            no_data_since: state.blind.as_ref().map(|blind| blind.since),
            overlays: view.overlays.clone(),
            held_back: view.held_back.clone(),
            hint: rule.advice.hint.clone(),
            action: rule.advice.action.clone(),
            runbook: rule.advice.runbook.clone(),
            tells_nodata: view.tells_nodata,
            quiet: view.overlay_words(),
        }
    }

    fn is_wrong(&self) -> bool {
        match self.phase {
            Phase::Firing | Phase::Resolving => true,
            Phase::Nodata => self.tells_nodata,
            Phase::Ok | Phase::Pending => false,
        }
    }

    fn state_words(&self) -> String {
        let severity: &str = self.severity.into();
        match self.phase {
            Phase::Firing => severity.to_owned(),
            Phase::Resolving | Phase::Pending => format!("{severity}, {}", self.phase.word()),
            Phase::Ok | Phase::Nodata => self.phase.word().to_owned(),
        }
    }

    fn advice(&self) -> String {
        let parts = [&self.hint, &self.action, &self.runbook];
        let parts: Vec<_> = parts.into_iter().flatten().map(Clean::as_str).collect();
        parts.join("; ")
    }
}

impl AlertsReport {
    /// Says what is known of all alerts.
    pub(super) fn new(store: &Store, now: Timestamp) -> Self {
        Self { time: now, alerts: store.alerts().map(AlertReportLine::new).collect() }
    }

    /// What the shell is told: what fires is wrong, and so is what has no data although the
    /// stack file wants that told.
    #[must_use]
    pub fn exit(&self) -> Exit {
        if self.alerts.iter().any(AlertReportLine::is_wrong) { Exit::Wrong } else { Exit::Well }
    }

    /// The same without what passing time alone changes, and without numbers that are as
    /// they should be.
    pub(super) fn timeless(&self) -> Self {
        let mut alerts = self.alerts.clone();
        for alert in &mut alerts {
            alert.value = None;
            if alert.phase == Phase::Ok {
                alert.words = Clean::default();
            }
        }
        Self { time: Timestamp::UNIX_EPOCH, alerts }
    }

    /// Prints it for a program or for a person.
    pub(super) fn print(&self, json: bool, printer: &mut Printer<'_>) -> Result<(), CliError> {
        if json {
            return printer.json(self);
        }
        if self.alerts.is_empty() {
            return printer.line(
                "no alerts: nothing that is up is probed, and no stack file says what to look at",
            );
        }
        self.table().print(printer)
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["STATE", "SINCE", "ALERT", "SERVICE", "WHAT", "QUIET", "DO"]);
        let dash = |text: Option<String>| text.filter(|it| !it.is_empty()).unwrap_or("-".into());
        for alert in &self.alerts {
            let age = self.time.duration_since(alert.since).as_secs().max(0);
            // What to do about what is well bothers nobody.
            let advice = (alert.phase != Phase::Ok).then(|| alert.advice());
            table.row([
                alert.state_words(),
                words::seconds(age),
                alert.alert.0.to_string(),
                dash(alert.service.as_ref().map(ToString::to_string)),
                dash(Some(alert.words.to_string())),
                dash(alert.quiet.clone()),
                dash(advice),
            ]);
        }
        table
    }
}
