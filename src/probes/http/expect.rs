//! [`Expectations`]: what must hold of an answer, ready to be compared.

use hyper::StatusCode;
use regex::bytes::Regex;
use serde_json::Value;
use serde_json_path::JsonPath;

use super::Outcome;
use crate::{
    model::{Bound, Comparator, Dimension, ProbeFault, Quantity, probe::Expectation},
    probes::fault::invalid,
};

/// How many characters of a value are shown.
const SHOWN: usize = 60;

/// What must hold of an answer. Where nothing is said of its status, that is 200 to 399.
#[derive(Debug)]
pub(super) struct Expectations(Vec<Expected>);

#[derive(Debug)]
enum Expected {
    Well,
    Status { comparator: Comparator, code: u16 },
    Time(Bound),
    Certificate(Bound),
    Body { regex: Regex, wanted: bool },
    Json { path: JsonPath, comparator: Comparator, value: Value },
    Header { name: String, regex: Option<Regex> },
}

impl Expectations {
    /// Reads what a stack file expects.
    pub(super) fn new(expect: &[Expectation]) -> Result<Self, ProbeFault> {
        let says_status = expect.iter().any(|it| matches!(it, Expectation::Status { .. }));
        let well = (!says_status).then_some(Ok(Expected::Well));
        well.into_iter().chain(expect.iter().map(Expected::new)).collect::<Result<_, _>>().map(Self)
    }

    /// Whether an answer without a certificate can never be as expected.
    pub(super) fn need_a_certificate(&self) -> bool {
        self.0.iter().any(|expected| matches!(expected, Expected::Certificate(_)))
    }

    /// Whether it is not the status that is wrong.
    pub(super) fn are_met_by(&self, status: StatusCode) -> bool {
        self.0.iter().all(|expected| expected.status(status).is_none())
    }

    /// What does not hold, in words. A body is unpacked and read once for all of them.
    pub(super) fn unmet(&self, outcome: &Outcome) -> Vec<String> {
        let mut json = None;
        let mut check = |expected: &Expected| expected.unmet(outcome, &mut json);
        self.0.iter().filter_map(&mut check).collect()
    }
}

/// A body as JSON, once somebody asked for it.
type Json = Option<Result<Value, String>>;

impl Expected {
    fn new(expectation: &Expectation) -> Result<Self, ProbeFault> {
        Ok(match expectation {
            Expectation::Status { comparator, code } => {
                Self::Status { comparator: *comparator, code: *code }
            }
            Expectation::Time(bound) => Self::Time(*bound),
            Expectation::Certificate(bound) => Self::Certificate(*bound),
            Expectation::Body { matches, wanted } => {
                Self::Body { regex: regex(matches)?, wanted: *wanted }
            }
            Expectation::Json { path, comparator, value } => Self::Json {
                path: JsonPath::parse(path)
                    .map_err(|error| invalid(format!("`{path}` is no JSON path: {error}")))?,
                comparator: *comparator,
                value: value.clone(),
            },
            Expectation::Header { name, matches } => Self::Header {
                name: name.clone(),
                regex: matches.as_deref().map(regex).transpose()?,
            },
        })
    }

    fn unmet(&self, outcome: &Outcome, json: &mut Json) -> Option<String> {
        match self {
            Self::Well | Self::Status { .. } => self.status(outcome.status),
            Self::Time(bound) => {
                let took = outcome.took.as_secs_f64();
                let words = || format!("took {}, expected {bound}", time(took));
                (!bound.holds(took)).then(words)
            }
            Self::Certificate(bound) => {
                let left = outcome.certificate.as_ref()?.seconds_left();
                let words = || format!("certificate valid for {}, expected {bound}", time(left));
                (!bound.holds(left)).then(words)
            }
            Self::Body { regex, wanted } => of_body(outcome, regex, *wanted),
            Self::Json { path, comparator, value } => {
                let json = json.get_or_insert_with(|| parse(outcome));
                of_json(json.as_ref(), path, *comparator, value)
            }
            Self::Header { name, regex } => of_header(outcome, name, regex.as_ref()),
        }
    }

    /// What is wrong with a status, where this is about that.
    fn status(&self, status: StatusCode) -> Option<String> {
        match self {
            Self::Well => {
                let is_well = status.is_success() || status.is_redirection();
                (!is_well).then(|| status.to_string())
            }
            Self::Status { comparator, code } => {
                let holds = comparator.holds(status.as_u16().into(), (*code).into());
                (!holds).then(|| format!("{status}, expected {} {code}", comparator.sign()))
            }
            _ => None,
        }
    }
}

fn of_body(outcome: &Outcome, regex: &Regex, wanted: bool) -> Option<String> {
    let (bytes, is_cut) = match outcome.body.read() {
        Ok(read) => read,
        Err(why) => return Some(why),
    };
    if regex.is_match(&bytes) == wanted {
        return None;
    }
    let cut = if is_cut { " within its first 1 MiB" } else { "" };
    let not = if wanted { "does not match" } else { "matches" };
    Some(format!("body {not} `{}`{cut}", shown(regex.as_str())))
}

fn parse(outcome: &Outcome) -> Result<Value, String> {
    let body = outcome.body.whole()?;
    serde_json::from_slice(&body).map_err(|_| "body is no JSON".to_owned())
}

fn of_json(
    json: Result<&Value, &String>,
    path: &JsonPath,
    comparator: Comparator,
    expected: &Value,
) -> Option<String> {
    let found = match json {
        Ok(json) => path.query(json).all(),
        Err(why) => return Some(why.clone()),
    };
    if found.is_empty() {
        return Some(format!("body has nothing at {path}"));
    }
    let other = found.into_iter().find(|value| !holds(comparator, value, expected))?;
    let found = shown(&other.to_string());
    Some(format!("{path} is {found}, expected {} {expected}", comparator.sign()))
}

/// Numbers compare as numbers, everything else is the same or is not.
fn holds(comparator: Comparator, found: &Value, expected: &Value) -> bool {
    if let (Some(found), Some(expected)) = (found.as_f64(), expected.as_f64()) {
        return comparator.holds(found, expected);
    }
    match comparator {
        Comparator::Equal => found == expected,
        Comparator::NotEqual => found != expected,
        _ => false,
    }
}

fn of_header(outcome: &Outcome, name: &str, regex: Option<&Regex>) -> Option<String> {
    let values: Vec<&[u8]> =
        outcome.headers.get_all(name).iter().map(hyper::header::HeaderValue::as_bytes).collect();
    let Some(first) = values.first() else {
        return Some(format!("header {name} is missing"));
    };
    let regex = regex?;
    if values.iter().any(|value| regex.is_match(value)) {
        return None;
    }
    let found = shown(&String::from_utf8_lossy(first));
    Some(format!("header {name} is `{found}`, which does not match `{}`", shown(regex.as_str())))
}

fn regex(text: &str) -> Result<Regex, ProbeFault> {
    Regex::new(text).map_err(|_| invalid(format!("`{text}` is no regular expression")))
}

fn time(seconds: f64) -> Quantity {
    // Nobody wants to know more exactly.
    let digits = if seconds.abs() < 10.0 { 1e3 } else { 1.0 };
    let seconds = (seconds * digits).round() / digits;
    let day = 86_400.0;
    let seconds = if seconds.abs() > day { (seconds / day).floor() * day } else { seconds };
    Quantity::new(seconds, Dimension::Time)
}

fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
