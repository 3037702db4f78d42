//! [`StatsReport`]: what instances use, as it is printed.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{
    host::HostReport,
    words::{or_unknown, past},
};
use crate::{
    cli::{CliError, Exit, Printer, lookout::Lookout, select::Selection, table::Table},
    model::{
        EngineId, Fault, Instance, InstanceKey, Level, Pressure, Sample, SampleSource, ServiceKey,
        Thresholds, threshold::memory_share,
    },
    store::{EngineView, MarkKind, Store},
    text::{Clean, format},
};

/// For how long it is news that something was killed for memory.
const NEWS: SignedDuration = SignedDuration::from_mins(5);

/// What `midwatch stats --json` prints; one object, or one a line with `--watch`.
///
/// | field | type | what |
/// |---|---|---|
/// | `time` | RFC 3339 | when this was so |
/// | `host` | object or null | the host that midwatch runs on, where instances run on it too, see [`HostReport`] |
/// | `instances` | array | each instance that runs, see [`UseReport`] |
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the table says it once, and the README copies it")]
pub struct StatsReport {
    pub time: Timestamp,
    pub host: Option<HostReport>,
    pub instances: Vec<UseReport>,
}

/// An instance in [`StatsReport`]. What nobody tells is null.
///
/// Rates, and shares of time, are since the reading before; bytes without `_per_second` since
/// the instance started. A level is `ok`, `warn` or `bad`, by the thresholds of the settings,
/// and null without a limit to be measured against.
///
/// | field | type | what |
/// |---|---|---|
/// | `engine` | string | the engine that runs it |
/// | `stack` | string or null | the stack (compose project) |
/// | `service`, `instance` | string | its names |
/// | `restarts` | number or null | how often its engine has started it again |
/// | `sampled_at` | RFC 3339 or null | when it was read |
/// | `fault` | object or null | why it could not be read: `kind`, `message`, `hint` |
/// | `dropped_readings` | number | how many were dropped since it is read, because midwatch fell behind |
/// | `source` | string or null | who told it: `kernel`, `engine` |
/// | `interval_seconds` | number or null | how long after the reading before |
/// | `cpu_cores` | number or null | CPU; 1.0 is one core kept busy |
/// | `cpu_limit_cores` | number or null | the limit on it, where one is set |
/// | `host_cores` | number or null | how many cores its host has |
/// | `cpu_level` | string or null | how it does against the one, or else the other |
/// | `throttled_share` | number or null | the share (0–1) of the limit's periods in which it had to stop |
/// | `throttled_seconds` | number or null | how long its CPUs had to wait for that since it started |
/// | `memory_bytes` | number or null | memory without the file cache that can be dropped |
/// | `memory_limit_bytes` | number or null | the limit on it, where one is set |
/// | `memory_level` | string or null | how it does against that |
/// | `swap_bytes` | number or null | what of it is in swap |
/// | `oom_kills` | number or null | how many of its processes were killed for memory |
/// | `oom_killed_at` | RFC 3339 or null | when that happened last, if it was in the last 5 minutes |
/// | `received_bytes`, `sent_bytes` | number or null | network |
/// | `received_per_second`, `sent_per_second` | number or null | the same, bytes a second |
/// | `disk_read_bytes`, `disk_written_bytes` | number or null | disks |
/// | `disk_read_per_second`, `disk_written_per_second` | number or null | the same, bytes a second |
/// | `processes` | number or null | processes and threads |
/// | `cpu_pressure`, `memory_pressure`, `io_pressure` | object or null | shares (0–1) of the last 10 s in which it waited: `some_share` some of its tasks, `full_share` all of them |
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the table says it once, and the README copies it")]
pub struct UseReport {
    pub engine: EngineId,
    pub stack: Option<Clean>,
    pub service: Clean,
    pub instance: Clean,
    pub restarts: Option<u32>,
    pub sampled_at: Option<Timestamp>,
    pub fault: Option<Fault>,
    pub dropped_readings: u64,
    pub source: Option<SampleSource>,
    pub interval_seconds: Option<f64>,
    pub cpu_cores: Option<f64>,
    pub cpu_limit_cores: Option<f64>,
    pub host_cores: Option<u32>,
    pub cpu_level: Option<Level>,
    pub throttled_share: Option<f64>,
    pub throttled_seconds: Option<f64>,
    pub memory_bytes: Option<u64>,
    pub memory_limit_bytes: Option<u64>,
    pub memory_level: Option<Level>,
    pub swap_bytes: Option<u64>,
    pub oom_kills: Option<u64>,
    pub oom_killed_at: Option<Timestamp>,
    pub received_bytes: Option<u64>,
    pub sent_bytes: Option<u64>,
    pub received_per_second: Option<f64>,
    pub sent_per_second: Option<f64>,
    pub disk_read_bytes: Option<u64>,
    pub disk_written_bytes: Option<u64>,
    pub disk_read_per_second: Option<f64>,
    pub disk_written_per_second: Option<f64>,
    pub processes: Option<u64>,
    pub cpu_pressure: Option<Pressure>,
    pub memory_pressure: Option<Pressure>,
    pub io_pressure: Option<Pressure>,
}

/// What is known of what an instance uses now.
#[derive(Clone, Copy)]
struct Told<'a> {
    sample: Option<&'a Sample>,
    /// Why there is no sample.
    fault: Option<&'a Fault>,
    /// How many readings were dropped.
    dropped: u64,
}

impl UseReport {
    fn new(
        key: &InstanceKey,
        instance: &Instance,
        told: Told<'_>,
        oom_killed_at: Option<Timestamp>,
        thresholds: &Thresholds,
    ) -> Self {
        let Told { sample, fault, dropped } = told;
        let cpu_share = sample.and_then(Sample::cpu_share);
        Self {
            engine: key.engine.clone(),
            stack: instance.service.stack.clone(),
            service: instance.service.name.clone(),
            instance: instance.name.clone(),
            restarts: instance.detail.as_ref().map(|detail| detail.restarts),
            sampled_at: sample.map(|sample| sample.at),
            fault: fault.cloned(),
            dropped_readings: dropped,
            source: sample.map(|sample| sample.source),
            interval_seconds: sample.and_then(|sample| sample.interval).map(|it| it.as_secs_f64()),
            cpu_cores: sample.and_then(|sample| sample.cpu_cores),
            cpu_limit_cores: sample.and_then(|sample| sample.cpu_limit_cores),
            host_cores: sample.and_then(|sample| sample.host_cores),
            cpu_level: cpu_share.map(|share| thresholds.cpu.level(share)),
            throttled_share: sample.and_then(|sample| sample.throttled_share),
            throttled_seconds: sample.and_then(|sample| sample.throttled_seconds),
            memory_bytes: sample.and_then(|sample| sample.memory_bytes),
            memory_limit_bytes: sample.and_then(|sample| sample.memory_limit_bytes),
            memory_level: sample
                .and_then(Sample::memory_share)
                .map(|it| thresholds.memory.level(it)),
            swap_bytes: sample.and_then(|sample| sample.swap_bytes),
            oom_kills: sample.and_then(|sample| sample.oom_kills),
            oom_killed_at,
            received_bytes: sample.and_then(|sample| sample.received_bytes),
            sent_bytes: sample.and_then(|sample| sample.sent_bytes),
            received_per_second: sample.and_then(|sample| sample.received_per_second),
            sent_per_second: sample.and_then(|sample| sample.sent_per_second),
            disk_read_bytes: sample.and_then(|sample| sample.disk_read_bytes),
            disk_written_bytes: sample.and_then(|sample| sample.disk_written_bytes),
            disk_read_per_second: sample.and_then(|sample| sample.disk_read_per_second),
            disk_written_per_second: sample.and_then(|sample| sample.disk_written_per_second),
            processes: sample.and_then(|sample| sample.processes),
            cpu_pressure: sample.and_then(|sample| sample.cpu_pressure),
            memory_pressure: sample.and_then(|sample| sample.memory_pressure),
            io_pressure: sample.and_then(|sample| sample.io_pressure),
        }
    }

    fn key(&self) -> (&Option<Clean>, &Clean, &Clean, &EngineId) {
        (&self.stack, &self.service, &self.instance, &self.engine)
    }

    /// Whether it uses more than it should, or needed more than it was given.
    fn is_wrong(&self) -> bool {
        [self.cpu_level, self.memory_level].contains(&Some(Level::Bad))
            || self.oom_killed_at.is_some()
    }

    /// What people read, in the order of [`HEADING`].
    fn row(&self) -> [String; HEADING.len()] {
        [
            or_unknown(self.stack.as_ref(), ToString::to_string),
            self.instance.to_string(),
            self.cpu_words(),
            or_unknown(self.memory_bytes, format::bytes),
            self.limit_words(),
            rate(self.received_per_second),
            rate(self.sent_per_second),
            rate(self.disk_read_per_second),
            rate(self.disk_written_per_second),
            or_unknown(self.processes, |count| count.to_string()),
            or_unknown(self.restarts, |count| count.to_string()),
        ]
    }

    /// In percent of a core, as the screen has it: `36% of 50%, warning`.
    fn cpu_words(&self) -> String {
        let limit = self.cpu_limit_cores.map(|limit| format!(" of {}", format::percent(limit)));
        let words = |cores| format!("{}{}", format::percent(cores), limit.unwrap_or_default());
        or_unknown(self.cpu_cores, words) + &past(self.cpu_level)
    }

    /// The share of the limit on memory, and whether that was too little: `76% of 100M,
    /// warning, killed for memory`.
    fn limit_words(&self) -> String {
        let share =
            self.memory_bytes.and_then(|bytes| memory_share(bytes, self.memory_limit_bytes));
        let share = share.map(format::percent);
        let share = share.map(|share| format!("{share} of ")).unwrap_or_default();
        let words = |limit| format!("{share}{}", format::bytes(limit));
        let killed = if self.oom_killed_at.is_some() { ", killed for memory" } else { "" };
        or_unknown(self.memory_limit_bytes, words) + &past(self.memory_level) + killed
    }
}

fn rate(bytes_per_second: Option<f64>) -> String {
    or_unknown(bytes_per_second, |rate| format::bytes(rate.round() as u64))
}

const HEADING: [&str; 11] = [
    "STACK",
    "INSTANCE",
    "CPU",
    "MEM",
    "LIMIT",
    "NET IN/S",
    "NET OUT/S",
    "DISK R/S",
    "DISK W/S",
    "PIDS",
    "RESTARTS",
];

impl StatsReport {
    /// The last readings of what runs, as long as they say what is used now.
    pub(super) fn new(lookout: &Lookout, selection: &Selection, thresholds: &Thresholds) -> Self {
        let (store, now) = (&lookout.store, Timestamp::now());
        let told = |key: &InstanceKey| {
            let up = store.engine(&key.engine).is_some_and(EngineView::is_up);
            let view = store.instance(key);
            Told {
                sample: view.filter(|_| up).and_then(|view| view.current(now)),
                fault: view.filter(|_| up).and_then(|view| view.no_numbers(now)),
                dropped: view.map_or(0, |view| view.dropped_readings),
            }
        };
        let up = lookout.selected(selection).filter(|(_, instance)| instance.is_up());
        let report = |(key, instance): (&InstanceKey, &Instance)| {
            let killed_at = killed_at(store, key, instance).filter(|at| *at >= now - NEWS);
            UseReport::new(key, instance, told(key), killed_at, thresholds)
        };
        let mut instances: Vec<_> = up.map(report).collect();
        instances.sort_by(|one, other| one.key().cmp(&other.key()));
        let runs_here = instances.iter().any(|it| it.source == Some(SampleSource::Kernel));
        let host = store.host().filter(|host| runs_here && host.is_current(now));
        let host = host.map(|host| HostReport::new(&host.sample, thresholds));
        Self { time: now, host, instances }
    }

    /// What the shell is told: whether anything is past its critical threshold, or was killed
    /// for memory.
    pub(super) fn exit(&self) -> Exit {
        let is_wrong = self.host.as_ref().is_some_and(HostReport::is_wrong)
            || self.instances.iter().any(UseReport::is_wrong);
        if is_wrong { Exit::Wrong } else { Exit::Well }
    }

    pub(super) fn print(&self, json: bool, printer: &mut Printer<'_>) -> Result<(), CliError> {
        if json {
            return printer.json(self);
        }
        if self.instances.is_empty() {
            return printer.line("no running instances");
        }
        if let Some(host) = &self.host {
            printer.line(host.line())?;
        }
        let mut table = Table::new(HEADING);
        for each in &self.instances {
            table.row(each.row());
        }
        table.print(printer)?;
        for each in &self.instances {
            if let Some(fault) = &each.fault {
                printer.line(format_args!("{}: no numbers: {}", each.instance, fault.message))?;
            }
        }
        Ok(())
    }
}

/// When a process of an instance was last killed for memory.
fn killed_at(store: &Store, key: &InstanceKey, instance: &Instance) -> Option<Timestamp> {
    let (engine, service) = (key.engine.clone(), instance.service.clone());
    let service = ServiceKey { engine, service };
    let kills = store.marks(&service).filter(|mark| mark.kind == MarkKind::OomKilled);
    kills.filter(|mark| mark.instance == instance.name).last().map(|mark| mark.at)
}
