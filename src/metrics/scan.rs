//! [`Cursor`]: goes through a line or an expression from left to right.

use std::borrow::Cow;

/// What is still to be read of a text.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// How far it is, in bytes.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.text.len()
    }

    pub(super) fn blanks(&mut self) {
        self.run(char::is_whitespace);
    }

    /// Steps over a character, if it is the next.
    pub(super) fn take(&mut self, wanted: char) -> bool {
        self.take_str(wanted.encode_utf8(&mut [0; 4]))
    }

    /// Steps over a text, if it is next.
    pub(super) fn take_str(&mut self, wanted: &str) -> bool {
        let is_next = self.rest().starts_with(wanted);
        self.at += if is_next { wanted.len() } else { 0 };
        is_next
    }

    /// Steps over the next character, whichever it is.
    pub(super) fn skip(&mut self) {
        self.at += self.rest().chars().next().map_or(0, char::len_utf8);
    }

    /// All up to the next blank.
    pub(super) fn word(&mut self) -> &'a str {
        self.run(|c| !c.is_whitespace())
    }

    /// The longest run of characters that are so.
    pub(super) fn run(&mut self, is_so: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !is_so(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// A name of a metric or a label.
    pub(super) fn name(&mut self) -> Option<&'a str> {
        if self.rest().starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let name = self.run(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':');
        (!name.is_empty()).then_some(name)
    }

    /// What stands between two quotes, with `\\`, `\"` and `\n` for what they mean.
    pub(super) fn string(&mut self, quote: char) -> Option<Cow<'a, str>> {
        if !self.take(quote) {
            return None;
        }
        let plain = self.run(|c| c != quote && c != '\\');
        if self.take(quote) {
            return Some(Cow::Borrowed(plain));
        }
        let mut value = plain.to_owned();
        while self.take('\\') {
            let next = self.rest().chars().next()?;
            self.skip();
            match next {
                'n' => value.push('\n'),
                c if c == '\\' || c == quote => value.push(c),
                c => value.extend(['\\', c]),
            }
            value.push_str(self.run(|c| c != quote && c != '\\'));
        }
        self.take(quote).then_some(Cow::Owned(value))
    }
}
