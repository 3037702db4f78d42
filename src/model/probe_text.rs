//! Probes as people write them: `https://shop/health`, `tcp:db:5432`, `pg`.
//!
//! The same words stand in a stack file and in a container's labels.

use std::{ops::Range, path::Path};

use thiserror::Error;

use super::{
    HttpTarget, Pace, PostgresTarget, ProbeSpec, ProbeTarget, RedisTarget, SecretRef, TlsTarget,
    probe::ProbeOrigin,
    probe_url::{address, authority, split_port, web_address, without_login},
};
use crate::text::redact::{self, Secret};

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
        _ => Err(TextFault::new(format!("\"{}\" is not a probe", redact::mask_urls(text)), HOW)),
    }
}

fn http(text: &str) -> Result<ProbeTarget, TextFault> {
    let (url, login) = without_login(text)?;
    // A place in a URL whose login is cut out is not one in the text.
    let is_whole = login.is_none();
    web_address(&url).map_err(|fault| TextFault {
        at: if is_whole { fault.at.clone() } else { 0..0 },
        ..fault
    })?;
    let auth = login.map(|(user, password)| inline(&format!("{user}:{password}")));
    Ok(ProbeTarget::Http(Box::new(HttpTarget { auth, ..HttpTarget::get(&url) })))
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
        let rest = rest.ok_or_else(|| TextFault::new("this is not a URL", hint))?;
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

fn inline(secret: &str) -> SecretRef {
    SecretRef::Inline(Secret::new(secret))
}

#[cfg(test)]
mod tests {
    use proptest::{prop_assert, proptest};

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
            ("http://h:{prot}/", "{prot}", "only {host} and {port} can stand for something here"),
            ("http://h:99999/", "99999", "this URL's port is not one"),
            ("http:///x", "http:///x", "this URL has no host"),
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

    proptest! {
        #[test]
        fn whatever_is_written_is_read_or_refused_at_a_part_of_it(
            text in "(tcp:|tls:|http://|postgres://|redis://|cmd:|dns:)?\\PC{0,40}"
        ) {
            if let Err(fault) = target(&text, Some(Path::new("/srv"))) {
                prop_assert!(text.get(fault.at).is_some());
            }
        }
    }
}
