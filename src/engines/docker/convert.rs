//! From the API's containers to [`Instance`]s.

use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    time::Duration,
};

use bollard::models::{
    ContainerInspectResponse, ContainerState, ContainerSummary, Health as HealthCheck,
    HealthcheckResult, RestartPolicyNameEnum,
};
use jiff::Timestamp;

use crate::{
    engines::docker::{
        identity::identify,
        ports,
        words::{command, cut, moment, short, text},
    },
    model::{
        Detail, Exit, Health, HealthRecord, Image, Instance, InstanceId, NetworkPlace,
        RestartPolicy, State,
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
pub(super) fn listed(listed: &ContainerSummary, is_podman: bool) -> Instance {
    let id = text(&listed.id);
    let name = name_of(listed.names.iter().flatten().map(String::as_str), id);
    let none = HashMap::new();
    let labels = listed.labels.as_ref().unwrap_or(&none);
    let (service, replica) = identify(labels, &name);
    let state = state_of(listed.state.as_ref().map_or("", AsRef::as_ref));
    Instance {
        id: InstanceId::new(id),
        name: short(&name),
        service,
        replica,
        state,
        health: health_in_status(state, text(&listed.status), is_podman),
        image: image_of(text(&listed.image), text(&listed.image_id)),
        command: command(text(&listed.command)),
        created_at: created(listed.created),
        ports: ports::listed(listed.ports.as_deref().unwrap_or_default()),
        labels: labels_of(labels),
        detail: None,
    }
}

/// An inspected container, with its detail.
pub(super) fn described(described: &ContainerInspectResponse, is_podman: bool) -> Instance {
    let id = text(&described.id);
    let name = name_of([text(&described.name)], id);
    let config = described.config.as_ref();
    let none = HashMap::new();
    let labels = config.and_then(|config| config.labels.as_ref()).unwrap_or(&none);
    let (service, replica) = identify(labels, &name);
    let told = described.state.clone().unwrap_or_default();
    let state = state_of(told.status.as_ref().map_or("", AsRef::as_ref));
    let networks = described.network_settings.as_ref();
    let ports = networks.and_then(|networks| networks.ports.as_ref());
    Instance {
        id: InstanceId::new(id),
        name: short(&name),
        service,
        replica,
        state,
        health: health_of(state, told.health.as_ref()),
        image: image_of(config.map_or("", |config| text(&config.image)), text(&described.image)),
        command: command(&command_line(described, is_podman)),
        created_at: moment(text(&described.created)),
        ports: ports.map(ports::bound).unwrap_or_default(),
        labels: labels_of(labels),
        detail: Some(detail_of(described, &told, state)),
    }
}

fn detail_of(described: &ContainerInspectResponse, told: &ContainerState, state: State) -> Detail {
    let health = told.health.as_ref();
    let count = |count: Option<i64>| u32::try_from(count.unwrap_or(0).max(0)).unwrap_or(u32::MAX);
    let host = described.host_config.as_ref();
    Detail {
        started_at: moment(text(&told.started_at)),
        finished_at: moment(text(&told.finished_at)),
        exit: exit_of(told, state),
        restarts: count(described.restart_count),
        restart_policy: policy_of(
            host.and_then(|host| host.restart_policy.as_ref()).and_then(|policy| policy.name),
        ),
        health_log: health.map(health_log).unwrap_or_default(),
        failing_streak: count(health.and_then(|health| health.failing_streak)),
        pid: told.pid.and_then(|pid| u32::try_from(pid).ok()).filter(|pid| *pid > 0),
        network: network_of(described),
        health_grace: grace_of(described),
    }
}

fn network_of(described: &ContainerInspectResponse) -> NetworkPlace {
    let mode = described.host_config.as_ref().map(|host| text(&host.network_mode));
    if mode == Some("host") {
        return NetworkPlace::Host;
    }
    let networks = described.network_settings.as_ref().and_then(|it| it.networks.as_ref());
    let networks: BTreeMap<_, _> = networks.into_iter().flatten().collect();
    let addresses: Vec<IpAddr> =
        networks.values().filter_map(|network| text(&network.ip_address).parse().ok()).collect();
    if addresses.is_empty() { NetworkPlace::Nowhere } else { NetworkPlace::At(addresses) }
}

/// The start period of its health check, which the API gives in nanoseconds.
fn grace_of(described: &ContainerInspectResponse) -> Option<Duration> {
    let nanoseconds = described.config.as_ref()?.healthcheck.as_ref()?.start_period?;
    u64::try_from(nanoseconds).ok().filter(|it| *it > 0).map(Duration::from_nanos)
}

/// How the last run ended. While it runs, the API says 0, which is no exit code then.
fn exit_of(told: &ContainerState, state: State) -> Option<Exit> {
    let code = told.exit_code.unwrap_or(0);
    let ended = match state {
        State::Exited | State::Dead | State::Restarting | State::Removing => true,
        // It has failed to start, or was never started.
        State::Created => code != 0,
        State::Running | State::Paused | State::Waiting | State::Unknown => false,
    };
    ended.then(|| Exit {
        code,
        oom_killed: told.oom_killed.unwrap_or(false),
        error: Some(text(&told.error)).filter(|error| !error.is_empty()).map(short),
    })
}

fn health_log(health: &HealthCheck) -> Vec<HealthRecord> {
    let log = health.log.as_deref().unwrap_or_default();
    let record = |check: &HealthcheckResult| HealthRecord {
        at: moment(text(&check.start)),
        exit_code: check.exit_code.unwrap_or(0),
        output: text(&check.output)
            .lines()
            .take(MAX_CHECK_LINES)
            .map(|line| Clean::new(cut(line, MAX_CHECK_LINE_BYTES)))
            .collect(),
    };
    log[log.len().saturating_sub(MAX_CHECKS)..].iter().map(record).collect()
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
        "created" => State::Created,
        "running" | "stopping" => State::Running,
        "paused" => State::Paused,
        "restarting" => State::Restarting,
        "removing" => State::Removing,
        "exited" => State::Exited,
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

fn health_of(state: State, health: Option<&HealthCheck>) -> Health {
    let word = health.and_then(|health| health.status.as_ref());
    match word.map_or("", AsRef::as_ref) {
        "" | "none" => Health::None,
        // What the check said of a run that is over says nothing of now.
        _ if !matches!(state, State::Running | State::Paused) => Health::Unknown,
        "healthy" => Health::Healthy,
        "unhealthy" => Health::Unhealthy,
        "starting" => Health::Starting,
        _ => Health::Unknown,
    }
}

fn policy_of(name: Option<RestartPolicyNameEnum>) -> RestartPolicy {
    match name {
        Some(RestartPolicyNameEnum::ALWAYS) => RestartPolicy::Always,
        Some(RestartPolicyNameEnum::ON_FAILURE) => RestartPolicy::OnFailure,
        Some(RestartPolicyNameEnum::UNLESS_STOPPED) => RestartPolicy::UnlessStopped,
        _ => RestartPolicy::No,
    }
}

fn image_of(name: &str, digest: &str) -> Option<Image> {
    let digest = Some(digest).filter(|digest| !digest.is_empty()).map(short);
    (!name.is_empty() || digest.is_some()).then(|| Image { name: short(name), digest })
}

fn created(seconds: Option<i64>) -> Option<Timestamp> {
    Timestamp::from_second(seconds?).ok().filter(|at| *at > Timestamp::UNIX_EPOCH)
}

/// The command in the words of the engine's own listing, so that both read alike.
fn command_line(described: &ContainerInspectResponse, is_podman: bool) -> String {
    let mut line = text(&described.path).to_owned();
    for argument in described.args.iter().flatten() {
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
    use crate::engines::docker::lenient;

    fn from_listing(json: &str) -> Instance {
        listed(&lenient::read(json).unwrap(), false)
    }

    fn from_inspection(json: &str) -> Instance {
        described(&lenient::read(json).unwrap(), false)
    }

    #[test]
    fn where_it_is_on_its_networks_is_told() {
        let place = |json: &str| from_inspection(json).detail.unwrap().network;
        let two = r#"{"NetworkSettings":{"Networks":{
            "b":{"IPAddress":"172.18.0.3"},"a":{"IPAddress":"10.0.0.2"},"c":{"IPAddress":""}}}}"#;
        let addresses = ["10.0.0.2", "172.18.0.3"].map(|it| it.parse().unwrap());
        assert_eq!(place(two), NetworkPlace::At(addresses.to_vec()));
        assert_eq!(place(r#"{"HostConfig":{"NetworkMode":"host"}}"#), NetworkPlace::Host);
        assert_eq!(place("{}"), NetworkPlace::Nowhere);
    }

    #[test]
    fn the_start_period_of_its_health_check_is_told() {
        let grace = |json: &str| from_inspection(json).detail.unwrap().health_grace;
        let check = r#"{"Config":{"Healthcheck":{"StartPeriod":40000000000}}}"#;
        assert_eq!(grace(check), Some(Duration::from_secs(40)));
        assert_eq!(grace(r#"{"Config":{"Healthcheck":{"StartPeriod":0}}}"#), None);
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
