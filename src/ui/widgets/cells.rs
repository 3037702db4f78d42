//! Text into cells: one row, one style, never past its room.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::text::width::{truncate, width};

/// Writes `text` at the left of `area`'s first row, cut with an ellipsis where it is too
/// long. Gives the columns used.
pub fn put(buffer: &mut Buffer, area: Rect, text: &str, style: Style, ellipsis: &str) -> u16 {
    if area.is_empty() {
        return 0;
    }
    let text = truncate(text, usize::from(area.width), ellipsis);
    buffer.set_stringn(area.x, area.y, &text, usize::from(area.width), style);
    width(&text) as u16
}

/// Writes `text` at the right of `area`'s first row.
pub fn put_right(buffer: &mut Buffer, area: Rect, text: &str, style: Style, ellipsis: &str) {
    let text = truncate(text, usize::from(area.width), ellipsis);
    let used = width(&text) as u16;
    let start = Rect { x: area.right() - used, width: used, ..area };
    put(buffer, start, &text, style, ellipsis);
}

/// Writes pieces one after the other until the row is full. Gives the columns used.
pub fn put_pieces<'a>(
    buffer: &mut Buffer,
    area: Rect,
    pieces: impl IntoIterator<Item = (&'a str, Style)>,
    ellipsis: &str,
) -> u16 {
    let mut rest = area;
    for (text, style) in pieces {
        let used = put(buffer, rest, text, style, ellipsis);
        rest = skip(rest, used);
    }
    area.width - rest.width
}

/// What is left of a row after its first `columns`.
#[must_use]
pub fn skip(area: Rect, columns: u16) -> Rect {
    let columns = columns.min(area.width);
    Rect { x: area.x + columns, width: area.width - columns, ..area }
}

/// What is left of an area below its first `rows`.
#[must_use]
pub fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect { y: area.y + rows, height: area.height - rows, ..area }
}

/// The row of `area` with this number from the top; empty when there is none.
#[must_use]
pub fn row(area: Rect, number: u16) -> Rect {
    if number >= area.height {
        return Rect { height: 0, width: 0, ..area };
    }
    Rect { y: area.y + number, height: 1, ..area }
}

/// Makes `area` ready to be drawn over: a wide character that reaches into it from the
/// left is taken away whole, because its other half would hide what is drawn here.
pub fn cover(buffer: &mut Buffer, area: Rect) {
    let Some(left) = area.x.checked_sub(1) else { return };
    for y in area.top()..area.bottom() {
        if let Some(cell) = buffer.cell_mut((left, y)).filter(|cell| width(cell.symbol()) > 1) {
            cell.set_symbol(" ");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_over_half_of_a_wide_character_takes_the_other_half_away() {
        let mut buffer = Buffer::with_lines(["a界b", "a界b"]);
        cover(&mut buffer, Rect::new(2, 0, 2, 1));
        put(&mut buffer, Rect::new(2, 0, 2, 1), "xy", Style::new(), "");
        assert_eq!(buffer, Buffer::with_lines(["a xy", "a界b"]));
    }
}
