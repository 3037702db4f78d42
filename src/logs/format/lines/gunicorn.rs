//! gunicorn's own log.

use crate::logs::format::{
    level,
    line::{Line, Opening, Sink},
    scan::Scan,
};

/// `[2026-11-20 03:12:41 +0000] [7] [INFO] Listening at: http://0.0.0.0:8000 (7)`.
pub(super) fn read<'a>(opening: &Opening<'a>, fields: &mut impl Sink<'a>) -> Option<Line<'a>> {
    let time = opening.bracketed_time()?;
    let mut scan = Scan::new(time.rest);
    scan.eat("] [")?;
    let pid = scan.digits()?;
    scan.eat("] [")?;
    let level = level::from_word(scan.until(']')?)?;
    fields.word("pid", pid);
    let message = scan.rest.strip_prefix(' ').unwrap_or(scan.rest);
    Some(Line::new(Some(time), Some(level), message))
}
