//! What there is to say of the curves: the moment that is read, what happened, which
//! instance is which.

use ratatui::text::Span;
use strum::IntoEnumIterator as _;

use super::{
    board::sign,
    clock::{ago, clock},
    layers::{Layers, Names},
    maker::{Maker, ink},
    timeline::Timeline,
    title::{Keep, Title},
};
use crate::{
    store::{Mark, MarkKind, ServiceView},
    text::format,
    ui::{Cx, theme::Role},
};

/// What happened in the time that is shown, and in which cells.
pub(super) fn marks<'a>(
    service: &ServiceView,
    timeline: &Timeline,
    cx: &Cx<'a>,
) -> Vec<(u16, &'a Mark)> {
    let marks = cx.store.marks(&service.key);
    let mut shown: Vec<(u16, &Mark)> =
        marks.filter_map(|mark| Some((timeline.cell_of(mark.at)?, mark))).collect();
    // What is worse is drawn over what is less so.
    shown.sort_by_key(|(cell, mark)| (*cell, rank(mark.kind)));
    shown
}

fn rank(kind: MarkKind) -> usize {
    MarkKind::iter().position(|known| known == kind).unwrap_or(0)
}

/// What the marks mean that are shown, for the pane's foot.
pub(super) fn meanings<'a>(
    service: &ServiceView,
    timeline: &Timeline,
    cx: &Cx<'a>,
) -> Vec<Span<'a>> {
    let marks = marks(service, timeline, cx);
    let is_shown = |kind: &MarkKind| marks.iter().any(|(_, mark)| mark.kind == *kind);
    let words = |kind| {
        let (sign, role) = sign(kind, cx);
        cx.span(role, format!(" {sign} {} ", kind.word()))
    };
    MarkKind::iter().filter(is_shown).map(words).collect()
}

/// What the moment that is read is, and which instance is which.
pub(super) fn legend(
    service: &ServiceView,
    maker: &Maker<'_>,
    names: &Names,
    cpu: &Layers,
    marks: &[(u16, &Mark)],
) -> Option<Title> {
    let cx = maker.cx;
    let mut title = Title::default();
    let mut is_empty = true;
    if let Some(cell) = maker.cursor {
        push_moment(&mut title, maker, cell, marks);
        is_empty = false;
    }
    if names.layers() > 1 {
        for (layer, amounts) in cpu.each.iter().enumerate() {
            let ink = ink(layer, 0, cx);
            let name = names.name(layer);
            let mut words = format!("{} {}", ink.sign, short(&name, service));
            // What each used at a moment that is read stands with each curve.
            if maker.cursor.is_none() {
                let newest =
                    amounts.iter().rev().take(15).find_map(|amount| amount.map(|a| a.mean));
                let value = newest.map_or(cx.glyphs.absent.into(), format::percent);
                words = format!("{words} {value}");
            }
            title.push(Keep::Some, ink.style, words);
        }
        is_empty = false;
    }
    (!is_empty).then_some(title)
}

/// An instance's name without that of its stack, which all of them have.
fn short<'a>(name: &'a str, service: &ServiceView) -> &'a str {
    let stack = service.key.service.stack.as_ref().map_or("", |stack| stack.as_str());
    let rest = name.strip_prefix(stack).and_then(|rest| rest.strip_prefix(['-', '_']));
    rest.filter(|rest| !stack.is_empty() && !rest.is_empty()).unwrap_or(name)
}

/// The moment that is read, and what happened around it.
pub(super) fn push_moment(title: &mut Title, maker: &Maker<'_>, cell: u16, marks: &[(u16, &Mark)]) {
    let cx = maker.cx;
    let at = maker.timeline.start_of(i64::from(cell));
    let words = format!("{} ({} ago)", clock(at, cx), ago(at, cx.now));
    title.push(Keep::Always, cx.theme.style(Role::Accent), words);
    let near = marks.iter().filter(|(marked, _)| marked.abs_diff(cell) <= 1);
    for (_, mark) in near {
        let (sign, role) = sign(mark.kind, cx);
        let words = format!("{sign} {} {} {}", clock(mark.at, cx), mark.instance, mark.kind.word());
        title.push(Keep::Longer, cx.theme.style(role), words);
    }
}
