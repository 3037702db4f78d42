//! Draws log lines from the bottom up, only those that there is room for.

use std::collections::BTreeSet;

use jiff::Timestamp;
use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::{
    axis::{Axis, Place},
    origin::names,
    shown::{self, LEVEL, Reading, Shown},
};
use crate::{
    model::{InstanceKey, Stream},
    store::logs::LineRef,
    text::width::{slice_columns, width},
    ui::{Cx, theme::Role, widgets::cells},
};

/// The widest that an instance's name may be before a line.
const SOURCE: usize = 18;

/// The column that tells standard error from standard output.
const PIPE: u16 = 1;

/// How lines are drawn.
pub(super) struct LineStyle<'a> {
    wrap: bool,
    /// How many columns of each line are out of sight at the left.
    side: usize,
    /// Whose logs are shown.
    pub(super) keys: &'a [InstanceKey],
    /// How their names look.
    roles: Vec<Role>,
    pub(super) reading: Reading<'a>,
    /// The columns of the lines' text.
    pub(super) room: u16,
    lead: Lead,
}

/// The columns before the text of a line.
#[derive(Clone, Copy)]
struct Lead {
    time: u16,
    dated: bool,
    /// The columns for the instance's name; 0 when there is only one.
    source: u16,
    level: u16,
}

impl Lead {
    fn columns(self) -> u16 {
        let gap = |columns: u16| if columns > 0 { columns + 1 } else { 0 };
        self.time + gap(self.source) + gap(self.level) + PIPE
    }
}

/// What stands out among the lines.
pub(super) struct Emphasis<'a> {
    /// The line under the cursor.
    pub(super) cursor: Option<Place>,
    /// Whether a line is marked.
    pub(super) is_marked: &'a dyn Fn(Place) -> bool,
}

impl<'a> LineStyle<'a> {
    /// How lines are drawn in so many columns. `sample` are some of them, for what
    /// they need.
    pub(super) fn new<'l>(
        keys: &'a [InstanceKey],
        reading: Reading<'a>,
        columns: u16,
        sample: impl Iterator<Item = LineRef<'l>>,
        cx: &Cx<'_>,
    ) -> Self {
        let (mut dated, mut levels) = (false, false);
        for line in sample {
            dated |= shown::is_of_another_day(line, cx);
            levels |= line.told().level.is_some();
        }
        let lead = Lead {
            time: shown::time_columns(cx.time, dated),
            dated,
            source: source_width(keys, cx),
            level: if levels { LEVEL } else { 0 },
        };
        let room = columns.saturating_sub(lead.columns());
        Self { wrap: false, side: 0, keys, roles: roles(keys, cx), reading, room, lead }
    }

    /// The same, wrapped, or moved to the side by so many columns.
    pub(super) fn laid(self, wrap: bool, side: usize) -> Self {
        Self { wrap, side, ..self }
    }

    /// How many rows the line at a place takes.
    pub(super) fn rows(&self, place: Place, axis: &Axis<'_>, cx: &Cx<'_>) -> usize {
        match axis.get(place) {
            Some(line) if self.wrap => {
                self.rows_of(&Shown::new(line, axis.times(place), &self.reading, cx))
            }
            _ => 1,
        }
    }

    fn rows_of(&self, shown: &Shown) -> usize {
        let room = usize::from(self.room.max(1));
        if self.wrap { shown.width().div_ceil(room).max(1) } else { 1 }
    }
}

/// A colour for each log: one for each service, or where there is only one, for each of
/// its instances.
fn roles(keys: &[InstanceKey], cx: &Cx<'_>) -> Vec<Role> {
    let services: Vec<&str> = keys.iter().map(|key| names(key, cx.store).service).collect();
    let is_one = services.windows(2).all(|two| two[0] == two[1]);
    let colour = |log: usize| {
        let first = services.iter().position(|service| *service == services[log]).unwrap_or(log);
        let before = if is_one { log } else { distinct(&services[..first]) };
        Role::SERVICES[before % Role::SERVICES.len()]
    };
    (0..keys.len()).map(colour).collect()
}

/// How many different names there are.
fn distinct(names: &[&str]) -> usize {
    names.iter().collect::<BTreeSet<_>>().len()
}

/// The columns that the names of these instances need; 0 for a single one.
fn source_width(keys: &[InstanceKey], cx: &Cx<'_>) -> u16 {
    if keys.len() < 2 {
        return 0;
    }
    let widest = keys.iter().map(|key| width(names(key, cx.store).instance)).max().unwrap_or(0);
    widest.min(SOURCE) as u16
}

/// A line that has its rows.
struct Row<'a> {
    place: Place,
    line: LineRef<'a>,
    shown: Shown,
    rows: u16,
    /// The time of the line in front of it.
    before: Option<Timestamp>,
}

/// Draws the lines up to a place, the last one at the bottom of the area. Gives the
/// place of the first one.
pub(super) fn draw(
    area: Rect,
    buffer: &mut Buffer,
    cx: &Cx<'_>,
    axis: &Axis<'_>,
    last: Place,
    style: &LineStyle<'_>,
    emphasis: &Emphasis<'_>,
) -> Option<Place> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut left = i32::from(area.height);
    for (place, line) in axis.back_from(last) {
        if let Some(Row { before, .. }) = rows.last_mut() {
            *before = line.when();
        }
        if left <= 0 {
            break;
        }
        let row = Row::new(place, line, axis, style, cx);
        left -= i32::from(row.rows);
        rows.push(row);
    }
    // Too few lines to fill the pane stand at its top; of one that does not fit, the
    // end is shown, unless it is the only one.
    let mut first = if rows.len() == 1 { 0 } else { left.min(0) };
    for row in rows.iter().rev() {
        row.draw(area, first, buffer, cx, style, emphasis);
        first += i32::from(row.rows);
    }
    rows.last().map(|row| row.place)
}

impl<'a> Row<'a> {
    fn new(
        place: Place,
        line: LineRef<'a>,
        axis: &Axis<'_>,
        style: &LineStyle<'_>,
        cx: &Cx<'_>,
    ) -> Self {
        let shown = Shown::new(line, axis.times(place), &style.reading, cx);
        let rows = style.rows_of(&shown);
        Self { place, line, shown, rows: u16::try_from(rows).unwrap_or(u16::MAX), before: None }
    }

    /// Draws the rows from `first` on; those outside of the area are left out.
    fn draw(
        &self,
        area: Rect,
        first: i32,
        buffer: &mut Buffer,
        cx: &Cx<'_>,
        style: &LineStyle<'_>,
        emphasis: &Emphasis<'_>,
    ) {
        let lead = style.lead.columns().min(area.width);
        let is_cursor = emphasis.cursor == Some(self.place);
        for part in 0..self.rows {
            let Ok(row) = u16::try_from(first + i32::from(part)) else { continue };
            let place = cells::row(area, row);
            if place.is_empty() {
                continue;
            }
            if part == 0 {
                self.draw_lead(Rect { width: lead, ..place }, buffer, cx, style, emphasis);
            }
            let text = cells::skip(place, lead);
            let from =
                if style.wrap { usize::from(part) * usize::from(text.width) } else { style.side };
            self.draw_text(text, from, buffer, style.wrap, cx);
            if is_cursor {
                let role = if cx.focused { Role::Selection } else { Role::SelectionIdle };
                buffer.set_style(place, cursor_style(cx.theme.style(role)));
            }
        }
    }

    fn draw_lead(
        &self,
        area: Rect,
        buffer: &mut Buffer,
        cx: &Cx<'_>,
        style: &LineStyle<'_>,
        emphasis: &Emphasis<'_>,
    ) {
        let lead = style.lead;
        let words = shown::time_words(self.line, self.before, lead.dated, cx);
        let time = if self.line.is_late() { Role::Warn } else { Role::LogTime };
        cells::put(buffer, area, &words, cx.theme.style(time), "");
        let mut rest = cells::skip(area, lead.time);
        if lead.source > 0 {
            let key = style.keys.get(self.place.log);
            let name = key.map_or("", |key| names(key, cx.store).instance);
            let role = style.roles.get(self.place.log).copied().unwrap_or(Role::Text);
            let place = Rect { width: lead.source.min(rest.width), ..rest };
            cells::put(buffer, place, name, cx.theme.style(role), cx.glyphs.ellipsis);
            rest = cells::skip(rest, lead.source + 1);
        }
        if lead.level > 0 {
            let told = self.line.told();
            let words = shown::level_words(told.level, told.is_guess);
            let words = if told.continues { "" } else { words };
            let place = Rect { width: lead.level.min(rest.width), ..rest };
            cells::put(buffer, place, words, shown::level_style(told.level, cx), "");
            rest = cells::skip(rest, lead.level + 1);
        }
        let (sign, role) = if (emphasis.is_marked)(self.place) {
            (cx.glyphs.mark, Role::Mark)
        } else if self.line.is_late() {
            (cx.glyphs.late, Role::Warn)
        } else if self.line.stream() == Stream::Stderr {
            (cx.glyphs.stderr, Role::LogStderr)
        } else {
            return;
        };
        cells::put(buffer, rest, sign, cx.theme.style(role), "");
    }

    fn draw_text(&self, area: Rect, from: usize, buffer: &mut Buffer, wraps: bool, cx: &Cx<'_>) {
        put_shown(buffer, area, &self.shown, from);
        // A line that is not wrapped goes on beyond what is shown.
        if !wraps && self.shown.width() > from + usize::from(area.width) && area.width > 1 {
            let last = Rect { x: area.right() - 1, width: 1, ..area };
            cells::cover(buffer, last);
            cells::put(buffer, last, cx.glyphs.ellipsis, cx.theme.style(Role::Muted), "");
        }
    }
}

/// Under the cursor a line keeps its colours where the cursor has a ground of its own.
fn cursor_style(style: Style) -> Style {
    match style.bg {
        Some(_) => Style { fg: None, ..style },
        None => style,
    }
}

fn put_shown(buffer: &mut Buffer, area: Rect, shown: &Shown, from: usize) {
    let (mut rest, mut skipped) = (area, from);
    for (piece, style) in shown.pieces() {
        let columns = width(piece);
        if columns <= skipped && columns > 0 {
            skipped -= columns;
            continue;
        }
        let visible = slice_columns(piece, skipped, usize::from(rest.width));
        skipped = 0;
        rest = cells::skip(rest, cells::put(buffer, rest, &visible, style, ""));
        if rest.is_empty() {
            return;
        }
    }
}
