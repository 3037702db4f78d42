//! Ports, which a listing and an inspection tell differently.

use std::collections::HashMap;

use crate::{
    engines::docker::{
        api::{ListedPort, PortBinding},
        words::short,
    },
    model::{Port, Protocol},
    text::Clean,
};

/// How many ports of one container are kept.
const MAX_PORTS: usize = 64;

/// The ports of a listing, in order.
pub(super) fn listed(ports: &[ListedPort]) -> Vec<Port> {
    bounded(ports.iter().filter_map(port_of_listing))
}

/// The ports of an inspection, in the same order.
pub(super) fn bound(ports: &HashMap<String, Option<Vec<PortBinding>>>) -> Vec<Port> {
    bounded(ports_of(ports))
}

fn bounded(ports: impl Iterator<Item = Port>) -> Vec<Port> {
    let mut ports: Vec<Port> = ports.collect();
    ports.sort();
    ports.dedup();
    ports.truncate(MAX_PORTS);
    ports
}

fn port_of_listing(port: &ListedPort) -> Option<Port> {
    let number = |count: Option<u64>| u16::try_from(count?).ok().filter(|port| *port > 0);
    let host = number(port.public_port.0);
    Some(Port {
        inside: number(port.private_port.0)?,
        host,
        address: address(&port.ip, host),
        protocol: protocol_of(&port.protocol)?,
    })
}

/// Ports of an inspection, such as `"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}]`.
fn ports_of(ports: &HashMap<String, Option<Vec<PortBinding>>>) -> impl Iterator<Item = Port> + '_ {
    ports.iter().filter_map(|(key, bindings)| Some((inside_of(key)?, bindings))).flat_map(
        |((inside, protocol), bindings)| {
            let unpublished = Port { inside, host: None, address: None, protocol };
            let bindings = bindings.as_deref().unwrap_or_default();
            let published: Vec<Port> = bindings
                .iter()
                .map(|binding| {
                    let host = binding.host_port.parse().ok().filter(|port| *port > 0);
                    Port { host, address: address(&binding.host_ip, host), ..unpublished.clone() }
                })
                .collect();
            if published.is_empty() { vec![unpublished] } else { published }
        },
    )
}

fn inside_of(key: &str) -> Option<(u16, Protocol)> {
    let (port, protocol) = key.split_once('/').unwrap_or((key, "tcp"));
    Some((port.parse().ok()?, protocol_of(protocol)?))
}

fn address(ip: &str, host: Option<u16>) -> Option<Clean> {
    (host.is_some() && !ip.is_empty()).then(|| short(ip))
}

fn protocol_of(word: &str) -> Option<Protocol> {
    match word {
        "tcp" | "" => Some(Protocol::Tcp),
        "udp" => Some(Protocol::Udp),
        "sctp" => Some(Protocol::Sctp),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_read_alike_from_a_listing_and_an_inspection() {
        let from_listing = r#"[{"PrivatePort":80,"Type":"tcp","IP":"::","PublicPort":8080},
            {"PrivatePort":80,"Type":"tcp","IP":"0.0.0.0","PublicPort":8080},
            {"PrivatePort":53,"Type":"udp"}]"#;
        let from_inspection = r#"{"53/udp":null,"80/tcp":[
            {"HostIp":"0.0.0.0","HostPort":"8080"},{"HostIp":"::","HostPort":"8080"}]}"#;
        let ports = listed(&serde_json::from_str::<Vec<_>>(from_listing).unwrap());
        assert_eq!(ports, bound(&serde_json::from_str(from_inspection).unwrap()));
        let shown: Vec<_> = ports.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["53/udp", "0.0.0.0:8080→80", "[::]:8080→80"]);
    }
}
