//! Secrets that are known by their form.

use std::sync::LazyLock;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use regex::Regex;

use super::{Hidden, ours};

/// Tokens and keys that say what they are by their first letters.
const FORMS: &str = concat!(
    // JSON web tokens, signed or encrypted. All of it is ASCII: several times as fast.
    r"(?-u)eyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*){0,3}",
    // AWS.
    r"|(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}",
    // Code hosts and registries.
    r"|gh[opsur]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|npm_[A-Za-z0-9]{36}",
    r"|pypi-[\w-]{50,}|dckr_pat_[\w-]{20,}",
    // Services that many stacks talk to.
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,}|[rs]k_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[\w+/=]{16,}",
    r"|AIza[\w-]{35}|\bsk-[\w-]{20,}|SG\.[\w-]{16,}\.[\w-]{16,}",
    // Vault and age.
    r"|\bhv[sbr]\.[\w-]{20,}|AGE-SECRET-KEY-1[A-Z0-9]{20,}",
    // A private key that stands in one line, whole or cut.
    r"|-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?su:.)*?(?:-----END [A-Z0-9 ]*-----|$)",
);

/// A scheme of HTTP authentication with what stands behind it.
const SCHEMES: &str = r"(?i)\b(?:(bearer)|basic)(?:\s+|%20|\+)([A-Za-z0-9._~+/=-]{4,})";

/// How long a bearer's word is that is a token for its length alone.
const TOKEN_LENGTH: usize = 20;

/// How long the whole lines of an armoured key are.
const ARMOUR: std::ops::RangeInclusive<usize> = 60..=76;

static FORM: LazyLock<Regex> = LazyLock::new(|| ours(FORMS));

static SCHEME: LazyLock<Regex> = LazyLock::new(|| ours(SCHEMES));

/// Base64 as it is found, with its padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Finds what has the form of a secret.
pub(super) fn find(line: &str, hidden: &mut Vec<Hidden<'_>>) {
    hidden.extend(FORM.find_iter(line).map(|found| Hidden::bare(found.range())));
    for found in SCHEME.captures_iter(line) {
        let Some(value) = found.get(2) else { continue };
        let is_secret = match found.get(1) {
            Some(_) => is_token(value.as_str()),
            None => is_user_and_password(value.as_str()),
        };
        if is_secret {
            hidden.push(Hidden::bare(value.range()));
        }
    }
    if is_armour(line.trim()) {
        hidden.push(Hidden::bare(0..line.len()));
    }
}

/// Whether a word behind `Bearer` is no word of a sentence.
fn is_token(word: &str) -> bool {
    word.len() >= TOKEN_LENGTH || word.bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether a word behind `Basic` is what that scheme sends, which begins with a name.
fn is_user_and_password(word: &str) -> bool {
    let word = word.trim_end_matches('.');
    BASE64.decode(word).is_ok_and(|text| text.contains(&b':'))
}

/// Whether a whole line is one of the inside of an armoured key. The line that says so
/// may have been filtered away, or be another record's.
fn is_armour(line: &str) -> bool {
    let has = |is: fn(&u8) -> bool| line.as_bytes().iter().any(is);
    ARMOUR.contains(&line.len())
        && line.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
        // A checksum in one letter case is no key.
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(|byte| !byte.is_ascii_alphabetic())
}
