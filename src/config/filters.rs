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
    // The place within the text is one of the file only where the file says it word for
    // word: an escape or a long quote moves what is behind it.
    let begin = text.span.start + 1;
    let is_verbatim = reader.source.text.get(begin..).is_some_and(|it| it.starts_with(text.value));
    let span = if is_verbatim && !error.at.is_empty() {
        begin + error.at.start..begin + error.at.end
    } else {
        text.span.clone()
    };
    let at = At { value: (), span, path: text.path.clone() };
    reader.fail(&at, format!("`{}` is not a filter: {error}", text.path), "");
    false
}
