//! [`Masker`]: a redactor that remembers the private key it is in.

use std::{borrow::Cow, collections::BTreeMap};

use super::Redactor;
use crate::text::redact::MASK;

/// How many lines a private key may have: one of 16384 bits has about 200. After that it
/// is taken for one without an end, which must not hide everything that follows.
const MAX_KEY_LINES: u32 = 256;

/// How many sources may be in the middle of a key at once; others go by the form of
/// each line alone.
const MAX_OPEN: usize = 1024;

/// Hides secrets in lines of several sources that come one after the other, private
/// keys over several lines among them.
#[derive(Clone, Debug, Default)]
pub struct Masker {
    redactor: Redactor,
    /// The sources in whose key we are, and how many lines of it there may still be.
    open: BTreeMap<String, u32>,
}

impl Masker {
    /// Begins outside of any key.
    #[must_use]
    pub fn new(redactor: Redactor) -> Self {
        Self { redactor, open: BTreeMap::new() }
    }

    /// The next line of a source without its secrets. The source is what tells the lines
    /// of one program from those of another, such as an instance.
    pub fn line<'t>(&mut self, source: &str, line: &'t str) -> Cow<'t, str> {
        if let Some(left) = self.open.get_mut(source) {
            *left -= 1;
            if *left == 0 || line.contains("-----END ") {
                self.open.remove(source);
            }
            return Cow::Borrowed(MASK);
        }
        if begins_key(line) && self.open.len() < MAX_OPEN {
            self.open.insert(source.into(), MAX_KEY_LINES);
        }
        self.redactor.mask(line)
    }

    /// The rules for a single line, or a part of one.
    #[must_use]
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }
}

fn begins_key(line: &str) -> bool {
    let Some((_, rest)) = line.rsplit_once("-----BEGIN ") else { return false };
    let Some((what, rest)) = rest.split_once("-----") else { return false };
    what.contains("PRIVATE KEY") && !rest.contains("-----END ")
}
