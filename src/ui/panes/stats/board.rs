//! [`Board`]: charts that share their time, with what happened meanwhile.

use jiff::Timestamp;
use ratatui::{buffer::Buffer, layout::Rect, style::Modifier};

use super::{
    chart::Chart,
    clock::clock,
    plan::{GUTTER, Plan, Wish},
    timeline::Timeline,
    title::Title,
};
use crate::{
    store::MarkKind,
    text::width::width,
    ui::{Cx, theme::Role, widgets::cells},
};

/// Charts that share their time.
pub(super) struct Board {
    pub(super) timeline: Timeline,
    pub(super) charts: Vec<Chart>,
    /// Where something happened, in the order of time.
    pub(super) marks: Vec<(u16, MarkKind)>,
    /// The cell that is read.
    pub(super) cursor: Option<u16>,
    /// The newest moment that is shown, when it is not now.
    pub(super) end: Option<Timestamp>,
    /// What there is to say of the curves.
    pub(super) legend: Option<Title>,
}

impl Board {
    pub(super) fn draw(&self, place: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let charts = self.charts.iter().filter(|chart| chart.has_curve());
        let curves = charts.clone().count() as u16;
        let charts = charts.chain(self.charts.iter().filter(|chart| !chart.has_curve()));
        let plan = Plan::new(place, self.charts.len() as u16, curves, self.wish());
        for (chart, place) in charts.zip(&plan.charts) {
            chart.draw(*place, buffer, cx, self.cursor);
        }
        for axis in &plan.axes {
            self.draw_axis(cells::skip(*axis, GUTTER), buffer, cx);
        }
        if let Some(legend) = &self.legend {
            legend.draw(plan.legend, buffer, cx.glyphs.ellipsis);
        }
    }

    fn wish(&self) -> Wish {
        match (&self.legend, self.cursor) {
            (None, _) => Wish::No,
            (Some(_), None) => Wish::Nice,
            (Some(_), Some(_)) => Wish::Much,
        }
    }

    /// The row below the curves: when they begin and end, and what happened.
    fn draw_axis(&self, row: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let muted = cx.theme.style(Role::Muted);
        let from = clock(self.timeline.start(), cx);
        let to = self.end.map_or_else(|| "now".into(), |end| clock(end, cx));
        let right = row.width.saturating_sub(width(&to) as u16);
        let is_taken = |start: u16, text: &str| {
            let cells = start..start + width(text) as u16;
            let marks = self.marks.iter().map(|(cell, _)| cell);
            marks.chain(&self.cursor).any(|cell| cells.contains(cell))
        };
        if !is_taken(0, &from) && width(&from) as u16 + 2 < right {
            cells::put(buffer, row, &from, muted, "");
        }
        if !is_taken(right, &to) {
            cells::put(buffer, cells::skip(row, right), &to, muted, "");
        }
        for (cell, kind) in &self.marks {
            let (sign, role) = sign(*kind, cx);
            let place = cells::skip(row, *cell);
            cells::put(buffer, place, sign, cx.theme.style(role), "");
        }
        if let Some(cell) = self.cursor {
            let place = Rect { width: 1, ..cells::skip(row, cell) };
            let style = cx.theme.style(Role::Accent);
            if self.marks.iter().any(|(marked, _)| *marked == cell) {
                buffer.set_style(place.intersection(row), style.add_modifier(Modifier::REVERSED));
            } else {
                cells::put(buffer, place.intersection(row), cx.glyphs.ascending, style, "");
            }
        }
    }
}

/// How a mark looks.
pub(super) fn sign(kind: MarkKind, cx: &Cx<'_>) -> (&'static str, Role) {
    match kind {
        MarkKind::Deployed => (cx.glyphs.deployed, Role::Accent),
        MarkKind::Restarted => (cx.glyphs.started_again, Role::Warn),
        MarkKind::OomKilled => (cx.glyphs.killed, Role::Bad),
    }
}
