//! `[alerts]`: whose alerts stand beside our own, and who is told of what.

use std::{collections::BTreeMap, path::Path};

use glob::Pattern;
use strum::IntoEnumIterator as _;

use super::{Cx, field, references::References, secret};
use crate::{
    config::{
        keys::{Holds, Keys, key},
        reader::{At, Reader, Table},
    },
    model::{AlertSeverity, Monitors, TextFault, probe_url},
    text::Clean,
};

pub(in crate::config) const KEYS: Keys = Keys {
    known: &[
        key("prometheus", Holds::Text, "The Prometheus server's address"),
        key("alertmanager", Holds::Text, "The Alertmanager's address"),
        key("rules", Holds::Texts, "Patterns of rule files, which are read and linted"),
        key("auth", Holds::Secret, "user:password, or the Authorization header, for both"),
        key("route", Holds::TextsBy(severities), "Which notifiers are told, by severity"),
    ],
    later: &[],
};

/// The words for severities.
pub(super) fn severities() -> Vec<&'static str> {
    AlertSeverity::iter().map(Into::into).collect()
}

/// Severities with their words, to choose from.
pub(super) fn severity_choice() -> Vec<(&'static str, AlertSeverity)> {
    AlertSeverity::iter().map(|each| (each.into(), each)).collect()
}

pub(super) fn read(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    cx: &Cx<'_>,
    references: &mut References,
) -> Monitors {
    reader.keys(table, &KEYS);
    Monitors {
        prometheus: address(reader, table, "prometheus"),
        alertmanager: address(reader, table, "alertmanager"),
        rules: rules(reader, table, cx.folder),
        auth: table.get("auth").and_then(|node| secret::read(reader, &node, cx)),
        route: route(reader, table, references),
    }
}

/// The address of a web server.
pub(super) fn address(reader: &mut Reader<'_>, table: &Table<'_>, key: &str) -> Option<String> {
    let text = field::text(reader, table, key)?;
    is_address(reader, &text).then(|| text.value.trim_end_matches('/').to_owned())
}

/// Whether a text is the address of a web server that is the same for everybody.
pub(super) fn is_address(reader: &mut Reader<'_>, text: &At<&str>) -> bool {
    let hint = "write a URL such as \"http://localhost:9090\"";
    match probe_url::web_address(text.value) {
        Err(fault) => {
            reader.fault(text, &TextFault { hint: hint.into(), ..fault });
            false
        }
        Ok(()) if text.value.contains('{') => {
            reader.fail(text, "nothing can stand for something here", hint);
            false
        }
        Ok(()) => true,
    }
}

fn rules(reader: &mut Reader<'_>, table: &Table<'_>, folder: &Path) -> Vec<String> {
    let folder = Pattern::escape(folder.to_string_lossy().trim_end_matches('/'));
    let mut rules = Vec::new();
    for text in field::texts(reader, table, "rules") {
        match Pattern::new(text.value) {
            Ok(_) if text.value.starts_with('/') => rules.push(text.value.to_owned()),
            Ok(_) => rules.push(format!("{folder}/{}", text.value)),
            Err(error) => {
                let hint = "`*` and `?` stand for characters, `[abc]` for one of them";
                let message = format!("\"{}\" is not a pattern: {}", text.value, error.msg);
                reader.fail(&text, message, hint);
            }
        }
    }
    rules
}

fn route(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    references: &mut References,
) -> BTreeMap<AlertSeverity, Vec<Clean>> {
    let mut route = BTreeMap::new();
    let Some(table) = table.get("route").and_then(|node| reader.table(&node)) else {
        return route;
    };
    reader.only(&table, &severities(), &[]);
    for (word, severity) in severity_choice() {
        let ids = field::texts(reader, &table, word);
        if ids.is_empty() {
            continue;
        }
        references.notifiers(&ids);
        route.insert(severity, ids.iter().map(|id| Clean::new(id.value)).collect());
    }
    route
}
