//! [`Shown`]: a line as it is read: who said it, how bad it is, and what it says.

use std::ops::Range;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use ratatui::style::{Modifier, Style};

use crate::{
    logs::{
        Search,
        format::{Field, Value, parts},
    },
    model::{Format, Severity, TimeStyle},
    store::logs::LineRef,
    text::{Clean, format, width::width},
    ui::{Cx, theme::Role},
};

/// How lines are read.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    /// Whether lines are shown as they were written.
    pub(super) raw: bool,
    /// The fields that are shown behind what a line says; all, when none is chosen.
    pub(super) fields: &'a [String],
    /// What is looked for.
    pub(super) search: Option<&'a Search>,
}

/// The fields of an access log's line that its message consists of.
const OF_REQUEST: [&str; 5] = ["method", "path", "protocol", "status", "bytes"];

/// How many characters are shown around a find in what is not shown.
const AROUND: usize = 12;

/// A line as it is read, in pieces.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    text: String,
    /// How the bytes of the text look, in order and without gaps.
    styles: Vec<(Range<usize>, Style)>,
}

impl Shown {
    /// Reads a line that stands for so many equal ones. What belongs to the screen and not
    /// to the line stands in front of it, where a long line does not hide it.
    pub(super) fn new(line: LineRef<'_>, times: usize, reading: &Reading<'_>, cx: &Cx<'_>) -> Self {
        let mut shown = Self::default();
        shown.push_notes(line, times, cx);
        let begin = shown.text.len();
        let told = line.told();
        let base = text_style(told.level.filter(|_| !told.is_guess), cx);
        let parts = (!reading.raw && is_taken_apart(told.format))
            .then(|| parts(told.format, line.text()))
            .flatten();
        match parts {
            Some(parts) => {
                shown.push(Clean::new(&parts.message).as_str(), base);
                shown.push_fields(told.format, &parts.fields, reading.fields, cx);
            }
            None => {
                for (piece, wanted) in line.styled().pieces() {
                    shown.push(piece, base.patch(cx.theme.log_style(wanted)));
                }
            }
        }
        if let Some(search) = reading.search {
            let is_seen = shown.mark(search, begin, cx.theme.style(Role::Match));
            if !is_seen {
                shown.push_find(search, line.text(), cx);
            }
        }
        shown
    }

    fn push_notes(&mut self, line: LineRef<'_>, times: usize, cx: &Cx<'_>) {
        let style = cx.theme.style(Role::LogNote);
        if times > 1 {
            self.push(&format!("({} times) ", format::exact(times as u64)), style);
        }
        if line.cut_bytes() > 0 {
            self.push(&format!("[{} cut] ", format::bytes(line.cut_bytes())), style);
        }
    }

    /// Its columns.
    pub(super) fn width(&self) -> usize {
        width(&self.text)
    }

    /// Its pieces, each with its style.
    pub(super) fn pieces(&self) -> impl Iterator<Item = (&str, Style)> {
        self.styles.iter().map(|(range, style)| (&self.text[range.clone()], *style))
    }

    fn push(&mut self, text: &str, style: Style) {
        let start = self.text.len();
        self.text.push_str(text);
        if start < self.text.len() {
            self.styles.push((start..self.text.len(), style));
        }
    }

    fn push_fields(
        &mut self,
        format: Format,
        fields: &[Field<'_>],
        chosen: &[String],
        cx: &Cx<'_>,
    ) {
        let (name, value) = (cx.theme.style(Role::LogDebug), cx.theme.style(Role::Muted));
        let is_shown = |field: &&Field<'_>| match chosen {
            [] => !(format == Format::Access && OF_REQUEST.contains(&field.name.as_ref())),
            chosen => chosen.iter().any(|chosen| *chosen == field.name),
        };
        for field in fields.iter().filter(is_shown) {
            self.push(" ", value);
            self.push(&format!("{}=", Clean::new(&field.name).as_str()), name);
            self.push(Clean::new(&value_words(&field.value)).as_str(), value);
        }
    }

    /// Shows what is found in a part of the line that is not shown, such as the name of a
    /// JSON field.
    fn push_find(&mut self, search: &Search, line: &str, cx: &Cx<'_>) {
        let Some(hit) = search.find_in(line).next() else { return };
        let (before, after) = (&line[..hit.start], &line[hit.end..]);
        let start = before.char_indices().rev().take(AROUND).last().map_or(hit.start, |(at, _)| at);
        let rest: String = after.chars().take(AROUND).collect();
        let (note, found) = (cx.theme.style(Role::LogNote), cx.theme.style(Role::Match));
        self.push(&format!(" {}{}", cx.glyphs.ellipsis, &before[start..]), note);
        self.push(&line[hit], found);
        self.push(&format!("{rest}{}", cx.glyphs.ellipsis), note);
    }

    /// Puts a style over what is found from a byte on; says whether something is.
    fn mark(&mut self, search: &Search, begin: usize, style: Style) -> bool {
        let found = search.find_in(&self.text[begin..]);
        let found: Vec<_> = found.map(|hit| hit.start + begin..hit.end + begin).collect();
        if found.is_empty() {
            return false;
        }
        let mut marked = Vec::with_capacity(self.styles.len() + 2 * found.len());
        for (piece, looks) in std::mem::take(&mut self.styles) {
            let mut from = piece.start;
            for hit in found.iter().filter(|hit| hit.start < piece.end && hit.end > piece.start) {
                let (start, end) = (hit.start.max(piece.start), hit.end.min(piece.end));
                marked.push((from..start, looks));
                marked.push((start..end, looks.patch(style)));
                from = end;
            }
            marked.push((from..piece.end, looks));
        }
        marked.retain(|(range, _)| !range.is_empty());
        self.styles = marked;
        true
    }
}

/// Whether lines of a format read better without what is told elsewhere.
fn is_taken_apart(format: Format) -> bool {
    format != Format::Plain
}

/// A value in words.
pub(super) fn value_words(value: &Value<'_>) -> String {
    match value {
        Value::Text(text) if text.contains(' ') || text.is_empty() => format!("\"{text}\""),
        Value::Text(text) => text.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        Value::Null => "null".into(),
    }
}

fn text_style(level: Option<Severity>, cx: &Cx<'_>) -> Style {
    let text = cx.theme.style(Role::Text);
    match level {
        Some(Severity::Trace | Severity::Debug) => text.patch(cx.theme.style(Role::LogDebug)),
        _ => text,
    }
}

/// The columns of [`level_words`].
pub(super) const LEVEL: u16 = 4;

/// How bad a line says that it is, in four columns; a guess is marked as one.
pub(super) fn level_words(level: Option<Severity>, is_guess: bool) -> &'static str {
    match (level, is_guess) {
        (None, _) => "",
        (Some(Severity::Trace), _) => "trc",
        (Some(Severity::Debug), _) => "dbg",
        (Some(Severity::Info), false) => "inf",
        (Some(Severity::Info), true) => "inf?",
        (Some(Severity::Notice), _) => "ntc",
        (Some(Severity::Warn), false) => "WRN",
        (Some(Severity::Warn), true) => "wrn?",
        (Some(Severity::Error), false) => "ERR",
        (Some(Severity::Error), true) => "err?",
        (Some(Severity::Fatal), false) => "FTL",
        (Some(Severity::Fatal), true) => "ftl?",
    }
}

/// How that looks.
pub(super) fn level_style(level: Option<Severity>, cx: &Cx<'_>) -> Style {
    match level {
        Some(Severity::Error | Severity::Fatal) => {
            cx.theme.style(Role::LogError).add_modifier(Modifier::BOLD)
        }
        Some(Severity::Warn) => cx.theme.style(Role::LogWarn),
        _ => cx.theme.style(Role::LogDebug),
    }
}

/// The columns of [`time_words`], the space behind them included.
pub(super) fn time_columns(time: TimeStyle, dated: bool) -> u16 {
    match time {
        TimeStyle::Local | TimeStyle::Utc if dated => 15,
        TimeStyle::Local | TimeStyle::Utc => 9,
        TimeStyle::Age => 5,
        TimeStyle::Delta => 8,
        TimeStyle::None => 0,
    }
}

/// When a line was said, as it is shown before it. `before` is the time of the line
/// in front of it.
pub(super) fn time_words(
    line: LineRef<'_>,
    before: Option<Timestamp>,
    dated: bool,
    cx: &Cx<'_>,
) -> String {
    let Some(at) = line.when() else {
        return if cx.time == TimeStyle::None { String::new() } else { cx.glyphs.absent.into() };
    };
    let form = if dated { "%b %d %H:%M:%S" } else { "%H:%M:%S" };
    let zoned = |zone: TimeZone| at.to_zoned(zone).strftime(form).to_string();
    match cx.time {
        TimeStyle::Local => zoned(cx.zone.clone()),
        TimeStyle::Utc => zoned(TimeZone::UTC),
        TimeStyle::Age => {
            let age = cx.now.duration_since(at).max(SignedDuration::ZERO);
            format!("{:>4}", format::age(age.unsigned_abs()))
        }
        TimeStyle::Delta => {
            before.map_or_else(String::new, |before| delta(at.duration_since(before)))
        }
        TimeStyle::None => String::new(),
    }
}

/// How long after the line before, in seven columns.
fn delta(passed: SignedDuration) -> String {
    let sign = if passed.is_negative() { '-' } else { '+' };
    let passed = passed.unsigned_abs();
    let seconds = passed.as_secs_f64();
    if seconds < 100.0 {
        format!("{sign}{seconds:.3}")
    } else {
        format!("{sign}{}", format::age(passed))
    }
}

/// Whether a line is of another day than now.
pub(super) fn is_of_another_day(line: LineRef<'_>, cx: &Cx<'_>) -> bool {
    let zone = if cx.time == TimeStyle::Utc { TimeZone::UTC } else { cx.zone.clone() };
    let date = |at: Timestamp| at.to_zoned(zone.clone()).date();
    line.when().is_some_and(|at| date(at) != date(cx.now))
}
