//! Python's `logging` in its usual forms, and loguru.

use crate::{
    logs::format::{
        level,
        line::{Line, Opening, Sink, Time},
        scan::Scan,
    },
    model::Severity,
};

pub(super) fn read<'a>(opening: &Opening<'a>, fields: &mut impl Sink<'a>) -> Option<Line<'a>> {
    match opening.time {
        None => basic(opening.text, fields),
        Some(time) => {
            dashes(time, fields).or_else(|| bars(time, fields)).or_else(|| spaces(time, fields))
        }
    }
}

/// A level as Python names it.
fn level_of(word: &str) -> Option<Severity> {
    match word {
        "DEBUG" | "INFO" | "WARNING" | "WARN" | "ERROR" | "CRITICAL" | "FATAL" => {
            level::from_word(word)
        }
        _ => None,
    }
}

/// `ERROR:app.jobs:message`, which `logging.basicConfig()` gives.
fn basic<'a>(text: &'a str, fields: &mut impl Sink<'a>) -> Option<Line<'a>> {
    let mut scan = Scan::new(text);
    let level = level_of(scan.run(|byte| byte.is_ascii_uppercase())?)?;
    scan.eat(":")?;
    let logger = scan.run(is_of_logger)?;
    scan.eat(":")?;
    fields.text("logger", logger);
    Some(Line::new(None, Some(level), scan.rest))
}

fn is_of_logger(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

/// `2026-11-20 03:12:41,123 - app.jobs - ERROR - message`, with more between the dashes
/// or less.
fn dashes<'a>(time: Time<'a>, fields: &mut impl Sink<'a>) -> Option<Line<'a>> {
    const LIMIT: usize = 4;
    let mut rest = after_bracket(time).strip_prefix(" - ")?;
    let mut names = ["logger", "thread", "process"].into_iter();
    for _ in 0..LIMIT {
        let (piece, after) = rest.split_once(" - ")?;
        if let Some(level) = level_of(piece.trim()) {
            return Some(Line::new(Some(time), Some(level), after));
        }
        fields.text(names.next()?, piece);
        rest = after;
    }
    None
}

/// `2026-11-20 03:12:41.123 | ERROR    | app.jobs:run:12 - message`, which is loguru's.
fn bars<'a>(time: Time<'a>, fields: &mut impl Sink<'a>) -> Option<Line<'a>> {
    let mut scan = Scan::new(time.rest);
    scan.eat(" | ")?;
    let word = scan.until('|')?.trim_end();
    let level = level_of(word).or(match word {
        "TRACE" => Some(Severity::Trace),
        "SUCCESS" => Some(Severity::Info),
        _ => None,
    })?;
    scan.eat(" ")?;
    let (source, message) = scan.rest.split_once(" - ")?;
    fields.text("source", source);
    Some(Line::new(Some(time), Some(level), message))
}

/// `2026-11-20 03:12:41,123 ERROR app.jobs: message`, the level in brackets or not; told
/// from others' by the comma, which is Python's way.
fn spaces<'a>(time: Time<'a>, fields: &mut impl Sink<'a>) -> Option<Line<'a>> {
    if !time.text.contains(',') {
        return None;
    }
    let mut scan = Scan::new(after_bracket(time));
    scan.eat(" ")?;
    scan.spaces();
    let word = if scan.eat("[").is_some() { scan.until(']')? } else { scan.word()? };
    let level = level_of(word.trim_end_matches([':', ' ']))?;
    scan.spaces();
    let mut after = scan;
    if let Some(logger) = after.run(is_of_logger).filter(|_| after.eat(": ").is_some()) {
        fields.text("logger", logger);
        scan = after;
    }
    Some(Line::new(Some(time), Some(level), scan.rest))
}

fn after_bracket(time: Time<'_>) -> &str {
    if time.bracketed { time.rest.strip_prefix(']').unwrap_or_default() } else { time.rest }
}
