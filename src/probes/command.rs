//! [`CommandProbe`]: does a command end with 0?

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;

use super::{
    Means, Probe,
    deadline::Deadline,
    fault::{answer, fault, first_lines, invalid},
};
use crate::{
    guarded::{End, Piece, Pipes},
    model::{ProbeAnswer, ProbeFault, ProbeFaultKind},
    text::Clean,
};

/// How much of what a command prints is kept, in bytes; the rest is read and let go, so
/// that it can end.
const KEPT: usize = 8 * 1024;

/// Runs a command, as monitoring plugins are run: its exit code is the verdict and its
/// first line says it in words.
///
/// It is never given to a shell (threat T2). It, and all that it started, is killed when
/// its time is over, and dies with midwatch.
#[derive(Clone, Debug)]
pub(super) struct CommandProbe {
    argv: Vec<String>,
    folder: PathBuf,
    shim: PathBuf,
    timeout: Duration,
}

impl CommandProbe {
    /// A probe that runs a command in a folder.
    pub(super) fn new(
        argv: &[String],
        folder: &Path,
        timeout: Duration,
        means: &Means,
    ) -> Result<Self, ProbeFault> {
        if argv.first().is_none_or(String::is_empty) {
            return Err(invalid("the command has no program"));
        }
        let (argv, folder, shim) = (argv.to_vec(), folder.into(), means.shim.clone());
        Ok(Self { argv, folder, shim, timeout })
    }

    fn start(&self) -> Result<Pipes, ProbeFault> {
        Pipes::start(&self.argv, Some(&self.folder), &self.shim).map_err(|error| {
            let why = if self.folder.is_dir() {
                error.to_string()
            } else {
                format!("no folder {}", self.folder.display())
            };
            invalid(format!("cannot start {}: {why}", self.argv[0]))
        })
    }
}

#[async_trait]
impl Probe for CommandProbe {
    async fn check(&self) -> Result<ProbeAnswer, ProbeFault> {
        let deadline = Deadline::within(self.timeout);
        let pipes = self.start()?;
        // Letting go of it, when its time is over, kills all of it.
        let (end, printed) = deadline.wait("end of the command", ended(pipes)).await?;
        let mut output = first_lines(&printed);
        if end.is_well {
            return Ok(output
                .into_iter()
                .next()
                .map_or_else(|| answer("exit 0"), |words| ProbeAnswer { words, warning: None }));
        }
        if end.never_ran {
            return Err(invalid(&end.how));
        }
        let first = if output.is_empty() { Clean::default() } else { output.remove(0) };
        let colon = if first.is_empty() { "" } else { ": " };
        let words = format!("{}{colon}{first}", end.how);
        Err(ProbeFault { output, ..fault(ProbeFaultKind::Answer, words) })
    }
}

/// How a command ended and the beginning of what it printed, both ways.
async fn ended(mut pipes: Pipes) -> Result<(End, Vec<u8>), ProbeFault> {
    let mut kept = Vec::new();
    loop {
        match pipes.next().await {
            Piece::Printed(_, bytes) => {
                let left = KEPT.saturating_sub(kept.len());
                kept.extend_from_slice(&bytes[..bytes.len().min(left)]);
            }
            Piece::Ended(end) => return Ok((end, kept)),
        }
    }
}
