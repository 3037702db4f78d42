//! The layer of the user's file.

use strum::IntoEnumIterator as _;
use toml::de::DeValue;

use super::{Ascii, Origin, Settings, Valued, name_problem};
use crate::{
    config::{
        filters,
        reader::{At, Node, Reader, Table},
        source::{ConfigErrors, Source},
    },
    model::{SavedIn, TimeStyle},
    text::units,
};

const KNOWN: &[&str] = &[
    "theme",
    "keymap",
    "ascii",
    "mouse",
    "time",
    "log_bytes",
    "log_bytes_total",
    "thresholds",
    "filters",
];

/// One line of output may be 16 KiB; less than a few of them keep nothing.
const LEAST_BYTES: u64 = 64 << 10;
const MOST_BYTES: u64 = 16 << 30;

pub(super) fn overlay(mut settings: Settings, source: &Source) -> Result<Settings, ConfigErrors> {
    let root = source.parse()?;
    let root = Table::root(root.get_ref());
    let mut reader = Reader::new(source);
    reader.only(&root, KNOWN, &[]);
    for (key, node) in root.entries() {
        let origin =
            || Origin::File { file: source.file.clone(), line: source.line_of(key.span.start) };
        match key.value {
            "theme" => set(&mut settings.theme, name(&mut reader, &node), origin),
            "keymap" => set(&mut settings.keymap, name(&mut reader, &node), origin),
            "ascii" => set(&mut settings.ascii, ascii(&mut reader, &node), origin),
            "mouse" => {
                let mouse = reader.boolean(&node).map(|mouse| mouse.value);
                set(&mut settings.mouse, mouse, origin);
            }
            "time" => {
                let words: Vec<_> = TimeStyle::iter().map(|each| (each.word(), each)).collect();
                set(&mut settings.time, reader.choice(&node, &words), origin);
            }
            "log_bytes" => set(&mut settings.log_bytes, bytes(&mut reader, &node), origin),
            "log_bytes_total" => {
                set(&mut settings.log_bytes_total, bytes(&mut reader, &node), origin);
            }
            "thresholds" => {
                if let Some(table) = reader.table(&node) {
                    settings.thresholds.overlay(&mut reader, &table);
                }
            }
            "filters" => {
                let table = reader.table(&node);
                let all = table.map(|table| filters::all(&mut reader, &table, SavedIn::Settings));
                let valued = |filter: At<_>| {
                    let line = source.line_of(filter.span.start);
                    Valued::new(filter.value, Origin::File { file: source.file.clone(), line })
                };
                settings.filters = all.into_iter().flatten().map(valued).collect();
            }
            _ => {}
        }
    }
    reader.finish(Some(settings))
}

fn set<T>(field: &mut Valued<T>, value: Option<T>, origin: impl Fn() -> Origin) {
    if let Some(value) = value {
        *field = Valued::new(value, origin());
    }
}

pub(super) fn name(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<String> {
    let name = reader.string(node)?;
    if let Some(hint) = name_problem(name.value) {
        reader.fail(&name, format!("`{}` cannot be {:?}", name.path, name.value), hint);
        return None;
    }
    Some(name.value.into())
}

pub(super) fn ascii(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Ascii> {
    match node.value {
        DeValue::Boolean(true) => Some(Ascii::Yes),
        DeValue::Boolean(false) => Some(Ascii::No),
        DeValue::String(text) if text == "auto" => Some(Ascii::Auto),
        _ => {
            let message = format!("`{}` must be true, false or \"auto\"", node.path);
            reader.fail(node, message, "\"auto\" asks the locale");
            None
        }
    }
}

fn bytes(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<u64> {
    if let DeValue::Integer(value) = node.value {
        let message = format!("`{}` is a whole number; it must be a size in quotes", node.path);
        reader.fail(node, message, format!("write \"{value}B\" or \"16MiB\""));
        return None;
    }
    let text: At<&str> = reader.string(node)?;
    match units::bytes(text.value) {
        Ok(bytes) if (LEAST_BYTES..=MOST_BYTES).contains(&bytes) => Some(bytes),
        Ok(_) => {
            let message = format!("`{}` cannot be \"{}\"", text.path, text.value);
            reader.fail(&text, message, "it goes from \"64KiB\" to \"16GiB\"");
            None
        }
        Err(hint) => {
            reader.fail(&text, format!("\"{}\" is not a size", text.value), hint);
            None
        }
    }
}
