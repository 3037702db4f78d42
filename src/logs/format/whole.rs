//! [`whole`]: a line laid out for reading all of it.

use std::borrow::Cow;

use super::{
    json,
    line::Opening,
    lines, logfmt,
    parts::{Field, Value},
};
use crate::{
    model::Format,
    text::{Clean, parse_log, width::width},
};

/// The widest that the column of names gets; longer names push their values aside.
const MAX_NAME: usize = 24;

/// A name and what stands beside it.
type Row<'a> = (Cow<'a, str>, Cow<'a, str>);

/// The whole line, formatted for reading: JSON with a member a line and nothing changed
/// but its spaces, all others as names and values below each other, time and level among
/// them. A line that is not of its format is given as it is.
///
/// Clean where `text` is, and at most some hundred times as long.
#[must_use]
pub fn whole(format: Format, text: &str) -> Vec<String> {
    let rows = match format {
        Format::Json if json::head(text).is_some() => return json::pretty(text),
        Format::Logfmt if logfmt::head(text).is_some() => logfmt::rows(text),
        _ => rows(format, text),
    };
    if rows.is_empty() { vec![text.to_owned()] } else { aligned(&rows) }
}

/// What a line of text says, by name; nothing when it is not of the format.
fn rows(format: Format, text: &str) -> Vec<Row<'_>> {
    let mut fields: Vec<Field<'_>> = Vec::new();
    let Some(line) = lines::read(format, &Opening::of(text), &mut fields) else {
        return Vec::new();
    };
    let mut rows: Vec<Row<'_>> = Vec::with_capacity(fields.len() + 3);
    if !line.time.is_empty() {
        rows.push(("time".into(), line.time.into()));
    }
    if let Some(level) = line.head.level.filter(|_| !line.head.is_guess) {
        rows.push(("level".into(), level.name().into()));
    }
    rows.push(("message".into(), line.message.into()));
    rows.extend(fields.into_iter().map(row));
    rows
}

fn row(field: Field<'_>) -> Row<'_> {
    let value = match field.value {
        Value::Text(text) => text,
        Value::Number(number) => number.to_string().into(),
        Value::Bool(is_so) => is_so.to_string().into(),
        Value::Null => "".into(),
    };
    (field.name, value)
}

/// Names and values in two columns. A value of several lines goes on below its first.
fn aligned(rows: &[Row<'_>]) -> Vec<String> {
    let names: Vec<Clean> = rows.iter().map(|(name, _)| Clean::new(name)).collect();
    let widths = names.iter().map(|name| width(name.as_str()));
    let column = widths.max().unwrap_or_default().min(MAX_NAME);
    let mut lines = Vec::new();
    for (name, (_, value)) in names.iter().zip(rows) {
        let fill = column.saturating_sub(width(name.as_str()));
        let mut label = format!("{name}{:fill$}", "");
        for line in value.split('\n') {
            let line = parse_log(line.strip_suffix('\r').unwrap_or(line));
            lines.push(format!("{label}  {}", line.text()).trim_end().to_owned());
            label = " ".repeat(column);
        }
    }
    lines
}
