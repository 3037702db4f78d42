//! [`Scan`]: walks along a line, piece by piece.

/// What is left of a line. Every step gives `None` where the line is not as expected,
/// so that a format reads as a row of steps with question marks.
#[derive(Clone, Copy)]
pub(super) struct Scan<'a> {
    pub(super) rest: &'a str,
}

impl<'a> Scan<'a> {
    pub(super) fn new(rest: &'a str) -> Self {
        Self { rest }
    }

    /// Passes over `token`, which must stand here.
    pub(super) fn eat(&mut self, token: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(token)?;
        Some(())
    }

    /// Passes over spaces, if any.
    pub(super) fn spaces(&mut self) {
        self.rest = self.rest.trim_start_matches(' ');
    }

    /// What stands before the next `end`; passes over both.
    pub(super) fn until(&mut self, end: char) -> Option<&'a str> {
        let (before, after) = self.rest.split_once(end)?;
        self.rest = after;
        Some(before)
    }

    /// What stands before the next `end`, or all there is; passes over it, not over `end`.
    pub(super) fn before(&mut self, end: &str) -> &'a str {
        let length = self.rest.find(end).unwrap_or(self.rest.len());
        let (before, after) = self.rest.split_at(length);
        self.rest = after;
        before
    }

    /// The characters that `wanted` takes, of which there must be some. Of ASCII alone.
    pub(super) fn run(&mut self, wanted: impl Fn(u8) -> bool) -> Option<&'a str> {
        let is_end = |byte: u8| !(byte.is_ascii() && wanted(byte));
        let length = self.rest.bytes().position(is_end).unwrap_or(self.rest.len());
        let (run, after) = self.rest.split_at(length);
        self.rest = after;
        (length > 0).then_some(run)
    }

    /// Digits, at least one.
    pub(super) fn digits(&mut self) -> Option<&'a str> {
        self.run(|byte| byte.is_ascii_digit())
    }

    /// What stands before the next space, or the end; at least something.
    pub(super) fn word(&mut self) -> Option<&'a str> {
        let length = memchr::memchr(b' ', self.rest.as_bytes()).unwrap_or(self.rest.len());
        let (word, after) = self.rest.split_at(length);
        self.rest = after;
        (length > 0).then_some(word)
    }

    /// What stands in double quotes, without them. A quote after a backslash is no end.
    pub(super) fn quoted(&mut self) -> Option<&'a str> {
        let inner = self.rest.strip_prefix('"')?;
        let length = closing_quote(inner)?;
        self.rest = &inner[length + 1..];
        Some(&inner[..length])
    }
}

/// Where a quoted text ends, given what follows its opening quote.
pub(super) fn closing_quote(inner: &str) -> Option<usize> {
    let bytes = inner.as_bytes();
    let mut from = 0;
    loop {
        let at = from + memchr::memchr2(b'"', b'\\', &bytes[from..])?;
        if bytes[at] == b'"' {
            return Some(at);
        }
        from = (at + 2).min(bytes.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_end_where_no_backslash_stands_before_them() {
        let quoted = |text| {
            let mut scan = Scan::new(text);
            scan.quoted().map(|inner| (inner, scan.rest))
        };
        assert_eq!(quoted(r#""a b" c"#), Some(("a b", " c")));
        assert_eq!(quoted(r#""a\"b\\" c"#), Some((r#"a\"b\\"#, " c")));
        assert_eq!(quoted(r#""""#), Some(("", "")));
        for text in ["", "a", r#"""#, r#""a\""#, r#""a\"#, r#""\ü"#] {
            assert_eq!(quoted(text), None, "{text}");
        }
    }

    #[test]
    fn steps_pass_over_what_they_give() {
        let mut scan = Scan::new("12ab  c:d");
        assert_eq!(scan.digits(), Some("12"));
        assert_eq!(scan.digits(), None);
        assert_eq!(scan.word(), Some("ab"));
        scan.spaces();
        assert_eq!(scan.until(':'), Some("c"));
        assert_eq!(scan.until(':'), None);
        assert_eq!(scan.eat("x"), None);
        assert_eq!(scan.eat("d"), Some(()));
        assert_eq!(scan.word(), None);
    }
}
