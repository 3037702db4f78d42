//! One line of an exposition.

use std::borrow::Cow;

use super::{Format, Kind, MAX_LABELS, Sample};
use crate::metrics::scan::Cursor;

/// What a line says.
pub(super) enum Line<'a> {
    /// Nothing that counts.
    Nothing,
    /// That this is the end.
    End,
    /// Which kind a family is of.
    Type(&'a str, Kind),
    /// A number.
    Sample(Sample<'a>),
}

/// Reads a line, without its line end.
pub(super) fn read(line: &str, format: Format) -> Result<Line<'_>, &'static str> {
    let mut cursor = Cursor::new(line);
    cursor.blanks();
    if cursor.is_at_end() {
        return Ok(Line::Nothing);
    }
    if cursor.take('#') {
        return comment(cursor, format);
    }
    sample(cursor, format).map(Line::Sample)
}

fn comment(mut cursor: Cursor<'_>, format: Format) -> Result<Line<'_>, &'static str> {
    cursor.blanks();
    match cursor.word() {
        "EOF" if format == Format::OpenMetrics => Ok(Line::End),
        "TYPE" => {
            cursor.blanks();
            let name = cursor.name().ok_or("a name is missing behind TYPE")?;
            cursor.blanks();
            let kind = Kind::of_word(cursor.word()).ok_or("no such type")?;
            Ok(Line::Type(name, kind))
        }
        _ => Ok(Line::Nothing),
    }
}

fn sample(mut cursor: Cursor<'_>, format: Format) -> Result<Sample<'_>, &'static str> {
    let name = cursor.name().ok_or("it begins with no name")?;
    cursor.blanks();
    let labels = if cursor.take('{') { labels(&mut cursor)? } else { Vec::new() };
    cursor.blanks();
    let value = cursor.word().parse().map_err(|_| "there is no number where one should be")?;
    cursor.blanks();
    let at = match cursor.rest() {
        "" => None,
        rest if rest.starts_with('#') => None,
        _ => Some(time(cursor.word(), format)?),
    };
    cursor.blanks();
    // What stands behind is an exemplar.
    if cursor.is_at_end() || (format == Format::OpenMetrics && cursor.take('#')) {
        Ok(Sample { name, labels, value, at })
    } else {
        Err("there is more behind the number than a time")
    }
}

/// In seconds.
fn time(word: &str, format: Format) -> Result<f64, &'static str> {
    let wrong = "the time is no number";
    let time: f64 = word.parse().map_err(|_| wrong)?;
    let time = if format == Format::Text { time / 1000.0 } else { time };
    if time.is_finite() { Ok(time) } else { Err(wrong) }
}

/// The labels, up to and with the brace that closes them.
fn labels<'a>(cursor: &mut Cursor<'a>) -> Result<Vec<(&'a str, Cow<'a, str>)>, &'static str> {
    let mut labels = Vec::new();
    loop {
        cursor.blanks();
        if cursor.take('}') {
            break;
        }
        let label = cursor.name().ok_or("there is no label where one should be")?;
        cursor.blanks();
        if !cursor.take('=') {
            return Err("a label has no value");
        }
        cursor.blanks();
        let value = cursor.string('"').ok_or("a label's value does not end")?;
        if labels.len() == MAX_LABELS {
            return Err("it has too many labels");
        }
        labels.push((label, value));
        cursor.blanks();
        if !cursor.take(',') && !cursor.rest().starts_with('}') {
            return Err("there is no comma between two labels");
        }
    }
    labels.sort_unstable();
    if labels.windows(2).any(|two| two[0].0 == two[1].0) {
        return Err("a label stands there twice");
    }
    Ok(labels)
}
