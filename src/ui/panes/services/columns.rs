//! The columns of the services table: which of them there is room for, and where they stand.

use std::borrow::Cow;

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::{
    order::SortKey,
    rows::Rows,
    values::{Told, Value},
};
use crate::{
    model::Level,
    store::{EngineView, InstanceView, ServiceView},
    text::{Clean, width::width},
    ui::{Cx, theme::Role, widgets::cells},
};

/// Columns of glyph and mark before the name.
const LEAD: u16 = 4;

/// The least room for the reason. What is wrong gets what it needs, up to two fifths
/// of the table: it goes before numbers, but for its last words.
const REASON: u16 = 12;

/// The columns in which a reason is told but for its last words, which the pane's foot has.
/// They matter less than what is used, and more than for how long it is up.
const REASON_TOLD: u16 = 26;

/// A column after the name, in the order in which they find room.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Up,
    Cpu,
    Memory,
    Restarts,
    Network,
    Age,
}

impl Column {
    const BY_USE: [Self; 6] =
        [Self::Up, Self::Cpu, Self::Memory, Self::Restarts, Self::Network, Self::Age];

    /// Those that are judged by a threshold. What is past it is said also where there is no
    /// room for the column.
    const JUDGED: [Self; 2] = [Self::Cpu, Self::Memory];

    /// The room that memory needs with its share of the limit.
    pub(super) const MEMORY_WITH_SHARE: u16 = 10;

    /// The room that it can do with, the best first; none when it would say nothing: a
    /// column of nothing takes room from reasons.
    fn widths(self, content: &Content) -> &'static [u16] {
        match self {
            Self::Up => &[4],
            Self::Cpu if content.cpu_limits => &[9, 6, 5],
            Self::Cpu => &[6, 5],
            Self::Memory if content.memory_limits => &[Self::MEMORY_WITH_SHARE, 5],
            Self::Memory => &[5],
            Self::Restarts if content.restarts > 0 => &[4],
            Self::Network if content.network => &[11],
            Self::Restarts | Self::Network => &[],
            Self::Age => &[6],
        }
    }

    pub(super) fn heading(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Cpu => "cpu",
            Self::Memory => "mem",
            Self::Restarts => "rst",
            Self::Network => "net/s",
            Self::Age => "uptime",
        }
    }

    /// Whether the table is ordered by this column.
    fn is_sorted(self, sort: SortKey) -> bool {
        matches!(
            (self, sort),
            (Self::Cpu, SortKey::Cpu)
                | (Self::Memory, SortKey::Memory)
                | (Self::Network, SortKey::Network)
                | (Self::Restarts, SortKey::Restarts)
                | (Self::Age, SortKey::Uptime)
        )
    }
}

/// What there is to show of all rows, also of those that are not visible: columns that come
/// and go with scrolling could not be read. Looked up once a frame.
#[derive(Default)]
struct Content {
    /// The columns of the longest name.
    name: usize,
    /// The columns of the longest reason of what is wrong.
    reason: usize,
    /// The most of any.
    restarts: u32,
    network: bool,
    cpu_limits: bool,
    memory_limits: bool,
}

impl Content {
    fn of(rows: &Rows<'_>, stacks_shown: bool, cx: &Cx<'_>) -> Self {
        let mut content = Self::default();
        for service in rows.iter_services() {
            content.name = content.name.max(width(&name(service, stacks_shown, cx)));
            content.restarts = content.restarts.max(service.restarts);
            if service.condition.level >= Level::Warn {
                let words = cx.standing(&service.key.engine, &service.condition).words;
                content.reason = content.reason.max(width(&words));
            }
            for view in service.instances.iter().filter_map(|key| cx.store.instance(key)) {
                if content.is_told() {
                    break;
                }
                content.see(view);
            }
        }
        content
    }

    /// Whether there is nothing left to be seen in readings.
    fn is_told(&self) -> bool {
        self.network && self.cpu_limits && self.memory_limits
    }

    fn see(&mut self, view: &InstanceView) {
        if let Some(sample) = view.series.latest().filter(|_| view.instance.is_up()) {
            self.network |= sample.received_per_second.is_some();
            self.cpu_limits |= sample.cpu_limit_cores.is_some();
            self.memory_limits |= sample.memory_limit_bytes.is_some();
        }
    }
}

/// The columns that there is room for.
pub(super) struct Columns {
    sort: SortKey,
    name: u16,
    /// With their widths.
    shown: Vec<(Column, u16)>,
}

impl Columns {
    pub(super) fn new(room: u16, rows: &Rows<'_>, sort: SortKey, cx: &Cx<'_>) -> Self {
        let stacks_shown = rows.services() < rows.len();
        let content = Content::of(rows, stacks_shown, cx);
        let name = (content.name as u16).clamp(6, (room / 3).max(6));
        let reason = content.reason.min(usize::from(u16::MAX)) as u16;
        let reason = reason.clamp(REASON, (room * 2 / 5).max(REASON));
        let mut rest = room.saturating_sub(LEAD + name);
        let mut shown = Vec::new();
        for column in Column::BY_USE {
            let kept = if column == Column::Age { reason } else { reason.min(REASON_TOLD) };
            let free = rest.saturating_sub(kept);
            let mut widths = column.widths(&content).iter().copied();
            if let Some(width) = widths.find(|width| *width < free) {
                rest -= width + 1;
                shown.push((column, width));
            }
        }
        Self { sort, name, shown }
    }

    /// Draws the names of the columns, and which of them the table is ordered by.
    pub(super) fn draw_heading(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let style =
            |sorted: bool| cx.theme.style(if sorted { Role::Accent } else { Role::Heading });
        buffer.set_style(area, cx.theme.style(Role::Heading));
        let mut rest = cells::skip(area, LEAD - 1);
        cells::put(buffer, rest, "service", style(false), "");
        rest = cells::skip(rest, self.name + 1);
        for (column, width) in &self.shown {
            let place = Rect { width: (*width).min(rest.width), ..rest };
            let sorted = column.is_sorted(self.sort);
            let words = heading(column.heading(), sorted, usize::from(*width), cx);
            cells::put_right(buffer, place, &words, style(sorted), "");
            rest = cells::skip(rest, width + 1);
        }
        let sorted = self.sort == SortKey::State;
        let words = heading("state", sorted, usize::from(rest.width), cx);
        cells::put(buffer, rest, &words, style(sorted), "");
    }

    pub(super) fn draw(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>, service: &ServiceView) {
        let selected = cx.selection.service.as_ref() == Some(&service.key);
        let is_fresh = cx.store.engine(&service.key.engine).is_some_and(EngineView::is_up);
        if selected {
            buffer.set_style(area, cx.on_row(Role::Text, true));
        }
        let on_row = |role: Role| cx.on_row(role, selected);
        let marked = cx.selection.marks.contains(&service.key);
        let now = cx.standing(&service.key.engine, &service.condition);
        let text = if is_fresh { Role::Text } else { Role::Stale };
        let ellipsis = cx.glyphs.ellipsis;

        let mark = if marked { cx.glyphs.mark } else { " " };
        let lead = [(mark, on_row(Role::Mark)), (now.glyph, on_row(now.role)), (" ", Style::new())];
        cells::put_pieces(buffer, area, lead, ellipsis);
        let mut rest = cells::skip(area, 3);
        let named = Rect { width: self.name.min(rest.width), ..rest };
        let stacks_shown = self.sort == SortKey::Name;
        cells::put(buffer, named, &name(service, stacks_shown, cx), on_row(text), ellipsis);
        rest = cells::skip(rest, self.name + 1);
        let told = Told { service, usage: cx.store.usage(service, cx.now), is_fresh };
        for (column, width) in &self.shown {
            let place = Rect { width: (*width).min(rest.width), ..rest };
            let value = told.value(*column, *width, cx);
            // What is not as it should be keeps its colour in a column that stands out.
            let plain = matches!(value.role, Role::Text | Role::Muted);
            let accented = plain && column.is_sorted(self.sort);
            let style = on_row(if accented { Role::Accent } else { value.role });
            cells::put_right(buffer, place, &value.text, style, ellipsis);
            rest = cells::skip(rest, width + 1);
        }
        let used = cells::put(buffer, rest, &now.words, on_row(now.role), ellipsis);
        let hidden = Column::JUDGED.into_iter().filter(|column| !self.shows(*column));
        let alarms: Vec<Value> = hidden.filter_map(|column| told.alarm(column, cx)).collect();
        let pieces = alarms.iter().map(|alarm| (&*alarm.text, on_row(alarm.role)));
        cells::put_pieces(buffer, cells::skip(rest, used), pieces, ellipsis);
    }

    fn shows(&self, column: Column) -> bool {
        self.shown.iter().any(|(shown, _)| *shown == column)
    }
}

/// The name of a column, with a sign before it when the table is ordered by it; apart from it
/// where there is room: in ASCII the sign is a letter.
fn heading(name: &str, sorted: bool, room: usize, cx: &Cx<'_>) -> String {
    if !sorted || room <= name.len() {
        return name.to_owned();
    }
    let apart = if room > name.len() + 1 { " " } else { "" };
    format!("{}{apart}{name}", cx.glyphs.descending)
}

/// The name; with its stack where no line above says it.
fn name<'a>(service: &'a ServiceView, stacks_shown: bool, cx: &Cx<'_>) -> Cow<'a, str> {
    let id = &service.key.service;
    let only_stack = cx.stack.name.is_some() && cx.stack.name == id.stack;
    if stacks_shown || only_stack || id.stack.is_none() {
        id.name.as_str().into()
    } else {
        id.to_string().into()
    }
}

/// Draws the name of a stack above its services.
pub(super) fn draw_stack(
    area: Rect,
    buffer: &mut Buffer,
    cx: &Cx<'_>,
    name: Option<&Clean>,
    services: usize,
) {
    let name = name.map_or("no stack", Clean::as_str);
    let count = format!("  {services}");
    let pieces = [(name, cx.theme.style(Role::Title)), (&*count, cx.theme.style(Role::Muted))];
    cells::put_pieces(buffer, area, pieces, cx.glyphs.ellipsis);
}
