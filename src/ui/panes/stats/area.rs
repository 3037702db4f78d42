//! Areas of dots, filled to their base: a cell has 2×4 of them in braille, 1×2 in ASCII.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::ui::glyphs::Glyphs;

/// The first sign of braille; the lower eight bits say which dots are there.
const BRAILLE: u32 = 0x2800;

/// The bits of a cell's dots from its lowest row up, for its left and right column.
const BITS: [[u8; 4]; 2] = [[0x40, 0x04, 0x02, 0x01], [0x80, 0x20, 0x10, 0x08]];

/// Where the base of an area is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    Bottom,
    Top,
}

/// How many dots a cell has, as columns and rows.
pub(super) fn dots(glyphs: &Glyphs) -> (u16, u16) {
    if glyphs.are_ascii() { (1, 2) } else { (2, 4) }
}

/// How a layer looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ink {
    pub(super) style: Style,
    /// The sign of a cell that is full; of braille, the dots that are used.
    pub(super) sign: &'static str,
}

/// One of the curves that lie upon each other.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    pub(super) ink: Ink,
    /// The value of each column of dots; `None` where nobody knows.
    pub(super) columns: Vec<Option<f64>>,
}

/// An area: its layers, the lowest first, and its scale.
pub(super) struct Area<'a> {
    pub(super) layers: &'a [Layer],
    /// The value of its full height.
    pub(super) top: f64,
    pub(super) base: Base,
    /// How what reaches up to a value looks, where that is not the layer's look.
    pub(super) past: &'a dyn Fn(f64) -> Option<Style>,
}

impl Area<'_> {
    /// Draws it; cells without a dot stay as they are.
    pub(super) fn draw(&self, place: Rect, buffer: &mut Buffer, glyphs: &Glyphs) {
        let (across, up) = dots(glyphs);
        let heights = self.heights(place.width * across, place.height * up);
        for cell in 0..place.width {
            let first = usize::from(cell * across);
            let Some(columns) = heights.get(first..first + usize::from(across)) else { return };
            for row in 0..place.height {
                let floor = row * up;
                let fill = |column: &Column| column.top().saturating_sub(floor).min(up);
                let Some(tallest) = columns.iter().max_by_key(|column| fill(column)) else {
                    continue;
                };
                if fill(tallest) == 0 {
                    break;
                }
                let Some(ink) = tallest.layer_at(floor + (fill(tallest) - 1) / 2) else { break };
                let ink = self.layers[ink].ink;
                let reached = f64::from(floor + fill(tallest)) / f64::from(place.height * up);
                let style = (self.past)(reached * self.top).unwrap_or(ink.style);
                let y = match self.base {
                    Base::Bottom => place.bottom() - 1 - row,
                    Base::Top => place.y + row,
                };
                let Some(target) = buffer.cell_mut((place.x + cell, y)) else { continue };
                let sides = [columns[0], columns[columns.len() - 1]];
                if glyphs.are_ascii() {
                    target.set_symbol(match (fill(&sides[0]) == up, self.base) {
                        (true, _) => ink.sign,
                        (false, Base::Bottom) => glyphs.half_below,
                        (false, Base::Top) => glyphs.half_above,
                    });
                } else {
                    let tops = sides.map(|column| column.top().saturating_sub(floor));
                    target.set_char(braille(tops, self.base, ink.sign));
                }
                target.set_style(style);
            }
        }
    }

    /// The heights of all columns, in dots.
    fn heights(&self, columns: u16, rows: u16) -> Vec<Column> {
        (0..usize::from(columns))
            .map(|column| {
                let values = self.layers.iter().map(|layer| layer.columns.get(column).copied());
                Column::new(values.map(Option::flatten), self.top, rows)
            })
            .collect()
    }
}

/// How high the layers reach in a column, in dots from the base.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Column {
    tops: [u16; super::layers::APART + 1],
    layers: usize,
}

impl Column {
    fn new(values: impl Iterator<Item = Option<f64>>, top: f64, rows: u16) -> Self {
        let mut column = Self::default();
        let (mut sum, mut is_known) = (0.0, false);
        for (place, value) in column.tops.iter_mut().zip(values) {
            if let Some(value) = value {
                sum += value;
                is_known = true;
            }
            // The cast saturates, and what is no number has no height.
            let height = (sum / top * f64::from(rows)).round() as u16;
            *place = height.min(rows).max(u16::from(is_known));
            column.layers += 1;
        }
        column
    }

    /// Nothing used is one dot high, nothing known has none.
    fn top(&self) -> u16 {
        self.layers.checked_sub(1).map_or(0, |last| self.tops[last])
    }

    /// The layer that a dot belongs to.
    fn layer_at(&self, dot: u16) -> Option<usize> {
        self.tops[..self.layers].iter().position(|top| *top > dot)
    }
}

/// The sign of a cell whose two columns are so high from the base on, as far as the layer
/// has their dots; the highest are there in any case, so that the edge is seen.
fn braille(tops: [u16; 2], base: Base, sign: &str) -> char {
    let pattern = sign.chars().next().map_or(0xff, |sign| (u32::from(sign) & 0xff) as u8);
    let mut dots = 0;
    for (bits, top) in BITS.iter().zip(tops) {
        for row in 0..top.min(4) {
            let bit = bits[usize::from(if base == Base::Bottom { row } else { 3 - row })];
            dots |= if row + 1 == top { bit } else { bit & pattern };
        }
    }
    char::from_u32(BRAILLE + u32::from(dots)).unwrap_or(' ')
}

#[cfg(test)]
#[path = "area_tests.rs"]
mod tests;
