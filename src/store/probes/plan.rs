//! Which probes there are, and how each is to be asked, by what runs and what the stack
//! file says.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use jiff::Timestamp;

use super::{
    infer, labels,
    place::{EngineHost, Place},
};
use crate::{
    model::{
        EngineId, Instance, InstanceKey, ProbeKey, ProbeOrder, ProbeSpec, ProbeTarget, ServiceKey,
        Stack, StackService, Way,
        probe::{HttpTarget, ProbeOrigin},
    },
    text::Clean,
};

/// What stands for an instance's address.
const HOST: &str = "{host}";
/// What stands for an instance's first port.
const PORT: &str = "{port}";

/// What is known of a service whose probes are planned.
pub(super) struct Planned<'a> {
    pub(super) key: ServiceKey,
    pub(super) instances: Vec<(&'a InstanceKey, &'a Instance)>,
}

/// Everything that a plan is made from.
pub(super) struct Known<'a> {
    pub(super) stack: &'a Stack,
    pub(super) services: Vec<Planned<'a>>,
    pub(super) hosts: BTreeMap<EngineId, EngineHost>,
}

/// The probes of the stack itself, and those of every service with an instance that is up.
pub(super) fn orders(known: &Known<'_>) -> BTreeMap<ProbeKey, ProbeOrder> {
    let mut all: BTreeMap<_, _> = known.stack.certificates.iter().map(of_stack).collect();
    for service in &known.services {
        let told = known.stack.services.iter().find(|told| {
            let instances = service.instances.iter().map(|(_, instance)| *instance);
            told.is(&service.key.service.name, instances)
        });
        for (spec, instances) in specs(told, service) {
            let spec = Arc::new(spec);
            order(known, service, &spec, &instances, &mut all);
        }
    }
    all
}

/// A certificate is asked as it is written, whatever runs.
fn of_stack(spec: &ProbeSpec) -> (ProbeKey, ProbeOrder) {
    let service = ServiceKey::of_stack();
    let key = ProbeKey { service, instance: None, name: spec.name.clone() };
    let way = Way::Ask(spec.target.clone());
    (key, ProbeOrder { spec: Arc::new(spec.clone()), way, grace_until: None })
}

type Instances<'a> = Vec<(&'a InstanceKey, &'a Instance)>;

/// The probes of a service, each with the instances that it is about: those of the stack
/// file, else those of each instance's label, else those that it lets us think of.
fn specs<'a>(
    told: Option<&StackService>,
    service: &Planned<'a>,
) -> Vec<(ProbeSpec, Instances<'a>)> {
    let up = service.instances.iter().filter(|(_, instance)| instance.is_up());
    let up: Instances<'a> = up.copied().collect();
    match told {
        Some(told) if told.unprobed || !told.probes.is_empty() => {
            told.probes.iter().map(|spec| (spec.clone(), up.clone())).collect()
        }
        _ => {
            let of = |(key, instance): (&'a InstanceKey, &'a Instance)| {
                let specs =
                    labels::probes(instance).unwrap_or_else(|| infer::of_instance(instance));
                specs.into_iter().map(move |spec| (spec, vec![(key, instance)]))
            };
            up.into_iter().flat_map(of).collect()
        }
    }
}

/// Orders a probe: once for all, or for each instance when its target names them.
fn order(
    known: &Known<'_>,
    service: &Planned<'_>,
    spec: &Arc<ProbeSpec>,
    instances: &[(&InstanceKey, &Instance)],
    all: &mut BTreeMap<ProbeKey, ProbeOrder>,
) {
    let key = |instance: Option<&InstanceKey>| ProbeKey {
        service: service.key.clone(),
        instance: instance.cloned(),
        name: spec.name.clone(),
    };
    if instances.is_empty() {
        return;
    }
    if spec.target == ProbeTarget::Engine {
        for (instance, told) in instances {
            let (spec, grace_until) = (spec.clone(), grace(spec, told));
            all.insert(key(Some(instance)), ProbeOrder { spec, way: Way::Engine, grace_until });
        }
        return;
    }
    let meant = Meant::of(&spec.target, known, service);
    let asked = match &meant {
        Meant::Literally if spec.from == ProbeOrigin::Label => {
            for (instance, told) in instances {
                let (way, grace_until) = (Way::None(labels::elsewhere()), grace(spec, told));
                let order = ProbeOrder { spec: spec.clone(), way, grace_until };
                all.insert(key(Some(instance)), order);
            }
            return;
        }
        Meant::Literally => {
            let youngest = instances.iter().filter_map(|(_, it)| grace(spec, it)).max();
            let way = Way::Ask(spec.target.clone());
            all.insert(key(None), ProbeOrder { spec: spec.clone(), way, grace_until: youngest });
            return;
        }
        Meant::Own => instances.to_vec(),
        Meant::Other(other) => other.clone(),
    };
    let engine = known.hosts.get(&service.key.engine).unwrap_or(&EngineHost::Here);
    for (instance, told) in asked {
        let way = way(&spec.target, told, engine);
        let grace_until = grace(spec, told);
        all.insert(key(Some(instance)), ProbeOrder { spec: spec.clone(), way, grace_until });
    }
}

/// Until when failures do not count.
fn grace(spec: &ProbeSpec, instance: &Instance) -> Option<Timestamp> {
    let detail = instance.detail.as_ref()?;
    let grace = spec.grace.or(detail.health_grace).filter(|grace| !grace.is_zero())?;
    detail.started_at?.checked_add(grace).ok()
}

/// Whom the host of a target means.
enum Meant<'a> {
    /// What it says.
    Literally,
    /// Each instance of the probe's own service.
    Own,
    /// Each instance that is up of another service of the stack.
    Other(Instances<'a>),
}

impl<'a> Meant<'a> {
    fn of(target: &ProbeTarget, known: &Known<'a>, service: &Planned<'a>) -> Self {
        let Some(address) = address_of(target) else { return Self::Literally };
        let (host, port) = split(&address);
        if host == HOST || port == Some(PORT) {
            return Self::Own;
        }
        let mate = known.services.iter().find(|it| {
            let (own, other) = (&service.key, &it.key);
            other.engine == own.engine
                && other.service.stack == own.service.stack
                && other.service.name.as_str() == host
        });
        let Some(mate) = mate else { return Self::Literally };
        let up = mate.instances.iter().filter(|(_, instance)| instance.is_up());
        Self::Other(up.copied().collect())
    }
}

/// The way to one instance.
fn way(target: &ProbeTarget, instance: &Instance, engine: &EngineHost) -> Way {
    let Some(address) = address_of(target) else { return Way::Ask(target.clone()) };
    let (_, port) = split(&address);
    let port = match port {
        Some(PORT) => instance.ports.iter().map(|port| port.inside).min(),
        Some(port) => port.parse().ok(),
        None => usual_port(target),
    };
    let Some(port) = port else {
        return Way::None(Clean::new("it offers no port that could be asked"));
    };
    match Place::of(instance, port, engine) {
        Place::At(place) => Way::Ask(moved(target, &place)),
        Place::Over(address, place) => Way::Over(address, moved(target, &place)),
        Place::Nowhere(why) => Way::None(why),
    }
}

/// The `host:port` of a target that has one.
fn address_of(target: &ProbeTarget) -> Option<String> {
    match target {
        ProbeTarget::Http(http) => authority(&http.url).map(|at| http.url[at].to_owned()),
        ProbeTarget::Tcp { address } => Some(address.clone()),
        ProbeTarget::Tls(tls) => Some(tls.address.clone()),
        ProbeTarget::Postgres(postgres) => Some(postgres.address.clone()),
        ProbeTarget::Redis(redis) => Some(redis.address.clone()),
        ProbeTarget::Dns { .. } | ProbeTarget::Command { .. } | ProbeTarget::Engine => None,
    }
}

/// The host that a target asks, where it asks one.
pub(in crate::store) fn host_of(target: &ProbeTarget) -> Option<String> {
    Some(split(&address_of(target)?).0.to_owned())
}

/// Where a URL says which host: between scheme and path, without credentials.
fn authority(url: &str) -> Option<Range<usize>> {
    let start = url.find("://")? + 3;
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |at| start + at);
    let start = url[start..end].rfind('@').map_or(start, |at| start + at + 1);
    Some(start..end)
}

/// Splits `host:port`.
fn split(address: &str) -> (&str, Option<&str>) {
    match address.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, Some(port)),
        _ => (address, None),
    }
}

fn usual_port(target: &ProbeTarget) -> Option<u16> {
    match target {
        ProbeTarget::Http(http) if http.url.starts_with("https:") => Some(443),
        ProbeTarget::Http(_) => Some(80),
        ProbeTarget::Tls(_) => Some(443),
        ProbeTarget::Postgres(_) => Some(5432),
        ProbeTarget::Redis(_) => Some(6379),
        _ => None,
    }
}

/// The same target at another `host:port`. A web server still hears the name that was
/// written, and TLS still asks for it.
fn moved(target: &ProbeTarget, place: &str) -> ProbeTarget {
    let mut target = target.clone();
    match &mut target {
        ProbeTarget::Http(http) => move_url(http, place),
        ProbeTarget::Tcp { address } => place.clone_into(address),
        ProbeTarget::Tls(tls) => {
            let (host, _) = split(&tls.address);
            if host != HOST && tls.server_name.is_none() {
                tls.server_name = Some(host.to_owned());
            }
            place.clone_into(&mut tls.address);
        }
        ProbeTarget::Postgres(postgres) => place.clone_into(&mut postgres.address),
        ProbeTarget::Redis(redis) => place.clone_into(&mut redis.address),
        ProbeTarget::Dns { .. } | ProbeTarget::Command { .. } | ProbeTarget::Engine => {}
    }
    target
}

fn move_url(http: &mut HttpTarget, place: &str) {
    let Some(at) = authority(&http.url) else { return };
    let written = http.url[at.clone()].to_owned();
    http.url.replace_range(at, place);
    let (host, _) = split(&written);
    let names_host = http.headers.keys().any(|name| name.eq_ignore_ascii_case("host"));
    if host != HOST && !names_host {
        http.headers.insert("Host".into(), written);
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
