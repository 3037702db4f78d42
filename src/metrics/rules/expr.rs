//! A shallow look at an expression of `PromQL`: which metrics it reads, and what it compares
//! with what. Whatever it does not understand, it says nothing about.

use std::{collections::BTreeSet, ops::Range};

use crate::{metrics::scan::Cursor, model::Comparator};

/// What stands between metrics and is none.
const WORDS: [&str; 11] = [
    "and",
    "or",
    "unless",
    "bool",
    "offset",
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
];

/// Behind these stand labels in parentheses.
const BEFORE_LABELS: [&str; 6] = ["by", "without", "on", "ignoring", "group_left", "group_right"];

/// Labels that say how a request ended.
const STATUS_LABELS: [&str; 5] = ["status", "code", "status_code", "http_status", "response_code"];

/// Parts of names of what counts failures.
const FAILURES: [&str; 3] = ["error", "fail", "exception"];

/// A word, a number, a text or a sign, and where it stands.
#[derive(Debug)]
struct Token<'a> {
    what: What<'a>,
    at: Range<usize>,
}

#[derive(Debug, PartialEq)]
enum What<'a> {
    Name(&'a str),
    Number(f64),
    /// In quotes.
    Text,
    Sign(&'a str),
}

/// What an expression compares.
#[derive(Debug)]
pub(super) struct Comparison<'a> {
    text: &'a str,
    left: Vec<Token<'a>>,
    /// How the left side is compared.
    pub(super) comparator: Comparator,
    /// With what.
    pub(super) threshold: f64,
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut cursor = Cursor::new(text);
    let mut tokens = Vec::new();
    loop {
        cursor.blanks();
        let begin = cursor.at();
        let Some(first) = cursor.rest().chars().next() else { return tokens };
        let what = if first == '#' {
            cursor.run(|c| c != '\n');
            continue;
        } else if let Some(name) = cursor.name() {
            What::Name(name)
        } else if first.is_ascii_digit() || first == '.' {
            let number = cursor.run(|c| c.is_ascii_alphanumeric() || c == '.');
            // A time such as `5m` is no number.
            number.parse().map_or(What::Sign(number), What::Number)
        } else if matches!(first, '"' | '\'') {
            if cursor.string(first).is_none() {
                return tokens;
            }
            What::Text
        } else {
            let signs = ["<=", ">=", "==", "!=", "=~", "!~"];
            if !signs.into_iter().any(|sign| cursor.take_str(sign)) {
                cursor.skip();
            }
            What::Sign(&text[begin..cursor.at()])
        };
        tokens.push(Token { what, at: begin..cursor.at() });
    }
}

/// The metrics that an expression reads, histograms without what stands behind their names.
pub(super) fn metrics(text: &str) -> BTreeSet<&str> {
    names(&tokens(text))
}

/// A histogram's name, of whichever of its lines.
pub(super) fn base(name: &str) -> &str {
    let ends = ["_bucket", "_sum", "_count"];
    ends.into_iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
}

fn names<'a>(tokens: &[Token<'a>]) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    // Within braces and brackets, or the parentheses of labels, nothing is a metric.
    let (mut within, mut labels) = (0_usize, false);
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1).map(|next| &next.what);
        match token.what {
            What::Sign("{" | "[") => within += 1,
            What::Sign("}" | "]") => within = within.saturating_sub(1),
            What::Sign(")") => labels = false,
            What::Name(name) if BEFORE_LABELS.contains(&name) && next == Some(&What::Sign("(")) => {
                labels = true;
            }
            What::Name(name)
                if within == 0
                    && !labels
                    && !WORDS.contains(&name)
                    // What takes something in parentheses, or `sum by (le) (…)`.
                    && !matches!(next, Some(What::Sign("(")))
                    && !matches!(next, Some(What::Name(word)) if BEFORE_LABELS.contains(word)) =>
            {
                names.insert(base(name));
            }
            _ => {}
        }
    }
    names
}

impl<'a> Comparison<'a> {
    /// The comparison with a number that an expression ends with, or begins with before an
    /// `and`, `or` or `unless`.
    pub(super) fn of(text: &'a str) -> Option<Self> {
        let mut tokens = tokens(text);
        let mut depth = 0_i32;
        let mut sign = None;
        let mut end = tokens.len();
        for (at, token) in tokens.iter().enumerate() {
            match token.what {
                What::Sign("(" | "{" | "[") => depth += 1,
                What::Sign(")" | "}" | "]") => depth -= 1,
                What::Name("and" | "or" | "unless") if depth == 0 => {
                    end = at;
                    break;
                }
                What::Sign(word) if depth == 0 && sign.is_none() => {
                    let comparator = Comparator::split(word).filter(|(_, rest)| rest.is_empty());
                    sign = comparator.map(|(comparator, _)| (at, comparator));
                }
                _ => {}
            }
        }
        let (at, comparator) = sign?;
        let [Token { what: What::Number(threshold), .. }] = tokens[at + 1..end] else {
            return None;
        };
        tokens.truncate(at);
        Some(Self { text, left: tokens, comparator, threshold })
    }

    /// The metrics on its left side.
    pub(super) fn metrics(&self) -> BTreeSet<&'a str> {
        names(&self.left)
    }

    fn has(&self, sign: &str) -> bool {
        self.left.iter().any(|token| token.what == What::Sign(sign))
    }

    fn calls(&self, function: &str) -> bool {
        self.left.iter().any(|token| token.what == What::Name(function))
    }

    /// Where its threshold can only be meant as a share of all requests, but what is compared
    /// is failures per second: the same with a share instead (fact TRAP-17).
    pub(super) fn rate_for_share(&self) -> Option<RateForShare> {
        let is_over = matches!(self.comparator, Comparator::Above | Comparator::AtLeast);
        let can_be_share = self.threshold > 0.0 && self.threshold < 1.0;
        if !is_over || !can_be_share || self.has("/") || self.calls("histogram_quantile") {
            return None;
        }
        let call = Call::first(&self.left)?;
        let Failures { all } = call.failures(self.text)?;
        let (failures, sign, threshold) =
            (&self.text[call.at.clone()], self.comparator.sign(), self.threshold);
        Some(RateForShare {
            is_by_series: !self.calls("sum"),
            instead: all.map(|all| format!("sum({failures}) / sum({all}) {sign} {threshold}")),
        })
    }
}

/// A rate that is compared as if it were a share.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RateForShare {
    /// Whether each series is compared by itself.
    pub(super) is_by_series: bool,
    /// The expression that compares a share, where it is known what all of it is.
    pub(super) instead: Option<String>,
}

/// Says that a rate is one of failures.
struct Failures {
    /// The same of all requests; `None` when the name itself says failures, and what counts
    /// all is not known.
    all: Option<String>,
}

/// `rate(name{…}[5m])`.
struct Call<'t, 'a> {
    at: Range<usize>,
    name: &'a str,
    /// What stands in the braces, matcher by matcher.
    matchers: Vec<&'t [Token<'a>]>,
    /// The brackets.
    window: Range<usize>,
    function: &'a str,
}

impl<'t, 'a> Call<'t, 'a> {
    fn first(tokens: &'t [Token<'a>]) -> Option<Self> {
        let is_rate = |token: &Token<'_>| matches!(token.what, What::Name("rate" | "irate"));
        let begin = tokens.iter().position(is_rate)?;
        let What::Name(function) = tokens[begin].what else { return None };
        let rest = &tokens[begin + 1..];
        let end = rest.iter().position(|token| token.what == What::Sign(")"))?;
        let [open, name, inside @ ..] = &rest[..end] else { return None };
        let (What::Sign("("), What::Name(name)) = (&open.what, &name.what) else { return None };
        let bracket = inside.iter().position(|token| token.what == What::Sign("["))?;
        let (braces, brackets) = inside.split_at(bracket);
        let matchers = braces.split(|it| matches!(it.what, What::Sign("{" | "}" | ",")));
        Some(Self {
            at: tokens[begin].at.start..rest[end].at.end,
            name,
            matchers: matchers.filter(|matcher| !matcher.is_empty()).collect(),
            window: brackets.first()?.at.start..brackets.last()?.at.end,
            function,
        })
    }

    /// What it is of all requests, if it is of failures alone.
    fn failures(&self, text: &str) -> Option<Failures> {
        let is_failure = |matcher: &&[Token<'_>]| {
            let [Token { what: What::Name(label), .. }, op, value] = *matcher else { return false };
            let is_equal = matches!(op.what, What::Sign("=" | "=~"));
            // Behind the quote.
            let value = text[value.at.clone()].get(1..).unwrap_or_default();
            STATUS_LABELS.contains(label)
                && is_equal
                && value.starts_with(['4', '5', 'e', 'f', '('])
        };
        if !self.matchers.iter().any(is_failure) {
            let is_named_so = FAILURES.iter().any(|part| self.name.contains(part));
            return is_named_so.then_some(Failures { all: None });
        }
        let others = self.matchers.iter().filter(|matcher| !is_failure(matcher));
        let others: Vec<&str> = others
            .filter_map(|matcher| Some(&text[matcher.first()?.at.start..matcher.last()?.at.end]))
            .collect();
        let braces =
            if others.is_empty() { String::new() } else { format!("{{{}}}", others.join(",")) };
        let (function, name, window) = (self.function, self.name, &text[self.window.clone()]);
        Some(Failures { all: Some(format!("{function}({name}{braces}{window})")) })
    }
}
