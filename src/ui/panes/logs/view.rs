//! Draws log lines from the bottom up, only those that there is room for.

use jiff::{SignedDuration, tz::TimeZone};
use ratatui::{buffer::Buffer, layout::Rect};

use super::merged::Place;
use crate::{
    model::{InstanceKey, LogLine, Stream, TimeStyle},
    store::logs::StoredLine,
    text::{
        format,
        width::{slice_columns, width},
    },
    ui::{
        Cx,
        theme::Role,
        widgets::{cells, styled},
    },
};

/// The widest that an instance's name may be before a line.
const SOURCE: usize = 18;

/// The column that tells standard error from standard output.
const PIPE: u16 = 1;

/// How lines are drawn.
pub(super) struct LineStyle {
    pub(super) wrap: bool,
    /// How many columns of each line are out of sight at the left.
    pub(super) side: usize,
    /// The columns for the instance's name; 0 when there is only one.
    pub(super) sources: usize,
    pub(super) time: TimeStyle,
}

/// The columns that the names of these instances need; 0 for a single one.
pub(super) fn source_width(instances: &[InstanceKey], cx: &Cx<'_>) -> usize {
    if instances.len() < 2 {
        return 0;
    }
    let names = instances.iter().filter_map(|key| cx.store.instance(key));
    names.map(|view| width(view.instance.name.as_str())).max().unwrap_or(0).min(SOURCE)
}

/// Draws lines, given newest first, from the bottom of the area to its top.
pub(super) fn draw<'a>(
    area: Rect,
    buffer: &mut Buffer,
    cx: &Cx<'_>,
    lines: impl Iterator<Item = (Place, usize, &'a StoredLine)>,
    style: &LineStyle,
) {
    let instances = super::instances(cx);
    let mut left = area.height;
    let mut drawn = Vec::new();
    for (_, source, stored) in lines {
        if left == 0 {
            break;
        }
        let rows = rows_of(stored, area.width, style);
        left = left.saturating_sub(rows);
        drawn.push((source, stored, rows));
    }
    // Too few lines to fill the pane stand at its top.
    let mut row = 0_i32;
    let total: i32 = drawn.iter().map(|(_, _, rows)| i32::from(*rows)).sum();
    row += (i32::from(area.height) - total).min(0);
    for (source, stored, rows) in drawn.into_iter().rev() {
        let line = Line { source, stored, instance: instances.get(source), wraps: style.wrap };
        line.draw(area, row, rows, buffer, cx, style);
        row += i32::from(rows);
    }
}

/// How many columns stand before the text of a line.
fn lead(style: &LineStyle) -> u16 {
    let time = match style.time {
        TimeStyle::Local | TimeStyle::Utc => 9,
        TimeStyle::Age => 5,
        TimeStyle::None => 0,
    };
    let source = if style.sources > 0 { style.sources as u16 + 1 } else { 0 };
    time + source + PIPE
}

/// How many rows a line takes.
pub(super) fn rows_of(stored: &StoredLine, columns: u16, style: &LineStyle) -> u16 {
    if !style.wrap {
        return 1;
    }
    let room = usize::from(columns.saturating_sub(lead(style)).max(1));
    columns_of(&stored.line).div_ceil(room).clamp(1, usize::from(u16::MAX)) as u16
}

/// What stands behind a line of which an end was cut.
fn cut_words(line: &LogLine) -> Option<String> {
    (line.cut_bytes > 0).then(|| format!(" [{} cut]", format::bytes(line.cut_bytes)))
}

fn columns_of(line: &LogLine) -> usize {
    width(line.as_str()) + cut_words(line).map_or(0, |words| width(&words))
}

struct Line<'a> {
    source: usize,
    stored: &'a StoredLine,
    instance: Option<&'a InstanceKey>,
    wraps: bool,
}

impl Line<'_> {
    /// Draws the line's rows from `first` on; rows above the area are left out.
    fn draw(
        &self,
        area: Rect,
        first: i32,
        rows: u16,
        buffer: &mut Buffer,
        cx: &Cx<'_>,
        style: &LineStyle,
    ) {
        let lead = lead(style).min(area.width);
        let room = usize::from(area.width - lead);
        for part in 0..rows {
            let Ok(row) = u16::try_from(first + i32::from(part)) else { continue };
            let place = cells::row(area, row);
            if place.is_empty() {
                continue;
            }
            if part == 0 {
                self.draw_lead(Rect { width: lead, ..place }, buffer, cx, style);
            }
            let from = if style.wrap { usize::from(part) * room } else { style.side };
            self.draw_text(cells::skip(place, lead), from, buffer, cx);
        }
    }

    fn draw_lead(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>, style: &LineStyle) {
        let time = self.time(cx, style.time);
        let used = cells::put(buffer, area, &time, cx.theme.style(Role::LogTime), "");
        if style.sources > 0 {
            let view = self.instance.and_then(|key| cx.store.instance(key));
            let name = view.map_or("", |view| view.instance.name.as_str());
            let role = Role::SERVICES[self.source % Role::SERVICES.len()];
            let mut place = cells::skip(area, used);
            place.width = place.width.min(style.sources as u16);
            cells::put(buffer, place, name, cx.theme.style(role), cx.glyphs.ellipsis);
        }
        if self.stored.line.stream == Stream::Stderr {
            let place = cells::skip(area, area.width.saturating_sub(PIPE));
            cells::put(buffer, place, cx.glyphs.stderr, cx.theme.style(Role::LogStderr), "");
        }
    }

    fn draw_text(&self, area: Rect, from: usize, buffer: &mut Buffer, cx: &Cx<'_>) {
        let base = cx.theme.style(Role::Text);
        let line = &self.stored.line;
        let used = styled::put(buffer, area, &line.text, from, base, cx.theme);
        let columns = width(line.as_str());
        let rest = cells::skip(area, used);
        if let (false, Some(cut)) = (rest.is_empty(), cut_words(line)) {
            let from = from.saturating_sub(columns);
            let words = slice_columns(&cut, from, usize::from(rest.width));
            cells::put(buffer, rest, &words, cx.theme.style(Role::LogNote), "");
        }
        self.mark_end(area, from, columns_of(line), buffer, cx);
    }

    /// Says that a line that is not wrapped goes on beyond what is shown.
    fn mark_end(&self, area: Rect, from: usize, total: usize, buffer: &mut Buffer, cx: &Cx<'_>) {
        if !self.wraps && total > from + usize::from(area.width) && area.width > 1 {
            let last = Rect { x: area.right() - 1, width: 1, ..area };
            cells::cover(buffer, last);
            cells::put(buffer, last, cx.glyphs.ellipsis, cx.theme.style(Role::Muted), "");
        }
    }

    fn time(&self, cx: &Cx<'_>, time: TimeStyle) -> String {
        let at = self.stored.at;
        let zoned = |zone: TimeZone| at.to_zoned(zone).strftime("%H:%M:%S ").to_string();
        match time {
            TimeStyle::Local => zoned(cx.zone.clone()),
            TimeStyle::Utc => zoned(TimeZone::UTC),
            TimeStyle::Age => {
                let age = cx.now.duration_since(at).max(SignedDuration::ZERO);
                format!("{:>4} ", format::age(age.unsigned_abs()))
            }
            TimeStyle::None => String::new(),
        }
    }
}
