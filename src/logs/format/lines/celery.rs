//! Celery's workers and its beat.

use crate::logs::format::{
    level,
    line::{Line, Opening, Sink},
    scan::Scan,
};

/// `[2026-11-20 03:12:41,123: INFO/ForkPoolWorker-1] Task qms.export[5f…] succeeded in 2s`.
pub(super) fn read<'a>(opening: &Opening<'a>, fields: &mut impl Sink<'a>) -> Option<Line<'a>> {
    let time = opening.bracketed_time()?;
    let mut scan = Scan::new(time.rest);
    scan.eat(": ")?;
    let (level, process) = scan.until(']')?.split_once('/')?;
    let level = level::from_word(level)?;
    scan.eat(" ")?;
    fields.text("process", process);
    push_task(scan.rest, fields);
    Some(Line::new(Some(time), Some(level), scan.rest))
}

/// `Task qms.export[5f…] …` of the worker, `qms.export[5f…]: …` of the task itself.
fn push_task<'a>(message: &'a str, fields: &mut impl Sink<'a>) -> Option<()> {
    let mut scan = Scan::new(message.strip_prefix("Task ").unwrap_or(message));
    let task = scan.run(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'))?;
    scan.eat("[")?;
    let id = scan.run(|byte| byte.is_ascii_hexdigit() || byte == b'-')?;
    scan.eat("]")?;
    fields.text("task", task);
    fields.text("task_id", id);
    Some(())
}
