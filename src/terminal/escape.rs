//! [`Escape`]: the keys that leave a shell which no longer answers. Pure.

use bytes::BytesMut;

/// What begins an escape at the start of a line, as with `ssh`.
const ESCAPE: u8 = b'~';

/// What leaves the shell after it.
const LEAVE: u8 = b'.';

/// Looks for `~.` at the start of a line in what is typed. `~~` there is one `~`.
#[derive(Debug)]
pub(super) struct Escape {
    at_start: bool,
    /// A `~` that was typed at the start of a line, and is kept until the next key.
    held: bool,
}

impl Default for Escape {
    fn default() -> Self {
        Self { at_start: true, held: false }
    }
}

impl Escape {
    /// Adds what is for the shell to `pending`, which becomes longer than what was typed
    /// by one byte at most; whether the shell is to be left.
    pub(super) fn pass(&mut self, typed: &[u8], pending: &mut BytesMut) -> bool {
        for &byte in typed {
            if std::mem::take(&mut self.held) {
                if byte == LEAVE {
                    return true;
                }
                if byte != ESCAPE {
                    pending.extend_from_slice(&[ESCAPE]);
                }
            } else if self.at_start && byte == ESCAPE {
                self.held = true;
                continue;
            }
            pending.extend_from_slice(&[byte]);
            self.at_start = matches!(byte, b'\r' | b'\n');
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a shell gets of what is typed in these pieces, and whether it is left.
    fn passed(pieces: &[&str]) -> (String, bool) {
        let (mut escape, mut pending) = (Escape::default(), BytesMut::new());
        let left = pieces.iter().any(|piece| escape.pass(piece.as_bytes(), &mut pending));
        (String::from_utf8(pending.to_vec()).unwrap(), left)
    }

    #[test]
    fn a_tilde_and_a_dot_at_the_start_of_a_line_leave() {
        for pieces in [&["~."][..], &["~", "."], &["ls\r~", "."], &["\n", "~.", "rm"]] {
            assert!(passed(pieces).1, "{pieces:?}");
        }
    }

    #[test]
    fn anything_else_reaches_the_shell_as_it_was_typed() {
        for pieces in [&["ls ~.\r"][..], &["~/bin/run\r", "a~."], &["\r", "~", "x."], &["~~~"]] {
            let all: String = pieces.concat();
            let (text, left) = passed(pieces);
            let expected = if all == "~~~" { "~~" } else { &all };
            assert_eq!((&*text, left), (expected, false));
        }
        assert_eq!(passed(&["~~."]), ("~.".into(), false));
    }
}
