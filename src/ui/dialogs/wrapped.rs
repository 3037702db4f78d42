//! [`Fact`]: a name and its value, wrapped so that all of both can be read.

use std::borrow::Cow;

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    text::wrap::wrap,
    ui::{Cx, theme::Role, widgets::cells},
};

/// How many rows one value may take; what is longer is cut, and marked as cut.
const MOST_ROWS: usize = 200;

/// No value is wrapped into fewer columns: there it is no text any more.
const NARROWEST: usize = 8;

/// A name and its value.
#[derive(Clone, Debug)]
pub(in crate::ui) struct Fact<'a> {
    name: (Role, Cow<'a, str>),
    value: (Role, Cow<'a, str>),
    lead: usize,
    indent: usize,
}

impl<'a> Fact<'a> {
    /// A named value. No name: it goes on with what stands above it.
    pub(in crate::ui) fn new(
        name: impl Into<Cow<'a, str>>,
        role: Role,
        value: impl Into<Cow<'a, str>>,
    ) -> Self {
        let (name, value) = ((Role::Muted, name.into()), (role, value.into()));
        Self { name, value, lead: 0, indent: 0 }
    }

    /// A line over the facts that follow.
    pub(in crate::ui) fn heading(words: impl Into<Cow<'a, str>>) -> Self {
        let nothing = (Role::Text, Cow::Borrowed(""));
        Self { name: (Role::Title, words.into()), value: nothing, lead: 0, indent: 0 }
    }

    /// The same, its name moved to the right by so many columns.
    #[must_use]
    pub(in crate::ui) fn lead(self, lead: usize) -> Self {
        Self { lead, ..self }
    }

    /// The same, its value moved to the right by so many columns.
    #[must_use]
    pub(in crate::ui) fn indent(self, indent: usize) -> Self {
        Self { indent, ..self }
    }
}

/// One row of a fact.
#[derive(Clone, Copy, Debug)]
pub(in crate::ui) struct Row<'f> {
    name: (Role, &'f str),
    value: (Role, &'f str),
    lead: usize,
    values: usize,
}

/// Divides facts into rows of `width` columns, with the values from column `values` on.
#[must_use]
pub(in crate::ui) fn rows<'f>(facts: &'f [Fact<'_>], values: usize, width: usize) -> Vec<Row<'f>> {
    facts.iter().flat_map(|fact| rows_of(fact, values, width)).collect()
}

fn rows_of<'f>(fact: &'f Fact<'_>, values: usize, width: usize) -> Vec<Row<'f>> {
    let values = values + fact.indent;
    let name_ends = if fact.value.1.is_empty() { width } else { values.saturating_sub(1) };
    let names = pieces(&fact.name.1, name_ends.saturating_sub(fact.lead));
    let texts = pieces(&fact.value.1, width.saturating_sub(values));
    let piece = |pieces: &[&'f str], row: usize| pieces.get(row).copied().unwrap_or_default();
    let row = |row: usize| Row {
        name: (fact.name.0, piece(&names, row)),
        value: (fact.value.0, piece(&texts, row)),
        lead: fact.lead,
        values,
    };
    (0..names.len().max(texts.len())).map(row).collect()
}

fn pieces(text: &str, columns: usize) -> Vec<&str> {
    let mut pieces = wrap(text, columns.max(NARROWEST));
    if pieces.len() > MOST_ROWS {
        pieces.truncate(MOST_ROWS);
        pieces.push(CUT);
    }
    pieces
}

/// Stands for what was cut.
const CUT: &str = "(cut here)";

/// Draws the rows from `first` on.
pub(in crate::ui) fn draw(
    rows: &[Row<'_>],
    first: usize,
    area: Rect,
    buffer: &mut Buffer,
    cx: &Cx<'_>,
) {
    let ellipsis = cx.glyphs.ellipsis;
    for (line, row) in rows.iter().skip(first).take(area.height.into()).enumerate() {
        let place = cells::row(area, line as u16);
        let (role, name) = row.name;
        let style = cx.theme.style(role);
        cells::put(buffer, cells::skip(place, row.lead as u16), name, style, ellipsis);
        let (role, value) = row.value;
        let style = cx.theme.style(role);
        cells::put(buffer, cells::skip(place, row.values as u16), value, style, ellipsis);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_goes_on_below_itself_and_so_does_its_name() {
        let facts = [
            Fact::heading("Labels of the container"),
            Fact::new("com.docker.compose", Role::Text, "one two three four").lead(2),
            Fact::new("", Role::Bad, "deep down below").indent(2),
        ];
        let rows = rows(&facts, 12, 22);
        let shown: Vec<_> = rows.iter().map(|row| (row.name.1, row.value.1)).collect();
        let want = [
            ("Labels of the", ""),
            ("container", ""),
            ("com.docke", "one two"),
            ("r.compose", "three four"),
            ("", "deep"),
            ("", "down"),
            ("", "below"),
        ];
        assert_eq!(shown, want);
    }

    #[test]
    fn a_value_without_end_ends() {
        let facts = [Fact::new("name", Role::Text, "x".repeat(100_000))];
        assert_eq!(rows(&facts, 10, 60).len(), MOST_ROWS + 1);
    }
}
