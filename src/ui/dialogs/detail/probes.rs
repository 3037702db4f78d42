//! What is told of an instance's probes.

use crate::{
    model::{InstanceKey, Level, ProbeKey, ServiceKey, Way},
    store::{ProbeState, ProbeView},
    text::format,
    ui::{Cx, dialogs::wrapped::Fact, theme::Role},
};

/// The probes of an instance, and those that ask its service as a whole.
pub(super) fn facts<'a>(
    service: &ServiceKey,
    instance: Option<&InstanceKey>,
    cx: &Cx<'_>,
) -> Vec<Fact<'a>> {
    let is_about = |key: &ProbeKey| key.instance.is_none() || key.instance.as_ref() == instance;
    let probes = cx.store.probes_of(service).filter(|(key, _)| is_about(key));
    // What the engine says of health is told already.
    let probes = probes.filter(|(_, view)| view.order.way != Way::Engine);
    probes.flat_map(|(_, view)| probe(view, cx)).collect()
}

/// One probe: what it says and since when, how fast it answers, and what it asks.
fn probe<'a>(view: &ProbeView, cx: &Cx<'_>) -> Vec<Fact<'a>> {
    let level = level(view);
    let role = if level >= Level::Warn { Role::of(level) } else { Role::Text };
    let age = format::age(cx.now.duration_since(view.since).unsigned_abs());
    let word = if view.is_flapping() { "goes to and fro" } else { view.state.word() };
    let name = &view.order.spec.name;
    let (sign, words) = (cx.glyphs.level(level), view.words());
    let said = match view.state {
        ProbeState::Unreachable => format!("{sign} {name}: {words}"),
        _ => format!("{sign} {name}: {word} for {age}, {words}"),
    };
    let mut facts = vec![Fact::new("probe", role, said)];
    if let Some(fault) = view.fault() {
        let output = fault.output.iter().map(|line| format!("  {line}"));
        facts.extend(output.map(|line| Fact::new("", Role::Text, line)));
    }
    let asked = format!("  {}, {}{}", view.target(), view.order.spec.from.word(), times(view));
    facts.push(Fact::new("", Role::Muted, asked));
    facts
}

fn level(view: &ProbeView) -> Level {
    let own = match view.state {
        ProbeState::Failing => Level::Bad,
        ProbeState::Passing => Level::Ok,
        ProbeState::Unknown | ProbeState::Unreachable => Level::Unknown,
    };
    view.condition().map_or(own, |condition| condition.level)
}

/// Within which time half, 95 % and 99 % of the good answers came.
fn times(view: &ProbeView) -> String {
    let time = |(name, share): (&str, f64)| {
        let took = view.latency.quantile(share)?;
        Some(format!(" {name} {}", format::latency(took)))
    };
    let times = [("p50", 0.50), ("p95", 0.95), ("p99", 0.99)].into_iter().filter_map(time);
    let times: String = times.collect();
    if times.is_empty() { times } else { format!("; answers{times}") }
}
