//! [`Session`]: which stack, which engines, which settings; found once at the start.

use std::sync::Arc;

use crate::{
    cli::{
        CliError, Context, Global,
        args::EngineKind,
        doctor::{self, Findings},
    },
    config::{
        Approval, ConfigError, ConfigErrors, Settings, Source, StackFile, TrustStore, discover,
        stack_file::{Runtime, folder_of},
    },
    engines::{
        Engine,
        docker::{self, Candidate, DockerEngine},
        process::ProcessEngine,
        scoped::Scoped,
    },
    model::{EngineId, Stack},
    text::Clean,
};

/// What is looked at, and how.
pub struct Session {
    /// How the person wants it.
    pub settings: Settings,
    /// What the stack file says of the stack.
    pub stack: Stack,
    /// The engines that are elsewhere.
    pub engines: Vec<Arc<dyn Engine>>,
    /// The engine that runs the stack file's own processes, not started yet.
    pub processes: Option<Arc<ProcessEngine>>,
    /// The one project that is shown, if only one is.
    pub project: Option<String>,
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
        let settings = Settings::load(&context.paths, &context.variables, &global.settings())
            .map_err(CliError::Config)?;
        let mut notices = Vec::new();
        let file = stack_file(global, context, &mut notices)?;
        let runtime = file.as_ref().map(|file| file.runtime.clone()).unwrap_or_default();
        let processes = match file.as_ref().and_then(StackFile::processes) {
            Some(stack) if may_be(EngineKind::Process, global) => {
                let engine = ProcessEngine::new(EngineId::new("process"), stack);
                let engine = engine.map_err(|e| CliError::engine(&EngineId::new("process"), &e))?;
                Some(Arc::new(engine))
            }
            _ => None,
        };
        let project = global.project.clone().or_else(|| runtime.project.clone()).or_else(|| {
            // A stack file without processes of its own describes containers.
            file.as_ref().filter(|file| file.services.is_empty()).map(|file| file.name.clone())
        });
        let engines = match container_engine(global, context, &runtime, processes.is_some())? {
            Some(engine) => vec![narrowed(engine, project.as_deref())],
            None => Vec::new(),
        };
        let stack = Stack {
            name: file
                .as_ref()
                .map(|file| Clean::new(&file.name))
                .or_else(|| project.as_deref().map(Clean::new)),
            title: file.as_ref().and_then(|file| file.title.clone()),
            environment: file.as_ref().map(|file| file.environment),
        };
        Ok(Self { settings, stack, engines, processes, project, notices })
    }

    /// All engines, the stack's own processes first.
    #[must_use]
    pub fn all_engines(&self) -> Vec<Arc<dyn Engine>> {
        let own = self.processes.iter().map(|engine| -> Arc<dyn Engine> { engine.clone() });
        own.chain(self.engines.iter().cloned()).collect()
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

fn stack_file(
    global: &Global,
    context: &Context,
    notices: &mut Vec<String>,
) -> Result<Option<StackFile>, CliError> {
    let flag = global.stack.as_deref();
    let Some(found) = discover::stack_file(flag, &context.variables, &context.folder) else {
        return Ok(None);
    };
    let wrong = |error: ConfigError| CliError::Config(ConfigErrors(vec![error]));
    let source = Source::read(&found.file).map_err(wrong)?;
    let mut file = StackFile::parse(&source, &folder_of(&found.file)).map_err(CliError::Config)?;
    let approval = TrustStore::new(&context.paths)
        .approval(&found, &source.text)
        .map_err(CliError::system("read the record of approved stack files"))?;
    if approval == Approval::Missing && !file.services.is_empty() {
        let name = found.file.display();
        notices.push(format!("{name} is not approved: `midwatch trust` lets its commands run"));
        file.services.clear();
    }
    Ok(Some(file))
}

fn may_be(kind: EngineKind, global: &Global) -> bool {
    global.engine.is_none_or(|only| only == kind)
}

/// The container engine to look at. Beside processes of our own it is left out when
/// nothing says that there is one.
fn container_engine(
    global: &Global,
    context: &Context,
    runtime: &Runtime,
    beside_processes: bool,
) -> Result<Option<Arc<dyn Engine>>, CliError> {
    if global.engine == Some(EngineKind::Process) {
        return Ok(None);
    }
    let candidates = candidates(global, context, runtime)?;
    let Some(chosen) = docker::choose(&candidates) else { return Ok(None) };
    let asked_for = global.engine.is_some() || global.host.is_some() || global.context.is_some();
    let named = asked_for || runtime.host.is_some() || runtime.context.is_some();
    if beside_processes && !named && chosen.problem.is_some() {
        return Ok(None);
    }
    Ok(Some(engine_at(chosen, global)))
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
            Some(EngineKind::Process) | None => docker::Kind::Any,
        },
        environment: docker::Environment::from_variables(variable),
    };
    docker::find(&place).map_err(|error| CliError::engine(&EngineId::new("docker"), &error))
}

fn engine_at(candidate: &Candidate, global: &Global) -> Arc<dyn Engine> {
    let podman = candidate.endpoint.to_string().contains("podman");
    let name =
        if podman || global.engine == Some(EngineKind::Podman) { "podman" } else { "docker" };
    let endpoint = candidate.endpoint.clone();
    let make = if global.read_only { DockerEngine::read_only } else { DockerEngine::new };
    Arc::new(make(EngineId::new(name), endpoint, global.insecure))
}

fn narrowed(engine: Arc<dyn Engine>, project: Option<&str>) -> Arc<dyn Engine> {
    match project {
        Some(project) => Arc::new(Scoped::new(engine, project)),
        None => engine,
    }
}
