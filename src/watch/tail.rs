//! [`Tail`]: the output of one instance, read on through streams that break.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use tokio::time::{Instant, sleep_until};

use super::{Backoff, Resume};
use crate::{
    engines::{Engine, EngineError, EngineStream, LogRequest},
    model::{InstanceId, LogLine},
};

/// A stream that was open for so long did work, also when no line came.
const SETTLED: Duration = Duration::from_secs(10);

/// Reads an instance's output. A stream that breaks is opened again after a wait, and
/// goes on without a lost or doubled line.
pub struct Tail {
    engine: Arc<dyn Engine>,
    id: InstanceId,
    first: LogRequest,
    resume: Resume,
    backoff: Backoff,
    lines: Option<EngineStream<LogLine>>,
    /// When the present stream was opened.
    opened_at: Instant,
    /// When a stream that broke is opened again.
    again_at: Option<Instant>,
}

/// What comes next of an instance's output.
#[derive(Debug)]
pub enum Heard {
    /// The stream is open.
    Opened,
    /// A line that was not heard before.
    Line(LogLine),
    /// The stream broke, or could not be opened. The next call waits and tries again.
    Broken(EngineError),
    /// The stream ended: all is said, unless the instance starts again.
    Ended,
}

impl Tail {
    /// Prepares to read. `first` is asked for as long as `resume` knows no line.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>, id: InstanceId, first: LogRequest, resume: Resume) -> Self {
        let backoff = Backoff::default();
        let opened_at = Instant::now();
        Self { engine, id, first, resume, backoff, lines: None, opened_at, again_at: None }
    }

    /// What comes next. May be dropped while it waits: nothing is lost by that.
    pub async fn next(&mut self) -> Heard {
        let Some(lines) = &mut self.lines else { return self.open().await };
        loop {
            match lines.next().await {
                Some(Ok(line)) if !self.resume.is_new(&line) => {}
                Some(Ok(line)) => {
                    self.backoff.reset();
                    return Heard::Line(line);
                }
                Some(Err(error)) => return self.broken(error),
                None => {
                    self.lines = None;
                    return Heard::Ended;
                }
            }
        }
    }

    /// Where another tail of this instance goes on.
    #[must_use]
    pub fn into_resume(mut self) -> Resume {
        self.resume.closed();
        self.resume
    }

    async fn open(&mut self) -> Heard {
        if let Some(at) = self.again_at {
            sleep_until(at).await;
        }
        match self.engine.logs(&self.id, self.request()).await {
            Ok(lines) => {
                self.resume.reopened();
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
        if matches!(error, EngineError::NotFound { .. }) {
            // It was removed: there is nothing to go back to.
            self.resume = Resume::default();
        }
        self.again_at = Some(Instant::now() + self.backoff.next(fastrand::f64()));
        Heard::Broken(error)
    }

    fn request(&self) -> LogRequest {
        match self.resume.since() {
            None => self.first,
            since => LogRequest { tail: None, since, ..self.first },
        }
    }
}
