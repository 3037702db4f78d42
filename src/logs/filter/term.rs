//! [`Term`]: one thing that is demanded of a line.

use std::ops::Range;

use jiff::{Timestamp, Zoned};
use strum::IntoEnumIterator as _;

use super::{
    FilterError,
    expr::Expr,
    fields::{FieldTest, shown},
    levels::Levels,
    lexer::{Head, RawTerm},
    scan::{self, Item},
    wanted::Wanted,
    words::{Op, Subject, subject},
};
use crate::{
    logs::{
        Record,
        format::field,
        search::{Case, Search, SearchError},
        when,
    },
    model::{Format, Stream},
    text::suggest,
};

/// The name under which a line's message is to be had, whatever the line calls it.
const MESSAGE: &str = "message";

/// One thing that is demanded of a line.
#[derive(Debug)]
pub(super) enum Term {
    Level(Levels),
    Service(Names),
    Instance(Names),
    Stream(Vec<Stream>),
    Format(Vec<Format>),
    Since(Timestamp),
    Until(Timestamp),
    Text(Search),
    Message(Search),
    Field(Box<str>, FieldTest),
}

/// Names that are wanted: a list of them, or a pattern.
#[derive(Debug)]
pub(super) enum Names {
    Wanted(Wanted),
    Pattern(Search),
}

impl Names {
    fn contains(&self, name: &str) -> bool {
        match self {
            Self::Wanted(wanted) => wanted.contains(name),
            Self::Pattern(search) => search.is_match(name),
        }
    }
}

impl Term {
    pub(super) fn matches(&self, record: &Record<'_>) -> bool {
        match self {
            Self::Level(levels) => levels.contains(record.told.level),
            Self::Service(names) => names.contains(record.service),
            Self::Instance(names) => names.contains(record.instance),
            Self::Stream(streams) => streams.contains(&record.stream),
            Self::Format(formats) => formats.contains(&record.told.format),
            Self::Since(start) => record.at >= *start,
            Self::Until(end) => record.at < *end,
            Self::Text(search) => search.is_match(record.text),
            Self::Message(search) => match field(record.told.format, record.text, MESSAGE) {
                Some(message) => search.is_match(&shown(&message)),
                None => search.is_match(record.text),
            },
            Self::Field(name, test) => field(record.told.format, record.text, name)
                .is_some_and(|value| test.accepts(&value)),
        }
    }

    /// How dear it is to ask, in steps that are far from each other.
    pub(super) fn cost(&self) -> u8 {
        match self {
            Self::Level(_)
            | Self::Stream(_)
            | Self::Format(_)
            | Self::Since(_)
            | Self::Until(_) => 0,
            Self::Service(_) | Self::Instance(_) => 1,
            Self::Text(_) => 2,
            Self::Message(_) | Self::Field(..) => 3,
        }
    }
}

/// Finds out what a term means; `at` is its place in the filter's `text`.
pub(super) fn understand(
    raw: &RawTerm,
    at: Range<usize>,
    text: &str,
    now: &Zoned,
) -> Result<Expr, FilterError> {
    let Some(head) = &raw.head else { return phrase(text, &at) };
    let name = &text[head.name.clone()];
    let Some(subject) = subject(name) else { return Err(unknown(head, &text[at.clone()], name)) };
    if !subject.operators().contains(&head.op) {
        let signs: Vec<_> = subject.operators().iter().map(|op| op.sign()).collect();
        let message = format!("`{name}` cannot be compared so; write one of {}", signs.join(" "));
        return Err(FilterError::new(head.op_at.clone(), message));
    }
    if raw.value.is_empty() {
        let message = format!("a value is missing after `{}`", &text[at]);
        return Err(FilterError::new(raw.value.clone(), message));
    }
    let value = Value { op: head.op, at: raw.value.clone(), text };
    match subject {
        Subject::Level => Ok(Expr::Term(Term::Level(Levels::new(head.op, &value.items()?)?))),
        Subject::Service => value.negatable(Term::Service(value.names()?)),
        Subject::Instance => value.negatable(Term::Instance(value.names()?)),
        Subject::Text => value.negatable(Term::Text(value.words()?)),
        Subject::Message => value.negatable(Term::Message(value.words()?)),
        Subject::Stream => value.negatable(Term::Stream(value.choices(&STREAMS, "stream")?)),
        Subject::Format => value.negatable(Term::Format(value.choices(&formats(), "format")?)),
        Subject::Since => Ok(Expr::Term(Term::Since(value.time(now)?))),
        Subject::Until => Ok(Expr::Term(Term::Until(value.time(now)?))),
        Subject::Field => {
            let name = name.strip_prefix(subject.word()).unwrap_or(name);
            Ok(Expr::Term(Term::Field(name.into(), value.field_test()?)))
        }
    }
}

/// A word or a phrase that is looked for as it stands.
fn phrase(text: &str, at: &Range<usize>) -> Result<Expr, FilterError> {
    let raw = &text[at.clone()];
    let item = match scan::inside_quotes(raw, at)? {
        Some(inner) => scan::unescaped(inner),
        None => raw.into(),
    };
    let search =
        Search::any_of([item.as_ref()], Case::Ignore).map_err(|error| error_in(error, at))?;
    Ok(Expr::Term(Term::Text(search)))
}

fn unknown(head: &Head, term: &str, name: &str) -> FilterError {
    let known = Subject::iter().map(Subject::word);
    let sign = head.op.sign();
    let hint = match suggest::closest(name, known) {
        Some("field.") | None => format!("write `field.{name}{sign}…` for a value of the line."),
        Some(meant) => format!("did you mean `{meant}`?"),
    };
    let quoted = scan::in_quotes(term);
    let message =
        format!("`{name}` is nothing to filter by; {hint} Quote `{quoted}` to look for it.");
    FilterError::new(head.name.clone(), message)
}

const STREAMS: [(&str, Stream); 2] = [("stdout", Stream::Stdout), ("stderr", Stream::Stderr)];

fn formats() -> Vec<(&'static str, Format)> {
    Format::iter().map(|format| (format.name(), format)).collect()
}

/// A search's complaint about the value at `at`.
fn error_in(error: SearchError, at: &Range<usize>) -> FilterError {
    FilterError::new(at.clone(), error.message)
}

/// What stands after an operator.
struct Value<'a> {
    op: Op,
    at: Range<usize>,
    text: &'a str,
}

impl<'a> Value<'a> {
    fn items(&self) -> Result<Vec<Item<'a>>, FilterError> {
        scan::items(self.text, self.at.clone())
    }

    fn is_negated(&self) -> bool {
        matches!(self.op, Op::IsNot | Op::MatchesNot)
    }

    /// The term, or its contrary.
    #[expect(clippy::unnecessary_wraps, reason = "it ends a match whose other arms can fail")]
    fn negatable(&self, term: Term) -> Result<Expr, FilterError> {
        Ok(Expr::Term(term).negated_if(self.is_negated()))
    }

    fn wanted(&self, items: &[Item<'_>]) -> Result<Wanted, FilterError> {
        Wanted::new(items).map_err(|error| error_in(error, &self.at))
    }

    fn names(&self) -> Result<Names, FilterError> {
        if self.op.is_regex() {
            return self.pattern().map(Names::Pattern);
        }
        self.wanted(&self.items()?).map(Names::Wanted)
    }

    /// A pattern, or words that stand anywhere.
    fn words(&self) -> Result<Search, FilterError> {
        if self.op.is_regex() {
            return self.pattern();
        }
        let items = self.items()?;
        let words = items.iter().map(|item| item.text.as_ref());
        Search::any_of(words, Case::Ignore).map_err(|error| error_in(error, &self.at))
    }

    fn pattern(&self) -> Result<Search, FilterError> {
        let raw = &self.text[self.at.clone()];
        // A backslash before a quote may stay: in a pattern it means the same.
        let (pattern, start) = match scan::inside_quotes(raw, &self.at)? {
            Some(inner) => (inner, self.at.start + 1),
            None => (raw, self.at.start),
        };
        Search::new(pattern).map_err(|error| {
            FilterError::new(start + error.at.start..start + error.at.end, error.message)
        })
    }

    fn field_test(&self) -> Result<FieldTest, FilterError> {
        let is_negated = self.is_negated();
        if self.op.is_regex() {
            return Ok(FieldTest::Matches { search: self.pattern()?, is_negated });
        }
        let items = self.items()?;
        match self.op {
            Op::Is | Op::IsNot => Ok(FieldTest::is(self.wanted(&items)?, &items, is_negated)),
            op => FieldTest::compares(op, &items),
        }
    }

    /// The values of a list, of which each has a name.
    fn choices<T: Copy>(&self, known: &[(&str, T)], what: &str) -> Result<Vec<T>, FilterError> {
        let choice = |item: Item<'_>| {
            let found = known.iter().find(|(name, _)| name.eq_ignore_ascii_case(&item.text));
            found.map(|(_, choice)| *choice).ok_or_else(|| {
                let names = known.iter().map(|(name, _)| *name);
                let hint = match suggest::closest(&item.text, names.clone()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("write one of {}", names.collect::<Vec<_>>().join(", ")),
                };
                FilterError::new(item.at.clone(), format!("`{}` is no {what}; {hint}", item.text))
            })
        };
        self.items()?.into_iter().map(choice).collect()
    }

    fn time(&self, now: &Zoned) -> Result<Timestamp, FilterError> {
        let raw = &self.text[self.at.clone()];
        let written = scan::inside_quotes(raw, &self.at)?.unwrap_or(raw);
        when::parse(written, now)
            .map_err(|error| FilterError::new(self.at.clone(), format!("{error}; {}", when::HINT)))
    }
}
