//! [`JournalSource`]: the systemd journal of a unit, through `journalctl`.

mod record;

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};

use self::record::{Record, Records};
use super::{LogSource, Said, Teller, What, failure};
use crate::{
    engines::{EngineError, EngineStream, LogRequest, lines::LineSplitter},
    guarded::{End, Piece, Pipes},
    model::{FaultKind, LogLine, LogOrigin, LogSourceSpec, Stream},
};

/// What is asked for of a record; its time and cursor come in any case.
const FIELDS: &str = "--output-fields=MESSAGE,PRIORITY";

/// So much of what `journalctl` says is kept for its failure, in lines.
const LAST_WORDS: usize = 3;

/// A unit's journal.
#[derive(Debug)]
pub struct JournalSource {
    spec: LogSourceSpec,
    shim: PathBuf,
    program: String,
    /// The record behind which a later reading goes on. Replaced when it is rewound: the
    /// present reading may still tell the old one where it is.
    cursor: Mutex<Arc<Mutex<Option<String>>>>,
}

impl JournalSource {
    /// Prepares to read a unit's journal; `shim` is a program that has the hidden
    /// subcommand of the process engine.
    #[must_use]
    pub fn new(spec: LogSourceSpec, shim: &Path) -> Self {
        Self::with_program(spec, shim, "journalctl")
    }

    /// As [`JournalSource::new`], with another program in place of `journalctl`.
    #[must_use]
    pub fn with_program(spec: LogSourceSpec, shim: &Path, program: &str) -> Self {
        Self { spec, shim: shim.into(), program: program.into(), cursor: Mutex::default() }
    }

    fn command(&self, request: &LogRequest) -> Vec<String> {
        let unit = match &self.spec.origin {
            LogOrigin::Journal(unit) => unit.as_str(),
            _ => "",
        };
        let mut words: Vec<String> =
            [&self.program, "--output=json", FIELDS, "--all", "--no-pager"].map(Into::into).into();
        words.push(format!("--unit={unit}"));
        let cursor = lock(&lock(&self.cursor)).clone();
        if let Some(cursor) = cursor {
            words.extend([format!("--after-cursor={cursor}"), "--lines=all".into()]);
        } else {
            let lines = request.tail.map_or_else(|| "all".into(), |tail| tail.to_string());
            words.push(format!("--lines={lines}"));
            for (name, moment) in [("since", request.since), ("until", request.until)] {
                if let Some(moment) = moment {
                    words.push(format!("--{name}=@{}", moment.as_second()));
                }
            }
        }
        if request.follow {
            words.push("--follow".into());
        }
        words
    }
}

#[async_trait]
impl LogSource for JournalSource {
    fn spec(&self) -> &LogSourceSpec {
        &self.spec
    }

    fn rewind(&self) -> bool {
        *lock(&self.cursor) = Arc::default();
        true
    }

    async fn read(&self, request: LogRequest) -> Result<EngineStream<Said>, EngineError> {
        let pipes = Pipes::start(&self.command(&request), None, &self.shim).map_err(|error| {
            let what = format!("cannot start `{}`: {error}", self.program);
            failure(FaultKind::Absent, what, None)
        })?;
        let running = Running {
            pipes,
            name: self.spec.origin.words().to_string(),
            program: self.program.clone(),
            teller: Teller::new(&self.spec.reading),
            request,
            records: Records::default(),
            complaints: LineSplitter::new(Stream::Stderr),
            last_words: VecDeque::new(),
            waiting: VecDeque::new(),
            cursor: Arc::clone(&lock(&self.cursor)),
            has_ended: false,
        };
        let said = stream::unfold(running, async |mut running| {
            let said = running.next().await?;
            Some((said, running))
        });
        Ok(said.boxed())
    }
}

/// `journalctl`, as it runs.
struct Running {
    pipes: Pipes,
    name: String,
    program: String,
    teller: Teller,
    request: LogRequest,
    records: Records,
    complaints: LineSplitter,
    /// What it said last on standard error.
    last_words: VecDeque<LogLine>,
    /// Lines, and behind the last one of a record its cursor.
    waiting: VecDeque<(LogLine, Option<String>)>,
    cursor: Arc<Mutex<Option<String>>>,
    has_ended: bool,
}

impl Running {
    async fn next(&mut self) -> Option<Result<Said, EngineError>> {
        loop {
            if let Some((line, cursor)) = self.waiting.pop_front() {
                if let Some(cursor) = cursor {
                    *lock(&self.cursor) = Some(cursor);
                }
                return Some(Ok(Said { part: None, what: What::Line(line) }));
            }
            if self.has_ended {
                return None;
            }
            let mut records = Vec::new();
            match self.pipes.next().await {
                Piece::Printed(Stream::Stdout, bytes) => {
                    self.records.push(bytes, |record| records.push(record));
                }
                Piece::Printed(Stream::Stderr, bytes) => {
                    let last_words = &mut self.last_words;
                    self.complaints.push(bytes, |line| {
                        if last_words.len() == LAST_WORDS {
                            last_words.pop_front();
                        }
                        last_words.push_back(line);
                    });
                }
                Piece::Ended(end) => {
                    self.has_ended = true;
                    self.last_words.extend(self.complaints.finish());
                    if self.request.follow || !end.is_well {
                        return Some(Err(self.of_end(&end)));
                    }
                }
            }
            for record in records {
                self.take(record);
            }
        }
    }

    fn take(&mut self, record: Record) {
        // journalctl compares whole seconds.
        let is_wanted = record.at.is_none_or(|at| {
            self.request.since.is_none_or(|since| at >= since)
                && self.request.until.is_none_or(|until| at < until)
        });
        if !is_wanted {
            return;
        }
        let cursor = record.cursor.clone();
        self.waiting.extend(record.lines(&mut self.teller).into_iter().map(|line| (line, None)));
        if let Some((_, last)) = self.waiting.back_mut() {
            *last = cursor;
        }
    }

    fn of_end(&self, end: &End) -> EngineError {
        if end.never_ran {
            let what = format!("{} needs `{}`: {}", self.name, self.program, end.how);
            let remedy = "the journal is read by systemd's `journalctl`, on the host that has it";
            return failure(FaultKind::Absent, what, Some(remedy));
        }
        let words: Vec<&str> = self.last_words.iter().map(LogLine::as_str).collect();
        let why = if words.is_empty() { end.how.clone() } else { words.join("; ") };
        failure(FaultKind::Lost, format!("{}: `{}` ended: {why}", self.name, self.program), None)
    }
}

fn lock<T>(cursor: &Mutex<T>) -> MutexGuard<'_, T> {
    cursor.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{model::LogReading, text::Clean};

    #[test]
    fn it_asks_for_the_last_lines_first_and_then_for_what_is_behind_the_last_one() {
        let spec = LogSourceSpec {
            name: Clean::new("web"),
            origin: LogOrigin::Journal("-evil.service".into()),
            service: None,
            tail: 500,
            reading: LogReading::default(),
        };
        let source = JournalSource::new(spec, Path::new("shim"));
        let since = Timestamp::from_second(7).ok();
        let request = LogRequest { tail: Some(5), since, until: None, follow: true };
        let first = source.command(&request).join(" ");
        let head = "journalctl --output=json --output-fields=MESSAGE,PRIORITY --all --no-pager \
                    --unit=-evil.service";
        assert_eq!(first, format!("{head} --lines=5 --since=@7 --follow"));
        *lock(&lock(&source.cursor)) = Some("s=1;i=2".into());
        let later = source.command(&request).join(" ");
        assert_eq!(later, format!("{head} --after-cursor=s=1;i=2 --lines=all --follow"));
        assert!(source.rewind());
        assert_eq!(source.command(&request).join(" "), first);
    }
}
