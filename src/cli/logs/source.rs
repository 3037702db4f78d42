//! Lines of log sources, as lines that stand beside those of instances.

use std::sync::Arc;

use futures_util::StreamExt as _;
use jiff::Timestamp;

use crate::{
    cli::logs::speaker::Speaker,
    engines::{EngineError, EngineStream, LogRequest},
    model::{LogLine, LogOrigin},
    sources::{LogSource, Said, What},
    text::Clean,
};

/// What one part of a source has said so far.
pub(super) struct Past {
    pub(super) speaker: Arc<Speaker>,
    pub(super) lines: EngineStream<LogLine>,
}

/// What a source has said so far. What cannot be read of it is a failure in a stream.
pub(super) async fn past(
    source: &dyn LogSource,
    stack: Option<&Clean>,
    request: LogRequest,
) -> Result<Vec<Past>, EngineError> {
    let spec = source.spec();
    let past = source.history(request).await?.into_iter().map(|history| {
        let mut clock = Clock::new(&spec.origin, request);
        let line = move |said: Result<Said, EngineError>| match said.map(|said| said.what) {
            Ok(What::Line(mut line)) => {
                clock.set(&mut line);
                Some(Ok(line))
            }
            Ok(What::Unreadable(error)) | Err(error) => Some(Err(error)),
            Ok(What::Gone) => None,
        };
        let lines = history.said.map(line).filter_map(std::future::ready).boxed();
        let speaker = Arc::new(Speaker::source(spec, stack, history.part.as_ref()));
        Past { speaker, lines }
    });
    Ok(past.collect())
}

/// Sets the lines of a file to the time at which they were said: a file itself knows only
/// when it was written to last.
pub(super) struct Clock {
    is_file: bool,
    /// Whether a line without a time may be much older than the last change of its file.
    is_past: bool,
    last: Option<Timestamp>,
}

impl Clock {
    pub(super) fn new(origin: &LogOrigin, request: LogRequest) -> Self {
        let is_file = matches!(origin, LogOrigin::Files(_));
        Self { is_file, is_past: !request.follow, last: None }
    }

    pub(super) fn set(&mut self, line: &mut LogLine) {
        if !self.is_file {
            return;
        }
        // A line without a time was said with the one before it.
        let before = self.last.filter(|_| self.is_past || line.told.continues);
        line.at = line.told.at.or(before).or(line.at);
        self.last = line.told.at.or(self.last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Stream, Told};

    fn at(second: i64) -> Option<Timestamp> {
        Timestamp::from_second(second).ok()
    }

    /// The times of lines with and without one of their own, in a file changed at 99.
    fn times(follow: bool) -> Vec<Option<Timestamp>> {
        let request = LogRequest { tail: None, since: None, until: None, follow };
        let mut clock = Clock::new(&LogOrigin::Files("/x".into()), request);
        let lines = [(None, false), (at(5), false), (None, true), (None, false), (at(4), false)];
        let time = |(own, continues)| {
            let told = Told { at: own, continues, ..Told::default() };
            let mut line = LogLine::new(at(99), Stream::Stdout, Clean::new("x"));
            line.told = told;
            clock.set(&mut line);
            line.at
        };
        lines.map(time).into()
    }

    #[test]
    fn a_line_of_a_file_without_a_time_was_said_with_the_one_before_it() {
        assert_eq!(times(false), [at(99), at(5), at(5), at(5), at(4)]);
    }

    #[test]
    fn a_line_that_comes_now_was_said_now_unless_it_belongs_to_another() {
        assert_eq!(times(true), [at(99), at(5), at(5), at(99), at(4)]);
    }
}
