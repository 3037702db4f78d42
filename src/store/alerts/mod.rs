//! Alerts: what is known, judged by the rules of the stack.

mod measure;
mod probes;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use probes::is_about_probe;

use super::{EngineView, Store, Topics};
use crate::{
    alerts::{
        AlertView, Board, NETWORK, Rule, Saved, Subject,
        maintenance::{Calendar, Window},
        network::Network,
    },
    model::{
        AlertId, AlertSeverity, Condition, Demand, Fault, ForeignAlert, Level, MetricSource,
        Notice, Observation, ServiceKey, Stack, Transition,
        alert::{AlertOrigin, Overlay, OverlayKind},
    },
    text::Clean,
};

/// How often what is not well is kept although it has not moved: after a restart no more of
/// its time is forgotten than this.
const KEPT_EVERY: SignedDuration = SignedDuration::from_secs(30);

/// Transitions and notices that nobody has taken are kept up to so many, the newest.
const NEWS: usize = 1000;

/// Why alerts are held back while our own network is down.
const HELD: &str = "held back: it is our own network";

/// What a server that watches the stack said of its alerts last.
#[derive(Clone, Debug)]
pub struct Foreign {
    /// When it was asked.
    pub at: Timestamp,
    /// What it said, or why it did not.
    pub alerts: Result<Vec<ForeignAlert>, Fault>,
}

/// What happened to alerts since somebody asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertNews {
    /// What moved, in order.
    pub moved: Vec<Transition>,
    /// What somebody is to be told. It is given once.
    pub notices: Vec<Notice>,
    /// What is to be kept of alerts, for the next run.
    pub saved: Vec<Saved>,
}

/// The alerts of the stack.
#[derive(Debug, Default)]
pub(super) struct Alerts {
    board: Board,
    /// The rules of the stack file.
    rules: Vec<Rule>,
    calendar: Calendar,
    network: Network,
    /// What was measured of metrics last.
    measured: BTreeMap<Clean, (Timestamp, Result<Option<f64>, Fault>)>,
    foreign: BTreeMap<AlertOrigin, Foreign>,
    moved: Vec<Transition>,
    notices: Vec<Notice>,
    kept_at: Option<Timestamp>,
}

impl Alerts {
    pub(super) fn of(stack: &Stack) -> Self {
        Self { rules: Rule::of_stack(stack), calendar: Calendar::of(stack), ..Self::default() }
    }

    fn observe(&mut self, rule: &Rule, seen: Observation, now: Timestamp) {
        let moved = self.board.observe(rule, seen, now);
        self.moved.extend(moved);
    }
}

/// What one look found, besides what each alert is told.
#[derive(Default)]
struct Round {
    /// The alerts that were looked at.
    seen: BTreeSet<AlertId>,
    /// Those that may be wrong only because our own network is down.
    by_network: BTreeSet<AlertId>,
}

impl Store {
    pub(super) fn take_measured(
        &mut self,
        metric: Clean,
        at: Timestamp,
        value: Result<Option<f64>, Fault>,
    ) -> Topics {
        self.alerts.measured.insert(metric, (at, value));
        // Judged with everything else, by the next tick.
        Topics::empty()
    }

    pub(super) fn take_foreign(
        &mut self,
        from: AlertOrigin,
        at: Timestamp,
        alerts: Result<Vec<ForeignAlert>, Fault>,
    ) -> Topics {
        self.alerts.foreign.insert(from, Foreign { at, alerts });
        Topics::ALERTS
    }

    /// Judges all alerts by what is known. Once a second is enough for a screen; a command
    /// that wants to know at once asks for it.
    pub fn judge_alerts(&mut self, now: Timestamp) -> Topics {
        let mut alerts = std::mem::take(&mut self.alerts);
        let mut round = Round::default();
        for rule in std::mem::take(&mut alerts.rules) {
            self.look(&mut alerts, &rule, &mut round, now);
            alerts.rules.push(rule);
        }
        for group in self.probe_groups() {
            let id = group.rule.alert.id.clone();
            if group.is_unheard {
                round.by_network.insert(id.clone());
            }
            round.seen.insert(id);
            alerts.observe(&group.rule, group.seen, now);
        }
        self.let_go(&mut alerts, &round.seen, now);
        overlay(&mut alerts, &round.by_network, now);
        let due = alerts.board.take_due(now);
        alerts.notices.extend(due);
        keep_newest(&mut alerts.moved);
        keep_newest(&mut alerts.notices);
        let changed = alerts.board.take_changed();
        self.alerts = alerts;
        self.alerts_changed(changed)
    }

    fn look(&self, alerts: &mut Alerts, rule: &Rule, round: &mut Round, now: Timestamp) {
        let id = &rule.alert.id;
        let seen = match &rule.subject {
            Subject::Metric(spec) => {
                let from_afar = matches!(
                    spec.source,
                    MetricSource::Prometheus { .. } | MetricSource::Exposition { .. }
                );
                if from_afar {
                    round.by_network.insert(id.clone());
                }
                Some(self.metric(spec, alerts.measured.get(&spec.id), now))
            }
            Subject::Pattern { name, alert } => Some(self.pattern(name, alert, now)),
            Subject::Network => alerts.network.judge(&self.network_looks()),
            Subject::Probe => None,
        };
        match seen {
            Some(seen) => {
                round.seen.insert(id.clone());
                alerts.observe(rule, seen, now);
            }
            // Too few hosts are asked. What fires already goes on.
            None if alerts.board.alert(id).is_some() => {
                let nobody = Observation::Nothing(Clean::new("too few other hosts are asked"));
                round.seen.insert(id.clone());
                alerts.observe(rule, nobody, now);
            }
            None => {}
        }
    }

    /// What is not asked any more is not known, as long as there is its service; what of a
    /// service that is gone was wrong is over.
    fn let_go(&self, alerts: &mut Alerts, seen: &BTreeSet<AlertId>, now: Timestamp) {
        for id in alerts.board.others(seen) {
            let service = alerts.board.alert(&id).and_then(|view| view.rule.service.clone());
            let why = match &service {
                Some(service) if self.has_service(service) => {
                    Clean::new(&format!("nothing of {service} is up that could be asked"))
                }
                _ => {
                    let (moved, notice) =
                        alerts.board.forget(&id, &Clean::new("its service is gone"), now);
                    alerts.moved.extend(moved);
                    alerts.notices.extend(notice);
                    continue;
                }
            };
            let moved = alerts.board.lose(&id, why, now);
            alerts.moved.extend(moved);
        }
    }

    fn alerts_changed(&mut self, changed: bool) -> Topics {
        if !changed {
            return Topics::empty();
        }
        let of_service = |view: &AlertView| view.rule.service.is_some();
        if self.alerts.board.alerts().any(of_service) {
            self.groups.outdated();
            return Topics::ALERTS | Topics::SERVICES;
        }
        Topics::ALERTS
    }

    /// All alerts, the worst first.
    pub fn alerts(&self) -> impl Iterator<Item = &AlertView> {
        let mut alerts: Vec<_> = self.alerts.board.alerts().collect();
        alerts.sort_by_cached_key(|view| view.rank());
        alerts.into_iter()
    }

    /// One alert.
    #[must_use]
    pub fn alert(&self, id: &AlertId) -> Option<&AlertView> {
        self.alerts.board.alert(id)
    }

    /// What a server that watches the stack says of its alerts; `None`: it was not asked.
    #[must_use]
    pub fn foreign_alerts(&self, from: AlertOrigin) -> Option<&Foreign> {
        self.alerts.foreign.get(&from)
    }

    /// The maintenance windows that are open.
    pub fn open_windows(&self, now: Timestamp) -> impl Iterator<Item = Window> {
        self.alerts.calendar.open_at(now)
    }

    /// The next maintenance windows, the earliest first.
    #[must_use]
    pub fn next_windows(&self, now: Timestamp) -> Vec<Window> {
        self.alerts.calendar.next_after(now)
    }

    /// Knows of alerts what an earlier run knew.
    pub fn restore_alerts(&mut self, saved: Vec<Saved>) {
        let network = saved.iter().find(|saved| saved.id.0.as_str() == NETWORK);
        if network.is_some_and(|network| network.state.fired_at.is_some()) {
            self.alerts.network.restore_down();
        }
        self.alerts.board.restore(saved);
    }

    /// What happened to alerts since somebody asked last.
    pub fn take_alert_news(&mut self, now: Timestamp) -> AlertNews {
        let age = |at: Timestamp| now.duration_since(at).abs();
        let all = self.alerts.kept_at.is_none_or(|at| age(at) >= KEPT_EVERY);
        if all {
            self.alerts.kept_at = Some(now);
        }
        AlertNews {
            moved: std::mem::take(&mut self.alerts.moved),
            notices: std::mem::take(&mut self.alerts.notices),
            saved: self.alerts.board.take_unsaved(all),
        }
    }

    /// Lays an acknowledgement or a silence over an alert. Nothing changes when there is no
    /// such alert, or nothing to acknowledge.
    pub fn lay_over_alert(&mut self, id: &AlertId, overlay: Overlay) -> Topics {
        let changed = self.alerts.board.lay(id, overlay);
        self.alerts_changed(changed)
    }

    /// Takes an acknowledgement or a silence off an alert.
    pub fn uncover_alert(&mut self, id: &AlertId, kind: OverlayKind) -> Topics {
        let changed = self.alerts.board.lift(id, kind);
        self.alerts_changed(changed)
    }

    /// Demands what alerts are judged by, whatever is visible: the lines that patterns are
    /// looked for in.
    pub fn demand_for_alerts(&self, demand: &mut Demand) {
        for pattern in self.alerting_patterns() {
            for (key, view) in self.instances() {
                let up = self.engine(&key.engine).is_some_and(EngineView::is_up);
                let is_meant = up && view.instance.is_up() && self.is_within(pattern, key);
                let run = view.instance.detail.as_ref().and_then(|detail| detail.started_at);
                if is_meant {
                    demand.logs.entry(key.clone()).or_insert(run);
                }
            }
        }
    }

    /// How a service does by its alerts that fire: those about probes, and the others. Of
    /// probes only what somebody looks after, or expects: the rest they say themselves.
    pub(super) fn alert_conditions(
        &self,
        service: &ServiceKey,
    ) -> (Vec<Condition>, Vec<Condition>) {
        let name = self.name_of_service(service);
        let fires =
            |view: &&AlertView| view.is_firing() && view.rule.service.as_ref() == Some(name);
        let (of_probes, others): (Vec<_>, Vec<_>) = self
            .alerts
            .board
            .alerts()
            .filter(fires)
            .partition(|view| is_about_probe(&view.rule.id));
        let quiet = of_probes.into_iter().filter(|view| view.is_quiet());
        (quiet.map(condition).collect(), others.into_iter().map(condition).collect())
    }

    /// What the stack file calls a service, or else its own name.
    fn name_of_service<'a>(&'a self, service: &'a ServiceKey) -> &'a Clean {
        self.told_of(service).map_or(&service.service.name, |told| &told.id)
    }

    fn has_service(&self, name: &Clean) -> bool {
        self.stack.services.iter().any(|told| told.id == *name)
            || self.instances.values().any(|view| view.instance.service.name == *name)
    }
}

fn keep_newest<T>(news: &mut Vec<T>) {
    let excess = news.len().saturating_sub(NEWS);
    news.drain(..excess);
}

/// How bad an alert that fires is, with the reason in words.
fn condition(view: &AlertView) -> Condition {
    let level = match view.state.severity {
        AlertSeverity::Warning => Level::Warn,
        AlertSeverity::Critical => Level::Bad,
    };
    let words = format!("{}: {}", view.rule.title, view.words());
    match view.overlay_words() {
        Some(why) => Condition::new(level, format!("{words} ({why})")),
        None => Condition::new(level, words),
    }
}

/// Lays open maintenance windows over alerts, and holds back what our own network breaks.
fn overlay(alerts: &mut Alerts, by_network: &BTreeSet<AlertId>, now: Timestamp) {
    let open: Vec<Window> = alerts.calendar.open_at(now).collect();
    let window = |view: &AlertView| open.iter().find_map(|window| window.overlay(&view.rule));
    alerts.board.overlay_windows(now, window);
    let network = AlertId(Clean::new(NETWORK));
    let is_down = alerts.board.alert(&network).is_some_and(AlertView::is_firing);
    alerts.board.hold_back(|view| {
        // What was heard again is believed once the network is: it may still recover.
        let is_held = is_down && (view.held_back.is_some() || by_network.contains(&view.rule.id));
        is_held.then(|| Clean::new(HELD))
    });
}
