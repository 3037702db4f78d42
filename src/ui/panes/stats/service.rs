//! What the selected service uses.

use super::{
    against::Against,
    board::Board,
    clock::ago,
    layers::{Layers, Names},
    legend::{legend, marks},
    maker::{Maker, One, Two},
    scale::Unit,
    still::Still,
    timeline::Timeline,
    untold::Untold,
};
use crate::{
    model::{Level, Threshold, threshold::THROTTLED},
    store::{EngineView, InstanceView, Metric, Part, ServiceView, Usage},
    text::format,
    ui::{Cx, theme::Role},
};

/// What is drawn, in the order of the charts.
pub(super) const METRICS: [Metric; 6] = [
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
    let limits = if still.is_some() {
        let [cpu, memory, ..] = &parts;
        [(cpu, Metric::CpuLimit), (memory, Metric::MemoryLimit)].map(|(used, limit)| {
            let limits = cx.store.parts(service, limit, timeline.span());
            Against::new(used, &limits).slots().rev().flatten().next()?.limit
        })
    } else {
        let usage = cx.store.usage(service, cx.now);
        [usage.cpu_limit_cores, usage.memory_limit_bytes.map(|bytes| bytes as f64)]
    };
    let used = parts.map(|parts: Vec<Part>| Layers::new(parts, &names));
    let text = if is_fresh(service, cx) { Role::Text } else { Role::Stale };
    let is_told = used.iter().any(Layers::is_known);
    let maker = Maker { cx, timeline, cursor, text, is_told, layers: names.layers() };
    let marks = marks(service, &timeline, cx);
    let legend = legend(service, &maker, &names, &used[0], &marks);
    Board {
        charts: charts(service, &maker, &used, limits),
        marks: marks.into_iter().map(|(cell, mark)| (cell, mark.kind)).collect(),
        timeline,
        cursor,
        end: still.map(Still::end),
        legend,
    }
}

/// Whether the numbers of a service can still be true.
fn is_fresh(service: &ServiceView, cx: &Cx<'_>) -> bool {
    cx.store.engine(&service.key.engine).is_some_and(EngineView::is_up)
}

/// How old the numbers of the selected service are once its engine is lost, for the pane's
/// title: as old as the last word from there.
pub(super) fn stale_words(cx: &Cx<'_>) -> Option<String> {
    let engine = cx.store.engine(&cx.selected()?.key.engine).filter(|engine| !engine.is_up())?;
    let age = engine.data.as_of().map(|at| format!(" {}", ago(at, cx.now))).unwrap_or_default();
    Some(format!("{} stale{age}", cx.glyphs.stale))
}

fn charts(
    service: &ServiceView,
    maker: &Maker<'_>,
    used: &[Layers; 6],
    limits: [Option<f64>; 2],
) -> Vec<super::chart::Chart> {
    let cx = maker.cx;
    let usage = cx.store.usage(service, cx.now);
    let [cpu, memory, received, sent, read, written] = used;
    let [cpu_limit, limit] = limits.map(|limit| limit.filter(|limit| *limit > 0.0));
    let whole = cpu_limit.or(usage.host_cores.map(f64::from)).filter(|cores| *cores > 0.0);
    let notes =
        if maker.cursor.is_some() { Default::default() } else { notes(service, &usage, cx) };
    let [cpu_notes, memory_notes] = notes;
    let untold = Untold::of(service, cx);
    vec![
        maker.one(One {
            name: "cpu",
            used: cpu,
            now: usage.cpu_cores,
            unit: Unit::Cores,
            limit: cpu_limit,
            judged: whole.map(|whole| (cx.thresholds.cpu, whole)),
            role: Role::ChartA,
            notes: cpu_notes,
            untold: untold.rate(),
        }),
        maker.one(One {
            name: "mem",
            used: memory,
            now: usage.memory_bytes.map(|bytes| bytes as f64),
            unit: Unit::Bytes,
            limit,
            judged: limit.map(|whole| (cx.thresholds.memory, whole)),
            role: Role::ChartB,
            notes: memory_notes,
            untold: untold.amount(),
        }),
        maker.two(&Two {
            name: "net",
            into: received,
            out: sent,
            now: [usage.received_per_second, usage.sent_per_second],
            words: [cx.glyphs.received, cx.glyphs.sent],
            signs: [cx.glyphs.received, cx.glyphs.sent],
            untold: untold.network(),
        }),
        maker.two(&Two {
            name: "disk",
            into: read,
            out: written,
            now: [usage.disk_read_per_second, usage.disk_written_per_second],
            words: ["read", "written"],
            signs: ["r", "w"],
            untold: untold.disks(),
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
    let cpu = |view: &InstanceView| view.current(cx.now)?.cpu_share();
    let memory = |view: &InstanceView| view.current(cx.now)?.memory_share();
    let mut notes = [
        worst(&views, cpu, usage.cpu_share(), cx.thresholds.cpu, cx),
        worst(&views, memory, usage.memory_ratio(), cx.thresholds.memory, cx),
    ]
    .map(|note| note.into_iter().collect::<Vec<_>>());
    let newest = || views.iter().filter_map(|view| view.current(cx.now));
    let throttled = newest().filter_map(|s| Metric::Throttled.of(s)).fold(0.0, f64::max);
    if throttled >= THROTTLED {
        notes[0].push((Role::Warn, format!("throttled {}", format::percent(throttled))));
    }
    let swap = newest().filter_map(|s| s.swap_bytes).fold(0, u64::saturating_add);
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
