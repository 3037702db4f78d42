//! What `journalctl -o json` prints: one JSON object a line.

use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    engines::lines::LineSplitter,
    model::{LogLine, Severity, Stream, log::MAX_LINE_BYTES},
    sources::Teller,
    text::Clean,
};

/// A longer object is not held. A byte of a message takes up to four bytes as a number.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// The priority that journald gives what a unit prints without saying how bad it is.
const UNSAID: Severity = Severity::Info;

/// An entry of the journal.
#[derive(Debug, PartialEq)]
pub(super) struct Record {
    pub(super) cursor: Option<String>,
    pub(super) at: Option<Timestamp>,
    level: Option<Severity>,
    message: Vec<u8>,
}

/// Fields that are text, as a rule: the journal holds any bytes, and any number of
/// values of one name.
#[derive(Deserialize)]
struct Raw {
    #[serde(rename = "__CURSOR")]
    cursor: Option<String>,
    #[serde(rename = "__REALTIME_TIMESTAMP")]
    micros: Option<Value>,
    #[serde(rename = "PRIORITY")]
    priority: Option<Value>,
    #[serde(rename = "MESSAGE")]
    message: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    Text(String),
    /// What is not text.
    Bytes(Vec<u8>),
    /// Several values.
    Several(Vec<Value>),
    /// Anything else says nothing.
    Other(serde::de::IgnoredAny),
}

/// Takes objects out of what comes.
#[derive(Debug, Default)]
pub(super) struct Records {
    held: Vec<u8>,
    /// How long the object is that does not fit.
    lost: u64,
}

impl Records {
    /// Takes a chunk and gives the records that it finishes.
    pub(super) fn push(&mut self, mut chunk: &[u8], mut emit: impl FnMut(Record)) {
        while let Some(end) = memchr::memchr(b'\n', chunk) {
            self.hold(&chunk[..end]);
            chunk = &chunk[end + 1..];
            if let Some(record) = self.take() {
                emit(record);
            }
        }
        self.hold(chunk);
    }

    fn hold(&mut self, bytes: &[u8]) {
        if self.lost > 0 || self.held.len() + bytes.len() > MOST_BYTES {
            self.lost += (self.held.len() + bytes.len()) as u64;
            self.held = Vec::new();
        } else {
            self.held.extend_from_slice(bytes);
        }
    }

    fn take(&mut self) -> Option<Record> {
        let lost = std::mem::take(&mut self.lost);
        if lost > 0 {
            return Some(Record::of_us(&format!("⋯ a record of {lost} bytes is not shown")));
        }
        let held = std::mem::take(&mut self.held);
        if held.is_empty() {
            return None;
        }
        Some(Record::parse(&held).unwrap_or_else(|| {
            let shown = &held[..held.len().min(MAX_LINE_BYTES)];
            Record::of_us(&format!("⋯ not a record: {}", Clean::from_bytes(shown)))
        }))
    }
}

impl Record {
    fn parse(object: &[u8]) -> Option<Self> {
        let raw: Raw = serde_json::from_slice(object).ok()?;
        let number = |value: Option<Value>| value?.into_text()?.parse::<i64>().ok();
        Some(Self {
            cursor: raw.cursor,
            at: number(raw.micros).and_then(|micros| Timestamp::from_microsecond(micros).ok()),
            level: number(raw.priority).and_then(level_of),
            message: raw.message.map(Value::into_bytes).unwrap_or_default(),
        })
    }

    /// Something that we say in place of a record.
    fn of_us(text: &str) -> Self {
        Self { cursor: None, at: None, level: Some(Severity::Warn), message: text.into() }
    }

    /// Its lines. Those after the first belong to it.
    pub(super) fn lines(self, teller: &mut Teller) -> Vec<LogLine> {
        let mut lines = Vec::new();
        let mut splitter = LineSplitter::new(Stream::Stdout);
        splitter.push(&self.message, |line| lines.push(line));
        lines.extend(splitter.finish());
        if lines.is_empty() {
            lines.push(LogLine::new(self.at, Stream::Stdout, Clean::new("")));
        }
        for (number, line) in lines.iter_mut().enumerate() {
            line.at = self.at;
            teller.tell(line);
            let told = &mut line.told;
            // What a line says of itself goes before what journald says of everything.
            if told.level.is_none() || (told.is_guess && self.level != Some(UNSAID)) {
                told.level = self.level;
                told.is_guess = false;
            }
            told.continues |= number > 0;
        }
        lines
    }
}

impl Value {
    fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Bytes(bytes) => String::from_utf8(bytes).ok(),
            Self::Several(values) => values.into_iter().next()?.into_text(),
            Self::Other(_) => None,
        }
    }

    fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.into_bytes(),
            Self::Bytes(bytes) => bytes,
            Self::Several(values) => {
                let values: Vec<_> = values.into_iter().map(Self::into_bytes).collect();
                values.join(&b'\n')
            }
            Self::Other(_) => Vec::new(),
        }
    }
}

/// The severity of a syslog priority (RFC 5424, table 2).
fn level_of(priority: i64) -> Option<Severity> {
    Some(match priority {
        0..=2 => Severity::Fatal,
        3 => Severity::Error,
        4 => Severity::Warn,
        5 => Severity::Notice,
        6 => Severity::Info,
        7 => Severity::Debug,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::LogReading;

    fn records(chunks: &[&[u8]]) -> Vec<Record> {
        let (mut records, mut all) = (Records::default(), Vec::new());
        for chunk in chunks {
            records.push(chunk, |record| all.push(record));
        }
        all
    }

    fn texts(object: &str) -> Vec<String> {
        let mut teller = Teller::new(&LogReading::default());
        let all = records(&[object.as_bytes(), b"\n"]);
        let lines = all.into_iter().flat_map(|record| record.lines(&mut teller));
        lines.map(|line| line.as_str().to_owned()).collect()
    }

    #[test]
    fn a_record_has_time_level_and_message() {
        let object = br#"{"__CURSOR":"s=1;i=2","__REALTIME_TIMESTAMP":"1763631797000123",
            "PRIORITY":"3","MESSAGE":"out of memory","_PID":"7"}"#;
        let object: Vec<u8> = object.iter().copied().filter(|byte| *byte != b'\n').collect();
        let record = records(&[&object, b"\n"]).remove(0);
        assert_eq!(record.cursor.as_deref(), Some("s=1;i=2"));
        assert_eq!(record.level, Some(Severity::Error));
        let mut teller = Teller::new(&LogReading::default());
        let line = record.lines(&mut teller).remove(0);
        assert_eq!(line.as_str(), "out of memory");
        assert_eq!(line.at, Timestamp::from_microsecond(1_763_631_797_000_123).ok());
        assert_eq!(line.told.level, Some(Severity::Error));
    }

    #[test]
    fn a_message_may_be_bytes_several_texts_or_nothing() {
        assert_eq!(texts(r#"{"MESSAGE":[104,105,27,91]}"#), ["hi␛["]);
        assert_eq!(texts(r#"{"MESSAGE":["a",[98,255]]}"#), ["a", "b\u{fffd}"]);
        assert_eq!(texts(r#"{"MESSAGE":null}"#), [""]);
        assert_eq!(texts("{}"), [""]);
        assert_eq!(texts(r#"{"MESSAGE":7}"#), [""]);
        assert_eq!(texts("no json"), ["⋯ not a record: no json"]);
    }

    #[test]
    fn the_lines_of_one_message_belong_together() {
        let object = r#"{"MESSAGE":"Traceback\n  File x\n","PRIORITY":"6"}"#;
        let record = records(&[object.as_bytes(), b"\n"]).remove(0);
        let lines = record.lines(&mut Teller::new(&LogReading::default()));
        let told: Vec<_> = lines.iter().map(|line| (line.as_str(), line.told.continues)).collect();
        assert_eq!(told, [("Traceback", false), ("  File x", true)]);
    }

    #[test]
    fn a_record_without_an_end_is_not_held() {
        let mut all = Records::default();
        let mut said = Vec::new();
        for _ in 0..=MOST_BYTES / 1024 {
            all.push(&[b'x'; 1024], |record| said.push(record));
            assert!(all.held.len() <= MOST_BYTES);
        }
        all.push(b"\n{\"MESSAGE\":\"next\"}\n", |record| said.push(record));
        let texts: Vec<_> =
            said.iter().map(|record| String::from_utf8_lossy(&record.message)).collect();
        let lost = MOST_BYTES + 1024;
        assert_eq!(texts, [format!("⋯ a record of {lost} bytes is not shown"), "next".into()]);
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_chunks_give_the_same_records(
            bytes in prop::collection::vec(
                prop_oneof![Just(b'\n'), Just(b'{'), Just(b'"'), any::<u8>()], 0..300),
            border in 0usize..300,
        ) {
            let (first, second) = bytes.split_at(border.min(bytes.len()));
            prop_assert_eq!(records(&[&bytes]), records(&[first, second]));
        }
    }
}
