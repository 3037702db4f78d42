//! [`ServiceView`] and [`InstanceView`]: what runs, grouped and judged.

use std::{cmp::Ordering, collections::BTreeMap, ops::Add};

use alphanumeric_sort::compare_str;
use jiff::{SignedDuration, Timestamp};

use super::{marks::killed_at, metric::Metric, series::Series};
use crate::model::{
    Condition, Fault, Health, Instance, InstanceKey, Port, Sample, ServiceKey, State,
    condition::{of_instance, of_service},
    crash::RestartLog,
    threshold::{cpu_share, memory_share},
};

/// For how long a reading says what is used now. Podman gives one every 5 s.
pub(super) const HOLDS: SignedDuration = SignedDuration::from_secs(15);

/// An instance with what we have seen of it over time.
#[derive(Clone, Debug)]
pub struct InstanceView {
    /// What its engine says.
    pub instance: Instance,
    /// How we judge it.
    pub condition: Condition,
    /// What it used lately.
    pub series: Series,
    /// How many readings were dropped because midwatch fell behind.
    pub dropped_readings: u64,
    /// Why its use of its host could not be read last, if no reading came since.
    stats_fault: Option<Fault>,
    restarts: RestartLog,
}

impl InstanceView {
    pub(super) fn new(instance: Instance, now: Timestamp) -> Self {
        let restarts = RestartLog::default();
        let condition = of_instance(&instance, &restarts, now);
        Self {
            instance,
            condition,
            series: Series::default(),
            dropped_readings: 0,
            stats_fault: None,
            restarts,
        }
    }

    /// Takes in what the engine says now. A listing knows less than a description:
    /// what it does not tell stays, as long as it can still be true.
    pub(super) fn update(&mut self, mut next: Instance, now: Timestamp) {
        let before = &self.instance;
        if next.detail.is_none() && next.state == before.state {
            next.detail.clone_from(&before.detail);
            if next.health == Health::Unknown {
                next.health = before.health;
            }
            if next.image.as_ref().is_some_and(|image| image.digest.is_none()) {
                next.image.clone_from(&before.image);
            }
        }
        self.restarts.record(new_restarts(before, &next), now);
        if let Some(at) = killed_at(&next) {
            self.restarts.record_kill(at.min(now));
        }
        self.instance = next;
        self.judge(now);
    }

    /// Takes in a reading of what it uses, before which so many were dropped.
    pub(super) fn push_sample(&mut self, sample: &Sample, heard_at: Timestamp, dropped: u64) {
        self.stats_fault = None;
        self.dropped_readings = self.dropped_readings.saturating_add(dropped);
        self.series.push(sample, heard_at);
    }

    /// Notes why its use of its host could not be read; says whether that is news.
    pub(super) fn fail_stats(&mut self, fault: Fault) -> bool {
        let is_news = self.stats_fault.as_ref() != Some(&fault);
        self.stats_fault = Some(fault);
        is_news
    }

    /// Why nobody knows what it uses now, where reading it failed. A stream that broke and
    /// is tried again is none as long as its last reading says what is used now.
    #[must_use]
    pub fn no_numbers(&self, now: Timestamp) -> Option<&Fault> {
        let fault = self.stats_fault.as_ref().filter(|_| self.instance.is_up());
        fault.filter(|_| self.current(now).is_none())
    }

    /// Notes that a process of it was killed for memory, and judges again.
    pub(super) fn note_kill(&mut self, at: Timestamp) {
        self.restarts.record_kill(at);
        self.judge(at);
    }

    /// Judges again; says whether that changed anything.
    pub(super) fn judge(&mut self, now: Timestamp) -> bool {
        let condition = of_instance(&self.instance, &self.restarts, now);
        let changed = condition != self.condition;
        self.condition = condition;
        changed
    }

    /// The newest reading, while it still says what is used now; an instance that is not up
    /// uses nothing.
    #[must_use]
    pub fn current(&self, now: Timestamp) -> Option<&Sample> {
        self.told_since(now - HOLDS)
    }

    /// The newest reading, if it was heard since a moment and the instance is up.
    pub(super) fn told_since(&self, since: Timestamp) -> Option<&Sample> {
        let heard = self.series.heard_at().is_some_and(|at| at >= since);
        self.series.latest().filter(|_| heard && self.instance.is_up())
    }

    /// Whether a restart is on record: only that can be judged otherwise by time alone.
    pub(super) fn has_restarted(&self) -> bool {
        let counted = self.instance.detail.as_ref().is_some_and(|detail| detail.restarts > 0);
        counted || !self.restarts.is_empty()
    }
}

/// How often the engine has started an instance again between two descriptions.
///
/// A start by hand does not raise the engine's own count, so a newer start time
/// counts as one.
fn new_restarts(before: &Instance, after: &Instance) -> u32 {
    let (Some(old), Some(new)) = (&before.detail, &after.detail) else { return 0 };
    if new.restarts > old.restarts {
        return new.restarts - old.restarts;
    }
    let started_again = matches!((old.started_at, new.started_at), (Some(a), Some(b)) if b > a);
    u32::from(started_again && new.restarts == old.restarts && before.is_up())
}

/// A service: its instances as one.
#[derive(Clone, Debug)]
pub struct ServiceView {
    /// Which service.
    pub key: ServiceKey,
    /// How it does: as bad as its worst instance, probe or alert.
    pub condition: Condition,
    /// Its instances, by number and name.
    pub instances: Vec<InstanceKey>,
    /// How many of them are up.
    pub up: usize,
    /// How many of them say that they are healthy.
    pub healthy: usize,
    /// How many of them have a health check.
    pub checked: usize,
    /// How often engines have started them again, added up.
    pub restarts: u32,
    /// The latest start among those that are up.
    pub started_at: Option<Timestamp>,
    /// The ports that they publish.
    pub ports: Vec<Port>,
    /// The image's name; the first one's where they differ.
    pub image: Option<crate::text::Clean>,
}

/// Groups instances into services, by stack and name. `missing` are those that should be there
/// and have no instances; `checked` adds what else is known of how a service does.
pub(super) fn group(
    instances: &BTreeMap<InstanceKey, InstanceView>,
    missing: Vec<ServiceKey>,
    checked: impl Fn(&ServiceKey, Condition) -> Condition,
) -> Vec<ServiceView> {
    let mut groups: BTreeMap<ServiceKey, Vec<(&InstanceKey, &InstanceView)>> = BTreeMap::new();
    for (key, view) in instances {
        let service = view.instance.service.clone();
        let key_of_service = ServiceKey { engine: key.engine.clone(), service };
        groups.entry(key_of_service).or_default().push((key, view));
    }
    let mut services: Vec<ServiceView> =
        groups.into_iter().map(|(key, members)| service(key, members)).collect();
    services.extend(missing.into_iter().map(|key| service(key, Vec::new())));
    for service in &mut services {
        service.condition = checked(&service.key, service.condition.clone());
    }
    services.sort_by(|a, b| by_name(&a.key, &b.key));
    services
}

/// Stacks first, by name; then what belongs to none. `load-2` comes before `load-10`.
fn by_name(a: &ServiceKey, b: &ServiceKey) -> Ordering {
    let stack = |key: &ServiceKey| key.service.stack.clone().unwrap_or_default();
    let alone = |key: &ServiceKey| key.service.stack.is_none();
    alone(a)
        .cmp(&alone(b))
        .then_with(|| compare_str(stack(a).as_str(), stack(b).as_str()))
        .then_with(|| compare_str(a.service.name.as_str(), b.service.name.as_str()))
        .then_with(|| a.cmp(b))
}

fn service(key: ServiceKey, mut members: Vec<(&InstanceKey, &InstanceView)>) -> ServiceView {
    members.sort_by_key(|(_, view)| (view.instance.replica, view.instance.name.clone()));
    let views = || members.iter().map(|(_, view)| *view);
    let judged: Vec<(Condition, bool)> =
        views().map(|view| (view.condition.clone(), view.instance.is_up())).collect();
    let count = |health: Health| views().filter(|view| view.instance.health == health).count();
    let details = || views().filter_map(|view| view.instance.detail.as_ref());
    let mut ports: Vec<Port> = views().flat_map(|view| view.instance.ports.clone()).collect();
    ports.sort();
    ports.dedup();
    ServiceView {
        condition: of_service(&judged),
        up: judged.iter().filter(|(_, up)| *up).count(),
        healthy: count(Health::Healthy),
        checked: members.len() - count(Health::None) - count(Health::Unknown),
        restarts: details().map(|detail| detail.restarts).fold(0, u32::saturating_add),
        started_at: views()
            .filter(|view| view.instance.state == State::Running)
            .filter_map(|view| view.instance.detail.as_ref()?.started_at)
            .max(),
        ports,
        image: views().find_map(|view| view.instance.image.as_ref()).map(|i| i.name.clone()),
        instances: members.iter().map(|(key, _)| (*key).clone()).collect(),
        key,
    }
}

/// What some instances use, added up. `None` where none of them tells.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// CPU in cores.
    pub cpu_cores: Option<f64>,
    /// The sum of the CPU limits in cores, when every one of them has one.
    pub cpu_limit_cores: Option<f64>,
    /// How many cores their host has.
    pub host_cores: Option<u32>,
    /// Memory in bytes.
    pub memory_bytes: Option<u64>,
    /// The sum of the memory limits, when every one of them has one.
    pub memory_limit_bytes: Option<u64>,
    /// Bytes received a second.
    pub received_per_second: Option<f64>,
    /// Bytes sent a second.
    pub sent_per_second: Option<f64>,
    /// Bytes read from disks a second.
    pub disk_read_per_second: Option<f64>,
    /// Bytes written to disks a second.
    pub disk_written_per_second: Option<f64>,
}

impl Usage {
    /// Adds up the newest readings, of those that are not older than `since`.
    pub(super) fn sum<'a>(views: impl Iterator<Item = &'a InstanceView>, since: Timestamp) -> Self {
        let newest: Vec<&Sample> = views.filter_map(|view| view.told_since(since)).collect();
        let sum = |metric: Metric| add(newest.iter().map(|s| metric.of(s)), f64::add);
        let all: Option<Vec<f64>> = newest.iter().map(|s| Metric::CpuLimit.of(s)).collect();
        let limits: Option<Vec<u64>> = newest.iter().map(|s| s.memory_limit_bytes).collect();
        Self {
            cpu_cores: sum(Metric::Cpu),
            cpu_limit_cores: all.and_then(|all| all.into_iter().reduce(f64::add)),
            host_cores: newest.iter().find_map(|s| s.host_cores),
            memory_bytes: add(newest.iter().map(|s| s.memory_bytes), u64::saturating_add),
            memory_limit_bytes: limits.and_then(|all| all.into_iter().reduce(u64::saturating_add)),
            received_per_second: sum(Metric::Received),
            sent_per_second: sum(Metric::Sent),
            disk_read_per_second: sum(Metric::DiskRead),
            disk_written_per_second: sum(Metric::DiskWritten),
        }
    }

    /// CPU as a share (0–1) of what could be used: of the limit where there is one, else of
    /// the host's cores.
    #[must_use]
    pub fn cpu_share(&self) -> Option<f64> {
        cpu_share(self.cpu_cores?, self.cpu_limit_cores, self.host_cores)
    }

    /// Memory as a ratio of its limit, 0–1.
    #[must_use]
    pub fn memory_ratio(&self) -> Option<f64> {
        memory_share(self.memory_bytes?, self.memory_limit_bytes)
    }
}

/// What an engine tells can be any number, so adding must not overflow (threat T16).
fn add<T>(values: impl Iterator<Item = Option<T>>, plus: fn(T, T) -> T) -> Option<T> {
    values.flatten().reduce(plus)
}

#[cfg(test)]
#[path = "service_tests.rs"]
mod tests;
