//! Names: what can be one, and that each is given once.

use crate::config::reader::{At, Node, Reader, Table};

/// A name longer than this fits no label, file or column.
const MAX_NAME: usize = 63;

/// Whether a text can be a file, a label and a word on a command line at once.
#[must_use]
pub fn is_name(text: &str) -> bool {
    text.len() <= MAX_NAME
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

/// Refuses names that could not be a file, a label and a word on a command line at once.
pub(in crate::config) fn check_name<T>(reader: &mut Reader<'_>, at: &At<T>, name: &str) -> bool {
    let fits = is_name(name);
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

/// The tables of `[key.<name>]`, whose names can be names.
pub(super) fn named<'a>(reader: &mut Reader<'_>, node: &Node<'a>) -> Vec<(At<&'a str>, Table<'a>)> {
    let Some(table) = reader.table(node) else { return Vec::new() };
    let mut named = Vec::new();
    for (key, node) in table.entries() {
        let fits = check_name(reader, &key, key.value);
        let Some(table) = reader.table(&node) else { continue };
        if fits {
            named.push((key, table));
        }
    }
    named
}

/// The `name` of one of several tables, which no other has.
pub(super) fn own_name<'a>(
    reader: &mut Reader<'_>,
    table: &Table<'a>,
    others: &mut Vec<&'a str>,
) -> Option<&'a str> {
    own(reader, table, "name", "name = \"access\"", others)
}

/// The `id` of one of several tables, which no other has.
pub(super) fn own_id<'a>(
    reader: &mut Reader<'_>,
    table: &Table<'a>,
    others: &mut Vec<&'a str>,
) -> Option<&'a str> {
    own(reader, table, "id", "id = \"devops\"", others)
}

fn own<'a>(
    reader: &mut Reader<'_>,
    table: &Table<'a>,
    key: &str,
    example: &str,
    others: &mut Vec<&'a str>,
) -> Option<&'a str> {
    let Some(node) = table.get(key) else {
        let hint = format!("write {example}");
        reader.fail(table, format!("`{}` has no {key}", table.path), hint);
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
