//! Probes as people write them: `https://shop/health`, `tcp:db:5432`, `pg`.
//!
//! The same words stand in a stack file and in a container's labels.

use std::{ops::Range, path::Path};

use percent_encoding::percent_decode_str;
use thiserror::Error;

use super::{
    HttpTarget, Pace, PostgresTarget, ProbeSpec, ProbeTarget, RedisTarget, SecretRef, TlsTarget,
    probe::ProbeOrigin,
};
use crate::text::redact::Secret;

/// What stands for an instance's own address and port.
const PLACEHOLDERS: [&str; 2] = ["{host}", PORT];
/// What stands for an instance's own port.
pub const PORT: &str = "{port}";

/// Every kind of probe, for whoever wrote none of them.
const HOW: &str = "write an http:// or https:// URL, \"tcp:HOST:PORT\", \"tls:HOST:PORT\", \
                   \"dns:NAME\", \"pg\", \"redis\", \"docker\", \"postgres://USER@HOST:PORT/NAME\", \
                   \"redis://HOST:PORT\" or \"cmd:PROGRAM ARGUMENT\"";

/// What is wrong with a text, where in it, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct TextFault {
    /// The part that is meant, in bytes of the text; empty when all of it is.
    pub at: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub hint: String,
}

impl TextFault {
    /// Says what is wrong with a text as a whole.
    pub(super) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { at: 0..0, message: message.into(), hint: hint.into() }
    }

    /// The same about a part of the text, which must be a slice of it.
    pub(super) fn about(mut self, text: &str, part: &str) -> Self {
        let start = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        if start + part.len() <= text.len() {
            self.at = start..start + part.len();
        }
        self
    }
}

/// Reads a probe that a label names, with what is usual for everything else.
///
/// # Errors
/// When it is no probe, or one that runs a command: whoever may start a container must not
/// choose what runs on the host of whoever looks (threat T9).
pub fn of_label(text: &str) -> Result<ProbeSpec, TextFault> {
    Ok(ProbeSpec::new(target(text, None)?, Pace::default(), ProbeOrigin::Label))
}

/// Reads what a probe asks. Commands run in the folder; without one they are refused.
///
/// # Errors
/// When it is no probe.
pub fn target(text: &str, folder: Option<&Path>) -> Result<ProbeTarget, TextFault> {
    match text {
        "pg" => return Ok(ProbeTarget::Postgres(PostgresTarget::usual())),
        "redis" => return Ok(ProbeTarget::Redis(RedisTarget::usual())),
        "docker" => return Ok(ProbeTarget::Engine),
        _ => {}
    }
    let (kind, rest) = text.split_once(':').unwrap_or(("", text));
    match kind {
        "http" | "https" => http(text),
        "tcp" => Ok(ProbeTarget::Tcp { address: address(text, rest)?.into() }),
        "tls" => Ok(ProbeTarget::Tls(TlsTarget::at(address(text, rest)?))),
        "dns" => dns(text, rest),
        "postgres" | "postgresql" => postgres(text),
        "redis" => redis(text),
        "cmd" => command(text, rest, folder),
        _ => Err(TextFault::new(format!("\"{text}\" is not a probe"), HOW)),
    }
}

fn http(text: &str) -> Result<ProbeTarget, TextFault> {
    let (url, login) = without_login(text)?;
    web_address(&url).map_err(|fault| TextFault { at: 0..0, ..fault })?;
    let auth = login.map(|(user, password)| inline(&format!("{user}:{password}")));
    Ok(ProbeTarget::Http(Box::new(HttpTarget { auth, ..HttpTarget::get(&url) })))
}

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

fn dns(text: &str, name: &str) -> Result<ProbeTarget, TextFault> {
    let plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || !name.chars().all(plain) {
        let fault =
            TextFault::new(format!("\"{name}\" is not a name"), "write \"dns:db.internal\"");
        return Err(fault.about(text, name));
    }
    Ok(ProbeTarget::Dns { name: name.into() })
}

fn postgres(text: &str) -> Result<ProbeTarget, TextFault> {
    let hint = "write \"postgres://USER@HOST:5432/NAME\"";
    let server = Server::read(text, 5432, hint)?;
    let usual = PostgresTarget::usual();
    let name = server.path.trim_matches('/');
    if name.contains('/') || name.contains('?') {
        return Err(TextFault::new("only a database's name can stand behind the port", hint));
    }
    Ok(ProbeTarget::Postgres(PostgresTarget {
        address: server.address,
        user: server.user.filter(|user| !user.is_empty()).unwrap_or(usual.user),
        database: if name.is_empty() { usual.database } else { name.into() },
        answers_are_enough: server.password.is_none(),
        password: server.password,
    }))
}

fn redis(text: &str) -> Result<ProbeTarget, TextFault> {
    let hint = "write \"redis://HOST:6379\"";
    let server = Server::read(text, 6379, hint)?;
    if !server.path.trim_matches('/').chars().all(|c| c.is_ascii_digit()) {
        return Err(TextFault::new("only a database's number can stand behind the port", hint));
    }
    Ok(ProbeTarget::Redis(RedisTarget {
        address: server.address,
        user: server.user.filter(|user| !user.is_empty()),
        answers_are_enough: server.password.is_none(),
        password: server.password,
    }))
}

/// A command line, taken apart as a shell would and never given to one (threat T2).
fn command(text: &str, line: &str, folder: Option<&Path>) -> Result<ProbeTarget, TextFault> {
    let hint = "write \"cmd:program argument\"; a shell is one only when you name it";
    let fault = |message: &str| Err(TextFault::new(message, hint).about(text, line));
    let Some(folder) = folder else {
        return Err(TextFault::new(
            "a command cannot be a probe here",
            "only the stack file can name commands",
        ));
    };
    match shell_words::split(line) {
        Ok(argv) if argv.first().is_some_and(|program| !program.is_empty()) => {
            Ok(ProbeTarget::Command { argv, folder: folder.into() })
        }
        Ok(_) => fault("this names no program"),
        Err(_) => fault("a quote of this command is not closed"),
    }
}

/// The parts of `scheme://user:password@host:port/path`.
struct Server {
    address: String,
    user: Option<String>,
    password: Option<SecretRef>,
    path: String,
}

impl Server {
    fn read(text: &str, usual_port: u16, hint: &str) -> Result<Self, TextFault> {
        let (url, login) = without_login(text)?;
        let rest = url.split_once("://").map(|(_, rest)| rest);
        let rest = rest.ok_or_else(|| TextFault::new(format!("\"{text}\" is not a URL"), hint))?;
        let authority = authority(rest);
        let address = match split_port(authority) {
            (host, None) => format!("{host}:{usual_port}"),
            _ => authority.to_owned(),
        };
        self::address(&address, &address).map_err(|fault| TextFault {
            at: 0..0,
            hint: hint.into(),
            ..fault
        })?;
        let (user, password) = login.map_or((None, None), |(user, password)| {
            (Some(user), (!password.is_empty()).then(|| inline(&password)))
        });
        Ok(Self { address, user, password, path: rest[authority.len()..].into() })
    }
}

type Login = (String, String);

/// A URL without its user and password, and these.
fn without_login(text: &str) -> Result<(String, Option<Login>), TextFault> {
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

fn inline(secret: &str) -> SecretRef {
    SecretRef::Inline(Secret::new(secret))
}

fn authority(rest: &str) -> &str {
    &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())]
}

/// Gives back `HOST:PORT`, which is a part of the text.
fn address<'a>(text: &str, address: &'a str) -> Result<&'a str, TextFault> {
    let (host, port) = split_port(address);
    let odd = |c: char| c.is_whitespace() || c.is_control() || "/@".contains(c);
    let good = !host.is_empty()
        && !address.contains(odd)
        && strange_placeholder(address).is_none()
        && port.is_some_and(is_port);
    if !good {
        let hint = "write a host and a port, as in tcp:127.0.0.1:{port} or tcp:db:5432";
        let fault = TextFault::new(format!("\"{address}\" is not HOST:PORT"), hint);
        return Err(fault.about(text, address));
    }
    Ok(address)
}

/// Splits `host:port` and `[v6]:port`.
fn split_port(authority: &str) -> (&str, Option<&str>) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        target(text, Some(Path::new("/srv"))).unwrap().to_string()
    }

    #[test]
    fn every_kind_is_read_and_shown_as_it_was_written() {
        for text in [
            "http://127.0.0.1:{port}/health",
            "https://shop/health?full=1",
            "tcp:[::1]:{port}",
            "tls:{host}:443",
            "dns:db.internal",
            "postgres://qms@db:5432/qms",
            "redis://cache:6380",
        ] {
            assert_eq!(shown(text), text);
        }
        assert_eq!(shown("pg"), "postgres://postgres@{host}:5432/postgres");
        assert_eq!(shown("postgresql://ap@db"), "postgres://ap@db:5432/postgres");
        assert_eq!(shown("redis"), "redis://{host}:6379");
        assert_eq!(shown("docker"), "the engine's health check");
        let ProbeTarget::Command { argv, folder } =
            target("cmd:./check 'a b'", Some(Path::new("/srv"))).unwrap()
        else {
            panic!("no command");
        };
        assert_eq!((argv.join("|"), folder), ("./check|a b".into(), "/srv".into()));
    }

    #[test]
    fn a_password_of_a_url_is_taken_out_of_it() {
        let secret = |target| match target {
            ProbeTarget::Http(http) => (http.url, http.auth),
            ProbeTarget::Postgres(it) => (it.address, it.password),
            ProbeTarget::Redis(it) => (it.address, it.password),
            other => panic!("{other:?}"),
        };
        let of = |text| secret(target(text, None).unwrap());
        assert_eq!(of("http://bob:a%40b@h/x"), ("http://h/x".into(), Some(inline("bob:a@b"))));
        assert_eq!(of("postgres://bob:pw@h/x"), ("h:5432".into(), Some(inline("pw"))));
        assert_eq!(of("redis://:p:w@h:1/0"), ("h:1".into(), Some(inline("p:w"))));
        let ProbeTarget::Postgres(open) = target("postgres://bob@h/x", None).unwrap() else {
            panic!("no database");
        };
        assert!(open.answers_are_enough && open.password.is_none());
    }

    #[test]
    fn what_is_no_probe_says_which_part_is_wrong() {
        for (text, part, message) in [
            ("localhost:80", "", "\"localhost:80\" is not a probe"),
            ("tcp:127.0.0.1", "127.0.0.1", "\"127.0.0.1\" is not HOST:PORT"),
            ("tcp:db:0", "db:0", "\"db:0\" is not HOST:PORT"),
            ("tls:{hots}:443", "{hots}:443", "\"{hots}:443\" is not HOST:PORT"),
            ("http://h:{prot}/", "", "only {host} and {port} can stand for something here"),
            ("http://h:99999/", "", "this URL's port is not one"),
            ("http:///x", "", "this URL has no host"),
            ("dns:a b", "a b", "\"a b\" is not a name"),
            ("cmd:", "", "this names no program"),
            ("cmd:a 'b", "a 'b", "a quote of this command is not closed"),
            ("redis://h:1/x", "", "only a database's number can stand behind the port"),
            ("rediss://h", "", "\"rediss://h\" is not a probe"),
        ] {
            let fault = target(text, Some(Path::new("/srv"))).unwrap_err();
            assert_eq!((&text[fault.at.clone()], fault.message.as_str()), (part, message));
        }
    }

    #[test]
    fn a_label_names_no_command() {
        assert_eq!(of_label("tcp:db:1").unwrap().from, ProbeOrigin::Label);
        assert!(of_label("cmd:rm -rf /").unwrap_err().hint.contains("stack file"));
    }
}
