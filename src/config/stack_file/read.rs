//! The top of a stack file and its `[runtime]`.

use std::path::Path;

use strum::IntoEnumIterator as _;
use toml::de::DeTable;

use super::{Runtime, StackFile, depends, logs, patterns, service};
use crate::{
    config::{
        filters,
        reader::{At, Node, Reader, Table},
        source::{ConfigErrors, Source},
    },
    model::{Environment, SavedIn, Stack},
    text::Clean,
};

/// The version of the schema that this is.
const SCHEMA: u64 = 1;

const KNOWN: &[&str] = &[
    "schema",
    "name",
    "title",
    "environment",
    "runtime",
    "services",
    "logs",
    "patterns",
    "filters",
];
/// Keys of the whole schema that this version does not have.
const LATER: &[&str] = &[
    "access",
    "alerts",
    "audit",
    "backups",
    "checklists",
    "checks",
    "contacts",
    "databases",
    "defaults",
    "deploy",
    "dr",
    "env",
    "escalation",
    "extends",
    "links",
    "maintenance",
    "metrics",
    "notify",
    "owner",
    "profile",
    "queues",
    "runbooks",
    "slo",
    "timezone",
    "ui",
    "version",
];
const RUNTIME_KNOWN: &[&str] = &["host", "context", "project"];
const RUNTIME_LATER: &[&str] =
    &["compose", "env_files", "files", "kind", "kustomize", "lock", "profiles"];

/// A name longer than this fits no label, file or column.
const MAX_NAME: usize = 63;

pub(super) fn stack(
    source: &Source,
    folder: &Path,
    root: &DeTable<'_>,
) -> Result<StackFile, ConfigErrors> {
    let mut reader = Reader::new(source);
    let root = Table::root(root);
    reader.only(&root, KNOWN, LATER);
    schema(&mut reader, &root);
    let name = name(&mut reader, &root);
    let title = root.get("title").and_then(|node| reader.string(&node));
    let environment = environment(&mut reader, &root);
    let runtime = runtime(&mut reader, &root);
    let services = root.get("services").and_then(|node| reader.table(&node));
    let services =
        services.map_or_else(Vec::new, |table| service::all(&mut reader, &table, folder));
    depends::check(&mut reader, &services);
    let logs = root.get("logs").map_or_else(Vec::new, |node| logs::all(&mut reader, &node, folder));
    let patterns = root.get("patterns");
    let patterns = patterns.map_or_else(Vec::new, |node| patterns::all(&mut reader, &node));
    let filters = root.get("filters").and_then(|node| reader.table(&node));
    let filters = filters
        .map_or_else(Vec::new, |table| filters::all(&mut reader, &table, SavedIn::StackFile));
    let file = name.map(|name| StackFile {
        stack: Stack {
            name: Some(Clean::new(name.value)),
            title: title.map(|title| Clean::new(title.value)),
            environment: Some(environment),
            logs,
            patterns,
            filters: filters.into_iter().map(|filter| filter.value).collect(),
            ..Stack::default()
        },
        runtime,
        own_services: services.into_iter().filter_map(|service| service.spec).collect(),
    });
    reader.finish(file)
}

fn schema(reader: &mut Reader<'_>, root: &Table<'_>) {
    let Some(node) = root.get("schema") else { return };
    let Some(schema) = reader.integer(&node, 0..u64::MAX) else { return };
    if schema.value != SCHEMA {
        let message = format!("schema {} is not known to this version of midwatch", schema.value);
        reader.fail(&schema, message, format!("this version reads schema {SCHEMA}"));
    }
}

fn name<'a>(reader: &mut Reader<'_>, root: &Table<'a>) -> Option<At<&'a str>> {
    let Some(node) = root.get("name") else {
        reader.fail(root, "the stack has no name", "write name = \"shop\" at the top of the file");
        return None;
    };
    let name = reader.string(&node)?;
    check_name(reader, &name, name.value).then_some(name)
}

/// Refuses names that could not be a file, a label and a word on a command line at once.
pub(in crate::config) fn check_name<T>(reader: &mut Reader<'_>, at: &At<T>, name: &str) -> bool {
    let fits = name.len() <= MAX_NAME
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if !fits {
        let hint = format!(
            "letters, digits, `-`, `_` and `.`, beginning with a letter or digit, \
             at most {MAX_NAME} of them"
        );
        reader.fail(at, format!("\"{name}\" cannot be a name"), hint);
    }
    fits
}

/// The tables of `[[key]]`.
pub(super) fn tables<'a>(reader: &mut Reader<'_>, node: &Node<'a>) -> Vec<Table<'a>> {
    let nodes = reader.array(node, &format!("write [[{}]], with double brackets", node.path));
    let nodes = nodes.unwrap_or_default();
    nodes.iter().filter_map(|node| reader.table(node)).collect()
}

/// The `name` of one of several tables, which no other has.
pub(super) fn own_name<'a>(
    reader: &mut Reader<'_>,
    table: &Table<'a>,
    others: &mut Vec<&'a str>,
) -> Option<&'a str> {
    let Some(node) = table.get("name") else {
        reader.fail(table, format!("`{}` has no name", table.path), "write name = \"access\"");
        return None;
    };
    let name = reader.string(&node)?;
    if !check_name(reader, &name, name.value) {
        return None;
    }
    if others.contains(&name.value) {
        let message = format!("there is another \"{}\"", name.value);
        reader.fail(&name, message, "each needs a name of its own");
        return None;
    }
    others.push(name.value);
    Some(name.value)
}

fn environment(reader: &mut Reader<'_>, root: &Table<'_>) -> Environment {
    let words: Vec<_> = Environment::iter().map(|each| (each.word(), each)).collect();
    let node = root.get("environment");
    node.and_then(|node| reader.choice(&node, &words)).unwrap_or_default()
}

fn runtime(reader: &mut Reader<'_>, root: &Table<'_>) -> Runtime {
    let Some(table) = root.get("runtime").and_then(|node| reader.table(&node)) else {
        return Runtime::default();
    };
    reader.only(&table, RUNTIME_KNOWN, RUNTIME_LATER);
    if let (Some(_), Some(context)) = (table.get("host"), table.key("context")) {
        let hint = "a context has a host of its own: keep one of the two";
        reader.fail(&context, "`runtime` has both a host and a context", hint);
    }
    let mut text = |key| {
        let text = reader.string(&table.get(key)?)?;
        if text.value.trim().is_empty() {
            reader.fail(&text, format!("`{}` is empty", text.path), "take it out, or fill it in");
            return None;
        }
        Some(text.value.to_owned())
    };
    Runtime { host: text("host"), context: text("context"), project: text("project") }
}
