//! How faults are made: every text of theirs is clean and short enough for a row.

use crate::{
    model::{ProbeAnswer, ProbeFault, ProbeFaultKind},
    text::{
        Clean,
        redact::{MASK, Secret},
    },
};

/// How many characters of one text are told.
const MAX_CHARS: usize = 200;
/// A shorter secret is found in any text, and hides all of it.
const MIN_KNOWN: usize = 4;
/// How many lines of what was answered.
const MAX_LINES: usize = 5;

/// A fault in words.
pub(super) fn fault(kind: ProbeFaultKind, words: impl AsRef<str>) -> ProbeFault {
    ProbeFault { kind, words: short(words.as_ref()), output: vec![] }
}

/// A probe that makes no sense, or cannot be made.
pub(super) fn invalid(words: impl AsRef<str>) -> ProbeFault {
    fault(ProbeFaultKind::Invalid, words)
}

/// An answer in words.
pub(super) fn answer(words: impl AsRef<str>) -> ProbeAnswer {
    ProbeAnswer { words: short(words.as_ref()), warning: None }
}

/// Text from outside, cut to what a row can show.
pub(super) fn short(text: &str) -> Clean {
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => Clean::new(&format!("{}…", &text[..end])),
        None => Clean::new(text),
    }
}

/// The first lines of what was answered that have anything in them.
pub(super) fn first_lines(bytes: &[u8]) -> Vec<Clean> {
    // Enough for as many lines, with four bytes a character.
    let enough = &bytes[..bytes.len().min(MAX_LINES * MAX_CHARS * 4 * 2)];
    let text = String::from_utf8_lossy(enough);
    text.lines().filter(|line| !line.trim().is_empty()).take(MAX_LINES).map(short).collect()
}

/// A fault without our own secrets, which some servers repeat when they complain (threat T6).
pub(super) fn without<'a>(
    fault: ProbeFault,
    secrets: impl IntoIterator<Item = &'a Secret>,
) -> ProbeFault {
    secrets.into_iter().map(|secret| secret.reveal().as_str()).fold(fault, mask)
}

fn mask(fault: ProbeFault, known: &str) -> ProbeFault {
    if known.chars().count() < MIN_KNOWN {
        return fault;
    }
    let masked = |text: &Clean| Clean::new(&text.as_str().replace(known, MASK));
    ProbeFault {
        kind: fault.kind,
        words: masked(&fault.words),
        output: fault.output.iter().map(masked).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_comes_back_is_masked() {
        let output = vec![Clean::new("Authorization: hun\u{1b}ter2"), Clean::new("x")];
        let fault = ProbeFault { output, ..invalid("no user 'hun\u{1b}ter2'") };
        let masked = without(fault.clone(), [&Secret::new("hun\u{1b}ter2")]);
        assert_eq!(masked.words.as_str(), format!("no user '{MASK}'"));
        assert_eq!(masked.output[0].as_str(), format!("Authorization: {MASK}"));
        assert_eq!(without(fault.clone(), [&Secret::new("x")]), fault);
    }

    #[test]
    fn what_is_told_is_clean_and_fits_a_row() {
        let long = "é".repeat(MAX_CHARS + 1);
        assert_eq!(short(&long).as_str().chars().count(), MAX_CHARS + 1);
        assert_eq!(short("a\x1b[2J\nb").as_str(), "a␛[2J␊b");
        let lines = first_lines(b"\n \na\n\xff\nb\nc\nd\ne\nf");
        let lines: Vec<&str> = lines.iter().map(Clean::as_str).collect();
        assert_eq!(lines, ["a", "\u{fffd}", "b", "c", "d"]);
    }
}
