//! Columns: how many a text takes, and cutting by them.
//!
//! Counted by grapheme and exactly as ratatui draws, so that a table whose cells
//! were measured here stays straight on the screen.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// How many columns `text` takes.
#[must_use]
pub fn width(text: &str) -> usize {
    if is_plain(text) { text.len() } else { text.graphemes(true).map(columns).sum() }
}

/// Cuts `text` to at most `limit` columns, `ellipsis` included when it was cut.
///
/// The ellipsis is left out where it would not fit itself.
#[must_use]
pub fn truncate<'a>(text: &'a str, limit: usize, ellipsis: &str) -> Cow<'a, str> {
    if text.len() <= limit && is_plain(text) {
        return Cow::Borrowed(text);
    }
    let room = limit.checked_sub(width(ellipsis));
    let (mut used, mut keep) = (0, 0);
    for (at, grapheme) in text.grapheme_indices(true) {
        used += columns(grapheme);
        if used > limit {
            let kept = &text[..keep];
            return match room {
                Some(_) => Cow::Owned(format!("{kept}{ellipsis}")),
                None => Cow::Borrowed(""),
            };
        }
        if room.is_some_and(|room| used <= room) {
            keep = at + grapheme.len();
        }
    }
    Cow::Borrowed(text)
}

/// Adds spaces behind `text` up to `columns`; longer text stays as it is.
#[must_use]
pub fn pad(text: &str, columns: usize) -> Cow<'_, str> {
    match columns.saturating_sub(width(text)) {
        0 => Cow::Borrowed(text),
        missing => Cow::Owned(format!("{text}{:missing$}", "")),
    }
}

/// Adds spaces before `text` up to `columns`, for numbers.
#[must_use]
pub fn pad_start(text: &str, columns: usize) -> Cow<'_, str> {
    match columns.saturating_sub(width(text)) {
        0 => Cow::Borrowed(text),
        missing => Cow::Owned(format!("{:missing$}{text}", "")),
    }
}

/// Cuts or fills `text` to exactly `columns`.
#[must_use]
pub fn fit<'a>(text: &'a str, columns: usize, ellipsis: &str) -> Cow<'a, str> {
    match truncate(text, columns, ellipsis) {
        Cow::Borrowed(text) => pad(text, columns),
        Cow::Owned(text) => Cow::Owned(pad(&text, columns).into_owned()),
    }
}

/// Gives the part of `text` in `count` columns from column `from`.
///
/// What is cut in the middle becomes spaces, so that the columns after it stay
/// where they are.
#[must_use]
pub fn slice_columns(text: &str, from: usize, count: usize) -> Cow<'_, str> {
    if is_plain(text) {
        let (start, end) = (from.min(text.len()), from.saturating_add(count).min(text.len()));
        return Cow::Borrowed(&text[start..end]);
    }
    let end = from.saturating_add(count);
    let mut out = String::new();
    let mut column = 0;
    for grapheme in text.graphemes(true) {
        if column >= end {
            break;
        }
        let (start, after) = (column, column + columns(grapheme));
        column = after;
        if start >= from && after <= end {
            out.push_str(grapheme);
        } else {
            let visible = after.min(end).saturating_sub(start.max(from));
            out.extend(std::iter::repeat_n(' ', visible));
        }
    }
    Cow::Owned(out)
}

/// The columns of one grapheme: none for a control character, which is not drawn.
fn columns(grapheme: &str) -> usize {
    if grapheme.contains(char::is_control) {
        return 0;
    }
    // Terminals give the half-width sound marks a column of their own.
    let marks = grapheme.chars().filter(|c| matches!(c, '\u{ff9e}' | '\u{ff9f}')).count();
    if grapheme.len() == 1 { 1 } else { grapheme.width() + marks }
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::{buffer::Buffer, layout::Rect, style::Style};

    use super::*;
    use crate::text::{Clean, clean::tests::hostile};

    /// Where ratatui stands after drawing `text` on a line that is long enough.
    fn drawn(text: &str) -> usize {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4000, 1));
        usize::from(buffer.set_stringn(0, 0, text, usize::MAX, Style::new()).0)
    }

    #[test]
    fn wide_and_combining_characters_take_the_columns_that_are_drawn() {
        for (text, columns) in [
            ("api", 3),
            ("日本", 4),
            ("e\u{301}", 1),
            ("👍", 2),
            ("🇩🇪", 2),
            ("ｶ゛", 3),
            ("●▲✗…", 4),
            ("", 0),
        ] {
            assert_eq!(width(text), columns, "{text}");
            assert_eq!(drawn(text), columns, "{text}");
        }
    }

    #[test]
    fn text_is_cut_between_characters_and_says_so() {
        for (text, limit, cut) in [
            ("gateway", 7, "gateway"),
            ("gateway", 6, "gatew…"),
            ("日本語", 6, "日本語"),
            ("日本語", 5, "日本…"),
            ("日本語", 4, "日…"),
            ("日本語", 1, "…"),
            ("日本語", 0, ""),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
            ("", 0, ""),
        ] {
            assert_eq!(truncate(text, limit, "…"), cut, "{text} {limit}");
        }
        assert_eq!(truncate("gateway", 2, "..."), "");
    }

    #[test]
    fn text_is_filled_on_either_side() {
        assert_eq!(pad("日", 4), "日  ");
        assert_eq!(pad_start("41%", 5), "  41%");
        assert_eq!(pad("gateway", 3), "gateway");
        assert_eq!(fit("日本語", 4, "…"), "日… ");
        assert_eq!(fit("api", 5, "…"), "api  ");
    }

    #[test]
    fn a_wide_character_cut_in_half_becomes_a_space() {
        assert_eq!(slice_columns("日本語", 1, 4), " 本 ");
        assert_eq!(slice_columns("a日b", 1, 2), "日");
        assert_eq!(slice_columns("gateway", 2, 3), "tew");
        assert_eq!(slice_columns("gateway", 9, 3), "");
        assert_eq!(slice_columns("ä", 0, usize::MAX), "ä");
    }

    proptest! {
        #[test]
        fn the_width_is_what_is_drawn(raw in hostile()) {
            let text = Clean::new(&raw);
            prop_assert_eq!(width(text.as_str()), drawn(text.as_str()));
        }

        #[test]
        fn cutting_and_filling_gives_exact_columns(raw in hostile(), columns in 0usize..30) {
            let text = Clean::new(&raw);
            prop_assert_eq!(width(&fit(text.as_str(), columns, "…")), columns);
        }

        #[test]
        fn a_slice_takes_its_columns(raw in hostile(), from in 0usize..20, count in 0usize..20) {
            let text = Clean::new(&raw);
            let slice = slice_columns(text.as_str(), from, count);
            let rest = width(text.as_str()).saturating_sub(from);
            prop_assert_eq!(width(&slice), rest.min(count));
        }
    }
}
