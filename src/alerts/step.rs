//! The steps of one alert: from a state and an observation to the next state.

use jiff::{SignedDuration, Timestamp};

use crate::{
    model::{
        AlertSeverity, AlertState, Observation, Phase,
        alert::{Blind, Evidence, Patience},
    },
    text::Clean,
};

/// A longer time between two looks counts as no more than this: midwatch did not run, or
/// its host slept, and nobody knows what was the case meanwhile.
pub(super) const LOOKS_APART: SignedDuration = SignedDuration::from_mins(1);

/// The state of an alert that nobody has looked at yet.
pub(super) fn unseen(now: Timestamp) -> AlertState {
    AlertState {
        phase: Phase::Nodata,
        since: now,
        severity: AlertSeverity::Warning,
        fired_at: None,
        evidence: Evidence::default(),
        seen_at: now,
        blind: Some(Blind { since: now, why: Clean::new("not looked at yet") }),
        told: None,
    }
}

/// The state after a look.
pub(super) fn step(
    mut state: AlertState,
    patience: &Patience,
    seen: Observation,
    now: Timestamp,
) -> AlertState {
    keep_time(&mut state, now);
    state.seen_at = now;
    match seen {
        Observation::Nothing(why) => nothing(&mut state, patience, why, now),
        Observation::Good(evidence) => {
            (state.evidence, state.blind) = (evidence, None);
            good(&mut state, patience, now);
        }
        Observation::Breach(severity, evidence) => {
            (state.evidence, state.blind) = (evidence, None);
            breach(&mut state, patience, severity, now);
        }
    }
    state
}

/// Moves what is measured in time to the clock as it is now. A clock that was put back takes
/// nothing away; a time that nobody saw adds nothing.
fn keep_time(state: &mut AlertState, now: Timestamp) {
    let passed = now.duration_since(state.seen_at);
    if passed.is_negative() {
        let times = [state.fired_at.as_mut(), blind_since(&mut state.blind)];
        for at in times.into_iter().flatten().chain([&mut state.since]) {
            *at = later(*at, passed);
        }
    } else if passed > LOOKS_APART {
        let unseen = passed - LOOKS_APART;
        if matches!(state.phase, Phase::Pending | Phase::Resolving) {
            state.since = later(state.since, unseen);
        }
        // What fires says truly since when nothing is known of it.
        if !is_firing(state.phase)
            && let Some(blind) = &mut state.blind
        {
            blind.since = later(blind.since, unseen);
        }
    }
}

fn blind_since(blind: &mut Option<Blind>) -> Option<&mut Timestamp> {
    blind.as_mut().map(|blind| &mut blind.since)
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(at)
}

/// Whether people take it for firing: that it may be over is not that it is.
pub(super) fn is_firing(phase: Phase) -> bool {
    matches!(phase, Phase::Firing | Phase::Resolving)
}

fn enter(state: &mut AlertState, phase: Phase, now: Timestamp) {
    (state.phase, state.since) = (phase, now);
}

fn nothing(state: &mut AlertState, patience: &Patience, why: Clean, now: Timestamp) {
    let since = state.blind.as_ref().map_or(now, |blind| blind.since);
    state.blind = Some(Blind { since, why });
    if now.duration_since(since) < patience.nodata {
        return;
    }
    match state.phase {
        Phase::Ok | Phase::Pending => enter(state, Phase::Nodata, now),
        // Whether it went on being well is not known.
        Phase::Resolving => enter(state, Phase::Firing, now),
        Phase::Firing | Phase::Nodata => {}
    }
}

fn good(state: &mut AlertState, patience: &Patience, now: Timestamp) {
    if state.phase == Phase::Firing {
        enter(state, Phase::Resolving, now);
    }
    match state.phase {
        Phase::Pending | Phase::Nodata => enter(state, Phase::Ok, now),
        Phase::Resolving if now.duration_since(state.since) >= patience.keep => {
            state.fired_at = None;
            enter(state, Phase::Ok, now);
        }
        _ => {}
    }
}

fn breach(state: &mut AlertState, patience: &Patience, severity: AlertSeverity, now: Timestamp) {
    state.severity = severity;
    match state.phase {
        Phase::Ok | Phase::Nodata => enter(state, Phase::Pending, now),
        Phase::Resolving => enter(state, Phase::Firing, now),
        Phase::Pending | Phase::Firing => {}
    }
    if state.phase == Phase::Pending && now.duration_since(state.since) >= patience.hold {
        enter(state, Phase::Firing, now);
        state.fired_at = Some(now);
    }
}
