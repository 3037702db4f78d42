//! Syslog: RFC 5424, the older RFC 3164, and what daemons write to files of either.

use crate::logs::format::{
    guess, level,
    line::{Head, Line, Opening, Sink, Time},
    scan::Scan,
    stamp::Stamp,
};

/// The byte order mark that RFC 5424 puts before a UTF-8 message, as cleaning shows it.
const MARK: &str = "‹U+FEFF›";

pub(super) fn read<'a>(opening: &Opening<'a>, fields: &mut impl Sink<'a>) -> Option<Line<'a>> {
    if !opening.text.starts_with('<') {
        return read_old(opening, None, fields);
    }
    let mut scan = Scan::new(&opening.text[1..]);
    let priority: u8 = scan.digits()?.parse().ok().filter(|priority| *priority < 192)?;
    scan.eat(">")?;
    match scan.rest.strip_prefix("1 ") {
        Some(rest) => read_new(rest, priority, fields),
        None => read_old(&Opening::of(scan.rest), Some(priority), fields),
    }
}

/// `<165>1 2026-11-20T03:12:41.003Z host app 7 ID47 [data id="1"] message`.
fn read_new<'a>(text: &'a str, priority: u8, fields: &mut impl Sink<'a>) -> Option<Line<'a>> {
    let opening = Opening::of(text);
    let time = opening.bare_time();
    let mut scan = Scan::new(time.map_or(text, |time| time.rest));
    if time.is_none() {
        scan.eat("-")?;
    }
    for name in ["host", "app", "pid", "msgid"] {
        scan.eat(" ")?;
        fields.word(name, scan.word()?);
    }
    scan.eat(" ")?;
    if scan.eat("-").is_none() {
        structured_data(&mut scan, fields)?;
    }
    let message = scan.rest.strip_prefix(' ').unwrap_or(scan.rest);
    let message = message.strip_prefix(MARK).unwrap_or(message);
    Some(Line::new(time, Some(level::from_syslog(priority)), message))
}

/// `[id name="value" …]`, any number of times.
fn structured_data<'a>(scan: &mut Scan<'a>, fields: &mut impl Sink<'a>) -> Option<()> {
    scan.eat("[")?;
    loop {
        scan.run(|byte| byte.is_ascii_graphic() && !matches!(byte, b' ' | b']' | b'='))?;
        while scan.eat(" ").is_some() {
            let name = scan.until('=')?;
            fields.text(name, scan.quoted()?);
        }
        scan.eat("]")?;
        if scan.eat("[").is_none() {
            return Some(());
        }
    }
}

/// `Nov 20 03:12:41 host app[7]: message`, with or without `<34>` before it; also with a
/// time of RFC 3339, as newer daemons write it. Without a priority the level is guessed.
fn read_old<'a>(
    opening: &Opening<'a>,
    priority: Option<u8>,
    fields: &mut impl Sink<'a>,
) -> Option<Line<'a>> {
    let time = opening.bare_time().filter(is_of_syslog)?;
    let mut scan = Scan::new(time.rest);
    scan.eat(" ")?;
    let host = scan.word()?;
    scan.eat(" ")?;
    let app = scan.run(|byte| byte.is_ascii_graphic() && !matches!(byte, b'[' | b':'))?;
    let pid = if scan.eat("[").is_some() { scan.until(']')? } else { "" };
    scan.eat(":")?;
    let is_old = matches!(time.stamp, Stamp::Yearless(..));
    if !is_old && (pid.is_empty() || level::from_word(host).is_some()) {
        return None;
    }
    let message = scan.rest.strip_prefix(' ').unwrap_or(scan.rest);
    fields.text("host", host);
    fields.text("app", app);
    fields.word("pid", pid);
    let mut line = Line::new(Some(time), priority.map(level::from_syslog), message);
    if priority.is_none() {
        let level = guess::level(message);
        line.head = Head { level, is_guess: level.is_some(), ..line.head };
    }
    Some(line)
}

fn is_of_syslog(time: &Time<'_>) -> bool {
    match time.stamp {
        Stamp::Yearless(..) => true,
        Stamp::Exact(_) => time.text.contains('T'),
        Stamp::Civil(_) | Stamp::Clock(_) => false,
    }
}
