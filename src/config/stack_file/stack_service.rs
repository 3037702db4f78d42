//! What is said of a service, whatever runs it: `match`, `role`, `critical`.

use super::field;
use crate::{
    config::{
        keys::{Holds, Keys, key},
        reader::{Node, Reader, Table},
    },
    model::{ProbeSpec, ServiceMatch, ServiceRole, StackService},
    text::Clean,
};

const ROLES: [(&str, ServiceRole); 9] = [
    ("app", ServiceRole::App),
    ("worker", ServiceRole::Worker),
    ("frontend", ServiceRole::Frontend),
    ("proxy", ServiceRole::Proxy),
    ("db", ServiceRole::Db),
    ("cache", ServiceRole::Cache),
    ("storage", ServiceRole::Storage),
    ("queue", ServiceRole::Queue),
    ("monitoring", ServiceRole::Monitoring),
];

pub(super) const MATCH: Keys = Keys {
    known: &[
        key("service", Holds::Text, "The service of this name, such as compose gives it"),
        key("label", Holds::Text, "A label, as name or name=value"),
        key("container", Holds::Text, "The container of this name"),
        key("image", Holds::Text, "An image, with or without its tag"),
    ],
    later: &["deployment"],
};

/// The words for roles.
pub(super) fn roles() -> Vec<&'static str> {
    ROLES.iter().map(|(word, _)| *word).collect()
}

/// Reads it, with the probes that were read; `None` when nothing is said of them.
pub(super) fn read(
    reader: &mut Reader<'_>,
    name: &str,
    table: &Table<'_>,
    probes: Option<Vec<ProbeSpec>>,
) -> StackService {
    let id = Clean::new(name);
    let matches = table.get("match");
    if let (Some(key), Some(_)) = (table.key("match"), table.get("command")) {
        let message = format!("`{}` is only for a service that runs elsewhere", key.path);
        reader.fail(&key, message, "take it out: midwatch knows which processes it starts");
    }
    let role = field::choice(reader, table, "role", &ROLES);
    let critical = field::flag(reader, table, "critical");
    StackService {
        matches: matches
            .and_then(|node| matched(reader, &node))
            .unwrap_or_else(|| ServiceMatch::Service(id.clone())),
        id,
        role,
        critical: critical.unwrap_or(role != Some(ServiceRole::Monitoring)),
        depends_on: Vec::new(),
        unprobed: table.get("probe").is_some_and(|node| is_empty(&node)),
        probes: probes.unwrap_or_default(),
    }
}

fn is_empty(node: &Node<'_>) -> bool {
    node.value.as_array().is_some_and(|array| array.is_empty())
}

fn matched(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<ServiceMatch> {
    let table = reader.table(node)?;
    reader.keys(&table, &MATCH);
    let known: Vec<_> = MATCH.known.iter().filter(|key| table.get(key.name).is_some()).collect();
    let [key] = known[..] else {
        let later = MATCH.later.iter().any(|key| table.get(key).is_some());
        if !later {
            let hint = "one of service, label, container and image, as in { service = \"api\" }";
            reader.fail(node, format!("`{}` needs one key", node.path), hint);
        }
        return None;
    };
    let text = field::text(reader, &table, key.name)?;
    let value = Clean::new(text.value);
    Some(match key.name {
        "label" => {
            let (name, value) = match text.value.split_once('=') {
                Some((name, value)) => (name, Some(Clean::new(value))),
                None => (text.value, None),
            };
            ServiceMatch::Label(Clean::new(name), value)
        }
        "container" => ServiceMatch::Container(value),
        "image" => ServiceMatch::Image(value),
        _ => ServiceMatch::Service(value),
    })
}
