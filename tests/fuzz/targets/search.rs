//! Any pattern, in any lines.
#![no_main]

use libfuzzer_sys::fuzz_target;
use midwatch::logs::{Case, Search};
use regex::Regex;

// A pattern, a line feed, and the lines to look for it in.
fuzz_target!(|input: &str| {
    let Some((pattern, block)) = input.split_once('\n') else { return };
    if let Ok(search) = Search::new(pattern) {
        check_block(&search, block);
        assert_eq!(search.pattern(), pattern);
    }
    if let Ok(search) = Search::with_case(pattern, Case::Exact) {
        check_against_regex(&search, pattern, block);
    }
    if let Ok(search) = Search::literal(pattern) {
        let is_there = |line: &str| line.to_lowercase().contains(&pattern.to_lowercase());
        // One letter can be another when capitals do not matter: only this way round.
        assert!(
            !pattern.is_ascii()
                || block
                    .split('\n')
                    .filter(|line| line.is_ascii())
                    .all(|line| is_there(line) || !search.is_match(line))
        );
    }
});

/// In a block, the lines are found that are found alone.
fn check_block(search: &Search, block: &str) {
    let mut found = Vec::new();
    search.lines_in(block, |place| {
        assert!(place <= block.len());
        found.push(block.as_bytes()[..place].iter().filter(|byte| **byte == b'\n').count());
    });
    // What follows the last line feed is a line only when there is something.
    let lines: Vec<&str> = block.split('\n').collect();
    let lines =
        if block.ends_with('\n') || block.is_empty() { &lines[..lines.len() - 1] } else { &lines };
    let alone: Vec<usize> = (0..lines.len()).filter(|n| search.is_match(lines[*n])).collect();
    assert_eq!(found, alone, "{:?} in {block:?}", search.pattern());
    for line in lines {
        let mut end = 0;
        for place in search.find_in(line) {
            assert!(place.start >= end && !line[place.clone()].is_empty());
            end = place.end;
            assert!(search.is_match(line));
        }
    }
}

/// A line says the same to the `regex` crate.
fn check_against_regex(search: &Search, pattern: &str, block: &str) {
    // Where lines end is not the pattern's choice: `(?R)` means nothing here.
    let Some(regex) = Regex::new(pattern).ok().filter(|_| !pattern.contains('R')) else { return };
    for line in block.split('\n') {
        assert_eq!(search.is_match(line), regex.is_match(line), "{pattern:?} in {line:?}");
    }
}
