//! [`Trace`]: which lines belong to the one before them.

use jiff::{SignedDuration, Timestamp};

use super::level;
use crate::model::{Format, Severity, Told};

/// How many lines can belong to one; a program that indents everything is not one record.
const MAX_LINES: u16 = 500;

/// How far apart the engine can have taken two lines that were written at once.
const AT_ONCE: SignedDuration = SignedDuration::from_secs(1);

/// How a traceback of Python begins.
const TRACEBACK: &str = "Traceback (most recent call last):";

/// The line that the next ones may belong to, and how far its stack trace is.
#[derive(Clone, Debug)]
pub(super) struct Trace {
    /// What the line said of itself.
    told: Told,
    /// When the engine took it.
    at: Option<Timestamp>,
    /// How many lines belong to it so far.
    lines: u16,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// None yet, or nothing that is known.
    None,
    /// Indented lines alone: a statement of PostgreSQL, the frames of Java and Node.
    Indented,
    /// Python: the frames, which are indented, and then the exception.
    PythonFrames,
    /// Python: the exception was named.
    PythonDone,
    /// Python: another traceback was announced.
    PythonChained,
    /// Go, until something that is none of its frames.
    Go,
    /// Rust: the message of the panic is the next line.
    RustMessage,
    /// Rust: notes and frames.
    Rust,
}

impl Trace {
    /// No line yet.
    pub(super) fn new() -> Self {
        // A trace whose beginning was not seen belongs to nothing.
        Self { told: Told::default(), at: None, lines: MAX_LINES, kind: Kind::None }
    }

    /// A line that belongs to none before it.
    pub(super) fn begin(told: Told, at: Option<Timestamp>, text: &str) -> Self {
        let kind = match told.format {
            Format::Postgres => Kind::Indented,
            Format::Plain if told.level >= Some(Severity::Error) => kind_of(text),
            _ => Kind::None,
        };
        Self { told, at, lines: 0, kind }
    }

    /// What a line says that belongs to it.
    pub(super) fn told(&self) -> Told {
        let Told { level, is_guess, .. } = self.told;
        Told { level, is_guess, continues: true, ..Told::default() }
    }

    /// Whether a line of a format belongs to it that says itself that it adds to another.
    pub(super) fn takes_addition(&mut self, format: Format) -> bool {
        self.count(self.lines < MAX_LINES && self.told.format == format)
    }

    /// Whether a line belongs to it, by its indentation alone.
    pub(super) fn takes_indented(&mut self, text: &str) -> bool {
        let inner = text.trim_start_matches([' ', '\t', '␉']);
        if self.lines >= MAX_LINES || begins_with_level(inner) {
            return false;
        }
        let begins_frames = self.kind == Kind::None && is_frame(inner) && self.may_have_frames();
        if begins_frames {
            self.kind = Kind::Indented;
        }
        self.count(self.kind != Kind::None || self.is_error())
    }

    /// Whether a line belongs to it that is not indented and of no format.
    pub(super) fn takes_flush(&mut self, text: &str, at: Option<Timestamp>) -> bool {
        if self.lines >= MAX_LINES {
            return false;
        }
        let next = if text.is_empty() {
            (self.kind != Kind::None && self.told.format != Format::Postgres).then_some(self.kind)
        } else {
            self.next_kind(text, at)
        };
        self.kind = next.unwrap_or(self.kind);
        self.count(next.is_some())
    }

    fn count(&mut self, takes: bool) -> bool {
        self.lines += u16::from(takes);
        takes
    }

    fn is_error(&self) -> bool {
        self.told.level >= Some(Severity::Error)
    }

    /// How far the trace is after a line that is not indented; `None` when the line is
    /// not of it.
    fn next_kind(&self, text: &str, at: Option<Timestamp>) -> Option<Kind> {
        if text.starts_with(TRACEBACK) {
            let is_next = self.lines == 0 && self.is_error() && self.is_at_once(at);
            return (is_next || self.kind == Kind::PythonChained).then_some(Kind::PythonFrames);
        }
        match self.kind {
            Kind::PythonFrames => is_exception(text).then_some(Kind::PythonDone),
            Kind::PythonDone => after_exception(text),
            Kind::PythonChained => None,
            Kind::Go => is_of_go(text).then_some(Kind::Go),
            Kind::RustMessage => Some(Kind::Rust),
            Kind::Rust => is_of_rust(text).then_some(Kind::Rust),
            Kind::None | Kind::Indented => self.next_of_java(text),
        }
    }

    fn next_of_java(&self, text: &str) -> Option<Kind> {
        let is_cause = text.starts_with("Caused by: ") && self.may_have_frames();
        let is_named = self.lines == 0 && self.may_have_frames() && is_java_exception(text);
        let is_end = text == "}" && self.kind == Kind::Indented;
        let is_goroutine = self.is_error() && text.starts_with("goroutine ");
        if is_goroutine {
            return Some(Kind::Go);
        }
        (is_cause || is_named || is_end).then_some(Kind::Indented)
    }

    /// Java hands an exception to a line of any level, and of a plain line nothing is
    /// known; but it is none of a line that says that it is well.
    fn may_have_frames(&self) -> bool {
        matches!(self.told.format, Format::Java | Format::Plain)
            || self.told.level >= Some(Severity::Warn)
    }

    fn is_at_once(&self, at: Option<Timestamp>) -> bool {
        let (Some(before), Some(at)) = (self.at, at) else { return true };
        at.duration_since(before).abs() <= AT_ONCE
    }
}

/// What kind of trace a line begins that says nothing but that.
fn kind_of(text: &str) -> Kind {
    if text.starts_with(TRACEBACK) {
        Kind::PythonFrames
    } else if text.contains(" panicked at ") {
        // Older compilers put the message on the same line.
        if text.ends_with(':') { Kind::RustMessage } else { Kind::Rust }
    } else if text.starts_with("panic: ") || text.starts_with("fatal error: ") {
        Kind::Go
    } else {
        Kind::None
    }
}

/// Whether a line begins with a space or a tab, also one that cleaning made visible.
pub(super) fn is_indented(text: &str) -> bool {
    matches!(text.as_bytes(), [b' ' | b'\t', ..] | [0xe2, 0x90, 0x89, ..])
}

/// A line like ` INFO app: message` is a record of its own: the level is only set flush
/// with longer ones.
fn begins_with_level(inner: &str) -> bool {
    let word = inner.split([' ', ':']).next().unwrap_or_default();
    let is_capital = word.len() >= 4 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    is_capital && level::from_word(word).is_some()
}

/// A frame of Java or Node, or what they write between frames; of Python, when its
/// beginning was not seen.
fn is_frame(inner: &str) -> bool {
    inner.starts_with("at ") || inner.starts_with("... ") || inner.starts_with("File \"")
}

/// `java.io.IOException: message`, with its package.
fn is_java_exception(text: &str) -> bool {
    let name = text.split(':').next().unwrap_or_default();
    let ends = ["Exception", "Error", "Throwable"].iter().any(|end| name.ends_with(end));
    ends && name.contains('.') && is_dotted(name)
}

/// The last line of a traceback: `ValueError: message`, `app.errors.Gone`.
fn is_exception(text: &str) -> bool {
    is_dotted(text.split(':').next().unwrap_or_default())
}

fn is_dotted(name: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$');
    !name.is_empty() && name.bytes().all(is_of_name)
}

/// What Python writes after an exception: the next of a chain, or what an ORM
/// (`SQLAlchemy`) adds to the message.
fn after_exception(text: &str) -> Option<Kind> {
    if text.starts_with("During handling of the above exception")
        || text.starts_with("The above exception was the direct cause")
    {
        return Some(Kind::PythonChained);
    }
    let adds = ["[SQL: ", "[parameters: ", "(Background on this error at: "];
    adds.iter().any(|begin| text.starts_with(begin)).then_some(Kind::PythonDone)
}

/// A frame of Go (`main.run(0x1)`) and what stands between them.
fn is_of_go(text: &str) -> bool {
    let begins = ["goroutine ", "created by ", "[signal ", "exit status ", "runtime stack:"];
    begins.iter().any(|begin| text.starts_with(begin))
        || (text.ends_with(')') && text.contains('(') && !text.starts_with('('))
}

fn is_of_rust(text: &str) -> bool {
    text.starts_with("note: ") || text.starts_with("stack backtrace:")
}
