//! What is probed where nothing says what: by the image's name, and by ports.

use crate::model::{
    Health, HttpTarget, Instance, Pace, PostgresTarget, ProbeSpec, ProbeTarget, Protocol,
    RedisTarget, TlsTarget,
    probe::{ProbeOrigin, ProbeRole},
};

/// The images that tell of their health over HTTP, with port and path.
const WEB: [(&str, u16, &str); 7] = [
    ("minio", 9000, "/minio/health/live"),
    ("prometheus", 9090, "/-/ready"),
    ("alertmanager", 9093, "/-/ready"),
    ("grafana", 3000, "/api/health"),
    ("grafana-oss", 3000, "/api/health"),
    ("flower", 5555, "/healthcheck"),
    ("loki", 3100, "/ready"),
];
const POSTGRES: [&str; 4] = ["postgres", "postgis", "timescaledb", "pgvector"];
const REDIS: [&str; 4] = ["redis", "redis-stack", "valkey", "keydb"];
const PROXIES: [&str; 5] = ["nginx", "traefik", "caddy", "haproxy", "httpd"];

/// The probes of an instance of which nothing says how it is to be probed.
pub(super) fn of_instance(instance: &Instance) -> Vec<ProbeSpec> {
    let image = instance.image.as_ref().map_or("", |image| basename(image.name.as_str()));
    if POSTGRES.contains(&image) {
        return vec![spec(ProbeTarget::Postgres(PostgresTarget::usual()))];
    }
    if REDIS.contains(&image) {
        return vec![spec(ProbeTarget::Redis(RedisTarget::usual()))];
    }
    if let Some((_, port, path)) = WEB.iter().find(|(name, ..)| *name == image) {
        return vec![spec(web(&format!("http://{{host}}:{port}{path}")))];
    }
    if PROXIES.contains(&image) {
        return proxy(instance);
    }
    if instance.health != Health::None {
        return vec![spec(ProbeTarget::Engine)];
    }
    first_port(instance).map(guess).into_iter().collect()
}

/// The name of an image without its registry, its owner, its tag and its digest.
fn basename(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or_default();
    let name = name.rsplit('/').next().unwrap_or_default();
    name.split(':').next().unwrap_or_default()
}

/// Its certificate, where somebody can see it: many an image names a port 443 that nobody
/// listens on.
fn proxy(instance: &Instance) -> Vec<ProbeSpec> {
    let published =
        |port: u16| instance.ports.iter().any(|it| it.inside == port && it.host.is_some());
    let mut all = Vec::new();
    if published(443) {
        all.push(spec(tls(443)));
    }
    let plain = if published(80) { Some(80) } else { first_port(instance) };
    all.extend(plain.filter(|port| *port != 443).map(|port| spec(tcp(port))));
    all
}

fn first_port(instance: &Instance) -> Option<u16> {
    let tcp = instance.ports.iter().filter(|port| port.protocol == Protocol::Tcp);
    tcp.map(|port| port.inside).min()
}

fn spec(target: ProbeTarget) -> ProbeSpec {
    ProbeSpec::new(target, Pace::default(), ProbeOrigin::Inferred)
}

/// That an image names a port is a weak promise: nobody listening there is worth a look,
/// no more.
fn guess(port: u16) -> ProbeSpec {
    ProbeSpec { role: ProbeRole::Readiness, ..spec(tcp(port)) }
}

fn tcp(port: u16) -> ProbeTarget {
    ProbeTarget::Tcp { address: format!("{{host}}:{port}") }
}

fn web(url: &str) -> ProbeTarget {
    ProbeTarget::Http(Box::new(HttpTarget::get(url)))
}

/// Nobody told us under which name it is asked, so any certificate that has not expired
/// will do.
fn tls(port: u16) -> ProbeTarget {
    let target = TlsTarget::at(&format!("{{host}}:{port}"));
    ProbeTarget::Tls(TlsTarget { self_signed: true, ..target })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Image, Port},
        store::probes::tests_support::instance,
        text::Clean,
    };

    fn made_from(image: &str, ports: &[u16], health: Health) -> Vec<String> {
        let port = |inside: &u16| Port {
            inside: *inside,
            host: Some(*inside),
            address: None,
            protocol: Protocol::Tcp,
        };
        let instance = Instance {
            image: Some(Image { name: Clean::new(image), digest: None }),
            ports: ports.iter().map(port).collect(),
            health,
            ..instance("api", "1", "api")
        };
        of_instance(&instance).iter().map(|spec| spec.target.to_string()).collect()
    }

    #[test]
    fn known_images_are_asked_in_their_own_way() {
        let none = Health::None;
        assert_eq!(
            made_from("postgres:15", &[], none),
            ["postgres://postgres@{host}:5432/postgres"]
        );
        let named = "registry.example:5000/library/redis:7@sha256:1";
        assert_eq!(made_from(named, &[], none), ["redis://{host}:6379"]);
        let grafana = made_from("grafana/grafana:10", &[], none);
        assert_eq!(grafana, ["http://{host}:3000/api/health"]);
        assert_eq!(made_from("nginx", &[80, 443], none), ["tls:{host}:443", "tcp:{host}:80"]);
        assert_eq!(made_from("nginx", &[443], none), ["tls:{host}:443"]);
    }

    #[test]
    fn others_by_their_health_check_and_else_by_their_first_port() {
        assert_eq!(made_from("shop/api", &[9000, 8000], Health::None), ["tcp:{host}:8000"]);
        let checked = made_from("shop/api", &[8000], Health::Healthy);
        assert_eq!(checked, ["the engine's health check"]);
        assert!(made_from("shop/worker", &[], Health::None).is_empty());
    }
}
