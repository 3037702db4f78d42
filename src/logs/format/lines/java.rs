//! The patterns of logback, log4j and those who took them over.

use crate::{
    logs::format::{
        level,
        line::{Line, Opening, Sink},
        scan::Scan,
    },
    model::Severity,
};

/// How many pieces can stand before the message: threads, the level, the logger, dashes.
const MAX_PIECES: usize = 8;

/// Reads what these have in common: a time, a level in capitals, threads in brackets, and
/// a logger before the message.
///
/// - logback: `03:12:41.123 [main] INFO  com.example.Jobs - message`
/// - log4j: `2026-11-20 03:12:41,123 ERROR [main] com.example.Jobs: message`
/// - Spring Boot: `2026-11-20T03:12:41.123Z  INFO 7 --- [main] c.example.Jobs : message`
/// - Kafka: `[2026-11-20 03:12:41,123] INFO message (kafka.server.KafkaServer)`
/// - Elasticsearch: `[2026-11-20T03:12:41,123][INFO ][o.e.n.Node] [node-1] message`
pub(super) fn read<'a>(opening: &Opening<'a>, fields: &mut impl Sink<'a>) -> Option<Line<'a>> {
    let time = opening.time?;
    let mut pieces = Pieces::default();
    let mut scan = Scan::new(time.rest);
    if time.bracketed {
        scan.eat("]")?;
    }
    let mut message = scan.rest;
    for _ in 0..MAX_PIECES {
        scan.spaces();
        let ends = pieces.take(&mut scan);
        if ends != Step::NotMine {
            message = scan.rest;
        }
        if ends != Step::Taken {
            break;
        }
    }
    let level = pieces.level?;
    if pieces.logger.is_none() && !time.bracketed {
        return None;
    }
    let mut message = message.trim_start_matches(' ');
    if pieces.logger.is_none() {
        // Kafka's comes last.
        let (before, logger) = message.strip_suffix(')')?.rsplit_once(" (")?;
        is_class(logger).then_some(())?;
        (message, pieces.logger) = (before, Some(logger));
    }
    fields.text("thread", pieces.thread.unwrap_or_default().trim());
    fields.text("logger", pieces.logger.unwrap_or_default());
    Some(Line::new(Some(time), Some(level), message))
}

/// What stood before the message so far.
#[derive(Default)]
struct Pieces<'a> {
    level: Option<Severity>,
    thread: Option<&'a str>,
    logger: Option<&'a str>,
}

#[derive(PartialEq)]
enum Step {
    /// One more piece.
    Taken,
    /// The last one: the message follows.
    Last,
    /// Here the message begins.
    NotMine,
}

impl<'a> Pieces<'a> {
    fn take(&mut self, scan: &mut Scan<'a>) -> Step {
        let start = *scan;
        let step = match scan.rest.as_bytes().first() {
            Some(b'[') => self.take_bracket(scan),
            Some(b'-') => self.take_dash(scan),
            Some(b'0'..=b'9') if self.level.is_some() => scan.digits().map(|_| Step::Taken),
            Some(b'A'..=b'Z') if self.level.is_none() => self.take_level(scan),
            Some(_) if self.level.is_some() => self.take_logger(scan),
            _ => None,
        };
        step.unwrap_or_else(|| {
            *scan = start;
            Step::NotMine
        })
    }

    fn take_level(&mut self, scan: &mut Scan<'a>) -> Option<Step> {
        self.level = level_of(scan.word()?);
        self.level.map(|_| Step::Taken)
    }

    /// `[main]`, `[INFO ]`, `[o.e.n.Node]`.
    fn take_bracket(&mut self, scan: &mut Scan<'a>) -> Option<Step> {
        scan.eat("[")?;
        let inner = scan.until(']')?;
        match level_of(inner.trim_end()) {
            Some(level) if self.level.is_none() => self.level = Some(level),
            _ if self.thread.is_none() && !is_class(inner.trim()) => self.thread = Some(inner),
            _ if self.logger.is_none() && is_class(inner.trim()) => {
                self.logger = Some(inner.trim());
            }
            _ => return None,
        }
        Some(Step::Taken)
    }

    /// A dash stands before the message, or between what comes before it.
    fn take_dash(&mut self, scan: &mut Scan<'a>) -> Option<Step> {
        let dashes = scan.run(|byte| byte == b'-')?;
        scan.eat(" ")?;
        let is_last = dashes.len() == 1 && self.level.is_some();
        Some(if is_last { Step::Last } else { Step::Taken })
    }

    /// A class, and `-` or `:` after it, also after spaces.
    fn take_logger(&mut self, scan: &mut Scan<'a>) -> Option<Step> {
        let word = scan.word()?;
        let name = word.strip_suffix(':').unwrap_or(word);
        if !is_class(name) || self.logger.is_some() {
            return None;
        }
        let mut after = *scan;
        after.spaces();
        if name.len() == word.len() {
            after.eat("- ").or_else(|| after.eat(": "))?;
        }
        *scan = after;
        self.logger = Some(name);
        Some(Step::Last)
    }
}

/// A level as Java's libraries name it.
fn level_of(word: &str) -> Option<Severity> {
    match word {
        "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR" | "FATAL" | "SEVERE" => {
            level::from_word(word)
        }
        _ => None,
    }
}

/// Whether a name is that of a class or a package: `com.example.Jobs`, `c.e.Jobs`,
/// `Jobs`, also with a line number or a method after it.
fn is_class(name: &str) -> bool {
    let is_name = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$' | b'/' | b':' | b'#')
    };
    let has_form = name.bytes().all(is_name) && name.starts_with(|c: char| c.is_ascii_alphabetic());
    let mut parts = name.split('.');
    let is_upper = |part: &str| part.starts_with(|c: char| c.is_ascii_uppercase());
    has_form
        && (name.contains('.') && !name.contains("..") || parts.next_back().is_some_and(is_upper))
}
