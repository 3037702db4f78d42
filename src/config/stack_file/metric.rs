//! `[metrics.<id>]`: numbers over time, and from where on they are not as they should be.

use std::{ops::RangeInclusive, time::Duration};

use super::{Cx, bounds::Bounds, field, metric_source, names::named, references::References, unit};
use crate::{
    config::{
        keys::{Holds, Keys, key, needed},
        reader::{At, Node, Reader, Table},
    },
    model::{Advice, Dimension, MetricSource, MetricSpec, MetricUnit, NoData},
    text::Clean,
};

const NO_DATA: [(&str, NoData); 3] =
    [("alert", NoData::Alert), ("ok", NoData::Ok), ("hold", NoData::Hold)];

pub(in crate::config) const KEYS: Keys = Keys {
    known: &[
        needed("source", Holds::Word(metric_source::words), "Where the numbers come from"),
        key("query", Holds::Text, "prom: a PromQL query; openmetrics: a selector"),
        key("url", Holds::Text, "openmetrics: where the endpoint is"),
        key("probe", Holds::Text, "probe: which one, as service.probe"),
        key("service", Holds::Text, "The service that it is about"),
        key("field", Holds::Text, "docker, host, probe: which of their numbers"),
        key("pattern", Holds::Text, "log: which of the patterns is counted, by the minute"),
        key("unit", Holds::Word(|| unit::words().collect()), "What one of the numbers is"),
        key("target", Holds::Bound, "As it should be"),
        key("warn", Holds::Bound, "Worth a look"),
        key("crit", Holds::Bound, "About to break something"),
        key("for", Holds::Duration, "For how long it must be so before anybody is told"),
        key("keep", Holds::Duration, "For how long it must be over before that is told"),
        key("range", Holds::Range, "From where to where it is usual"),
        key("min_events", Holds::Number, "With fewer events its number says nothing"),
        key("action", Holds::Text, "The action that helps"),
        key("hint", Holds::Text, "What to do about it, in words"),
        key("runbook", Holds::Text, "The runbook that helps, as file.md#part"),
        key(
            "nodata",
            Holds::Word(|| NO_DATA.iter().map(|(word, _)| *word).collect()),
            "What having no number means",
        ),
    ],
    later: &[],
};

pub(super) const PATIENCE: RangeInclusive<Duration> =
    Duration::ZERO..=Duration::from_hours(30 * 24);

pub(super) fn all(
    reader: &mut Reader<'_>,
    node: &Node<'_>,
    cx: &Cx<'_>,
    references: &mut References,
) -> Vec<MetricSpec> {
    let tables = named(reader, node);
    let mut all = Vec::new();
    for (key, table) in &tables {
        all.extend(one(reader, key, table, cx, references));
    }
    all
}

fn one(
    reader: &mut Reader<'_>,
    id: &At<&str>,
    table: &Table<'_>,
    cx: &Cx<'_>,
    references: &mut References,
) -> Option<MetricSpec> {
    reader.keys(table, &KEYS);
    let source = metric_source::read(reader, table, cx, references);
    let bounds = Bounds::read(reader, table);
    let unit = unit_of(reader, table, source.as_ref(), &bounds);
    if let Some(unit) = &unit {
        bounds.fit(reader, unit.dimension);
    }
    let hold = field::time(reader, table, "for", PATIENCE);
    let keep = field::time(reader, table, "keep", PATIENCE);
    let min_events = table.get("min_events").and_then(|node| reader.integer(&node, 1..1 << 40));
    let nodata = field::choice(reader, table, "nodata", &NO_DATA);
    let advice = advice(reader, table);
    let service = field::words(reader, table, "service");
    Some(MetricSpec {
        id: Clean::new(id.value),
        service: service.or(source.as_ref().and_then(metric_source::service_of)),
        source: source?,
        unit: unit?,
        target: bounds.target.map(|bound| bound.value),
        warn: bounds.warn.map(|bound| bound.value),
        critical: bounds.critical.map(|bound| bound.value),
        hold: hold.unwrap_or_default(),
        keep: keep.unwrap_or_default(),
        range: bounds.range.map(|range| range.value.0),
        min_events: min_events.map(|count| count.value),
        nodata: nodata.unwrap_or_default(),
        advice,
    })
}

/// The hint, the action and the runbook of a table.
fn advice(reader: &mut Reader<'_>, table: &Table<'_>) -> Advice {
    Advice {
        hint: field::words(reader, table, "hint"),
        action: field::words(reader, table, "action"),
        runbook: field::words(reader, table, "runbook"),
    }
}

/// A query can give anything and must say what; every other source's numbers are known.
fn unit_of(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    source: Option<&MetricSource>,
    bounds: &Bounds,
) -> Option<MetricUnit> {
    let text = field::text(reader, table, "unit");
    let own = metric_source::unit_of(source?);
    if let (Some(_), Some(text)) = (&own, &text) {
        let message = format!("`{}` is known: the source's numbers have one", text.path);
        reader.fail(text, message, "take it out");
    }
    if own.is_some() {
        return own;
    }
    let Some(text) = text else {
        let dimension = bounds.dimension().unwrap_or(Dimension::Count);
        if dimension == Dimension::Count {
            return Some(unit::plain(dimension));
        }
        let hint = "write unit = \"ratio\" (0 to 1), \"percent\", \"s\", \"ms\" or \"bytes\"";
        let message = format!("`{}` does not say what its query's numbers are", table.path);
        reader.fail(table, message, hint);
        return None;
    };
    match unit::parse(text.value) {
        Ok(unit) => Some(unit),
        Err(hint) => {
            reader.fail(&text, format!("\"{}\" is not a unit", text.value), hint);
            None
        }
    }
}
