//! [`Clean`]: text that can be shown without being obeyed.

use std::{borrow::Borrow, fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize};

/// How many combining marks one base character keeps; the rest is noise that
/// would draw over the neighbouring rows.
const MAX_COMBINING: usize = 4;

/// What a combining mark stands on when the text begins with it.
const NO_BASE: char = '◌';

/// Gives text from outside in a form that a terminal shows and never obeys.
///
/// Control characters, escape sequences, bidirectional overrides and invisible
/// characters are replaced by visible ones (`␛`, `␍`, `‹U+202E›`), so that a
/// hostile name can be read for what it is. One line by construction: a line
/// break shows as `␊`. There is no other way to make one, deserialising
/// included (threat T3).
///
/// Emoji lose their joiners, skin tones and variation selectors, about whose width
/// terminals disagree; the same characters between letters, where they could make
/// two names look alike, show. Half-width sound marks become full-width ones for the
/// same reason. At most six times as long as the raw text, in bytes,
/// and three bytes more.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Clean(Arc<str>);

impl Clean {
    /// Cleans text that came from outside.
    #[must_use]
    pub fn new(raw: &str) -> Self {
        if is_plain_ascii(raw.as_bytes()) {
            return Self(raw.into());
        }
        let mut cleaner = Cleaner::with_capacity(raw.len() + 16);
        cleaner.push(raw);
        cleaner.finish()
    }

    /// Cleans bytes that came from outside; what is not UTF-8 shows as `�`.
    #[must_use]
    pub fn from_bytes(raw: &[u8]) -> Self {
        Self::new(&String::from_utf8_lossy(raw))
    }

    /// Cleans text of several lines, each on its own.
    #[must_use]
    pub fn lines(raw: &str) -> Vec<Self> {
        raw.lines().map(Self::new).collect()
    }

    /// The text, safe to draw.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Cleans text that comes in pieces; what combines across two of them is seen.
#[derive(Default)]
pub(super) struct Cleaner {
    out: String,
    base: Base,
    /// Marks on the current base so far.
    combining: usize,
}

/// The character that a mark, a joiner or a selector would belong to.
#[derive(Clone, Copy, Default, PartialEq)]
enum Base {
    /// None: the text begins here.
    #[default]
    Missing,
    /// A letter or digit, also of a wide script.
    Letter,
    /// A sign of two columns, most often an emoji.
    Wide,
    /// Any other.
    Sign,
}

impl Cleaner {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { out: String::with_capacity(bytes), ..Self::default() }
    }

    /// What is clean so far.
    pub(super) fn as_str(&self) -> &str {
        &self.out
    }

    /// Appends `raw` with everything that a terminal could obey made visible.
    pub(super) fn push(&mut self, raw: &str) {
        for c in raw.chars() {
            self.push_char(c);
        }
    }

    pub(super) fn finish(self) -> Clean {
        Clean(self.out.into())
    }

    fn push_char(&mut self, c: char) {
        match c {
            '\u{0}'..='\u{1f}' => self.push_base(control_picture(c), Base::Sign),
            '\u{7f}' => self.push_base('␡', Base::Sign),
            // Joiners, selectors and skin tones make terminals disagree about how
            // many columns an emoji takes; without them every part stands alone.
            '\u{200d}' | '\u{1f3fb}'..='\u{1f3ff}' if self.base == Base::Wide => {}
            '\u{fe0e}' | '\u{fe0f}' if matches!(self.base, Base::Wide | Base::Sign) => {}
            // The half-width sound marks have one column or none; the full-width
            // ones always have two.
            '\u{ff9e}' => self.push_base('\u{309b}', Base::Wide),
            '\u{ff9f}' => self.push_base('\u{309c}', Base::Wide),
            c if is_hidden(c) => self.push_code(c),
            c if is_combining(c) => self.push_combining(c),
            c => self.push_base(c, base(c)),
        }
    }

    fn push_base(&mut self, c: char, base: Base) {
        self.out.push(c);
        self.base = base;
        self.combining = 0;
    }

    fn push_combining(&mut self, c: char) {
        if self.base == Base::Missing {
            // Otherwise it would draw over whatever stands before this text.
            self.push_base(NO_BASE, Base::Sign);
        }
        self.combining += 1;
        if self.combining <= MAX_COMBINING {
            self.out.push(c);
        }
    }

    fn push_code(&mut self, c: char) {
        use fmt::Write as _;
        // Writing to a String cannot fail.
        let _ = write!(self.out, "‹U+{:04X}›", c as u32);
        self.base = Base::Sign;
        self.combining = 0;
    }
}

fn base(c: char) -> Base {
    if c.is_alphanumeric() {
        return Base::Letter;
    }
    match unicode_width::UnicodeWidthChar::width(c) {
        Some(2..) => Base::Wide,
        _ => Base::Sign,
    }
}

/// The visible twin of a C0 control character (Unicode block "Control Pictures").
fn control_picture(c: char) -> char {
    char::from_u32(0x2400 + c as u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Whether a character steers instead of showing: C1 controls, bidirectional
/// marks and overrides, everything that Unicode calls default ignorable, line and
/// paragraph separators, interlinear anchors, format controls, noncharacters.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || c as u32 & 0xfffe == 0xfffe
}

fn is_combining(c: char) -> bool {
    !c.is_ascii() && unicode_width::UnicodeWidthChar::width(c) == Some(0)
}

/// Whether a text is as clean as it can be. Asked of every line that comes: without an
/// end in the middle of a piece, a processor looks at many bytes at once.
fn is_plain_ascii(raw: &[u8]) -> bool {
    let is_plain = |piece: &[u8]| piece.iter().fold(true, |all, b| all & matches!(b, 0x20..0x7f));
    raw.chunks(64).all(is_plain)
}

impl Default for Clean {
    fn default() -> Self {
        Self("".into())
    }
}

impl From<&str> for Clean {
    fn from(raw: &str) -> Self {
        Self::new(raw)
    }
}

impl From<String> for Clean {
    fn from(raw: String) -> Self {
        Self::new(&raw)
    }
}

impl fmt::Display for Clean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Clean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl AsRef<str> for Clean {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Clean {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Clean {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
#[path = "clean_tests.rs"]
pub(super) mod tests;
