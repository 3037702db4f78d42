//! Where a secret is: `{ env = "X" }` and the like, and hardly ever the secret itself.

use std::path::Path;

use super::{Cx, field};
use crate::{
    config::{
        keys::{Holds, Keys, key},
        reader::{Node, Reader, Table},
    },
    model::{Environment, SecretRef},
    text::redact::Secret,
};

pub(in crate::config) const KEYS: Keys = Keys {
    known: &[
        key("env", Holds::Text, "The environment variable that holds it"),
        key("file", Holds::Text, "The file that holds it"),
        key("dotenv", Holds::Text, "Its key in one of runtime.env_files"),
        key("cmd", Holds::Texts, "The program, with its arguments, that prints it"),
    ],
    later: &["keyring", "prompt"],
};

/// Said of a secret that stands where everybody can read it.
pub(super) const ELSEWHERE: &str = "write { env = \"NAME\" }, { file = \"/run/secrets/name\" }, \
                                    { dotenv = \"NAME\" } or { cmd = [\"pass\", \"name\"] }";

pub(super) fn read(reader: &mut Reader<'_>, node: &Node<'_>, cx: &Cx<'_>) -> Option<SecretRef> {
    if node.value.is_table() {
        let table = reader.table(node)?;
        return of_table(reader, &table, cx);
    }
    let text = reader.string(node)?;
    if cx.environment == Environment::Production {
        let message = format!("`{}` holds a secret of a production stack", text.path);
        reader.fail(&text, message, ELSEWHERE);
        return None;
    }
    Some(SecretRef::Inline(Secret::new(text.value)))
}

fn of_table(reader: &mut Reader<'_>, table: &Table<'_>, cx: &Cx<'_>) -> Option<SecretRef> {
    reader.keys(table, &KEYS);
    let known: Vec<_> = KEYS.known.iter().filter_map(|key| table.key(key.name)).collect();
    let later = KEYS.later.iter().any(|key| table.get(key).is_some());
    match &known[..] {
        [_] => {}
        // A key that is unknown was told of.
        [] if later || !table.value.is_empty() => return None,
        [] => {
            reader.fail(table, format!("`{}` does not say where it is", table.path), ELSEWHERE);
            return None;
        }
        [_, second, ..] => {
            let message = format!("`{}` is said to be in two places", table.path);
            reader.fail(second, message, "keep one of them");
            return None;
        }
    }
    if let Some(command) = table.get("cmd") {
        return command_of(reader, &command).map(SecretRef::Command);
    }
    if let Some(name) = field::text(reader, table, "env") {
        return Some(SecretRef::Env(name.value.into()));
    }
    if let Some(file) = field::text(reader, table, "file") {
        return Some(SecretRef::File(cx.folder.join(Path::new(file.value))));
    }
    let name = field::text(reader, table, "dotenv")?;
    if !cx.has_env_files {
        let hint = "write env_files = [\".env\"] under [runtime]";
        reader.fail(&name, "there are no environment files to look into", hint);
    }
    Some(SecretRef::Dotenv(name.value.into()))
}

fn command_of(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Vec<String>> {
    let hint = "write [\"program\", \"argument\"]: no shell reads it";
    let words = reader.strings(node, hint)?;
    if words.first().is_none_or(|program| program.value.trim().is_empty()) {
        reader.fail(node, format!("`{}` names no program", node.path), hint);
        return None;
    }
    Some(words.iter().map(|word| word.value.to_owned()).collect())
}
