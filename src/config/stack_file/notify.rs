//! `[notify.<id>]`: by which ways somebody is told.

use super::{
    Cx, field,
    monitors::{is_address, severities, severity_choice},
    names::named,
    secret,
};
use crate::{
    config::{
        keys::{Holds, Keys, key, needed},
        reader::{At, Node, Reader, Table},
    },
    model::{
        AlertSeverity, Notifier, SecretRef,
        people::{NotifierKind, Occasion},
    },
    text::Clean,
};

#[derive(Clone, Copy)]
enum Kind {
    Webhook,
    Bell,
}

const KINDS: [(&str, Kind); 2] = [("webhook", Kind::Webhook), ("bell", Kind::Bell)];
const LATER_KINDS: &[&str] = &["slack", "email", "command"];

const OCCASIONS: [(&str, Occasion); 4] = [
    ("firing", Occasion::Firing),
    ("resolved", Occasion::Resolved),
    ("action", Occasion::Action),
    ("escalation", Occasion::Escalation),
];

pub(in crate::config) const KEYS: Keys = Keys {
    known: &[
        needed("kind", Holds::Word(|| KINDS.iter().map(|(word, _)| *word).collect()), "Which way"),
        key("url", Holds::Secret, "webhook: where to"),
        key("on", Holds::Texts, "What is told; firing and resolved otherwise"),
        key("min_severity", Holds::Word(severities), "What is less bad is not told"),
    ],
    later: &["smtp", "to"],
};

pub(super) fn all(reader: &mut Reader<'_>, node: &Node<'_>, cx: &Cx<'_>) -> Vec<Notifier> {
    let tables = named(reader, node);
    tables.iter().filter_map(|(id, table)| one(reader, id, table, cx)).collect()
}

fn one(reader: &mut Reader<'_>, id: &At<&str>, table: &Table<'_>, cx: &Cx<'_>) -> Option<Notifier> {
    reader.keys(table, &KEYS);
    if table.get("kind").is_none() {
        let hint = "write kind = \"webhook\" or kind = \"bell\"";
        reader.fail(table, format!("`{}` has no kind", table.path), hint);
    }
    let kind = kind(reader, table, cx);
    let on = occasions(reader, table);
    let min_severity = field::choice(reader, table, "min_severity", &severity_choice());
    Some(Notifier {
        id: Clean::new(id.value),
        kind: kind?,
        on,
        min_severity: min_severity.unwrap_or(AlertSeverity::Warning),
    })
}

fn kind(reader: &mut Reader<'_>, table: &Table<'_>, cx: &Cx<'_>) -> Option<NotifierKind> {
    if field::is_later(reader, table, "kind", LATER_KINDS) {
        return None;
    }
    match field::choice(reader, table, "kind", &KINDS)? {
        Kind::Bell => {
            if let Some(url) = table.key("url") {
                reader.fail(
                    &url,
                    format!("`{}` says nothing about a bell", url.path),
                    "take it out",
                );
            }
            Some(NotifierKind::Bell)
        }
        Kind::Webhook => Some(NotifierKind::Webhook { url: url(reader, table, cx)? }),
    }
}

/// Who knows the address of a webhook can write to it, and so it is a secret.
fn url(reader: &mut Reader<'_>, table: &Table<'_>, cx: &Cx<'_>) -> Option<SecretRef> {
    let Some(node) = table.get("url") else {
        let hint = "write url = { env = \"WEBHOOK_URL\" }";
        reader.fail(table, format!("`{}` has no `url`", table.path), hint);
        return None;
    };
    let url = secret::read(reader, &node, cx)?;
    if matches!(url, SecretRef::Inline(_)) {
        let text = reader.string(&node)?;
        return is_address(reader, &text).then_some(url);
    }
    Some(url)
}

fn occasions(reader: &mut Reader<'_>, table: &Table<'_>) -> Vec<Occasion> {
    let Some(node) = table.get("on") else { return vec![Occasion::Firing, Occasion::Resolved] };
    let nodes = reader.array(&node, "write [\"firing\", \"resolved\"]").unwrap_or_default();
    nodes.iter().filter_map(|node| reader.choice(node, &OCCASIONS)).collect()
}
