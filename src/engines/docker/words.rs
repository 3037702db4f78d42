//! Text from the API, shortened and without the secrets that command lines carry.

use jiff::Timestamp;

use crate::text::{
    Clean,
    redact::{MASK, is_secret_name, mask_urls},
};

/// The longest name, label or command that is kept, in bytes.
const MAX_BYTES: usize = 4096;

/// Text from the API, at most [`MAX_BYTES`] of it.
pub(super) fn short(text: &str) -> Clean {
    Clean::new(cut(text, MAX_BYTES))
}

/// A text that may be missing, which is the same as an empty one.
#[expect(clippy::ref_option, reason = "the fields of bollard's types are given as they are")]
pub(super) fn text(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default()
}

/// The beginning of a text, at most so many bytes and whole characters.
pub(super) fn cut(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A moment; `None` for what is no time, and for the zero time that stands for never.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let moment: Timestamp = text.parse().ok()?;
    (moment > Timestamp::UNIX_EPOCH).then_some(moment)
}

/// A command line without the secrets in it: the user information of URLs,
/// `--password=x`, `--token x`, `SECRET=x`.
pub(super) fn command(line: &str) -> Clean {
    let mut masked = String::with_capacity(line.len());
    let mut hide_next = false;
    for word in mask_urls(cut(line, MAX_BYTES)).split_inclusive(' ') {
        let text = word.trim_end_matches(' ');
        let space = &word[text.len()..];
        match text.split_once('=') {
            _ if hide_next && !text.is_empty() && !text.starts_with('-') => masked.push_str(MASK),
            Some((name, value)) if is_secret_name(name) && !value.is_empty() => {
                masked.push_str(name);
                masked.push('=');
                masked.push_str(MASK);
            }
            _ => masked.push_str(text),
        }
        masked.push_str(space);
        hide_next = text.starts_with('-') && !text.contains('=') && is_secret_name(text);
    }
    Clean::new(&masked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_a_command_line_are_masked() {
        let line = "serve --password=hunter2 --token hunter2 -v --db postgres://u:hunter2@db/x API_KEY=hunter2";
        let shown = command(line);
        assert_eq!(
            shown.as_str(),
            format!(
                "serve --password={MASK} --token {MASK} -v --db postgres://{MASK}@db/x API_KEY={MASK}"
            )
        );
    }

    #[test]
    fn a_plain_command_is_shown_as_it_is() {
        let line = "sh -c  'for n in 1 2; do echo $n; done'";
        assert_eq!(command(line).as_str(), line);
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(cut("aé", 2), "a");
        assert_eq!(short(&"é".repeat(MAX_BYTES)).as_str().len(), MAX_BYTES);
    }

    #[test]
    fn the_zero_time_and_impossible_times_are_never() {
        assert_eq!(moment("0001-01-01T00:00:00Z"), None);
        assert_eq!(moment("9999-12-31T23:59:59Z"), None);
        assert_eq!(moment("tomorrow"), None);
        assert!(moment("2026-11-20T09:43:17.744989859Z").is_some());
    }
}
