//! JSON laid out anew, token by token: what it says stays as it is written.

use std::borrow::Cow;

use crate::logs::format::scan::closing_quote;

/// How deep lines are indented; deeper ones stand where these do, so that no line of
/// brackets alone becomes a page of spaces.
const MAX_INDENT: usize = 32;

/// Without spaces and line breaks between tokens.
pub(super) fn compact(raw: &str) -> Cow<'_, str> {
    let mut out = String::new();
    for token in tokens(raw) {
        if out.is_empty() && token.len() == raw.len() {
            return Cow::Borrowed(raw);
        }
        out.push_str(token);
    }
    out.into()
}

/// A member or an element a line, indented by two spaces.
pub(in crate::logs::format) fn pretty(raw: &str) -> Vec<String> {
    let mut page = Page::default();
    let mut tokens = tokens(raw).peekable();
    while let Some(token) = tokens.next() {
        match token {
            "{" | "[" => {
                page.line.push_str(token);
                match tokens.next_if(|next| matches!(*next, "}" | "]")) {
                    Some(end) => page.line.push_str(end),
                    None => page.open(),
                }
            }
            "}" | "]" => page.close(token),
            "," => {
                page.line.push(',');
                page.break_line();
            }
            ":" => page.line.push_str(": "),
            _ => page.line.push_str(token),
        }
    }
    page.finish()
}

/// What is laid out so far.
#[derive(Default)]
struct Page {
    lines: Vec<String>,
    line: String,
    depth: usize,
}

impl Page {
    fn open(&mut self) {
        self.depth += 1;
        self.break_line();
    }

    fn close(&mut self, token: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.break_line();
        self.line.push_str(token);
    }

    fn break_line(&mut self) {
        let indent = " ".repeat(2 * self.depth.min(MAX_INDENT));
        let line = std::mem::replace(&mut self.line, indent);
        self.lines.push(line);
    }

    fn finish(mut self) -> Vec<String> {
        self.lines.push(self.line);
        self.lines
    }
}

/// The tokens of a JSON text: brackets, commas and colons alone, texts with their quotes,
/// all else up to the next of these.
fn tokens(raw: &str) -> impl Iterator<Item = &str> {
    let mut rest = raw;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        let length = token_length(rest)?;
        let (token, after) = rest.split_at(length);
        rest = after;
        Some(token)
    })
}

fn token_length(rest: &str) -> Option<usize> {
    let is_end = |c: char| matches!(c, '{' | '}' | '[' | ']' | ',' | ':' | '"' | ' ' | '\t');
    match rest.as_bytes().first()? {
        b'{' | b'}' | b'[' | b']' | b',' | b':' => Some(1),
        b'"' => {
            let inner = closing_quote(&rest[1..]);
            Some(inner.map_or(rest.len(), |length| length + 2))
        }
        _ => Some(rest.find(is_end).unwrap_or(rest.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_stand_below_each_other_in_their_own_order() {
        let raw = r#"{"z": 1, "a":{"b":[1,{"c":"x, y: {\"}\\"}],"e":{},"f":[ ]},"n":1e400}"#;
        let expected = [
            "{",
            "  \"z\": 1,",
            "  \"a\": {",
            "    \"b\": [",
            "      1,",
            "      {",
            "        \"c\": \"x, y: {\\\"}\\\\\"",
            "      }",
            "    ],",
            "    \"e\": {},",
            "    \"f\": []",
            "  },",
            "  \"n\": 1e400",
            "}",
        ];
        assert_eq!(pretty(raw), expected);
    }

    #[test]
    fn compact_text_has_no_space_between_tokens() {
        assert_eq!(compact(r#"[1, "a b" , {"c" : null}]"#), r#"[1,"a b",{"c":null}]"#);
    }

    #[test]
    fn a_line_of_brackets_stays_a_small_page() {
        let deep = "[".repeat(16 * 1024);
        let bytes: usize = pretty(&deep).iter().map(String::len).sum();
        assert!(bytes < 2 << 20, "{bytes}");
    }
}
