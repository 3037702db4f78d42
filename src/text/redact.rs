//! Secrets: a type that cannot be printed, and the rule that finds them by name.

use std::{fmt, ops::Range, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Clean;

/// What stands on the screen and in every export in place of a secret.
pub const MASK: &str = "••••••";

/// Parts of a name that mark its value as a secret (actions.md, redaction).
const SECRET_WORDS: [&str; 9] =
    ["PASS", "SECRET", "TOKEN", "KEY", "DSN", "CREDENTIAL", "PWD", "AUTH", "COOKIE"];

/// How far from its beginning the user information of a URL may end, in bytes, when it
/// is not written as it should be.
const MAX_USER_INFO: usize = 256;

/// Gives a value that shows as a mask everywhere except through [`Secret::reveal`] and
/// [`Secret::expose`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    raw: Arc<str>,
    shown: Clean,
}

impl Secret {
    /// Hides a value.
    #[must_use]
    pub fn new(value: &str) -> Self {
        Self { raw: value.into(), shown: Clean::new(value) }
    }

    /// The value as it can be shown, for the one place that a person asked to see it in.
    #[must_use]
    pub fn reveal(&self) -> &Clean {
        &self.shown
    }

    /// The value as it is, byte by byte, for whom it proves something to; never to be shown.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.raw
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(MASK)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|value| Self::new(&value))
    }
}

/// Whether a variable or label of this name is taken for a secret.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    SECRET_WORDS.iter().any(|word| name.contains(word))
}

/// Masks the user information of every URL in `text` (`scheme://user:pass@host`).
#[must_use]
pub fn mask_urls(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for Range { start, end } in url_secrets(text) {
        out.push_str(&text[from..start]);
        out.push_str(MASK);
        from = end;
    }
    out.push_str(&text[from..]);
    out
}

/// Where the user information of every URL in `text` is, in bytes and in order.
///
/// URLs whose slashes JSON has escaped (`https:\/\/bob:pw@host`) count, and passwords
/// with slashes and the like that somebody forgot to escape.
pub fn url_secrets(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.match_indices(':').filter_map(|(colon, _)| {
        let slashes = ["//", r"\/\/"].into_iter().find(|it| text[colon + 1..].starts_with(it))?;
        let start = colon + 1 + slashes.len();
        let length = user_info(&text[start..])?;
        Some(start..start + length)
    })
}

/// How much of the text behind the slashes of a URL is user information.
fn user_info(rest: &str) -> Option<usize> {
    let end = rest.find(|c: char| c.is_whitespace() || "/?#\"'\\".contains(c));
    let authority = &rest[..end.unwrap_or(rest.len())];
    if let Some(at) = authority.rfind('@') {
        return Some(at);
    }
    // What looks like a host and a port with letters is a name and half a password.
    let (name, port) = authority.split_once(':').filter(|_| !authority.starts_with('['))?;
    if !name.is_empty() && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let within = |(at, c): &(usize, char)| *at < MAX_USER_INFO && !c.is_whitespace();
    rest.char_indices().take_while(within).filter(|(_, c)| *c == '@').last().map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_only_when_revealed() {
        let secret = Secret::new("hunter2");
        let shown = format!("{secret} {secret:?} {}", serde_json::to_string(&secret).unwrap());
        assert!(!shown.contains("hunter2"), "{shown}");
        assert_eq!(secret.reveal().as_str(), "hunter2");
    }

    #[test]
    fn a_secret_is_handed_over_as_it_is_and_shown_as_it_can_be() {
        let secret = Secret::new("hun\u{1b}ter\u{200d}2");
        assert_eq!(secret.expose(), "hun\u{1b}ter\u{200d}2");
        assert_eq!(secret.reveal().as_str(), "hun␛ter‹U+200D›2");
    }

    #[test]
    fn url_credentials_are_masked_and_the_rest_is_kept() {
        assert_eq!(
            mask_urls("postgres://bob:p@ss@db:5432/x and http://plain/y"),
            format!("postgres://{MASK}@db:5432/x and http://plain/y"),
        );
    }

    #[test]
    fn url_credentials_that_are_written_wrongly_or_escaped_are_masked_too() {
        let masked = format!("amqp://{MASK}@mq");
        for text in ["amqp://bob:p/s?s@mq", "amqp://bob:p#ss@mq", "amqp://:p'\"s@mq"] {
            assert_eq!(mask_urls(text), masked, "{text}");
        }
        assert_eq!(mask_urls(r"https:\/\/bob:pw@h\/x"), format!(r"https:\/\/{MASK}@h\/x"));
        for text in [
            "http://localhost:3000/users/@me",
            "https://unpkg.com/@scope/pkg",
            "http://[::1]:80/@x",
            "12:30 //comment",
            "see http://a:1/ or mail bob@example.com",
        ] {
            assert_eq!(mask_urls(text), text);
        }
    }

    #[test]
    fn names_that_carry_secrets_are_known() {
        assert!(["DB_PASSWORD", "api_key", "SENTRY_DSN"].into_iter().all(is_secret_name));
        assert!(!is_secret_name("PATH"));
    }
}
