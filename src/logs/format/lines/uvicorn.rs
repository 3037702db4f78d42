//! uvicorn, as it writes without further configuration.

use super::access;
use crate::logs::format::{
    level,
    line::{Line, Opening, Sink},
    scan::Scan,
};

/// Where messages begin: levels and their colons are filled up to here.
const MESSAGE: usize = 10;

/// `INFO:     127.0.0.1:51234 - "GET /health HTTP/1.1" 200 OK`.
pub(super) fn read<'a>(opening: &Opening<'a>, fields: &mut impl Sink<'a>) -> Option<Line<'a>> {
    let (head, message) = opening.text.split_at_checked(MESSAGE)?;
    let (word, filling) = head.split_once(':')?;
    let is_filled = !filling.is_empty() && filling.bytes().all(|byte| byte == b' ');
    if !is_filled || message.starts_with(' ') {
        return None;
    }
    let level = match word {
        "TRACE" | "DEBUG" | "INFO" | "WARNING" | "ERROR" | "CRITICAL" => level::from_word(word)?,
        _ => return None,
    };
    push_request(message, fields);
    Some(Line::new(None, Some(level), message))
}

fn push_request<'a>(message: &'a str, fields: &mut impl Sink<'a>) -> Option<()> {
    let mut scan = Scan::new(message);
    let client = scan.word()?;
    scan.eat(" - ")?;
    let request = scan.quoted()?;
    scan.eat(" ")?;
    let status = scan.digits()?;
    fields.text("client", client);
    access::push_request(request, fields);
    fields.word("status", status);
    Some(())
}
