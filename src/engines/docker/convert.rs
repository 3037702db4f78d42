//! From the API's containers to [`Instance`]s.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::{
    engines::docker::{
        api::{CheckResult, Described, DescribedHealth, DescribedState, Listed},
        identity::identify,
        ports,
        words::{command, cut, moment, short},
    },
    model::{
        Detail, Exit, Health, HealthRecord, Image, Instance, InstanceId, RestartPolicy, State,
    },
    text::Clean,
};

/// How many results of a health check are kept, and how much of what they printed.
const MAX_CHECKS: usize = 5;
const MAX_CHECK_LINES: usize = 20;
const MAX_CHECK_LINE_BYTES: usize = 500;

/// How many labels of one container are kept.
const MAX_LABELS: usize = 256;

/// A container of a listing, without its detail.
///
/// Podman's listing never tells about health, so that nothing there means nothing.
pub(super) fn listed(listed: &Listed, is_podman: bool) -> Instance {
    let name = name_of(listed.names.iter().map(String::as_str), &listed.id);
    let (service, replica) = identify(&listed.labels, &name);
    let state = state_of(&listed.state);
    Instance {
        id: InstanceId::new(&listed.id),
        name: short(&name),
        service,
        replica,
        state,
        health: health_in_status(state, &listed.status, is_podman),
        image: image_of(&listed.image, &listed.image_id),
        command: command(&listed.command),
        created_at: created(listed.created.0),
        ports: ports::listed(&listed.ports),
        labels: labels_of(&listed.labels),
        detail: None,
    }
}

/// An inspected container, with its detail.
pub(super) fn described(described: &Described, is_podman: bool) -> Instance {
    let name = name_of([described.name.as_str()], &described.id);
    let (service, replica) = identify(&described.config.labels, &name);
    let state = state_of(&described.state.status);
    Instance {
        id: InstanceId::new(&described.id),
        name: short(&name),
        service,
        replica,
        state,
        health: health_of(state, described.state.health.as_ref()),
        image: image_of(&described.config.image, &described.image),
        command: command(&command_line(described, is_podman)),
        created_at: moment(&described.created),
        ports: ports::bound(&described.network_settings.ports),
        labels: labels_of(&described.config.labels),
        detail: Some(detail_of(described, state)),
    }
}

fn detail_of(described: &Described, state: State) -> Detail {
    let told = &described.state;
    let health = told.health.as_ref();
    let count = |count: Option<u64>| u32::try_from(count.unwrap_or(0)).unwrap_or(u32::MAX);
    Detail {
        started_at: moment(&told.started_at),
        finished_at: moment(&told.finished_at),
        exit: exit_of(told, state),
        restarts: count(described.restart_count.0),
        restart_policy: policy_of(&described.host_config.restart_policy.name),
        health_log: health.map(health_log).unwrap_or_default(),
        failing_streak: health.map_or(0, |health| count(health.failing_streak.0)),
        pid: told.pid.0.and_then(|pid| u32::try_from(pid).ok()).filter(|pid| *pid > 0),
    }
}

/// How the last run ended. While it runs, the API says 0, which is no exit code then.
fn exit_of(told: &DescribedState, state: State) -> Option<Exit> {
    let ended = match state {
        State::Exited | State::Dead | State::Restarting | State::Removing => true,
        // It has failed to start, or was never started.
        State::Created => told.exit_code != 0,
        State::Running | State::Paused | State::Waiting | State::Unknown => false,
    };
    ended.then(|| Exit {
        code: told.exit_code,
        oom_killed: told.oom_killed,
        error: Some(&told.error).filter(|error| !error.is_empty()).map(|error| short(error)),
    })
}

fn health_log(health: &DescribedHealth) -> Vec<HealthRecord> {
    let skipped = health.log.len().saturating_sub(MAX_CHECKS);
    let record = |check: &CheckResult| HealthRecord {
        at: moment(&check.start),
        exit_code: check.exit_code,
        output: check
            .output
            .lines()
            .take(MAX_CHECK_LINES)
            .map(|line| Clean::new(cut(line, MAX_CHECK_LINE_BYTES)))
            .collect(),
    };
    health.log.iter().skip(skipped).map(record).collect()
}

/// Docker's names have a slash in front, and links to it from other containers more
/// than one. A container without a name is called by its id.
fn name_of<'a>(names: impl IntoIterator<Item = &'a str>, id: &str) -> String {
    let mut bare = names.into_iter().map(|name| name.strip_prefix('/').unwrap_or(name));
    let own = bare.find(|name| !name.is_empty() && !name.contains('/'));
    own.map_or_else(|| id.chars().take(12).collect(), str::to_owned)
}

fn state_of(word: &str) -> State {
    match word {
        "created" | "configured" | "initialized" => State::Created,
        "running" | "stopping" => State::Running,
        "paused" => State::Paused,
        "restarting" => State::Restarting,
        "removing" => State::Removing,
        "exited" | "stopped" => State::Exited,
        "dead" => State::Dead,
        _ => State::Unknown,
    }
}

/// Health from a listing's status text, such as `Up 4 days (healthy)`, by whole words
/// in their place only (fact F10).
fn health_in_status(state: State, status: &str, is_podman: bool) -> Health {
    if state != State::Running {
        return Health::Unknown;
    }
    let note = status.rfind(" (").map(|at| &status[at + 1..]);
    match note {
        Some("(healthy)") => Health::Healthy,
        Some("(unhealthy)") => Health::Unhealthy,
        Some("(health: starting)" | "(starting)") => Health::Starting,
        None if !is_podman => Health::None,
        _ => Health::Unknown,
    }
}

fn health_of(state: State, health: Option<&DescribedHealth>) -> Health {
    match health.map_or("", |health| &health.status) {
        "" | "none" => Health::None,
        // What the check said of a run that is over says nothing of now.
        _ if !matches!(state, State::Running | State::Paused) => Health::Unknown,
        "healthy" => Health::Healthy,
        "unhealthy" => Health::Unhealthy,
        "starting" => Health::Starting,
        _ => Health::Unknown,
    }
}

fn policy_of(name: &str) -> RestartPolicy {
    match name {
        "always" => RestartPolicy::Always,
        "on-failure" => RestartPolicy::OnFailure,
        "unless-stopped" => RestartPolicy::UnlessStopped,
        _ => RestartPolicy::No,
    }
}

fn image_of(name: &str, digest: &str) -> Option<Image> {
    let digest = Some(digest).filter(|digest| !digest.is_empty()).map(short);
    (!name.is_empty() || digest.is_some()).then(|| Image { name: short(name), digest })
}

fn created(seconds: Option<u64>) -> Option<Timestamp> {
    let seconds = i64::try_from(seconds?).ok()?;
    Timestamp::from_second(seconds).ok().filter(|at| *at > Timestamp::UNIX_EPOCH)
}

/// The command in the words of the engine's own listing, so that both read alike.
fn command_line(described: &Described, is_podman: bool) -> String {
    let mut line = described.path.clone();
    for argument in &described.args {
        line.push(' ');
        if argument.contains(' ') && !is_podman {
            line.extend(["'", argument, "'"]);
        } else {
            line.push_str(argument);
        }
    }
    line
}

fn labels_of(labels: &HashMap<String, String>) -> BTreeMap<Clean, Clean> {
    let sorted: BTreeMap<_, _> = labels.iter().collect();
    sorted.into_iter().take(MAX_LABELS).map(|(key, value)| (short(key), short(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_listing(json: &str) -> Instance {
        listed(&serde_json::from_str(json).unwrap(), false)
    }

    fn from_inspection(json: &str) -> Instance {
        described(&serde_json::from_str(json).unwrap(), false)
    }

    #[test]
    fn health_is_read_from_whole_words_in_their_place_only() {
        let health = |status| health_in_status(State::Running, status, false);
        assert_eq!(health("Up 4 days (healthy)"), Health::Healthy);
        assert_eq!(health("Up 4 days (unhealthy)"), Health::Unhealthy);
        assert_eq!(health("Up 1 second (health: starting)"), Health::Starting);
        assert_eq!(health("Up 4 days"), Health::None);
        assert_eq!(health("Up 4 days (Paused)"), Health::Unknown);
        assert_eq!(health("Up 4 days (very healthy)"), Health::Unknown);
        assert_eq!(health("Up (healthy) 4 days"), Health::Unknown);
        assert_eq!(health_in_status(State::Running, "Up 4 days", true), Health::Unknown);
        assert_eq!(health_in_status(State::Exited, "Exited (0)", false), Health::Unknown);
    }

    #[test]
    fn a_container_without_a_name_is_called_by_its_id() {
        let id = "0123456789abcdef";
        assert_eq!(name_of([], id), "0123456789ab");
        assert_eq!(name_of(["", "/"], id), "0123456789ab");
        assert_eq!(name_of(["/web/db-alias", "/db"], id), "db");
        assert_eq!(name_of([], "é"), "é");
        assert_eq!(from_listing(r#"{"Id":"abc","Names":null}"#).service.to_string(), "abc");
    }

    #[test]
    fn an_answer_full_of_nonsense_gives_an_instance_of_unknowns() {
        let instance = from_listing(
            r#"{"Id":"x","Names":["/a\u001b[2J"],"Created":-5,"State":"melted","Status":null,
                "Ports":[{"PrivatePort":70000,"Type":"tcp"},{"PrivatePort":-1},
                         {"PrivatePort":53,"Type":"udp"},{"PrivatePort":1,"Type":"quic"}]}"#,
        );
        assert_eq!(instance.name.as_str(), "a␛[2J");
        assert_eq!((instance.state, instance.health), (State::Unknown, Health::Unknown));
        assert_eq!((instance.created_at, instance.image), (None, None));
        let ports: Vec<_> = instance.ports.iter().map(ToString::to_string).collect();
        assert_eq!(ports, ["53/udp"]);
    }

    #[test]
    fn a_run_that_lasts_has_no_exit_and_one_that_ended_has() {
        let detail = |json| from_inspection(json).detail.unwrap();
        let running = detail(
            r#"{"RestartCount":4,"State":{"Status":"running","ExitCode":0,"Pid":7,
                "StartedAt":"2026-11-20T09:43:17Z","FinishedAt":"2026-11-20T09:43:16Z"}}"#,
        );
        assert_eq!((running.exit, running.restarts, running.pid), (None, 4, Some(7)));
        let killed = detail(
            r#"{"RestartCount":-4,"HostConfig":{"RestartPolicy":{"Name":"on-failure"}},
                "State":{"Status":"exited","ExitCode":137,"OOMKilled":true,"Pid":0,
                "Error":"no memory","FinishedAt":"0001-01-01T00:00:00Z"}}"#,
        );
        let exit = Exit { code: 137, oom_killed: true, error: Some("no memory".into()) };
        assert_eq!((killed.exit, killed.pid, killed.finished_at), (Some(exit), None, None));
        assert_eq!((killed.restarts, killed.restart_policy), (0, RestartPolicy::OnFailure));
    }

    #[test]
    fn the_last_health_checks_are_kept_and_bounded() {
        let check =
            |n| format!(r#"{{"Start":"?","ExitCode":{n},"Output":"{}"}}"#, "l\\n".repeat(99));
        let checks: Vec<_> = (0..9).map(check).collect();
        let instance = from_inspection(&format!(
            r#"{{"State":{{"Status":"running","Health":
               {{"Status":"unhealthy","FailingStreak":9,"Log":[{}]}}}}}}"#,
            checks.join(",")
        ));
        assert_eq!(instance.health, Health::Unhealthy);
        let detail = instance.detail.unwrap();
        let codes: Vec<_> = detail.health_log.iter().map(|record| record.exit_code).collect();
        assert_eq!((codes, detail.failing_streak), (vec![4, 5, 6, 7, 8], 9));
        assert_eq!(detail.health_log[0].output.len(), MAX_CHECK_LINES);
    }

    #[test]
    fn health_of_a_run_that_is_over_is_unknown() {
        let health = |json| from_inspection(json).health;
        let over = r#"{"State":{"Status":"exited","Health":{"Status":"healthy"}}}"#;
        assert_eq!(health(over), Health::Unknown);
        assert_eq!(health(r#"{"State":{"Status":"exited"}}"#), Health::None);
        let podman = r#"{"State":{"Status":"running","Health":{"Status":"","Log":null}}}"#;
        assert_eq!(health(podman), Health::None);
    }
}
