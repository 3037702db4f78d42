//! [`ProbesReport`]: what `midwatch probes` says, as an object and as a table.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    cli::{CliError, Exit, Printer, select::Selection, table::Table, words},
    model::{EngineId, ProbeFaultKind, ProbeKey, probe::ProbeOrigin},
    store::{ProbeState, ProbeView, Store},
    text::{Clean, format},
};

/// What `midwatch probes --json` prints; one object, or one a line with `--watch`.
///
/// | field | type | what |
/// |---|---|---|
/// | `time` | RFC 3339 | when this was so |
/// | `probes` | array | each probe by service, instance and name, see [`ProbeReportLine`] |
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the table says it once, and the README copies it")]
pub struct ProbesReport {
    pub time: Timestamp,
    pub probes: Vec<ProbeReportLine>,
}

/// A probe in [`ProbesReport`], and in each service of `midwatch status --json`.
///
/// | field | type | what |
/// |---|---|---|
/// | `engine` | string | the engine that runs the service; empty for what is about the stack itself, such as a certificate |
/// | `stack` | string or null | the stack that it belongs to |
/// | `service` | string | the service that it is about; empty as above |
/// | `instance` | string or null | the instance, when each of them is asked |
/// | `probe` | string | its name |
/// | `kind` | string | `http`, `tcp`, `tls`, `dns`, `postgres`, `redis`, `command` or `engine` |
/// | `target` | string | what is asked, without secrets |
/// | `from` | string | who said that there is such a probe: `stack_file`, `label`, `inferred` |
/// | `state` | string | `passing`, `failing`, `unknown` (nothing that counts yet) or `unreachable` (cannot be asked) |
/// | `since` | RFC 3339 | since when |
/// | `flapping` | boolean | whether it goes to and fro |
/// | `words` | string | what was answered last, or why it is not asked |
/// | `fault` | string or null | which kind of failure, such as `refused`, `timeout`, `authentication` |
/// | `failures_in_a_row` | number | how often it has failed since it passed last |
/// | `last_at` | RFC 3339 or null | when it was asked last |
/// | `took_seconds` | number or null | how long the last answer took |
/// | `p50_seconds`, `p95_seconds`, `p99_seconds` | number or null | within which time half, 95 % and 99 % of the good answers of the last half to whole hour came |
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the table says it once, and the README copies it")]
pub struct ProbeReportLine {
    pub engine: EngineId,
    pub stack: Option<Clean>,
    pub service: Clean,
    pub instance: Option<Clean>,
    pub probe: Clean,
    pub kind: &'static str,
    pub target: Clean,
    pub from: ProbeOrigin,
    pub state: ProbeState,
    pub since: Timestamp,
    pub flapping: bool,
    pub words: Clean,
    pub fault: Option<ProbeFaultKind>,
    pub failures_in_a_row: u32,
    pub last_at: Option<Timestamp>,
    pub took_seconds: Option<f64>,
    pub p50_seconds: Option<f64>,
    pub p95_seconds: Option<f64>,
    pub p99_seconds: Option<f64>,
}

impl ProbeReportLine {
    /// Says what is known of a probe.
    pub(crate) fn new(store: &Store, key: &ProbeKey, view: &ProbeView) -> Self {
        let instance = key.instance.as_ref().and_then(|key| store.instance(key));
        let quantile = |share| view.latency.quantile(share).map(|it| it.as_secs_f64());
        let fault = view.fault();
        Self {
            engine: key.service.engine.clone(),
            stack: key.service.service.stack.clone(),
            service: key.service.service.name.clone(),
            instance: instance.map(|view| view.instance.name.clone()),
            probe: key.name.clone(),
            kind: view.order.spec.target.kind(),
            target: Clean::new(&view.target().to_string()),
            from: view.order.spec.from,
            state: view.state,
            since: view.since,
            flapping: view.is_flapping(),
            words: Clean::new(&view.words()),
            fault: fault.map(|fault| fault.kind),
            failures_in_a_row: fault.map_or(0, |_| view.streak),
            last_at: view.last.as_ref().map(|last| last.at),
            took_seconds: view.last.as_ref().map(|last| last.took.as_secs_f64()),
            p50_seconds: quantile(0.50),
            p95_seconds: quantile(0.95),
            p99_seconds: quantile(0.99),
        }
    }

    /// The same without what each answer changes that is like the last one.
    pub(crate) fn timeless(&self) -> Self {
        Self {
            last_at: None,
            took_seconds: None,
            p50_seconds: None,
            p95_seconds: None,
            p99_seconds: None,
            ..self.clone()
        }
    }
}

impl ProbesReport {
    /// Says what is known of the probes of some services.
    pub(super) fn new(store: &Store, selection: &Selection, now: Timestamp) -> Self {
        let is_meant = |key: &ProbeKey| {
            let instance = key.instance.as_ref().and_then(|key| store.instance(key));
            selection.includes_probe(&key.service.service, instance.map(|it| &it.instance.name))
        };
        let probes = store.probes().filter(|(key, _)| is_meant(key));
        let probes = probes.map(|(key, view)| ProbeReportLine::new(store, key, view)).collect();
        Self { time: now, probes }
    }

    /// The same of one kind of probe alone.
    pub(super) fn of_kind(self, kind: &str) -> Self {
        let probes = self.probes.into_iter().filter(|probe| probe.kind == kind).collect();
        Self { probes, ..self }
    }

    /// What the shell is told: only what passes is well. What cannot be asked is not known.
    #[must_use]
    pub fn exit(&self) -> Exit {
        let well = |probe: &ProbeReportLine| probe.state == ProbeState::Passing && !probe.flapping;
        if self.probes.iter().all(well) { Exit::Well } else { Exit::Wrong }
    }

    /// The same without what passing time alone changes.
    pub(super) fn timeless(&self) -> Self {
        let probes = self.probes.iter().map(ProbeReportLine::timeless).collect();
        Self { time: Timestamp::UNIX_EPOCH, probes }
    }

    /// Prints it for a program or for a person.
    pub(super) fn print(&self, json: bool, printer: &mut Printer<'_>) -> Result<(), CliError> {
        if json {
            return printer.json(self);
        }
        if self.probes.is_empty() {
            return printer.line("no probes: nothing that is up says what could be asked");
        }
        self.table().print(printer)
    }

    /// The worst first.
    fn table(&self) -> Table {
        let mut table = Table::new([
            "STATE", "SINCE", "SERVICE", "INSTANCE", "PROBE", "P50", "P95", "ANSWER", "TARGET",
        ]);
        let mut probes: Vec<_> = self.probes.iter().collect();
        probes.sort_by_key(|probe| std::cmp::Reverse(probe.rank()));
        let time = |seconds: Option<f64>| {
            let took = seconds.and_then(|it| Duration::try_from_secs_f64(it).ok());
            took.map_or_else(|| "-".into(), format::latency)
        };
        for probe in probes {
            let age = self.time.duration_since(probe.since).as_secs().max(0);
            table.row([
                probe.state_words().into(),
                words::seconds(age),
                if probe.service.is_empty() { "-".into() } else { probe.service.to_string() },
                probe.instance.as_ref().map_or_else(|| "-".into(), ToString::to_string),
                probe.probe.to_string(),
                time(probe.p50_seconds),
                time(probe.p95_seconds),
                probe.words.to_string(),
                probe.target.to_string(),
            ]);
        }
        table
    }
}

impl ProbeReportLine {
    fn rank(&self) -> u8 {
        match self.state {
            ProbeState::Failing => 4,
            _ if self.flapping => 3,
            ProbeState::Unknown => 2,
            ProbeState::Unreachable => 1,
            ProbeState::Passing => 0,
        }
    }

    fn state_words(&self) -> &'static str {
        if self.flapping && self.state != ProbeState::Failing {
            return "flapping";
        }
        self.state.word()
    }
}
