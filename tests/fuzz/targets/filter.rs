//! Anything that somebody writes for a filter.
#![no_main]

use std::sync::LazyLock;

use jiff::{Timestamp, tz::TimeZone};
use libfuzzer_sys::fuzz_target;
use midwatch::{
    logs::{Filter, Record, Vocabulary, complete, format::Reader},
    model::Stream,
};

/// Lines of several formats, also of more than one line.
const LINES: [&str; 7] = [
    r#"{"ts":"2026-11-20T03:12:41Z","level":"warn","msg":"timed out","user_id":42,"a":{"b":[1,2]}}"#,
    "ts=2026-11-20T03:12:41Z level=error msg=\"a \\\"b\\\"\" user_id=42 took=0.5",
    "10.0.0.7 - - [20/Nov/2026:03:12:41 +0000] \"GET /healthz HTTP/1.1\" 503 7 \"-\" \"curl\"",
    "2026-11-20 03:12:41,123 ERROR app: größer ÄÖÜ",
    "Traceback (most recent call last):\n  File \"a.py\", line 1\nValueError: no",
    "plain words, nothing else",
    "",
];

fuzz_target!(|input: &str| {
    let now = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
    check_completions(input);
    let filter = match Filter::parse(input, &now) {
        Ok(filter) => filter,
        Err(error) => {
            assert!(input.get(error.at.clone()).is_some(), "{error:?}");
            assert!(!error.message.is_empty());
            return;
        }
    };
    assert_eq!((filter.text(), filter.to_string().as_str()), (input, input));
    let contrary = Filter::parse(&format!("not ( {input} )"), &now).ok();
    let mut reader = Reader::new(None, TimeZone::UTC);
    for (n, text) in LINES.iter().enumerate() {
        let at = Timestamp::from_second(n as i64 * 100_000_000).expect("within time");
        let record = Record {
            service: ["api", "", "größer"][n % 3],
            instance: "api-1",
            stream: if n % 2 == 0 { Stream::Stdout } else { Stream::Stderr },
            at,
            told: reader.read(Some(at), text.split('\n').next().unwrap_or_default()),
            text,
        };
        let is_wanted = filter.matches(&record);
        assert!(is_wanted || !filter.is_empty());
        if let Some(contrary) = contrary.as_ref().filter(|_| !filter.is_empty()) {
            assert_ne!(contrary.matches(&record), is_wanted, "{input:?} of {text:?}");
        }
    }
});

/// What is offered fits in, wherever the cursor is.
fn check_completions(input: &str) {
    static WORDS: LazyLock<Vocabulary> = LazyLock::new(words);
    // Longer ones would be asked about so often that few could be tried.
    if input.len() > 40 {
        return;
    }
    for cursor in (0..=input.len()).filter(|at| input.is_char_boundary(*at)) {
        for offered in complete(input, cursor, &WORDS) {
            assert!(input.get(offered.replace.clone()).is_some(), "{offered:?}");
            assert!(offered.replace.contains(&cursor) || offered.replace.end == cursor);
            assert!(!offered.with.is_empty());
        }
    }
}

/// What is on the screen while the filter is written.
fn words() -> Vocabulary {
    let mut words = Vocabulary::new();
    let mut reader = Reader::new(None, TimeZone::UTC);
    for text in LINES {
        let at = Timestamp::UNIX_EPOCH;
        let told = reader.read(Some(at), text);
        let stream = Stream::Stdout;
        words.learn(&Record { service: "api", instance: "api-1", stream, at, told, text });
    }
    words
}
