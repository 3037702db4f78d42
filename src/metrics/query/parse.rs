//! From words to a [`Query`].

use std::{ops::Range, time::Duration};

use regex::{Regex, RegexBuilder};

use super::{
    Fold, MAX_WINDOW, MIN_WINDOW, Matcher, Part, Query, QueryError, Reading, Selector, Test,
};
use crate::{
    metrics::scan::Cursor,
    text::{suggest, units},
};

/// How large a regular expression may become, in bytes.
const MAX_REGEX_BYTES: usize = 1 << 20;

/// How long a query may be, in bytes.
const MAX_QUERY_BYTES: usize = 4096;

/// What takes something in parentheses.
const FUNCTIONS: [&str; 4] = ["rate", "increase", "sum", "quantile"];

/// What stands behind a histogram's name in its own lines.
const BUCKET: &str = "_bucket";

/// Reads a query.
///
/// # Errors
/// [`QueryError`]: what is wrong, where, and what to write instead.
pub fn parse(text: &str) -> Result<Query, QueryError> {
    let mut reader = Reader { cursor: Cursor::new(text) };
    if text.len() > MAX_QUERY_BYTES {
        let hint = "a Prometheus server can be asked anything";
        return Err(error("the query is too long", hint, 0..text.len()));
    }
    let top = reader.part()?;
    let bottom = if reader.took('/') { Some(reader.part()?) } else { None };
    reader.cursor.blanks();
    if reader.cursor.is_at_end() {
        return Ok(Query { top, bottom });
    }
    let hint = "a query is one number, or one divided by another; a Prometheus server can be \
                asked anything";
    Err(error("the query should end here", hint, reader.cursor.at()..text.len()))
}

struct Reader<'a> {
    cursor: Cursor<'a>,
}

impl Reader<'_> {
    fn part(&mut self) -> Result<Part, QueryError> {
        let (name, span) = self.name()?;
        match name.as_str() {
            "sum" if self.took('(') => {
                let (name, span) = self.name()?;
                let (reading, selector) = self.reading(name, span)?;
                self.expect(')')?;
                Ok(Part { fold: Fold::Sum, reading, selector })
            }
            "quantile" if self.took('(') => {
                let share = self.share()?;
                self.expect(',')?;
                let part = self.histogram(share)?;
                self.expect(')')?;
                Ok(part)
            }
            _ => {
                let (reading, selector) = self.reading(name, span)?;
                Ok(Part { fold: Fold::Only, reading, selector })
            }
        }
    }

    fn reading(
        &mut self,
        name: String,
        span: Range<usize>,
    ) -> Result<(Reading, Selector), QueryError> {
        let reading = match name.as_str() {
            "rate" => Reading::Rate,
            "increase" => Reading::Increase,
            _ => return Ok((Reading::Now, self.selector(name, span)?)),
        };
        if !self.took('(') {
            return Ok((Reading::Now, self.selector(name, span)?));
        }
        let (name, span) = self.name()?;
        let selector = self.selector(name, span)?;
        let window = self.window()?;
        self.expect(')')?;
        Ok((reading(window), selector))
    }

    fn histogram(&mut self, share: f64) -> Result<Part, QueryError> {
        let (name, span) = self.name()?;
        if let Some(base) = name.strip_suffix(BUCKET) {
            let hint = format!("write `{base}`: its buckets are found");
            return Err(error("`quantile` takes the name of a histogram", &hint, span));
        }
        let selector = self.selector(name, span)?;
        let window = self.window()?;
        Ok(Part { fold: Fold::Quantile(share), reading: Reading::Increase(window), selector })
    }

    /// The name was read already.
    fn selector(&mut self, name: String, span: Range<usize>) -> Result<Selector, QueryError> {
        if self.took('(') {
            let meant = suggest::closest(&name, FUNCTIONS);
            let hint = meant.map_or_else(
                || "there are rate, increase, sum and quantile; a Prometheus server can be asked anything".to_owned(),
                |meant| format!("did you mean `{meant}`?"),
            );
            return Err(error(&format!("there is no function `{name}`"), &hint, span));
        }
        let mut matchers = Vec::new();
        if self.took('{') {
            while !self.took('}') {
                matchers.push(self.matcher()?);
                if !self.took(',') {
                    self.expect('}')?;
                    break;
                }
            }
        }
        Ok(Selector { name, matchers })
    }

    fn matcher(&mut self) -> Result<Matcher, QueryError> {
        let (label, _) = self.name()?;
        self.cursor.blanks();
        let ops =
            [("=~", true, true), ("!~", true, false), ("!=", false, false), ("=", false, true)];
        let op = ops.into_iter().find(|(sign, ..)| self.cursor.take_str(sign));
        let Some((_, is_regex, wanted)) = op else {
            let hint = "write = != =~ or !~ and a text in quotes, as in status=~\"5..\"";
            return Err(error("the label is compared with nothing", hint, self.here()));
        };
        self.cursor.blanks();
        let begin = self.cursor.at();
        let value = self.cursor.string('"').or_else(|| self.cursor.string('\''));
        let Some(value) = value else {
            let hint = "write it in quotes, as in status=~\"5..\"";
            return Err(error("the label's value is missing", hint, self.here()));
        };
        let test = if is_regex {
            let span = begin..self.cursor.at();
            Test::Matches(whole_match(&value).map_err(|why| error(&why, "", span))?)
        } else {
            Test::Is(value.into_owned())
        };
        Ok(Matcher { label, test, wanted })
    }

    fn window(&mut self) -> Result<Duration, QueryError> {
        if !self.took('[') {
            let hint = "write the window behind it, as in [5m]";
            return Err(error("there is no window to count in", hint, self.here()));
        }
        self.cursor.blanks();
        let begin = self.cursor.at();
        let written = self.cursor.run(char::is_alphanumeric);
        let span = begin..self.cursor.at();
        let window = units::duration(written)
            .map_err(|hint| error("the window is no time", &hint, span.clone()))?;
        if window < MIN_WINDOW {
            let hint = "two answers must be in it, and one comes every 30 s: at least [1m]";
            return Err(error("the window is too short", hint, span));
        }
        if window > MAX_WINDOW {
            let hint = "at most [1h]: longer times are for a Prometheus server";
            return Err(error("the window is too long", hint, span));
        }
        self.expect(']')?;
        Ok(window)
    }

    fn share(&mut self) -> Result<f64, QueryError> {
        self.cursor.blanks();
        let begin = self.cursor.at();
        let written = self.cursor.run(|c| c.is_ascii_digit() || c == '.');
        match written.parse() {
            Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
            _ => {
                let hint = "a number from 0 to 1 comes first, as in quantile(0.99, name[5m])";
                Err(error("there is no share of the quantile", hint, begin..self.cursor.at()))
            }
        }
    }

    fn name(&mut self) -> Result<(String, Range<usize>), QueryError> {
        self.cursor.blanks();
        let begin = self.cursor.at();
        match self.cursor.name() {
            Some(name) => Ok((name.to_owned(), begin..self.cursor.at())),
            None => Err(error("a name is missing", "", self.here())),
        }
    }

    fn took(&mut self, sign: char) -> bool {
        self.cursor.blanks();
        self.cursor.take(sign)
    }

    fn expect(&mut self, sign: char) -> Result<(), QueryError> {
        if self.took(sign) {
            return Ok(());
        }
        Err(error(&format!("`{sign}` is missing"), "", self.here()))
    }

    /// The next character.
    fn here(&self) -> Range<usize> {
        let at = self.cursor.at();
        at..at + self.cursor.rest().chars().next().map_or(0, char::len_utf8)
    }
}

/// The regular expression that matches what this one matches in whole. Errors in words.
fn whole_match(pattern: &str) -> Result<Regex, String> {
    let build = |pattern: &str| RegexBuilder::new(pattern).size_limit(MAX_REGEX_BYTES).build();
    // Alone first: what is no expression alone, such as `a)|(b`, can be one within a group.
    build(pattern).and_then(|_| build(&format!("^(?:{pattern})$"))).map_err(|wrong| {
        let wrong = wrong.to_string();
        let last = wrong.lines().last().unwrap_or_default().trim_start_matches("error: ");
        format!("this is no regular expression: {last}")
    })
}

fn error(message: &str, hint: &str, span: Range<usize>) -> QueryError {
    let hint = (!hint.is_empty()).then(|| hint.to_owned());
    QueryError { message: message.to_owned(), hint, span }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_the_documentation_shows_is_read() {
        for good in [
            "up",
            "up{job=\"api\"}",
            "rate(http_requests_total[5m])",
            " sum ( rate ( http_requests_total { status =~ \"5..\" , path != '/x' , } [ 5m ] ) ) \n/ sum(rate(http_requests_total[5m]))",
            "quantile(0.99, http_request_duration_seconds[5m])",
            "increase(errors_total[1h]) / increase(all_total[1h])",
            "sum(queue_length{})",
            // Words of the language are names where nothing stands behind them.
            "rate",
            "sum{job=\"sum\"}",
        ] {
            assert!(parse(good).is_ok(), "{good}: {:?}", parse(good));
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place_and_what_to_write() {
        for (wrong, place, message, hint) in [
            ("", "", "a name is missing", ""),
            ("rate(a[5m]", "", "`)` is missing", ""),
            ("rate(a)", ")", "no window", "[5m]"),
            ("rate(a[5])", "5", "no time", "5s"),
            ("rate(a[30s])", "30s", "too short", "[1m]"),
            ("increase(a[2h])", "2h", "too long", "[1h]"),
            ("rat(a[5m])", "rat", "no function `rat`", "did you mean `rate`?"),
            ("max(a)", "max", "no function `max`", "sum and quantile"),
            ("quantile(99, a[5m])", "99", "no share", "0.99"),
            ("quantile(0.5, a_bucket[5m])", "a_bucket", "name of a histogram", "write `a`"),
            ("a{b}", "}", "compared with nothing", "=~"),
            ("a{b=c}", "c", "value is missing", "quotes"),
            ("a{b=~\"(\"}", "\"(\"", "unclosed group", ""),
            ("a{b=~\"x)|(y\"}", "\"x)|(y\"", "unopened group", ""),
            ("a{b=\"c\" d=\"e\"}", "d", "`}` is missing", ""),
            ("a / b / c", "/ c", "should end here", "Prometheus"),
            ("a > 5", "> 5", "should end here", "Prometheus"),
            ("5", "5", "a name is missing", ""),
            ("ä", "ä", "a name is missing", ""),
        ] {
            let error = parse(wrong).unwrap_err();
            assert_eq!(&wrong[error.span.clone()], place, "{wrong}: {error:?}");
            assert!(error.message.contains(message), "{wrong}: {error:?}");
            assert!(error.hint.unwrap_or_default().contains(hint), "{wrong}");
        }
        assert!(parse(&"a".repeat(MAX_QUERY_BYTES + 1)).is_err());
        assert!(parse("a{b=~\"(x{1000}){1000}\"}").is_err());
    }

    proptest! {
        #[test]
        fn every_text_is_read_or_refused_with_a_place_in_it(
            text in "(sum|rate|quantile|increase|[a-c(){}\\[\\]\"'=~!,./ ä0-9]|5m){0,24}"
        ) {
            if let Err(error) = parse(&text) {
                prop_assert!(text.get(error.span).is_some());
            }
        }
    }
}
