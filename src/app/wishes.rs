//! What panes wish, and what the console does about it.

use jiff::{SignedDuration, Timestamp};

use super::{AT_ONCE, App, Effect, Export, Job, Outcome};
use crate::{
    alerts::AlertView,
    model::{
        AlertId, ServiceKey,
        alert::{self, OverlayKind},
    },
    text::Clean,
    ui::{Overlay, Reaction, Screen, Wish},
};

/// For how long nobody is told of an alert that somebody silenced.
const SILENCE: SignedDuration = SignedDuration::from_hours(1);

impl App {
    /// Does what a reaction asks for.
    pub(super) fn carry_out(&mut self, reaction: Reaction, now: Timestamp) -> Outcome {
        let Reaction::Done(wishes) = reaction else { return Outcome::default() };
        let mut effects = Vec::new();
        for wish in wishes {
            self.grant(wish, now, &mut effects);
        }
        Outcome { effects, frame: AT_ONCE }
    }

    pub(super) fn grant(&mut self, wish: Wish, now: Timestamp, effects: &mut Vec<Effect>) {
        match wish {
            Wish::Select(service) => {
                self.select(service);
                self.ask(now, Screen::uncover);
            }
            Wish::ToggleMark(service) => {
                if !self.selection.marks.remove(&service) {
                    self.selection.marks.insert(service);
                }
                self.screen.follow_logs();
            }
            Wish::ClearMarks => {
                self.selection.marks.clear();
                self.screen.follow_logs();
            }
            Wish::ToggleSource(name) => {
                if !self.selection.sources.remove(&name) {
                    self.selection.sources.insert(name);
                }
                self.screen.follow_logs();
            }
            Wish::Focus(pane) => self.screen.go_to(pane),
            Wish::Open(overlay) => {
                if let Overlay::Inspect(instance) = &overlay {
                    self.store.expect_inspection(instance.clone());
                    effects.push(Effect::Inspect(instance.clone()));
                }
                if let Overlay::Detail(service) = &overlay {
                    let view = self.store.service(service);
                    effects.extend(view.map(|view| Effect::Describe(view.instances.clone())));
                }
                self.ask(now, |screen, cx| screen.open(overlay, cx));
                self.resolver.clear();
            }
            Wish::Close => self.screen.close(),
            Wish::Command(command) => effects.extend(self.command(command, now).effects),
            Wish::CommandWith(command, argument) => {
                effects.extend(self.command_with(command, &argument, now).effects);
            }
            Wish::Acknowledge(alert) => {
                self.toggle_overlay(&alert, OverlayKind::Acknowledged, None, now);
            }
            Wish::Silence(alert) => {
                self.toggle_overlay(&alert, OverlayKind::Silenced, Some(now + SILENCE), now);
            }
            Wish::UseTheme(name) => self.use_theme(&name, now),
            Wish::UseTime(time) => self.time = time,
            Wish::Shell(instance) => effects.extend(self.open_shell(instance, now)),
            Wish::ToggleFault(name) => effects.push(self.toggle_fault(name)),
            Wish::Notice(text) => self.screen.toasts.push(&text, now),
            Wish::Copy(lines) => effects.push(Effect::Copy(lines)),
            Wish::Dump(lines) => effects.push(Effect::Dump(lines)),
            Wish::Export(form) => {
                let (scan, services) = self.ask(now, Screen::all_lines);
                let export = Export { scan, services, form };
                effects.push(Effect::Export(Job::new(export)));
            }
        }
    }

    pub(super) fn select(&mut self, service: ServiceKey) {
        if self.selection.service.as_ref() != Some(&service) {
            self.selection.service = Some(service);
            if self.selection.marks.is_empty() {
                self.screen.follow_logs();
            }
        }
    }

    /// Lays an overlay over an alert, or takes it off.
    fn toggle_overlay(
        &mut self,
        alert: &AlertId,
        kind: OverlayKind,
        until: Option<Timestamp>,
        now: Timestamp,
    ) {
        let is_laid = |view: &AlertView| view.overlays.iter().any(|overlay| overlay.kind == kind);
        if self.store.alert(alert).is_some_and(is_laid) {
            self.store.uncover_alert(alert, kind);
            return;
        }
        let who = self.who.clone();
        let overlay = alert::Overlay { kind, who, why: Clean::default(), since: now, until };
        self.store.lay_over_alert(alert, overlay);
    }

    pub(super) fn use_theme(&mut self, name: &str, now: Timestamp) {
        match self.library.load(name, self.depth) {
            Ok(theme) => self.theme = theme,
            Err(error) => self.screen.toasts.push(&error.to_string(), now),
        }
    }

    fn toggle_fault(&mut self, name: &'static str) -> Effect {
        for fault in self.faults.iter_mut().filter(|fault| fault.name == name) {
            fault.on = !fault.on;
        }
        Effect::Faults(self.faults.iter().filter(|fault| fault.on).map(|f| f.name).collect())
    }
}
