//! `midwatch stats`: what each instance uses of its host, once or every second.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use serde::Serialize;
use tokio::time::{self, MissedTickBehavior};

use crate::{
    cli::{
        CliError, Exit, Printer, args::StatsOptions, lookout::Lookout, select::Selection,
        table::Table, words,
    },
    engines::Engine,
    model::{EngineId, Instance, InstanceKey, Sample},
    store::{EngineView, InstanceView, Store},
    text::Clean,
};

/// CPU is known from the second reading on. Engines read about once a second.
const READINGS: usize = 3;

/// An instance that gives no reading for so long is shown without one.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often is printed with `--watch`.
const TICK: Duration = Duration::from_secs(1);

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
/// When a name makes no sense, there is no engine, or the output cannot be written.
pub async fn run(
    engines: &[Arc<dyn Engine>],
    options: &StatsOptions,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let selection = Selection::new(&options.services);
    let mut lookout = Lookout::new(engines)?;
    lookout.until(Store::is_described).await;
    lookout.complain_of_lost(printer);
    lookout.check(&selection)?;
    lookout.demand_stats(&selection);
    if options.watch {
        return watch(lookout, &selection, options.json, printer).await;
    }
    let read = |store: &Store| store.instances().all(|(_, view)| is_read(view, &selection));
    // Without an answer in time, what is not known is null.
    let _ = time::timeout(PATIENCE, lookout.until(read)).await;
    let report = StatsReport::new(&lookout, &selection);
    lookout.exit().after(report.print(options.json, printer))
}

/// Whether nothing more is to be learned of an instance by waiting a little.
fn is_read(view: &InstanceView, selection: &Selection) -> bool {
    let cpu = view.series.latest().and_then(|sample| sample.cpu_cores);
    let readings = view.series.readings();
    let wanted = view.instance.is_up() && selection.includes(&view.instance);
    !wanted || cpu.is_some() || readings >= READINGS
}

/// Prints the last readings every second, until the output is closed.
async fn watch(
    mut lookout: Lookout,
    selection: &Selection,
    json: bool,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let mut tick = time::interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick comes at once, when nothing is known yet.
    tick.tick().await;
    loop {
        tokio::select! {
            _ = lookout.hear() => {}
            _ = tick.tick() => {
                // What has started or ended since is read, or no longer.
                lookout.demand_stats(selection);
                lookout.complain_of_lost(printer);
                StatsReport::new(&lookout, selection).print(json, printer)?;
                printer.flush()?;
            }
        }
    }
}

impl UseReport {
    fn new(key: &InstanceKey, instance: &Instance, sample: Option<&Sample>) -> Self {
        Self {
            engine: key.engine.clone(),
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
    /// The last readings of what runs. Those of an engine that is lost say nothing of now.
    fn new(lookout: &Lookout, selection: &Selection) -> Self {
        let store = &lookout.store;
        let sample = |key: &InstanceKey| {
            let up = store.engine(&key.engine).is_some_and(EngineView::is_up);
            store.instance(key).filter(|_| up)?.series.latest()
        };
        let up = lookout.selected(selection).filter(|(_, instance)| instance.is_up());
        let mut instances: Vec<_> =
            up.map(|(key, instance)| UseReport::new(key, instance, sample(key))).collect();
        instances.sort_by(|one, other| one.key().cmp(&other.key()));
        Self { time: Timestamp::now(), instances }
    }

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
