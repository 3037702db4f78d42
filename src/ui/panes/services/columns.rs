//! The columns of the services table: which of them there is room for, and what they say.

use jiff::SignedDuration;
use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::{order::SortKey, rows::Rows};
use crate::{
    model::Level,
    store::{EngineView, ServiceView},
    text::{Clean, format, width::width},
    ui::{Cx, theme::Role, widgets::cells},
};

/// Columns of glyph and mark before the name.
const LEAD: u16 = 4;

/// The least room for the reason. What is wrong gets what it needs, up to two fifths
/// of the table: it goes before numbers.
const REASON: u16 = 12;

/// A column after the name, in the order in which they find room.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Up,
    Cpu,
    Memory,
    Restarts,
    Age,
    Network,
}

impl Column {
    const BY_USE: [Self; 6] =
        [Self::Up, Self::Cpu, Self::Memory, Self::Restarts, Self::Age, Self::Network];

    /// The room that it needs; `limited` when some service has a limit to be a part of.
    fn width(self, limited: bool) -> u16 {
        match self {
            Self::Up | Self::Restarts => 4,
            Self::Cpu => 5,
            Self::Memory if limited => 11,
            Self::Memory | Self::Age => 6,
            Self::Network => 12,
        }
    }

    /// Whether it would say anything: a column of nothing takes room from reasons.
    fn tells(self, rows: &Rows<'_>, cx: &Cx<'_>) -> bool {
        let any = |tells: fn(&ServiceView, &Cx<'_>) -> bool| {
            rows.iter_services().any(|service| tells(service, cx))
        };
        match self {
            Self::Restarts => any(|service, _| service.restarts > 0),
            Self::Network => any(|s, cx| cx.store.usage(s, cx.now).received_per_second.is_some()),
            Self::Up | Self::Cpu | Self::Memory | Self::Age => true,
        }
    }

    fn heading(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Cpu => "cpu",
            Self::Memory => "mem",
            Self::Restarts => "rst",
            Self::Age => "uptime",
            Self::Network => "net in/out",
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

/// The columns that there is room for.
pub(super) struct Columns {
    name: u16,
    /// With their widths.
    shown: Vec<(Column, u16)>,
}

impl Columns {
    pub(super) fn new(room: u16, rows: &Rows<'_>, cx: &Cx<'_>) -> Self {
        let stacks_shown = rows.services() < rows.len();
        let longest = rows.iter_services().map(|s| width(&name(s, stacks_shown, cx))).max();
        let name = (longest.unwrap_or(8) as u16).clamp(6, (room / 3).max(6));
        let reason = longest_reason(rows, cx).clamp(REASON, (room * 2 / 5).max(REASON));
        let mut rest = room.saturating_sub(LEAD + name + reason);
        let limited = rows
            .iter_services()
            .any(|service| cx.store.usage(service, cx.now).memory_ratio().is_some());
        let mut shown = Vec::new();
        for column in Column::BY_USE.into_iter().filter(|column| column.tells(rows, cx)) {
            let width = column.width(limited);
            if rest <= width {
                break;
            }
            rest -= width + 1;
            shown.push((column, width));
        }
        Self { name, shown }
    }

    /// Draws the names of the columns, and which of them the table is ordered by.
    pub(super) fn draw_heading(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>, sort: SortKey) {
        let style =
            |sorted: bool| cx.theme.style(if sorted { Role::Accent } else { Role::Heading });
        buffer.set_style(area, cx.theme.style(Role::Heading));
        let mut rest = cells::skip(area, LEAD - 1);
        cells::put(buffer, rest, "service", style(false), "");
        rest = cells::skip(rest, self.name + 1);
        for (column, width) in &self.shown {
            let place = Rect { width: (*width).min(rest.width), ..rest };
            let sorted = column.is_sorted(sort);
            let mark = if sorted { cx.glyphs.descending } else { "" };
            let words = format!("{mark}{}", column.heading());
            cells::put_right(buffer, place, &words, style(sorted), "");
            rest = cells::skip(rest, width + 1);
        }
        let mark = if sort == SortKey::State { cx.glyphs.descending } else { "" };
        cells::put(buffer, rest, &format!("{mark}state"), style(sort == SortKey::State), "");
    }

    pub(super) fn draw(
        &self,
        area: Rect,
        buffer: &mut Buffer,
        cx: &Cx<'_>,
        service: &ServiceView,
        sort: SortKey,
    ) {
        let selected = cx.selection.service.as_ref() == Some(&service.key);
        let fresh = cx.store.engine(&service.key.engine).is_some_and(EngineView::is_up);
        if selected {
            buffer.set_style(area, cx.on_row(Role::Text, true));
        }
        let on_row = |role: Role| cx.on_row(role, selected);
        let marked = cx.selection.marks.contains(&service.key);
        let now = cx.standing(&service.key.engine, &service.condition);
        let text = if fresh { Role::Text } else { Role::Stale };
        let ellipsis = cx.glyphs.ellipsis;

        let mark = if marked { cx.glyphs.mark } else { " " };
        let lead = [(mark, on_row(Role::Mark)), (now.glyph, on_row(now.role)), (" ", Style::new())];
        cells::put_pieces(buffer, area, lead, ellipsis);
        let mut rest = cells::skip(area, 3);
        let stacks_shown = sort == SortKey::Name;
        let named = Rect { width: self.name.min(rest.width), ..rest };
        cells::put(buffer, named, &name(service, stacks_shown, cx), on_row(text), ellipsis);
        rest = cells::skip(rest, self.name + 1);
        for (column, width) in &self.shown {
            let place = Rect { width: (*width).min(rest.width), ..rest };
            let (value, role) = value(*column, service, cx);
            let role = if fresh { role } else { Role::Stale };
            let style = if column.is_sorted(sort) { on_row(Role::Accent) } else { on_row(role) };
            cells::put_right(buffer, place, &value, style, ellipsis);
            rest = cells::skip(rest, width + 1);
        }
        cells::put(buffer, rest, &now.words, on_row(now.role), ellipsis);
    }
}

/// The columns that the longest reason of what is wrong needs.
fn longest_reason(rows: &Rows<'_>, cx: &Cx<'_>) -> u16 {
    let wrong = rows.iter_services().filter(|service| service.condition.level >= Level::Warn);
    let words = wrong.map(|s| width(&cx.standing(&s.key.engine, &s.condition).words));
    words.max().unwrap_or(0).min(usize::from(u16::MAX)) as u16
}

/// The name; with its stack where no line above says it.
fn name(service: &ServiceView, stacks_shown: bool, cx: &Cx<'_>) -> String {
    let id = &service.key.service;
    let only_stack = cx.stack.name.is_some() && cx.stack.name == id.stack;
    if stacks_shown || only_stack { id.name.to_string() } else { id.to_string() }
}

/// What a column says of a service, and in which colour.
fn value(column: Column, service: &ServiceView, cx: &Cx<'_>) -> (String, Role) {
    let usage = || cx.store.usage(service, cx.now);
    let unknown = || (cx.glyphs.absent.to_string(), Role::Muted);
    match column {
        Column::Up => {
            let all = service.instances.len();
            let role = if service.up < all { Role::Warn } else { Role::Text };
            (format!("{}/{all}", service.up), role)
        }
        Column::Cpu => {
            usage().cpu_cores.map_or_else(unknown, |cores| (format::percent(cores), Role::Text))
        }
        Column::Memory => {
            let usage = usage();
            let Some(bytes) = usage.memory_bytes else { return unknown() };
            let ratio = usage.memory_ratio().map(|ratio| format!(" {:>4}", format::percent(ratio)));
            (format!("{}{}", format::bytes(bytes), ratio.unwrap_or_default()), Role::Text)
        }
        Column::Restarts if service.restarts == 0 => (String::new(), Role::Muted),
        Column::Restarts => (format!("{}{}", cx.glyphs.restart, service.restarts), Role::Warn),
        Column::Age => service.started_at.map_or_else(unknown, |started| {
            let age = cx.now.duration_since(started).max(SignedDuration::ZERO);
            (format::age(age.unsigned_abs()), Role::Muted)
        }),
        Column::Network => {
            let usage = usage();
            match (usage.received_per_second, usage.sent_per_second) {
                (Some(received), Some(sent)) => {
                    let (down, up) = (format::bytes(received as u64), format::bytes(sent as u64));
                    (format!("{}{down} {}{up}", cx.glyphs.received, cx.glyphs.sent), Role::Muted)
                }
                _ => unknown(),
            }
        }
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
