//! What is told of one alert: since when, what to do first, and what it is based on.

use jiff::{SignedDuration, Timestamp};

use super::{Entry, row::drawn};
use crate::{
    alerts::AlertView,
    model::{Phase, alert::ForeignAlert},
    text::{Clean, format},
    ui::{Cx, dialogs::wrapped::Fact, theme::Role},
};

/// The column at which values begin.
pub const VALUES: usize = 10;

/// How many of the last values are drawn.
const DRAWN: usize = 60;

/// Everything that is known of an alert, the most useful first.
#[must_use]
pub(in crate::ui) fn of<'a>(entry: &Entry<'a>, cx: &Cx<'_>) -> Vec<Fact<'a>> {
    let role = match entry.phase() {
        Phase::Ok => Role::Text,
        _ => Role::of(entry.level()),
    };
    let sign = cx.glyphs.level(entry.level());
    let state = format!("{sign} {}{}", entry.phase().word(), since(entry.since(), cx));
    let mut facts = vec![
        Fact::new("alert", Role::Title, entry.title().to_owned()),
        Fact::new("state", role, state),
        Fact::new("says", Role::Text, entry.words()),
    ];
    if let Some(quiet) = entry.quiet_words() {
        facts.push(Fact::new("quiet", Role::Accent, quiet));
    }
    match entry {
        Entry::Own(view) => own(view, entry, &mut facts, cx),
        Entry::Foreign(_, alert) => foreign(alert, &mut facts),
        Entry::Silent(..) => {}
    }
    facts
}

fn own<'a>(view: &'a AlertView, entry: &Entry<'a>, facts: &mut Vec<Fact<'a>>, cx: &Cx<'_>) {
    let advice = &view.rule.advice;
    let told =
        [("do first", &advice.hint), ("action", &advice.action), ("runbook", &advice.runbook)];
    for (name, text) in told {
        if let Some(text) = text {
            facts.push(Fact::new(name, Role::Accent, text.as_str()));
        }
    }
    if let Some(drawn) = drawn(entry, DRAWN, cx) {
        facts.push(Fact::new("lately", Role::Text, drawn));
    }
    if let Some(service) = &view.rule.service {
        facts.push(Fact::new("service", Role::Text, service.as_str()));
    }
    let patience = &view.rule.patience;
    let waits = [(", fires after ", patience.hold), (", is over after ", patience.keep)];
    let waits = waits.iter().filter(|(_, wait)| !wait.is_zero());
    let waits: String = waits.flat_map(|(what, wait)| [(*what).to_owned(), words(*wait)]).collect();
    facts.push(Fact::new("rule", Role::Muted, format!("{}{waits}", view.rule.id.0)));
}

fn foreign<'a>(alert: &'a ForeignAlert, facts: &mut Vec<Fact<'a>>) {
    if let Some(runbook) = &alert.runbook {
        facts.push(Fact::new("runbook", Role::Accent, runbook.as_str()));
    }
    for (name, value) in &alert.labels {
        facts.push(Fact::new("label", Role::Muted, format!("{name} = {value}")));
    }
}

fn since(since: Option<Timestamp>, cx: &Cx<'_>) -> String {
    let Some(since) = since else { return String::new() };
    let age = format::age(cx.now.duration_since(since).unsigned_abs());
    let time = since.to_zoned(cx.zone.clone()).strftime("%H:%M:%S").to_string();
    format!(" for {age}, since {}", Clean::new(&time))
}

fn words(duration: SignedDuration) -> String {
    format::span(duration.unsigned_abs())
}
