//! [`Board`]: all alerts, and what happens to them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    AlertView, Rule, Subject,
    step::{step, unseen},
};
use crate::{
    model::{
        AlertId, AlertState, Notice, Observation, Phase, Transition,
        alert::{Evidence, Overlay, OverlayKind, Told},
    },
    text::Clean,
};

/// What is kept of an alert from run to run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    /// Which alert.
    pub id: AlertId,
    /// Where it was.
    pub state: AlertState,
    /// Why it need not bother anybody.
    pub overlays: Vec<Overlay>,
}

/// All alerts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Board {
    alerts: BTreeMap<AlertId, AlertView>,
    /// What an earlier run knew of alerts that this one has not looked at yet.
    saved: BTreeMap<AlertId, Saved>,
    /// Whether anything changed that people see, since somebody asked.
    changed: bool,
    /// The alerts of which something changed that is to be kept.
    unsaved: BTreeSet<AlertId>,
}

impl Board {
    /// Knows what an earlier run knew. An alert is there again once its rule is looked at.
    pub fn restore(&mut self, saved: impl IntoIterator<Item = Saved>) {
        for saved in saved {
            match self.alerts.get_mut(&saved.id) {
                // It was looked at before the history was read, which takes a moment: the
                // next look goes on from what the earlier run knew.
                Some(view) => {
                    let told = view.state.told.or(saved.state.told);
                    view.state = AlertState { told, ..saved.state };
                    for overlay in saved.overlays {
                        lay(view, overlay);
                    }
                    self.changed = true;
                }
                None => {
                    self.saved.insert(saved.id.clone(), saved);
                }
            }
        }
    }

    /// Takes in a look at what a rule is about; says what that changes.
    pub fn observe(
        &mut self,
        rule: &Rule,
        seen: Observation,
        now: Timestamp,
    ) -> Option<Transition> {
        let id = &rule.alert.id;
        if !self.alerts.contains_key(id) {
            let view = match self.saved.remove(id) {
                Some(saved) => AlertView::new(rule.alert.clone(), saved.state, saved.overlays),
                None => AlertView::new(rule.alert.clone(), unseen(now), Vec::new()),
            };
            self.alerts.insert(id.clone(), view);
        }
        let view = self.alerts.get_mut(id)?;
        if view.rule != rule.alert {
            view.rule = rule.alert.clone();
        }
        view.tells_nodata = rule.tells_nodata;
        let before = (view.state.phase, view.state.severity);
        let (was, covered) = (view.state.clone(), view.overlays.len());
        let is_new = view.state.evidence == Evidence::default();
        view.state = step(view.state.clone(), &view.rule.patience, seen, now);
        if view.state.blind.is_none() {
            view.keep_value(now);
        }
        after_step(view, before.0, now);
        let is_same = AlertState { seen_at: was.seen_at, ..view.state.clone() } == was;
        self.changed |= !is_same || covered != view.overlays.len();
        if was.phase != view.state.phase || covered != view.overlays.len() {
            self.unsaved.insert(id.clone());
        }
        // That what was never looked at is as it should be is no news.
        if is_new && matches!(view.state.phase, Phase::Ok | Phase::Nodata) {
            return None;
        }
        let worse_or_better = view.is_firing() && before.1 != view.state.severity;
        let moved = before.0 != view.state.phase || worse_or_better;
        moved.then(|| transition(view, before.0, now))
    }

    /// Takes in that there is nothing to judge an alert by any more.
    pub fn lose(&mut self, id: &AlertId, why: Clean, now: Timestamp) -> Option<Transition> {
        let view = self.alerts.get(id)?;
        let (alert, tells_nodata) = (view.rule.clone(), view.tells_nodata);
        let rule = Rule { alert, tells_nodata, subject: Subject::Probe };
        self.observe(&rule, Observation::Nothing(why), now)
    }

    /// Forgets an alert whose rule is no more; says what that changes. Whoever was told
    /// that it fires is told its end by [`Board::forget`]'s notice.
    pub fn forget(
        &mut self,
        id: &AlertId,
        why: &Clean,
        now: Timestamp,
    ) -> (Option<Transition>, Option<Notice>) {
        let Some(mut view) = self.alerts.remove(id) else { return (None, None) };
        self.changed = true;
        let from = view.state.phase;
        view.state.evidence = Evidence { value: None, words: why.clone() };
        view.state.phase = Phase::Ok;
        view.overlays.clear();
        let notice = view.due().map(|what| view.notice(what, now));
        ((from != Phase::Ok).then(|| transition(&view, from, now)), notice)
    }

    /// What somebody is to be told now. It counts as told from here on: whoever takes it
    /// tells it, or knows that another has.
    pub fn take_due(&mut self, now: Timestamp) -> Vec<Notice> {
        let mut due = Vec::new();
        for view in self.alerts.values_mut() {
            if let Some(what) = view.due() {
                due.push(view.notice(what, now));
                view.state.told = Some(Told { what, at: now });
                self.unsaved.insert(view.rule.id.clone());
            }
        }
        due
    }

    /// Lays an overlay over an alert, in the place of one of its kind; `false` when there is
    /// no such alert, or when it cannot have it: only what fires can be acknowledged.
    pub fn lay(&mut self, id: &AlertId, overlay: Overlay) -> bool {
        let Some(view) = self.alerts.get_mut(id) else { return false };
        if overlay.kind == OverlayKind::Acknowledged && !view.is_firing() {
            return false;
        }
        lay(view, overlay);
        self.note(id);
        true
    }

    /// Takes the overlay of a kind off an alert; `false` when there was none.
    pub fn lift(&mut self, id: &AlertId, kind: OverlayKind) -> bool {
        let Some(view) = self.alerts.get_mut(id) else { return false };
        let before = view.overlays.len();
        view.overlays.retain(|overlay| overlay.kind != kind);
        let changed = view.overlays.len() != before;
        if changed {
            self.note(id);
        }
        changed
    }

    fn note(&mut self, id: &AlertId) {
        self.changed = true;
        self.unsaved.insert(id.clone());
    }

    /// Ends overlays whose time is over, and lays those of the maintenance windows that are
    /// open now.
    pub fn overlay_windows(
        &mut self,
        now: Timestamp,
        window: impl Fn(&AlertView) -> Option<Overlay>,
    ) {
        for view in self.alerts.values_mut() {
            let before = view.overlays.clone();
            view.overlays.retain(|overlay| {
                let over = overlay.until.is_some_and(|until| until <= now);
                overlay.kind != OverlayKind::Maintenance && !over
            });
            view.overlays.extend(window(view));
            self.changed |= view.overlays != before;
        }
    }

    /// Holds back, or no longer, the alerts of which `why` says so.
    pub fn hold_back(&mut self, why: impl Fn(&AlertView) -> Option<Clean>) {
        for view in self.alerts.values_mut() {
            let why = why(view);
            self.changed |= view.held_back != why;
            view.held_back = why;
        }
    }

    /// Whether anything changed that people see, since somebody asked last.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// What is to be kept of the alerts that have moved since somebody asked last; with
    /// `all`, of each that is not well: that it was looked at is to be kept too.
    pub fn take_unsaved(&mut self, all: bool) -> Vec<Saved> {
        let mut ids = std::mem::take(&mut self.unsaved);
        if all {
            let unwell = self.alerts.values().filter(|view| view.state.phase != Phase::Ok);
            ids.extend(unwell.map(|view| view.rule.id.clone()));
        }
        ids.iter().filter_map(|id| self.saved(id)).collect()
    }

    /// All alerts, by name.
    pub fn alerts(&self) -> impl Iterator<Item = &AlertView> + Clone {
        self.alerts.values()
    }

    /// One alert.
    #[must_use]
    pub fn alert(&self, id: &AlertId) -> Option<&AlertView> {
        self.alerts.get(id)
    }

    /// The alerts that are not among these.
    #[must_use]
    pub fn others(&self, these: &BTreeSet<AlertId>) -> Vec<AlertId> {
        self.alerts.keys().filter(|id| !these.contains(*id)).cloned().collect()
    }

    /// The alerts that an earlier run knew and this one has not looked at.
    pub fn not_yet_seen(&self) -> impl Iterator<Item = &Saved> {
        self.saved.values()
    }

    /// What is to be kept of each alert. Maintenance windows are worked out anew.
    #[must_use]
    pub fn saved(&self, id: &AlertId) -> Option<Saved> {
        let view = self.alerts.get(id)?;
        let kept = |overlay: &&Overlay| overlay.kind != OverlayKind::Maintenance;
        let overlays = view.overlays.iter().filter(kept).cloned().collect();
        Some(Saved { id: id.clone(), state: view.state.clone(), overlays })
    }
}

fn lay(view: &mut AlertView, overlay: Overlay) {
    view.overlays.retain(|other| other.kind != overlay.kind);
    view.overlays.push(overlay);
}

/// What is laid over an alert until it resolves ends when it does.
fn after_step(view: &mut AlertView, before: Phase, now: Timestamp) {
    let resolved = before != Phase::Ok && view.state.phase == Phase::Ok;
    view.overlays.retain(|overlay| {
        let over = overlay.until.is_some_and(|until| until <= now);
        let until_resolved = overlay.kind == OverlayKind::Acknowledged || overlay.until.is_none();
        !(over || resolved && until_resolved)
    });
}

fn transition(view: &AlertView, from: Phase, at: Timestamp) -> Transition {
    Transition {
        id: view.rule.id.clone(),
        at,
        from,
        to: view.state.phase,
        severity: view.state.severity,
        words: Clean::new(&view.words()),
    }
}
