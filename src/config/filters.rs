//! `[filters]` of a stack file and of the settings: filters of logs that have a name.

use jiff::Zoned;

use crate::{
    config::{
        reader::{At, Reader, Table},
        stack_file::check_name,
    },
    logs::Filter,
    model::{SavedFilter, SavedIn},
    text::Clean,
};

/// The filters of a table of a file of this kind, each with the place of its name.
pub(super) fn all(
    reader: &mut Reader<'_>,
    filters: &Table<'_>,
    saved_in: SavedIn,
) -> Vec<At<SavedFilter>> {
    let now = Zoned::now();
    let mut all = Vec::new();
    for (key, node) in filters.entries() {
        let named = check_name(reader, &key, key.value);
        let Some(expression) = reader.string(&node) else { continue };
        if named && is_filter(reader, &expression, &now) {
            let (name, expression) = (Clean::new(key.value), Clean::new(expression.value));
            all.push(key.with(SavedFilter { name, expression, saved_in }));
        }
    }
    all
}

fn is_filter(reader: &mut Reader<'_>, text: &At<&str>, now: &Zoned) -> bool {
    let Err(error) = Filter::parse(text.value, now) else { return true };
    let at = reader.part(text, error.at.clone());
    reader.fail(&at, format!("`{}` is not a filter: {error}", text.path), "");
    false
}
