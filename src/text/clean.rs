//! [`Clean`]: text that can be shown without being obeyed.

use std::{borrow::Borrow, fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize};

/// How many combining marks one base character keeps; the rest is noise that
/// would draw over the neighbouring rows.
const MAX_COMBINING: usize = 4;

/// Gives text from outside in a form that a terminal shows and never obeys.
///
/// Control characters, escape sequences, bidirectional overrides and invisible
/// characters are replaced by visible ones (`␛`, `␍`, `‹U+202E›`), so that a
/// hostile name can be read for what it is. One line by construction: a line
/// break shows as `␊`. There is no other way to make one, deserialising
/// included (threat T3).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Clean(Arc<str>);

impl Clean {
    /// Cleans text that came from outside.
    #[must_use]
    pub fn new(raw: &str) -> Self {
        if is_plain_ascii(raw.as_bytes()) {
            return Self(raw.into());
        }
        let mut out = String::with_capacity(raw.len() + 16);
        push_clean(&mut out, raw);
        Self(out.into())
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

/// Appends `raw` to `out` with everything that a terminal could obey made visible.
pub(crate) fn push_clean(out: &mut String, raw: &str) {
    let mut combining = 0;
    for c in raw.chars() {
        if is_combining(c) {
            combining += 1;
            if combining > MAX_COMBINING {
                continue;
            }
        } else {
            combining = 0;
        }
        push_clean_char(out, c);
    }
}

fn push_clean_char(out: &mut String, c: char) {
    match c {
        '\u{0}'..='\u{1f}' => out.push(control_picture(c)),
        '\u{7f}' => out.push('␡'),
        // Joiners and variation selectors make terminals disagree about how many
        // columns a character takes; without them every part stands on its own.
        '\u{200d}' | '\u{fe00}'..='\u{fe0f}' => {}
        c if is_hidden(c) => {
            use fmt::Write as _;
            // Writing to a String cannot fail.
            let _ = write!(out, "‹U+{:04X}›", c as u32);
        }
        c => out.push(c),
    }
}

/// The visible twin of a C0 control character (Unicode block "Control Pictures").
fn control_picture(c: char) -> char {
    char::from_u32(0x2400 + c as u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Whether a character steers instead of showing: C1 controls, bidirectional
/// marks and overrides, invisible separators, tags and interlinear anchors.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

fn is_combining(c: char) -> bool {
    !c.is_ascii() && unicode_width::UnicodeWidthChar::width(c) == Some(0)
}

fn is_plain_ascii(raw: &[u8]) -> bool {
    raw.iter().all(|b| (0x20..0x7f).contains(b))
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
