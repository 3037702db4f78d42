//! One look at an engine: connect, list, describe.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt as _, stream};
use tokio::time;

use crate::{
    cli::{CliError, Exit, Printer, select::Selection},
    engines::{Engine, EngineError},
    model::{EngineId, EngineInfo, Fault, Instance},
    text::Clean,
};

/// How many descriptions are asked for at once: enough to be quick, few enough
/// that an engine with hundreds of containers hardly notices.
pub(crate) const AT_ONCE: usize = 8;

/// An engine that has not answered by then is not reachable for a script.
const PATIENCE: Duration = Duration::from_secs(10);

/// What one look at an engine showed.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) engine: EngineId,
    pub(crate) endpoint: Clean,
    /// What it says of itself, or why it cannot be reached.
    pub(crate) state: Result<EngineInfo, Fault>,
    /// What it runs, described; the last that was known while it cannot be reached.
    pub(crate) instances: Vec<Instance>,
}

/// Whether an instance is of the project that was asked for.
pub(crate) fn in_project(instance: &Instance, project: Option<&str>) -> bool {
    let stack = instance.service.stack.as_ref().map(Clean::as_str);
    project.is_none_or(|project| stack == Some(project))
}

/// Waits no longer for an answer than a person would.
pub(crate) async fn patiently<T>(
    engine: &dyn Engine,
    answer: impl Future<Output = Result<T, EngineError>>,
) -> Result<T, EngineError> {
    time::timeout(PATIENCE, answer).await.unwrap_or_else(|_| {
        Err(EngineError::Timeout {
            endpoint: engine.endpoint().to_string(),
            seconds: PATIENCE.as_secs(),
        })
    })
}

/// Connects and lists, without details.
pub(crate) async fn list(
    engine: &dyn Engine,
    project: Option<&str>,
) -> Result<(EngineInfo, Vec<Instance>), EngineError> {
    let info = patiently(engine, engine.connect()).await?;
    let mut instances = patiently(engine, engine.list()).await?;
    instances.retain(|instance| in_project(instance, project));
    Ok((info, instances))
}

/// Looks at one engine.
pub(crate) async fn look(engine: &dyn Engine, project: Option<&str>) -> View {
    let looked = async {
        let (info, listed) = list(engine, project).await?;
        Ok((info, describe_all(engine, listed).await?))
    };
    let (state, instances) = match looked.await {
        Ok((info, instances)) => (Ok(info), instances),
        Err(error) => (Err(EngineError::to_fault(&error)), Vec::new()),
    };
    View { engine: engine.id().clone(), endpoint: engine.endpoint(), state, instances }
}

/// Describes what was listed; what has gone meanwhile is left out.
async fn describe_all(
    engine: &dyn Engine,
    listed: Vec<Instance>,
) -> Result<Vec<Instance>, EngineError> {
    let described = listed.into_iter().map(async |instance| {
        match patiently(engine, engine.describe(&instance.id)).await {
            Ok(instance) => Ok(Some(instance)),
            Err(EngineError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    });
    let mut answers = stream::iter(described).buffered(AT_ONCE);
    let mut instances = Vec::new();
    while let Some(answer) = answers.next().await {
        instances.extend(answer?);
    }
    Ok(instances)
}

/// An instance together with the engine that runs it.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) instance: Instance,
}

/// What all engines that can be reached run.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    pub(crate) placed: Vec<Placed>,
    /// The engines that answered.
    pub(crate) reachable: Vec<Arc<dyn Engine>>,
    /// What the shell is told at the end: an engine that did not answer is not forgotten.
    pub(crate) exit: Exit,
}

/// Lists the instances of all engines. An engine that cannot be reached is
/// complained about and left out.
pub(crate) async fn list_all(
    engines: &[Arc<dyn Engine>],
    project: Option<&str>,
    printer: &mut Printer<'_>,
) -> Result<Listed, CliError> {
    if engines.is_empty() {
        return Err(CliError::NoEngine);
    }
    let answers: Vec<_> = stream::iter(engines)
        .map(async |engine| (engine, list(engine.as_ref(), project).await))
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut listed = Listed::default();
    for (engine, answer) in answers {
        match answer {
            Ok((_, instances)) => {
                let place = |instance| Placed { engine: Arc::clone(engine), instance };
                listed.placed.extend(instances.into_iter().map(place));
                listed.reachable.push(Arc::clone(engine));
            }
            Err(error) => {
                printer.complain(&CliError::engine(engine.id(), &error));
                listed.exit = Exit::Unreachable;
            }
        }
    }
    Ok(listed)
}

impl Listed {
    /// Leaves what a selection means. A name that means nothing is refused, unless
    /// it may be that of something on an engine that cannot be reached.
    pub(crate) fn select(&mut self, selection: &Selection) -> Result<(), CliError> {
        if self.exit == Exit::Well {
            selection.check(&self.placed.iter().map(|each| &each.instance))?;
        }
        self.placed.retain(|each| selection.includes(&each.instance));
        Ok(())
    }
}
