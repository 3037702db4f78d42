//! Where in a file something stands, and what was probably meant: the two things
//! that every message about a person's own file needs.

use std::{fmt, ops::Range, sync::Arc};

/// How alike two names must be, 0–1, for one to be offered instead of the other.
const ALIKE: f64 = 0.7;

/// Gives a position in a file that a person wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, as the person would name it.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

impl Place {
    /// Finds the line and column where `span` (in bytes) begins in `text`.
    #[must_use]
    pub fn of(file: &Arc<str>, text: &str, span: &Range<usize>) -> Self {
        let before = text.get(..span.start).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            file: Arc::clone(file),
            line: 1 + before.matches('\n').count(),
            column: 1 + before[line_start..].chars().count(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Gives the known name that is most like a mistyped one, if any is alike enough.
#[must_use]
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = wrong.to_lowercase();
    known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&wrong, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// Gives `; did you mean "x"?`, or nothing when nothing is alike.
#[must_use]
pub fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map(|name| format!("; did you mean \"{name}\"?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_lines_and_characters_from_one() {
        let text = "a = 1\nö = \"x\"\n";
        let at = text.find('"').unwrap();
        let place = Place::of(&"k.toml".into(), text, &(at..at + 1));
        assert_eq!(place.to_string(), "k.toml:2:5");
        assert_eq!(Place::of(&"k".into(), text, &(0..0)).to_string(), "k:1:1");
    }

    #[test]
    fn the_nearest_name_is_offered_only_when_it_is_near() {
        let known = ["half-page-down", "page-down", "quit"];
        assert_eq!(nearest("page-dwon", known), Some("page-down"));
        assert_eq!(nearest("QUIT", known), Some("quit"));
        assert_eq!(nearest("zzz", known), None);
    }
}
