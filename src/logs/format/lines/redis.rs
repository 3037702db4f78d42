//! Redis, Valkey and their sentinels.

use crate::{
    logs::format::{
        line::{Line, Opening, Sink, Time},
        scan::Scan,
        stamp,
    },
    model::Severity,
};

/// `1:M 20 Nov 2026 03:12:41.000 * Ready to accept connections`.
pub(super) fn read<'a>(opening: &Opening<'a>, fields: &mut impl Sink<'a>) -> Option<Line<'a>> {
    let mut scan = Scan::new(opening.text);
    let pid = scan.digits()?;
    scan.eat(":")?;
    let role = match scan.run(|byte| byte.is_ascii_uppercase())? {
        "M" => "master",
        "S" => "replica",
        "C" => "child",
        "X" => "sentinel",
        _ => return None,
    };
    scan.eat(" ")?;
    let (stamp, length) = stamp::leading(scan.rest)?;
    let (text, rest) = scan.rest.split_at(length);
    let mut scan = Scan::new(rest);
    scan.eat(" ")?;
    let level = match scan.word()? {
        "." => Severity::Debug,
        "-" => Severity::Info,
        "*" => Severity::Notice,
        "#" => Severity::Warn,
        _ => return None,
    };
    scan.eat(" ")?;
    fields.word("pid", pid);
    fields.text("role", role);
    let time = Time { stamp, text, bracketed: false, rest };
    Some(Line::new(Some(time), Some(level), scan.rest))
}
