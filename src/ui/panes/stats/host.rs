//! What the host has and does.

use std::cmp::Reverse;

use ratatui::{buffer::Buffer, layout::Rect};

use super::{
    board::Board,
    clock::ago,
    layers::Layers,
    legend::push_moment,
    maker::{Maker, One, Two},
    scale::Unit,
    still::Still,
    timeline::Timeline,
    title::{Keep, Title},
};
use crate::{
    model::{
        Disk, HostSample, Level, Pressure,
        threshold::{CPU_WAITING, LOAD, SWAP},
    },
    store::{HostView, Metric},
    text::{format, width::fit},
    ui::{
        Cx,
        theme::Role,
        widgets::{cells, message},
    },
};

/// What is drawn, in the order of the charts.
pub(super) const METRICS: [Metric; 4] =
    [Metric::Cpu, Metric::Memory, Metric::Received, Metric::Sent];

/// Why something of the host is not told.
const UNTOLD: &str = "not told by this kernel";

/// A reading older than this is not what there is now, in seconds.
const FRESH: i64 = 10;

/// The columns of a disk's folder.
const MOUNT_POINT: usize = 16;

/// The rows below the charts that are never more than this part of all.
const FACTS_SHARE: u16 = 2;

/// Draws charts of the host, and below them what is no curve.
pub(super) fn draw(
    place: Rect,
    buffer: &mut Buffer,
    cx: &Cx<'_>,
    still: Option<&Still>,
    timeline: Timeline,
) {
    let Some(host) = cx.store.host() else {
        let words = "Nothing was read of this host yet.".to_string();
        return message::draw(place, buffer, cx, &[(Role::Muted, words)]);
    };
    let mut facts = vec![load(&host.sample, cx), pressure(&host.sample, cx)];
    let room = (place.height / FACTS_SHARE).max(2);
    facts.extend(disks(&host.sample.disks, usize::from(room) - 2, cx));
    let rows = (facts.len() as u16).min(place.height);
    let charts = Rect { height: place.height - rows, ..place };
    board(host, still, timeline, cx).draw(charts, buffer, cx);
    for (row, fact) in facts.iter().enumerate() {
        let row = cells::row(cells::below(place, charts.height), row as u16);
        fact.draw(row, buffer, cx.glyphs.ellipsis);
    }
}

/// Whether the numbers of the host can still be true.
pub(super) fn is_fresh(host: &HostView, cx: &Cx<'_>) -> bool {
    cx.now.duration_since(host.heard_at).as_secs() <= FRESH
}

fn board(host: &HostView, still: Option<&Still>, timeline: Timeline, cx: &Cx<'_>) -> Board {
    let cursor = still.and_then(|still| timeline.cell_of(still.cursor()));
    let [cpu, memory, received, sent] =
        METRICS.map(|metric| Layers::single(host.series.amounts(metric, timeline.span())));
    let text = if is_fresh(host, cx) { Role::Text } else { Role::Stale };
    let maker = Maker { cx, timeline, cursor, text, is_told: false, layers: 1 };
    let now = host.sample.as_sample();
    let limit = |metric: Metric| metric.of(&now).filter(|limit| *limit > 0.0);
    let (cores, total) = (limit(Metric::CpuLimit), limit(Metric::MemoryLimit));
    let charts = vec![
        maker.one(One {
            name: "cpu",
            used: &cpu,
            now: Metric::Cpu.of(&now),
            unit: Unit::Cores,
            limit: cores,
            judged: cores.map(|cores| (cx.thresholds.cpu, cores)),
            role: Role::ChartA,
            notes: waiting(&host.sample),
            untold: UNTOLD,
        }),
        maker.one(One {
            name: "mem",
            used: &memory,
            now: Metric::Memory.of(&now),
            unit: Unit::Bytes,
            limit: total,
            judged: total.map(|total| (cx.thresholds.memory, total)),
            role: Role::ChartB,
            notes: swap(&host.sample),
            untold: UNTOLD,
        }),
        maker.two(&Two {
            name: "net",
            into: &received,
            out: &sent,
            now: [Metric::Received.of(&now), Metric::Sent.of(&now)],
            words: [cx.glyphs.received, cx.glyphs.sent],
            signs: [cx.glyphs.received, cx.glyphs.sent],
            untold: UNTOLD,
        }),
    ];
    let legend = maker.cursor.map(|cell| {
        let mut title = Title::default();
        push_moment(&mut title, &maker, cell, &[]);
        title
    });
    let end = still.map(Still::end);
    Board { timeline, charts, marks: Vec::new(), cursor, end, legend }
}

/// The CPU's time in which nothing could be done.
fn waiting(sample: &HostSample) -> Vec<(Role, String)> {
    let Some(cpu) = sample.cpu else { return Vec::new() };
    let note = |share: f64, word: &str| {
        let role = if share >= CPU_WAITING { Role::Warn } else { Role::Muted };
        (role, format!("{word} {}", format::percent(share)))
    };
    vec![note(cpu.iowait, "iowait"), note(cpu.steal, "steal")]
}

fn swap(sample: &HostSample) -> Vec<(Role, String)> {
    let (Some(total), Some(free)) = (sample.swap_total_bytes, sample.swap_free_bytes) else {
        return Vec::new();
    };
    if total == 0 {
        return vec![(Role::Muted, "no swap".into())];
    }
    let used = total.saturating_sub(free);
    let role = if used as f64 > SWAP * total as f64 { Role::Warn } else { Role::Muted };
    vec![(role, format!("swap {} of {}", format::bytes(used), format::bytes(total)))]
}

/// How many tasks run or wait, for each core.
fn load(sample: &HostSample, cx: &Cx<'_>) -> Title {
    let mut title = headed("load", cx);
    let muted = cx.theme.style(Role::Muted);
    let Some(load) = sample.load else {
        title.push(Keep::Always, muted, cx.glyphs.absent);
        return title;
    };
    let cores = sample.cores.filter(|cores| *cores > 0);
    let (level, each) = match cores {
        Some(cores) => {
            let each = load[0] / f64::from(cores);
            let plural = if cores == 1 { "core" } else { "cores" };
            (LOAD.level(each), Some(format!("{} a core, {cores} {plural}", format::cores(each))))
        }
        None => (Level::Ok, None),
    };
    let [one, five, fifteen] = load.map(format::cores);
    push_judged(&mut title, level, &format!("{one} {five} {fifteen}"), cx);
    if let Some(each) = each {
        title.push(Keep::Long, cx.theme.style(Role::Text), each);
    }
    title.push(Keep::Little, muted, "on average of 1, 5 and 15 min");
    title
}

/// For what tasks wait, as the kernel tells it (PSI).
fn pressure(sample: &HostSample, cx: &Cx<'_>) -> Title {
    let mut title = headed("waiting", cx);
    let all = [
        ("for CPU", sample.cpu_pressure),
        ("for memory", sample.memory_pressure),
        ("for disks", sample.io_pressure),
    ];
    if all.iter().all(|(_, pressure)| pressure.is_none()) {
        let words = format!("{} not told by this kernel (PSI)", cx.glyphs.absent);
        title.push(Keep::Always, cx.theme.style(Role::Muted), words);
        return title;
    }
    for (word, pressure) in all {
        let Some(pressure) = pressure else { continue };
        let Pressure { some_share, full_share } = pressure;
        let some = f64::from(some_share);
        let full = full_share.map(f64::from).filter(|full| *full >= 0.005);
        let full =
            full.map_or_else(String::new, |full| format!(" (all: {})", format::percent(full)));
        let words = format!("{word} {}{full}", format::percent(some));
        push_judged(&mut title, pressure.level(), &words, cx);
    }
    title.push(Keep::Least, cx.theme.style(Role::Muted), "of the last 10s");
    title
}

/// The disks, the fullest first, in so many rows.
fn disks(disks: &[Disk], room: usize, cx: &Cx<'_>) -> Vec<Title> {
    let share = |disk: &Disk| {
        let (bytes, inodes) = (disk.used_share(), disk.inodes_share());
        bytes.unwrap_or(0.0).max(inodes.unwrap_or(0.0))
    };
    let mut sorted: Vec<&Disk> = disks.iter().collect();
    sorted.sort_by_key(|disk| Reverse((share(disk) * 1e6) as u64));
    let shown = if sorted.len() > room { room.saturating_sub(1) } else { sorted.len() };
    let mut titles: Vec<Title> = sorted[..shown].iter().map(|disk| one_disk(disk, cx)).collect();
    if let Some(next) = sorted.get(shown).filter(|_| room > 0) {
        let mut title = headed("disk", cx);
        let count = sorted.len() - shown;
        let words = format!("{count} more, the fullest at {}", format::percent(share(next)));
        title.push(Keep::Always, cx.theme.style(Role::Muted), words);
        titles.push(title);
    }
    titles
}

fn one_disk(disk: &Disk, cx: &Cx<'_>) -> Title {
    let mut title = headed("disk", cx);
    let mount_point = fit(disk.mount_point.as_str(), MOUNT_POINT, cx.glyphs.ellipsis);
    title.push(Keep::Always, cx.theme.style(Role::Text), mount_point);
    match disk.used_share() {
        Some(share) => {
            let words = format!(
                "{} full, {} of {} left",
                format::percent(share),
                format::bytes(disk.available_bytes),
                format::bytes(disk.total_bytes),
            );
            push_judged(&mut title, cx.thresholds.disk.level(share), &words, cx);
        }
        None => title.push(Keep::Always, cx.theme.style(Role::Muted), cx.glyphs.absent),
    }
    if let Some(share) = disk.inodes_share() {
        let level = cx.thresholds.disk.level(share);
        let words = format!("inodes {}", format::percent(share));
        let keep = if level >= Level::Warn { Keep::Always } else { Keep::Long };
        let (glyph, role) = judged(level, Role::Muted, cx);
        title.push(keep, cx.theme.style(role), format!("{glyph}{words}"));
    }
    let device = format!("{} {}", disk.device, disk.file_system);
    title.push(Keep::Least, cx.theme.style(Role::Muted), device);
    title
}

fn headed(word: &'static str, cx: &Cx<'_>) -> Title {
    let mut title = Title::default();
    title.push(Keep::Always, cx.theme.style(Role::Title), format!("{word:<7}"));
    title
}

fn push_judged(title: &mut Title, level: Level, words: &str, cx: &Cx<'_>) {
    let (glyph, role) = judged(level, Role::Text, cx);
    title.push(Keep::Longer, cx.theme.style(role), format!("{glyph}{words}"));
}

/// The sign before a judged value, and its look.
fn judged(level: Level, otherwise: Role, cx: &Cx<'_>) -> (String, Role) {
    if level < Level::Warn {
        return (String::new(), otherwise);
    }
    (format!("{} ", cx.glyphs.level(level)), Role::of(level))
}

/// How old the numbers are when they are not of now, for the pane's title.
pub(super) fn stale_words(cx: &Cx<'_>) -> Option<String> {
    let host = cx.store.host().filter(|host| !is_fresh(host, cx))?;
    Some(format!("{} last read {} ago", cx.glyphs.stale, ago(host.heard_at, cx.now)))
}
