//! What the selected service uses.

use super::{
    board::{Board, sign},
    clock::{ago, clock},
    layers::{Layers, Names},
    maker::{Maker, One, Two, ink},
    scale::Unit,
    still::Still,
    timeline::Timeline,
    title::{Keep, Title},
};
use crate::{
    model::{Level, Threshold, threshold::cpu_share},
    store::{EngineView, InstanceView, Mark, MarkKind, Metric, Part, ServiceView, Usage},
    text::format,
    ui::{Cx, theme::Role},
};
use strum::IntoEnumIterator as _;

const METRICS: [Metric; 6] = [
    Metric::Cpu,
    Metric::Memory,
    Metric::Received,
    Metric::Sent,
    Metric::DiskRead,
    Metric::DiskWritten,
];

/// The charts of a service.
pub(super) fn board(
    service: &ServiceView,
    still: Option<&Still>,
    timeline: Timeline,
    cx: &Cx<'_>,
) -> Board {
    let cursor = still.and_then(|still| timeline.cell_of(still.cursor()));
    let parts = METRICS.map(|metric| cx.store.parts(service, metric, timeline.span()));
    let mut names = Names::default();
    for parts in &parts {
        names.learn(parts);
    }
    let used = parts.map(|parts: Vec<Part>| Layers::new(parts, &names));
    let text = if is_fresh(service, cx) { Role::Text } else { Role::Stale };
    let is_told = used.iter().any(Layers::is_known);
    let maker = Maker { cx, timeline, cursor, text, is_told, layers: names.layers() };
    let marks = marks(service, &timeline, cx);
    let legend = legend(&maker, &names, &used[0], &marks);
    Board {
        charts: charts(service, &maker, &used),
        marks: marks.into_iter().map(|(cell, mark)| (cell, mark.kind)).collect(),
        timeline,
        cursor,
        end: still.map(Still::end),
        legend,
    }
}

/// Whether the numbers of a service can still be true.
pub(super) fn is_fresh(service: &ServiceView, cx: &Cx<'_>) -> bool {
    cx.store.engine(&service.key.engine).is_some_and(EngineView::is_up)
}

fn charts(
    service: &ServiceView,
    maker: &Maker<'_>,
    used: &[Layers; 6],
) -> Vec<super::chart::Chart> {
    let cx = maker.cx;
    let usage = cx.store.usage(service, cx.now);
    let [cpu, memory, received, sent, read, written] = used;
    let host = cx.store.host().map(|host| &host.sample);
    let cores = host.and_then(|host| host.cores);
    let whole = usage.cpu_limit_cores.or(cores.map(f64::from)).filter(|cores| *cores > 0.0);
    let limit = usage.memory_limit_bytes.filter(|limit| *limit > 0).map(|limit| limit as f64);
    let total = host.and_then(|host| host.memory_total_bytes).map(|total| total as f64);
    let notes =
        if maker.cursor.is_some() { Default::default() } else { notes(service, &usage, cx) };
    let [cpu_notes, memory_notes] = notes;
    vec![
        maker.one(One {
            name: "cpu",
            used: cpu,
            now: usage.cpu_cores,
            unit: Unit::Cores,
            limit: usage.cpu_limit_cores.filter(|limit| *limit > 0.0),
            judged: whole.map(|whole| (cx.thresholds.cpu, whole)),
            role: Role::ChartA,
            notes: cpu_notes,
        }),
        maker.one(One {
            name: "mem",
            used: memory,
            now: usage.memory_bytes.map(|bytes| bytes as f64),
            unit: Unit::Bytes,
            limit,
            judged: limit.or(total).map(|whole| (cx.thresholds.memory, whole)),
            role: Role::ChartB,
            notes: memory_notes,
        }),
        maker.two(&Two {
            name: "net",
            into: received,
            out: sent,
            now: [usage.received_per_second, usage.sent_per_second],
            words: [cx.glyphs.received, cx.glyphs.sent],
            signs: [cx.glyphs.received, cx.glyphs.sent],
        }),
        maker.two(&Two {
            name: "disk",
            into: read,
            out: written,
            now: [usage.disk_read_per_second, usage.disk_written_per_second],
            words: ["read", "written"],
            signs: ["r", "w"],
        }),
    ]
}

/// What is to be said of CPU and memory beside how much of them is used: an instance that
/// is worse off than all together, time that it was stopped, what is in swap.
fn notes(service: &ServiceView, usage: &Usage, cx: &Cx<'_>) -> [Vec<(Role, String)>; 2] {
    let views: Vec<&InstanceView> = service
        .instances
        .iter()
        .filter_map(|key| cx.store.instance(key))
        .filter(|view| view.instance.is_up())
        .collect();
    let cpu = |view: &InstanceView| {
        let sample = view.series.latest()?;
        cpu_share(sample.cpu_cores?, sample.cpu_limit_cores, None)
    };
    let memory = |view: &InstanceView| {
        let sample = view.series.latest()?;
        let limit = sample.memory_limit_bytes.filter(|limit| *limit > 0)?;
        Some(sample.memory_bytes? as f64 / limit as f64)
    };
    let mut notes = [
        worst(&views, cpu, usage.cpu_ratio(), cx.thresholds.cpu, cx),
        worst(&views, memory, usage.memory_ratio(), cx.thresholds.memory, cx),
    ]
    .map(|note| note.into_iter().collect::<Vec<_>>());
    let latest = || views.iter().filter_map(|view| view.series.latest());
    let throttled = latest().filter_map(|s| Metric::Throttled.of(s)).fold(0.0, f64::max);
    if throttled >= 0.01 {
        notes[0].push((Role::Warn, format!("throttled {}", format::percent(throttled))));
    }
    let swap = latest().filter_map(|s| s.swap_bytes).fold(0, u64::saturating_add);
    if swap > 0 {
        notes[1].push((Role::Warn, format!("swap {}", format::bytes(swap))));
    }
    notes
}

/// The instance that uses the largest share of what it may, when that is worse than all
/// of them together.
fn worst(
    views: &[&InstanceView],
    share: impl Fn(&InstanceView) -> Option<f64>,
    together: Option<f64>,
    threshold: Threshold,
    cx: &Cx<'_>,
) -> Option<(Role, String)> {
    let shares = views.iter().filter_map(|view| Some((share(view)?, &view.instance.name)));
    let (share, name) = shares.max_by(|a, b| a.0.total_cmp(&b.0))?;
    let level = threshold.level(share);
    let is_worse = level >= Level::Warn && together.is_none_or(|all| threshold.level(all) < level);
    let words = || format!("{} {name} {}", cx.glyphs.level(level), format::percent(share));
    is_worse.then(|| (Role::of(level), words()))
}

/// What happened in the time that is shown, and in which cells.
fn marks<'a>(service: &ServiceView, timeline: &Timeline, cx: &Cx<'a>) -> Vec<(u16, &'a Mark)> {
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

/// What the moment that is read is, which instance is which, and what the marks mean.
fn legend(maker: &Maker<'_>, names: &Names, cpu: &Layers, marks: &[(u16, &Mark)]) -> Option<Title> {
    let cx = maker.cx;
    let mut title = Title::default();
    let mut is_empty = true;
    if let Some(cell) = maker.cursor {
        push_moment(&mut title, maker, cell, marks);
        is_empty = false;
    } else {
        for kind in MarkKind::iter().filter(|kind| marks.iter().any(|(_, mark)| mark.kind == *kind))
        {
            let (sign, role) = sign(kind, cx);
            title.push(Keep::Longer, cx.theme.style(role), format!("{sign} {}", kind.word()));
            is_empty = false;
        }
    }
    if names.layers() > 1 {
        for (layer, amounts) in cpu.each.iter().enumerate() {
            let ink = ink(layer, cx);
            let value = match maker.cursor {
                Some(cell) if !amounts.is_empty() => maker.timeline.value(amounts, cell),
                Some(_) => None,
                None => amounts.iter().rev().take(15).find_map(|amount| amount.map(|a| a.mean)),
            };
            let value = value.map_or(cx.glyphs.absent.into(), format::percent);
            let words = format!("{} {} {value}", ink.sign, names.name(layer));
            title.push(Keep::Some, ink.style, words);
        }
        is_empty = false;
    }
    (!is_empty).then_some(title)
}

/// The moment that is read, and what happened around it.
fn push_moment(title: &mut Title, maker: &Maker<'_>, cell: u16, marks: &[(u16, &Mark)]) {
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
