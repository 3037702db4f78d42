//! [`LineSplitter`]: from bytes as they come to whole lines.
//!
//! A chunk is not a line: it can be several of them or a part of one, and a
//! character or a line break can be split between two chunks. Whatever the chunks,
//! the same bytes give the same lines, and memory stays bounded however long a line.

use jiff::Timestamp;

use crate::{
    model::{LogLine, Stream, Told, log::MAX_LINE_BYTES},
    text::{Styled, parse_log},
};

/// The longest time stamp and its space: `2006-01-02T15:04:05.999999999+07:00 `.
const MAX_STAMP_BYTES: usize = 36;

/// How many bytes of a line are held: its stamp, what is kept of it, and the rest of
/// a character that the cut would otherwise go through.
const HELD_BYTES: usize = MAX_STAMP_BYTES + MAX_LINE_BYTES + 4;

/// Splits one pipe's output into lines of at most [`MAX_LINE_BYTES`] bytes.
#[derive(Debug)]
pub struct LineSplitter {
    stream: Stream,
    stamped: bool,
    /// The unfinished line, as far as it is held.
    held: Vec<u8>,
    /// Its whole length so far.
    length: u64,
    /// Its last byte, which can be a carriage return that belongs to the line break.
    last: Option<u8>,
    /// The beginning of a record within a line, until it is known for a stamp or not.
    head: Option<Vec<u8>>,
}

impl LineSplitter {
    /// Splits output without time stamps.
    #[must_use]
    pub fn new(stream: Stream) -> Self {
        Self { stream, stamped: false, held: vec![], length: 0, last: None, head: None }
    }

    /// Splits output of which every line begins with an RFC 3339 time and a space.
    #[must_use]
    pub fn stamped(stream: Stream) -> Self {
        Self { stamped: true, ..Self::new(stream) }
    }

    /// Says that a record begins here, where records are known.
    ///
    /// An engine cuts a long line into records of its own and stamps each of them with
    /// the same time. Such a stamp within a line is no text and disappears; another one
    /// means that the line before it never got its line break.
    pub fn begin_record(&mut self) {
        if self.stamped && self.length > 0 && self.head.is_none() {
            self.head = Some(Vec::with_capacity(MAX_STAMP_BYTES));
        }
    }

    /// Takes a chunk and gives the lines that it finishes.
    pub fn push(&mut self, chunk: &[u8], mut emit: impl FnMut(LogLine)) {
        let mut rest = self.settle_head(chunk, &mut emit);
        while let Some(end) = memchr::memchr(b'\n', rest) {
            self.append(&rest[..end]);
            emit(self.take());
            rest = &rest[end + 1..];
        }
        self.append(rest);
    }

    /// Gives the last line when the output ended without a line break.
    #[must_use]
    pub fn finish(&mut self) -> Option<LogLine> {
        if let Some(head) = self.head.take() {
            self.append(&head);
        }
        (self.length > 0).then(|| self.take())
    }

    /// Takes from `chunk` what is needed to judge the beginning of a record; gives the rest.
    fn settle_head<'a>(&mut self, chunk: &'a [u8], emit: &mut impl FnMut(LogLine)) -> &'a [u8] {
        let Some(mut head) = self.head.take() else { return chunk };
        for (at, byte) in chunk.iter().enumerate() {
            if *byte == b'\n' {
                self.append(&head);
                return &chunk[at..];
            }
            head.push(*byte);
            if *byte == b' ' || head.len() == MAX_STAMP_BYTES {
                self.continue_with(&head, emit);
                return &chunk[at + 1..];
            }
        }
        self.head = Some(head);
        &[]
    }

    fn continue_with(&mut self, head: &[u8], emit: &mut impl FnMut(LogLine)) {
        if self.held.starts_with(head) && stamp_of(head).is_some() {
            return;
        }
        if stamp_of(head).is_some() {
            emit(self.take());
        }
        self.append(head);
    }

    fn append(&mut self, bytes: &[u8]) {
        let room = HELD_BYTES.saturating_sub(self.held.len());
        self.held.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.length += bytes.len() as u64;
        self.last = bytes.last().copied().or(self.last);
    }

    fn take(&mut self) -> LogLine {
        if self.last == Some(b'\r') {
            self.length -= 1;
            self.held.truncate(usize::try_from(self.length).unwrap_or(usize::MAX));
        }
        let (at, text) = match self.stamped.then(|| stamp_of(&self.held)).flatten() {
            Some((at, stamp_bytes)) => (Some(at), &self.held[stamp_bytes..]),
            None => (None, &self.held[..]),
        };
        let stamp_bytes = self.held.len() - text.len();
        let kept = kept_bytes(text);
        let line = LogLine {
            at,
            stream: self.stream,
            text: styled(&text[..kept]),
            cut_bytes: self.length - (stamp_bytes + kept) as u64,
            told: Told::default(),
        };
        self.held.clear();
        self.length = 0;
        self.last = None;
        line
    }
}

/// The text of a line; what is not UTF-8 shows as `�`.
fn styled(text: &[u8]) -> Styled {
    // Nearly every line is UTF-8, and this is quicker to tell so than the lossy way.
    match str::from_utf8(text) {
        Ok(text) => parse_log(text),
        Err(_) => parse_log(&String::from_utf8_lossy(text)),
    }
}

/// The time that a line begins with, and how many bytes it and its space take.
fn stamp_of(line: &[u8]) -> Option<(Timestamp, usize)> {
    let space = memchr::memchr(b' ', line.get(..MAX_STAMP_BYTES).unwrap_or(line))?;
    let stamp = str::from_utf8(&line[..space]).ok()?;
    Some((stamp.parse().ok()?, space + 1))
}

/// How many bytes of a line are kept, so that no character is cut in two.
fn kept_bytes(text: &[u8]) -> usize {
    if text.len() <= MAX_LINE_BYTES {
        return text.len();
    }
    let is_continuation = |at: usize| text[at] & 0b1100_0000 == 0b1000_0000;
    // A character has at most three continuation bytes; more of them are none.
    (MAX_LINE_BYTES - 3..=MAX_LINE_BYTES)
        .rev()
        .find(|&at| !is_continuation(at))
        .unwrap_or(MAX_LINE_BYTES)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(chunks: &[&[u8]], mut splitter: LineSplitter) -> Vec<LogLine> {
        let mut lines = vec![];
        for chunk in chunks {
            splitter.push(chunk, |line| lines.push(line));
        }
        lines.extend(splitter.finish());
        lines
    }

    fn texts(chunks: &[&[u8]]) -> Vec<String> {
        let lines = split(chunks, LineSplitter::new(Stream::Stdout));
        lines.iter().map(|line| line.as_str().to_owned()).collect()
    }

    /// Records as an engine sends them: each stamped, some of them parts of a line.
    fn split_records(records: &[&[u8]]) -> Vec<LogLine> {
        let mut splitter = LineSplitter::stamped(Stream::Stdout);
        let mut lines = vec![];
        for record in records {
            splitter.begin_record();
            splitter.push(record, |line| lines.push(line));
        }
        lines.extend(splitter.finish());
        lines
    }

    #[test]
    fn lines_survive_every_border_between_chunks() {
        assert_eq!(texts(&[b"a\nb"]), ["a", "b"]);
        assert_eq!(texts(&[b"a", b"\n", b"\nb\n"]), ["a", "", "b"]);
        assert_eq!(texts(&[b"a\r", b"\nb\r\n"]), ["a", "b"]);
        assert_eq!(texts(&["ä".as_bytes()[..1].as_ref(), &"ä".as_bytes()[1..]]), ["ä"]);
        assert_eq!(texts(&[]), [""; 0]);
    }

    #[test]
    fn only_the_carriage_return_before_the_line_break_belongs_to_it() {
        assert_eq!(texts(&[b"a\rb\r\r\n"]), ["a␍b␍"]);
        assert_eq!(texts(&[b"\r\n"]), [""]);
    }

    #[test]
    fn a_line_of_ten_megabytes_is_cut_counted_and_not_held() {
        let mut splitter = LineSplitter::new(Stream::Stderr);
        let mut lines = vec![];
        for _ in 0..10 * 1024 {
            splitter.push(&[b'x'; 1024], |line| lines.push(line));
        }
        assert!(splitter.held.capacity() <= 2 * HELD_BYTES, "{}", splitter.held.capacity());
        splitter.push(b"\r\nafter\n", |line| lines.push(line));
        assert_eq!(lines[0].as_str().len(), MAX_LINE_BYTES);
        assert_eq!(lines[0].cut_bytes, (10 * 1024 * 1024 - MAX_LINE_BYTES) as u64);
        assert_eq!(lines[1].as_str(), "after");
    }

    #[test]
    fn a_cut_never_goes_through_a_character() {
        let mut line = vec![b'x'; MAX_LINE_BYTES - 1];
        line.extend("€ and more".bytes());
        let lines = split(&[&line], LineSplitter::new(Stream::Stdout));
        assert_eq!(lines[0].as_str(), "x".repeat(MAX_LINE_BYTES - 1));
        assert_eq!(lines[0].cut_bytes, "€ and more".len() as u64);
    }

    #[test]
    fn a_stamp_is_the_time_and_no_text() {
        let lines = split(
            &[b"2026-11-20T09:43:17.5Z hello\nno stamp here\n"],
            LineSplitter::stamped(Stream::Stdout),
        );
        assert_eq!(lines[0].at, Some("2026-11-20T09:43:17.5Z".parse().unwrap()));
        assert_eq!(lines[0].as_str(), "hello");
        assert_eq!((lines[1].at, lines[1].as_str()), (None, "no stamp here"));
    }

    #[test]
    fn the_parts_of_a_long_line_are_joined_without_their_stamps() {
        let record = |text: &str| [b"2026-11-20T09:43:17Z ", text.as_bytes()].concat();
        let part = "x".repeat(MAX_LINE_BYTES);
        let records = [record(&part), record(&part), record("y\n"), record("after\n")];
        let records: Vec<&[u8]> = records.iter().map(Vec::as_slice).collect();
        let lines = split_records(&records);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].cut_bytes, (MAX_LINE_BYTES + 1) as u64);
        assert_eq!((lines[1].as_str(), lines[1].cut_bytes), ("after", 0));
    }

    #[test]
    fn a_line_without_its_line_break_ends_where_another_time_begins() {
        let lines = split_records(&[
            b"2026-11-20T09:43:17Z killed in the mid",
            b"2026-11-20T09:43:18Z started anew\n",
        ]);
        let texts: Vec<_> = lines.iter().map(LogLine::as_str).collect();
        assert_eq!(texts, ["killed in the mid", "started anew"]);
    }

    proptest! {
        #[test]
        fn any_chunking_of_the_same_bytes_gives_the_same_lines(
            bytes in prop::collection::vec(
                prop_oneof![Just(b'\n'), Just(b'\r'), Just(b' '), Just(0xe2), Just(0x82), any::<u8>()],
                0..400,
            ),
            borders in prop::collection::vec(0usize..400, 0..12),
        ) {
            let whole = split(&[&bytes], LineSplitter::new(Stream::Stdout));
            let pieces = cut_at(&bytes, borders);
            prop_assert_eq!(split(&pieces, LineSplitter::new(Stream::Stdout)), whole);
        }

        #[test]
        fn chunking_within_records_changes_nothing(
            records in prop::collection::vec(
                "(2026-11-20T09:43:1[78]Z )?[a-z ]{0,12}(\r?\n)?", 1..12,
            ),
            borders in prop::collection::vec(0usize..60, 0..6),
        ) {
            let whole = split_records(&records.iter().map(String::as_bytes).collect::<Vec<_>>());
            let mut splitter = LineSplitter::stamped(Stream::Stdout);
            let mut lines = vec![];
            for record in &records {
                splitter.begin_record();
                for piece in cut_at(record.as_bytes(), borders.clone()) {
                    splitter.push(piece, |line| lines.push(line));
                }
            }
            lines.extend(splitter.finish());
            prop_assert_eq!(lines, whole);
        }
    }

    fn cut_at(bytes: &[u8], mut borders: Vec<usize>) -> Vec<&[u8]> {
        borders.retain(|border| *border <= bytes.len());
        borders.extend([0, bytes.len()]);
        borders.sort_unstable();
        borders.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect()
    }
}
