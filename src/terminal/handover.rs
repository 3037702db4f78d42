//! Hands the terminal to a shell, byte for byte, until the shell ends.

use std::{
    io::{self, IsTerminal},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use rustix::{
    process::{Pid, Signal as Raw, getpgrp, kill_process, kill_process_group},
    termios::tcgetpgrp,
};
use tokio::{
    process::{Child, Command},
    time::timeout,
};

use super::{Signal, Signals, remote};
use crate::{
    engines::{Shell, ShellSize},
    kernel::give_back_open_files,
};

/// How long a shell has to end when we do.
const PATIENCE: Duration = Duration::from_secs(1);

/// How a handover ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With the shell, or without one; in words for a toast.
    Shell(String),
    /// We were told to end, and so is the shell.
    Told,
}

/// Runs a shell on our terminal, which must have been released before.
pub async fn run(shell: Shell, signals: &mut Signals) -> Ended {
    let ended = match shell {
        Shell::Local { command, directory, environment } => {
            let [program, arguments @ ..] = command.as_slice() else {
                return Ended::Shell("no shell to run".into());
            };
            let mut local = Command::new(program);
            local.args(arguments).envs(environment).stdin(Stdio::inherit());
            if let Some(directory) = directory {
                local.current_dir(directory);
            }
            run_local(local, signals).await
        }
        Shell::Remote(shell) => Box::pin(remote::run(shell, signals)).await,
    };
    ended.unwrap_or_else(|error| Ended::Shell(format!("shell: {error}")))
}

async fn run_local(mut command: Command, signals: &mut Signals) -> io::Result<Ended> {
    let mut child = command.kill_on_drop(true).spawn()?;
    give_back_open_files(child.id());
    loop {
        tokio::select! {
            status = child.wait() => {
                return Ok(Ended::Shell(format!("shell ended: {}", words(status?))));
            }
            // What the person types is the shell's matter; only our own end is ours.
            signal = signals.next() => if signal == Signal::End {
                end(child).await?;
                return Ok(Ended::Told);
            },
        }
    }
}

/// Ends a shell, and what it runs on the terminal, as a terminal does that goes away.
async fn end(mut shell: Child) -> io::Result<()> {
    let front = tcgetpgrp(io::stdin()).ok().filter(|group| *group != getpgrp());
    // Each fails only when there is nothing left to end.
    if let Some(group) = front {
        let _ = kill_process_group(group, Raw::HUP);
        let _ = kill_process_group(group, Raw::CONT);
    }
    if let Some(pid) = shell.id().and_then(|id| Pid::from_raw(id.cast_signed())) {
        let _ = kill_process(pid, Raw::HUP);
    }
    match timeout(PATIENCE, shell.wait()).await {
        Ok(status) => status.map(|_| ()),
        Err(_) => shell.kill().await,
    }
}

fn words(status: ExitStatus) -> String {
    status.code().map_or_else(|| "by a signal".into(), |code| format!("exit {code}"))
}

/// The size of our terminal.
///
/// # Errors
///
/// When there is no terminal.
pub fn size() -> io::Result<ShellSize> {
    let (columns, rows) = crossterm::terminal::size()?;
    Ok(ShellSize { columns, rows })
}

/// Whether there is a terminal on both sides of this process.
#[must_use]
pub fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}
