//! How each service writes its log: the formats that operators know.
//!
//! The formatters are pure and take the time; [`out`] and [`err`] write a line.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use jiff::Timestamp;

/// How bad a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub(crate) enum Severity {
    Info,
    Warn,
    Error,
}

impl Severity {
    /// The escape sequence that colours a line this bad, where it is worth one.
    fn colour(self) -> Option<&'static str> {
        match self {
            Self::Info => None,
            Self::Warn => Some("\x1b[33m"),
            Self::Error => Some("\x1b[31m"),
        }
    }
}

/// Writes text to standard output, with a line break, in one piece.
pub(crate) fn out(text: &str) {
    write(io::stdout().lock(), text);
}

/// Writes text to standard error, with a line break, in one piece.
pub(crate) fn err(text: &str) {
    write(io::stderr().lock(), text);
}

/// A pipe that nobody reads any more is no reason to stop serving.
fn write(mut pipe: impl Write, text: &str) {
    let _ = pipe.write_all(format!("{text}\n").as_bytes());
}

/// A request as an access log tells it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Access<'a> {
    pub(crate) client: &'a str,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) status: u16,
    pub(crate) bytes: usize,
    pub(crate) agent: &'a str,
}

/// A line in the combined log format of nginx and Apache.
pub(crate) fn combined(at: Timestamp, access: &Access<'_>) -> String {
    format!(
        "{} - - [{}] \"{} {} HTTP/1.1\" {} {} \"-\" \"{}\"",
        escape(access.client),
        at.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        escape(access.method),
        escape(access.path),
        access.status,
        access.bytes,
        escape(access.agent),
    )
}

/// A line of nginx's error log.
pub(crate) fn nginx_error(at: Timestamp, level: &str, text: &str) -> String {
    let pid = std::process::id();
    format!("{} [{level}] {pid}#{pid}: {text}", at.strftime("%Y/%m/%d %H:%M:%S"))
}

/// A line as Celery's logging writes it, coloured where it is a warning or worse.
pub(crate) fn celery(at: Timestamp, severity: Severity, process: &str, text: &str) -> String {
    let level = match severity {
        Severity::Info => "INFO",
        Severity::Warn => "WARNING",
        Severity::Error => "ERROR",
    };
    let line = format!("[{}: {level}/{process}] {text}", at.strftime("%Y-%m-%d %H:%M:%S,%3f"));
    match severity.colour() {
        Some(colour) => format!("{colour}{line}\x1b[0m"),
        None => line,
    }
}

/// A line of `key=value` pairs.
pub(crate) fn logfmt(
    at: Timestamp,
    severity: Severity,
    message: &str,
    fields: &[(&str, String)],
) -> String {
    let level: &str = severity.into();
    let mut line = format!("ts={} level={level} msg={}", iso(at), quote(message));
    for (key, value) in fields {
        let _ = write!(line, " {key}={}", quote(value));
    }
    line
}

/// A line as Redis writes it; `mark` is `.`, `-`, `*` or `#`, from talkative to warning.
pub(crate) fn redis(at: Timestamp, mark: char, text: &str) -> String {
    let pid = std::process::id();
    format!("{pid}:M {} {mark} {text}", at.strftime("%d %b %Y %H:%M:%S.%3f"))
}

/// A moment in ISO 8601 with milliseconds.
pub(crate) fn iso(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Writes what could end a quoted field as nginx does.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() || matches!(character, '"' | '\\') {
            let _ = write!(out, "\\x{:02X}", u32::from(character));
        } else {
            out.push(character);
        }
    }
    out
}

/// Quotes a logfmt value where it needs it.
fn quote(text: &str) -> String {
    let plain = |character: char| character.is_ascii_graphic() && !matches!(character, '"' | '=');
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { format!("{text:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Timestamp {
        "2025-11-20T09:30:05.123Z".parse().unwrap()
    }

    #[test]
    fn combined_lines_cannot_be_forged_by_a_path() {
        let access = Access {
            client: "203.0.113.7",
            method: "GET",
            path: "/a\"b\n",
            status: 404,
            bytes: 12,
            agent: "curl/8.5.0",
        };
        assert_eq!(
            combined(at(), &access),
            "203.0.113.7 - - [20/Nov/2025:09:30:05 +0000] \
             \"GET /a\\x22b\\x0A HTTP/1.1\" 404 12 \"-\" \"curl/8.5.0\""
        );
    }

    #[test]
    fn celery_colours_what_matters() {
        assert_eq!(
            celery(at(), Severity::Info, "MainProcess", "ready."),
            "[2025-11-20 09:30:05,123: INFO/MainProcess] ready."
        );
        assert_eq!(
            celery(at(), Severity::Warn, "MainProcess", "late"),
            "\x1b[33m[2025-11-20 09:30:05,123: WARNING/MainProcess] late\x1b[0m"
        );
    }

    #[test]
    fn logfmt_quotes_only_what_needs_it() {
        let fields = [("id", "7".to_owned()), ("why", "a \"b\"".to_owned()), ("x", String::new())];
        assert_eq!(
            logfmt(at(), Severity::Warn, "slow statement", &fields),
            "ts=2025-11-20T09:30:05.123Z level=warn msg=\"slow statement\" \
             id=7 why=\"a \\\"b\\\"\" x=\"\""
        );
    }

    #[test]
    fn redis_lines_carry_pid_and_mark() {
        let pid = std::process::id();
        assert_eq!(
            redis(at(), '*', "Ready to accept connections tcp"),
            format!("{pid}:M 20 Nov 2025 09:30:05.123 * Ready to accept connections tcp")
        );
    }
}
