//! What probes say, as alerts are judged by it.

use std::{collections::BTreeMap, net::IpAddr};

use jiff::Timestamp;

use crate::{
    alerts::{
        Rule,
        network::{Answers, Look, is_unheard},
    },
    model::{
        AlertId, AlertSeverity, Level, Observation, ProbeFaultKind, ProbeKey, Way, alert::Evidence,
    },
    store::{ProbeState, ProbeView, Store, probes::host_of},
    text::Clean,
};

/// Whether an alert is about a probe.
pub(super) fn is_about_probe(id: &AlertId) -> bool {
    let id = id.0.as_str();
    id.starts_with("probe:") || id.starts_with("certificate:")
}

/// The probes of one name of a service, as one alert is judged by them.
pub(super) struct Group {
    pub(super) rule: Rule,
    pub(super) seen: Observation,
    /// Whether one of them hears nothing of what it asks.
    pub(super) is_unheard: bool,
}

impl Store {
    /// All probes, those of one name of one service together.
    pub(super) fn probe_groups(&self) -> Vec<Group> {
        let mut groups: BTreeMap<String, (&ProbeKey, Vec<&ProbeView>)> = BTreeMap::new();
        for (key, view) in self.probes() {
            groups.entry(self.group_name(key)).or_insert((key, Vec::new())).1.push(view);
        }
        groups.into_iter().map(|(name, (key, views))| self.group(&name, key, &views)).collect()
    }

    /// Such as `api/health`; of another stack than the one that is looked at with its name.
    fn group_name(&self, key: &ProbeKey) -> String {
        let service = self.name_of_service(&key.service);
        let other = key.service.service.stack.as_ref();
        match other.filter(|stack| self.project.as_ref() != Some(stack)) {
            Some(stack) => format!("{stack}/{service}/{}", key.name),
            None if service.is_empty() => key.name.to_string(),
            None => format!("{service}/{}", key.name),
        }
    }

    fn group(&self, name: &str, key: &ProbeKey, views: &[&ProbeView]) -> Group {
        let service = self.name_of_service(&key.service);
        let rule = if service.is_empty() {
            Rule::of_certificate(name)
        } else {
            Rule::of_probe(name, Some(service))
        };
        let critical = self.told_of(&key.service).is_none_or(|told| told.critical);
        let heard_not = |view: &ProbeView| view.fault().is_some_and(|it| is_unheard(it.kind));
        let is_unheard = views.iter().any(|view| heard_not(view));
        Group { rule, seen: observation(views, critical), is_unheard }
    }

    /// What probes say of other hosts.
    pub(super) fn network_looks(&self) -> Vec<Look> {
        let look = |(_, view): (&ProbeKey, &ProbeView)| {
            // What has an address of a network of this host's own is on this host.
            let Way::Ask(target) = &view.order.way else { return None };
            let host = host_of(target).filter(|host| !is_here(host))?;
            Some(Look { host: Clean::new(&host), answers: answers(view) })
        };
        self.probes().filter_map(look).collect()
    }
}

fn is_here(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|it| it.is_loopback() || it.is_unspecified())
}

fn answers(view: &ProbeView) -> Option<Answers> {
    match &view.last.as_ref()?.answer {
        Ok(_) => Some(Answers::Heard),
        Err(fault) if fault.kind == ProbeFaultKind::Invalid => None,
        Err(fault) if !is_unheard(fault.kind) => Some(Answers::Heard),
        Err(_) => Some(Answers::Unheard(failing_since(view)?)),
    }
}

/// When the first of the failures since it passed last was.
fn failing_since(view: &ProbeView) -> Option<Timestamp> {
    let failures = view.history().rev().take_while(|(_, took)| took.is_none());
    failures.last().map(|(at, _)| at)
}

/// How one probe does; `None`: nobody knows.
fn judged(view: &ProbeView) -> Option<(Level, String)> {
    if let Some(condition) = view.condition() {
        let name = format!("{}: ", view.order.spec.name);
        let reason = condition.reason.strip_prefix(&name).unwrap_or(&condition.reason);
        return Some((condition.level, reason.to_owned()));
    }
    match (&view.order.way, view.state) {
        (Way::Engine, ProbeState::Failing) => Some((Level::Bad, view.words())),
        (Way::Engine, ProbeState::Passing) => Some((Level::Ok, view.words())),
        _ => None,
    }
}

fn observation(views: &[&ProbeView], critical: bool) -> Observation {
    let known: Vec<_> = views.iter().filter_map(|view| judged(view)).collect();
    let Some((worst, reason)) = known.iter().max_by_key(|(level, _)| *level) else {
        let why = views.first().map_or_else(String::new, |view| view.words());
        return Observation::Nothing(Clean::new(&why));
    };
    let wrong = known.iter().filter(|(level, _)| *level >= Level::Warn).count();
    let words = match (wrong, views.len()) {
        (0 | 1, 1) => reason.clone(),
        (0, all) => format!("{} of {all} pass: {reason}", known.len()),
        (wrong, all) => format!("{wrong} of {all} do not pass: {reason}"),
    };
    let took = views.iter().filter_map(|view| view.history().next_back()?.1);
    let value = took.max().map(|took| took.as_secs_f64());
    let evidence = Evidence { value, words: Clean::new(&words) };
    match worst {
        Level::Bad if critical => Observation::Breach(AlertSeverity::Critical, evidence),
        Level::Bad | Level::Warn => Observation::Breach(AlertSeverity::Warning, evidence),
        _ => Observation::Good(evidence),
    }
}
