//! Log text into cells, with the looks that it asks for.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::cells;
use crate::{
    text::{
        Styled,
        width::{slice_columns, width},
    },
    ui::theme::Theme,
};

/// Writes the columns of `text` from `from` on into `area`'s first row. Looks that the
/// text asks for lie over `base`. Gives the columns used.
pub fn put(
    buffer: &mut Buffer,
    area: Rect,
    text: &Styled,
    from: usize,
    base: Style,
    theme: &Theme,
) -> u16 {
    let mut rest = area;
    let mut skipped = from;
    for (piece, wanted) in text.pieces() {
        let columns = width(piece);
        if columns <= skipped && columns > 0 {
            skipped -= columns;
            continue;
        }
        let shown = slice_columns(piece, skipped, usize::from(rest.width));
        skipped = 0;
        let used = cells::put(buffer, rest, &shown, base.patch(theme.log_style(wanted)), "");
        rest = cells::skip(rest, used);
        if rest.is_empty() {
            break;
        }
    }
    area.width - rest.width
}
