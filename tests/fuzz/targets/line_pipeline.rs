//! Any bytes, on their way from a pipe to the screen.
#![no_main]

use jiff::{Timestamp, tz::TimeZone};
use libfuzzer_sys::fuzz_target;
use midwatch::{
    engines::lines::LineSplitter,
    logs::format::{Reader, field, parts, whole},
    model::{LogLine, Stream, log::MAX_LINE_BYTES},
    store::logs::{LineRef, Snapshot},
    text::Clean,
};

/// Names of fields that lines of several formats have, and that none has.
const NAMES: [&str; 6] = ["message", "trace_id", "status", "a.b", "level", ""];

// The first byte says where the others are cut.
fuzz_target!(|input: &[u8]| {
    let Some((seed, bytes)) = input.split_first() else { return };
    check_chunks(LineSplitter::stamped, bytes, *seed);
    let mut lines = check_chunks(LineSplitter::new, bytes, *seed);
    lines.iter().for_each(check_clean);
    understand(&mut lines, *seed);
    check_kept(&lines);
});

/// The same records give the same lines, however many chunks they come in.
fn check_chunks(new: fn(Stream) -> LineSplitter, bytes: &[u8], seed: u8) -> Vec<LogLine> {
    let mut borders = Borders(u32::from(seed));
    let records = borders.cut(bytes, 300);
    let at_once = split(new(Stream::Stdout), &records, |record| vec![record]);
    let in_pieces = split(new(Stream::Stdout), &records, |record| borders.cut(record, 40));
    assert_eq!(at_once, in_pieces);
    at_once
}

fn split<'a>(
    mut splitter: LineSplitter,
    records: &[&'a [u8]],
    mut chunks: impl FnMut(&'a [u8]) -> Vec<&'a [u8]>,
) -> Vec<LogLine> {
    let mut lines = Vec::new();
    for record in records {
        splitter.begin_record();
        for chunk in chunks(record) {
            splitter.push(chunk, |line| lines.push(line));
        }
    }
    lines.extend(splitter.finish());
    lines
}

/// Where to cut, from a seed: a linear congruential generator.
struct Borders(u32);

impl Borders {
    /// Cuts bytes into pieces that are shorter than `most`.
    fn cut<'a>(&mut self, mut bytes: &'a [u8], most: u32) -> Vec<&'a [u8]> {
        let mut pieces = Vec::new();
        while !bytes.is_empty() {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (piece, rest) =
                bytes.split_at(((self.0 >> 16) % most).min(bytes.len() as u32) as usize);
            pieces.push(piece);
            bytes = rest;
        }
        pieces
    }
}

/// A line shows what it is, and makes a terminal do nothing.
fn check_clean(line: &LogLine) {
    let text = line.as_str();
    assert!(!text.chars().any(char::is_control), "{text:?}");
    assert_eq!(Clean::new(text).as_str(), text, "what is clean is not cleaned any further");
    assert!(text.len() <= 8 * MAX_LINE_BYTES + 3);
    let pieces: String = line.text.pieces().map(|(piece, _)| piece).collect();
    assert_eq!(pieces, text);
}

/// Takes lines for what they say, and takes them apart.
fn understand(lines: &mut [LogLine], seed: u8) {
    let mut reader = Reader::new(None, TimeZone::UTC);
    for (n, line) in lines.iter_mut().enumerate() {
        // Some engines tell no time, some tell the same for many lines.
        let second = i64::from(seed) * 40_000_000 - 5_000_000_000 + n as i64 / 3;
        line.at = (seed % 3 > 0).then(|| Timestamp::from_second(second).unwrap());
        line.told = reader.read(line.at, line.as_str());
        let (format, text) = (line.told.format, line.as_str());
        let parts = parts(format, text);
        for name in NAMES {
            let _ = field(format, text, name);
        }
        let named = parts.iter().flat_map(|parts| &parts.fields).take(20);
        for part in named.filter(|part| part.name != "message") {
            let first =
                parts.iter().flat_map(|parts| &parts.fields).find(|it| it.name == part.name);
            assert_eq!(field(format, text, &part.name).as_ref(), first.map(|it| &it.value));
        }
        for row in whole(format, text) {
            assert!(!row.chars().any(char::is_control), "{row:?} of {text:?}");
        }
    }
}

/// A log gives what it was given.
fn check_kept(lines: &[LogLine]) {
    let kept: Snapshot = lines.iter().cloned().collect();
    assert_eq!(kept.lines(), 0..lines.len() as u64);
    for (n, (put, got)) in lines.iter().zip(kept.iter()).enumerate() {
        assert_eq!(got.number(), n as u64);
        assert_eq!(got.text(), put.as_str());
        assert_eq!(got.styled(), put.text.as_styled_str());
        assert_eq!(got.stream(), put.stream);
        assert_eq!(got.cut_bytes(), put.cut_bytes);
        assert_eq!(got.told().level, put.told.level);
        assert_eq!(
            (got.told().format, got.told().continues),
            (put.told.format, put.told.continues)
        );
        assert_eq!(got.engine_time(), put.at);
    }
    assert!(kept.iter().is_sorted_by_key(LineRef::at));
    let blocks: Vec<_> = kept.blocks().collect();
    let texts: Vec<&str> = blocks.iter().rev().map(|block| block.text()).collect();
    let expected: Vec<&str> = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
    assert_eq!(texts.concat(), expected.concat());
    let records = blocks.iter().rev().flat_map(|block| block.records());
    let numbers: Vec<u64> = records.flat_map(|(_, numbers, _)| numbers).collect();
    assert!(numbers.into_iter().eq(kept.lines()), "every line is in one record");
}
