//! klog, the log of Kubernetes and what is made for it.

use crate::{
    logs::format::{
        line::{Line, Opening, Sink, Time},
        scan::Scan,
        stamp,
    },
    model::Severity,
};

/// `I1120 03:12:41.000000       1 controller.go:123] message`.
pub(super) fn read<'a>(opening: &Opening<'a>, fields: &mut impl Sink<'a>) -> Option<Line<'a>> {
    let level = match opening.text.as_bytes().first()? {
        b'I' => Severity::Info,
        b'W' => Severity::Warn,
        b'E' => Severity::Error,
        b'F' => Severity::Fatal,
        b'D' => Severity::Debug,
        _ => return None,
    };
    let from = &opening.text[1..];
    let (stamp, length) = stamp::month_day(from)?;
    let (text, rest) = from.split_at(length);
    let mut scan = Scan::new(rest);
    scan.eat(" ")?;
    scan.spaces();
    let thread = scan.digits()?;
    scan.eat(" ")?;
    let source = scan.until(']').filter(|source| source.contains(':'))?;
    fields.word("thread", thread);
    fields.text("source", source);
    let message = scan.rest.strip_prefix(' ').unwrap_or(scan.rest);
    let time = Time { stamp, text, bracketed: false, rest };
    Some(Line::new(Some(time), Some(level), message))
}
