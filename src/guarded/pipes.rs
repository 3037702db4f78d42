//! [`Pipes`]: what a program prints, as it comes. The program dies with midwatch.

use std::{collections::BTreeMap, io, os::unix::process::ExitStatusExt as _, path::Path};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _},
    process::{ChildStderr, ChildStdout},
};

use crate::{
    guarded::{Child, Outlets, Report, Reports},
    model::Stream,
};

/// How much is read from a pipe at once, in bytes.
const BLOCK: usize = 16 * 1024;

/// A program that runs under a guardian, as the instances of the process engine do.
#[derive(Debug)]
pub(crate) struct Pipes {
    child: Child,
    stdout: Pipe<ChildStdout>,
    stderr: Pipe<ChildStderr>,
    reports: Option<Reports>,
    /// Why it could not be run, if so.
    failure: Option<String>,
}

#[derive(Debug)]
struct Pipe<P> {
    /// `None` once it has ended.
    pipe: Option<P>,
    block: Vec<u8>,
}

/// Something that a program did.
#[derive(Debug)]
pub(crate) enum Piece<'a> {
    /// It printed this.
    Printed(Stream, &'a [u8]),
    /// It ended, and all that it printed was given.
    Ended(End),
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// In words, such as `exit 1`.
    pub(crate) how: String,
    /// Whether it said that all went well.
    pub(crate) is_well: bool,
    /// Whether it was never run.
    pub(crate) never_ran: bool,
}

impl Pipes {
    /// Starts a program; `shim` is one that has the hidden subcommand.
    pub(crate) fn start(words: &[String], folder: Option<&Path>, shim: &Path) -> io::Result<Self> {
        let (child, outlets) = Child::start(words, &BTreeMap::new(), folder, shim)?;
        let Outlets { stdout, stderr, reports } = outlets;
        Ok(Self {
            child,
            stdout: Pipe::new(stdout),
            stderr: Pipe::new(stderr),
            reports: Some(reports),
            failure: None,
        })
    }

    /// What comes next. May be dropped while it waits: nothing is lost by that.
    pub(crate) async fn next(&mut self) -> Piece<'_> {
        let Self { child, stdout, stderr, reports, failure } = self;
        let (stream, length) = loop {
            if stdout.pipe.is_none() && stderr.pipe.is_none() && reports.is_none() {
                return Piece::Ended(end(child, failure.take()).await);
            }
            tokio::select! {
                length = stdout.read(), if stdout.pipe.is_some() => {
                    if length > 0 { break (Stream::Stdout, length) }
                }
                length = stderr.read(), if stderr.pipe.is_some() => {
                    if length > 0 { break (Stream::Stderr, length) }
                }
                report = next_report(reports), if reports.is_some() => match report {
                    Some(Report::Error(text)) => *failure = Some(text),
                    Some(Report::Pid(_)) => {}
                    None => *reports = None,
                },
            }
        };
        let block = if stream == Stream::Stdout { &stdout.block } else { &stderr.block };
        Piece::Printed(stream, &block[..length])
    }
}

async fn next_report(reports: &mut Option<Reports>) -> Option<Report> {
    reports.as_mut()?.next().await
}

async fn end(child: &mut Child, failure: Option<String>) -> End {
    let status = child.wait().await;
    let never_ran = failure.is_some();
    let is_well = !never_ran && status.as_ref().is_ok_and(std::process::ExitStatus::success);
    let how = match (failure, status) {
        (Some(why), _) => why,
        (None, Err(error)) => error.to_string(),
        (None, Ok(status)) => match (status.code(), status.signal()) {
            (Some(code), _) => format!("exit {code}"),
            (None, Some(signal)) => format!("signal {signal}"),
            (None, None) => "no exit code".into(),
        },
    };
    End { how, is_well, never_ran }
}

impl<P: AsyncRead + Unpin> Pipe<P> {
    fn new(pipe: P) -> Self {
        Self { pipe: Some(pipe), block: vec![0; BLOCK] }
    }

    /// How many bytes came; none at the end.
    async fn read(&mut self) -> usize {
        let Some(pipe) = &mut self.pipe else { return 0 };
        // A pipe that cannot be read any more has ended for us.
        let length = pipe.read(&mut self.block).await.unwrap_or(0);
        if length == 0 {
            self.pipe = None;
        }
        length
    }
}
