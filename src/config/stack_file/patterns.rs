//! `[[patterns]]`: what is looked for in logs and counted.

use regex::RegexBuilder;
use strum::IntoEnumIterator as _;

use super::{
    field,
    metric::PATIENCE,
    monitors::{severities, severity_choice},
    names::{own_name, tables},
};
use crate::{
    config::{
        keys::{Holds, Keys, key, needed},
        reader::{At, Node, Reader, Table},
    },
    logs::{Case, Search},
    model::{AlertSeverity, PatternAlert, PatternSpec, Severity},
    text::Clean,
};

const ALERT: Keys = Keys {
    known: &[
        needed("over", Holds::Number, "More lines than this"),
        needed("within", Holds::Duration, "Within this time"),
        key("severity", Holds::Word(severities), "How bad that is; warning otherwise"),
    ],
    later: &[],
};

pub(in crate::config) const KEYS: Keys = Keys {
    known: &[
        needed("name", Holds::Text, "What it is called"),
        needed("match", Holds::Text, "The regular expression of the lines that count"),
        key("in", Holds::Texts, "The logs and services in which it is looked for; all otherwise"),
        key("not", Holds::Text, "The regular expression of lines that do not count after all"),
        key(
            "level",
            Holds::Word(|| Severity::iter().map(Severity::name).collect()),
            "Only lines that say that they are at least so bad count",
        ),
        key("alert", Holds::Table(&ALERT), "How many are worth an alert"),
        key("runbook", Holds::Text, "The runbook that helps"),
    ],
    later: &[],
};

/// More lines than anybody counts.
const MOST_LINES: u64 = 1_000_000_000;

/// A regular expression may take this much memory, compiled.
const MAX_REGEX_BYTES: usize = 1 << 20;

pub(super) fn all(reader: &mut Reader<'_>, node: &Node<'_>) -> Vec<PatternSpec> {
    let mut names = Vec::new();
    let tables = tables(reader, node);
    tables.iter().filter_map(|table| one(reader, table, &mut names)).collect()
}

fn one<'a>(
    reader: &mut Reader<'_>,
    table: &Table<'a>,
    names: &mut Vec<&'a str>,
) -> Option<PatternSpec> {
    reader.keys(table, &KEYS);
    let name = own_name(reader, table, names);
    let matches = table.get("match");
    if matches.is_none() {
        let hint = "write match = '(?i)\\berror\\b', a regular expression";
        reader.fail(table, format!("`{}` looks for nothing", table.path), hint);
    }
    let matches = matches.and_then(|node| search(reader, &node));
    let not = table.get("not").and_then(|node| search(reader, &node));
    let within = table.get("in").and_then(|node| reader.strings(&node, "")).unwrap_or_default();
    let words: Vec<_> = Severity::iter().map(|each| (each.name(), each)).collect();
    let level = table.get("level").and_then(|node| reader.choice(&node, &words));
    let alert = table.get("alert").and_then(|node| alert(reader, &node));
    let runbook = field::words(reader, table, "runbook");
    Some(PatternSpec {
        name: Clean::new(name?),
        matches: matches?,
        within: within.iter().map(|name| Clean::new(name.value)).collect(),
        not,
        level,
        alert,
        runbook,
    })
}

fn alert(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<PatternAlert> {
    let table = reader.table(node)?;
    reader.keys(&table, &ALERT);
    for key in ALERT.known.iter().filter(|key| key.needed && table.get(key.name).is_none()) {
        let hint = "write { over = 10, within = \"5m\", severity = \"warning\" }";
        reader.fail(node, format!("`{}` has no `{}`", node.path, key.name), hint);
    }
    let over = table.get("over").and_then(|node| reader.integer(&node, 0..MOST_LINES));
    let within = field::time(reader, &table, "within", PATIENCE);
    let severity = field::choice(reader, &table, "severity", &severity_choice());
    Some(PatternAlert {
        over: over?.value,
        within: within?,
        severity: severity.unwrap_or(AlertSeverity::Warning),
    })
}

/// A regular expression that lines can be looked through with.
fn search(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<String> {
    let text = reader.string(node)?;
    if !is_regex(reader, &text) {
        return None;
    }
    let Err(error) = Search::with_case(text.value, Case::Exact) else {
        return Some(text.value.to_owned());
    };
    reader.fail(&text, format!("`{}` finds nothing: {error}", text.path), "look for less");
    None
}

/// Whether a text is a regular expression; says so when it is none.
pub(super) fn is_regex(reader: &mut Reader<'_>, text: &At<&str>) -> bool {
    let compiled = RegexBuilder::new(text.value).size_limit(MAX_REGEX_BYTES).build();
    let Err(error) = compiled else { return true };
    // The last line says what is wrong; those before it draw what the snippet shows.
    let error = error.to_string();
    let words = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
    let hint = "in single quotes, as in '\\d+', a backslash stands for itself";
    reader.fail(text, format!("`{}` is no regular expression: {words}", text.path), hint);
    false
}
