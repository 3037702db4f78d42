//! [`CommandSource`]: what a command prints.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;

use super::{LogSource, Said, Teller, What, failure};
use crate::{
    engines::{EngineError, EngineStream, LogRequest, lines::LineSplitter},
    guarded::{End, Piece, Pipes},
    model::{FaultKind, LogLine, LogOrigin, LogSourceSpec, Stream},
};

/// The longest wait before a command that ended is started again.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// A command that prints lines for as long as it runs.
///
/// It is started when somebody reads, and killed with all that it started when nobody
/// does. Its end is a failure, whatever its exit code: a log has no end. What it says
/// when it is started again is new, for nobody can know better.
#[derive(Debug)]
pub struct CommandSource {
    spec: LogSourceSpec,
    shim: PathBuf,
}

impl CommandSource {
    /// Prepares to run the command of a log; `shim` is a program that has the hidden
    /// subcommand of the process engine.
    #[must_use]
    pub fn new(spec: LogSourceSpec, shim: &Path) -> Self {
        Self { spec, shim: shim.into() }
    }

    fn start(&self) -> Result<Pipes, EngineError> {
        let LogOrigin::Command { words, folder } = &self.spec.origin else {
            let what = format!("{} is no command", self.spec.origin.words());
            return Err(EngineError::Unsupported { what });
        };
        let started = Pipes::start(words, Some(folder), &self.shim);
        started.map_err(|error| {
            let what = if folder.is_dir() {
                format!("cannot start {}: {error}", self.spec.origin.words())
            } else {
                format!("cannot start {}: no folder {}", self.spec.origin.words(), folder.display())
            };
            failure(FaultKind::Absent, what, None)
        })
    }
}

#[async_trait]
impl LogSource for CommandSource {
    fn spec(&self) -> &LogSourceSpec {
        &self.spec
    }

    fn longest_wait(&self) -> Duration {
        LONGEST_WAIT
    }

    async fn read(&self, request: LogRequest) -> Result<EngineStream<Said>, EngineError> {
        if !request.follow {
            let what =
                format!("{} keeps no lines: they can only be followed", self.spec.origin.words());
            return Err(EngineError::Unsupported { what });
        }
        let running = Running {
            pipes: self.start()?,
            name: self.spec.origin.words().to_string(),
            teller: Teller::new(&self.spec.reading),
            stdout: LineSplitter::new(Stream::Stdout),
            stderr: LineSplitter::new(Stream::Stderr),
            lines: VecDeque::new(),
            end: None,
            has_ended: false,
        };
        let said = stream::unfold(running, async |mut running| {
            let said = running.next().await?;
            Some((said, running))
        });
        Ok(said.boxed())
    }
}

/// A command that runs.
struct Running {
    pipes: Pipes,
    name: String,
    teller: Teller,
    stdout: LineSplitter,
    stderr: LineSplitter,
    lines: VecDeque<LogLine>,
    /// How it ended, until that is said.
    end: Option<End>,
    has_ended: bool,
}

impl Running {
    async fn next(&mut self) -> Option<Result<Said, EngineError>> {
        loop {
            if let Some(mut line) = self.lines.pop_front() {
                line.at = Some(Timestamp::now());
                self.teller.tell(&mut line);
                return Some(Ok(Said { part: None, what: What::Line(line) }));
            }
            if self.has_ended {
                return self.end.take().map(|end| Err(of_end(&self.name, &end)));
            }
            let lines = &mut self.lines;
            match self.pipes.next().await {
                Piece::Printed(Stream::Stdout, bytes) => {
                    self.stdout.push(bytes, |line| lines.push_back(line));
                }
                Piece::Printed(Stream::Stderr, bytes) => {
                    self.stderr.push(bytes, |line| lines.push_back(line));
                }
                Piece::Ended(end) => {
                    lines.extend(self.stdout.finish());
                    lines.extend(self.stderr.finish());
                    self.end = Some(end);
                    self.has_ended = true;
                }
            }
        }
    }
}

fn of_end(name: &str, end: &End) -> EngineError {
    if end.never_ran {
        return failure(FaultKind::Absent, format!("{name}: {}", end.how), None);
    }
    failure(FaultKind::Lost, format!("{name} ended: {}", end.how), None)
}
