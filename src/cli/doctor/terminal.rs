//! [`Terminal`]: what the terminal can do, as far as the environment tells.

use std::{ffi::OsStr, io::IsTerminal as _};

use serde::Serialize;

use crate::{config::Variables, text::Clean};

/// What the terminal can do.
///
/// | field | type | what |
/// |---|---|---|
/// | `is_terminal` | boolean | whether the output is one |
/// | `term` | string or null | `TERM` |
/// | `colours` | string | `truecolor`, `256`, `16` or `none` |
/// | `unicode` | boolean | whether the locale is UTF-8; ASCII is drawn otherwise |
/// | `columns`, `rows` | number or null | its size |
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the table says it once, and the README copies it")]
pub struct Terminal {
    pub is_terminal: bool,
    pub term: Option<Clean>,
    pub colours: &'static str,
    pub unicode: bool,
    pub columns: Option<u16>,
    pub rows: Option<u16>,
}

impl Terminal {
    /// Looks at standard output and the environment.
    #[must_use]
    pub fn look(variables: &Variables) -> Self {
        let out = std::io::stdout();
        let size = rustix::termios::tcgetwinsize(&out).ok();
        let size = size.filter(|size| size.ws_col > 0 && size.ws_row > 0);
        Self {
            is_terminal: out.is_terminal(),
            term: variables.value("TERM").map(|term| Clean::new(&term.to_string_lossy())),
            colours: colours(variables),
            unicode: is_utf8(variables),
            columns: size.map(|size| size.ws_col),
            rows: size.map(|size| size.ws_row),
        }
    }

    /// The same in words.
    pub(super) fn words(&self) -> Vec<String> {
        let term = self.term.as_ref().map_or("not set", Clean::as_str);
        let size = match (self.columns, self.rows) {
            (Some(columns), Some(rows)) if columns < 60 || rows < 16 => {
                format!("{columns}×{rows}: too small for panes, which need 60×16")
            }
            (Some(columns), Some(rows)) => format!("{columns}×{rows}"),
            _ if self.is_terminal => "unknown".into(),
            _ => "unknown: the output is not a terminal".into(),
        };
        let unicode = if self.unicode {
            "UTF-8"
        } else {
            "the locale (LC_ALL, LC_CTYPE, LANG) is not UTF-8: drawn with ASCII alone"
        };
        vec![
            format!("TERM: {term}"),
            format!("colours: {}", self.colours),
            format!("characters: {unicode}"),
            format!("size: {size}"),
        ]
    }
}

fn text<'a>(variables: &'a Variables, name: &str) -> &'a str {
    variables.value(name).and_then(OsStr::to_str).unwrap_or_default()
}

fn colours(variables: &Variables) -> &'static str {
    let term = text(variables, "TERM");
    if variables.value("NO_COLOR").is_some() || matches!(term, "" | "dumb") {
        return "none";
    }
    if matches!(text(variables, "COLORTERM"), "truecolor" | "24bit") {
        return "truecolor";
    }
    if term.contains("256") { "256" } else { "16" }
}

/// The first of the three variables that is set decides, as in the C library.
fn is_utf8(variables: &Variables) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .map(|name| text(variables, name))
        .find(|locale| !locale.is_empty())
        .unwrap_or_default()
        .to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Variables {
        pairs.iter().copied().collect()
    }

    #[test]
    fn colours_degrade() {
        let of = |pairs: &[(&str, &str)]| colours(&variables(pairs));
        assert_eq!(of(&[]), "none");
        assert_eq!(of(&[("TERM", "xterm")]), "16");
        assert_eq!(of(&[("TERM", "xterm-256color")]), "256");
        assert_eq!(of(&[("TERM", "tmux"), ("COLORTERM", "truecolor")]), "truecolor");
        assert_eq!(of(&[("TERM", "xterm"), ("NO_COLOR", "1")]), "none");
    }

    #[test]
    fn the_locale_is_the_first_that_is_set() {
        assert!(is_utf8(&variables(&[("LANG", "en_GB.UTF-8")])));
        assert!(!is_utf8(&variables(&[("LC_ALL", "C"), ("LANG", "en_GB.UTF-8")])));
        assert!(!is_utf8(&variables(&[])));
    }
}
