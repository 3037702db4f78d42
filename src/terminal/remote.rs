//! Connects our terminal with one on an engine's side.

use std::{
    convert::Infallible,
    io::{self, Write},
    time::Duration,
};

use bytes::BytesMut;
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use rustix::termios::{QueueSelector, tcflush};
use tokio::{
    io::{AsyncReadExt, AsyncWrite, AsyncWriteExt},
    sync::Notify,
    time::timeout,
};

use super::{
    Signal, Signals,
    escape::Escape,
    handover::{Ended, size},
    keyboard::Keyboard,
};
use crate::engines::{EngineError, RemoteShell, ShellStreams};

/// How many typed bytes wait for a shell that reads none; more stay in the terminal.
const PENDING: usize = 64 * 1024;

/// How long an engine may take to tell how a shell ended.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// What is said before the shell begins, since nothing can be said while it has the
/// terminal.
const GREETING: &str = "(Enter ~. leaves this shell, should it no longer answer)\r\n";

/// Runs a shell on our terminal until it ends, or we do.
pub(super) async fn run(
    mut shell: Box<dyn RemoteShell>,
    signals: &mut Signals,
) -> io::Result<Ended> {
    let Some(streams) = shell.streams() else {
        return Ok(Ended::Shell("shell: its streams are already in use".into()));
    };
    let keyboard = Keyboard::open()?;
    let _raw = RawMode::enter()?;
    print(GREETING.as_bytes())?;
    let resized = Notify::new();
    let end = tokio::select! {
        never = follow_size(&*shell, &resized) => match never {},
        end = connect(streams, &keyboard, signals, &resized) => end?,
    };
    if end != End::Output {
        forget_typed();
    }
    Ok(match end {
        End::Told => Ended::Told,
        End::Left => Ended::Shell("left the shell; it may still run".into()),
        End::Output | End::Broken => tokio::select! {
            words = last_words(&*shell, end) => Ended::Shell(words),
            () = told(signals) => Ended::Told,
        },
    })
}

/// How two terminals come apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The shell's output is at its end.
    Output,
    /// The connection broke.
    Broken,
    /// The person left.
    Left,
    /// We were told to end.
    Told,
}

/// Passes on what is typed and printed.
///
/// No arm waits: a shell that does not read what is typed still prints, and is still
/// left when we are told to end.
async fn connect(
    mut streams: ShellStreams,
    keyboard: &Keyboard,
    signals: &mut Signals,
    resized: &Notify,
) -> io::Result<End> {
    let (mut typed, mut printed) = ([0; 1024], [0; 16 * 1024]);
    let (mut pending, mut unsent) = (BytesMut::new(), false);
    let mut escape = Escape::default();
    loop {
        let room = typed.len().min(PENDING.saturating_sub(pending.len()));
        tokio::select! {
            read = streams.output.read(&mut printed) => match read {
                Ok(0) => return Ok(End::Output),
                Ok(count) => print(&printed[..count])?,
                Err(_) => return Ok(End::Broken),
            },
            read = keyboard.read(&mut typed[..room]), if room > 0 => {
                if escape.pass(&typed[..read?], &mut pending) {
                    return Ok(End::Left);
                }
                unsent = true;
            }
            sent = send(&mut streams.input, &mut pending), if unsent => {
                unsent = false;
                if sent.is_err() {
                    // Nobody reads any more. Why, the end of the output tells.
                    pending.clear();
                }
            }
            signal = signals.next() => match signal {
                Signal::Resize => resized.notify_one(),
                Signal::End | Signal::Interrupt => return Ok(End::Told),
                Signal::Suspend | Signal::Continue => {}
            },
        }
    }
}

/// Tells the engine each new size, one after the other, the last one last. However long
/// that takes and whether it fails, the shell goes on.
async fn follow_size(shell: &dyn RemoteShell, resized: &Notify) -> Infallible {
    loop {
        resized.notified().await;
        if let Ok(size) = size() {
            // A shell of another size is still a shell.
            let _ = shell.resize(size).await;
        }
    }
}

/// Waits until we are told to end.
async fn told(signals: &mut Signals) {
    while !matches!(signals.next().await, Signal::End | Signal::Interrupt) {}
}

/// How a shell ended, as far as its engine can tell.
async fn last_words(shell: &dyn RemoteShell, end: End) -> String {
    match timeout(LAST_WORDS, shell.exit_code()).await {
        Ok(Ok(Some(code))) => format!("shell ended: exit {code}"),
        Ok(Ok(None)) if end == End::Output => "shell ended".into(),
        Ok(Ok(None)) => "shell lost: its connection broke".into(),
        Ok(Err(error)) if is_of_a_lost_engine(&error) => {
            format!("shell lost with its engine: {error}")
        }
        Ok(Err(error)) => format!("shell ended: {error}"),
        Err(_) => "shell lost: its engine does not answer".into(),
    }
}

fn is_of_a_lost_engine(error: &EngineError) -> bool {
    use EngineError::{Absent, Lost, Refused, Timeout};
    matches!(error, Absent { .. } | Lost { .. } | Refused { .. } | Timeout { .. })
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
