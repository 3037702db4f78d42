//! [`Maker`]: makes charts of what was used.

use super::{
    area::{Ink, Layer},
    chart::{Chart, Shape},
    clock::clock,
    layers::{APART, Layers},
    scale::Unit,
    timeline::Timeline,
    title::{Keep, Title},
};
use crate::{
    model::{Level, Threshold},
    store::{Amount, Summary},
    text::format,
    ui::{Cx, theme::Role},
};

/// What all charts of a board share.
pub(super) struct Maker<'a> {
    pub(super) cx: &'a Cx<'a>,
    pub(super) timeline: Timeline,
    /// The cell that is read.
    pub(super) cursor: Option<u16>,
    /// How numbers look: as they are, or as old ones.
    pub(super) text: Role,
    /// Whether something is told at all.
    pub(super) is_told: bool,
    /// How many layers lie upon each other.
    pub(super) layers: usize,
}

/// A quantity of which a part can be told to be too much.
pub(super) struct One<'a> {
    pub(super) name: &'static str,
    pub(super) used: &'a Layers,
    /// What is used now.
    pub(super) now: Option<f64>,
    pub(super) unit: Unit,
    pub(super) limit: Option<f64>,
    /// By what it is judged, and of what it is a share.
    pub(super) judged: Option<(Threshold, f64)>,
    pub(super) role: Role,
    /// What else is to be said of it now.
    pub(super) notes: Vec<(Role, String)>,
    /// Why nobody tells of it, where other things are told.
    pub(super) untold: &'static str,
}

/// A quantity of two ways.
#[derive(Clone, Copy)]
pub(super) struct Two<'a> {
    pub(super) name: &'static str,
    pub(super) into: &'a Layers,
    pub(super) out: &'a Layers,
    pub(super) now: [Option<f64>; 2],
    /// What stands before the amounts, and before the ends of the scale.
    pub(super) words: [&'static str; 2],
    pub(super) signs: [&'static str; 2],
    /// Why nobody tells of it, where other things are told.
    pub(super) untold: &'static str,
}

impl Maker<'_> {
    /// A chart of one quantity.
    pub(super) fn one(&self, one: One<'_>) -> Chart {
        let One { name, used, now, unit, limit, judged, role, notes, untold } = one;
        let label = match unit {
            Unit::Cores => format::percent,
            Unit::Bytes => |bytes: f64| format::bytes(bytes as u64),
        };
        let shown = self.timeline.shown(&used.total);
        let summary = Summary::of(shown);
        let mut title = self.title(name);
        match self.value(&used.total, now) {
            Some(value) => {
                let share = judged.map(|(_, whole)| value / whole);
                let level = judged.zip(share).map(|((threshold, _), share)| threshold.level(share));
                let (glyph, role) = self.look(level);
                let of = limit.map(|limit| {
                    format!(" of {} ({})", label(limit), format::percent(value / limit))
                });
                let words = format!("{glyph}{}{}", label(value), of.unwrap_or_default());
                title.push(Keep::Always, self.cx.theme.style(role), words);
            }
            None => self.push_unknown(&mut title, used.is_known(), untold),
        }
        for (role, words) in notes {
            title.push(Keep::Long, self.cx.theme.style(role), words);
        }
        self.push_each(&mut title, used.each.iter(), |_, amounts, cell| {
            self.timeline.value(amounts, cell).map(label)
        });
        let words = summary.map(|s| [s.mean, s.p95, s.most].map(label));
        self.push_summary(&mut title, words, used.is_most_bound);
        Chart {
            title,
            shape: if used.is_known() {
                Shape::One(self.inked(used, role, 0))
            } else {
                Shape::Unknown
            },
            top: unit.top(highest(shown), limit),
            limit,
            judged,
            label,
        }
    }

    /// A chart of two ways.
    pub(super) fn two(&self, two: &Two<'_>) -> Chart {
        let Two { name, into, out, now, words, signs, untold } = *two;
        let totals = [&into.total, &out.total];
        let mut title = self.title(name);
        let values = [0, 1].map(|way: usize| self.value(totals[way], now[way]));
        if values == [None, None] {
            self.push_unknown(&mut title, into.is_known() || out.is_known(), untold);
        } else {
            let rate =
                |value: Option<f64>| value.map_or(self.cx.glyphs.absent.into(), format::rate);
            let said =
                format!("{} {}  {} {}", words[0], rate(values[0]), words[1], rate(values[1]));
            title.push(Keep::Always, self.cx.theme.style(self.text), said);
        }
        self.push_each(&mut title, into.each.iter(), |layer, into, cell| {
            let out = out.each.get(layer)?;
            let [into, out] = [into, out].map(|way| self.timeline.value(way, cell));
            let bytes = |rate: f64| format::bytes(rate as u64);
            let said = |rate: Option<f64>| rate.map_or(self.cx.glyphs.absent.into(), bytes);
            into.or(out).map(|_| format!("{}/{}", said(into), said(out)))
        });
        let shown = totals.map(|total| self.timeline.shown(total));
        let summaries = shown.map(Summary::of);
        let both = |part: fn(&Summary) -> f64| {
            let [into, out] = summaries.map(|summary| {
                let bytes = |summary| format::bytes(part(&summary) as u64);
                summary.map_or(self.cx.glyphs.absent.into(), bytes)
            });
            format!("{into}/{out}")
        };
        let is_known = into.is_known() || out.is_known();
        let all = is_known.then(|| [both(|s| s.mean), both(|s| s.p95), both(|s| s.most)]);
        self.push_summary(&mut title, all, into.is_most_bound || out.is_most_bound);
        Chart {
            title,
            shape: if is_known {
                let (into, out) =
                    (self.inked(into, Role::ChartC, 0), self.inked(out, Role::ChartD, 1));
                Shape::Two { into, out, signs }
            } else {
                Shape::Unknown
            },
            top: Unit::Bytes.top(highest(shown[0]).max(highest(shown[1])), None),
            limit: None,
            judged: None,
            label: |bytes| format::bytes(bytes as u64),
        }
    }

    fn title(&self, name: &'static str) -> Title {
        let mut title = Title::default();
        title.push(Keep::Always, self.cx.theme.style(Role::Title), name);
        if let Some(cell) = self.cursor {
            let at = self.timeline.start_of(i64::from(cell));
            let words = format!("at {}", clock(at, self.cx));
            title.push(Keep::Some, self.cx.theme.style(Role::Accent), words);
        }
        title
    }

    /// The value that the cursor is on, or else the present one.
    fn value(&self, total: &[Option<Amount>], now: Option<f64>) -> Option<f64> {
        match self.cursor {
            Some(_) if total.is_empty() => None,
            Some(cell) => self.timeline.value(total, cell),
            None => now,
        }
    }

    /// Says what each instance used at the moment that is read, in the looks of their curves.
    fn push_each<'l>(
        &self,
        title: &mut Title,
        layers: impl Iterator<Item = &'l Vec<Option<Amount>>>,
        words: impl Fn(usize, &[Option<Amount>], u16) -> Option<String>,
    ) {
        let Some(cell) = self.cursor.filter(|_| self.layers > 1) else { return };
        let each = layers.enumerate().map(|(layer, amounts)| {
            let ink = ink(layer, 0, self.cx);
            let words = words(layer, amounts, cell);
            (
                ink.style,
                format!("{} {}", ink.sign, words.as_deref().unwrap_or(self.cx.glyphs.absent)),
            )
        });
        title.push_group(Keep::Long, each.collect());
    }

    /// Says why there is no value, of a quantity of which other values may be known.
    fn push_unknown(&self, title: &mut Title, is_known: bool, untold: &str) {
        let why = match self.cursor {
            _ if !is_known && self.is_told => untold,
            Some(_) => "no reading",
            None => "",
        };
        let words = format!("{} {why}", self.cx.glyphs.absent);
        title.push(Keep::Always, self.cx.theme.style(Role::Muted), words.trim_end());
    }

    fn push_summary(&self, title: &mut Title, words: Option<[String; 3]>, is_bound: bool) {
        let Some([mean, p95, most]) = words else { return };
        let muted = self.cx.theme.style(Role::Muted);
        title.push(Keep::Least, muted, format!("avg {mean}"));
        title.push(Keep::Little, muted, format!("p95 {p95}"));
        // The greatest mean of ten seconds would hide peaks: rather too much, and said so.
        let bound = if is_bound { self.cx.glyphs.at_most } else { "" };
        title.push(Keep::Some, muted, format!("max {bound}{most}"));
    }

    /// The sign before a value, and the value's look.
    fn look(&self, level: Option<Level>) -> (String, Role) {
        match level {
            Some(level @ (Level::Warn | Level::Bad)) => {
                (format!("{} ", self.cx.glyphs.level(level)), Role::of(level))
            }
            _ => (String::new(), self.text),
        }
    }

    fn inked(&self, used: &Layers, only: Role, way: usize) -> Vec<Layer> {
        let layer = |(number, amounts): (usize, &Vec<Option<Amount>>)| {
            let ink = if self.layers > 1 {
                ink(number, way, self.cx)
            } else {
                one_ink(only, way, self.cx)
            };
            let columns =
                if amounts.is_empty() { Vec::new() } else { self.timeline.columns(amounts) };
            Layer { ink, columns }
        };
        used.each.iter().enumerate().map(layer).collect()
    }
}

/// The look of the only layer of a chart, or of one of its two ways.
fn one_ink(role: Role, way: usize, cx: &Cx<'_>) -> Ink {
    Ink { style: cx.theme.style(role), sign: cx.glyphs.layers[way] }
}

/// The look of one of several layers. Where colours tell them apart, what goes out has other
/// dots than what goes in.
pub(super) fn ink(layer: usize, way: usize, cx: &Cx<'_>) -> Ink {
    let role = match layer {
        APART => Role::Muted,
        layer => Role::SERVICES[layer % Role::SERVICES.len()],
    };
    let signs = &cx.glyphs.layers;
    let sign = signs[if is_plain(cx) { layer % signs.len() } else { way }];
    Ink { style: cx.theme.style(role), sign }
}

/// Whether layers have to be told apart by their signs: there may be no colours.
fn is_plain(cx: &Cx<'_>) -> bool {
    cx.glyphs.are_ascii() || cx.theme.style(Role::ServiceA).fg.is_none()
}

fn highest(amounts: &[Option<Amount>]) -> f64 {
    amounts.iter().flatten().map(|amount| amount.mean).fold(0.0, f64::max)
}
