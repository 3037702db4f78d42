//! What is told of an instance: its description and its inspection.

use std::collections::BTreeMap;

use crate::{
    engines::process::live::{Cell, Live},
    model::{
        Detail, Inspection, Instance, NetworkPlace, Port, Protocol, RestartPolicy,
        inspect::Row,
        spec::{CheckTarget, HealthCheck},
    },
    text::{Clean, redact},
};

/// The address that free ports are chosen on.
const LOOPBACK: &str = "127.0.0.1";

/// Describes an instance as it is right now.
pub(super) fn instance(cell: &Cell) -> Instance {
    let (plan, live) = (&cell.plan, cell.live());
    Instance {
        id: plan.id.clone(),
        name: plan.name(),
        service: plan.service.clone(),
        replica: Some(plan.replica),
        state: live.state,
        health: live.health,
        // A process is made from no image; its program is in the command.
        image: None,
        command: command(&plan.spec.command),
        created_at: Some(cell.created_at),
        ports: port(cell).into_iter().collect(),
        labels: BTreeMap::new(),
        detail: Some(detail(cell, live)),
    }
}

fn detail(cell: &Cell, live: Live) -> Detail {
    Detail {
        started_at: live.started_at,
        finished_at: live.finished_at,
        exit: live.exit,
        restarts: live.restarts,
        restart_policy: cell.plan.spec.restart,
        health_log: live.health_log.into(),
        failing_streak: live.failing_streak,
        pid: live.processes.map(|processes| processes.program),
        network: NetworkPlace::Host,
        health_grace: cell.plan.spec.health_check.as_ref().map(|check| check.grace),
    }
}

/// The command as one would type it, without the credentials of its URLs.
fn command(command: &[String]) -> Clean {
    Clean::new(&redact::mask_urls(&command.join(" ")))
}

fn port(cell: &Cell) -> Option<Port> {
    cell.plan.offers_port().then(|| Port {
        inside: cell.plan.port.number,
        host: Some(cell.plan.port.number),
        // Where a program listens on a port that it asked for is not known.
        address: cell.plan.spec.port.is_none().then(|| Clean::new(LOOPBACK)),
        protocol: Protocol::Tcp,
    })
}

/// Everything that is known of an instance. Its environment is what it was given on top of
/// midwatch's own.
pub(super) fn inspection(cell: &Cell) -> Inspection {
    let mut inspection = Inspection::default();
    inspection.push("Process", process(cell));
    inspection.push("Life cycle", life_cycle(cell));
    inspection.push("Probe", cell.plan.spec.health_check.as_ref().map(probe).unwrap_or_default());
    let environment = cell.plan.env.iter().map(|(name, value)| Row::secret(name, value));
    inspection.push("Environment", environment.collect());
    inspection
}

fn process(cell: &Cell) -> Vec<Row> {
    let (plan, live) = (&cell.plan, cell.live());
    let mut rows = vec![
        Row::text("service", &plan.service.to_string()),
        Row::text("copy", &format!("{} of {}", plan.replica, plan.spec.replicas)),
        Row::text("command", command(&plan.spec.command).as_str()),
    ];
    if let Some(cwd) = &plan.spec.cwd {
        rows.push(Row::text("folder", &cwd.to_string_lossy()));
    }
    rows.push(Row::text("state", live.state.word()));
    if let Some(processes) = live.processes {
        rows.push(Row::text("process id", &processes.program.to_string()));
        rows.push(Row::text("guardian's process id", &processes.guardian.to_string()));
    }
    rows.extend(port(cell).map(|port| Row::text("port", &port.to_string())));
    rows
}

fn life_cycle(cell: &Cell) -> Vec<Row> {
    let spec = &cell.plan.spec;
    let mut rows = vec![Row::text("restart", restart_word(spec.restart))];
    if !spec.depends_on.is_empty() {
        rows.push(Row::text("depends on", &spec.depends_on.join(", ")));
    }
    rows.push(Row::text("stop signal", &format!("{:?}", spec.stop_signal).to_uppercase()));
    rows.push(Row::text("stop timeout", &format!("{:?}", spec.stop_timeout)));
    rows
}

/// The policy as stack files and Docker spell it.
fn restart_word(policy: RestartPolicy) -> &'static str {
    match policy {
        RestartPolicy::No => "no",
        RestartPolicy::OnFailure => "on-failure",
        RestartPolicy::Always => "always",
        RestartPolicy::UnlessStopped => "unless-stopped",
    }
}

fn probe(probe: &HealthCheck) -> Vec<Row> {
    let (kind, target) = match &probe.target {
        CheckTarget::Http(url) => ("http", url),
        CheckTarget::Tcp(address) => ("tcp", address),
    };
    vec![
        Row::text(kind, &redact::mask_urls(target)),
        Row::text("every", &format!("{:?}", probe.every)),
        Row::text("timeout", &format!("{:?}", probe.timeout)),
        Row::text("unhealthy after", &format!("{} failures in a row", probe.fail_after)),
        Row::text("grace", &format!("{:?}", probe.grace)),
    ]
}
