//! One row of the list of alerts.

use ratatui::{buffer::Buffer, layout::Rect};

use super::Entry;
use crate::{
    model::{Level, Phase},
    text::{
        format,
        width::{fit, width},
    },
    ui::{Cx, theme::Role, widgets::cells},
};

/// The columns for where an alert is and since when, such as `resolving 12m`.
const STATE: usize = 14;

/// The columns of its history, and from which width on there is room for it.
const SPARKLINE: usize = 12;
const WITH_SPARKLINE: u16 = 70;

/// The columns for the titles: the widest, or a third of a row.
pub(super) fn title_width(entries: &[Entry<'_>], room: u16) -> usize {
    let widest = entries.iter().map(|entry| width(entry.title())).max().unwrap_or(0);
    widest.min(usize::from(room) / 3)
}

pub(super) fn draw(
    entry: &Entry<'_>,
    titles: usize,
    row: Rect,
    selected: bool,
    buffer: &mut Buffer,
    cx: &Cx<'_>,
) {
    let level = entry.level();
    let quiet = entry.quiet_words();
    let role = match level {
        Level::Ok => Role::Muted,
        // What somebody looks after stands back.
        _ if quiet.is_some() => Role::Muted,
        level => Role::of(level),
    };
    let text = if role == Role::Muted { Role::Muted } else { Role::Text };
    let on_row = |role: Role| cx.on_row(role, selected);
    if selected {
        let ground = if cx.focused { Role::Selection } else { Role::SelectionIdle };
        buffer.set_style(row, cx.theme.style(ground));
    }
    let sparkline = sparkline(entry, cx).filter(|_| row.width >= WITH_SPARKLINE);
    let words = entry.words();
    // That there is no data stands before it already.
    let words = words.strip_prefix("no data: ").unwrap_or(&words);
    let words = quiet.map_or_else(|| words.to_owned(), |quiet| format!("({quiet}) {words}"));
    let title = fit(entry.title(), titles, cx.glyphs.ellipsis);
    let state = fit(&state_words(entry, cx), STATE, cx.glyphs.ellipsis).into_owned();
    let kept = if sparkline.is_some() { SPARKLINE as u16 + 1 } else { 0 };
    let left = Rect { width: row.width.saturating_sub(kept), ..row };
    let pieces = [
        (cx.glyphs.level(level), on_row(role)),
        (" ", on_row(Role::Text)),
        (&*title, on_row(text)),
        (" ", on_row(Role::Text)),
        (&*state, on_row(role)),
        (" ", on_row(Role::Text)),
        (&*words, on_row(text)),
    ];
    cells::put_pieces(buffer, left, pieces, cx.glyphs.ellipsis);
    if let Some(sparkline) = sparkline {
        cells::put_right(buffer, row, &sparkline, on_row(Role::Muted), "");
    }
}

/// Where it is and since when, such as `firing 12m`.
fn state_words(entry: &Entry<'_>, cx: &Cx<'_>) -> String {
    let phase = entry.phase();
    if phase == Phase::Ok {
        return phase.word().into();
    }
    match entry.since() {
        Some(since) => {
            let age = format::age(cx.now.duration_since(since).unsigned_abs());
            format!("{} {age}", phase.word())
        }
        None => phase.word().into(),
    }
}

/// The last values of an alert that is about a number.
pub(super) fn sparkline(entry: &Entry<'_>, cx: &Cx<'_>) -> Option<String> {
    drawn(entry, SPARKLINE, cx)
}

/// The last values in so many columns, from the lowest to the highest of them.
pub(super) fn drawn(entry: &Entry<'_>, columns: usize, cx: &Cx<'_>) -> Option<String> {
    let Entry::Own(view) = entry else { return None };
    let values: Vec<f64> = view.values().map(|(_, value)| value).collect();
    let values = &values[values.len().saturating_sub(columns)..];
    if values.len() < 2 {
        return None;
    }
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let steps = (cx.glyphs.levels.len() - 1) as f64;
    let sign = |value: &f64| {
        let share = if most > least { (value - least) / (most - least) } else { 0.0 };
        cx.glyphs.levels[(share * steps).round() as usize]
    };
    Some(values.iter().map(sign).collect())
}
