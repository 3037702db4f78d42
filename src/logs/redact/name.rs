//! Which names carry secrets, as logs write them.

/// Where a name that matters may be: looked for first, so that a line without one costs
/// one pass.
pub(super) const WORDS: &str = "(?i-u)pass|pwd|secret|credential|token|auth|cookie|dsn|jwt|\
                                signature|sess|key|connection[ _-]?string|\\bsig\\b";

/// What makes a name secret wherever it stands in it.
const ANYWHERE: [&str; 16] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "credential",
    "apikey",
    "accesskey",
    "accountkey",
    "authkey",
    "encryptionkey",
    "masterkey",
    "privatekey",
    "sharedkey",
    "signingkey",
    "connectionstring",
];

/// What makes a name secret that ends so.
const AT_THE_END: [&str; 13] = [
    "pass",
    "pwd",
    "token",
    "tokens",
    "auth",
    "authorization",
    "cookie",
    "cookies",
    "dsn",
    "jwt",
    "signature",
    "sessionid",
    "sessid",
];

/// Ends of names that tell about a secret and not the secret.
const ABOUT: [&str; 12] = [
    "file",
    "path",
    "name",
    "type",
    "count",
    "length",
    "policy",
    "ttl",
    "expiry",
    "expires",
    "expiresin",
    "expiresat",
];

/// Words that end as a secret's name does.
const HARMLESS: [&str; 3] = ["bypass", "compass", "trespass"];

/// What a name says about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A secret in one word, or in quotes.
    Word,
    /// A password: said without a sign between in SQL (`PASSWORD 'x'`).
    Password,
    /// A header of several words, the first of which may be a scheme.
    Authorization,
    /// A header of several pairs.
    Cookie,
    /// A secret, or how many there are.
    Several,
}

/// What the value of this name is; `None` when it is no secret.
///
/// Narrower than the rule for environment variables
/// ([`is_secret_name`](crate::text::redact::is_secret_name)), which hides every `…KEY…`
/// and `…AUTH…`: logs are full of cache keys and authors.
pub(super) fn kind(name: &str) -> Option<Kind> {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    let ends = |ends: &[&str]| ends.iter().any(|end| plain.ends_with(end));
    if ends(&ABOUT) || ends(&HARMLESS) {
        return None;
    }
    let secret =
        plain == "sig" || ends(&AT_THE_END) || ANYWHERE.iter().any(|it| plain.contains(it));
    secret.then(|| match &*plain {
        it if it.contains("password") => Kind::Password,
        it if it.ends_with("authorization") => Kind::Authorization,
        it if it.ends_with("cookie") => Kind::Cookie,
        it if it.ends_with("tokens") || it.ends_with("cookies") => Kind::Several,
        _ => Kind::Word,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_in_every_spelling() {
        for name in [
            "password",
            "PGPASSWORD",
            "userPassword",
            "db_pass",
            "Pwd",
            "client_secret",
            "X-Api-Key",
            "apiKey",
            "aws_secret_access_key",
            "accessToken",
            "csrfmiddlewaretoken",
            "_auth",
            "SENTRY_DSN",
            "PHPSESSID",
            "X-Amz-Signature",
            "sig",
            "secretary_password_hash",
        ] {
            assert!(kind(name).is_some(), "{name}");
        }
        assert_eq!(kind("Proxy-Authorization"), Some(Kind::Authorization));
        assert_eq!(kind("Set-Cookie"), Some(Kind::Cookie));
    }

    #[test]
    fn names_that_only_look_like_it_are_left() {
        for name in [
            "key",
            "cache_key",
            "author",
            "monkey",
            "bypass",
            "passed",
            "password_file",
            "tokenType",
            "secretName",
            "token_count",
            "signal",
            "session",
            "keyword",
            "tokenizer",
        ] {
            assert_eq!(kind(name), None, "{name}");
        }
    }
}
