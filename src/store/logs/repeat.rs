//! Which lines only say again what the line in front of them said.

use super::{Block, LineRef, Snapshot};
use crate::logs::format::parts;

/// Adds the numbers of those lines of a block that repeat the line in front of them.
/// `lines` is the log that the block is of.
pub(super) fn repeated(lines: &Snapshot, block: &Block<'_>, numbers: &mut Vec<u64>) {
    let first = block.lines().start;
    let in_front = first.checked_sub(1).filter(|number| lines.lines().contains(number));
    let mut before = in_front.and_then(|number| lines.get(number));
    for line in block.clone().iter() {
        if before.is_some_and(|before| is_same(before, line)) {
            numbers.push(line.number());
        }
        before = Some(line);
    }
}

/// Whether two lines say the same, each at its time. Nobody knows what the end said that
/// was cut from one.
fn is_same(a: LineRef<'_>, b: LineRef<'_>) -> bool {
    if a.cut_bytes() > 0 || b.cut_bytes() > 0 {
        return false;
    }
    let (told, other) = (a.told(), b.told());
    if (a.stream(), told.format, told.level) != (b.stream(), other.format, other.level) {
        return false;
    }
    if a.text() == b.text() {
        return true;
    }
    let said = parts(told.format, a.text());
    said.is_some() && said == parts(other.format, b.text())
}
