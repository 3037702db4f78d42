//! What the columns say of a service, and how they judge it. Pure.

use jiff::SignedDuration;

use super::columns::Column;
use crate::{
    model::Level,
    store::{ServiceView, Usage},
    text::{format, width::width},
    ui::{Cx, theme::Role},
};

/// What a column says, and in which look.
pub(super) struct Value {
    pub(super) text: String,
    pub(super) role: Role,
}

impl Value {
    fn new(text: impl Into<String>, role: Role) -> Self {
        Self { text: text.into(), role }
    }

    fn unknown(cx: &Cx<'_>) -> Self {
        Self::new(cx.glyphs.absent, Role::Muted)
    }
}

/// A service with what it uses, worked out once for all of its columns.
pub(super) struct Told<'a> {
    pub(super) service: &'a ServiceView,
    pub(super) usage: Usage,
    /// Whether its engine is up. What it said before it was lost is shown, but says nothing
    /// of now, so it is not judged.
    pub(super) is_fresh: bool,
}

impl Told<'_> {
    /// What a column says that has so much room.
    pub(super) fn value(&self, column: Column, room: u16, cx: &Cx<'_>) -> Value {
        let said = match column {
            Column::Up => Some(self.up()),
            Column::Cpu => self.cpu(room, cx),
            Column::Memory => self.memory(room, cx),
            Column::Restarts => Some(self.restarts(cx)),
            Column::Network => self.network(cx),
            Column::Age => self.age(cx),
        };
        let said = said.unwrap_or_else(|| Value::unknown(cx));
        if self.is_fresh { said } else { Value { role: Role::Stale, ..said } }
    }

    fn up(&self) -> Value {
        let (up, all) = (self.service.up, self.service.instances.len());
        Value::new(format!("{up}/{all}"), if up < all { Role::Warn } else { Role::Text })
    }

    /// In percent of a core, against the limit where there is one and room to say so:
    /// `41%`, `45/50%`.
    fn cpu(&self, room: u16, cx: &Cx<'_>) -> Option<Value> {
        let cores = self.usage.cpu_cores?;
        let limit = self.usage.cpu_limit_cores;
        let (mark, role) = self.mark(Column::Cpu, cx);
        let used = format::percent(cores);
        let against = limit.map(|limit| {
            format!("{mark}{}/{}", used.trim_end_matches('%'), format::percent(limit))
        });
        let fitting = against.filter(|text| width(text) <= usize::from(room));
        Some(Value::new(fitting.unwrap_or_else(|| format!("{mark}{used}")), role))
    }

    /// In bytes, and as a share of the limit where there is one and room to say so:
    /// `304M   59%`. Bytes stay below bytes.
    fn memory(&self, room: u16, cx: &Cx<'_>) -> Option<Value> {
        let bytes = format::bytes(self.usage.memory_bytes?);
        let (mark, role) = self.mark(Column::Memory, cx);
        if room < Column::MEMORY_WITH_SHARE {
            return Some(Value::new(format!("{mark}{bytes}"), role));
        }
        let share =
            self.usage.memory_ratio().map(|ratio| format!("{mark}{}", format::percent(ratio)));
        Some(Value::new(format!("{bytes} {:>5}", share.unwrap_or_default()), role))
    }

    fn restarts(&self, cx: &Cx<'_>) -> Value {
        match self.service.restarts {
            0 => Value::new("", Role::Muted),
            some => Value::new(format!("{}{some}", cx.glyphs.restart), Role::Warn),
        }
    }

    /// Bytes a second.
    fn network(&self, cx: &Cx<'_>) -> Option<Value> {
        let rate = |rate: f64| format::bytes(rate.round() as u64);
        let received = rate(self.usage.received_per_second?);
        let sent = rate(self.usage.sent_per_second?);
        let words = format!("{}{received:>4} {}{sent:>4}", cx.glyphs.received, cx.glyphs.sent);
        Some(Value::new(words, Role::Muted))
    }

    fn age(&self, cx: &Cx<'_>) -> Option<Value> {
        let age = cx.now.duration_since(self.service.started_at?).max(SignedDuration::ZERO);
        Some(Value::new(format::age(age.unsigned_abs()), Role::Muted))
    }

    /// What is past its threshold, for a table without the column: ` ▲mem 76%`.
    pub(super) fn alarm(&self, column: Column, cx: &Cx<'_>) -> Option<Value> {
        let (level, share) = self.past(column, cx)?;
        let (sign, percent) = (cx.glyphs.level(level), format::percent(share));
        Some(Value::new(format!(" {sign}{} {percent}", column.heading()), Role::of(level)))
    }

    /// The sign before a number that is past its threshold, and its look: never the colour
    /// alone. One that is not has neither.
    fn mark(&self, column: Column, cx: &Cx<'_>) -> (&'static str, Role) {
        let past = self.past(column, cx);
        past.map_or(("", Role::Text), |(level, _)| (cx.glyphs.level(level), Role::of(level)))
    }

    /// How far a number is past its threshold, and its share of what there is.
    fn past(&self, column: Column, cx: &Cx<'_>) -> Option<(Level, f64)> {
        let usage = &self.usage;
        let (share, threshold) = match column {
            Column::Cpu => (usage.cpu_share()?, cx.thresholds.cpu),
            Column::Memory => (usage.memory_ratio()?, cx.thresholds.memory),
            Column::Up | Column::Restarts | Column::Network | Column::Age => return None,
        };
        let level = threshold.level(share);
        (self.is_fresh && matches!(level, Level::Warn | Level::Bad)).then_some((level, share))
    }
}
