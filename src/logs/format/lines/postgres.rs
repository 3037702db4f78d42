//! PostgreSQL's log on standard error, with any of the usual `log_line_prefix`es.

use crate::{
    logs::format::{
        level,
        line::{Line, Opening, Sink, Time},
        scan::Scan,
    },
    model::Severity,
};

/// How long a prefix can be before the line is something else.
const MAX_PREFIX: usize = 256;

/// `2026-11-20 03:12:41.123 UTC [7] qms@qms ERROR:  relation "x" does not exist`.
///
/// Of the prefix only its end is fixed: a severity, a colon and two spaces. Lines such
/// as `DETAIL:` and `STATEMENT:` add to the one before.
pub(super) fn read<'a>(opening: &Opening<'a>, fields: &mut impl Sink<'a>) -> Option<Line<'a>> {
    let time = opening.bare_time();
    let text = time.map_or(opening.text, |time| time.rest);
    if time.is_none() && !text.starts_with(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    let head = &text.as_bytes()[..text.len().min(MAX_PREFIX)];
    let colon = memchr::memmem::find(head, b":  ")?;
    let before = &text[..colon];
    let start = before.rfind(|c: char| !c.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
    // A separator of more than one byte is no separator of a prefix.
    let (prefix, word) = before.split_at_checked(start)?;
    let kind = Kind::from_word(word)?;
    if time.is_none() && !prefix.is_empty() {
        return None;
    }
    push_prefix(prefix, fields);
    let message = text[colon + 1..].trim_start_matches(' ');
    let mut line = Line::new(time.filter(is_of_postgres), kind.level(), message);
    line.head.continues = kind == Kind::Addition;
    Some(line)
}

/// Its times name a day.
fn is_of_postgres(time: &Time<'_>) -> bool {
    time.text.len() >= "2026-11-20 03:12:41".len()
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Record(Severity),
    /// Adds to the record before it.
    Addition,
}

impl Kind {
    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "LOG" | "INFO" | "NOTICE" | "WARNING" | "ERROR" | "FATAL" | "PANIC" | "DEBUG"
            | "DEBUG1" | "DEBUG2" | "DEBUG3" | "DEBUG4" | "DEBUG5" => {
                Self::Record(level::from_word(word)?)
            }
            "DETAIL" | "HINT" | "QUERY" | "CONTEXT" | "LOCATION" | "BACKTRACE" | "STATEMENT" => {
                Self::Addition
            }
            _ => return None,
        })
    }

    fn level(self) -> Option<Severity> {
        match self {
            Self::Record(level) => Some(level),
            Self::Addition => None,
        }
    }
}

/// What a prefix says beside the time: `[7]`, `[7-1]`, `user=qms,db=qms,app=psql`,
/// `qms@qms`.
fn push_prefix<'a>(prefix: &'a str, fields: &mut impl Sink<'a>) {
    let pid = prefix.split_once('[').and_then(|(_, after)| Scan::new(after).digits());
    fields.word("pid", pid.unwrap_or_default());
    let is_end = |c: char| matches!(c, ' ' | ',' | '[' | ']');
    for piece in prefix.split(is_end).filter(|piece| !piece.is_empty()) {
        if let Some((name, value)) = piece.split_once('=') {
            let name = match name {
                "u" | "usr" => "user",
                "d" | "database" => "db",
                "h" | "host" => "client",
                name => name,
            };
            fields.text(name, value);
        } else if let Some((user, db)) = piece.split_once('@') {
            push_user(user, db, fields);
        }
    }
}

/// `qms@qms`, also among the rest of `:172.18.0.5(51234):qms@qms:`.
fn push_user<'a>(user: &'a str, db: &'a str, fields: &mut impl Sink<'a>) {
    fields.text("user", user.rsplit(':').next().unwrap_or_default());
    fields.text("db", db.split(':').next().unwrap_or_default());
}
