//! Notices of the person's own machine, through the terminal: the bell, OSC 9 and OSC 777.
//!
//! Terminals know one of the two or none; those that know neither leave them out.

use std::io::{self, Write};

use crate::text::Clean;

/// What stands over a notice.
const TITLE: &str = "midwatch";

/// A notice is read at a glance: what is longer is cut.
const MAX_CHARS: usize = 200;

/// Rings, and shows a line where the terminal has notices.
///
/// # Errors
///
/// When the terminal cannot be written to.
pub(super) fn tell(words: &Clean, out: &mut impl Write) -> io::Result<()> {
    // The parts of OSC 777 stand between semicolons; ConEmu takes OSC 9 with a number as
    // something else, and a letter is none.
    let words: String = words.as_str().chars().take(MAX_CHARS).collect();
    let words = words.replace(';', ",");
    write!(out, "\x07\x1b]9;{TITLE}: {words}\x1b\\\x1b]777;notify;{TITLE};{words}\x1b\\")?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_one_line_of_clean_text_that_ends_nothing_early() {
        let mut out = Vec::new();
        tell(&Clean::new("api; \x1b]0;x\x07 fires"), &mut out).unwrap();
        let told = String::from_utf8(out).unwrap();
        assert!(told.starts_with("\x07\x1b]9;midwatch: api, "), "{told:?}");
        assert_eq!(told.matches('\x1b').count(), 4, "two escapes, each with its end: {told:?}");
        assert_eq!(told.matches('\x07').count(), 1, "{told:?}");
        assert!(told.ends_with("fires\x1b\\"), "{told:?}");
        let mut out = Vec::new();
        tell(&Clean::new(&"x".repeat(1000)), &mut out).unwrap();
        assert!(out.len() < 2 * MAX_CHARS + 100);
    }
}
