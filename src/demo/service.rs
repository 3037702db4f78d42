//! [`serve`]: what every service of the demo does, around what only it does.

use std::{str::FromStr, sync::Arc, time::Duration};

use jiff::Timestamp;
use strum::{Display, EnumIter, EnumString, IntoStaticStr};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::{Instant, MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use crate::demo::{
    DemoError, Fault, api, cache,
    environment::Environment,
    faults::{self, FaultSet},
    gateway, ledger,
    metrics::{self, Metrics},
    worker,
};

/// How often the file of faults is read.
const FAULTS_EVERY: Duration = Duration::from_secs(1);

/// The services of the demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Display, EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum ServiceName {
    /// Takes requests and spreads them over the copies of the API.
    Gateway,
    /// Answers requests out of the cache and the ledger.
    Api,
    /// Does the jobs that the API leaves in the queue.
    Worker,
    /// Keeps the books, in SQLite.
    Ledger,
    /// Keeps values and the queue, in memory.
    Cache,
}

/// How a service came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was asked to.
    Asked,
    /// A fault made it crash; it has said so in its log.
    Crashed,
}

/// What every part of a running service needs.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) name: ServiceName,
    pub(crate) environment: Environment,
    pub(crate) metrics: Metrics,
    /// Cancelled when the service has been asked to end.
    pub(crate) stopping: CancellationToken,
    pub(crate) started: Instant,
    faults: watch::Receiver<FaultSet>,
}

impl Service {
    /// Whether a fault is on.
    pub(crate) fn has(&self, fault: Fault) -> bool {
        self.faults.borrow().contains(&fault)
    }

    /// Waits until a fault is on.
    pub(crate) async fn until(&self, fault: Fault) {
        let mut faults = self.faults.clone();
        if faults.wait_for(|set| set.contains(&fault)).await.is_err() {
            // Nobody reads the file any more: the service is ending.
            std::future::pending::<()>().await;
        }
    }

    /// Everything that it counts, in the Prometheus text format.
    pub(crate) fn exposition(&self) -> String {
        if let Some(bytes) = resident_bytes() {
            self.metrics.set(&metrics::RESIDENT_MEMORY, &[], bytes as f64);
        }
        self.metrics.render()
    }
}

/// Runs the service called `name` until SIGTERM, SIGINT or a crash.
///
/// Its port, its peers and its folder come from the environment.
///
/// # Errors
///
/// [`DemoError`] when there is no such service, the environment does not say what it
/// must, or the port, the database or the folder cannot be used.
pub async fn serve(name: &str) -> Result<Ended, DemoError> {
    let name =
        ServiceName::from_str(name).map_err(|_| DemoError::UnknownService(name.to_owned()))?;
    let environment = Environment::read(|variable| std::env::var(variable).ok())?;
    let stopping = CancellationToken::new();
    cancel_on_signal(stopping.clone())?;
    let faults = follow_faults(&environment)?;
    let port = environment.port;
    let service = Arc::new(Service {
        name,
        environment,
        metrics: Metrics::default(),
        stopping,
        started: Instant::now(),
        faults,
    });
    service.metrics.set(
        &metrics::START_TIME,
        &[],
        Timestamp::now().as_duration().as_secs_f64().floor(),
    );
    let listener = TcpListener::bind(("127.0.0.1", port))
        .await
        .map_err(|source| DemoError::Bind { port, source })?;
    match name {
        ServiceName::Gateway => gateway::run(service, listener).await,
        ServiceName::Api => api::run(service, listener).await,
        ServiceName::Worker => worker::run(service, listener).await,
        ServiceName::Ledger => ledger::run(service, listener).await,
        ServiceName::Cache => cache::run(service, listener).await,
    }
}

/// Cancels `stopping` at the first SIGTERM or SIGINT; from then on both are harmless.
fn cancel_on_signal(stopping: CancellationToken) -> Result<(), DemoError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(DemoError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(DemoError::Signals)?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        stopping.cancel();
    });
    Ok(())
}

/// Reads the faults now, then about once a second.
///
/// The whole file is read each time: it is a few dozen bytes, and a time of change
/// is too coarse to tell two writes apart. A file that cannot be read later on (its
/// folder is being removed) changes nothing.
fn follow_faults(environment: &Environment) -> Result<watch::Receiver<FaultSet>, DemoError> {
    let directory = environment.directory.clone();
    let (sender, receiver) = watch::channel(faults::read(&directory)?);
    tokio::spawn(async move {
        let mut tick = interval(FAULTS_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            if let Ok(set) = faults::read(&directory) {
                sender.send_if_modified(|current| {
                    let changed = *current != set;
                    *current = set;
                    changed
                });
            }
        }
    });
    Ok(receiver)
}

/// The memory that this process holds, in bytes.
pub(crate) fn resident_bytes() -> Option<u64> {
    resident_in(&std::fs::read_to_string("/proc/self/status").ok()?)
}

fn resident_in(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_read_in_bytes() {
        let status = "Name:\tapi\nVmPeak:\t  9000 kB\nVmRSS:\t    1234 kB\n";
        assert_eq!(resident_in(status), Some(1_263_616));
        assert_eq!(resident_in("Name:\tkthreadd\n"), None);
    }
}
