//! [`Chart`]: one quantity over time.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
};

use super::{
    area::{Area, Base, Layer, dots},
    plan::GUTTER,
    title::Title,
};
use crate::{
    model::{Level, Threshold},
    ui::{Cx, glyphs::Glyphs, theme::Role, widgets::cells},
};

/// A line within a cell of braille, the lowest first.
const LINES: [&str; 4] = ["⣀", "⠤", "⠒", "⠉"];

/// What a chart shows.
pub(super) enum Shape {
    /// One quantity, its parts one upon the other.
    One(Vec<Layer>),
    /// What goes in, upwards, and what goes out, downwards, with their signs.
    Two { into: Vec<Layer>, out: Vec<Layer>, signs: [&'static str; 2] },
    /// Nobody tells.
    Unknown,
}

/// One quantity over time.
pub(super) struct Chart {
    pub(super) title: Title,
    pub(super) shape: Shape,
    /// The value of the full height.
    pub(super) top: f64,
    /// A value that is marked.
    pub(super) limit: Option<f64>,
    /// By what a value is judged, and the value of which it is a share.
    pub(super) judged: Option<(Threshold, f64)>,
    /// How a value of the scale is said.
    pub(super) label: fn(f64) -> String,
}

impl Chart {
    /// Whether there is something to be drawn.
    pub(super) fn has_curve(&self) -> bool {
        !matches!(self.shape, Shape::Unknown)
    }

    pub(super) fn draw(&self, place: Rect, buffer: &mut Buffer, cx: &Cx<'_>, cursor: Option<u16>) {
        self.title.draw(cells::row(place, 0), buffer, cx.glyphs.ellipsis);
        let plot = cells::below(place, 1);
        let curve = cells::skip(plot, GUTTER);
        if plot.height < 2 || curve.width < GUTTER || !self.has_curve() {
            return;
        }
        let muted = cx.theme.style(Role::Muted);
        for row in 0..plot.height {
            let place = cells::skip(cells::row(plot, row), GUTTER - 1);
            cells::put(buffer, place, cx.glyphs.track, muted, "");
        }
        self.draw_curves(curve, buffer, cx);
        self.draw_scale(plot, buffer, cx);
        if let Some(cell) = cursor {
            draw_cursor(curve, cell, buffer, cx);
        }
    }

    fn draw_curves(&self, place: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let past = |value: f64| {
            let (threshold, whole) = self.judged?;
            match threshold.level(value / whole) {
                level @ (Level::Warn | Level::Bad) => Some(cx.theme.style(Role::of(level))),
                _ => None,
            }
        };
        let area = |layers, base| Area { layers, top: self.top, base, past: &past };
        match &self.shape {
            Shape::One(layers) => area(layers, Base::Bottom).draw(place, buffer, cx.glyphs),
            Shape::Two { into, out, .. } => {
                let up = upper(place.height);
                let above = Rect { height: up, ..place };
                area(into, Base::Bottom).draw(above, buffer, cx.glyphs);
                area(out, Base::Top).draw(cells::below(place, up), buffer, cx.glyphs);
            }
            Shape::Unknown => {}
        }
    }

    /// Whether there is something to be drawn in a cell.
    fn is_told(&self, cell: usize, glyphs: &Glyphs) -> bool {
        let (across, _) = dots(glyphs);
        let across = usize::from(across);
        let is_known = |layer: &Layer| {
            let columns = layer.columns.iter().skip(cell * across).take(across);
            columns.flatten().next().is_some()
        };
        match &self.shape {
            Shape::One(layers) => layers.iter().any(is_known),
            Shape::Two { into, out, .. } => into.iter().chain(out).any(is_known),
            Shape::Unknown => false,
        }
    }

    /// The numbers beside the curve, and the limit.
    fn draw_scale(&self, plot: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let muted = cx.theme.style(Role::Muted);
        let last = plot.height - 1;
        let mut label = |row: u16, text: &str, style: Style| {
            let place = Rect { width: GUTTER - 1, ..cells::row(plot, row) };
            // A number that is cut would be another one.
            if text.chars().count() < usize::from(GUTTER) {
                cells::put_right(buffer, place, text, style, "");
            }
        };
        let top = (self.label)(self.top);
        if let Shape::Two { signs: [into, out], .. } = &self.shape {
            label(upper(plot.height) - 1, "0", muted);
            label(0, &format!("{into}{top}"), muted);
            label(last, &format!("{out}{top}"), muted);
        } else {
            label(0, &top, muted);
            label(last, "0", muted);
        }
        let Some(limit) = self.limit.filter(|limit| *limit <= self.top) else { return };
        let style = cx.theme.style(Role::ChartLimit);
        let (row, sign) = line_at(limit / self.top, plot.height, cx.glyphs);
        label(row, &(self.label)(limit), style);
        let line = cells::skip(cells::row(plot, row), GUTTER);
        // Where nobody told what was used, nobody told of a limit either.
        let is_told = |place: &Position| self.is_told(usize::from(place.x - line.x), cx.glyphs);
        for place in line.positions().filter(is_told) {
            if let Some(cell) = buffer.cell_mut(place).filter(|cell| cell.symbol() == " ") {
                cell.set_symbol(sign).set_style(style);
            }
        }
    }
}

/// The rows of what goes up, where something else goes down.
fn upper(rows: u16) -> u16 {
    rows.div_ceil(2)
}

/// The row of a line at a share of the height, and its sign.
fn line_at(share: f64, rows: u16, glyphs: &Glyphs) -> (u16, &'static str) {
    let (_, up) = dots(glyphs);
    let height = (share * f64::from(rows * up)).round() as u16;
    let dot = height.clamp(1, rows * up) - 1;
    let sign = if glyphs.are_ascii() { "-" } else { LINES[usize::from(dot % up)] };
    (rows - 1 - dot / up, sign)
}

fn draw_cursor(curve: Rect, cell: u16, buffer: &mut Buffer, cx: &Cx<'_>) {
    let style = cx.theme.style(Role::Accent);
    for row in 0..curve.height {
        let place = cells::skip(cells::row(curve, row), cell);
        cells::put(buffer, Rect { width: place.width.min(1), ..place }, cx.glyphs.track, style, "");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::glyphs::{ASCII, UNICODE};

    #[test]
    fn a_limit_is_drawn_where_a_curve_that_reached_it_would_end() {
        assert_eq!(line_at(1.0, 4, &UNICODE), (0, "⠉"));
        assert_eq!(line_at(0.5, 4, &UNICODE), (2, "⠉"));
        assert_eq!(line_at(0.0, 4, &UNICODE), (3, "⣀"));
        assert_eq!(line_at(0.75, 4, &ASCII), (1, "-"));
    }
}
