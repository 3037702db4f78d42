//! Pane 3: what the selected service uses, now and lately.

use jiff::{SignedDuration, Timestamp};
use ratatui::{
    buffer::Buffer,
    layout::{Constraint, Layout, Rect},
    symbols::line::VERTICAL,
    text::Line,
    widgets::{Axis, Chart, Dataset, GraphType, Widget},
};

use super::services::{Purpose, demand_stats, one_instance};
use crate::{
    input::{Command, Context},
    model::Demand,
    store::{EngineView, Metric, ServiceView, Span, Store, Topics, Usage},
    text::format,
    ui::{
        Cx, Pane, PaneId, Reaction, Wish,
        theme::Role,
        widgets::{cells, message},
    },
};

/// How much of the past the charts show.
const WINDOW: SignedDuration = SignedDuration::from_mins(5);

/// Pane 3.
#[derive(Debug, Default)]
pub struct Stats {
    /// The end of what is shown, while it stands still.
    still: Option<Timestamp>,
}

impl Pane for Stats {
    fn context(&self) -> Context {
        Context::Stats
    }

    fn title<'a>(&'a self, cx: &Cx<'a>) -> Line<'a> {
        let name = cx.selected().map_or("", |service| service.key.service.name.as_str());
        cx.span(Role::Text, name).into()
    }

    fn footnote<'a>(&'a self, cx: &Cx<'a>) -> Option<Line<'a>> {
        let words = match self.still {
            Some(at) => {
                let age = cx.now.duration_since(at).max(SignedDuration::ZERO).unsigned_abs();
                let words = format!(" {} paused {} ago ", cx.glyphs.paused, format::age(age));
                cx.span(Role::Warn, words)
            }
            None if !is_fresh(cx) => {
                cx.span(Role::Stale, format!(" {} stale: the engine is lost ", cx.glyphs.stale))
            }
            None => cx.span(Role::Muted, " last 5 min "),
        };
        Some(words.into())
    }

    fn commands(&self, cx: &Cx<'_>) -> Vec<Command> {
        let mut commands = vec![Command::Pause];
        if cx.selected().is_some() {
            commands.extend([Command::Logs, Command::Shell, Command::Inspect]);
        }
        commands
    }

    fn interest(&self) -> Topics {
        Topics::SERVICES | Topics::ENGINES | Topics::SAMPLES
    }

    fn demand(&self, cx: &Cx<'_>, demand: &mut Demand) {
        if let Some(service) = cx.selected() {
            demand_stats(service, cx.store, demand);
        }
    }

    fn on(&mut self, command: Command, cx: &Cx<'_>) -> Reaction {
        match command {
            Command::Pause => {
                self.still = if self.still.is_some() { None } else { Some(cx.now) };
                return Reaction::done();
            }
            Command::Back if self.still.is_some() => {
                self.still = None;
                return Reaction::done();
            }
            Command::Logs => return Reaction::wish(Wish::Focus(PaneId::Logs)),
            _ => {}
        }
        let purpose = match command {
            Command::Shell => Purpose::Shell,
            Command::Inspect => Purpose::Inspect,
            _ => return Reaction::Ignored,
        };
        let wish = cx.selected().map(|service| one_instance(service, cx.store, purpose));
        wish.map_or(Reaction::Ignored, Reaction::wish)
    }

    fn draw(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let Some(service) = cx.selected() else {
            let words = "Select a service to see what it uses.".to_string();
            return message::draw(area, buffer, cx, &[(Role::Muted, words)]);
        };
        let end = self.still.unwrap_or(cx.now);
        let [cpu, memory, network] = charts(service, cx, end);
        for (place, chart) in places(area).into_iter().zip([cpu, memory, network]) {
            chart.draw(place, buffer, cx, end);
        }
    }
}

/// Whether the numbers of the selected service can still be true.
fn is_fresh(cx: &Cx<'_>) -> bool {
    cx.selected()
        .is_none_or(|service| cx.store.engine(&service.key.engine).is_some_and(EngineView::is_up))
}

/// Beside each other where there is width, below each other otherwise; the last ones
/// go first where there is room for neither.
fn places(area: Rect) -> Vec<Rect> {
    if area.width >= 90 && area.height < 24 {
        return Layout::horizontal([Constraint::Fill(1); 3]).spacing(2).split(area).to_vec();
    }
    let count = (area.height / 3).clamp(1, 3);
    Layout::vertical(vec![Constraint::Fill(1); usize::from(count)]).split(area).to_vec()
}

/// One quantity over time.
struct Curves {
    title: String,
    now: String,
    lines: Vec<(Role, Vec<Option<f64>>)>,
    /// A line that the quantity must not reach.
    limit: Option<f64>,
    label: fn(f64) -> String,
}

fn charts(service: &ServiceView, cx: &Cx<'_>, end: Timestamp) -> [Curves; 3] {
    let sum = |metric| total(service, cx.store, end, metric);
    let usage = cx.store.usage(service, cx.now);
    let none = cx.glyphs.absent;
    let cpu = sum(Metric::Cpu);
    let memory = sum(Metric::Memory);
    let received = sum(Metric::Received);
    let sent = sum(Metric::Sent);
    let limit = usage.memory_limit_bytes;
    [
        Curves {
            title: "cpu".into(),
            now: with_most(usage.cpu_cores.map(format::percent), &cpu, format::percent, none),
            lines: vec![(Role::ChartA, cpu)],
            limit: None,
            label: format::percent,
        },
        Curves {
            title: "mem".into(),
            now: memory_words(&usage, none),
            lines: vec![(Role::ChartB, memory)],
            limit: limit.map(|bytes| bytes as f64),
            label: |bytes| format::bytes(bytes as u64),
        },
        Curves {
            title: "net".into(),
            now: network_words(&usage, cx),
            lines: vec![(Role::ChartC, received), (Role::ChartD, sent)],
            limit: None,
            label: |bytes| format!("{}/s", format::bytes(bytes as u64)),
        },
    ]
}

fn with_most(
    now: Option<String>,
    values: &[Option<f64>],
    label: fn(f64) -> String,
    none: &str,
) -> String {
    let most = values.iter().flatten().copied().reduce(f64::max);
    let now = now.unwrap_or_else(|| none.into());
    most.map_or_else(|| now.clone(), |most| format!("{now}  max {}", label(most)))
}

fn memory_words(usage: &Usage, none: &str) -> String {
    let Some(bytes) = usage.memory_bytes else { return none.into() };
    let words = format::bytes(bytes);
    match (usage.memory_limit_bytes, usage.memory_ratio()) {
        (Some(limit), Some(ratio)) => {
            format!("{words} of {} ({})", format::bytes(limit), format::percent(ratio))
        }
        _ => format!("{words}, no limit"),
    }
}

fn network_words(usage: &Usage, cx: &Cx<'_>) -> String {
    let rate = |rate: Option<f64>| {
        rate.map_or_else(
            || cx.glyphs.absent.into(),
            |rate| format!("{}/s", format::bytes(rate as u64)),
        )
    };
    if usage.received_per_second.is_none() && usage.sent_per_second.is_none() {
        // Without any reading nothing can be said of the engine either.
        let why = if usage.cpu_cores.is_some() { " not told by this engine" } else { "" };
        return format!("{}{why}", cx.glyphs.absent);
    }
    let (received, sent) = (rate(usage.received_per_second), rate(usage.sent_per_second));
    format!("{} {received}  {} {sent}", cx.glyphs.received, cx.glyphs.sent)
}

/// Adds up a quantity of all instances, one value a second; `None` where none of them tells.
fn total(service: &ServiceView, store: &Store, end: Timestamp, metric: Metric) -> Vec<Option<f64>> {
    let span = Span::until(end, WINDOW);
    let mut totals = vec![None; span.slots()];
    for view in service.instances.iter().filter_map(|key| store.instance(key)) {
        for (total, amount) in totals.iter_mut().zip(view.series.amounts(metric, &span)) {
            if let Some(amount) = amount {
                *total = Some(total.unwrap_or(0.0) + amount.mean);
            }
        }
    }
    totals
}

impl Curves {
    fn draw(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>, _end: Timestamp) {
        let head = cells::row(area, 0);
        let pieces = [
            (&*self.title, cx.theme.style(Role::Title)),
            ("  ", cx.theme.style(Role::Text)),
            (&*self.now, cx.theme.style(if is_fresh(cx) { Role::Text } else { Role::Stale })),
        ];
        cells::put_pieces(buffer, head, pieces, cx.glyphs.ellipsis);
        let plot = Rect { y: area.y + head.height, height: area.height - head.height, ..area };
        let is_known = self.lines.iter().any(|(_, values)| values.iter().any(Option::is_some));
        if plot.height < 2 || plot.width < 12 || !is_known {
            return;
        }
        let top = self.top();
        let segments: Vec<(Role, Vec<(f64, f64)>)> = self
            .lines
            .iter()
            .flat_map(|(role, values)| segments(values).into_iter().map(|s| (*role, s)))
            .collect();
        let seconds = WINDOW.as_secs() as f64;
        let limit = self.limit.filter(|limit| *limit <= top).map(|y| [(0.0, y), (seconds, y)]);
        let line = |role: Role, data| {
            Dataset::default()
                .marker(cx.glyphs.marker)
                .graph_type(GraphType::Line)
                .style(cx.theme.style(role))
                .data(data)
        };
        let mut datasets: Vec<Dataset<'_>> =
            limit.iter().map(|limit| line(Role::ChartLimit, limit)).collect();
        datasets.extend(segments.iter().map(|(role, points)| line(*role, points)));
        let muted = cx.theme.style(Role::Muted);
        let y_labels = [String::from("0"), (self.label)(top)];
        Chart::new(datasets)
            .style(cx.theme.style(Role::Text))
            .legend_position(None)
            .x_axis(Axis::default().bounds([0.0, seconds]).style(muted))
            .y_axis(Axis::default().bounds([0.0, top]).labels(y_labels).style(muted))
            .render(plot, buffer);
        // The chart knows one sign for its axis, which not every terminal shows.
        for place in plot.positions() {
            if let Some(cell) = buffer.cell_mut(place).filter(|cell| cell.symbol() == VERTICAL) {
                cell.set_symbol(cx.glyphs.track);
            }
        }
    }

    /// The top of the scale: above the highest value, and the limit when that is near.
    fn top(&self) -> f64 {
        let values = self.lines.iter().flat_map(|(_, values)| values.iter().flatten());
        let most = values.copied().fold(0.0, f64::max);
        let top = match self.limit {
            Some(limit) if most > limit / 4.0 => limit.max(most),
            _ => most,
        };
        ceiling(top)
    }
}

/// The next of 1, 2, 5, 10, 20, 50 … (or a part of 1): a scale that does not move with
/// every reading. 0.01 at the least, which is 1 % of a core.
fn ceiling(value: f64) -> f64 {
    let magnitude = 10_f64.powf(value.max(0.01).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * magnitude);
    // The last step is ten times the magnitude, which no value of it passes.
    steps.into_iter().find(|step| *step >= value).unwrap_or(value)
}

/// The stretches without a gap, as points of a chart.
fn segments(values: &[Option<f64>]) -> Vec<Vec<(f64, f64)>> {
    let points: Vec<(usize, Option<f64>)> = values.iter().copied().enumerate().collect();
    points
        .split(|(_, value)| value.is_none())
        .map(|run| run.iter().filter_map(|(at, value)| Some((*at as f64, (*value)?))).collect())
        .filter(|run: &Vec<_>| !run.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_in_the_data_is_a_gap_in_the_line() {
        let values = [Some(1.0), Some(2.0), None, None, Some(3.0)];
        assert_eq!(segments(&values), [vec![(0.0, 1.0), (1.0, 2.0)], vec![(4.0, 3.0)]]);
    }

    #[test]
    fn a_scale_moves_in_steps() {
        let shown = |value: f64| format!("{:.2}", ceiling(value));
        let scales = [0.0, 0.013, 0.02, 0.9, 4.0, 70.0].map(shown);
        assert_eq!(scales, ["0.01", "0.02", "0.02", "1.00", "5.00", "100.00"]);
    }
}
