//! An answer that makes no sense: where and how, and never in the parser's own words.
//!
//! Those quote the answer, and an inspection has an environment with its secrets in it.

use serde::de::IgnoredAny;
use serde_json::error::{Category, Error};

/// What is wrong with an answer, of which bollard tells the parser's words and column.
pub(super) fn found_in(answer: &str, message: &str, column: usize) -> String {
    match serde_json::from_str::<IgnoredAny>(answer) {
        Err(error) => met_by(&error),
        Ok(_) => words(Category::Data, line_in(message).unwrap_or(1), column),
    }
}

/// What is wrong, by the parser's error.
pub(super) fn met_by(error: &Error) -> String {
    words(error.classify(), error.line(), error.column())
}

/// The line that the parser's words end with: `… at line 3 column 14`.
fn line_in(message: &str) -> Option<usize> {
    let (_, place) = message.rsplit_once(" at line ")?;
    place.split_once(" column ")?.0.parse().ok()
}

fn words(category: Category, line: usize, column: usize) -> String {
    let what = match category {
        Category::Data => "a value of another kind than was expected",
        Category::Syntax => "no JSON",
        Category::Eof => "JSON that ends too early",
        Category::Io => "JSON that cannot be read",
    };
    format!("what makes no sense ({what}, line {line} column {column})")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(json: &str) -> String {
        let error = serde_json::from_str::<Vec<u8>>(json).unwrap_err();
        found_in(json, &error.to_string(), error.column())
    }

    #[test]
    fn a_value_that_is_not_what_it_should_be_is_placed_and_never_quoted() {
        assert_eq!(
            told("[1,\n \"DB_PASSWORD=canary at line 9\"]"),
            "what makes no sense (a value of another kind than was expected, line 2 column 31)"
        );
    }

    #[test]
    fn what_is_no_json_is_told_from_what_is_cut_off() {
        assert_eq!(told("<html>"), "what makes no sense (no JSON, line 1 column 1)");
        let cut = "what makes no sense (JSON that ends too early, line 1 column 2)";
        assert_eq!(told("[1"), cut);
        assert_eq!(met_by(&serde_json::from_str::<Vec<u8>>("[1").unwrap_err()), cut);
    }
}
