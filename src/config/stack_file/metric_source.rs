//! `source` of a metric, and the keys that say more of it.

use super::{Cx, field, references::References, unit};
use crate::{
    config::reader::{At, Reader, Table},
    model::{
        Dimension, MetricSource, MetricUnit, TextFault,
        metric::{HostField, ProbeField, UseField},
        probe_url,
    },
    text::Clean,
};

const LATER: &[&str] = &["sql"];

/// The sources, and the keys that each has.
const SOURCES: [(&str, &[&str]); 6] = [
    ("prom", &["query", "service"]),
    ("openmetrics", &["url", "query", "service"]),
    ("probe", &["probe", "field"]),
    ("docker", &["field", "service"]),
    ("host", &["field"]),
    ("log", &["pattern", "service"]),
];

/// The keys that only some sources have.
const OWN_KEYS: [&str; 6] = ["query", "url", "probe", "service", "field", "pattern"];

const PROBE_FIELDS: [(&str, ProbeField); 5] = [
    ("p50", ProbeField::P50),
    ("p95", ProbeField::P95),
    ("p99", ProbeField::P99),
    ("failure_ratio", ProbeField::FailureRatio),
    ("certificate_left", ProbeField::CertificateLeft),
];

const USE_FIELDS: [(&str, UseField); 5] = [
    ("cpu_percent", UseField::CpuPercent),
    ("memory_percent", UseField::MemoryPercent),
    ("memory_bytes", UseField::MemoryBytes),
    ("restarts", UseField::Restarts),
    ("pids", UseField::Pids),
];

const HOST_FIELDS: [(&str, HostField); 4] = [
    ("cpu_percent", HostField::CpuPercent),
    ("memory_percent", HostField::MemoryPercent),
    ("disk_percent", HostField::DiskPercent),
    ("load_per_core", HostField::LoadPerCore),
];

/// The words for sources.
pub(super) fn words() -> Vec<&'static str> {
    SOURCES.iter().map(|(word, _)| *word).collect()
}

pub(super) fn read(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    cx: &Cx<'_>,
    references: &mut References,
) -> Option<MetricSource> {
    if table.get("source").is_none() {
        let hint = format!("write source = and one of \"{}\"", words().join("\", \""));
        reader.fail(table, format!("`{}` has no source", table.path), hint);
        return None;
    }
    if field::is_later(reader, table, "source", LATER) {
        return None;
    }
    let sources = SOURCES.map(|source| (source.0, source));
    let (source, keys) = field::choice(reader, table, "source", &sources)?;
    for name in OWN_KEYS {
        if let Some(key) = table.key(name).filter(|_| !keys.contains(&name)) {
            let message = format!("`{}` says nothing about the source \"{source}\"", key.path);
            reader.fail(&key, message, format!("it has {}", keys.join(" and ")));
        }
    }
    match source {
        "prom" => prometheus(reader, table, cx),
        "openmetrics" => exposition(reader, table),
        "probe" => probe(reader, table, references),
        "docker" => {
            let field = needed_choice(reader, table, &USE_FIELDS)?;
            Some(MetricSource::Docker { field })
        }
        "host" => {
            let field = needed_choice(reader, table, &HOST_FIELDS)?;
            Some(MetricSource::Host { field })
        }
        _ => {
            let pattern = needed_text(reader, table, "pattern", "pattern = \"errors\"")?;
            references.pattern(&pattern);
            Some(MetricSource::Log { pattern: Clean::new(pattern.value) })
        }
    }
}

fn prometheus(reader: &mut Reader<'_>, table: &Table<'_>, cx: &Cx<'_>) -> Option<MetricSource> {
    let query = needed_text(reader, table, "query", "query = 'up{job=\"api\"}'")?;
    if !cx.has_prometheus {
        let hint = "write prometheus = \"http://localhost:9090\" under [alerts]";
        reader.fail(&query, "there is no Prometheus server to ask", hint);
    }
    Some(MetricSource::Prometheus { query: query.value.into() })
}

fn exposition(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<MetricSource> {
    let url = needed_text(reader, table, "url", "url = \"http://api:8000/metrics\"");
    let query = needed_text(reader, table, "query", "query = \"rate(requests_total[5m])\"");
    let (url, query) = (url?, query?);
    if let Err(fault) = probe_url::web_address(url.value) {
        let hint = "write a URL such as \"http://api:8000/metrics\"".to_owned();
        reader.fault(&url, &TextFault { hint, ..fault });
        return None;
    }
    Some(MetricSource::Exposition { url: url.value.into(), query: query.value.into() })
}

fn probe(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    references: &mut References,
) -> Option<MetricSource> {
    let field = field::choice(reader, table, "field", &PROBE_FIELDS);
    let probe = needed_text(reader, table, "probe", "probe = \"api\" or \"api.health\"")?;
    references.probe(&probe);
    let field = field.unwrap_or(ProbeField::P95);
    Some(MetricSource::Probe { probe: Clean::new(probe.value), field })
}

fn needed_text<'a>(
    reader: &mut Reader<'_>,
    table: &Table<'a>,
    key: &str,
    example: &str,
) -> Option<At<&'a str>> {
    if table.get(key).is_none() {
        let hint = format!("write {example}");
        reader.fail(table, format!("`{}` has no `{key}`", table.path), hint);
    }
    field::text(reader, table, key)
}

fn needed_choice<T: Copy>(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    words: &[(&str, T)],
) -> Option<T> {
    if table.get("field").is_none() {
        let names: Vec<_> = words.iter().map(|(name, _)| *name).collect();
        let hint = format!("write field = and one of \"{}\"", names.join("\", \""));
        reader.fail(table, format!("`{}` has no `field`", table.path), hint);
    }
    field::choice(reader, table, "field", words)
}

/// What the numbers of a source are, where that is known.
pub(super) fn unit_of(source: &MetricSource) -> Option<MetricUnit> {
    let dimension = match source {
        MetricSource::Prometheus { .. } | MetricSource::Exposition { .. } => return None,
        MetricSource::Probe { field, .. } => match field {
            ProbeField::FailureRatio => Dimension::Ratio,
            _ => Dimension::Time,
        },
        MetricSource::Docker { field } => match field {
            UseField::CpuPercent | UseField::MemoryPercent => Dimension::Ratio,
            UseField::MemoryBytes => Dimension::Size,
            UseField::Restarts | UseField::Pids => Dimension::Count,
        },
        MetricSource::Host { field } => match field {
            HostField::LoadPerCore => Dimension::Count,
            _ => Dimension::Ratio,
        },
        MetricSource::Log { .. } => {
            let suffix = Clean::new("per minute");
            return Some(MetricUnit { suffix, ..unit::plain(Dimension::Count) });
        }
    };
    Some(unit::plain(dimension))
}

/// The service that a source is about by itself.
pub(super) fn service_of(source: &MetricSource) -> Option<Clean> {
    let MetricSource::Probe { probe, .. } = source else { return None };
    let service = probe.as_str().rsplit_once('.').map_or(probe.as_str(), |(service, _)| service);
    Some(Clean::new(service))
}
