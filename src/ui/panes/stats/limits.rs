//! [`Limits`]: what each service needs, against what it may use.

use jiff::{SignedDuration, Timestamp};
use ratatui::{buffer::Buffer, layout::Rect};

use super::{
    advice::{Advice, Need},
    against::Against,
    limits_table::Columns,
    timeline::Timeline,
    window::Window,
};
use crate::{
    input::Command,
    model::{Level, ServiceKey},
    store::{Mark, MarkKind, Metric, ServiceView},
    ui::{
        Cx, Reaction, Wish,
        theme::Role,
        widgets::{cells, cursor::Cursor, message},
    },
};

/// For how long the rows stay as they are: none jumps away under the cursor, and what all
/// services used in an hour is not added up for every frame.
const HOLDS: SignedDuration = SignedDuration::from_secs(3);

/// By what the rows are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Order {
    #[default]
    Worst,
    Cpu,
    Memory,
    Name,
}

impl Order {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Worst => "the worst first",
            Self::Cpu => "by share of CPU",
            Self::Memory => "by share of memory",
            Self::Name => "by name",
        }
    }

    fn next(self) -> Self {
        match self {
            Self::Worst => Self::Cpu,
            Self::Cpu => Self::Memory,
            Self::Memory => Self::Name,
            Self::Name => Self::Worst,
        }
    }
}

/// A service with what it needs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) key: ServiceKey,
    pub(super) cpu: Need,
    pub(super) memory: Need,
    /// How often a process was killed for memory in that time: it needed more than any
    /// reading saw.
    kills: usize,
}

/// Of which time the rows are asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Asked {
    pub(super) window: Window,
    /// Where it stands still; `None` while it goes on.
    pub(super) still: Option<Timestamp>,
}

/// What each service needs, against what it may use.
#[derive(Debug, Default)]
pub(super) struct Limits {
    rows: Vec<Row>,
    /// When the rows were made, and of what.
    made: Option<(Timestamp, Asked)>,
    pub(super) order: Order,
    cursor: Cursor,
}

impl Limits {
    /// Makes the rows again when it is time to.
    pub(super) fn keep_up(&mut self, asked: Asked, timeline: &Timeline, cx: &Cx<'_>) {
        let is_made = self.made.is_some_and(|(at, of)| {
            let age = cx.now.duration_since(at);
            of == asked && SignedDuration::ZERO <= age && age < HOLDS
        });
        // Where nothing was up there is no row to jump away.
        if is_made && !self.rows.is_empty() {
            return;
        }
        self.made = Some((cx.now, asked));
        let services = cx.store.services().iter().filter(|service| service.up > 0);
        self.rows = services.map(|service| row(service, timeline, cx)).collect();
        self.sort();
    }

    /// Has the rows made again.
    pub(super) fn outdate(&mut self) {
        self.made = None;
    }

    fn sort(&mut self) {
        let share = |need: &Need| need.share.unwrap_or(-1.0);
        let descending = |a: f64, b: f64| b.total_cmp(&a);
        let most = |row: &Row| share(&row.cpu).max(share(&row.memory));
        // The services come by name, and equals stay so.
        match self.order {
            Order::Worst => self
                .rows
                .sort_by(|a, b| a.rank().cmp(&b.rank()).then_with(|| descending(most(a), most(b)))),
            Order::Cpu => self.rows.sort_by(|a, b| descending(share(&a.cpu), share(&b.cpu))),
            Order::Memory => {
                self.rows.sort_by(|a, b| descending(share(&a.memory), share(&b.memory)));
            }
            Order::Name => {}
        }
    }

    /// Answers a command that moves or orders; `None` for any other.
    pub(super) fn on(&mut self, command: Command, cx: &Cx<'_>) -> Option<Reaction> {
        if command == Command::Sort {
            self.order = self.order.next();
            self.outdate();
            return Some(Reaction::done());
        }
        let room = room(cx.size.height);
        let mut cursor = self.cursor(cx);
        if !cursor.on(command, self.rows.len(), room) {
            return None;
        }
        self.cursor = cursor;
        let key = self.rows.get(cursor.index).map(|row| row.key.clone());
        Some(key.map_or_else(Reaction::done, |key| Reaction::wish(Wish::Select(key))))
    }

    /// The cursor, on the selected service.
    fn cursor(&self, cx: &Cx<'_>) -> Cursor {
        let mut cursor = self.cursor;
        let selected =
            self.rows.iter().position(|row| Some(&row.key) == cx.selection.service.as_ref());
        cursor.set(selected.unwrap_or(cursor.index), self.rows.len(), room(cx.size.height));
        cursor
    }

    pub(super) fn draw(&self, place: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        if self.rows.is_empty() {
            return draw_empty(place, buffer, cx);
        }
        let columns = Columns::new(&self.rows, place.width);
        columns.draw_heading(cells::row(place, 0), buffer, cx);
        let body = cells::below(place, 1);
        let top = self.cursor(cx).first_shown(self.rows.len(), usize::from(body.height));
        let rows = self.rows.iter().skip(top).take(usize::from(body.height));
        for (line, row) in rows.enumerate() {
            columns.draw(cells::row(body, line as u16), buffer, cx, row);
        }
    }
}

/// Says why there is nothing to compare.
fn draw_empty(place: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
    let services = cx.store.services();
    let is_coming = services.iter().any(|it| it.up > 0 || it.condition.level == Level::Busy);
    let lines = if services.is_empty() {
        cx.store.engines().iter().flat_map(|engine| message::of_engine(engine, cx)).collect()
    } else if is_coming {
        vec![(Role::Muted, format!("Waiting for the first numbers{}", cx.glyphs.ellipsis))]
    } else {
        let words = "No service is up whose use could be compared with its limits.";
        vec![(Role::Muted, words.to_owned())]
    };
    message::draw(place, buffer, cx, &lines);
}

/// How many rows there is room for below the heading.
fn room(height: u16) -> usize {
    usize::from(height.saturating_sub(1))
}

fn row(service: &ServiceView, timeline: &Timeline, cx: &Cx<'_>) -> Row {
    let need = |metric, limit, threshold| {
        let [used, limits] =
            [metric, limit].map(|metric| cx.store.parts(service, metric, timeline.span()));
        let slots: Vec<_> = Against::new(&used, &limits).slots().collect();
        Need::of(timeline.shown(&slots), timeline.span().step(), threshold)
    };
    let killed = |mark: &&Mark| {
        mark.kind == MarkKind::OomKilled && timeline.span().slot_of(mark.at).is_some()
    };
    Row {
        key: service.key.clone(),
        kills: cx.store.marks(&service.key).filter(killed).count(),
        cpu: need(Metric::Cpu, Metric::CpuLimit, cx.thresholds.cpu),
        memory: need(Metric::Memory, Metric::MemoryLimit, cx.thresholds.memory),
    }
}

impl Row {
    fn rank(&self) -> u8 {
        if self.kills > 0 {
            return 0;
        }
        self.cpu.advice().rank().min(self.memory.advice().rank())
    }

    /// What is to be said of its limits, the worst first.
    pub(super) fn advice(&self) -> (Level, String) {
        let (level, words) = self.advice_of_readings();
        let killed = match self.kills {
            0 => return (level, words),
            1 => "killed for memory".to_owned(),
            kills => format!("killed for memory {kills} times"),
        };
        let more = if level >= Level::Warn { format!("{killed}, {words}") } else { killed };
        (Level::Bad, more)
    }

    /// The same by what readings tell alone.
    fn advice_of_readings(&self) -> (Level, String) {
        let mut both = [("cpu", &self.cpu), ("mem", &self.memory)];
        both.sort_by_key(|(_, need)| need.advice().rank());
        let [(_, worse), (_, better)] = both;
        if worse.words() == better.words() {
            return (worse.advice().level(), worse.words());
        }
        let said = both.iter().filter(|(_, need)| need.advice() != Advice::Fits);
        let words: Vec<String> =
            said.map(|(name, need)| format!("{name} {}", need.words())).collect();
        (worse.advice().level(), words.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{EngineId, ServiceId, Thresholds},
        ui::panes::stats::against::Slot,
    };

    fn need(used: f64, limit: Option<f64>) -> Need {
        Need::of(&[Some(Slot { used, limit }); 300], 1, Thresholds::default().memory)
    }

    fn row(name: &str, cpu: Need, memory: Need) -> Row {
        let service = ServiceId::alone(name);
        let key = ServiceKey { engine: EngineId::new("docker"), service };
        Row { key, cpu, memory, kills: 0 }
    }

    #[test]
    fn the_worse_limit_is_told_of_first_and_what_fits_not_at_all() {
        let (full, fits) = (need(95.0, Some(100.0)), need(50.0, Some(100.0)));
        let said = |cpu, memory| row("api", cpu, memory).advice();
        assert_eq!(said(fits, full), (Level::Bad, "mem at its limit".into()));
        assert_eq!(said(fits, fits), (Level::Ok, "fits".into()));
        let free = need(1.0, None);
        assert_eq!(said(free, full), (Level::Bad, "mem at its limit, cpu no limit".into()));
        assert_eq!(said(free, free), (Level::Ok, "no limit".into()));
    }

    #[test]
    fn what_was_killed_for_memory_needs_more_whatever_was_read() {
        let fits = need(1.0, Some(100.0));
        let killed = |kills| Row { kills, ..row("api", fits, fits) };
        assert_eq!(killed(1).advice(), (Level::Bad, "killed for memory".into()));
        assert_eq!(killed(13).advice(), (Level::Bad, "killed for memory 13 times".into()));
        assert!(killed(1).rank() <= row("db", need(95.0, Some(100.0)), fits).rank());
    }

    #[test]
    fn rows_are_ordered_as_asked() {
        let needs = [("a", 50.0, 95.0), ("b", 95.0, 50.0), ("c", 92.0, 20.0), ("d", 20.0, 20.0)];
        let rows = needs.map(|(name, cpu, memory)| {
            row(name, need(cpu, Some(100.0)), need(memory, Some(100.0)))
        });
        let names = |order| {
            let mut limits = Limits { rows: rows.to_vec(), order, ..Limits::default() };
            limits.sort();
            limits.rows.iter().map(|row| row.key.service.name.to_string()).collect::<String>()
        };
        assert_eq!(names(Order::Worst), "abcd");
        assert_eq!(names(Order::Cpu), "bcad");
        assert_eq!(names(Order::Memory), "abcd");
        assert_eq!(names(Order::Name), "abcd");
    }
}
