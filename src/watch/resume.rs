//! [`Resume`]: where a log stream that broke goes on, without a lost or doubled line.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
};

use jiff::Timestamp;

use crate::model::LogLine;

/// How many different lines of one moment are told apart: 16 KiB or so of an instance's
/// memory. More than these come in one moment where the clock is coarse (Podman's
/// stamps are whole seconds); they are counted, see [`Told::rest`].
const DISTINCT: usize = 512;

/// The newest moment that was delivered, and what was delivered of that moment.
///
/// Engines resume by time, and give the lines of that very moment again; two equal
/// lines with the same time are still two lines, so they are counted, not put in a set.
/// Of a line only its hash is kept: nothing here holds text.
#[derive(Clone, Debug, Default)]
pub struct Resume {
    at: Option<Timestamp>,
    /// Keyed by chance, so that no output can be made to look like a line that was told.
    hasher: RandomState,
    /// The lines of that moment, as delivered.
    delivered: Told,
    /// Those of them that a reopened stream has not given again yet.
    expected: Told,
}

/// Lines of one moment: how often each came.
#[derive(Clone, Debug, Default)]
struct Told {
    counts: HashMap<u64, u32>,
    /// How many lines came for which [`DISTINCT`] left no room. A stream repeats itself
    /// in order, so as many lines that are not among the counted ones are repeats.
    rest: u64,
}

impl Told {
    fn add(&mut self, hash: u64) {
        if let Some(count) = self.counts.get_mut(&hash) {
            *count = count.saturating_add(1);
        } else if self.counts.len() < DISTINCT {
            self.counts.insert(hash, 1);
        } else {
            self.rest = self.rest.saturating_add(1);
        }
    }

    /// Takes a line out; says whether it was there.
    fn take(&mut self, hash: u64) -> bool {
        if let Some(count) = self.counts.get_mut(&hash) {
            *count -= 1;
            if *count == 0 {
                self.counts.remove(&hash);
            }
            return true;
        }
        let was_there = self.rest > 0;
        self.rest = self.rest.saturating_sub(1);
        was_there
    }

    fn is_empty(&self) -> bool {
        self.counts.is_empty() && self.rest == 0
    }

    fn clear(&mut self) {
        self.counts.clear();
        self.rest = 0;
    }
}

impl Resume {
    /// From when a stream is to be opened again; `None` for one that is new.
    pub(super) fn since(&self) -> Option<Timestamp> {
        self.at
    }

    /// Says that a stream was opened at [`Resume::since`] and will repeat itself.
    pub(super) fn reopened(&mut self) {
        self.expected.clone_from(&self.delivered);
    }

    /// Says that no stream is open: what it was expected to repeat takes no room.
    pub(super) fn closed(&mut self) {
        self.expected = Told::default();
    }

    /// Whether a line is new. A line that is gets remembered as delivered.
    pub(super) fn is_new(&mut self, line: &LogLine) -> bool {
        // A line without a time cannot be resumed at.
        let Some(at) = line.at else { return true };
        if let Some(newest) = self.at
            && at < newest
        {
            return self.expected.is_empty();
        }
        if self.at.is_none_or(|newest| at > newest) {
            self.at = Some(at);
            self.delivered.clear();
            self.expected.clear();
        }
        let hash = self.hasher.hash_one((line.stream, line.as_str(), line.cut_bytes));
        if self.expected.take(hash) {
            return false;
        }
        self.delivered.add(hash);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Stream, text::Clean};

    fn line(second: i64, text: &str) -> LogLine {
        LogLine::new(Timestamp::from_second(second).ok(), Stream::Stdout, Clean::new(text))
    }

    fn deliver(resume: &mut Resume, lines: &[LogLine]) -> Vec<String> {
        let new = lines.iter().filter(|line| resume.is_new(line));
        new.map(|line| line.as_str().to_owned()).collect()
    }

    #[test]
    fn equal_lines_of_one_moment_are_all_kept() {
        let mut resume = Resume::default();
        let lines = [line(1, "a"), line(2, "b"), line(2, "b")];
        assert_eq!(deliver(&mut resume, &lines), ["a", "b", "b"]);
    }

    #[test]
    fn a_reopened_stream_repeats_nothing_and_loses_nothing() {
        let mut resume = Resume::default();
        deliver(&mut resume, &[line(1, "a"), line(2, "b"), line(2, "b")]);
        resume.reopened();
        assert_eq!(resume.since(), Timestamp::from_second(2).ok());
        let again = [line(2, "b"), line(2, "b"), line(2, "b"), line(2, "c"), line(3, "d")];
        assert_eq!(deliver(&mut resume, &again), ["b", "c", "d"]);
    }

    #[test]
    fn a_moment_with_more_lines_than_are_told_apart_is_not_repeated_either() {
        let mut resume = Resume::default();
        let mut lines: Vec<_> = (0..5000).map(|n| line(1, &n.to_string())).collect();
        lines.extend((0..5000).map(|_| line(1, "the same")));
        assert_eq!(deliver(&mut resume, &lines).len(), 10_000);
        assert_eq!(resume.delivered.counts.len(), DISTINCT);
        for _ in 0..2 {
            resume.reopened();
            assert_eq!(deliver(&mut resume, &lines), Vec::<String>::new());
        }
        lines.push(line(1, "new"));
        resume.reopened();
        assert_eq!(deliver(&mut resume, &lines), ["new"]);
    }

    #[test]
    fn a_line_without_a_time_leaves_nothing_to_wait_for() {
        let mut resume = Resume::default();
        let timeless = LogLine { at: None, ..line(0, "x") };
        deliver(&mut resume, &[line(2, "a"), timeless]);
        resume.reopened();
        assert_eq!(deliver(&mut resume, &[line(2, "a"), line(1, "late")]), ["late"]);
    }
}
