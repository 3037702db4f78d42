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

/// How many finds are looked up for the bar when there are several logs: each is looked
/// up in all of them.
const MOST_LOOKUPS: usize = 256;

/// For each row of the bar, whether something was found among the lines it stands for.
/// Of one log that is exact; of very many finds in several logs, some are looked up.
fn found_rows(hunt: &Hunt, axis: &Axis<'_>, keys: &[InstanceKey], rows: usize) -> Vec<bool> {
    let mut found = vec![false; rows];
    let all = axis.len();
    let in_logs = keys.iter().enumerate().filter_map(|(log, key)| Some((log, hunt.numbers(key)?)));
    let total: usize = in_logs.clone().map(|(_, numbers)| numbers.len()).sum();
    let step = if keys.len() == 1 { 1 } else { total.div_ceil(MOST_LOOKUPS).max(1) };
    for (log, numbers) in in_logs {
        let mut next = 0;
        while let Some(number) = numbers.get(next) {
            next += step;
            let Some(place) = axis.place_of(log, *number) else { continue };
            let row = ((all - axis.newer_than(place) - 1) * rows / all).min(rows - 1);
            found[row] = true;
            if keys.len() == 1 {
                // What else is found in this row says nothing new.
                let behind = ((row + 1) * all).div_ceil(rows);
                let first = axis.number_at(log, behind).unwrap_or(u64::MAX);
                next = numbers.partition_point(|other| *other < first).max(next);
            }
        }
    }
    found
}
