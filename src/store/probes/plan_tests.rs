//! Which probes are ordered, and which way they go.

use std::time::Duration;

use jiff::SignedDuration;

use super::*;
use crate::{
    model::{
        Detail, NetworkPlace, Port, Protocol, ServiceMatch, State, stack_service::ServiceRole,
    },
    store::probes::tests_support::{instance, spec, tcp},
};

/// The instances of one engine.
struct World {
    stack: Stack,
    instances: Vec<(InstanceKey, Instance)>,
    host: EngineHost,
}

impl World {
    fn of(instances: Vec<Instance>) -> Self {
        let engine = EngineId::new("docker");
        let key = |instance: &Instance| InstanceKey::new(&engine, &instance.id);
        let instances = instances.into_iter().map(|it| (key(&it), it)).collect();
        Self { stack: Stack::default(), instances, host: EngineHost::Here }
    }

    fn with(mut self, service: &str, probes: Vec<ProbeSpec>) -> Self {
        self.stack.services.push(StackService {
            id: Clean::new(service),
            matches: ServiceMatch::Service(Clean::new(service)),
            role: Some(ServiceRole::App),
            critical: true,
            probes,
            unprobed: false,
            depends_on: vec![],
        });
        self
    }

    /// Service, instance, probe and way of each order.
    fn orders(&self) -> Vec<String> {
        let mut services: BTreeMap<ServiceKey, Instances<'_>> = BTreeMap::new();
        for (key, it) in &self.instances {
            let service = ServiceKey { engine: key.engine.clone(), service: it.service.clone() };
            services.entry(service).or_default().push((key, it));
        }
        let services = services.into_iter().map(|(key, instances)| Planned { key, instances });
        let hosts = [(EngineId::new("docker"), self.host.clone())].into();
        let known = Known { stack: &self.stack, services: services.collect(), hosts };
        let words = |(key, order): (&ProbeKey, &ProbeOrder)| {
            let instance = key.instance.as_ref().map_or("all", |it| it.id.as_str());
            let way = match &order.way {
                Way::Ask(target) => target.to_string(),
                Way::Over(address, target) => format!("{target} over {address}"),
                Way::Engine => "engine".into(),
                Way::None(why) => format!("no way: {why}"),
            };
            format!("{}/{instance} {}: {way}", key.service.service.name, key.name)
        };
        orders(&known).iter().map(words).collect()
    }
}

fn on(address: &str, instance: Instance) -> Instance {
    let network = NetworkPlace::At(vec![address.parse().unwrap()]);
    let started_at = Some(Timestamp::UNIX_EPOCH);
    Instance { detail: Some(Detail { started_at, network, ..Detail::default() }), ..instance }
}

fn publishing(inside: u16, host: Option<u16>, instance: Instance) -> Instance {
    let address = Some(Clean::new("0.0.0.0"));
    let port = Port { inside, host, address, protocol: Protocol::Tcp };
    Instance { ports: vec![port], ..instance }
}

fn web(url: &str) -> ProbeTarget {
    ProbeTarget::Http(Box::new(HttpTarget {
        url: url.into(),
        method: "GET".into(),
        headers: BTreeMap::new(),
        body: None,
        auth: None,
        insecure: false,
        expect: vec![],
    }))
}

#[test]
fn what_is_written_is_asked_once_as_it_is_written() {
    let api = |id: &str| on("172.17.0.2", instance("api", id, id));
    let world = World::of(vec![api("1"), api("2")])
        .with("api", vec![spec("health", web("http://localhost:8000/health"))]);
    assert_eq!(world.orders(), ["api/all health: http://localhost:8000/health"]);
}

#[test]
fn a_placeholder_and_the_name_of_a_service_stand_for_each_instance() {
    let first = publishing(8000, Some(32001), on("172.17.0.2", instance("api", "1", "api-1")));
    let second = publishing(8000, None, on("172.17.0.3", instance("api", "2", "api-2")));
    let world = World::of(vec![first, second]).with(
        "api",
        vec![
            spec("a", web("http://{host}:{port}/a")),
            spec("b", web("http://api:8000/b?x=api:8000")),
        ],
    );
    assert_eq!(
        world.orders(),
        [
            "api/1 a: http://127.0.0.1:32001/a",
            "api/1 b: http://127.0.0.1:32001/b?x=api:8000",
            "api/2 a: http://172.17.0.3:8000/a over 172.17.0.3",
            "api/2 b: http://172.17.0.3:8000/b?x=api:8000 over 172.17.0.3",
        ]
    );
}

#[test]
fn a_web_server_and_tls_still_hear_the_name_that_was_written() {
    let target = moved(&web("http://user@minio:9000/live"), "172.17.0.2:9000");
    let ProbeTarget::Http(http) = target else { panic!("{target}") };
    assert_eq!(http.url, "http://user@172.17.0.2:9000/live");
    assert_eq!(http.headers.get("Host").map(String::as_str), Some("minio:9000"));
    let ProbeTarget::Http(http) = moved(&web("http://{host}:{port}/"), "172.17.0.2:80") else {
        panic!("a web target stays one")
    };
    assert!(http.headers.is_empty());
}

#[test]
fn a_service_without_probes_in_the_file_has_those_of_its_ports() {
    let api = || publishing(8000, None, on("172.17.0.2", instance("api", "1", "api-1")));
    let guessed = ["api/1 tcp: tcp:172.17.0.2:8000 over 172.17.0.2"];
    assert_eq!(World::of(vec![api()]).orders(), guessed);
    assert_eq!(World::of(vec![api()]).with("api", vec![]).orders(), guessed);
    let mut silent = World::of(vec![api()]).with("api", vec![]);
    silent.stack.services[0].unprobed = true;
    assert!(silent.orders().is_empty());
}

#[test]
fn what_does_not_run_is_not_asked() {
    let ended = Instance { state: State::Exited, ..instance("api", "1", "api-1") };
    let world = World::of(vec![ended]).with("api", vec![spec("up", tcp("localhost:1"))]);
    assert!(world.orders().is_empty());
}

#[test]
fn no_way_to_an_instance_is_said_and_no_failure() {
    let api = publishing(8000, None, on("172.17.0.2", instance("api", "1", "api-1")));
    let mut world = World::of(vec![api]);
    world.host = EngineHost::There("db1".into());
    assert_eq!(
        world.orders(),
        ["api/1 tcp: no way: port 8000 is not published, and its network is on db1"]
    );
    let portless = World::of(vec![on("172.17.0.2", instance("api", "1", "api-1"))])
        .with("api", vec![spec("up", tcp("{host}:{port}"))]);
    assert_eq!(portless.orders(), ["api/1 up: no way: it offers no port that could be asked"]);
}

#[test]
fn failures_count_only_after_the_grace_of_the_probe_or_of_the_health_check() {
    let mut api = on("172.17.0.2", instance("api", "1", "api-1"));
    let probe = spec("up", tcp("{host}:1"));
    let graced = |api: &Instance, probe: &ProbeSpec| {
        grace(probe, api).map(|until| until.duration_since(Timestamp::UNIX_EPOCH))
    };
    assert_eq!(graced(&api, &probe), None);
    api.detail.as_mut().unwrap().health_grace = Some(Duration::from_secs(40));
    assert_eq!(graced(&api, &probe), Some(SignedDuration::from_secs(40)));
    let own = ProbeSpec { grace: Some(Duration::from_secs(5)), ..probe };
    assert_eq!(graced(&api, &own), Some(SignedDuration::from_secs(5)));
}

#[test]
fn a_label_says_what_is_asked_of_its_own_stack_and_of_nobody_else() {
    let labelled = |label: &str| {
        let api = publishing(8000, None, on("172.17.0.2", instance("api", "1", "api-1")));
        let labels = [(Clean::new("midwatch.probe"), Clean::new(label))].into();
        World::of(vec![Instance { labels, ..api }])
    };
    let asked = ["api/1 http: http://172.17.0.2:8000/up over 172.17.0.2"];
    assert_eq!(labelled("http://{host}:8000/up").orders(), asked);
    assert!(labelled("none").orders().is_empty());
    let guessed = ["api/1 tcp: tcp:172.17.0.2:8000 over 172.17.0.2"];
    assert_eq!(labelled("what?").orders(), guessed);
    assert_eq!(labelled("cmd:touch pwned").orders(), guessed);
    let elsewhere = labelled("http://169.254.169.254/latest").orders();
    assert!(elsewhere[0].starts_with("api/1 http: no way: its label"), "{elsewhere:?}");
    let file = labelled("http://{host}:8000/up").with("api", vec![spec("own", tcp("{host}:1"))]);
    assert_eq!(file.orders(), ["api/1 own: tcp:172.17.0.2:1 over 172.17.0.2"]);
}

#[test]
fn a_certificate_of_the_stack_is_asked_whatever_runs() {
    let mut world = World::of(vec![]);
    world.stack.certificates.push(spec("localhost:443", tcp("localhost:443")));
    assert_eq!(world.orders(), ["/all localhost:443: tcp:localhost:443"]);
}
