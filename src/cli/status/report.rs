//! [`StatusReport`]: what `midwatch status` says, as an object and as a table.

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    cli::{CliError, Exit, Printer, probes::ProbeReportLine, table::Table, words},
    model::{Condition, EngineId, Fault, Health, Instance, Level, Port, Protocol, State},
    store::{EngineView, InstanceView, Link, ServiceView, Store},
    text::Clean,
};

/// What `midwatch status --json` prints; one object, or one a line with `--watch`.
///
/// | field | type | what |
/// |---|---|---|
/// | `time` | RFC 3339 | when this was so |
/// | `level` | string | the worst of all services; `unknown` when an engine cannot be reached |
/// | `engines` | array | each engine, see [`EngineReport`] |
/// | `services` | array | each service by stack and name, see [`ServiceReport`] |
///
/// A level is one of `off` (ended in good order), `ok`, `busy` (on its way), `unknown`,
/// `warn`, `bad`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the table says it once, and the README copies it")]
pub struct StatusReport {
    pub time: Timestamp,
    pub level: Level,
    pub engines: Vec<EngineReport>,
    pub services: Vec<ServiceReport>,
    /// The only stack that is shown.
    #[serde(skip)]
    stack: Option<Clean>,
}

/// An engine in [`StatusReport`].
///
/// | field | type | what |
/// |---|---|---|
/// | `engine` | string | its name in this session |
/// | `endpoint` | string | where it is, without credentials |
/// | `state` | string | `connected` or `unreachable` |
/// | `product`, `version`, `api` | string or null | what it said of itself last |
/// | `fault` | object or null | why it cannot be reached: `kind`, `message`, `hint` |
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the table says it once, and the README copies it")]
pub struct EngineReport {
    pub engine: EngineId,
    pub endpoint: Clean,
    pub state: &'static str,
    pub product: Option<Clean>,
    pub version: Option<Clean>,
    pub api: Option<Clean>,
    pub fault: Option<Fault>,
}

/// A service in [`StatusReport`].
///
/// | field | type | what |
/// |---|---|---|
/// | `engine` | string | the engine that runs it |
/// | `stack` | string or null | the stack (compose project) that it belongs to |
/// | `service` | string | its name |
/// | `level`, `reason` | string | how it does, and why, in words |
/// | `instances_total`, `instances_up` | number | how many there are, and how many run |
/// | `restarts` | number | restarts of all its instances by their engine |
/// | `images` | array of string | the images that its instances were made from |
/// | `ports` | array | its ports, see [`PortReport`] |
/// | `started_at` | RFC 3339 or null | the latest start among those that run |
/// | `uptime_seconds` | number or null | the time since then |
/// | `instances` | array | each instance, see [`InstanceReport`] |
/// | `probes` | array | each of its probes, as in `midwatch probes --json` |
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the table says it once, and the README copies it")]
pub struct ServiceReport {
    pub engine: EngineId,
    pub stack: Option<Clean>,
    pub service: Clean,
    pub level: Level,
    pub reason: Clean,
    pub instances_total: usize,
    pub instances_up: usize,
    pub restarts: u64,
    pub images: Vec<Clean>,
    pub ports: Vec<PortReport>,
    pub started_at: Option<Timestamp>,
    pub uptime_seconds: Option<i64>,
    pub instances: Vec<InstanceReport>,
    pub probes: Vec<ProbeReportLine>,
}

/// A port in [`ServiceReport`].
///
/// | field | type | what |
/// |---|---|---|
/// | `inside_port` | number | the port inside the instance |
/// | `host_port` | number or null | the port on the host, where it is published |
/// | `host_address` | string or null | the host's address that it is published on |
/// | `protocol` | string | `tcp`, `udp` or `sctp` |
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the table says it once, and the README copies it")]
pub struct PortReport {
    pub inside_port: u16,
    pub host_port: Option<u16>,
    pub host_address: Option<Clean>,
    pub protocol: Protocol,
    #[serde(skip)]
    words: String,
}

/// An instance in [`ServiceReport`].
///
/// | field | type | what |
/// |---|---|---|
/// | `instance` | string | its name |
/// | `id` | string | its id on its engine |
/// | `state` | string | `created`, `waiting`, `running`, `paused`, `restarting`, `removing`, `exited`, `dead` or `unknown` |
/// | `health` | string | `none`, `starting`, `healthy`, `unhealthy` or `unknown` |
/// | `level`, `reason` | string | how it does, and why, in words |
/// | `restarts` | number or null | restarts by its engine |
/// | `exit_code` | number or null | how its last run ended |
/// | `oom_killed` | boolean or null | whether that was for want of memory |
/// | `image_digest` | string or null | the id of the image that it was made from |
/// | `started_at`, `finished_at` | RFC 3339 or null | its last start and end |
/// | `uptime_seconds` | number or null | the time since its start, while it runs |
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the table says it once, and the README copies it")]
pub struct InstanceReport {
    pub instance: Clean,
    pub id: String,
    pub state: State,
    pub health: Health,
    pub level: Level,
    pub reason: Clean,
    pub restarts: Option<u32>,
    pub exit_code: Option<i64>,
    pub oom_killed: Option<bool>,
    pub image_digest: Option<Clean>,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub uptime_seconds: Option<i64>,
}

impl StatusReport {
    /// Says what is known. Nothing of the only stack that is shown is not well.
    pub(super) fn new(store: &Store, stack: Option<&Clean>, now: Timestamp) -> Self {
        let cx = Cx { store, now };
        let mut services: Vec<_> = store.services().iter().map(|view| cx.service(view)).collect();
        services.sort_by(|one, other| one.key().cmp(&other.key()));
        let engines: Vec<_> = store.engines().iter().map(engine).collect();
        let unknown =
            engines.iter().any(EngineReport::is_lost) || (services.is_empty() && stack.is_some());
        let floor = if unknown { Level::Unknown } else { Level::Off };
        let level = services.iter().map(|service| service.level).max().unwrap_or(floor).max(floor);
        Self { time: now, level, engines, services, stack: stack.cloned() }
    }

    /// What the shell is told.
    #[must_use]
    pub fn exit(&self) -> Exit {
        if self.engines.iter().any(EngineReport::is_lost) {
            return Exit::Unreachable;
        }
        if self.level.is_wrong() { Exit::Wrong } else { Exit::Well }
    }

    /// The same without what passing time alone changes.
    pub(super) fn timeless(&self) -> Self {
        let mut same = Self { time: Timestamp::UNIX_EPOCH, ..self.clone() };
        for service in &mut same.services {
            service.uptime_seconds = None;
            for instance in &mut service.instances {
                instance.uptime_seconds = None;
            }
            service.probes = service.probes.iter().map(ProbeReportLine::timeless).collect();
        }
        same
    }

    /// Prints it for a program or for a person.
    pub(super) fn print(&self, json: bool, printer: &mut Printer<'_>) -> Result<(), CliError> {
        if json {
            return printer.json(self);
        }
        for engine in &self.engines {
            let Some(fault) = &engine.fault else { continue };
            printer.line(format_args!("{}: unreachable: {}", engine.engine, fault.message))?;
            if let Some(hint) = &fault.hint {
                printer.line(format_args!(" = hint: {hint}"))?;
            }
        }
        printer.line(self.summary())?;
        if self.services.is_empty() { Ok(()) } else { self.table().print(printer) }
    }

    fn summary(&self) -> String {
        let wrong = self.services.iter().filter(|service| service.level.is_wrong()).count();
        match (wrong, self.services.len()) {
            (_, 0) if self.engines.iter().any(EngineReport::is_lost) => "services not known".into(),
            (_, 0) => match &self.stack {
                Some(stack) => format!("no services of {stack}"),
                None => "no services".into(),
            },
            (0, 1) => "1 service, well".into(),
            (0, all) => format!("{all} services, all well"),
            (wrong, all) => format!("{wrong} of {all} services not well"),
        }
    }

    /// The worst first.
    fn table(&self) -> Table {
        let mut table = Table::new([
            "LEVEL", "STACK", "SERVICE", "UP", "RESTARTS", "UPTIME", "REASON", "IMAGE", "PORTS",
        ]);
        let mut services: Vec<_> = self.services.iter().collect();
        services.sort_by_key(|service| std::cmp::Reverse(service.level));
        for service in services {
            let images: Vec<_> = service.images.iter().map(Clean::as_str).collect();
            let ports: Vec<_> = service.ports.iter().map(|port| port.words.as_str()).collect();
            table.row([
                service.level.word().into(),
                service.stack.as_ref().map_or_else(|| "-".into(), ToString::to_string),
                service.service.to_string(),
                format!("{}/{}", service.instances_up, service.instances_total),
                service.restarts.to_string(),
                service.uptime_seconds.map_or_else(|| "-".into(), words::seconds),
                service.reason.to_string(),
                images.join(", "),
                ports.join(", "),
            ]);
        }
        table
    }
}

fn engine(view: &EngineView) -> EngineReport {
    let info = view.data.value();
    let fault = match &view.link {
        Link::Down { fault, .. } => Some(fault.clone()),
        Link::Connecting | Link::Up => None,
    };
    EngineReport {
        engine: view.id.clone(),
        endpoint: view.endpoint.clone(),
        state: if view.is_up() { "connected" } else { "unreachable" },
        product: info.map(|info| info.product.clone()),
        version: info.map(|info| info.version.clone()),
        api: info.and_then(|info| info.api.clone()),
        fault,
    }
}

impl EngineReport {
    fn is_lost(&self) -> bool {
        self.fault.is_some()
    }
}

impl ServiceReport {
    fn key(&self) -> (&Option<Clean>, &Clean, &EngineId) {
        (&self.stack, &self.service, &self.engine)
    }
}

/// What a report is made from.
struct Cx<'a> {
    store: &'a Store,
    now: Timestamp,
}

impl Cx<'_> {
    /// What an engine that is lost runs is not known; the words say what was.
    fn now_known(&self, engine: &EngineId, condition: &Condition) -> Condition {
        if self.store.engine(engine).is_some_and(EngineView::is_up) {
            return condition.clone();
        }
        Condition::new(Level::Unknown, format!("engine unreachable, was: {}", condition.reason))
    }

    fn service(&self, view: &ServiceView) -> ServiceReport {
        let engine = &view.key.engine;
        let verdict = self.now_known(engine, &view.condition);
        let members: Vec<_> =
            view.instances.iter().filter_map(|key| self.store.instance(key)).collect();
        let images =
            members.iter().filter_map(|each| Some(each.instance.image.as_ref()?.name.clone()));
        ServiceReport {
            engine: engine.clone(),
            stack: view.key.service.stack.clone(),
            service: view.key.service.name.clone(),
            level: verdict.level,
            reason: Clean::new(&verdict.reason),
            instances_total: members.len(),
            instances_up: view.up,
            restarts: view.restarts.into(),
            images: distinct(images),
            ports: view.ports.iter().cloned().map(port).collect(),
            started_at: view.started_at,
            uptime_seconds: view.started_at.map(|at| uptime(at, self.now)),
            instances: members.iter().map(|each| self.instance(engine, each)).collect(),
            probes: self
                .store
                .probes_of(&view.key)
                .map(|(key, probe)| ProbeReportLine::new(self.store, key, probe))
                .collect(),
        }
    }

    fn instance(&self, engine: &EngineId, view: &InstanceView) -> InstanceReport {
        let condition = self.now_known(engine, &view.condition);
        instance(&view.instance, &condition, self.now)
    }
}

fn distinct<T: Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut all: Vec<_> = all.collect();
    all.sort();
    all.dedup();
    all
}

fn port(port: Port) -> PortReport {
    PortReport {
        words: port.to_string(),
        inside_port: port.inside,
        host_port: port.host,
        host_address: port.address,
        protocol: port.protocol,
    }
}

fn instance(instance: &Instance, condition: &Condition, now: Timestamp) -> InstanceReport {
    let detail = instance.detail.as_ref();
    let exit = detail.and_then(|detail| detail.exit.as_ref());
    let started_at = detail.and_then(|detail| detail.started_at);
    InstanceReport {
        instance: instance.name.clone(),
        id: instance.id.to_string(),
        state: instance.state,
        health: instance.health,
        level: condition.level,
        reason: Clean::new(&condition.reason),
        restarts: detail.map(|detail| detail.restarts),
        exit_code: exit.map(|exit| exit.code),
        oom_killed: exit.map(|exit| exit.oom_killed),
        image_digest: instance.image.as_ref().and_then(|image| image.digest.clone()),
        started_at,
        finished_at: detail.and_then(|detail| detail.finished_at),
        uptime_seconds: started_at.filter(|_| instance.is_up()).map(|at| uptime(at, now)),
    }
}

/// A clock that went back makes nothing younger than new.
fn uptime(since: Timestamp, now: Timestamp) -> i64 {
    now.duration_since(since).as_secs().max(0)
}
