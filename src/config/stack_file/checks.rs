//! `[checks]`: the certificates that are looked at, as probes of the stack itself.

use std::{ops::RangeInclusive, time::Duration};

use super::{Cx, field, names::tables};
use crate::{
    config::{
        keys::{Holds, Keys, key, needed},
        reader::{Reader, Table},
    },
    model::{Pace, ProbeSpec, ProbeTarget, TlsTarget, TlsVersion, probe::ProbeOrigin},
    text::Clean,
};

const VERSIONS: [(&str, TlsVersion); 2] = [("1.2", TlsVersion::V1_2), ("1.3", TlsVersion::V1_3)];

const FILES: Keys = Keys {
    known: &[
        key("cert", Holds::Text, "The certificate, which must be the one that is served"),
        key("key", Holds::Text, "Its key"),
    ],
    later: &[],
};

const TLS: Keys = Keys {
    known: &[
        needed("host", Holds::Text, "The host, whose name must stand in the certificate"),
        key("port", Holds::Number, "The port; 443 otherwise"),
        key(
            "min",
            Holds::Word(|| VERSIONS.iter().map(|(word, _)| *word).collect()),
            "The oldest version of TLS that is good; 1.2 otherwise",
        ),
        key("warn", Holds::Duration, "Valid for less is worth a look; 30d otherwise"),
        key("crit", Holds::Duration, "Valid for less is about to break something; 7d otherwise"),
        key("files", Holds::Table(&FILES), "Where it is on this host"),
        key("self_signed", Holds::Flag, "Whether a certificate that nobody vouches for will do"),
    ],
    later: &[],
};

pub(in crate::config) const KEYS: Keys = Keys {
    known: &[key("tls", Holds::Tables(&TLS), "Certificates that are looked at")],
    later: &["disk", "env", "headers", "host", "images", "networks", "nonroot", "ports_public"],
};

/// A certificate changes rarely, and looking at it takes several handshakes.
const EVERY: Duration = Duration::from_mins(5);

const LEFT: RangeInclusive<Duration> = Duration::from_hours(1)..=Duration::from_hours(24 * 365);

pub(super) fn read(reader: &mut Reader<'_>, table: &Table<'_>, cx: &Cx<'_>) -> Vec<ProbeSpec> {
    reader.keys(table, &KEYS);
    let Some(node) = table.get("tls") else { return Vec::new() };
    let mut all: Vec<ProbeSpec> = Vec::new();
    for table in tables(reader, &node) {
        let Some(probe) = one(reader, &table, cx) else { continue };
        if all.iter().any(|other| other.name == probe.name) {
            let message = format!("there is another table about {}", probe.name);
            reader.fail(&table, message, "keep one of the two");
        }
        all.push(probe);
    }
    all
}

fn one(reader: &mut Reader<'_>, table: &Table<'_>, cx: &Cx<'_>) -> Option<ProbeSpec> {
    reader.keys(table, &TLS);
    if table.get("host").is_none() {
        let hint = "write host = \"shop.example.com\"";
        reader.fail(table, format!("`{}` has no host", table.path), hint);
    }
    let host = field::text(reader, table, "host");
    let host = host.filter(|host| {
        let good = !host.value.contains(|c: char| c.is_whitespace() || "/@{}".contains(c))
            && (!host.value.contains(':') || host.value.starts_with('['));
        if !good {
            let message = format!("\"{}\" is not a host", host.value);
            reader.fail(host, message, "write a name or an address; the port has a key of its own");
        }
        good
    });
    let port = table.get("port").and_then(|node| reader.integer(&node, 1..65_536));
    let port = port.map_or(443, |port| port.value);
    let min = field::choice(reader, table, "min", &VERSIONS);
    let warn = field::time(reader, table, "warn", LEFT);
    let critical = field::time(reader, table, "crit", LEFT);
    let self_signed = field::flag(reader, table, "self_signed");
    let (certificate_file, key_file) = files(reader, table, cx);
    let usual = TlsTarget::at(&format!("{}:{port}", host?.value));
    let critical = critical.unwrap_or(usual.critical.min(warn.unwrap_or(usual.warn)));
    let warn = warn.unwrap_or(usual.warn.max(critical));
    if critical > warn {
        let crit = table.get("crit").map_or_else(|| table.with(()), |node| node.with(()));
        let hint = "a certificate gets worse as it has less time left: `warn` is the longer one";
        reader.fail(&crit, "`crit` comes before `warn`", hint);
    }
    let name = Clean::new(&usual.address);
    let min = min.unwrap_or(usual.min);
    let self_signed = self_signed.unwrap_or_default();
    let target =
        TlsTarget { min, warn, critical, certificate_file, key_file, self_signed, ..usual };
    let pace = Pace { every: cx.pace.every.max(EVERY), ..cx.pace };
    let probe = ProbeSpec::new(ProbeTarget::Tls(target), pace, ProbeOrigin::StackFile);
    Some(ProbeSpec { name, ..probe })
}

type File = Option<std::path::PathBuf>;

fn files(reader: &mut Reader<'_>, table: &Table<'_>, cx: &Cx<'_>) -> (File, File) {
    let Some(table) = table.get("files").and_then(|node| reader.table(&node)) else {
        return (None, None);
    };
    reader.keys(&table, &FILES);
    let mut file = |key| field::text(reader, &table, key).map(|file| cx.folder.join(file.value));
    (file("cert"), file("key"))
}
