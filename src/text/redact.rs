//! Secrets: a type that cannot be printed, and the rule that finds them by name.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Clean;

/// What stands on the screen and in every export in place of a secret.
pub const MASK: &str = "••••••";

/// Parts of a name that mark its value as a secret (actions.md, redaction).
const SECRET_WORDS: [&str; 9] =
    ["PASS", "SECRET", "TOKEN", "KEY", "DSN", "CREDENTIAL", "PWD", "AUTH", "COOKIE"];

/// Gives a value that shows as a mask everywhere except through [`Secret::reveal`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Clean);

impl Secret {
    /// Hides a value.
    #[must_use]
    pub fn new(value: &str) -> Self {
        Self(Clean::new(value))
    }

    /// The value itself, for the one place that a person asked to see it in.
    #[must_use]
    pub fn reveal(&self) -> &Clean {
        &self.0
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
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (head, tail) = rest.split_at(at + 3);
        out.push_str(head);
        let end = tail.find(|c: char| c.is_whitespace() || "/?#\"'".contains(c));
        let authority = &tail[..end.unwrap_or(tail.len())];
        match authority.rfind('@') {
            Some(user_end) => {
                out.push_str(MASK);
                out.push_str(&authority[user_end..]);
            }
            None => out.push_str(authority),
        }
        rest = &tail[authority.len()..];
    }
    out.push_str(rest);
    out
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
    fn url_credentials_are_masked_and_the_rest_is_kept() {
        assert_eq!(
            mask_urls("postgres://bob:p@ss@db:5432/x and http://plain/y"),
            format!("postgres://{MASK}@db:5432/x and http://plain/y"),
        );
    }

    #[test]
    fn names_that_carry_secrets_are_known() {
        assert!(["DB_PASSWORD", "api_key", "SENTRY_DSN"].into_iter().all(is_secret_name));
        assert!(!is_secret_name("PATH"));
    }
}
