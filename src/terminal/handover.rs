//! Hands the terminal to a shell, byte for byte, until the shell ends.

use std::{
    io::{self, IsTerminal, Write},
    os::fd::OwnedFd,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use rustix::{
    fs::{Mode, OFlags},
    io::Errno,
    process::{Pid, Signal as Raw, getpgrp, kill_process, kill_process_group},
    termios::tcgetpgrp,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, unix::AsyncFd},
    process::{Child, Command},
    time::timeout,
};

use super::{Signal, Signals};
use crate::engines::{EngineError, RemoteShell, Shell, ShellSize};

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
            run_local(local, signals).await.map_err(HandoverError::from)
        }
        Shell::Remote(shell) => Box::pin(run_remote(shell, signals)).await,
    };
    ended.unwrap_or_else(|error| Ended::Shell(format!("shell: {error}")))
}

async fn run_local(mut command: Command, signals: &mut Signals) -> io::Result<Ended> {
    let mut child = command.kill_on_drop(true).spawn()?;
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

async fn run_remote(
    mut shell: Box<dyn RemoteShell>,
    signals: &mut Signals,
) -> Result<Ended, HandoverError> {
    let Some(mut streams) = shell.streams() else { return Err(HandoverError::Taken) };
    let keyboard = Keyboard::open()?;
    let _raw = RawMode::enter()?;
    let mut stdout = io::stdout();
    let (mut typed, mut printed) = ([0; 1024], [0; 16 * 1024]);
    loop {
        tokio::select! {
            read = streams.output.read(&mut printed) => match read? {
                0 => break,
                count => {
                    stdout.write_all(&printed[..count])?;
                    stdout.flush()?;
                }
            },
            read = keyboard.read(&mut typed) => {
                let count = read?;
                streams.input.write_all(&typed[..count]).await?;
                streams.input.flush().await?;
            }
            signal = signals.next() => match signal {
                Signal::Resize => shell.resize(size()?).await?,
                Signal::End | Signal::Interrupt => return Ok(Ended::Told),
                Signal::Suspend | Signal::Continue => {}
            },
        }
    }
    Ok(Ended::Shell(match shell.exit_code().await? {
        Some(code) => format!("shell ended: exit {code}"),
        None => "shell ended".into(),
    }))
}

/// Why a remote shell ended before its time.
#[derive(Debug, thiserror::Error)]
enum HandoverError {
    #[error("its streams are already in use")]
    Taken,
    #[error(transparent)]
    Terminal(#[from] io::Error),
    #[error(transparent)]
    Engine(#[from] EngineError),
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

/// Raw mode while it lives.
struct RawMode;

impl RawMode {
    fn enter() -> io::Result<Self> {
        enable_raw_mode().map(|()| Self)
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        // The terminal may be gone; then there is nothing to put back.
        let _ = disable_raw_mode();
    }
}

/// What the person types, read without a thread: a blocking read could not be taken
/// back when the shell ends, and would swallow the next key of the console.
struct Keyboard(AsyncFd<OwnedFd>);

impl Keyboard {
    /// Opens the terminal anew: non-blocking is a property of an open file, and
    /// standard input's is shared with the shell that started us.
    fn open() -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let tty = rustix::fs::open("/dev/tty", flags, Mode::empty())?;
        #[expect(deprecated, reason = "its successor is unsafe; an OwnedFd stays open as it must")]
        let tty = AsyncFd::new(tty)?;
        Ok(Self(tty))
    }

    async fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut ready = self.0.readable().await?;
            match rustix::io::read(self.0.get_ref(), &mut *buffer) {
                Err(Errno::AGAIN) => ready.clear_ready(),
                Err(error) => return Err(error.into()),
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => return Ok(count),
            }
        }
    }
}
