//! [`Resume`]: where a log stream that broke goes on, without a lost or doubled line.

use jiff::Timestamp;

use crate::model::LogLine;

/// The newest moment that was delivered, and the lines of that moment.
///
/// Engines resume by time, and give the lines of that very moment again; two equal
/// lines with the same time are still two lines, so they are counted, not put in a set.
#[derive(Clone, Debug, Default)]
pub struct Resume {
    at: Option<Timestamp>,
    /// The lines of that moment, as delivered.
    delivered: Vec<LogLine>,
    /// Those of them that a reopened stream has not given again yet.
    expected: Vec<LogLine>,
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

    /// Whether a line is new. A line that is gets remembered as delivered.
    pub(super) fn is_new(&mut self, line: &LogLine) -> bool {
        let (Some(at), Some(newest)) = (line.at, self.at) else {
            self.deliver(line);
            return true;
        };
        if at < newest {
            return self.expected.is_empty();
        }
        if let Some(index) = self.expected.iter().position(|expected| expected == line) {
            self.expected.swap_remove(index);
            return false;
        }
        self.deliver(line);
        true
    }

    fn deliver(&mut self, line: &LogLine) {
        if line.at > self.at {
            self.at = line.at;
            self.delivered.clear();
            self.expected.clear();
        }
        // A moment with more lines than this is a clock that stands still.
        if self.delivered.len() < 1024 {
            self.delivered.push(line.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Stream, text::Clean};

    fn line(second: i64, text: &str) -> LogLine {
        LogLine {
            at: Timestamp::from_second(second).ok(),
            stream: Stream::Stdout,
            text: Clean::new(text).into(),
            cut_bytes: 0,
        }
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
}
