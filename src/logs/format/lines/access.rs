//! The common and the combined log format of nginx, Apache and others.

use crate::logs::format::{
    level,
    line::{Line, Opening, Sink, Time},
    scan::Scan,
    stamp,
};

/// `203.0.113.7 - - [20/Nov/2026:03:12:41 +0000] "GET / HTTP/1.1" 200 615 "ref" "agent"`.
///
/// The virtual host may stand first, and who the request was forwarded for last, as the
/// configurations that come with Apache and nginx have it.
pub(super) fn read<'a>(opening: &Opening<'a>, fields: &mut impl Sink<'a>) -> Option<Line<'a>> {
    let mut scan = Scan::new(opening.text);
    let who = scan.until('[').filter(|who| who.ends_with(' '))?;
    let (stamp, length) = stamp::leading(scan.rest)?;
    let (text, rest) = scan.rest.split_at(length);
    let time = Time { stamp, text, bracketed: true, rest };
    scan.rest = rest.strip_prefix("] ")?;
    let said = scan.rest;
    let request = scan.quoted()?;
    scan.eat(" ")?;
    let status = scan.digits().filter(|status| status.len() == 3)?;
    scan.eat(" ")?;
    let bytes = scan.run(|byte| byte.is_ascii_digit() || byte == b'-')?;
    let message = &said[..said.len() - scan.rest.len()];
    push_who(who, fields)?;
    push_request(request, fields);
    fields.word("status", status);
    fields.word("bytes", bytes);
    for name in ["referrer", "agent", "forwarded_for"] {
        if scan.eat(" ").is_none() {
            break;
        }
        fields.text(name, scan.quoted().unwrap_or_default());
    }
    Some(Line::new(Some(time), Some(level::from_status(status)), message))
}

/// `client ident user `, or `host:port client ident user `.
fn push_who<'a>(who: &'a str, fields: &mut impl Sink<'a>) -> Option<()> {
    let mut words = who.trim_end().split(' ');
    let [first, second, third] = [words.next()?, words.next()?, words.next()?];
    let (host, client, user) = match words.next() {
        None => ("", first, third),
        Some(fourth) if second != "-" => (first, second, fourth),
        Some(_) => return None,
    };
    if words.next().is_some() {
        return None;
    }
    fields.text("client", client);
    fields.text("user", user);
    fields.text("host", host);
    Some(())
}

/// `GET /path HTTP/1.1`; what is none (a scan of another protocol, say) is all path.
pub(super) fn push_request<'a>(request: &'a str, fields: &mut impl Sink<'a>) {
    let is_method =
        |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase());
    let (method, rest) = match request.split_once(' ').filter(|(word, _)| is_method(word)) {
        Some((method, rest)) => (method, rest),
        None => ("", request),
    };
    let (path, protocol) = match rest.rsplit_once(' ') {
        Some((path, protocol)) if protocol.starts_with("HTTP/") => (path, protocol),
        _ => (rest, ""),
    };
    fields.text("method", method);
    fields.text("path", path);
    fields.text("protocol", protocol);
}
