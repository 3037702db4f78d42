//! Wrapping: a text in rows of so many columns.

use unicode_segmentation::UnicodeSegmentation as _;

use super::width::width;

/// Divides `text` into rows of at most `columns`, between words where that is possible.
///
/// The space at which a row ends is left out; nothing else is. A character that is wider
/// than a row has one for itself. An empty text is one empty row.
#[must_use]
pub fn wrap(text: &str, columns: usize) -> Vec<&str> {
    let mut rows = Vec::new();
    let mut start = 0;
    let mut used = 0;
    let mut space = None;
    for (at, grapheme) in text.grapheme_indices(true) {
        let needed = width(grapheme);
        let is_space = grapheme == " ";
        if used + needed > columns && at > start {
            let end = if is_space { at } else { space.unwrap_or(at) };
            rows.push(&text[start..end]);
            let skipped = usize::from(is_space || space.is_some());
            start = end + skipped;
            space = None;
            if is_space {
                used = 0;
                continue;
            }
            used = width(&text[start..at]);
        }
        // Spaces before the first word belong to it.
        if is_space && !text[start..at].trim_start().is_empty() {
            space = Some(at);
        }
        used += needed;
    }
    rows.push(&text[start..]);
    rows
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::{Clean, clean::tests::hostile};

    #[test]
    fn rows_end_between_words_or_else_where_they_must() {
        for (text, columns, rows) in [
            ("", 4, &[""][..]),
            ("redis: i/o timeout", 10, &["redis: i/o", "timeout"]),
            ("redis: i/o timeout", 9, &["redis:", "i/o", "timeout"]),
            ("sha256:4f06b3c1d2e3", 8, &["sha256:4", "f06b3c1d", "2e3"]),
            ("a sha256:4f06", 6, &["a", "sha256", ":4f06"]),
            ("  at main()", 8, &["  at", "main()"]),
            ("数据库 slow", 5, &["数据", "库", "slow"]),
            ("数据", 1, &["数", "据"]),
        ] {
            assert_eq!(wrap(text, columns), rows, "{text:?} in {columns}");
        }
    }

    proptest! {
        #[test]
        fn every_row_fits_and_nothing_but_spaces_is_lost(raw in hostile(), columns in 2_usize..30) {
            let text = Clean::new(&raw);
            let rows = wrap(text.as_str(), columns);
            for row in &rows {
                let alone = row.graphemes(true).count() == 1;
                prop_assert!(width(row) <= columns || alone, "{row:?}");
            }
            let dense = |text: &str| text.replace(' ', "");
            prop_assert_eq!(dense(&rows.concat()), dense(text.as_str()));
        }
    }
}
