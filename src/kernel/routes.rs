//! [`Routes`]: which networks this host is on.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::kernel::{files::Files, root::Root};

/// In a routing table: the way goes over a gateway (`RTF_GATEWAY`, `linux/route.h`).
const OVER_GATEWAY: u32 = 0x2;
/// In a routing table: there is no way (`RTF_REJECT`).
const REJECTED: u32 = 0x200;

/// The networks that this host is on itself: what is there needs no gateway.
///
/// An engine's own networks are among them when it runs on this host with the rights to
/// make them, and are not when it keeps them to itself (rootless, in a virtual machine).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routes(Vec<(IpAddr, u8)>);

impl Routes {
    /// Reads the kernel's routing tables; what cannot be read has no networks.
    #[must_use]
    pub fn read(root: &Root) -> Self {
        let mut files = Files::default();
        let folder = root.join("/proc/net");
        let v4 = files.read(&folder, "route").unwrap_or_default().lines().filter_map(v4_network);
        let mut all: Vec<_> = v4.collect();
        let v6 = files.read(&folder, "ipv6_route").unwrap_or_default();
        all.extend(v6.lines().filter_map(v6_network));
        Self(all)
    }

    /// Whether this host is on an address's network itself.
    #[must_use]
    pub fn has(&self, address: IpAddr) -> bool {
        address.is_loopback() || self.0.iter().any(|(base, length)| is_in(address, *base, *length))
    }
}

fn is_in(address: IpAddr, base: IpAddr, length: u8) -> bool {
    match (address, base) {
        (IpAddr::V4(address), IpAddr::V4(base)) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
            address.to_bits() & mask == base.to_bits() & mask
        }
        (IpAddr::V6(address), IpAddr::V6(base)) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
            address.to_bits() & mask == base.to_bits() & mask
        }
        _ => false,
    }
}

/// Whether a route leads to a network that this host is on: not everywhere, not over a
/// gateway, and not nowhere.
fn is_direct(flags: u32, length: u8) -> bool {
    length > 0 && flags & (OVER_GATEWAY | REJECTED) == 0
}

/// `Iface Destination Gateway Flags RefCnt Use Metric Mask …`: addresses are hexadecimal
/// numbers in the host's byte order.
fn v4_network(line: &str) -> Option<(IpAddr, u8)> {
    let mut words = line.split_ascii_whitespace().skip(1);
    let mut hexadecimal = |at: usize| u32::from_str_radix(words.nth(at)?, 16).ok();
    let (destination, flags, mask) = (hexadecimal(0)?, hexadecimal(1)?, hexadecimal(3)?);
    let length = mask.count_ones() as u8;
    let base = Ipv4Addr::from(destination.to_ne_bytes());
    is_direct(flags, length).then_some((base.into(), length))
}

/// `destination length source length next-hop metric references use flags interface`.
fn v6_network(line: &str) -> Option<(IpAddr, u8)> {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let [destination, length, _, _, _, _, _, _, flags, interface] = words.as_slice() else {
        return None;
    };
    let base = Ipv6Addr::from(u128::from_str_radix(destination, 16).ok()?);
    let length = u8::from_str_radix(length, 16).ok()?;
    let flags = u32::from_str_radix(flags, 16).ok()?;
    (is_direct(flags, length) && *interface != "lo").then_some((base.into(), length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::tree::Tree;

    #[test]
    fn a_network_is_ours_when_no_gateway_lies_between() {
        let tree = Tree::new();
        tree.write(
            "proc/net/route",
            "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n\
             eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n\
             docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n\
             eth0\t0000100A\t010200C0\t0003\t0\t0\t0\t0000FFFF\t0\t0\t0\n",
        );
        tree.write(
            "proc/net/ipv6_route",
            "fd000000000000000000000000000000 40 00000000000000000000000000000000 00 \
             00000000000000000000000000000000 00000100 00000001 00000000 00000001 br0\n",
        );
        let routes = Routes::read(&tree.root());
        let has = |address: &str| routes.has(address.parse().unwrap());
        assert!(has("172.17.0.5") && has("127.0.0.1") && has("fd00::7"));
        assert!(!has("172.18.0.5") && !has("10.16.0.1") && !has("192.0.2.1") && !has("fd01::7"));
    }

    #[test]
    fn a_host_without_tables_is_on_no_network_but_its_own() {
        let routes = Routes::read(&Tree::new().root());
        assert!(!routes.has("172.17.0.5".parse().unwrap()));
        assert!(routes.has("::1".parse().unwrap()));
    }
}
