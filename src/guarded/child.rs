//! [`Child`]: one run of a program, held through its guardian.

use std::{
    collections::BTreeMap,
    io,
    os::{fd::OwnedFd, unix::net::UnixStream as StdUnixStream},
    path::Path,
    process::{ExitStatus, Stdio},
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{
        UnixStream,
        unix::{OwnedReadHalf, OwnedWriteHalf},
    },
    process::{ChildStderr, ChildStdout, Command},
};

use crate::{
    guarded::guardian::{EXEC_CHILD, Report},
    kernel::give_back_open_files,
    model::spec::StopSignal,
};

/// More than a report ever has.
const MAX_REPORT_BYTES: u64 = 8 * 1024;

/// A guardian and what it guards. Letting go of it kills all of that.
#[derive(Debug)]
pub(crate) struct Child {
    guardian: tokio::process::Child,
    /// `None` once it was closed, which tells the guardian to kill.
    control: Option<OwnedWriteHalf>,
    program: Option<u32>,
}

/// What comes out of a run.
#[derive(Debug)]
pub(crate) struct Outlets {
    /// Standard output of the program and of all that it starts.
    pub stdout: ChildStdout,
    /// Their standard error.
    pub stderr: ChildStderr,
    /// What the guardian says.
    pub reports: Reports,
}

/// The guardian's reports.
#[derive(Debug)]
pub(crate) struct Reports(tokio::io::Lines<BufReader<tokio::io::Take<OwnedReadHalf>>>);

impl Reports {
    /// The next report; `None` when there are no more.
    pub(crate) async fn next(&mut self) -> Option<Report> {
        loop {
            let line = self.0.next_line().await.ok()??;
            if let Some(report) = Report::parse(&line) {
                return Some(report);
            }
        }
    }
}

impl Child {
    /// Starts a program under a guardian, with these variables on top of our own; `shim`
    /// is a program that has the hidden subcommand.
    pub(crate) fn start(
        words: &[String],
        env: &BTreeMap<String, String>,
        folder: Option<&Path>,
        shim: &Path,
    ) -> io::Result<(Self, Outlets)> {
        let (ours, theirs) = StdUnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let (reports, control) = UnixStream::from_std(ours)?.into_split();
        let mut command = Command::new(shim);
        command
            .args([EXEC_CHILD, "--"])
            .args(words)
            .envs(env)
            // A group of its own: Ctrl-C in our terminal is for us.
            .process_group(0)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(folder) = folder {
            command.current_dir(folder);
        }
        let mut guardian = command.spawn()?;
        give_back_open_files(guardian.id());
        let (Some(stdout), Some(stderr)) = (guardian.stdout.take(), guardian.stderr.take()) else {
            return Err(io::Error::other("no pipes"));
        };
        let reports = Reports(BufReader::new(reports.take(MAX_REPORT_BYTES)).lines());
        let child = Self { guardian, control: Some(control), program: None };
        Ok((child, Outlets { stdout, stderr, reports }))
    }

    /// The guardian's process id, until it was reaped.
    pub(crate) fn guardian(&self) -> Option<u32> {
        self.guardian.id()
    }

    /// Learns the program's process id.
    pub(crate) fn runs_as(&mut self, program: u32) {
        self.program = Some(program);
    }

    /// Sends a signal to the program's group.
    pub(crate) async fn signal(&mut self, signal: StopSignal) {
        if let Some(control) = &mut self.control {
            // A guardian that does not listen has ended, or will be told by `kill`.
            let _ = control.write_all(&[number(signal)]).await;
        }
    }

    /// Kills the program and all that it started.
    pub(crate) fn kill(&mut self) {
        self.control = None;
    }

    /// Kills the guardian itself, where even that did not help.
    pub(crate) fn abandon(&mut self) {
        // It may have ended meanwhile.
        let _ = self.guardian.start_kill();
    }

    /// Waits until nothing of it is left, and reaps it. Can be waited for again.
    pub(crate) async fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = self.guardian.wait().await?;
        if status.code().is_none() {
            // The guardian itself was killed. Its program dies with it; the rest of the
            // program's group is ours to end.
            if let Some(group) = self.program.and_then(|pid| Pid::from_raw(pid.cast_signed())) {
                let _ = kill_process_group(group, Signal::KILL);
            }
        }
        Ok(status)
    }
}

fn number(signal: StopSignal) -> u8 {
    let signal = match signal {
        StopSignal::Term => Signal::TERM,
        StopSignal::Int => Signal::INT,
        StopSignal::Quit => Signal::QUIT,
        StopSignal::Hup => Signal::HUP,
        StopSignal::Kill => Signal::KILL,
        StopSignal::Usr1 => Signal::USR1,
        StopSignal::Usr2 => Signal::USR2,
    };
    signal.as_raw() as u8
}
