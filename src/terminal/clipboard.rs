//! The clipboard of the person's own machine, through the terminal (OSC 52).
//!
//! Works over SSH, since it is the terminal that copies. No terminal answers, so what is
//! told is what was sent. tmux takes it from a program only with `set-clipboard on`; its
//! default, `external`, is for tmux's own copies alone.

use std::{
    fmt,
    io::{self, Write},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};

use crate::text::format;

/// How many bytes are copied at most (threat T21). In base64 they stay below the 100 000
/// that some terminals take.
pub const MAX_BYTES: usize = 64 * 1024;

/// What went to the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// How many lines; the last one may be cut.
    pub lines: usize,
    /// How many there were.
    pub of: usize,
    /// How many bytes.
    pub bytes: usize,
    /// Whether there were more.
    pub is_cut: bool,
    /// Whether it went to tmux, which may keep it to itself.
    pub in_tmux: bool,
}

impl fmt::Display for Copied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.of == 1 { "line" } else { "lines" };
        let size = format::bytes(self.bytes as u64);
        match (self.is_cut, self.lines == self.of) {
            (false, _) => write!(f, "copied {} {noun} ({size})", self.lines),
            (true, false) => write!(f, "copied {} of {} {noun} ({size})", self.lines, self.of),
            (true, true) => write!(f, "copied the beginning of {} {noun} ({size})", self.of),
        }?;
        // Nobody answers, so it cannot be found out whether it does.
        if self.in_tmux { write!(f, ", if tmux has `set-clipboard on`") } else { Ok(()) }
    }
}

/// Writes the escape that copies a text, and flushes it.
///
/// Whole lines as far as they fit; of a first line that does not fit, its beginning.
/// The caller has cleaned the text and masked its secrets: it leaves this machine.
///
/// # Errors
///
/// When the terminal cannot be written to.
pub fn copy(text: &str, in_tmux: bool, out: &mut impl Write) -> io::Result<Copied> {
    let part = fitting(text);
    // `c` is the clipboard and not the selection. ST ends it: a BEL would ring where the
    // escape is not known.
    write!(out, "\x1b]52;c;{}\x1b\\", BASE64_STANDARD.encode(part))?;
    out.flush()?;
    Ok(Copied {
        lines: part.lines().count(),
        of: text.lines().count(),
        bytes: part.len(),
        is_cut: part.trim_end_matches('\n') != text.trim_end_matches('\n'),
        in_tmux,
    })
}

/// As much of the text as is copied at once.
fn fitting(text: &str) -> &str {
    if text.len() <= MAX_BYTES {
        return text;
    }
    let most = &text[..text.floor_char_boundary(MAX_BYTES)];
    if text[most.len()..].starts_with('\n') {
        return most;
    }
    most.rfind('\n').map_or(most, |end| &most[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a terminal would put on its clipboard, and what is told of it.
    fn copied(text: &str) -> (String, String) {
        let mut out = Vec::new();
        let told = copy(text, false, &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        let code = out.strip_prefix("\x1b]52;c;").unwrap().strip_suffix("\x1b\\").unwrap();
        let text = String::from_utf8(BASE64_STANDARD.decode(code).unwrap()).unwrap();
        assert_eq!(told.bytes, text.len());
        (text, told.to_string())
    }

    #[test]
    fn a_text_is_copied_whole() {
        for (text, told) in [
            ("one line", "copied 1 line (8B)"),
            ("a\nb\n", "copied 2 lines (4B)"),
            ("日本 \x1b]52;c;!\x07", "copied 1 line (16B)"),
            ("", "copied 0 lines (0B)"),
        ] {
            assert_eq!(copied(text), (text.to_owned(), told.to_owned()));
        }
    }

    #[test]
    fn in_tmux_it_is_said_that_tmux_decides() {
        let told = copy("a", true, &mut Vec::new()).unwrap().to_string();
        assert_eq!(told, "copied 1 line (1B), if tmux has `set-clipboard on`");
    }

    #[test]
    fn of_a_long_text_whole_lines_go_and_it_is_said_how_many() {
        let line = "x".repeat(20 * 1024 - 1);
        let text = [&*line; 12].join("\n");
        let (part, told) = copied(&text);
        assert_eq!(part, [&*line; 3].join("\n"));
        assert_eq!(told, "copied 3 of 12 lines (60K)");
        // Lines that end just where the limit is.
        let line = "x".repeat(MAX_BYTES / 2 - 1);
        let (part, told) = copied(&format!("{line}\n{line}y\nz"));
        assert_eq!((part.len(), &*told), (MAX_BYTES, "copied 2 of 3 lines (64K)"));
    }

    #[test]
    fn of_a_line_that_is_too_long_its_beginning_goes() {
        let (part, told) = copied(&"日".repeat(30_000));
        assert_eq!(part.len(), MAX_BYTES - MAX_BYTES % 3);
        assert_eq!(told, "copied the beginning of 1 line (64K)");
        let (_, told) = copied(&format!("{}\nb", "x".repeat(MAX_BYTES + 1)));
        assert_eq!(told, "copied 1 of 2 lines (64K)");
    }
}
