//! [`Window`]: the span of time that is asked for.

use jiff::Timestamp;

use crate::{engines::LogRequest, model::LogLine};

/// Lets lines through by the time that they tell. A line that tells none goes with those
/// before it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Window {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    /// Whether the last line that told its time was outside.
    is_outside: bool,
}

impl Window {
    pub(super) fn of(request: &LogRequest) -> Self {
        Self { since: request.since, until: request.until, is_outside: false }
    }

    /// Whether a line is asked for.
    pub(super) fn lets(&mut self, line: &LogLine) -> bool {
        if self.since.is_none() && self.until.is_none() {
            return true;
        }
        if let Some(at) = line.told.at {
            let is_early = self.since.is_some_and(|since| at < since);
            self.is_outside = is_early || self.until.is_some_and(|until| at >= until);
            if !is_early {
                // Lines come in order, as far as that can be had.
                self.since = None;
            }
        } else if let (Some(since), Some(written)) = (self.since, line.at)
            // The file was not written to since then.
            && written < since
        {
            return false;
        }
        !self.is_outside
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Stream, Told},
        text::Clean,
    };

    fn second(second: i64) -> Option<Timestamp> {
        Timestamp::from_second(second).ok()
    }

    fn line(told: Option<Timestamp>) -> LogLine {
        let told = Told { at: told, ..Told::default() };
        LogLine { told, ..LogLine::new(second(100), Stream::Stdout, Clean::new("x")) }
    }

    #[test]
    fn lines_without_a_time_go_with_those_before_them() {
        let request =
            LogRequest { tail: None, since: second(20), until: second(40), follow: false };
        let mut window = Window::of(&request);
        let told = [second(10), None, second(20), None, second(19), second(40), None];
        let let_through: Vec<_> = told.iter().map(|told| window.lets(&line(*told))).collect();
        assert_eq!(let_through, [false, false, true, true, true, false, false]);
    }

    #[test]
    fn what_was_written_before_is_before() {
        let request = LogRequest { tail: None, since: second(101), until: None, follow: true };
        assert!(!Window::of(&request).lets(&line(None)));
    }
}
