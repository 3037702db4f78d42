//! nginx's error log.

use crate::logs::format::{
    level,
    line::{Line, Opening, Sink},
    scan::Scan,
};

/// Where the facts about the request begin that nginx appends to a message.
const REQUEST: &str = ", client: ";

/// `2026/11/20 03:12:41 [error] 7#7: *1 connect() failed, client: 203.0.113.7, server: …`.
pub(super) fn read<'a>(opening: &Opening<'a>, fields: &mut impl Sink<'a>) -> Option<Line<'a>> {
    let time = opening.bare_time()?;
    let mut scan = Scan::new(time.rest);
    scan.eat(" [")?;
    let level = level::from_word(scan.until(']')?)?;
    scan.eat(" ")?;
    let pid = scan.digits()?;
    scan.eat("#")?;
    let thread = scan.digits()?;
    scan.eat(": ")?;
    fields.word("pid", pid);
    fields.word("tid", thread);
    if scan.eat("*").is_some() {
        fields.word("connection", scan.digits()?);
        scan.eat(" ")?;
    }
    let (message, about) = match scan.rest.find(REQUEST) {
        Some(at) => (&scan.rest[..at], &scan.rest[at..]),
        None => (scan.rest, ""),
    };
    push_about(about, fields);
    Some(Line::new(Some(time), Some(level), message))
}

/// `, client: 203.0.113.7, request: "GET / HTTP/1.1", …`.
fn push_about<'a>(about: &'a str, fields: &mut impl Sink<'a>) -> Option<()> {
    let mut scan = Scan::new(about);
    loop {
        scan.eat(", ")?;
        let name = scan.run(|byte| byte.is_ascii_lowercase() || byte == b'_')?;
        scan.eat(": ")?;
        let value = match scan.quoted() {
            Some(value) => value,
            None => scan.before(", "),
        };
        fields.text(name, value);
    }
}
