//! [`Condition`]: how an instance or a service does, as one level and a reason in words.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    Health, Instance, State,
    crash::RestartLog,
    instance::{Detail, RestartPolicy},
};

/// A run that its engine began by itself counts as well once it has lasted so long.
/// Docker waits up to a minute between two tries, so a program that dies again and again
/// may never be a crash loop by [`RestartLog`], and is up whenever somebody looks.
const PROVEN: SignedDuration = SignedDuration::from_mins(5);

/// How something does. Later is worse; a service is as bad as its worst part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Ended or stopped in good order.
    Off,
    /// All well.
    Ok,
    /// On its way, such as starting.
    Busy,
    /// Not known. Never shown as well.
    Unknown,
    /// Not as it should be, but working.
    Warn,
    /// Broken.
    Bad,
}

impl Level {
    /// The word that people see.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Ok => "ok",
            Self::Busy => "busy",
            Self::Unknown => "unknown",
            Self::Warn => "warning",
            Self::Bad => "bad",
        }
    }

    /// Whether `midwatch status` counts it as wrong. What is not known is: "all well"
    /// is a claim, and there is nothing to base it on.
    #[must_use]
    pub fn is_wrong(self) -> bool {
        self >= Self::Unknown
    }
}

/// A level with its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// How bad it is.
    pub level: Level,
    /// Why, in a few words, such as `unhealthy, 5 checks failed`.
    pub reason: String,
}

impl Condition {
    /// Pairs a level with its reason.
    pub fn new(level: Level, reason: impl Into<String>) -> Self {
        Self { level, reason: reason.into() }
    }
}

/// Judges one instance.
#[must_use]
pub fn of_instance(instance: &Instance, restarts: &RestartLog, now: Timestamp) -> Condition {
    let condition = but_for_kills(instance, restarts, now);
    let killed = restarts.killed_at().filter(|at| now.duration_since(*at) < PROVEN);
    match killed.filter(|_| instance.is_up()) {
        // What is restarted hides for how little it had run out of memory.
        Some(_) if condition.level >= Level::Warn => {
            Condition::new(condition.level, format!("{}, killed for memory", condition.reason))
        }
        Some(at) => {
            let ago = ago(now.duration_since(at));
            let words = format!("running, a process was killed for memory {ago}");
            Condition::new(Level::Warn, words)
        }
        None => condition,
    }
}

/// The same without what was killed for memory lately.
fn but_for_kills(instance: &Instance, restarts: &RestartLog, now: Timestamp) -> Condition {
    if let Some(count) = restarts.crash_loop(now) {
        return Condition::new(Level::Bad, format!("{count} restarts in 60 s{}", why(instance)));
    }
    match instance.state {
        State::Running => of_running(instance, now),
        State::Exited => of_ended(instance),
        State::Restarting => Condition::new(Level::Bad, format!("restarting{}", why(instance))),
        State::Dead => Condition::new(Level::Bad, "dead: could not be removed"),
        State::Paused => Condition::new(Level::Warn, "paused"),
        State::Removing => Condition::new(Level::Busy, "being removed"),
        State::Waiting => Condition::new(Level::Busy, "waiting for what it depends on"),
        State::Created => Condition::new(Level::Off, "created, never started"),
        State::Unknown => Condition::new(Level::Unknown, "unknown state"),
    }
}

fn of_running(instance: &Instance, now: Timestamp) -> Condition {
    if instance.health != Health::Unhealthy
        && let Some(words) = instance.detail.as_ref().and_then(|it| restarted_words(it, now))
    {
        return Condition::new(Level::Warn, words);
    }
    match instance.health {
        Health::Healthy => Condition::new(Level::Ok, "healthy"),
        Health::None => Condition::new(Level::Ok, "running"),
        Health::Starting => Condition::new(Level::Busy, "health check starting"),
        Health::Unknown => Condition::new(Level::Unknown, "running, health not known yet"),
        Health::Unhealthy => Condition::new(Level::Bad, unhealthy_words(instance.detail.as_ref())),
    }
}

/// What is told of a run that its engine began by itself and that is not yet [`PROVEN`].
/// This needs no history of ours: one look at the instance is enough.
fn restarted_words(detail: &Detail, now: Timestamp) -> Option<String> {
    let lasted = now.duration_since(detail.started_at?);
    if detail.restarts == 0 || lasted >= PROVEN {
        return None;
    }
    let ago = ago(lasted);
    let times = match detail.restarts {
        1 => "once".into(),
        times => format!("{times} times, last"),
    };
    // Docker does not tell how the last run ended while the next one lasts.
    let exit = detail.exit.as_ref().map_or_else(String::new, |it| format!(" ({})", it.words()));
    Some(format!("running, restarted {times} {ago}{exit}"))
}

fn ago(passed: SignedDuration) -> String {
    // The engine's clock may be ahead of ours.
    match passed.as_secs().max(0) {
        seconds if seconds < 60 => format!("{seconds} s ago"),
        seconds => format!("{} min ago", seconds / 60),
    }
}

fn unhealthy_words(detail: Option<&Detail>) -> String {
    match detail.map_or(0, |detail| detail.failing_streak) {
        0 => "unhealthy".into(),
        1 => "unhealthy, 1 check failed".into(),
        streak => format!("unhealthy, {streak} checks failed in a row"),
    }
}

/// An end is good when it was orderly, or when a policy that restarts always let it
/// be: then a person stopped it.
fn of_ended(instance: &Instance) -> Condition {
    let Some(detail) = &instance.detail else {
        return Condition::new(Level::Unknown, "ended, not known how");
    };
    let Some(exit) = &detail.exit else {
        return Condition::new(Level::Unknown, "ended, not known how");
    };
    let stopped_by_hand =
        matches!(detail.restart_policy, RestartPolicy::Always | RestartPolicy::UnlessStopped);
    let level = if exit.oom_killed {
        Level::Bad
    } else if exit.is_orderly() || stopped_by_hand {
        Level::Off
    } else {
        Level::Bad
    };
    Condition::new(level, exit.words())
}

/// What the last end says about why it is restarting.
fn why(instance: &Instance) -> String {
    instance
        .detail
        .as_ref()
        .and_then(|detail| detail.exit.as_ref())
        .map_or_else(String::new, |exit| format!(", {}", exit.words()))
}

/// Judges a service by its instances: the worst one, and how many are up.
///
/// Several copies of which some are stopped is a warning, though each stop may be in order.
/// A service that is known only from the stack file has none, and does not run.
#[must_use]
pub fn of_service(instances: &[(Condition, bool)]) -> Condition {
    let Some((worst, _)) = instances.iter().max_by_key(|(condition, _)| condition.level) else {
        return Condition::new(Level::Bad, "no instances");
    };
    let up = instances.iter().filter(|(_, up)| *up).count();
    if worst.level <= Level::Ok && up > 0 && up < instances.len() {
        return Condition::new(Level::Warn, format!("{up} of {} running", instances.len()));
    }
    worst.clone()
}

/// Adds what probes and alerts say to what the engine says of a service: the worst counts,
/// with its reason. What the engine finds wrong is said behind it, since it may be the cause.
/// What the stack works without is never worse than a warning.
#[must_use]
pub fn with_checks(
    own: Condition,
    checks: impl Iterator<Item = Condition>,
    critical: bool,
) -> Condition {
    // The first of those that are equally bad.
    let worse =
        |worst: Condition, next: Condition| if next.level > worst.level { next } else { worst };
    let mut all = match checks.reduce(worse) {
        Some(check) if check.level >= own.level && own.level >= Level::Warn => {
            Condition::new(check.level, format!("{}; {}", check.reason, own.reason))
        }
        Some(check) => worse(own, check),
        None => own,
    };
    if !critical {
        all.level = all.level.min(Level::Warn);
    }
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::{Exit, InstanceId, ServiceId};
    use crate::text::Clean;

    fn instance(state: State, health: Health) -> Instance {
        Instance {
            id: InstanceId::new("1"),
            name: Clean::new("api-1"),
            service: ServiceId::alone("api"),
            replica: None,
            state,
            health,
            image: None,
            command: Clean::default(),
            created_at: None,
            ports: vec![],
            labels: BTreeMap::new(),
            detail: None,
        }
    }

    fn ended(code: i64, oom_killed: bool, restart_policy: RestartPolicy) -> Instance {
        Instance {
            detail: Some(Detail {
                exit: Some(Exit { code, oom_killed, error: None }),
                restart_policy,
                ..Detail::default()
            }),
            ..instance(State::Exited, Health::None)
        }
    }

    fn level(instance: &Instance) -> Level {
        of_instance(instance, &RestartLog::default(), Timestamp::UNIX_EPOCH).level
    }

    #[test]
    fn health_decides_about_what_runs() {
        assert_eq!(level(&instance(State::Running, Health::Healthy)), Level::Ok);
        assert_eq!(level(&instance(State::Running, Health::None)), Level::Ok);
        assert_eq!(level(&instance(State::Running, Health::Unknown)), Level::Unknown);
        assert_eq!(level(&instance(State::Running, Health::Unhealthy)), Level::Bad);
    }

    #[test]
    fn an_end_is_bad_unless_it_was_in_order() {
        assert_eq!(level(&ended(0, false, RestartPolicy::No)), Level::Off);
        assert_eq!(level(&ended(143, false, RestartPolicy::No)), Level::Off);
        assert_eq!(level(&ended(1, false, RestartPolicy::No)), Level::Bad);
        assert_eq!(level(&ended(1, false, RestartPolicy::Always)), Level::Off);
        assert_eq!(level(&ended(137, true, RestartPolicy::Always)), Level::Bad);
        assert_eq!(level(&instance(State::Exited, Health::None)), Level::Unknown);
    }

    #[test]
    fn a_crash_loop_outweighs_a_moment_of_running() {
        let mut restarts = RestartLog::default();
        restarts.record(7, Timestamp::UNIX_EPOCH);
        let running = instance(State::Running, Health::None);
        let condition = of_instance(&running, &restarts, Timestamp::UNIX_EPOCH);
        assert_eq!(condition, Condition::new(Level::Bad, "7 restarts in 60 s"));
    }

    /// A run that began at 1000 s, the engine's n-th try.
    fn restarted(restarts: u32, exit: Option<i64>, health: Health) -> Instance {
        let exit = exit.map(|code| Exit { code, oom_killed: false, error: None });
        let started_at = Timestamp::from_second(1000).ok();
        Instance {
            detail: Some(Detail { started_at, exit, restarts, ..Detail::default() }),
            ..instance(State::Running, health)
        }
    }

    fn at(second: i64, instance: &Instance) -> Condition {
        let now = Timestamp::from_second(second).unwrap();
        of_instance(instance, &RestartLog::default(), now)
    }

    #[test]
    fn a_run_that_an_engine_began_again_is_a_warning_until_it_has_lasted() {
        let again = restarted(14, Some(3), Health::None);
        let words = |told: &str| Condition::new(Level::Warn, format!("running, restarted {told}"));
        assert_eq!(at(1020, &again), words("14 times, last 20 s ago (exit 3)"));
        assert_eq!(at(1299, &again), words("14 times, last 4 min ago (exit 3)"));
        assert_eq!(at(1300, &again), Condition::new(Level::Ok, "running"));
        assert_eq!(at(1020, &restarted(1, None, Health::Healthy)), words("once 20 s ago"));
        assert_eq!(at(1020, &restarted(0, None, Health::None)).level, Level::Ok);
        // A health check that is only starting hides nothing.
        assert_eq!(at(1020, &restarted(2, None, Health::Starting)).level, Level::Warn);
        assert_eq!(at(1020, &restarted(2, None, Health::Unhealthy)).reason, "unhealthy");
    }

    #[test]
    fn what_was_killed_for_memory_says_so_as_long_as_it_is_news() {
        let mut kills = RestartLog::default();
        kills.record_kill(Timestamp::from_second(1010).unwrap());
        let at = |second: i64, instance: &Instance| {
            of_instance(instance, &kills, Timestamp::from_second(second).unwrap())
        };
        let running = instance(State::Running, Health::None);
        let words = "running, a process was killed for memory 20 s ago";
        assert_eq!(at(1030, &running), Condition::new(Level::Warn, words));
        assert_eq!(at(1311, &running), Condition::new(Level::Ok, "running"));
        let again = restarted(14, None, Health::None);
        let words = "running, restarted 14 times, last 30 s ago, killed for memory";
        assert_eq!(at(1030, &again), Condition::new(Level::Warn, words));
        let exited = instance(State::Created, Health::None);
        assert_eq!(at(1030, &exited).reason, "created, never started");
    }

    #[test]
    fn an_engine_whose_clock_is_ahead_restarted_it_just_now() {
        let reason = at(900, &restarted(2, None, Health::None)).reason;
        assert_eq!(reason, "running, restarted 2 times, last 0 s ago");
    }

    #[test]
    fn a_service_is_as_bad_as_its_worst_instance() {
        let ok = (Condition::new(Level::Ok, "healthy"), true);
        let bad = (Condition::new(Level::Bad, "unhealthy"), true);
        let off = (Condition::new(Level::Off, "exit 0"), false);
        assert_eq!(of_service(&[ok.clone(), bad]).reason, "unhealthy");
        assert_eq!(of_service(&[ok, off.clone()]), Condition::new(Level::Warn, "1 of 2 running"));
        assert_eq!(of_service(&[off]).level, Level::Off);
        assert_eq!(of_service(&[]).level, Level::Bad);
    }

    #[test]
    fn checks_make_a_service_worse_and_never_better() {
        let of = |level, reason: &str| Condition::new(level, reason);
        let healthy = of(Level::Ok, "healthy");
        let failing = of(Level::Bad, "http: 500 Internal Server Error");
        let checked = |own: &Condition, checks: &[Condition], critical| {
            with_checks(own.clone(), checks.iter().cloned(), critical)
        };
        assert_eq!(checked(&healthy, &[of(Level::Ok, "http: 200 OK")], true), healthy);
        assert_eq!(checked(&healthy, &[of(Level::Warn, "slow"), failing.clone()], true), failing);
        let exited = of(Level::Bad, "exit 1");
        assert_eq!(checked(&exited, &[of(Level::Warn, "slow")], true), exited);
        let both = |own: &str| of(Level::Bad, &format!("{}; {own}", failing.reason));
        assert_eq!(checked(&exited, std::slice::from_ref(&failing), true), both("exit 1"));
        let paused = of(Level::Warn, "paused");
        assert_eq!(checked(&paused, std::slice::from_ref(&failing), true), both("paused"));
        let unneeded = checked(&healthy, &[failing], false);
        assert_eq!(unneeded, of(Level::Warn, "http: 500 Internal Server Error"));
    }
}
