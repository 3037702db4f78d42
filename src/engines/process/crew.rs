//! [`Crew`]: all instances of a stack, and the tasks that keep them running.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::future::join_all;
use tokio::{sync::broadcast, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    engines::{
        Change, EngineError,
        process::{
            live::Cell,
            order,
            plan::{self, InstancePlan},
            supervise::supervise,
        },
    },
    model::{InstanceId, State, spec::ServiceSpec},
};

/// All instances of a stack. Dropping it stops all of them.
#[derive(Debug)]
pub(super) struct Crew {
    stack: String,
    shim: Arc<Path>,
    changes: broadcast::Sender<Change>,
    aboard: Mutex<Aboard>,
}

#[derive(Debug, Default)]
struct Aboard {
    /// In the order in which they were written.
    services: Vec<ServiceSpec>,
    /// In the same order, copies counting up.
    members: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    cell: Arc<Cell>,
    watch: Option<Watch>,
}

/// The task that keeps one instance running.
#[derive(Debug)]
struct Watch {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Crew {
    /// Nobody is there yet.
    pub(super) fn new(stack: String, shim: Arc<Path>, changes: broadcast::Sender<Change>) -> Self {
        Self { stack, shim, changes, aboard: Mutex::default() }
    }

    /// Plans services without starting them; either all of them or none.
    pub(super) fn sign_on(&self, services: &[ServiceSpec]) -> Result<(), EngineError> {
        let mut aboard = self.lock();
        let mut all = aboard.services.clone();
        for service in services {
            if all.iter().any(|other| other.name == service.name) {
                return Err(twice(&service.name));
            }
            all.push(service.clone());
        }
        order::layers(&all)?;
        let present: Vec<&InstancePlan> =
            aboard.members.iter().map(|member| &member.cell.plan).collect();
        let plans = plan::instances(&self.stack, services, &present)?;
        aboard.services = all;
        for plan in plans {
            let cell = Arc::new(Cell::new(plan, self.changes.clone()));
            cell.announce(Change::Touched(cell.plan.id.clone()));
            aboard.members.push(Member { cell, watch: None });
        }
        Ok(())
    }

    /// Starts whoever is not watched over.
    pub(super) fn start(&self) {
        let mut aboard = self.lock();
        let cells: Vec<Arc<Cell>> =
            aboard.members.iter().map(|member| Arc::clone(&member.cell)).collect();
        for member in &mut aboard.members {
            if member.watch.is_none() {
                member.watch = Some(self.watch_over(&member.cell, &cells));
            }
        }
    }

    fn watch_over(&self, cell: &Arc<Cell>, all: &[Arc<Cell>]) -> Watch {
        let needed = |other: &&Arc<Cell>| {
            cell.plan.spec.depends_on.iter().any(|name| *name == other.plan.spec.name)
        };
        let dependencies = all.iter().filter(needed).cloned().collect();
        let stop = CancellationToken::new();
        let life = supervise(Arc::clone(cell), dependencies, Arc::clone(&self.shim), stop.clone());
        Watch { stop, task: tokio::spawn(life) }
    }

    /// Stops all, those that others depend on last; returns when nothing of them is left.
    pub(super) async fn stop(&self) {
        for services in self.stop_order() {
            self.stop_services(&services).await;
        }
    }

    /// Stops one service and forgets it, unless another depends on it.
    pub(super) async fn sign_off(&self, service: &str) -> Result<(), EngineError> {
        let user = self.lock().services.iter().find_map(|other| {
            other.depends_on.iter().any(|name| name == service).then(|| other.name.clone())
        });
        if let Some(user) = user {
            return Err(EngineError::Invalid {
                what: format!("service `{user}` depends on `{service}`"),
                remedy: format!("remove `{user}` first"),
            });
        }
        self.stop_services(&[service.to_owned()]).await;
        let mut aboard = self.lock();
        if !aboard.services.iter().any(|other| other.name == service) {
            return Err(EngineError::NotFound { id: service.to_owned() });
        }
        aboard.services.retain(|other| other.name != service);
        for gone in aboard.members.extract_if(.., |member| member.cell.plan.spec.name == service) {
            // Whoever still reads its output need not wait for a run that never comes.
            gone.cell.update_quietly(|live| live.state = State::Removing);
            gone.cell.announce(Change::Removed(gone.cell.plan.id.clone()));
        }
        Ok(())
    }

    /// The names of the services, in the layers in which they can be stopped.
    fn stop_order(&self) -> Vec<Vec<String>> {
        let services = &self.lock().services;
        let all = || vec![(0..services.len()).collect()];
        // Only what has an order is taken aboard.
        let layers = order::layers(services).unwrap_or_else(|_| all());
        let names =
            |layer: &Vec<usize>| layer.iter().map(|&at| services[at].name.clone()).collect();
        layers.iter().rev().map(names).collect()
    }

    async fn stop_services(&self, services: &[String]) {
        let watches: Vec<Watch> = self
            .lock()
            .members
            .iter_mut()
            .filter(|member| services.contains(&member.cell.plan.spec.name))
            .filter_map(|member| member.watch.take())
            .collect();
        for watch in &watches {
            watch.stop.cancel();
        }
        // A task that panicked has ended too, and its instance with it.
        join_all(watches.into_iter().map(|watch| watch.task)).await;
    }

    /// All instances, in a stable order.
    pub(super) fn cells(&self) -> Vec<Arc<Cell>> {
        self.lock().members.iter().map(|member| Arc::clone(&member.cell)).collect()
    }

    /// One instance.
    pub(super) fn cell(&self, id: &InstanceId) -> Result<Arc<Cell>, EngineError> {
        let aboard = self.lock();
        let found = aboard.members.iter().find(|member| member.cell.plan.id == *id);
        found
            .map(|member| Arc::clone(&member.cell))
            .ok_or_else(|| EngineError::NotFound { id: id.as_str().to_owned() })
    }

    fn lock(&self) -> MutexGuard<'_, Aboard> {
        self.aboard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        for watch in self.lock().members.iter_mut().filter_map(|member| member.watch.take()) {
            // Letting go of a run kills it: its guardian sees our end of its socket close.
            watch.task.abort();
        }
    }
}

fn twice(service: &str) -> EngineError {
    EngineError::Invalid {
        what: format!("service `{service}` is described twice"),
        remedy: "give every service a name of its own".into(),
    }
}
