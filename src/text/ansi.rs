//! [`Styled`]: a log line with the colours that its program gave it, and no more.

use std::ops::Range;

use memchr::memchr2;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Clean, Colour, clean::Cleaner, sgr, width::width};

/// The columns between two tab stops.
const TAB_COLUMNS: usize = 8;

/// How many changes of style one line may have; after that the rest is plain.
const MAX_RUNS: usize = 512;

bitflags::bitflags! {
    /// Gives the ways to emphasise text that midwatch lets through.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct Emphasis: u8 {
        /// Bold.
        const BOLD = 1;
        /// Dim.
        const DIM = 1 << 1;
        /// Italic.
        const ITALIC = 1 << 2;
        /// Underlined, whatever the kind of line.
        const UNDERLINE = 1 << 3;
        /// Foreground and background exchanged.
        const REVERSE = 1 << 4;
    }
}

impl Serialize for Emphasis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.bits().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Emphasis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u8::deserialize(deserializer).map(Self::from_bits_truncate)
    }
}

/// Gives how a program wants a piece of its output to look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Attributes {
    /// The colour of the text.
    pub fg: Option<Colour>,
    /// The colour behind it.
    pub bg: Option<Colour>,
    /// Bold and the like.
    pub emphasis: Emphasis,
}

/// Gives a piece of the text, in bytes, and how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    start: u32,
    end: u32,
    attributes: Attributes,
}

/// Gives clean text and how the pieces of it look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Unchecked")]
pub struct Styled {
    text: Clean,
    /// In order, apart, within the text and at its characters; plain text has none.
    runs: Box<[Run]>,
}

impl Styled {
    /// The text without its looks.
    #[must_use]
    pub fn text(&self) -> &Clean {
        &self.text
    }

    /// What it costs in memory, in bytes, for what must be bounded.
    #[must_use]
    pub fn cost_bytes(&self) -> usize {
        self.text.as_str().len() + self.runs.len() * size_of::<Run>()
    }

    /// The same, borrowed.
    #[must_use]
    pub fn as_styled_str(&self) -> StyledStr<'_> {
        StyledStr { text: self.text.as_str(), runs: &self.runs }
    }

    /// The whole text in pieces, each with its looks.
    pub fn pieces(&self) -> impl Iterator<Item = (&str, Attributes)> {
        self.as_styled_str().pieces()
    }
}

/// Gives a [`Styled`] that is kept elsewhere: clean text, and the looks of its pieces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StyledStr<'a> {
    text: &'a str,
    runs: &'a [Run],
}

impl<'a> StyledStr<'a> {
    /// Puts together what was taken out of a [`Styled`] before.
    #[must_use]
    pub fn of_parts(text: &'a str, runs: &'a [Run]) -> Self {
        Self { text, runs }
    }

    /// The text without its looks.
    #[must_use]
    pub fn text(self) -> &'a str {
        self.text
    }

    /// How its pieces look.
    #[must_use]
    pub fn runs(self) -> &'a [Run] {
        self.runs
    }

    /// The whole text in pieces, each with its looks.
    pub fn pieces(self) -> impl Iterator<Item = (&'a str, Attributes)> {
        let Self { text, runs } = self;
        let mut from = 0;
        let mut pieces = Vec::with_capacity(2 * runs.len() + 1);
        for run in runs {
            let Range { start, end } = run.range();
            pieces.push((&text[from..start], Attributes::default()));
            pieces.push((&text[start..end], run.attributes));
            from = end;
        }
        pieces.push((&text[from..], Attributes::default()));
        pieces.into_iter().filter(|(piece, _)| !piece.is_empty())
    }
}

impl From<Clean> for Styled {
    fn from(text: Clean) -> Self {
        Self { text, runs: Box::default() }
    }
}

impl Run {
    fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A [`Styled`] as it was written down, by whomever.
#[derive(Deserialize)]
struct Unchecked {
    text: Clean,
    #[serde(default)]
    runs: Vec<Run>,
}

impl From<Unchecked> for Styled {
    fn from(unchecked: Unchecked) -> Self {
        let text = unchecked.text;
        let mut from = 0;
        let fits = |run: &Run| {
            let range = run.range();
            let ok = range.start >= from && text.as_str().get(range.clone()).is_some();
            from = if ok { range.end } else { from };
            ok
        };
        let runs = unchecked.runs.into_iter().take(MAX_RUNS).filter(fits).collect();
        Self { text, runs }
    }
}

/// Cleans one line of a log, and keeps the looks that it asks for.
///
/// Of escape sequences only colours, bold, dim, italic, underline and reverse are
/// kept, as data; all others show as [`Clean`] shows them, unfinished ones too.
/// Tabs become spaces up to the next multiple of eight columns. At most eight times
/// as long as `raw`, in bytes, and three bytes more.
#[must_use]
pub fn parse_log(raw: &str) -> Styled {
    let next_special = |text: &str| memchr2(b'\x1b', b'\t', text.as_bytes());
    if next_special(raw).is_none() {
        return Clean::new(raw).into();
    }
    let mut line = Line { cleaner: Cleaner::with_capacity(raw.len() + 16), ..Line::default() };
    let mut rest = raw;
    while let Some(at) = next_special(rest) {
        let (before, special) = rest.split_at(at);
        line.cleaner.push(before);
        rest = if let Some(after) = special.strip_prefix('\t') {
            line.push_tab();
            after
        } else if let Some(length) = sgr::sequence_length(special) {
            let (sequence, after) = special.split_at(length);
            line.restyle(sequence);
            after
        } else {
            line.cleaner.push("\u{1b}");
            &special[1..]
        };
    }
    line.cleaner.push(rest);
    line.finish()
}

/// A line on its way to a [`Styled`].
#[derive(Default)]
struct Line {
    cleaner: Cleaner,
    runs: Vec<Run>,
    attributes: Attributes,
    /// Where the current attributes began, in bytes.
    since: usize,
    /// The bytes that are measured already, and their columns.
    measured: (usize, usize),
}

impl Line {
    fn push_tab(&mut self) {
        let (bytes, columns) = self.measured;
        let text = self.cleaner.as_str();
        let columns = columns + width(&text[bytes..]);
        let spaces = TAB_COLUMNS - columns % TAB_COLUMNS;
        self.cleaner.push(&"        "[..spaces]);
        self.measured = (self.cleaner.as_str().len(), columns + spaces);
    }

    fn restyle(&mut self, sequence: &str) {
        let mut wanted = self.attributes;
        sgr::apply(sequence, &mut wanted);
        if wanted != self.attributes {
            self.end_run();
            self.attributes = wanted;
        }
    }

    fn end_run(&mut self) {
        let end = self.cleaner.as_str().len();
        let plain = self.attributes == Attributes::default();
        if end > self.since && !plain && self.runs.len() < MAX_RUNS {
            // A line is cut long before four gigabytes.
            let at = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
            let (start, end) = (at(self.since), at(end));
            self.runs.push(Run { start, end, attributes: self.attributes });
        }
        self.since = end;
    }

    fn finish(mut self) -> Styled {
        self.end_run();
        Styled { text: self.cleaner.finish(), runs: self.runs.into() }
    }
}

#[cfg(test)]
#[path = "ansi_tests.rs"]
mod tests;
