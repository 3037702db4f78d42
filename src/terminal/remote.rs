//! Connects our terminal with one on an engine's side.

use std::io::{self, Write};

use bytes::BytesMut;
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use rustix::termios::{QueueSelector, tcflush};
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::{
    Signal, Signals,
    handover::{Ended, size},
    keyboard::Keyboard,
};
use crate::engines::{EngineError, RemoteShell};

/// How many typed bytes wait for a shell that reads none; more stay in the terminal.
const PENDING: usize = 64 * 1024;

/// Runs a shell on our terminal until it ends, or we do.
///
/// No arm waits: a shell that does not read what is typed still prints, and still
/// leaves when we are told to end.
pub(super) async fn run(
    mut shell: Box<dyn RemoteShell>,
    signals: &mut Signals,
) -> Result<Ended, RemoteError> {
    let Some(mut streams) = shell.streams() else { return Err(RemoteError::Taken) };
    let keyboard = Keyboard::open()?;
    let _raw = RawMode::enter()?;
    let (mut typed, mut printed) = ([0; 1024], [0; 16 * 1024]);
    let (mut pending, mut unsent) = (BytesMut::new(), false);
    loop {
        let room = typed.len().min(PENDING - pending.len());
        tokio::select! {
            read = streams.output.read(&mut printed) => match read? {
                0 => break,
                count => print(&printed[..count])?,
            },
            read = keyboard.read(&mut typed[..room]), if room > 0 => {
                pending.extend_from_slice(&typed[..read?]);
                unsent = true;
            }
            sent = send(&mut streams.input, &mut pending), if unsent => {
                sent?;
                unsent = false;
            }
            signal = signals.next() => match signal {
                Signal::Resize => shell.resize(size()?).await?,
                Signal::End | Signal::Interrupt => {
                    forget_typed();
                    return Ok(Ended::Told);
                }
                Signal::Suspend | Signal::Continue => {}
            },
        }
    }
    Ok(Ended::Shell(match shell.exit_code().await? {
        Some(code) => format!("shell ended: exit {code}"),
        None => "shell ended".into(),
    }))
}

/// Sends what was typed. May be dropped and called again without losing any of it.
async fn send(input: &mut (impl AsyncWrite + Unpin), pending: &mut BytesMut) -> io::Result<()> {
    while !pending.is_empty() {
        if input.write_buf(pending).await? == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
    }
    input.flush().await
}

/// Drops what was typed and not read yet: it was meant for a shell that is no longer
/// there, and whoever has the terminal next would take it for commands.
fn forget_typed() {
    // The terminal may be gone; then there is nothing to drop.
    let _ = tcflush(io::stdin(), QueueSelector::IFlush);
}

fn print(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout();
    stdout.write_all(bytes)?;
    stdout.flush()
}

/// Why a remote shell ended before its time.
#[derive(Debug, thiserror::Error)]
pub(super) enum RemoteError {
    #[error("its streams are already in use")]
    Taken,
    #[error(transparent)]
    Terminal(#[from] io::Error),
    #[error(transparent)]
    Engine(#[from] EngineError),
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
