//! Which probe of a local process its engine asks itself, as its health check.

use std::time::Duration;

use crate::model::{
    HttpTarget, ProbeSpec, ProbeTarget,
    probe::ProbeRole,
    probe_url::PORT,
    spec::{CheckTarget, HealthCheck},
};

/// Takes the first probe that asks each copy at its own port, and nothing of it that an
/// engine's health check could not ask: this is what decides about a copy's health.
pub(super) fn taken_from(probes: &mut Vec<ProbeSpec>) -> Option<HealthCheck> {
    let (at, target) =
        probes.iter().enumerate().find_map(|(at, probe)| Some((at, target_of(probe)?)))?;
    let probe = probes.remove(at);
    Some(HealthCheck {
        target,
        every: probe.every,
        timeout: probe.timeout,
        fail_after: probe.fail_after,
        grace: probe.grace.unwrap_or(Duration::ZERO),
    })
}

fn target_of(probe: &ProbeSpec) -> Option<CheckTarget> {
    if probe.role != ProbeRole::Liveness {
        return None;
    }
    match &probe.target {
        ProbeTarget::Http(http) if **http == HttpTarget::get(&http.url) => {
            own(&http.url).then(|| CheckTarget::Http(http.url.clone()))
        }
        ProbeTarget::Tcp { address } => own(address).then(|| CheckTarget::Tcp(address.clone())),
        _ => None,
    }
}

/// Whether it is a copy's own port that is asked, at an address that is the same for all.
fn own(text: &str) -> bool {
    text.contains(PORT) && !text.contains("{host}")
}
