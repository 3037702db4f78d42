//! The words of the language: what terms can be about, and how they compare.

use strum::{EnumIter, IntoEnumIterator as _};

/// What a term is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter)]
pub(super) enum Subject {
    Level,
    Service,
    Text,
    Field,
    Since,
    Until,
    Instance,
    Stream,
    Format,
    Message,
}

impl Subject {
    /// Its name; that of a field follows.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Level => "level",
            Self::Service => "service",
            Self::Text => "text",
            Self::Field => "field.",
            Self::Since => "since",
            Self::Until => "until",
            Self::Instance => "instance",
            Self::Stream => "stream",
            Self::Format => "format",
            Self::Message => "message",
        }
    }

    /// What it is, for people.
    pub(super) fn note(self) -> &'static str {
        match self {
            Self::Level => "how bad a line is, or none",
            Self::Service => "whose line it is",
            Self::Text => "what is in the line",
            Self::Field => "a named value of the line",
            Self::Since => "not before a time",
            Self::Until => "before a time",
            Self::Instance => "which copy's line it is",
            Self::Stream => "stdout or stderr",
            Self::Format => "how the line is written",
            Self::Message => "what is in the line's message",
        }
    }

    /// How it can be compared, the most usual first.
    pub(super) fn operators(self) -> &'static [Op] {
        use Op::{AtLeast, AtMost, Is, IsNot, Less, Matches, MatchesNot, More};
        match self {
            Self::Level => &[AtLeast, Is, IsNot, More, AtMost, Less],
            Self::Service | Self::Instance => &[Is, IsNot, Matches, MatchesNot],
            Self::Text | Self::Message => &[Matches, Is, IsNot, MatchesNot],
            Self::Field => &[Is, IsNot, Matches, MatchesNot, AtLeast, More, AtMost, Less],
            Self::Since | Self::Until => &[Is],
            Self::Stream | Self::Format => &[Is, IsNot],
        }
    }
}

/// What a name is that of.
pub(super) fn subject(name: &str) -> Option<Subject> {
    if name.strip_prefix(Subject::Field.word()).is_some_and(|field| !field.is_empty()) {
        return Some(Subject::Field);
    }
    Subject::iter().find(|subject| *subject != Subject::Field && subject.word() == name)
}

/// How a term compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter)]
pub(super) enum Op {
    // In the order in which they are read: the longer before its own beginning.
    IsNot,
    MatchesNot,
    AtMost,
    AtLeast,
    Is,
    Less,
    More,
    Matches,
}

impl Op {
    /// How it is written.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::IsNot => "!=",
            Self::MatchesNot => "!~",
            Self::AtMost => "<=",
            Self::AtLeast => ">=",
            Self::Is => "=",
            Self::Less => "<",
            Self::More => ">",
            Self::Matches => "~",
        }
    }

    /// What it is, for people.
    pub(super) fn note(self) -> &'static str {
        match self {
            Self::IsNot => "is none of",
            Self::MatchesNot => "does not match a pattern",
            Self::AtMost => "at most",
            Self::AtLeast => "at least",
            Self::Is => "is one of",
            Self::Less => "less than",
            Self::More => "more than",
            Self::Matches => "matches a pattern",
        }
    }

    /// Whether a regular expression follows.
    pub(super) fn is_regex(self) -> bool {
        matches!(self, Self::Matches | Self::MatchesNot)
    }
}

/// The operator that a text begins with.
pub(super) fn operator_at(text: &str) -> Option<(Op, &'static str)> {
    Op::iter().map(|op| (op, op.sign())).find(|(_, sign)| text.starts_with(sign))
}

/// Whether a word before an operator is meant as a name; `http://host/?a` is not.
pub(super) fn looks_like_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || "_@".contains(c))
        && word.chars().all(|c| c.is_alphanumeric() || "_-.@$/".contains(c))
}
