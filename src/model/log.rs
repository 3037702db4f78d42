//! [`LogLine`]: one line of output.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr};

use super::Severity;
use crate::text::Styled;

/// How many bytes of a line are kept; the rest is cut, and the cut is shown.
pub const MAX_LINE_BYTES: usize = 16 * 1024;

/// One line of an instance's output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// When the engine took it, where it says.
    pub at: Option<Timestamp>,
    /// Which pipe it came from.
    pub stream: Stream,
    /// The line, without its line break, with the looks that it asks for.
    pub text: Styled,
    /// How many bytes were cut from its end.
    pub cut_bytes: u64,
    /// What it says of itself.
    pub told: Told,
}

/// What a line says of itself, found out once, when it came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// How it is written.
    pub format: Format,
    /// Its own time, where it has one.
    pub at: Option<Timestamp>,
    /// How bad it says that it is.
    pub level: Option<Severity>,
    /// Whether that is a guess from its words.
    pub is_guess: bool,
    /// Whether it belongs to the line before it, as the lines of a stack trace do.
    pub continues: bool,
}

/// How a line is written.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    EnumIter,
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Format {
    /// In no way that we know.
    #[default]
    Plain,
    /// A JSON object.
    Json,
    /// `key=value` pairs, as logfmt and Go's slog write them.
    Logfmt,
    /// The common or combined format of web servers' access logs.
    Access,
    /// The error log of nginx.
    NginxError,
    /// PostgreSQL's own, on standard error.
    Postgres,
    /// Redis and its kin.
    Redis,
    /// Python's `logging`, and what is derived from it (Celery among them).
    Python,
    /// uvicorn.
    Uvicorn,
    /// gunicorn.
    Gunicorn,
    /// Celery.
    Celery,
    /// Java's logback and log4j patterns.
    Java,
    /// klog, the log of Kubernetes (`I1120 03:12:41.000000`).
    Klog,
    /// Rust's `tracing`.
    Tracing,
    /// Syslog, RFC 5424 or the older RFC 3164.
    Syslog,
}

impl Format {
    /// Its name in the stack file and on the screen.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl LogLine {
    /// A whole line that has said nothing of itself yet.
    #[must_use]
    pub fn new(at: Option<Timestamp>, stream: Stream, text: impl Into<Styled>) -> Self {
        Self { at, stream, text: text.into(), cut_bytes: 0, told: Told::default() }
    }

    /// When it was said: by its own account, or else by the engine's.
    #[must_use]
    pub fn when(&self) -> Option<Timestamp> {
        self.told.at.or(self.at)
    }

    /// The line without its looks.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.text().as_str()
    }
}

/// Which of an instance's two output pipes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    /// Standard output; also both at once, for a terminal.
    Stdout,
    /// Standard error.
    Stderr,
}
