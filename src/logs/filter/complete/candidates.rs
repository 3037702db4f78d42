//! [`Candidate`]: all that may stand in a place, before it is ranked.

use strum::IntoEnumIterator as _;

use super::{Vocabulary, place::Expects, vocabulary::Tally};
use crate::{
    logs::filter::{
        levels,
        scan::quoted,
        words::{Op, Subject, looks_like_name},
    },
    model::{Format, Severity, Stream},
};

/// Something that may stand in a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Candidate {
    /// What is compared with what was typed.
    pub(super) key: String,
    /// What is written.
    pub(super) with: String,
    /// What that is.
    pub(super) note: String,
}

impl Candidate {
    fn new(key: &str, with: impl Into<String>, note: impl Into<String>) -> Self {
        Self { key: key.into(), with: with.into(), note: note.into() }
    }
}

/// All that may stand where `typed` does, the more usual first.
pub(super) fn all(expects: &Expects<'_>, typed: &str, words: &Vocabulary) -> Vec<Candidate> {
    match expects {
        Expects::Term => terms(typed, words),
        Expects::Value { subject, name, op } => values(*subject, name, *op, typed, words),
    }
}

/// Beginnings of terms. Once something was typed, also whole terms that it could be the
/// value of: `api` is `service=api`.
fn terms(typed: &str, words: &Vocabulary) -> Vec<Candidate> {
    let mut all = Vec::new();
    for subject in Subject::iter() {
        let word = subject.word();
        if subject == Subject::Field {
            all.push(Candidate::new(word, word, subject.note()));
            continue;
        }
        let usual = if word == typed { subject.operators() } else { &subject.operators()[..1] };
        all.extend(usual.iter().map(|op| {
            let note = if word == typed { op.note() } else { subject.note() };
            Candidate::new(word, format!("{word}{}", op.sign()), note)
        }));
    }
    all.push(Candidate::new("not", "not ", "without what follows"));
    all.push(Candidate::new("or", "or ", "this, or what follows"));
    if !typed.is_empty() {
        all.extend(whole_terms(typed, words));
    }
    all
}

fn whole_terms(typed: &str, words: &Vocabulary) -> Vec<Candidate> {
    let levels = Severity::iter().map(|level| {
        let name = level.name();
        Candidate::new(name, format!("level>={name}"), "of this level or worse")
    });
    let names = |subject: Subject, tally: &Tally| -> Vec<Candidate> {
        let term = |(name, lines)| {
            let with = format!("{}={}", subject.word(), quoted(name));
            Candidate::new(name, with, counted(lines))
        };
        tally.most_seen().map(term).collect()
    };
    let prefix = Subject::Field.word();
    let fields = words.fields().filter_map(|(name, lines)| {
        let whole = format!("{prefix}{name}");
        let key = if typed.starts_with(prefix) { &whole } else { name };
        looks_like_name(&whole).then(|| Candidate::new(key, format!("{whole}="), counted(lines)))
    });
    let mut all: Vec<Candidate> = levels.collect();
    all.extend(names(Subject::Service, &words.services));
    all.extend(fields);
    all.extend(names(Subject::Instance, &words.instances));
    all
}

fn values(subject: Subject, name: &str, op: Op, typed: &str, words: &Vocabulary) -> Vec<Candidate> {
    let from = |tally: &Tally| -> Vec<Candidate> {
        let value = |(value, lines)| Candidate::new(value, quoted(value), counted(lines));
        tally.most_seen().map(value).collect()
    };
    match subject {
        Subject::Level => level_names(op),
        Subject::Service => from(&words.services),
        Subject::Instance => from(&words.instances),
        Subject::Stream => [Stream::Stdout, Stream::Stderr].map(stream).into(),
        Subject::Format => {
            let mut all = from(&words.formats);
            let others = Format::iter().map(Format::name);
            let others = others.filter(|name| !words.formats.contains(name));
            all.extend(others.map(|name| Candidate::new(name, name, "")));
            all
        }
        Subject::Field => {
            let name = name.strip_prefix(subject.word()).unwrap_or(name);
            words.values(name).map(from).unwrap_or_default()
        }
        Subject::Since | Subject::Until => stretches(typed),
        Subject::Text | Subject::Message => Vec::new(),
    }
}

fn level_names(op: Op) -> Vec<Candidate> {
    let none = Candidate::new(levels::NONE, levels::NONE, "lines that tell no level");
    let levels = Severity::iter().map(|level| Candidate::new(level.name(), level.name(), ""));
    levels.chain(matches!(op, Op::Is | Op::IsNot).then_some(none)).collect()
}

fn stream(stream: Stream) -> Candidate {
    match stream {
        Stream::Stdout => Candidate::new("stdout", "stdout", "standard output"),
        Stream::Stderr => Candidate::new("stderr", "stderr", "standard error"),
    }
}

/// Stretches of time: usual ones, or of as many units as were typed.
fn stretches(typed: &str) -> Vec<Candidate> {
    const UNITS: [(&str, &str); 4] =
        [("m", "minutes"), ("h", "hours"), ("s", "seconds"), ("d", "days")];
    let ago = |(text, note): (String, String)| Candidate::new(&text, text.clone(), note);
    let digits = typed.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let of = |(unit, name)| (format!("{digits}{unit}"), format!("{digits} {name} ago"));
        return UNITS.map(of).map(ago).into();
    }
    let usual = [("5m", "5 minutes"), ("15m", "15 minutes"), ("1h", "an hour"), ("1d", "a day")];
    usual.map(|(text, words)| (text.to_owned(), format!("{words} ago"))).map(ago).into()
}

fn counted(lines: u32) -> String {
    if lines == 1 { "in 1 line".into() } else { format!("in {lines} lines") }
}
