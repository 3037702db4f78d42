//! [`FieldTest`]: what a named value of a line has to be.

use std::borrow::Cow;

use super::{FilterError, scan::Item, wanted::Wanted, words::Op};
use crate::logs::{format::Value, search::Search};

/// What a named value of a line has to be.
#[derive(Clone, Debug)]
pub(super) enum FieldTest {
    /// One of these, or none of them. What is `numbers` alone need not be compared with
    /// numbers as text.
    Is { wanted: Wanted, numbers: Vec<f64>, is_numbers_alone: bool, is_negated: bool },
    /// Text that the pattern is found in, or not.
    Matches { search: Search, is_negated: bool },
    /// A number, by its size.
    Compares { op: Op, bound: f64 },
}

impl FieldTest {
    /// One of these values, or none of them.
    pub(super) fn is(wanted: Wanted, items: &[Item<'_>], is_negated: bool) -> Self {
        let numbers = items.iter().filter(|item| !item.is_quoted);
        let numbers: Vec<f64> = numbers.filter_map(|item| number(&item.text)).collect();
        let is_numbers_alone = numbers.len() == items.len();
        Self::Is { wanted, numbers, is_numbers_alone, is_negated }
    }

    /// A number of this size.
    pub(super) fn compares(op: Op, items: &[Item<'_>]) -> Result<Self, FilterError> {
        let last = items.last().map_or(0..0, |item| item.at.clone());
        let [item] = items else {
            let message = format!("`{}` takes one number", op.sign());
            return Err(FilterError::new(last, message));
        };
        let Some(bound) = number(&item.text) else {
            let message = format!("`{}` is no number, such as 42 or 0.5", item.text);
            return Err(FilterError::new(last, message));
        };
        Ok(Self::Compares { op, bound })
    }

    pub(super) fn accepts(&self, value: &Value<'_>) -> bool {
        match self {
            Self::Is { wanted, numbers, is_numbers_alone, is_negated } => {
                let is_wanted = match value {
                    Value::Number(number) if numbers.contains(number) => true,
                    Value::Number(_) if *is_numbers_alone => false,
                    _ => wanted.contains(&shown(value)),
                };
                is_wanted != *is_negated
            }
            Self::Matches { search, is_negated } => search.is_match(&shown(value)) != *is_negated,
            Self::Compares { op, bound } => size(value).is_some_and(|size| match op {
                Op::Less => size < *bound,
                Op::AtMost => size <= *bound,
                Op::More => size > *bound,
                _ => size >= *bound,
            }),
        }
    }
}

/// A finite number.
fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A value as the screen shows it.
pub(super) fn shown<'a>(value: &'a Value<'_>) -> Cow<'a, str> {
    match value {
        Value::Text(text) => text.as_ref().into(),
        Value::Number(number) => number.to_string().into(),
        Value::Bool(is) => if *is { "true" } else { "false" }.into(),
        Value::Null => "null".into(),
    }
}

/// A value's size, where it has one: logfmt writes numbers as text.
fn size(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Number(size) => Some(*size),
        Value::Text(text) => number(text),
        Value::Bool(_) | Value::Null => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::filter::scan;

    fn is(list: &str, is_negated: bool, value: &Value<'_>) -> bool {
        let items = scan::items(list, 0..list.len()).unwrap();
        FieldTest::is(Wanted::new(&items).unwrap(), &items, is_negated).accepts(value)
    }

    fn compares(op: Op, bound: &str, value: &Value<'_>) -> bool {
        let items = scan::items(bound, 0..bound.len()).unwrap();
        FieldTest::compares(op, &items).unwrap().accepts(value)
    }

    fn text(text: &str) -> Value<'_> {
        Value::Text(text.into())
    }

    #[test]
    fn values_are_wanted_as_they_are_shown() {
        assert!(is("get,POST", false, &text("Post")));
        assert!(!is("get,POST", true, &text("Post")));
        assert!(is("/api/*", false, &text("/api/orders")));
        assert!(is("größe*", false, &text("GRÖßER")));
        assert!(is("true", false, &Value::Bool(true)));
        assert!(is("null", false, &Value::Null));
        assert!(is("\"\"", false, &text("")));
        assert!(is("*", false, &Value::Null), "there is a value");
        assert!(is("sec*", false, &text("first\nsecond")), "a line of it");
    }

    #[test]
    fn numbers_are_wanted_by_their_size_or_their_digits() {
        assert!(is("42", false, &Value::Number(42.0)));
        assert!(is("42.0", false, &Value::Number(42.0)));
        assert!(!is("42", false, &Value::Number(42.5)));
        assert!(is("5*", false, &Value::Number(503.0)));
        assert!(!is("\"42.0\"", false, &Value::Number(42.0)), "quoted, these are signs");
        assert!(is("42", true, &Value::Number(43.0)));
        assert!(!is("042", false, &text("42")));
    }

    #[test]
    fn numbers_are_compared_also_when_written_as_text() {
        assert!(compares(Op::More, "0.5", &Value::Number(0.6)));
        assert!(compares(Op::AtLeast, "500", &text("500")));
        assert!(compares(Op::Less, "-1", &text("-1.5")));
        assert!(compares(Op::AtMost, "1e3", &Value::Number(1000.0)));
        for value in [text("fast"), text("NaN"), Value::Bool(true), Value::Null] {
            assert!(!compares(Op::AtLeast, "0", &value) && !compares(Op::Less, "0", &value));
        }
    }
}
