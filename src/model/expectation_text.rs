//! Expectations as people write them: `status == 200`, `time < 500ms`, `json $.ok == true`.

use std::ops::RangeInclusive;

use regex::RegexBuilder;
use serde_json::Value;

use super::{Bound, Comparator, Dimension, Expectation, TextFault};

/// Every kind of expectation, for whoever wrote none of them.
const HOW: &str = "write \"status == 200\", \"time < 500ms\", \"cert > 14d\", \"body ~ ready\", \
                   \"json $.status == \\\"ok\\\"\" or \"header Name ~ text\"";

/// A regular expression may take this much memory, compiled.
const MAX_REGEX_BYTES: usize = 1 << 20;

/// What a server can answer.
const STATUS: RangeInclusive<u16> = 100..=599;

/// Reads what must hold of an answer.
///
/// # Errors
/// When it is no expectation.
pub fn expectation(text: &str) -> Result<Expectation, TextFault> {
    let all = text.trim_start();
    let end = all.find(|c: char| !c.is_alphabetic()).unwrap_or(all.len());
    let (word, rest) = all.split_at(end);
    match word {
        "status" => status(text, rest),
        "time" => Ok(Expectation::Time(time(text, rest)?)),
        "cert" => certificate(text, rest),
        "body" => body(text, rest),
        "json" => json(text, rest),
        "header" => header(text, rest),
        _ => Err(TextFault::new(format!("\"{text}\" is not an expectation"), HOW)),
    }
}

fn status(text: &str, rest: &str) -> Result<Expectation, TextFault> {
    let hint = "write \"status == 200\" or \"status < 400\"";
    let Some((comparator, code)) = Comparator::split(rest) else {
        return Err(TextFault::new("a comparison is missing", hint).about(text, rest.trim()));
    };
    let Some(code) = code.parse().ok().filter(|code| STATUS.contains(code)) else {
        let fault = TextFault::new(format!("\"{code}\" is not a status"), hint);
        return Err(fault.about(text, code));
    };
    Ok(Expectation::Status { comparator, code })
}

fn time(text: &str, rest: &str) -> Result<Bound, TextFault> {
    let part = rest.trim();
    let bound = Bound::parse(rest).map_err(|hint| {
        TextFault::new(format!("\"{part}\" compares with nothing"), hint).about(text, part)
    })?;
    if bound.quantity.dimension != Dimension::Time {
        let message = format!("\"{part}\" does not compare with a time");
        let fault = TextFault::new(message, "write a time, as in 500ms or 14d");
        return Err(fault.about(text, part));
    }
    Ok(bound)
}

fn certificate(text: &str, rest: &str) -> Result<Expectation, TextFault> {
    let bound = time(text, rest)?;
    if !matches!(bound.comparator, Comparator::Above | Comparator::AtLeast) {
        let message = "a certificate must be valid for more than a time, not less";
        return Err(TextFault::new(message, "write \"cert > 14d\"").about(text, rest.trim()));
    }
    Ok(Expectation::Certificate(bound))
}

fn body(text: &str, rest: &str) -> Result<Expectation, TextFault> {
    let rest = rest.trim();
    let (wanted, matches) = match (rest.strip_prefix("!~"), rest.strip_prefix('~')) {
        (Some(matches), _) => (false, matches.trim()),
        (_, Some(matches)) => (true, matches.trim()),
        _ => {
            let fault = TextFault::new("`~` or `!~` is missing", "write \"body ~ ready\"");
            return Err(fault.about(text, rest));
        }
    };
    Ok(Expectation::Body { matches: regex(text, matches)?, wanted })
}

fn json(text: &str, rest: &str) -> Result<Expectation, TextFault> {
    let rest = rest.trim();
    let hint = "write \"json $.status == \\\"ok\\\"\", with the value as JSON has it";
    let fault = |message: String, part| Err(TextFault::new(message, hint).about(text, part));
    if !rest.starts_with('$') {
        return fault("a JSON path begins with `$`".into(), rest);
    }
    let end = end_of_path(rest);
    let (path, rest) = (rest[..end].trim_end(), &rest[end..]);
    let Some((comparator, value)) = Comparator::split(rest) else {
        return fault("a comparison is missing".into(), path);
    };
    let Ok(parsed) = serde_json::from_str::<Value>(value) else {
        return fault(format!("\"{value}\" is not a JSON value"), value);
    };
    let ordered = !matches!(comparator, Comparator::Equal | Comparator::NotEqual);
    if ordered && !parsed.is_number() {
        return fault(format!("only a number can be compared by `{}`", comparator.sign()), value);
    }
    Ok(Expectation::Json { path: path.into(), comparator, value: parsed })
}

/// Where a JSON path ends: at the first comparator that is neither quoted nor within brackets.
fn end_of_path(text: &str) -> usize {
    let (mut depth, mut quote, mut escaped) = (0_u32, None, false);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) => quote = (open != c).then_some(open),
            (None, '\'' | '"') => quote = Some(c),
            (None, '[' | '(') => depth += 1,
            (None, ']' | ')') => depth = depth.saturating_sub(1),
            (None, _) if depth == 0 && Comparator::split(&text[at..]).is_some() && c != ' ' => {
                return at;
            }
            _ => {}
        }
    }
    text.len()
}

fn header(text: &str, rest: &str) -> Result<Expectation, TextFault> {
    let (name, matches) = match rest.split_once('~') {
        Some((name, matches)) => (name.trim(), Some(matches.trim())),
        None => (rest.trim(), None),
    };
    // The characters of a token, RFC 9110.
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || !name.chars().all(token) {
        let message = format!("\"{name}\" is not a header's name");
        let fault = TextFault::new(message, "write \"header Content-Type ~ json\"");
        return Err(fault.about(text, name));
    }
    let matches = matches.map(|matches| regex(text, matches)).transpose()?;
    Ok(Expectation::Header { name: name.into(), matches })
}

fn regex(text: &str, pattern: &str) -> Result<String, TextFault> {
    if pattern.is_empty() {
        return Err(TextFault::new("there is nothing to look for", "write \"body ~ ready\""));
    }
    let compiled = RegexBuilder::new(pattern).size_limit(MAX_REGEX_BYTES).build();
    compiled.map(|_| pattern.to_owned()).map_err(|error| {
        // The last line says what is wrong; those before it draw the expression.
        let error = error.to_string();
        let words = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
        let hint = "in single quotes, as in 'body ~ \\d+', a backslash stands for itself";
        TextFault::new(format!("this is no regular expression: {words}"), hint).about(text, pattern)
    })
}

#[cfg(test)]
mod tests {
    use proptest::{prop_assert, proptest};

    use super::*;

    #[test]
    fn every_kind_is_read() {
        let read = |text| expectation(text).unwrap();
        let ok = Expectation::Status { comparator: Comparator::Equal, code: 200 };
        assert_eq!(read("status == 200"), ok);
        assert_eq!(read("  status=200"), ok);
        assert_eq!(read("time < 500ms"), Expectation::Time(Bound::parse("< 0.5s").unwrap()));
        let days = Bound::parse("> 14d").unwrap();
        assert_eq!(read("cert > 14d"), Expectation::Certificate(days));
        let body = |matches: &str, wanted| Expectation::Body { matches: matches.into(), wanted };
        assert_eq!(read("body ~ ^(ok|ready)$"), body("^(ok|ready)$", true));
        assert_eq!(read("body !~ error"), body("error", false));
        let header = |matches: Option<&str>| Expectation::Header {
            name: "X-Frame-Options".into(),
            matches: matches.map(Into::into),
        };
        assert_eq!(read("header X-Frame-Options"), header(None));
        assert_eq!(read("header X-Frame-Options ~ DENY"), header(Some("DENY")));
    }

    #[test]
    fn the_comparators_of_a_json_path_are_not_those_of_its_value() {
        let json = |text| match expectation(text).unwrap() {
            Expectation::Json { path, comparator, value } => {
                format!("{path} {} {value}", comparator.sign())
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(json("json $.status == \"ok\""), "$.status == \"ok\"");
        assert_eq!(json("json $.items[?@.n > 3].n >= 1.5"), "$.items[?@.n > 3].n >= 1.5");
        assert_eq!(json("json $['a == b']!=null"), "$['a == b'] != null");
        assert_eq!(json("json $[\"a\\\"=\"] = [1]"), "$[\"a\\\"=\"] == [1]");
    }

    #[test]
    fn what_is_no_expectation_says_which_part_is_wrong() {
        for (text, part, message) in [
            ("stauts == 200", "", "\"stauts == 200\" is not an expectation"),
            ("status 200", "200", "a comparison is missing"),
            ("  status == 2xx", "2xx", "\"2xx\" is not a status"),
            ("status == 99", "99", "\"99\" is not a status"),
            ("time < 5", "< 5", "\"< 5\" does not compare with a time"),
            ("time 5s", "5s", "\"5s\" compares with nothing"),
            ("cert < 14d", "< 14d", "a certificate must be valid for more than a time, not less"),
            ("body ready", "ready", "`~` or `!~` is missing"),
            ("body ~ (", "(", "this is no regular expression: unclosed group"),
            ("json status == 1", "status == 1", "a JSON path begins with `$`"),
            ("json $.a == ok", "ok", "\"ok\" is not a JSON value"),
            ("json $.a > \"b\"", "\"b\"", "only a number can be compared by `>`"),
            ("header a b", "a b", "\"a b\" is not a header's name"),
        ] {
            let fault = expectation(text).unwrap_err();
            assert_eq!((&text[fault.at.clone()], fault.message.as_str()), (part, message));
        }
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read_or_refused_at_a_part_of_it(
            text in "(status|time|cert|body|json|header)? ?\\PC{0,40}"
        ) {
            if let Err(fault) = expectation(&text) {
                prop_assert!(text.get(fault.at).is_some());
            }
        }
    }
}
