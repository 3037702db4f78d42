//! SGR, the escape sequences that only change how text looks (ECMA-48 8.3.117).

use vte::{Params, Parser, Perform};

use super::{Attributes, Colour, Emphasis};

/// The longest sequence that is taken for one; a longer one shows as text.
const MAX_LENGTH: usize = 64;

/// The length of the SGR sequence that `text` begins with, if it does.
///
/// Only digits, `;` and `:` between `ESC [` and `m`: whatever else a terminal would
/// swallow inside a sequence is not one here, and so it shows.
pub(super) fn sequence_length(text: &str) -> Option<usize> {
    let inner = text.strip_prefix("\u{1b}[")?;
    let end = inner.bytes().take(MAX_LENGTH).position(|byte| !is_parameter(byte))?;
    (inner.as_bytes()[end] == b'm').then_some("\u{1b}[".len() + end + 1)
}

/// Changes `attributes` as the sequence says; what they do not hold is ignored.
pub(super) fn apply(sequence: &str, attributes: &mut Attributes) {
    Parser::new().advance(&mut Applier { attributes }, sequence.as_bytes());
}

fn is_parameter(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b';' || byte == b':'
}

struct Applier<'a> {
    attributes: &'a mut Attributes,
}

impl Perform for Applier<'_> {
    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], ignore: bool, action: char) {
        if action != 'm' || ignore || !intermediates.is_empty() {
            return;
        }
        let mut params = params.iter();
        while let Some(param) = params.next() {
            apply_one(self.attributes, param, &mut params);
        }
    }
}

/// Blinking, concealment, fonts and strike-through are left out on purpose: the
/// first two are there to hide or to dazzle.
fn apply_one<'p>(
    to: &mut Attributes,
    param: &'p [u16],
    rest: &mut impl Iterator<Item = &'p [u16]>,
) {
    match param {
        [] | [0] => *to = Attributes::default(),
        [1] => to.emphasis.insert(Emphasis::BOLD),
        [2] => to.emphasis.insert(Emphasis::DIM),
        [3] => to.emphasis.insert(Emphasis::ITALIC),
        [24] | [4, 0] => to.emphasis.remove(Emphasis::UNDERLINE),
        [4 | 21] | [4, _] => to.emphasis.insert(Emphasis::UNDERLINE),
        [7] => to.emphasis.insert(Emphasis::REVERSE),
        [22] => to.emphasis.remove(Emphasis::BOLD | Emphasis::DIM),
        [23] => to.emphasis.remove(Emphasis::ITALIC),
        [27] => to.emphasis.remove(Emphasis::REVERSE),
        [code @ 30..=37] => to.fg = indexed(code - 30),
        [code @ 90..=97] => to.fg = indexed(code - 90 + 8),
        [39] => to.fg = None,
        [code @ 40..=47] => to.bg = indexed(code - 40),
        [code @ 100..=107] => to.bg = indexed(code - 100 + 8),
        [49] => to.bg = None,
        [38, spec @ ..] => to.fg = extended(spec, rest).or(to.fg),
        [48, spec @ ..] => to.bg = extended(spec, rest).or(to.bg),
        // The colour of underlines: read, so that its numbers are not taken for codes.
        [58, spec @ ..] => drop(extended(spec, rest)),
        _ => {}
    }
}

/// Reads `5;n` or `2;r;g;b`, or their forms with colons (ITU T.416).
fn extended<'p>(spec: &[u16], rest: &mut impl Iterator<Item = &'p [u16]>) -> Option<Colour> {
    match spec {
        [5, index, ..] => indexed(*index),
        [2, r, g, b] | [2, _, r, g, b, ..] => true_colour(*r, *g, *b),
        [] => {
            let mut next = || rest.next().and_then(|param| param.first()).copied();
            match next()? {
                5 => indexed(next()?),
                2 => true_colour(next()?, next()?, next()?),
                _ => {
                    // Nobody can say how many numbers belong to an unknown kind.
                    rest.for_each(drop);
                    None
                }
            }
        }
        _ => None,
    }
}

fn indexed(index: u16) -> Option<Colour> {
    u8::try_from(index).ok().map(Colour::Indexed)
}

fn true_colour(r: u16, g: u16, b: u16) -> Option<Colour> {
    Some(Colour::Rgb(u8::try_from(r).ok()?, u8::try_from(g).ok()?, u8::try_from(b).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(sequence: &str) -> Attributes {
        let mut attributes = Attributes::default();
        assert_eq!(sequence_length(sequence), Some(sequence.len()), "{sequence:?}");
        apply(sequence, &mut attributes);
        attributes
    }

    fn fg(colour: Colour) -> Attributes {
        Attributes { fg: Some(colour), ..Attributes::default() }
    }

    #[test]
    fn colours_are_read_in_every_form() {
        for (sequence, colour) in [
            ("\u{1b}[31m", Colour::Indexed(1)),
            ("\u{1b}[97m", Colour::Indexed(15)),
            ("\u{1b}[38;5;208m", Colour::Indexed(208)),
            ("\u{1b}[38:5:208m", Colour::Indexed(208)),
            ("\u{1b}[38;2;1;2;3m", Colour::Rgb(1, 2, 3)),
            ("\u{1b}[38:2:1:2:3m", Colour::Rgb(1, 2, 3)),
            ("\u{1b}[38:2::1:2:3m", Colour::Rgb(1, 2, 3)),
        ] {
            assert_eq!(after(sequence), fg(colour), "{sequence:?}");
        }
    }

    #[test]
    fn emphasis_is_set_and_taken_back() {
        assert_eq!(after("\u{1b}[1;2;3;4;7m").emphasis, Emphasis::all());
        assert_eq!(after("\u{1b}[1;2;3;4;7;22;23;24;27m").emphasis, Emphasis::empty());
        assert_eq!(after("\u{1b}[4:3m").emphasis, Emphasis::UNDERLINE);
        assert_eq!(after("\u{1b}[4;4:0m").emphasis, Emphasis::empty());
        assert_eq!(after("\u{1b}[31;1;0m"), Attributes::default());
        assert_eq!(after("\u{1b}[31m\u{1b}[m".split_at(5).1), Attributes::default());
    }

    #[test]
    fn what_hides_or_dazzles_and_what_is_wrong_changes_nothing() {
        for sequence in [
            "\u{1b}[5m",
            "\u{1b}[6m",
            "\u{1b}[8m",
            "\u{1b}[9m",
            "\u{1b}[58;5;1m",
            "\u{1b}[58;2;31;32;33m",
            "\u{1b}[38;5;256m",
            "\u{1b}[38;5m",
            "\u{1b}[38m",
            "\u{1b}[38;2;1;2m",
            "\u{1b}[38;9;1m",
            "\u{1b}[99999999999m",
            "\u{1b}[:::m",
        ] {
            assert_eq!(after(sequence), Attributes::default(), "{sequence:?}");
        }
    }

    #[test]
    fn nothing_else_is_taken_for_one() {
        for text in [
            "",
            "\u{1b}",
            "\u{1b}[",
            "\u{1b}[31",
            "\u{1b}[2J",
            "\u{1b}[?25m",
            "\u{1b}[>4m",
            "\u{1b}[3\u{7f}1m",
            "\u{1b}[3\n1m",
            "\u{1b}[3 1m",
            "\u{1b}]0;m",
            "x\u{1b}[m",
            &format!("\u{1b}[{}m", "1;".repeat(MAX_LENGTH)),
        ] {
            assert_eq!(sequence_length(text), None, "{text:?}");
        }
    }
}
