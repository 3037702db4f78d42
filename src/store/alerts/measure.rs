//! What metrics and patterns measure, by what is known.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::{
    alerts::{judge, judge_lines},
    logs::Pattern,
    model::{
        Disk, Fault, InstanceKey, MetricSource, MetricSpec, Observation, PatternAlert, Sample,
        ServiceKey, StreamState,
        metric::{HostField, ProbeField, UseField},
    },
    store::{InstanceView, MarkKind, ProbeView, Store, service_key},
    text::Clean,
};

/// A number that is older says nothing of now; Prometheus takes the same time.
const STALE: SignedDuration = SignedDuration::from_mins(5);

/// Over how long restarts are counted.
const RESTARTS: SignedDuration = SignedDuration::from_hours(1);

/// A number, or that there is none; otherwise why nobody knows.
type Measured = Result<Option<f64>, Clean>;

fn unknown(why: impl AsRef<str>) -> Measured {
    Err(Clean::new(why.as_ref()))
}

impl Store {
    /// A metric as it is judged now.
    pub(super) fn metric(
        &self,
        spec: &MetricSpec,
        measured: Option<&(Timestamp, Result<Option<f64>, Fault>)>,
        now: Timestamp,
    ) -> Observation {
        let value = match &spec.source {
            MetricSource::Prometheus { .. } | MetricSource::Exposition { .. } => {
                told(measured, now)
            }
            MetricSource::Probe { probe, field } => self.of_probe(spec, probe, *field),
            MetricSource::Docker { field } => self.of_use(spec, *field, now),
            MetricSource::Host { field } => self.of_host(*field, now),
            MetricSource::Log { pattern } => self.of_log(pattern, now),
        };
        match value {
            Ok(value) => judge(spec, value),
            Err(why) => Observation::Nothing(why),
        }
    }

    /// How many lines of a pattern there are, as it is judged now.
    pub(super) fn pattern(
        &self,
        name: &Clean,
        alert: &PatternAlert,
        now: Timestamp,
    ) -> Observation {
        let minutes = alert.within.as_secs().div_ceil(60).max(1) as usize;
        match self.lines_of(name, now) {
            Ok(counts) => {
                let first = counts.len().saturating_sub(minutes);
                judge_lines(alert, counts[first..].iter().copied().map(u64::from).sum())
            }
            Err(why) => Observation::Nothing(why),
        }
    }

    /// How many lines of a pattern came in each of the last minutes.
    fn lines_of(&self, name: &Clean, now: Timestamp) -> Result<Vec<u32>, Clean> {
        let mut counted = self.patterns.per_minute(now);
        let Some((pattern, counts)) = counted.find(|(it, _)| it.name == name.as_str()) else {
            return Err(Clean::new("nothing is looked for under its name"));
        };
        let meant = self.logs.keys().filter(|key| self.is_within(pattern, key));
        let states: Vec<_> = meant.filter_map(|key| self.log_state(key)).collect();
        let is_coming =
            |state: &StreamState| matches!(state, StreamState::Live | StreamState::Again);
        // What was said before comes first: until it has, there may be more.
        if states.iter().any(|state| is_coming(state)) {
            return Err(Clean::new("its logs are still being read"));
        }
        // That nobody reads is not that nothing is said.
        let is_read =
            |state: &StreamState| matches!(state, StreamState::Current | StreamState::Ended);
        if !states.iter().any(|state| is_read(state)) {
            return Err(Clean::new("its logs are not read"));
        }
        Ok(counts.to_vec())
    }

    /// Whether lines of a log can be of a pattern.
    pub(super) fn is_within(&self, pattern: &Pattern, key: &InstanceKey) -> bool {
        let source = key.as_source().map(|(name, _)| name);
        let service = self.instance(key).map(|view| view.instance.service.name.as_str());
        let name = service.or(source);
        pattern.logs.is_empty() || pattern.logs.iter().any(|log| Some(log.as_str()) == name)
    }

    /// The patterns that an alert or a metric is about.
    pub(super) fn alerting_patterns(&self) -> impl Iterator<Item = &Pattern> {
        let is_asked = |pattern: &Pattern| {
            let of_metric = |spec: &MetricSpec| matches!(&spec.source, MetricSource::Log { pattern: name } if name.as_str() == pattern.name);
            let named = |name: &Clean| name.as_str() == pattern.name;
            self.stack.patterns.iter().any(|spec| spec.alert.is_some() && named(&spec.name))
                || self.stack.metrics.iter().any(of_metric)
        };
        // The counts of any moment come with all patterns.
        let all = self.patterns.per_minute(Timestamp::UNIX_EPOCH).map(|(pattern, _)| pattern);
        all.filter(move |pattern| is_asked(pattern))
    }

    /// Of the last whole minute and the present one that with more lines.
    fn of_log(&self, pattern: &Clean, now: Timestamp) -> Measured {
        let counts = self.lines_of(pattern, now)?;
        Ok(counts.iter().rev().take(2).max().map(|count| f64::from(*count)))
    }

    fn of_probe(&self, spec: &MetricSpec, probe: &Clean, field: ProbeField) -> Measured {
        let meant: Vec<&ProbeView> = self
            .probes()
            .filter(|(key, _)| {
                let service = self.name_of_service(&key.service);
                *service == *probe || format!("{service}.{}", key.name) == probe.as_str()
            })
            .map(|(_, view)| view)
            .collect();
        if meant.is_empty() {
            return unknown(format!("nothing is up that probe {probe} could ask"));
        }
        let events: usize = meant.iter().map(|view| view.history().count()).sum();
        if spec.min_events.is_some_and(|least| (events as u64) < least) {
            return Ok(None);
        }
        let of_one = |view: &&ProbeView| match field {
            ProbeField::P50 => seconds(view, 0.50),
            ProbeField::P95 => seconds(view, 0.95),
            ProbeField::P99 => seconds(view, 0.99),
            ProbeField::FailureRatio => view.failure_share(),
            ProbeField::CertificateLeft => None,
        };
        match meant.iter().filter_map(of_one).max_by(f64::total_cmp) {
            Some(worst) => Ok(Some(worst)),
            None => unknown("the probe has not told it yet"),
        }
    }

    fn of_use(&self, spec: &MetricSpec, field: UseField, now: Timestamp) -> Measured {
        let mut up: BTreeMap<ServiceKey, Vec<&InstanceView>> = BTreeMap::new();
        for (key, view) in &self.instances {
            if view.instance.is_up() {
                up.entry(service_key(key, &view.instance)).or_default().push(view);
            }
        }
        if let Some(wanted) = &spec.service {
            up.retain(|service, _| self.name_of_service(service) == wanted);
        }
        if up.is_empty() {
            let what = spec.service.as_ref().map_or("the stack", Clean::as_str);
            return unknown(format!("nothing of {what} is up"));
        }
        if field == UseField::Restarts {
            let counts = up.keys().map(|service| self.most_restarts(service, now));
            return Ok(counts.max().map(|count| count as f64));
        }
        let of_one = |view: &InstanceView| used(view.current(now)?, field);
        let views = || up.values().flatten().copied();
        match views().filter_map(of_one).max_by(f64::total_cmp) {
            Some(worst) => Ok(Some(worst)),
            None => unknown(
                views()
                    .find_map(|view| view.no_numbers(now))
                    .map_or_else(|| no_number(field).to_owned(), |fault| fault.message.to_string()),
            ),
        }
    }

    /// How often an instance of a service was started again in the last hour, at most.
    fn most_restarts(&self, service: &ServiceKey, now: Timestamp) -> usize {
        let mut counts: BTreeMap<&Clean, usize> = BTreeMap::new();
        let lately = self.marks(service).filter(|mark| now.duration_since(mark.at) <= RESTARTS);
        for mark in lately.filter(|mark| mark.kind == MarkKind::Restarted) {
            *counts.entry(&mark.instance).or_default() += 1;
        }
        counts.into_values().max().unwrap_or(0)
    }

    fn of_host(&self, field: HostField, now: Timestamp) -> Measured {
        let Some(host) = self.host().filter(|host| host.is_current(now)) else {
            return unknown("the host was not read lately");
        };
        let sample = &host.sample;
        let value = match field {
            HostField::CpuPercent => sample.cpu.map(|cpu| cpu.used),
            HostField::MemoryPercent => {
                let both = sample.memory_total_bytes.zip(sample.memory_available_bytes);
                let share =
                    |(total, rest): (u64, u64)| total.saturating_sub(rest) as f64 / total as f64;
                both.filter(|(total, _)| *total > 0).map(share)
            }
            HostField::DiskPercent => {
                let shares = sample.disks.iter().filter_map(Disk::used_share);
                shares.max_by(f64::total_cmp)
            }
            HostField::LoadPerCore => {
                let both = sample.load.zip(sample.cores.filter(|cores| *cores > 0));
                both.map(|([minute, ..], cores)| minute / f64::from(cores))
            }
        };
        value.map_or_else(|| unknown("the host does not tell it"), |value| Ok(Some(value)))
    }
}

/// What was told of a metric, while it says something of now.
fn told(measured: Option<&(Timestamp, Result<Option<f64>, Fault>)>, now: Timestamp) -> Measured {
    match measured {
        None => unknown("not measured yet"),
        Some((at, _)) if now.duration_since(*at) > STALE => unknown("it was not measured lately"),
        Some((_, Ok(value))) => Ok(*value),
        Some((_, Err(fault))) => Err(fault.message.clone()),
    }
}

fn seconds(view: &ProbeView, share: f64) -> Option<f64> {
    view.latency.quantile(share).map(|it| it.as_secs_f64())
}

fn used(sample: &Sample, field: UseField) -> Option<f64> {
    match field {
        UseField::CpuPercent => sample.cpu_share(),
        UseField::MemoryPercent => sample.memory_share(),
        UseField::MemoryBytes => sample.memory_bytes.map(|bytes| bytes as f64),
        UseField::Pids => sample.processes.map(|count| count as f64),
        UseField::Restarts => None,
    }
}

fn no_number(field: UseField) -> &'static str {
    match field {
        UseField::MemoryPercent => "nothing was read of it lately, or it has no memory limit",
        _ => "nothing was read of it lately",
    }
}
