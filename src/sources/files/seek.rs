//! Finding where to begin in a file, without reading it from its start.

use std::{fs::File, io, os::unix::fs::FileExt as _};

use jiff::Timestamp;

/// How much is read at once.
const BLOCK: usize = 64 * 1024;

/// The last lines are looked for in so much of a file's end, in bytes. More lines than
/// this holds fit no store.
pub(super) const MOST: u64 = 64 << 20;

/// Where the last lines of a file begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    /// The offset of the first of them.
    pub(super) start: u64,
    /// How many there are; fewer than wanted when there are no more.
    pub(super) lines: usize,
}

/// Finds the last `wanted` lines of a file of `size` bytes, in blocks from its end. Lines
/// before the last [`MOST`] bytes are taken for not wanted.
pub(super) fn last_lines(file: &File, size: u64, wanted: usize) -> io::Result<End> {
    if wanted == 0 || size == 0 {
        return Ok(End { start: size, lines: 0 });
    }
    let mut block = vec![0; BLOCK];
    let mut lines = 0;
    let mut at = size;
    let floor = size.saturating_sub(MOST);
    let mut first_break = size;
    while at > floor {
        let begin = at.saturating_sub(BLOCK as u64).max(floor);
        let block = &mut block[..(at - begin) as usize];
        file.read_exact_at(block, begin)?;
        for found in memchr::memrchr_iter(b'\n', block) {
            let next = begin + found as u64 + 1;
            // The line break at the very end begins no line.
            if next == size {
                continue;
            }
            lines += 1;
            first_break = next;
            if lines == wanted {
                return Ok(End { start: next, lines });
            }
        }
        at = begin;
    }
    if floor == 0 {
        return Ok(End { start: 0, lines: lines + 1 });
    }
    Ok(End { start: first_break, lines: wanted })
}

/// Finds an offset at the beginning of a line before which no line is of `since` or
/// later, and not far before the first that is; `time_of` tells the time of a line.
pub(super) fn before_time(
    file: &File,
    size: u64,
    since: Timestamp,
    mut time_of: impl FnMut(&str) -> Option<Timestamp>,
) -> io::Result<u64> {
    let (mut low, mut high) = (0, size);
    let mut block = vec![0; BLOCK];
    while high - low > 2 * BLOCK as u64 {
        let middle = low + (high - low) / 2;
        let length = read_up_to(file, &mut block, middle)?;
        // The first part of the block belongs to a line that began before.
        let mut lines = block[..length].split(|byte| *byte == b'\n').skip(1);
        let time = lines.find_map(|line| time_of(&String::from_utf8_lossy(line)));
        match time {
            Some(time) if time < since => low = middle,
            // Where nothing tells a time, what lies before stays in.
            _ => high = middle,
        }
    }
    line_start(file, low, &mut block)
}

/// The beginning of the first line at or behind an offset, not far behind it.
fn line_start(file: &File, offset: u64, block: &mut [u8]) -> io::Result<u64> {
    if offset == 0 {
        return Ok(0);
    }
    let length = read_up_to(file, block, offset)?;
    let line_break = memchr::memchr(b'\n', &block[..length]);
    Ok(line_break.map_or(offset, |at| offset + at as u64 + 1))
}

/// Reads as much as there is, up to the length of the block.
pub(super) fn read_up_to(file: &File, block: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut length = 0;
    while length < block.len() {
        match file.read_at(&mut block[length..], offset + length as u64) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn file(content: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        file
    }

    #[test]
    fn the_last_lines_are_found_whatever_the_end() {
        let end = |text: &str, wanted| {
            let End { start, lines } =
                last_lines(&file(text.as_bytes()), text.len() as u64, wanted).unwrap();
            (text[start as usize..].to_owned(), lines)
        };
        assert_eq!(end("a\nb\nc\n", 2), ("b\nc\n".into(), 2));
        assert_eq!(end("a\nb\nc", 2), ("b\nc".into(), 2));
        assert_eq!(end("a\nb\n", 5), ("a\nb\n".into(), 2));
        assert_eq!(end("a\n\n\n", 2), ("\n\n".into(), 2));
        assert_eq!(end("", 5), (String::new(), 0));
        assert_eq!(end("a\n", 0), (String::new(), 0));
    }

    #[test]
    fn the_end_of_a_file_of_ten_gigabytes_is_found_at_once() {
        let file = tempfile::tempfile().unwrap();
        let size: u64 = 10 << 30;
        file.set_len(size).unwrap();
        file.write_all_at(b"\nlast\n", size - 6).unwrap();
        let end = last_lines(&file, size, 1).unwrap();
        assert_eq!(end, End { start: size - 5, lines: 1 });
        // All before is one line without an end: it is not looked for.
        assert_eq!(last_lines(&file, size, 500).unwrap().start, size - 5);
    }

    #[test]
    fn a_time_is_found_by_halves() {
        let lines: Vec<_> = (0..100_000).map(|n| format!("{n} some words\n")).collect();
        let text = lines.concat();
        let time = |line: &str| {
            let second = line.split(' ').next()?.parse().ok()?;
            Timestamp::from_second(second).ok()
        };
        let file = file(text.as_bytes());
        let mut asked = 0;
        let wanted = Timestamp::from_second(77_777).unwrap();
        let start = before_time(&file, text.len() as u64, wanted, |line| {
            asked += 1;
            time(line)
        });
        let rest = &text[start.unwrap() as usize..];
        let first: i64 = rest.split(' ').next().unwrap().parse().unwrap();
        assert!(first <= 77_777 && 77_777 - first < 20_000, "{first}");
        assert!(asked < 20, "{asked}");
        let untold = before_time(&file, text.len() as u64, wanted, |_| None).unwrap();
        assert_eq!(untold, 0, "without a time nothing is left out");
    }

    proptest! {
        #[test]
        fn the_last_lines_are_those_of_the_whole(
            lines in prop::collection::vec("[a-z]{0,40}", 0..200),
            is_ended in any::<bool>(),
            wanted in 1usize..250,
        ) {
            let mut text = lines.join("\n");
            if is_ended {
                text.push('\n');
            }
            let all: Vec<&str> = text.split_inclusive('\n').collect();
            let last = &all[all.len().saturating_sub(wanted)..];
            let end = last_lines(&file(text.as_bytes()), text.len() as u64, wanted).unwrap();
            prop_assert_eq!(&text[end.start as usize..], last.concat());
            prop_assert_eq!(end.lines, last.len());
        }
    }
}
