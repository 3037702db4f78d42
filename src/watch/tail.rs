//! [`Tail`]: the lines of one instance or log source, read on through streams that break.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use tokio::time::{Instant, sleep_until};

use super::{Backoff, Resume};
use crate::{
    engines::{Engine, EngineError, EngineStream, LogRequest},
    model::{InstanceId, LogLine, LogOrigin},
    sources::{LogSource, Said, What},
    text::Clean,
};

/// A stream that was open for so long did work, also when no line came.
const SETTLED: Duration = Duration::from_secs(10);

/// Reads what has lines. A stream that breaks is opened again after a wait, and goes on
/// without a lost or doubled line.
pub struct Tail {
    origin: Origin,
    first: LogRequest,
    backoff: Backoff,
    lines: Option<EngineStream<Said>>,
    /// How many lines of before the present stream gives at most, where that is known.
    asked: Option<usize>,
    /// When the present stream was opened.
    opened_at: Instant,
    /// When a stream that broke is opened again.
    again_at: Option<Instant>,
}

/// What has lines.
enum Origin {
    /// An instance. Its engine resumes by time, and repeats lines.
    Instance { engine: Arc<dyn Engine>, id: InstanceId, resume: Resume },
    /// A log source, which knows itself where it goes on. Once it has `begun`, it gives
    /// whatever came since.
    Source { source: Arc<dyn LogSource>, begun: bool },
}

/// What comes next of what has lines.
#[derive(Debug)]
pub enum Heard {
    /// The stream is open.
    Opened,
    /// A line that was not heard before.
    Line(LogLine),
    /// What a part of a log source says, or what the source says that is no line. An
    /// instance has nothing of that.
    Part(Option<Clean>, What),
    /// The stream broke, or could not be opened. The next call waits and tries again.
    Broken(EngineError),
    /// The stream ended: all is said, unless the instance starts again.
    Ended,
}

impl Tail {
    /// Prepares to read an instance's output. `first` is asked for as long as `resume`
    /// knows no line.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>, id: InstanceId, first: LogRequest, resume: Resume) -> Self {
        Self::of(Origin::Instance { engine, id, resume }, first, Backoff::default())
    }

    /// Prepares to read a log source. `first` is asked for when it was never read before.
    #[must_use]
    pub fn of_source(source: Arc<dyn LogSource>, first: LogRequest) -> Self {
        let backoff = Backoff::up_to(source.longest_wait());
        // Nobody can ask a command for less than it says.
        let begun = matches!(source.spec().origin, LogOrigin::Command { .. });
        Self::of(Origin::Source { source, begun }, first, backoff)
    }

    /// Says that the log source was read before.
    #[must_use]
    pub(super) fn going_on(mut self) -> Self {
        if let Origin::Source { begun, .. } = &mut self.origin {
            *begun = true;
        }
        self
    }

    /// How many lines of what was said before the present stream was opened it gives at
    /// most (each part of a source so many), where that is known.
    pub(super) fn asked(&self) -> Option<usize> {
        self.asked
    }

    fn of(origin: Origin, first: LogRequest, backoff: Backoff) -> Self {
        let opened_at = Instant::now();
        Self { origin, first, backoff, lines: None, asked: None, opened_at, again_at: None }
    }

    /// What comes next. May be dropped while it waits: nothing is lost by that.
    pub async fn next(&mut self) -> Heard {
        let Some(lines) = &mut self.lines else { return self.open().await };
        loop {
            match lines.next().await {
                Some(Ok(said)) if !self.origin.is_new(&said) => {}
                Some(Ok(said)) => return self.heard(said),
                Some(Err(error)) => return self.broken(error),
                None => {
                    self.lines = None;
                    return Heard::Ended;
                }
            }
        }
    }

    fn heard(&mut self, said: Said) -> Heard {
        match said {
            Said { part: None, what: What::Line(line) } => {
                if let Origin::Instance { .. } = self.origin {
                    // A command that says a line and ends is no success: it is time that
                    // tells that a source works.
                    self.backoff.reset();
                }
                Heard::Line(line)
            }
            Said { part, what } => Heard::Part(part, what),
        }
    }

    /// Where another tail of this instance goes on; a source knows that itself.
    #[must_use]
    pub fn into_resume(self) -> Resume {
        match self.origin {
            Origin::Instance { mut resume, .. } => {
                resume.closed();
                resume
            }
            Origin::Source { .. } => Resume::default(),
        }
    }

    async fn open(&mut self) -> Heard {
        if let Some(at) = self.again_at {
            sleep_until(at).await;
        }
        match self.origin.open(self.first).await {
            Ok((lines, asked)) => {
                self.asked = asked;
                self.opened_at = Instant::now();
                self.again_at = None;
                self.lines = Some(lines);
                Heard::Opened
            }
            Err(error) => self.broken(error),
        }
    }

    fn broken(&mut self, error: EngineError) -> Heard {
        // An engine may open a stream before it asks for it: that it is open says nothing.
        if self.lines.take().is_some() && self.opened_at.elapsed() >= SETTLED {
            self.backoff.reset();
        }
        if let (EngineError::NotFound { .. }, Origin::Instance { resume, .. }) =
            (&error, &mut self.origin)
        {
            // It was removed: there is nothing to go back to.
            *resume = Resume::default();
        }
        self.again_at = Some(Instant::now() + self.backoff.next(fastrand::f64()));
        Heard::Broken(error)
    }
}

impl Origin {
    /// What it says, and how many lines of before that are at most.
    async fn open(
        &mut self,
        first: LogRequest,
    ) -> Result<(EngineStream<Said>, Option<usize>), EngineError> {
        match self {
            Self::Instance { engine, id, resume } => {
                let request = match resume.since() {
                    None => first,
                    since => LogRequest { tail: None, since, ..first },
                };
                let lines = engine.logs(id, request).await?;
                resume.reopened();
                let said = lines.map(|line| Ok(Said { part: None, what: What::Line(line?) }));
                Ok((said.boxed(), request.tail))
            }
            Self::Source { source, begun } => {
                let said = source.read(first).await?;
                let asked = first.tail.filter(|_| !*begun);
                *begun = true;
                Ok((said, asked))
            }
        }
    }

    fn is_new(&mut self, said: &Said) -> bool {
        match (self, &said.what) {
            (Self::Instance { resume, .. }, What::Line(line)) => resume.is_new(line),
            _ => true,
        }
    }
}
