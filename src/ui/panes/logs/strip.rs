//! The strip over the lines: how many there were when, and how bad they were.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
};

use super::axis::{Axis, Place};
use crate::{
    model::TimeStyle,
    store::logs::Tally,
    text::format,
    ui::{Cx, theme::Role, widgets::cells},
};

/// The rows that it takes: bars, and the time below.
pub(super) const ROWS: u16 = 2;

/// A pane lower than this has no room for it.
pub(super) const LOWEST: u16 = 12;

/// Draws the strip for all lines of an axis. `seen` are the first and last line that
/// stand in the pane.
pub(super) fn draw(
    area: Rect,
    buffer: &mut Buffer,
    cx: &Cx<'_>,
    axis: &Axis<'_>,
    seen: Option<(Place, Place)>,
) {
    let Some(span) = Span::of(axis, area.width) else { return };
    let bars = span.bars(axis);
    let most = bars.iter().map(|bar| bar.lines).max().unwrap_or(0).max(1);
    let row = cells::row(area, 0);
    for (column, bar) in bars.iter().enumerate().filter(|(_, bar)| bar.lines > 0) {
        let levels = cx.glyphs.levels.len() as u32;
        let level = (bar.lines * levels).div_ceil(most).clamp(1, levels) - 1;
        let role = match bar {
            Tally { errors: 1.., .. } => Role::LogError,
            Tally { warnings: 1.., .. } => Role::LogWarn,
            _ => Role::LogDebug,
        };
        let place = cells::skip(row, column as u16);
        cells::put(
            buffer,
            Rect { width: 1, ..place },
            cx.glyphs.levels[level as usize],
            cx.theme.style(role),
            "",
        );
    }
    draw_scale(cells::row(area, 1), buffer, cx, &span, &bars);
    if let Some((first, last)) = seen {
        let (from, to) = (span.column(first.at), span.column(last.at));
        for column in from..=to {
            let place = Rect { width: 1, ..cells::skip(row, column) };
            buffer.set_style(place, Style::new().add_modifier(Modifier::UNDERLINED));
        }
    }
}

/// Says when the strip begins and ends, and what it counts.
fn draw_scale(area: Rect, buffer: &mut Buffer, cx: &Cx<'_>, span: &Span, bars: &[Tally]) {
    let (zone, suffix) = match cx.time {
        TimeStyle::Utc => (TimeZone::UTC, " UTC"),
        _ => (cx.zone.clone(), ""),
    };
    let date = |at: Timestamp| at.to_zoned(zone.clone()).date();
    let is_today = date(span.from) == date(cx.now) && date(span.to) == date(cx.now);
    let form = if is_today { "%H:%M:%S" } else { "%b %d %H:%M:%S" };
    let clock = |at: Timestamp| at.to_zoned(zone.clone()).strftime(form).to_string();
    let muted = cx.theme.style(Role::Muted);
    let from = format!("{}{suffix}", clock(span.from));
    let used = cells::put(buffer, area, &from, muted, "");
    let sum = |count: fn(&Tally) -> u32| bars.iter().map(count).sum::<u32>();
    let counts = [
        (Role::LogError, sum(|bar| bar.errors), "error"),
        (Role::LogWarn, sum(|bar| bar.warnings), "warning"),
    ];
    let mut rest = cells::skip(area, used + 2);
    let end = clock(span.to);
    rest.width = rest.width.saturating_sub(end.len() as u16 + 1);
    for (role, count, word) in counts.into_iter().filter(|(_, count, _)| *count > 0) {
        let plural = if count == 1 { "" } else { "s" };
        let words = format!("{} {word}{plural}  ", format::exact(u64::from(count)));
        rest = cells::skip(rest, cells::put(buffer, rest, &words, cx.theme.style(role), ""));
    }
    cells::put_right(buffer, area, &end, muted, "");
}

/// The time that the strip spans, and its columns.
struct Span {
    from: Timestamp,
    to: Timestamp,
    columns: u16,
}

impl Span {
    fn of(axis: &Axis<'_>, columns: u16) -> Option<Self> {
        let (from, to) = (axis.oldest_time()?, axis.newest()?.at);
        (columns > 0).then_some(Self { from, to, columns })
    }

    fn column(&self, at: Timestamp) -> u16 {
        let part = at.duration_since(self.from).as_secs_f64() / self.whole().as_secs_f64();
        ((part * f64::from(self.columns)) as u16).min(self.columns - 1)
    }

    fn bars(&self, axis: &Axis<'_>) -> Vec<Tally> {
        axis.tallies(&(0..self.columns).map(|column| self.begin_of(column)).collect::<Vec<_>>())
    }

    /// When a column begins.
    fn begin_of(&self, column: u16) -> Timestamp {
        let part = self.whole().mul_f64(f64::from(column) / f64::from(self.columns));
        self.from.saturating_add(part).unwrap_or(self.to)
    }

    fn whole(&self) -> SignedDuration {
        self.to.duration_since(self.from).max(SignedDuration::from_millis(1))
    }
}
