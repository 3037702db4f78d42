//! The top of a stack file.

use std::{collections::BTreeMap, path::Path};

use strum::IntoEnumIterator as _;
use toml::de::DeTable;

use super::{
    Cx, StackFile, checks, defaults, depends, field, logs, maintenance, metric, monitors,
    names::check_name, notify, patterns, people, references::References, runtime, service,
};
use crate::{
    config::{
        filters,
        keys::{Holds, Key, Keys, key, needed},
        reader::{At, Node, Reader, Table},
        settings::look::{self, Look},
        source::{ConfigErrors, Source},
    },
    model::{Environment, SavedIn, Stack},
    text::Clean,
};

/// The version of the schema that this is.
const SCHEMA: u64 = 1;

pub(in crate::config) const KEYS: Keys = Keys {
    known: &KNOWN,
    later: &[
        "access",
        "audit",
        "backups",
        "checklists",
        "databases",
        "deploy",
        "dr",
        "env",
        "extends",
        "owner",
        "profile",
        "queues",
        "runbooks",
        "slo",
        "version",
    ],
};

const KNOWN: [Key; 20] = [
    key("schema", Holds::Number, "The version of this format; 1"),
    needed("name", Holds::Text, "The stack's name"),
    key("title", Holds::Text, "A longer name"),
    key(
        "environment",
        Holds::Word(|| Environment::iter().map(Environment::word).collect()),
        "What it is for; development otherwise",
    ),
    key("timezone", Holds::Text, "The IANA time zone of its cron expressions; UTC otherwise"),
    key("links", Holds::NamedTexts, "Addresses worth knowing"),
    key("runtime", Holds::Table(&runtime::KEYS), "Which engine runs it"),
    key("defaults", Holds::Table(&defaults::KEYS), "How probes ask unless they say otherwise"),
    key("services", Holds::Named(&service::KEYS), "What cannot be found out about its services"),
    key("metrics", Holds::Named(&metric::KEYS), "Numbers, and when they are not as they should be"),
    key("alerts", Holds::Table(&monitors::KEYS), "Whose alerts count, and who is told"),
    key("logs", Holds::Tables(&logs::KEYS), "Logs beside the output of containers"),
    key("patterns", Holds::Tables(&patterns::KEYS), "What is looked for in logs and counted"),
    key("filters", Holds::NamedTexts, "Filters of logs, by name"),
    key("checks", Holds::Table(&checks::KEYS), "What is looked at beside its services"),
    key("contacts", Holds::Tables(&people::CONTACT), "Who can be reached"),
    key("escalation", Holds::Table(&people::ESCALATION), "Who is told when nobody reacts"),
    key("maintenance", Holds::Tables(&maintenance::KEYS), "When work is planned"),
    key("notify", Holds::Named(&notify::KEYS), "By which ways somebody is told"),
    key("ui", Holds::Table(&look::KEYS), "How midwatch looks here, under the person's settings"),
];

pub(super) fn stack(
    source: &Source,
    folder: &Path,
    root: &DeTable<'_>,
) -> Result<StackFile, ConfigErrors> {
    let mut reader = Reader::new(source);
    let root = Table::root(root);
    reader.keys(&root, &KEYS);
    schema(&mut reader, &root);
    let name = name(&mut reader, &root);
    let environment = environment(&mut reader, &root);
    let runtime = runtime::read(&mut reader, &root, folder);
    let cx = Cx {
        folder,
        environment,
        pace: defaults::read(&mut reader, &root),
        has_env_files: !runtime.env_files.is_empty(),
        has_prometheus: root
            .get("alerts")
            .is_some_and(|node| node.value.get("prometheus").is_some()),
    };
    let services = root.get("services");
    let services = services.map_or_else(Vec::new, |node| service::all(&mut reader, &node, &cx));
    depends::check(&mut reader, &services);
    let (services, own): (Vec<_>, Vec<_>) =
        services.into_iter().map(|read| (read.service, read.spec)).unzip();
    let mut references = References::default();
    let stack = Stack {
        name: name.as_ref().map(|name| Clean::new(name.value)),
        environment: Some(environment),
        services,
        ..tables(&mut reader, &root, &cx, &mut references)
    };
    references.check(&mut reader, &stack);
    let look = Look::read(&mut reader, &root);
    let own_services = own.into_iter().flatten().collect();
    let file = name.map(|_| StackFile { stack, runtime, own_services, look });
    reader.finish(file)
}

/// Every table that only says something of the stack.
fn tables(
    reader: &mut Reader<'_>,
    root: &Table<'_>,
    cx: &Cx<'_>,
    references: &mut References,
) -> Stack {
    let node = |key: &str| root.get(key);
    let filters = node("filters").and_then(|node| reader.table(&node));
    let filters =
        filters.map_or_else(Vec::new, |table| filters::all(reader, &table, SavedIn::StackFile));
    let alerts = node("alerts").and_then(|node| reader.table(&node));
    let checks = node("checks").and_then(|node| reader.table(&node));
    let escalation = node("escalation").and_then(|node| reader.table(&node));
    Stack {
        title: field::words(reader, root, "title"),
        timezone: node("timezone").and_then(|node| logs::timezone(reader, &node)),
        links: node("links").map(|node| links(reader, &node)).unwrap_or_default(),
        metrics: node("metrics")
            .map(|node| metric::all(reader, &node, cx, references))
            .unwrap_or_default(),
        monitors: alerts
            .map(|table| monitors::read(reader, &table, cx, references))
            .unwrap_or_default(),
        logs: node("logs").map(|node| logs::all(reader, &node, cx.folder)).unwrap_or_default(),
        patterns: node("patterns").map(|node| patterns::all(reader, &node)).unwrap_or_default(),
        filters: filters.into_iter().map(|filter| filter.value).collect(),
        certificates: checks.map(|table| checks::read(reader, &table, cx)).unwrap_or_default(),
        contacts: node("contacts").map(|node| people::contacts(reader, &node)).unwrap_or_default(),
        escalation: escalation
            .map(|table| people::escalation(reader, &table, references))
            .unwrap_or_default(),
        maintenance: node("maintenance")
            .map(|node| maintenance::all(reader, &node))
            .unwrap_or_default(),
        notifiers: node("notify").map(|node| notify::all(reader, &node, cx)).unwrap_or_default(),
        ..Stack::default()
    }
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

fn environment(reader: &mut Reader<'_>, root: &Table<'_>) -> Environment {
    let words: Vec<_> = Environment::iter().map(|each| (each.word(), each)).collect();
    let node = root.get("environment");
    node.and_then(|node| reader.choice(&node, &words)).unwrap_or_default()
}

fn links(reader: &mut Reader<'_>, node: &Node<'_>) -> BTreeMap<Clean, Clean> {
    let Some(table) = reader.table(node) else { return BTreeMap::new() };
    let mut links = BTreeMap::new();
    for (key, node) in table.entries() {
        let Some(text) = reader.string(&node) else { continue };
        if monitors::is_address(reader, &text) {
            links.insert(Clean::new(key.value), Clean::new(text.value));
        }
    }
    links
}
