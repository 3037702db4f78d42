//! `midwatch stats`: what each instance uses of its host, once or every second.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures_util::{FutureExt as _, StreamExt as _, stream};
use jiff::Timestamp;
use serde::Serialize;
use tokio::time::{self, MissedTickBehavior};

use crate::{
    cli::{
        CliError, Exit, Printer,
        args::StatsOptions,
        follow::{Follower, Subject, Told},
        gather::{self, Placed},
        select::Selection,
        table::Table,
        words,
    },
    engines::{Engine, EngineError},
    model::{EngineId, Instance, InstanceKey, Sample},
    text::Clean,
};

/// Every instance is read for a second or two; all of a host at once is cheap.
const AT_ONCE: usize = 64;

/// CPU is known from the second reading on. Engines read about once a second.
const READINGS: usize = 3;

/// An instance that gives no reading for so long is shown without one.
const PATIENCE: Duration = Duration::from_secs(5);

/// What `midwatch stats --json` prints; one object, or one a line with `--watch`.
///
/// | field | type | what |
/// |---|---|---|
/// | `time` | RFC 3339 | when this was so |
/// | `instances` | array | each instance that runs, see [`UseReport`] |
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the table says it once, and the README copies it")]
pub struct StatsReport {
    pub time: Timestamp,
    pub instances: Vec<UseReport>,
}

/// An instance in [`StatsReport`]. What its engine does not tell is null.
///
/// | field | type | what |
/// |---|---|---|
/// | `engine` | string | the engine that runs it |
/// | `stack` | string or null | the stack (compose project) |
/// | `service`, `instance` | string | its names |
/// | `sampled_at` | RFC 3339 or null | when it was read |
/// | `cpu_cores` | number or null | CPU; 1.0 is one core kept busy |
/// | `memory_bytes` | number or null | memory without the file cache |
/// | `memory_limit_bytes` | number or null | the limit on it, where one is set |
/// | `received_bytes`, `sent_bytes` | number or null | network since its start |
/// | `processes` | number or null | processes and threads |
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the table says it once, and the README copies it")]
pub struct UseReport {
    pub engine: EngineId,
    pub stack: Option<Clean>,
    pub service: Clean,
    pub instance: Clean,
    pub sampled_at: Option<Timestamp>,
    pub cpu_cores: Option<f64>,
    pub memory_bytes: Option<u64>,
    pub memory_limit_bytes: Option<u64>,
    pub received_bytes: Option<u64>,
    pub sent_bytes: Option<u64>,
    pub processes: Option<u64>,
}

/// Prints what each instance uses of its host.
///
/// # Errors
/// When a name makes no sense, no engine can be reached, one is lost while it is
/// watched, or the output cannot be written.
pub async fn run(
    engines: &[Arc<dyn Engine>],
    project: Option<&str>,
    options: &StatsOptions,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let selection = Selection::new(project, &options.services);
    let mut listed = gather::list_all(engines, project, printer).await?;
    listed.select(&selection)?;
    if options.watch {
        watch(&listed.reachable, selection, options.json, printer).await?;
        return Ok(listed.exit);
    }
    let up = listed.placed.iter().filter(|each| each.instance.is_up());
    let mut instances: Vec<_> =
        stream::iter(up).map(read).buffer_unordered(AT_ONCE).collect().await;
    instances.sort_by(|one: &UseReport, other| one.key().cmp(&other.key()));
    StatsReport { time: Timestamp::now(), instances }.print(options.json, printer)?;
    Ok(listed.exit)
}

/// Reads until the CPU is known, but not for ever.
async fn read(placed: &Placed) -> UseReport {
    let mut last = None;
    let reading = async {
        let Ok(samples) = placed.engine.stats(&placed.instance.id).await else { return };
        let mut samples = samples.take(READINGS);
        while let Some(Ok(sample)) = samples.next().await {
            last = Some(sample);
            if sample.cpu_cores.is_some() {
                return;
            }
        }
    };
    // Without an answer in time, what is not known is null.
    let _ = time::timeout(PATIENCE, reading).await;
    UseReport::new(placed.engine.id(), &placed.instance, last)
}

/// Prints the last readings every second, until an engine is lost or the output is closed.
async fn watch(
    engines: &[Arc<dyn Engine>],
    selection: Selection,
    json: bool,
    printer: &mut Printer<'_>,
) -> Result<(), CliError> {
    let open = |engine: Arc<dyn Engine>, id, _: Option<Timestamp>| {
        async move { engine.stats(&id).await }.boxed()
    };
    let subject = Subject { open: Arc::new(open), time: |_: &Sample| None, of_ended: false };
    let failed = |(engine, error): (_, EngineError)| CliError::engine(&engine, &error);
    let mut follower = Follower::new(engines, selection, subject).await.map_err(failed)?;
    let mut latest: BTreeMap<InstanceKey, UseReport> = BTreeMap::new();
    let mut tick = time::interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick comes at once, when nothing is known yet.
    tick.tick().await;
    loop {
        let told = tokio::select! {
            told = follower.next() => told,
            _ = tick.tick() => {
                let mut instances: Vec<_> = latest.values().cloned().collect();
                instances.sort_by(|one, other| one.key().cmp(&other.key()));
                StatsReport { time: Timestamp::now(), instances }.print(json, printer)?;
                printer.flush()?;
                continue;
            }
        };
        match told {
            Some(Told::Item(key, instance, sample)) => {
                let report = UseReport::new(&key.engine, &instance, Some(sample));
                latest.insert(key, report);
            }
            Some(Told::Ended(key)) => drop(latest.remove(&key)),
            Some(Told::Failed(engine, error)) => printer.complain(&failed((engine, error))),
            Some(Told::Lost(engine, error)) => return Err(failed((engine, error))),
            None => return Ok(()),
        }
    }
}

impl UseReport {
    fn new(engine: &EngineId, instance: &Instance, sample: Option<Sample>) -> Self {
        Self {
            engine: engine.clone(),
            stack: instance.service.stack.clone(),
            service: instance.service.name.clone(),
            instance: instance.name.clone(),
            sampled_at: sample.map(|sample| sample.at),
            cpu_cores: sample.and_then(|sample| sample.cpu_cores),
            memory_bytes: sample.and_then(|sample| sample.memory_bytes),
            memory_limit_bytes: sample.and_then(|sample| sample.memory_limit_bytes),
            received_bytes: sample.and_then(|sample| sample.received_bytes),
            sent_bytes: sample.and_then(|sample| sample.sent_bytes),
            processes: sample.and_then(|sample| sample.processes),
        }
    }

    fn key(&self) -> (&Option<Clean>, &Clean, &Clean, &EngineId) {
        (&self.stack, &self.service, &self.instance, &self.engine)
    }
}

impl StatsReport {
    fn print(&self, json: bool, printer: &mut Printer<'_>) -> Result<(), CliError> {
        if json {
            return printer.json(self);
        }
        if self.instances.is_empty() {
            return printer.line("no running instances");
        }
        let mut table = Table::new([
            "STACK",
            "INSTANCE",
            "CPU",
            "MEMORY",
            "LIMIT",
            "RECEIVED",
            "SENT",
            "PROCESSES",
        ]);
        let size = |bytes: Option<u64>| bytes.map_or_else(|| "-".into(), words::bytes);
        for each in &self.instances {
            table.row([
                each.stack.as_ref().map_or_else(|| "-".into(), ToString::to_string),
                each.instance.to_string(),
                each.cpu_cores
                    .map_or_else(|| "-".into(), |cores| format!("{:.1} %", cores * 100.0)),
                size(each.memory_bytes),
                size(each.memory_limit_bytes),
                size(each.received_bytes),
                size(each.sent_bytes),
                each.processes.map_or_else(|| "-".into(), |count| count.to_string()),
            ]);
        }
        table.print(printer)
    }
}
