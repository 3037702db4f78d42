//! [`Place`]: where a port of an instance is reached from here.

use std::net::IpAddr;

use crate::{
    model::{Instance, NetworkPlace, Protocol},
    store::EngineView,
    text::Clean,
};

/// Where a port of an instance is reached from here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// At this `host:port`.
    At(String),
    /// At this `host:port`, if this host is on the network of the address.
    Over(IpAddr, String),
    /// Nowhere, and why.
    Nowhere(Clean),
}

/// Where midwatch finds what an engine publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum EngineHost {
    /// On this host.
    Here,
    /// On a host of this name or address.
    There(String),
}

impl EngineHost {
    /// The host of an engine, by its address.
    pub(super) fn of(engine: &EngineView) -> Self {
        let endpoint = engine.endpoint.as_str();
        let Some((scheme, rest)) = endpoint.split_once("://") else { return Self::Here };
        if !matches!(scheme, "tcp" | "http" | "https" | "ssh") {
            return Self::Here;
        }
        let authority = rest.split('/').next().unwrap_or_default();
        let host_port = authority.rsplit('@').next().unwrap_or_default();
        let host = match host_port.rsplit_once(':') {
            Some((host, port)) if port.parse::<u16>().is_ok() => host,
            _ => host_port,
        };
        if matches!(host, "localhost" | "127.0.0.1" | "[::1]" | "") {
            return Self::Here;
        }
        Self::There(host.to_owned())
    }

    fn address(&self) -> &str {
        match self {
            Self::Here => "127.0.0.1",
            Self::There(host) => host,
        }
    }
}

impl Place {
    /// Where a port of an instance is reached: as it is published, else on the engine's
    /// network.
    pub(super) fn of(instance: &Instance, port: u16, engine: &EngineHost) -> Self {
        let published = instance
            .ports
            .iter()
            .find(|it| it.inside == port && it.protocol == Protocol::Tcp && it.host.is_some());
        if let Some((published, host)) = published.and_then(|it| Some((it, it.host?))) {
            let bound = published.address.as_ref().map_or("", Clean::as_str);
            return as_published(bound, host, engine);
        }
        let network = instance.detail.as_ref().map(|detail| &detail.network);
        match (network, engine) {
            (Some(NetworkPlace::Host), _) => Self::At(format!("{}:{port}", engine.address())),
            (Some(NetworkPlace::At(addresses)), EngineHost::Here) => match addresses.first() {
                Some(address) => Self::Over(*address, format!("{}:{port}", bracketed(*address))),
                None => Self::Nowhere(Clean::new("it is on no network")),
            },
            (Some(NetworkPlace::At(_)), EngineHost::There(host)) => Self::Nowhere(Clean::new(
                &format!("port {port} is not published, and its network is on {host}"),
            )),
            (Some(NetworkPlace::Nowhere), _) => Self::Nowhere(Clean::new("it is on no network")),
            (None, _) => Self::Nowhere(Clean::new("not known yet where it is")),
        }
    }
}

/// A port that is published on all addresses is found on the engine's host; one that is
/// published on a loopback address only there.
fn as_published(bound: &str, port: u16, engine: &EngineHost) -> Place {
    let address: Option<IpAddr> = bound.parse().ok();
    match (address, engine) {
        (Some(address), EngineHost::There(host)) if address.is_loopback() => Place::Nowhere(
            Clean::new(&format!("port {port} is published only for programs on {host}")),
        ),
        (Some(address), _) if !address.is_unspecified() => {
            Place::At(format!("{}:{port}", bracketed(address)))
        }
        _ => Place::At(format!("{}:{port}", engine.address())),
    }
}

fn bracketed(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Detail, EngineId, Port},
        store::probes::tests_support::instance,
    };

    fn engine(endpoint: &str) -> EngineHost {
        EngineHost::of(&EngineView::new(EngineId::new("docker"), Clean::new(endpoint)))
    }

    fn with(ports: &[(u16, Option<u16>, &str)], network: NetworkPlace) -> Instance {
        let port = |(inside, host, address): &(u16, Option<u16>, &str)| Port {
            inside: *inside,
            host: *host,
            address: Some(Clean::new(address)),
            protocol: Protocol::Tcp,
        };
        Instance {
            ports: ports.iter().map(port).collect(),
            detail: Some(Detail { network, ..Detail::default() }),
            ..instance("api", "1", "api")
        }
    }

    fn at(address: &str) -> Place {
        Place::At(address.into())
    }

    #[test]
    fn an_engine_is_here_or_on_the_host_of_its_address() {
        let here = ["unix:///run/docker.sock", "", "tcp://localhost:2375", "process"];
        assert!(here.iter().all(|endpoint| engine(endpoint) == EngineHost::Here));
        let there = |endpoint: &str| match engine(endpoint) {
            EngineHost::There(host) => host,
            EngineHost::Here => panic!("{endpoint} is not here"),
        };
        assert_eq!(there("ssh://ops@db1"), "db1");
        assert_eq!(there("tcp://10.0.0.1:2376"), "10.0.0.1");
        assert_eq!(there("ssh://ops@db1:22/run/docker.sock"), "db1");
    }

    #[test]
    fn a_published_port_comes_first() {
        let network = NetworkPlace::At(vec!["172.17.0.2".parse().unwrap()]);
        let here = engine("unix:///run/docker.sock");
        let there = engine("tcp://10.0.0.1:2376");
        let all = with(&[(80, Some(8080), "0.0.0.0")], network.clone());
        assert_eq!(Place::of(&all, 80, &here), at("127.0.0.1:8080"));
        assert_eq!(Place::of(&all, 80, &there), at("10.0.0.1:8080"));
        let loopback = with(&[(80, Some(8080), "127.0.0.1")], network.clone());
        assert_eq!(Place::of(&loopback, 80, &here), at("127.0.0.1:8080"));
        assert!(matches!(Place::of(&loopback, 80, &there), Place::Nowhere(_)));
        let one = with(&[(80, Some(8080), "192.0.2.7")], network.clone());
        assert_eq!(Place::of(&one, 80, &here), at("192.0.2.7:8080"));
        let address = "172.17.0.2".parse().unwrap();
        let over = Place::Over(address, "172.17.0.2:81".into());
        assert_eq!(Place::of(&all, 81, &here), over);
        assert!(matches!(Place::of(&all, 81, &there), Place::Nowhere(_)));
    }

    #[test]
    fn what_shares_the_network_of_its_host_is_found_there() {
        let shares = with(&[], NetworkPlace::Host);
        assert_eq!(Place::of(&shares, 80, &engine("unix:///x")), at("127.0.0.1:80"));
        let alone = with(&[(80, None, "")], NetworkPlace::Nowhere);
        assert!(matches!(Place::of(&alone, 80, &engine("unix:///x")), Place::Nowhere(_)));
        let unknown = Instance { detail: None, ..alone };
        assert!(matches!(Place::of(&unknown, 80, &engine("unix:///x")), Place::Nowhere(_)));
    }
}
