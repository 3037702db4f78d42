//! Rust's `tracing` and `env_logger`.

use crate::logs::format::{
    level,
    line::{Line, Opening, Sink},
    scan::Scan,
    stamp::Stamp,
};

/// `2026-11-20T03:12:41.000000Z  INFO app::jobs: message`, and `env_logger`'s
/// `[2026-11-20T03:12:41Z INFO  app::jobs] message`.
pub(super) fn read<'a>(opening: &Opening<'a>, fields: &mut impl Sink<'a>) -> Option<Line<'a>> {
    let time = opening.time?;
    let is_utc = matches!(time.stamp, Stamp::Exact(_)) && time.text.ends_with('Z');
    if !is_utc || !time.text.contains('T') {
        return None;
    }
    let mut scan = Scan::new(time.rest);
    scan.eat(" ")?;
    scan.spaces();
    let level = match scan.word()? {
        word @ ("TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR") => level::from_word(word)?,
        _ => return None,
    };
    scan.spaces();
    let mut after = scan;
    if after.digits().is_some() && after.eat(" --- ").is_some() {
        // Spring Boot begins its lines in the same way.
        return None;
    }
    let end = if time.bracketed { "]" } else { ":" };
    let mut after = scan;
    match after.target().filter(|_| after.eat(end).is_some()) {
        Some(target) => {
            fields.text("target", target);
            scan = after;
        }
        None if time.bracketed => return None,
        // Its spans stand there instead, or nothing at all.
        None => {}
    }
    scan.spaces();
    Some(Line::new(Some(time), Some(level), scan.rest))
}

impl<'a> Scan<'a> {
    /// The path of a module: `app::jobs`.
    fn target(&mut self) -> Option<&'a str> {
        let bytes = self.rest.as_bytes();
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let mut length = 0;
        while length < bytes.len() {
            if is_name(bytes[length]) {
                length += 1;
            } else if bytes[length..].starts_with(b"::") {
                length += 2;
            } else {
                break;
            }
        }
        let (target, after) = self.rest.split_at(length);
        self.rest = after;
        (!target.is_empty()).then_some(target)
    }
}
