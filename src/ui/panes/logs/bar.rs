//! The bar beside the lines: what part of all lines is shown, and where what is looked
//! for was found.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{
    axis::{Axis, Place},
    hunt::Hunt,
};
use crate::{
    model::InstanceKey,
    ui::{Cx, theme::Role, widgets::cells},
};

/// Draws the bar. `seen` are the first and the last line that stand in the pane.
pub(super) fn draw(
    area: Rect,
    buffer: &mut Buffer,
    cx: &Cx<'_>,
    axis: &Axis<'_>,
    seen: Option<(Place, Place)>,
    hunt: Option<&Hunt>,
    keys: &[InstanceKey],
) {
    let (all, Some((first, last))) = (axis.len(), seen) else { return };
    let behind = axis.newer_than(last);
    let shown = axis.newer_than(first).saturating_sub(behind) + 1;
    if area.is_empty() || shown >= all {
        return;
    }
    let rows = usize::from(area.height);
    let row_of = |line: usize| (line * rows / all).min(rows - 1);
    let (top, bottom) = (row_of(all - behind - shown), row_of(all - behind - 1));
    let found = hunt.map(|hunt| found_rows(hunt, axis, keys, rows)).unwrap_or_default();
    for row in 0..rows {
        let place = cells::row(area, row as u16);
        let (sign, role) = if found.get(row) == Some(&true) {
            (cx.glyphs.found, Role::Match)
        } else if (top..=bottom).contains(&row) {
            (cx.glyphs.thumb, Role::Scrollbar)
        } else {
            (cx.glyphs.track, Role::Scrollbar)
        };
        cells::put(buffer, place, sign, cx.theme.style(role), "");
    }
}

/// For each row of the bar, whether something was found among the lines it stands for.
fn found_rows(hunt: &Hunt, axis: &Axis<'_>, keys: &[InstanceKey], rows: usize) -> Vec<bool> {
    let mut found = vec![false; rows];
    let all = axis.len();
    for (log, key) in keys.iter().enumerate() {
        let Some(numbers) = hunt.numbers(key) else { continue };
        // A row stands for many lines: of many finds some are enough to mark all rows.
        let step = (numbers.len() / (rows * 8)).max(1);
        for number in numbers.iter().step_by(step) {
            let Some(place) = axis.place_of(log, *number) else { continue };
            let line = all - axis.newer_than(place) - 1;
            found[(line * rows / all).min(rows - 1)] = true;
        }
    }
    found
}
