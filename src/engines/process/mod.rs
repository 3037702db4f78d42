//! The process engine: midwatch's own, for the local processes of one stack.
//!
//! ```text
//! ProcessEngine ─ Crew ─┬─ Cell (plan, state, last lines) ◄─ supervise ─ run ─ Child ─ guardian ─ program
//!                       └─ …                                              └ health
//! ```
//!
//! Each instance has a task that waits for what it depends on, runs the program under a
//! guardian, and runs it again as its policy says. Nothing outlives midwatch: see [`guardian`](crate::guarded::guardian).

mod backoff;
mod crew;
mod follow;
mod health;
mod live;
mod log_buffer;
mod order;
mod plan;
mod ports;
mod run;
mod stats;
mod supervise;
mod view;

use std::{env, ffi::OsString, path::Path, slice, sync::Arc};

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use tokio::sync::broadcast::{self, error::RecvError};

use crate::{
    engines::{
        BeatReceiver, Capabilities, Change, Engine, EngineError, EngineStream, LogRequest, Shell,
        ShellSize,
        process::{crew::Crew, stats::Sampler},
    },
    guarded::OWN_PROGRAM,
    model::{
        EngineId, EngineInfo, Inspection, Instance, InstanceId, LogLine, Sample,
        spec::{ProcessStack, ServiceSpec},
    },
    text::Clean,
};

/// How many changes a watcher may be behind. One that is further behind is told that
/// everything changed, so it misses nothing.
const CHANGES: usize = 256;

/// Runs the processes of one stack.
///
/// Dropping it kills all of them; [`ProcessEngine::shutdown`] ends them in good order.
#[derive(Debug)]
pub struct ProcessEngine {
    id: EngineId,
    stack: String,
    crew: Arc<Crew>,
    changes: broadcast::Sender<Change>,
    sampler: Arc<Sampler>,
}

impl ProcessEngine {
    /// Plans a stack and chooses its ports, without starting anything.
    ///
    /// The running program itself must have the hidden subcommand: its `main` hands
    /// over to [`exec_child_main`](crate::guarded::exec_child_main).
    ///
    /// # Errors
    ///
    /// When the stack makes no sense (an unknown dependency, a circle of them, a service
    /// without a command or described twice, ports that clash, a probe that cannot be
    /// read), or when the host has no free port.
    pub fn new(id: EngineId, stack: ProcessStack) -> Result<Self, EngineError> {
        Self::with_shim(id, stack, Path::new(OWN_PROGRAM))
    }

    /// As [`ProcessEngine::new`], with another program that has the hidden subcommand.
    ///
    /// # Errors
    ///
    /// As of [`ProcessEngine::new`].
    pub fn with_shim(id: EngineId, stack: ProcessStack, shim: &Path) -> Result<Self, EngineError> {
        let (changes, _) = broadcast::channel(CHANGES);
        let crew = Crew::new(stack.name.clone(), shim.into(), changes.clone());
        crew.sign_on(&stack.services)?;
        let sampler = Arc::new(Sampler::new());
        Ok(Self { id, stack: stack.name, crew: Arc::new(crew), changes, sampler })
    }

    /// Starts all that is not started, in the order of their dependencies.
    ///
    /// Returns at once; the work is done in tasks of the Tokio runtime that this must be
    /// called in. After a [`ProcessEngine::shutdown`] it starts everything again.
    pub fn start(&self) {
        self.crew.start();
    }

    /// Adds a service to the stack and starts it. Ports chosen before stay as they are.
    ///
    /// # Errors
    ///
    /// As of [`ProcessEngine::new`]; the stack is then as it was.
    pub fn add(&self, service: &ServiceSpec) -> Result<(), EngineError> {
        self.crew.sign_on(slice::from_ref(service))?;
        self.crew.start();
        Ok(())
    }

    /// Stops a service and forgets it and its output.
    ///
    /// # Errors
    ///
    /// When another service depends on it, or when there is no such service.
    pub async fn remove(&self, service: &str) -> Result<(), EngineError> {
        self.crew.sign_off(service).await
    }

    /// Stops all, those that others depend on last, and returns when nothing of them is left.
    ///
    /// Each gets its stop signal, its stop timeout, and then SIGKILL.
    pub async fn shutdown(&self) {
        self.crew.stop().await;
    }
}

#[async_trait]
impl Engine for ProcessEngine {
    fn id(&self) -> &EngineId {
        &self.id
    }

    fn endpoint(&self) -> Clean {
        Clean::new(&format!("process://{}", self.stack))
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { health: true, images: false, shell_inside: false, output_at_hand: true }
    }

    async fn connect(&self) -> Result<EngineInfo, EngineError> {
        Ok(EngineInfo {
            product: Clean::new("midwatch processes"),
            version: Clean::new(env!("CARGO_PKG_VERSION")),
            api: None,
        })
    }

    async fn host(&self) -> Option<Clean> {
        Some(Clean::from_bytes(rustix::system::uname().nodename().to_bytes()))
    }

    async fn list(&self) -> Result<Vec<Instance>, EngineError> {
        Ok(self.crew.cells().iter().map(|cell| view::instance(cell)).collect())
    }

    async fn describe(&self, id: &InstanceId) -> Result<Instance, EngineError> {
        Ok(view::instance(&*self.crew.cell(id)?))
    }

    async fn watch(&self) -> Result<EngineStream<Change>, EngineError> {
        let state = (self.changes.subscribe(), Arc::downgrade(&self.crew));
        let changes = stream::unfold(state, |(mut changes, crew)| async move {
            let news = match changes.recv().await {
                Ok(change) => vec![change],
                Err(RecvError::Lagged(_)) => all_touched(&*crew.upgrade()?),
                Err(RecvError::Closed) => return None,
            };
            Some((stream::iter(news.into_iter().map(Ok)), (changes, crew)))
        });
        Ok(changes.flatten().boxed())
    }

    async fn logs(
        &self,
        id: &InstanceId,
        request: LogRequest,
    ) -> Result<EngineStream<LogLine>, EngineError> {
        Ok(follow::lines(self.crew.cell(id)?, request))
    }

    async fn stats(
        &self,
        id: &InstanceId,
        _beat: BeatReceiver,
    ) -> Result<EngineStream<Sample>, EngineError> {
        Ok(Arc::clone(&self.sampler).samples(self.crew.cell(id)?))
    }

    async fn inspect(&self, id: &InstanceId) -> Result<Inspection, EngineError> {
        Ok(view::inspection(&*self.crew.cell(id)?))
    }

    async fn shell(&self, id: &InstanceId, _size: ShellSize) -> Result<Shell, EngineError> {
        let cell = self.crew.cell(id)?;
        let shell = env::var_os("SHELL").filter(|shell| !shell.is_empty());
        let variable = |(name, value): (&String, &String)| (name.into(), value.into());
        Ok(Shell::Local {
            command: vec![shell.unwrap_or_else(|| OsString::from("/bin/sh"))],
            directory: cell.plan.spec.cwd.clone(),
            environment: cell.plan.env.iter().map(variable).collect(),
        })
    }
}

/// What a watcher is told that has fallen too far behind. What was removed meanwhile it
/// finds out from a listing.
fn all_touched(crew: &Crew) -> Vec<Change> {
    crew.cells().iter().map(|cell| Change::Touched(cell.plan.id.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engines::process::plan::tests::service;

    #[tokio::test]
    async fn a_watcher_who_falls_behind_is_told_that_everything_changed() {
        let services = vec![service("a"), service("b")];
        let stack = ProcessStack { name: "s".into(), services };
        let engine = ProcessEngine::new(EngineId::new("process"), stack).unwrap();
        let mut changes = engine.watch().await.unwrap();
        let cells = engine.crew.cells();
        for _ in 0..=CHANGES {
            cells[0].update(|live| live.restarts += 1);
        }
        for id in ["s.a.1", "s.b.1"] {
            let change = changes.next().await.unwrap().unwrap();
            assert_eq!(change, Change::Touched(InstanceId::new(id)));
        }
    }

    #[test]
    fn a_stack_that_makes_no_sense_is_refused_whole() {
        let new = |services| {
            let stack = ProcessStack { name: "s".into(), services };
            ProcessEngine::new(EngineId::new("process"), stack)
        };
        let error = new(vec![service("a"), service("a")]).unwrap_err();
        assert_eq!(error.to_string(), "service `a` is described twice");
        let engine = new(vec![service("a")]).unwrap();
        let bad = ServiceSpec { depends_on: vec!["c".into()], ..service("b") };
        assert!(engine.crew.sign_on(&[service("d"), bad]).is_err());
        assert_eq!(engine.crew.cells().len(), 1);
    }
}
