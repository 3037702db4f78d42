//! The table of what services need and what they may use.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::limits::Row;
use crate::{
    model::Level,
    text::{format, width::width},
    ui::{Cx, theme::Role, widgets::cells},
};

/// The columns of a number, and of a share.
const NUMBER: u16 = 7;
const SHARE: u16 = 6;

/// From this width on limits are shown too, not just shares of them.
const WITH_LIMITS: u16 = 76;

/// The most columns of a name.
const NAME: u16 = 30;

/// How wide the columns are.
pub(super) struct Columns {
    name: u16,
    with_limits: bool,
}

impl Columns {
    pub(super) fn new(rows: &[Row], room: u16) -> Self {
        let longest = rows.iter().map(|row| width(row.key.service.name.as_str())).max();
        let longest = u16::try_from(longest.unwrap_or(0)).unwrap_or(NAME);
        Self { name: longest.clamp(8, NAME).min(room / 3), with_limits: room >= WITH_LIMITS }
    }

    pub(super) fn draw_heading(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let style = cx.theme.style(Role::Heading);
        let heads = |name: &str| [format!("{name} p95"), "limit".into(), "used".into()];
        let (cpu, memory) = (heads("cpu"), heads("mem"));
        let place = Rect { width: self.name.min(area.width), ..area };
        cells::put(buffer, place, "service", style, cx.glyphs.ellipsis);
        let mut rest = cells::skip(area, self.name);
        for heads in [cpu, memory] {
            rest = self.draw_group(rest, buffer, cx, heads.map(|head| (head, style)));
        }
        cells::put(buffer, cells::skip(rest, 2), "advice", style, cx.glyphs.ellipsis);
    }

    pub(super) fn draw(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>, row: &Row) {
        let is_selected = cx.selection.service.as_ref() == Some(&row.key);
        let style = |role| cx.on_row(role, is_selected);
        if is_selected {
            buffer.set_style(area, style(Role::Text));
        }
        let place = Rect { width: self.name.min(area.width), ..area };
        let ellipsis = cx.glyphs.ellipsis;
        cells::put(buffer, place, row.key.service.name.as_str(), style(Role::Text), ellipsis);
        let mut rest = cells::skip(area, self.name);
        for (need, said) in [
            (row.cpu, format::percent as fn(f64) -> String),
            (row.memory, |bytes| format::bytes(bytes as u64)),
        ] {
            let value = |value: Option<f64>| value.map_or(cx.glyphs.absent.to_string(), said);
            let share = need.share.map_or(cx.glyphs.absent.to_string(), format::percent);
            let level = need.share.map(|share| need.threshold.level(share));
            let (sign, judged) = match level {
                Some(level @ (Level::Warn | Level::Bad)) => {
                    (cx.glyphs.level(level), Role::of(level))
                }
                _ => ("", Role::Text),
            };
            let group = [
                (value(need.p95), style(Role::Text)),
                (value(need.limit), style(Role::Muted)),
                (format!("{sign}{share}"), style(judged)),
            ];
            rest = self.draw_group(rest, buffer, cx, group);
        }
        let (level, words) = row.advice();
        let (sign, role) = match level {
            Level::Ok => (" ", Role::Muted),
            level => (cx.glyphs.level(level), Role::of(level)),
        };
        let pieces = [(sign, style(role)), (" ", style(role)), (&*words, style(role))];
        cells::put_pieces(buffer, cells::skip(rest, 1), pieces, ellipsis);
    }

    /// Draws a number, its limit and its share; gives what is left of the row.
    fn draw_group(
        &self,
        area: Rect,
        buffer: &mut Buffer,
        cx: &Cx<'_>,
        group: [(String, Style); 3],
    ) -> Rect {
        let widths = [NUMBER + 2, if self.with_limits { NUMBER } else { 0 }, SHARE];
        let mut rest = area;
        for ((text, style), width) in group.into_iter().zip(widths).filter(|(_, width)| *width > 0)
        {
            let place = Rect { width: width.min(rest.width), ..rest };
            cells::put_right(buffer, place, &text, style, cx.glyphs.ellipsis);
            rest = cells::skip(rest, width);
        }
        rest
    }
}
