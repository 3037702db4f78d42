//! [`Keys`]: which keys a table has, what they hold and what they are for.
//!
//! One list serves the reader, which refuses everything else, and the JSON schema.

/// The keys of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys {
    /// Those that this version knows.
    pub(crate) known: &'static [Key],
    /// Those that a later version knows.
    pub(crate) later: &'static [&'static str],
}

/// A key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) holds: Holds,
    /// Whether a table without it is wrong.
    pub(crate) needed: bool,
    /// What it is for, in a sentence without a full stop.
    pub(crate) about: &'static str,
}

/// What a key holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Holds {
    Text,
    Texts,
    Number,
    Flag,
    /// Such as `30s`.
    Duration,
    /// Such as `< 200ms`.
    Bound,
    /// Such as `100ms..500ms`.
    Range,
    /// Where a secret is.
    Secret,
    /// One of these words.
    Word(fn() -> Vec<&'static str>),
    Table(&'static Keys),
    /// `[[key]]`.
    Tables(&'static Keys),
    /// A table of such tables, by name.
    Named(&'static Keys),
    /// A table of texts, by name.
    NamedTexts,
    /// A table of arrays of text, by one of these words.
    TextsBy(fn() -> Vec<&'static str>),
    Either(&'static [Holds]),
    /// An array of these.
    Many(&'static Holds),
}

/// A key that may be missing.
pub(crate) const fn key(name: &'static str, holds: Holds, about: &'static str) -> Key {
    Key { name, holds, needed: false, about }
}

/// A key that must be there.
pub(crate) const fn needed(name: &'static str, holds: Holds, about: &'static str) -> Key {
    Key { name, holds, needed: true, about }
}
