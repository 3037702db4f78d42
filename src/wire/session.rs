//! [`Session`]: which stack, which engines, which settings; found once at the start.

use std::{
    path::{Component, Path},
    sync::Arc,
};

pub use super::described::Own;
use super::{described::Described, prober::StackProber};
use crate::{
    cli::{
        CliError, Context, Global, LookedAt, Printer,
        args::EngineKind,
        doctor::{self, Findings},
        logs::Places,
        own_files,
    },
    config::{
        Settings,
        stack_file::{Runtime, RuntimeKind},
    },
    engines::{
        Engine,
        docker::{self, Candidate, DockerEngine, Endpoint},
        limited::{Limited, Limits},
    },
    logs::Redactor,
    model::{EngineId, Stack},
    secrets::Secrets,
    sources::{self, LogSource, Understood},
    text::Clean,
    watch::Prober,
};

/// Said where only what stands without a console is looked at.
const OWN_ONLY_INSIDE: &str = "the stack file's own processes run only inside an open console";

/// Said where log sources are all that there is to see.
const NO_ENGINE: &str = "no engine was found: the logs of the stack file are shown alone";

/// What is looked at, and how.
pub struct Session {
    /// How the person wants it.
    pub settings: Settings,
    /// What the stack file says of the stack.
    pub stack: Stack,
    /// Whether nothing may be done that could change what runs.
    pub read_only: bool,
    /// The only project that those elsewhere show, if there is one.
    pub project: Option<Clean>,
    /// The engines that are elsewhere.
    pub engines: Vec<Arc<dyn Engine>>,
    /// The stack's logs beside the output of instances.
    pub sources: Vec<Arc<dyn LogSource>>,
    /// Whether the stack file's commands may run, and the secrets that it names be read.
    pub may_run: bool,
    /// Who asks its probes.
    pub prober: Arc<dyn Prober>,
    /// Where the secrets are found that it names.
    pub secrets: Arc<dyn Secrets>,
    /// The stack file's own processes.
    pub own: Own,
    /// Whether the command line or the stack file says that containers are meant.
    pub containers_meant: bool,
    /// What the person should be told at the start.
    pub notices: Vec<String>,
}

impl Session {
    /// Finds out what is to be looked at. Connects to nothing and starts nothing.
    ///
    /// # Errors
    ///
    /// When the settings, the stack file or an address is wrong.
    pub fn open(global: &Global, context: &Context) -> Result<Self, CliError> {
        let described = Described::read(global, context)?;
        let settings = own_files::settings(&described.look(), global, context)?;
        let runtime = described.runtime();
        let Described { file, own, may_run, folder, notice } = described;
        let prober = if may_run {
            StackProber::approved(runtime.env_files.clone(), folder)
        } else {
            StackProber::unapproved()
        };
        if global.engine == Some(EngineKind::Process) && matches!(own, Own::None) {
            let hint = "the services of a stack file are; `midwatch demo` brings its own";
            return Err(CliError::usage("there are no local processes to look at", hint));
        }
        let project = global.project.clone().or_else(|| runtime.project.clone()).or_else(|| {
            // A stack file without processes of its own describes containers.
            let only = file.as_ref().filter(|file| file.own_services.is_empty());
            only.map(|file| file.name().to_owned())
        });
        let limits =
            Limits { stack: project.as_deref().map(Clean::new), read_only: global.read_only };
        let containers_meant = are_containers_meant(global, &runtime);
        let nameless = || Stack { name: limits.stack.clone(), ..Stack::default() };
        let mut stack = file.map_or_else(nameless, |file| file.stack);
        stack.add_filters(settings.saved_filters());
        let sources = sources::of_stack(&stack, may_run);
        let beside = own.ready().is_some() || !sources.is_empty();
        let containers = container_engine(global, context, &runtime, beside)?;
        let logs_alone = containers.is_none() && matches!(own, Own::None) && !sources.is_empty();
        let notices = notice.into_iter().chain(logs_alone.then(|| NO_ENGINE.to_owned())).collect();
        let shown = |engine| understood(limited(engine, limits.clone()), &stack);
        Ok(Self {
            settings,
            read_only: global.read_only,
            project: limits.stack.clone(),
            engines: containers.map(shown).into_iter().collect(),
            sources,
            stack,
            may_run,
            secrets: prober.secrets(),
            prober: Arc::new(prober),
            own,
            containers_meant,
            notices,
        })
    }

    /// All engines, the stack's own processes first.
    #[must_use]
    pub fn all_engines(&self) -> Vec<Arc<dyn Engine>> {
        let limits = Limits { read_only: self.read_only, ..Limits::default() };
        let own = self.own.ready().map(|engine| limited(engine.clone(), limits));
        let own = own.map(|engine| understood(engine, &self.stack));
        own.into_iter().chain(self.engines.iter().cloned()).collect()
    }

    /// The engines that run without a console, for commands to look at.
    ///
    /// # Errors
    ///
    /// When the stack is made of processes that run only inside a console: nothing
    /// else is shown in their place unless containers are meant.
    pub fn standing_engines(
        &self,
        printer: &mut Printer<'_>,
    ) -> Result<&[Arc<dyn Engine>], CliError> {
        if self.has_only_own() {
            let name = self.stack.name.as_ref().map_or("", Clean::as_str);
            let message = format!(
                "the stack {name} is made of local processes, and these run only inside an open \
                 console"
            );
            let hint = "open it with `midwatch`; --engine docker looks at containers instead";
            return Err(CliError::usage(&message, hint));
        }
        if !matches!(self.own, Own::None) {
            printer.note(OWN_ONLY_INSIDE);
        }
        Ok(&self.engines)
    }
}

impl Session {
    /// What is looked at without a console.
    ///
    /// # Errors
    ///
    /// As [`Session::standing_engines`].
    pub fn looked_at(&self, printer: &mut Printer<'_>) -> Result<LookedAt, CliError> {
        let engines = self.standing_engines(printer)?.to_vec();
        let (project, stack) = (self.project.clone(), Arc::new(self.stack.clone()));
        Ok(LookedAt { engines, project, stack, prober: Some(self.prober.clone()) })
    }

    /// Everything whose lines can be read without a console.
    ///
    /// # Errors
    ///
    /// As [`Session::standing_engines`], when there are no log sources either.
    pub fn places(&self, printer: &mut Printer<'_>) -> Result<Places<'_>, CliError> {
        let engines = if self.has_only_own() && !self.sources.is_empty() {
            printer.note(OWN_ONLY_INSIDE);
            &[]
        } else {
            let engines = self.standing_engines(printer)?;
            if engines.is_empty() && !self.sources.is_empty() {
                printer.note(NO_ENGINE);
            }
            engines
        };
        Ok(Places { engines, sources: &self.sources, stack: self.stack.name.as_ref() })
    }

    /// What hides secrets in lines that leave, the stack file's own rules among it.
    #[must_use]
    pub fn redactor(&self) -> Redactor {
        let own = self.stack.logs.iter().flat_map(|log| &log.reading.redact);
        // The stack file was read, so each is a regular expression.
        Redactor::new(&own.collect::<Vec<_>>()).unwrap_or_default()
    }

    /// Whether nothing is meant but the stack file's own processes.
    fn has_only_own(&self) -> bool {
        !matches!(self.own, Own::None) && !self.containers_meant
    }
}

/// Looks at everything that `midwatch doctor` tells of.
///
/// # Errors
///
/// When an address or a file that says where engines are makes no sense.
pub async fn findings(global: &Global, context: &Context) -> Result<Findings, CliError> {
    let mut tried = Vec::new();
    if may_be(EngineKind::Docker, global) || may_be(EngineKind::Podman, global) {
        let candidates = candidates(global, context, &Runtime::default())?;
        let chosen = docker::choose(&candidates).cloned();
        tried.extend(candidates.iter().map(|candidate| doctor::Tried {
            origin: Clean::new(&candidate.origin),
            chosen: Some(candidate) == chosen.as_ref(),
            engine: engine_at(candidate, global),
        }));
    }
    Ok(doctor::gather(&tried, global, context).await)
}

fn may_be(kind: EngineKind, global: &Global) -> bool {
    global.engine.is_none_or(|only| only == kind)
}

/// The container engine to look at. Beside something else that there is to see it is left
/// out when nothing says that there is one.
fn container_engine(
    global: &Global,
    context: &Context,
    runtime: &Runtime,
    beside: bool,
) -> Result<Option<Arc<dyn Engine>>, CliError> {
    if global.engine == Some(EngineKind::Process) {
        return Ok(None);
    }
    let candidates = candidates(global, context, runtime)?;
    let Some(chosen) = docker::choose(&candidates) else { return Ok(None) };
    if beside && !are_containers_meant(global, runtime) && chosen.problem.is_some() {
        return Ok(None);
    }
    Ok(Some(engine_at(chosen, global)))
}

fn is_place_named(global: &Global, runtime: &Runtime) -> bool {
    global.engine.is_some()
        || global.host.is_some()
        || global.context.is_some()
        || runtime.kind != RuntimeKind::Auto
        || runtime.host.is_some()
        || runtime.context.is_some()
}

/// `--engine process` names a place too, but not one of containers.
fn are_containers_meant(global: &Global, runtime: &Runtime) -> bool {
    global.engine != Some(EngineKind::Process)
        && (is_place_named(global, runtime)
            || global.project.is_some()
            || runtime.project.is_some())
}

/// The places where a container engine may be; what the command line says goes before
/// what the stack file says.
fn candidates(
    global: &Global,
    context: &Context,
    runtime: &Runtime,
) -> Result<Vec<Candidate>, CliError> {
    let said = global.host.is_some() || global.context.is_some();
    let (host, named) = if said {
        (global.host.clone(), global.context.clone())
    } else {
        (runtime.host.clone(), runtime.context.clone())
    };
    let variable =
        |name: &str| context.variables.value(name).map(|v| v.to_string_lossy().into_owned());
    let place = docker::Where {
        host,
        context: named,
        kind: match global.engine {
            Some(EngineKind::Docker) => docker::Kind::Docker,
            Some(EngineKind::Podman) => docker::Kind::Podman,
            Some(EngineKind::Process) | None => kind_of(runtime),
        },
        environment: docker::Environment::from_variables(variable),
    };
    docker::find(&place).map_err(|error| CliError::engine(&EngineId::new("docker"), &error))
}

fn kind_of(runtime: &Runtime) -> docker::Kind {
    match runtime.kind {
        RuntimeKind::Auto => docker::Kind::Any,
        RuntimeKind::Docker => docker::Kind::Docker,
        RuntimeKind::Podman => docker::Kind::Podman,
    }
}

fn engine_at(candidate: &Candidate, global: &Global) -> Arc<dyn Engine> {
    let name = engine_name(&candidate.endpoint, global.engine);
    let endpoint = candidate.endpoint.clone();
    let make = if global.read_only { DockerEngine::read_only } else { DockerEngine::new };
    Arc::new(make(EngineId::new(name), endpoint, global.insecure))
}

/// What the engine is called before it has said what it is: by the kind that was asked
/// for, or else by its socket. The name of a host says nothing of what runs there.
fn engine_name(endpoint: &Endpoint, meant: Option<EngineKind>) -> &'static str {
    let socket = match endpoint {
        Endpoint::Unix(path) => Some(path.as_path()),
        Endpoint::Ssh(target) => target.socket.as_deref().map(Path::new),
        Endpoint::Tcp { .. } => None,
    };
    let is_podman = match meant {
        Some(kind) => kind == EngineKind::Podman,
        None => socket.is_some_and(is_podmans),
    };
    if is_podman { "podman" } else { "docker" }
}

fn is_podmans(socket: &Path) -> bool {
    let is_name = |part: Component<'_>| part.as_os_str() == "podman";
    socket.ends_with("podman.sock") || socket.components().any(is_name)
}

fn limited(engine: Arc<dyn Engine>, limits: Limits) -> Arc<dyn Engine> {
    if limits == Limits::default() {
        return engine;
    }
    Arc::new(Limited::new(engine, limits))
}

/// Every line of it says what it is, whoever reads.
fn understood(engine: Arc<dyn Engine>, stack: &Stack) -> Arc<dyn Engine> {
    Arc::new(Understood::new(engine, stack))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_is_called_by_what_was_asked_for_or_by_its_socket_and_never_by_its_host() {
        let name =
            |address: &str, meant| engine_name(&Endpoint::parse(address, None).unwrap(), meant);
        assert_eq!(name("unix:///run/user/1000/podman/podman.sock", None), "podman");
        assert_eq!(name("unix:///home/ops/podman.sock", None), "podman");
        assert_eq!(name("ssh://host/run/podman/api.sock", None), "podman");
        assert_eq!(name("ssh://podman-host", None), "docker");
        assert_eq!(name("ssh://podman@podman", None), "docker");
        assert_eq!(name("tcp://podman:2376", None), "docker");
        assert_eq!(name("unix:///home/podmanfan/docker.sock", None), "docker");
        assert_eq!(name("ssh://host", Some(EngineKind::Podman)), "podman");
        assert_eq!(name("unix:///run/podman/podman.sock", Some(EngineKind::Docker)), "docker");
    }
}
