//! Ports, which a listing and an inspection tell differently.

use bollard::models::{PortMap, PortSummary};

use crate::{
    engines::docker::words::short,
    model::{Port, Protocol},
    text::Clean,
};

/// How many ports of one container are kept.
const MAX_PORTS: usize = 64;

/// The ports of a listing, in order.
pub(super) fn listed(ports: &[PortSummary]) -> Vec<Port> {
    bounded(ports.iter().filter_map(port_of_listing))
}

/// The ports of an inspection, in the same order.
pub(super) fn bound(ports: &PortMap) -> Vec<Port> {
    bounded(ports_of(ports))
}

fn bounded(ports: impl Iterator<Item = Port>) -> Vec<Port> {
    let mut ports: Vec<Port> = ports.collect();
    ports.sort();
    ports.dedup();
    ports.truncate(MAX_PORTS);
    ports
}

fn port_of_listing(port: &PortSummary) -> Option<Port> {
    let host = port.public_port.filter(|port| *port > 0);
    Some(Port {
        inside: Some(port.private_port).filter(|port| *port > 0)?,
        host,
        address: address(port.ip.as_deref(), host),
        protocol: port.typ.map_or(Some(Protocol::Tcp), |word| protocol_of(word.as_ref()))?,
    })
}

/// Ports of an inspection, such as `"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}]`.
fn ports_of(ports: &PortMap) -> impl Iterator<Item = Port> + '_ {
    ports.iter().filter_map(|(key, bindings)| Some((inside_of(key)?, bindings))).flat_map(
        |((inside, protocol), bindings)| {
            let unpublished = Port { inside, host: None, address: None, protocol };
            let bindings = bindings.as_deref().unwrap_or_default();
            let published: Vec<Port> = bindings
                .iter()
                .map(|binding| {
                    let number = binding.host_port.as_deref().and_then(|port| port.parse().ok());
                    let host = number.filter(|port| *port > 0);
                    let address = address(binding.host_ip.as_deref(), host);
                    Port { host, address, ..unpublished.clone() }
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

fn address(ip: Option<&str>, host: Option<u16>) -> Option<Clean> {
    ip.filter(|ip| host.is_some() && !ip.is_empty()).map(short)
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
