//! Fields of a table that may be missing.

use std::{ops::RangeInclusive, time::Duration};

use crate::{
    config::reader::{At, Reader, Table},
    text::Clean,
};

/// A text that says something.
pub(super) fn text<'a>(
    reader: &mut Reader<'_>,
    table: &Table<'a>,
    key: &str,
) -> Option<At<&'a str>> {
    let text = reader.string(&table.get(key)?)?;
    if text.value.trim().is_empty() {
        reader.fail(&text, format!("`{}` is empty", text.path), "take it out, or fill it in");
        return None;
    }
    Some(text)
}

/// Words for people.
pub(super) fn words(reader: &mut Reader<'_>, table: &Table<'_>, key: &str) -> Option<Clean> {
    text(reader, table, key).map(|text| Clean::new(text.value))
}

/// Several texts; none when there is no such key.
pub(super) fn texts<'a>(reader: &mut Reader<'_>, table: &Table<'a>, key: &str) -> Vec<At<&'a str>> {
    table.get(key).and_then(|node| reader.strings(&node, "")).unwrap_or_default()
}

/// Whether something is so.
pub(super) fn flag(reader: &mut Reader<'_>, table: &Table<'_>, key: &str) -> Option<bool> {
    Some(reader.boolean(&table.get(key)?)?.value)
}

/// A time within a range.
pub(super) fn time(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    key: &str,
    within: RangeInclusive<Duration>,
) -> Option<Duration> {
    reader.duration(&table.get(key)?, *within.start(), *within.end())
}

/// A number of times, from 1 to 1000.
pub(super) fn times(reader: &mut Reader<'_>, table: &Table<'_>, key: &str) -> Option<u32> {
    Some(reader.integer(&table.get(key)?, 1..1001)?.value as u32)
}

/// One word of several.
pub(super) fn choice<T: Copy>(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    key: &str,
    words: &[(&str, T)],
) -> Option<T> {
    reader.choice(&table.get(key)?, words)
}

/// Refuses words of a later version before they are taken for slips of the hand.
pub(super) fn is_later(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    key: &str,
    later: &[&str],
) -> bool {
    let Some(node) = table.get(key) else { return false };
    let word = node.value.as_str().filter(|word| later.contains(word));
    if let Some(word) = word {
        let message =
            format!("`{}` \"{word}\" is not known to this version of midwatch", node.path);
        reader.fail(&node, message, "take it out until a version that has it");
    }
    word.is_some()
}
