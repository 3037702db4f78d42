//! How bad a line is, by the words and the numbers that programs have for it.

use crate::model::Severity;

/// The longest of the words.
const LONGEST: usize = "informational".len();

/// A level by its name, in capitals or not. What is added to it (`INFO+2`, as Go's slog
/// does) does not count.
pub(super) fn from_word(word: &str) -> Option<Severity> {
    let name = word.trim().split(['+', '-']).next()?.as_bytes();
    let mut lower = [0; LONGEST];
    let lower = lower.get_mut(..name.len())?;
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    Some(match &*lower {
        b"trace" | b"trc" | b"finest" | b"finer" | b"silly" | b"verbose" => Severity::Trace,
        b"debug" | b"dbg" | b"fine" | b"config" => Severity::Debug,
        b"info" | b"inf" | b"information" | b"informational" | b"log" => Severity::Info,
        b"notice" => Severity::Notice,
        b"warn" | b"warning" | b"wrn" => Severity::Warn,
        b"error" | b"err" | b"eror" | b"severe" | b"failure" => Severity::Error,
        b"fatal" | b"ftl" | b"panic" | b"pnc" | b"dpanic" | b"critical" | b"crit" | b"alert"
        | b"emerg" | b"emergency" => Severity::Fatal,
        _ => return from_postgres_debug(lower),
    })
}

/// `debug1` to `debug5`.
fn from_postgres_debug(lower: &[u8]) -> Option<Severity> {
    let depth = lower.strip_prefix(b"debug")?;
    matches!(depth, [b'1'..=b'5']).then_some(Severity::Debug)
}

/// A level by its number: syslog's from 0 (worst) to 7, or pino's and bunyan's from 10
/// (least) to 60.
pub(super) fn from_number(number: &str) -> Option<Severity> {
    let number: u8 = number.parse().ok()?;
    match number {
        0..=7 => Some(from_syslog(number)),
        10..20 => Some(Severity::Trace),
        20..30 => Some(Severity::Debug),
        30..40 => Some(Severity::Info),
        40..50 => Some(Severity::Warn),
        50..60 => Some(Severity::Error),
        60..70 => Some(Severity::Fatal),
        _ => None,
    }
}

/// A severity of RFC 5424, section 6.2.1; of a whole priority its lowest three bits.
pub(super) fn from_syslog(priority: u8) -> Severity {
    match priority & 7 {
        0..=2 => Severity::Fatal,
        3 => Severity::Error,
        4 => Severity::Warn,
        5 => Severity::Notice,
        6 => Severity::Info,
        _ => Severity::Debug,
    }
}

/// The level of the answer to a request, by its HTTP status.
pub(super) fn from_status(status: &str) -> Severity {
    match status.as_bytes().first() {
        Some(b'5') => Severity::Error,
        Some(b'4') => Severity::Warn,
        _ => Severity::Info,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_levels_whatever_their_case() {
        for (words, level) in [
            ("trace TRC finest verbose", Severity::Trace),
            ("debug DBG DEBUG3 fine DEBUG-2", Severity::Debug),
            ("info Information INFO+2 log informational", Severity::Info),
            ("notice NOTICE", Severity::Notice),
            ("warn WARNING wrn", Severity::Warn),
            ("error ERR eror SEVERE", Severity::Error),
            ("fatal CRITICAL emerg alert panic crit", Severity::Fatal),
        ] {
            for word in words.split(' ') {
                assert_eq!(from_word(word), Some(level), "{word}");
            }
        }
        for word in ["", "errors", "debug9", "informationals", "größer", "+", "-1"] {
            assert_eq!(from_word(word), None, "{word}");
        }
    }

    #[test]
    fn numbers_are_of_syslog_or_of_pino() {
        let table = [
            ("0", Some(Severity::Fatal)),
            ("3", Some(Severity::Error)),
            ("7", Some(Severity::Debug)),
            ("8", None),
            ("10", Some(Severity::Trace)),
            ("30", Some(Severity::Info)),
            ("35", Some(Severity::Info)),
            ("60", Some(Severity::Fatal)),
            ("70", None),
            ("-3", None),
            ("1e1", None),
        ];
        for (number, level) in table {
            assert_eq!(from_number(number), level, "{number}");
        }
    }
}
