//! Addresses in probes: URLs with placeholders, `HOST:PORT`, and logins that URLs hold.
//!
//! Read by hand: `{port}` in the place of a port is no URL to a library.

use percent_encoding::percent_decode_str;

use super::TextFault;

/// What stands for an instance's own address and port.
const PLACEHOLDERS: [&str; 2] = ["{host}", PORT];
/// What stands for an instance's own port.
pub const PORT: &str = "{port}";

/// Whether a text is the address of a web server, without a user or a password.
///
/// # Errors
/// When it is not.
pub fn web_address(text: &str) -> Result<(), TextFault> {
    let hint = "write a URL such as \"http://127.0.0.1:{port}/health\"";
    let fault = |message: &str, part| Err(TextFault::new(message, hint).about(text, part));
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let Some(rest) = rest else { return fault("this is not an http:// or https:// URL", text) };
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return fault("this URL has a blank or a control character in it", text);
    }
    if let Some(part) = strange_placeholder(text) {
        return fault("only {host} and {port} can stand for something here", part);
    }
    let authority = authority(rest);
    if authority.contains('@') {
        return fault("this URL cannot hold a user or a password", text);
    }
    match split_port(authority) {
        ("", _) => fault("this URL has no host", text),
        (_, Some(port)) if !is_port(port) => fault("this URL's port is not one", port),
        _ => Ok(()),
    }
}

pub(super) type Login = (String, String);

/// A URL without its user and password, and these.
pub(super) fn without_login(text: &str) -> Result<(String, Option<Login>), TextFault> {
    let Some((scheme, rest)) = text.split_once("://") else { return Ok((text.into(), None)) };
    let Some((login, _)) = authority(rest).rsplit_once('@') else { return Ok((text.into(), None)) };
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let decoded = |part: &str| match percent_decode_str(part).decode_utf8() {
        Ok(part) => Ok(part.into_owned()),
        Err(_) => Err(TextFault::new("the user or the password of this URL is not UTF-8", "")),
    };
    let url = format!("{scheme}://{}", &rest[login.len() + 1..]);
    Ok((url, Some((decoded(user)?, decoded(password)?))))
}

pub(super) fn authority(rest: &str) -> &str {
    &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())]
}

/// Gives back `HOST:PORT`, which is a part of the text.
pub(super) fn address<'a>(text: &str, address: &'a str) -> Result<&'a str, TextFault> {
    let (host, port) = split_port(address);
    let odd = |c: char| c.is_whitespace() || c.is_control() || "/@".contains(c);
    let good = !host.is_empty()
        && !address.contains(odd)
        && strange_placeholder(address).is_none()
        && port.is_some_and(is_port);
    if !good {
        let hint = "write a host and a port, as in tcp:127.0.0.1:{port} or tcp:db:5432";
        // What stands before an `@` can be a password.
        let shown = address.rsplit('@').next().unwrap_or_default();
        let fault = TextFault::new(format!("\"{shown}\" is not HOST:PORT"), hint);
        return Err(fault.about(text, address));
    }
    Ok(address)
}

/// Splits `host:port` and `[v6]:port`.
pub(super) fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

fn is_port(text: &str) -> bool {
    text == PORT || text.parse::<u16>().is_ok_and(|port| port > 0)
}

/// The first part in braces that stands for nothing.
fn strange_placeholder(text: &str) -> Option<&str> {
    let mut from = 0;
    while let Some(at) = text[from..].find(['{', '}']).map(|at| from + at) {
        let known = PLACEHOLDERS.iter().find(|known| text[at..].starts_with(**known));
        let Some(known) = known else {
            let end = text[at..].find('}').map_or(text.len(), |end| at + end + 1);
            return Some(&text[at..end]);
        };
        from = at + known.len();
    }
    None
}
