//! How bad a line is, guessed from its words, where no format tells.

use super::level;
use crate::model::Severity;

/// How far into a line a word can still be its level, in bytes.
const NEAR: usize = 72;

/// The longest word that is looked at: the name of an exception, say.
const LONGEST_WORD: usize = 64;

/// Which bytes a word goes on with: names with dots and digits are one word.
const OF_WORD: [bool; 256] = of_word();

const fn of_word() -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        table[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.';
        byte += 1;
    }
    table
}

/// How bad a line is by the first of its words that says so, near its beginning: a level
/// in capitals, one that is marked as such (`error:`, `[warn]`), or one that the line
/// begins with. A level within a sentence is none.
pub(super) fn level(text: &str) -> Option<Severity> {
    let bytes = text.as_bytes();
    let near = bytes.len().min(NEAR);
    let mut at = 0;
    let mut before: &[u8] = b"";
    while at < near {
        if !bytes[at].is_ascii_alphabetic() {
            at += 1;
            continue;
        }
        let end = word_end(bytes, at);
        let word = Word { bytes, at, end, is_first: before.is_empty() };
        if let Some(level) = word.level().filter(|_| !denies(before)) {
            return Some(level);
        }
        (before, at) = (&bytes[at..end], end);
    }
    None
}

fn word_end(bytes: &[u8], at: usize) -> usize {
    let limit = bytes.len().min(at + LONGEST_WORD);
    let length = bytes[at..limit].iter().position(|byte| !OF_WORD[usize::from(*byte)]);
    let mut end = length.map_or(limit, |length| at + length);
    // A dot at the end is the sentence's.
    while bytes[end - 1] == b'.' {
        end -= 1;
    }
    end
}

/// Whether the word says that the next one is not there.
fn denies(word: &[u8]) -> bool {
    matches!(word, b"no" | b"No" | b"NO" | b"without" | b"Without" | b"zero" | b"not")
}

/// A word of a line.
struct Word<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
    is_first: bool,
}

impl Word<'_> {
    /// The level that it says, where it stands as one or names an exception.
    fn level(&self) -> Option<Severity> {
        let word = &self.bytes[self.at..self.end];
        // Nearly all words are small and stand between others: those end here.
        let is_capital = matches!(word, [b'A'..=b'Z', b'A'..=b'Z', ..])
            && word.iter().all(u8::is_ascii_uppercase);
        if is_capital || self.is_first || self.is_marked() {
            self.named(word, is_capital).or_else(|| self.exception(word))
        } else {
            self.exception(word)
        }
    }

    /// A level by its name.
    fn named(&self, word: &[u8], is_capital: bool) -> Option<Severity> {
        // These are levels only where a format says so.
        if word.len() < 3 || matches!(word, b"LOG" | b"Log" | b"log" | b"config" | b"fine") {
            return None;
        }
        let level = level::from_word(std::str::from_utf8(word).ok()?)?;
        let begins_line = self.is_first && level >= Severity::Warn && self.is_followed_by_space();
        (is_capital || begins_line || self.is_marked()).then_some(level)
    }

    /// Whether a sign sets it apart: `error:`, `[warn]`, `[core:warn]`, `<info>`, `=error`.
    fn is_marked(&self) -> bool {
        let before = self.at.checked_sub(1).map(|at| self.bytes[at]);
        match self.bytes.get(self.end) {
            Some(b':') => matches!(before, None | Some(b' ' | b'[' | b']')),
            Some(b']') => matches!(before, Some(b'[' | b':')),
            Some(b'>') => before == Some(b'<'),
            Some(b')') => before == Some(b'('),
            Some(b'|') => before == Some(b'|'),
            None | Some(b' ' | b',') => before == Some(b'='),
            Some(_) => false,
        }
    }

    fn is_followed_by_space(&self) -> bool {
        self.bytes.get(self.end).is_none_or(|next| *next == b' ')
    }

    /// `Traceback`, `panicked`, and the names of exceptions: `java.io.IOException: …`,
    /// `ValueError: …`, `Exception in thread …`.
    fn exception(&self, word: &[u8]) -> Option<Severity> {
        let rest = &self.bytes[self.at..];
        let is_exception = match word {
            b"Traceback" => rest.starts_with(b"Traceback (most recent call last)"),
            b"panicked" => rest.starts_with(b"panicked at "),
            b"exception" | b"Exception" | b"EXCEPTION" => true,
            _ => self.is_first && self.names_exception(word),
        };
        is_exception.then_some(Severity::Error)
    }

    fn names_exception(&self, word: &[u8]) -> bool {
        let ends = word.ends_with(b"Exception") || word.ends_with(b"Error");
        ends && matches!(self.bytes.get(self.end), None | Some(b':'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_stand_as_levels_are_levels() {
        let table = [
            ("ERROR could not connect", Severity::Error),
            ("error: could not connect", Severity::Error),
            ("Error connecting to 10.0.0.7", Severity::Error),
            ("app[7] ERROR could not connect", Severity::Error),
            ("[warn] disk is filling up", Severity::Warn),
            ("  [WARNING] disk is filling up", Severity::Warn),
            ("Warning: deprecated", Severity::Warn),
            ("[core:error] [pid 7] File does not exist", Severity::Error),
            ("npm WARN deprecated request@2.88.2", Severity::Warn),
            ("npm error code ENOENT: error: x", Severity::Error),
            ("FATAL: no space left on device", Severity::Fatal),
            ("panic: runtime error: index out of range", Severity::Fatal),
            ("fatal error: all goroutines are asleep - deadlock!", Severity::Fatal),
            ("CRITICAL worker lost", Severity::Fatal),
            ("thread 'main' panicked at src/main.rs:2:5:", Severity::Error),
            ("Traceback (most recent call last):", Severity::Error),
            ("ValueError: invalid literal", Severity::Error),
            ("java.lang.IllegalStateException: closed", Severity::Error),
            ("Exception in thread \"main\" java.lang.Error", Severity::Error),
            ("Unhandled exception. System.IO.IOException", Severity::Error),
            ("INFO no errors found", Severity::Info),
            ("INFO ERROR_COUNT=0", Severity::Info),
            ("info: 3 ERROR lines were read", Severity::Info),
            ("DEBUG retry after error: timeout", Severity::Debug),
            ("foo <notice> bar", Severity::Notice),
            ("level=error", Severity::Error),
        ];
        for (text, expected) in table {
            assert_eq!(level(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn words_of_a_sentence_are_none() {
        for text in [
            "",
            "hello",
            "no error found",
            "finished without error: yes",
            "NO ERROR",
            "the error handler is installed",
            "0 errors, 0 warnings",
            "ERRORS=0",
            "Errors: none",
            "info about the host",
            "debugging is fine",
            "errorless: true",
            "größter error",
            "GET /error HTTP/1.1",
            "/var/log/error.log was rotated",
            "a line whose level word comes only after so many other words that it is none: ERROR",
        ] {
            assert_eq!(level(text), None, "{text}");
        }
    }
}
