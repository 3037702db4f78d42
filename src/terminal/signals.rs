//! [`Signals`]: the signals that a console has to answer.

use std::{io, time::Duration};

use rustix::process::{Signal as Raw, getpgrp, getsid, kill_current_process_group};
use tokio::{
    signal::unix::{self, SignalKind, signal},
    time::timeout,
};

/// A signal, by what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// End: somebody said so, or the terminal is gone (SIGTERM, SIGHUP).
    End,
    /// End, or whatever runs on the terminal instead of us: keys send these too (SIGINT,
    /// SIGQUIT).
    Interrupt,
    /// Stop until continued (SIGTSTP).
    Suspend,
    /// Go on (SIGCONT), also after a stop that could not be caught.
    Continue,
    /// The terminal has another size (SIGWINCH).
    Resize,
}

/// Listens for signals. Once made, none of them ends the program by itself.
#[derive(Debug)]
pub struct Signals {
    terminate: unix::Signal,
    interrupt: unix::Signal,
    quit: unix::Signal,
    hang_up: unix::Signal,
    suspend: unix::Signal,
    go_on: unix::Signal,
    resize: unix::Signal,
}

impl Signals {
    /// Starts to listen.
    ///
    /// # Errors
    ///
    /// When the system refuses a handler.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            hang_up: signal(SignalKind::hangup())?,
            suspend: signal(SignalKind::from_raw(Raw::TSTP.as_raw()))?,
            go_on: signal(SignalKind::from_raw(Raw::CONT.as_raw()))?,
            resize: signal(SignalKind::window_change())?,
        })
    }

    /// The next signal. May be dropped and called again without losing one.
    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            // A terminal that hangs up sends a hang-up and a continue: the end comes first.
            biased;
            _ = self.terminate.recv() => Signal::End,
            _ = self.hang_up.recv() => Signal::End,
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.quit.recv() => Signal::Interrupt,
            _ = self.suspend.recv() => Signal::Suspend,
            _ = self.go_on.recv() => Signal::Continue,
            _ = self.resize.recv() => Signal::Resize,
        }
    }
}

/// How long after the signal to go on the one to end may come that was sent before it.
const TOGETHER: Duration = Duration::from_millis(20);

impl Signals {
    /// What the signal to go on comes to. Whoever is told to end while it is stopped hears
    /// of both when it goes on, in any order; it must not take the terminal for a moment,
    /// and with it what was typed for the shell.
    pub async fn going_on(&mut self) -> Signal {
        let end = async {
            tokio::select! {
                _ = self.terminate.recv() => {}
                _ = self.hang_up.recv() => {}
            }
        };
        timeout(TOGETHER, end).await.map_or(Signal::Continue, |()| Signal::End)
    }
}

/// Whether there is a shell above us that could continue us after a stop. The process
/// group of a session's leader has none, as in `tmux new-window midwatch`.
#[must_use]
pub fn is_job() -> bool {
    getsid(None).is_ok_and(|session| session != getpgrp())
}

/// Stops this job as Ctrl-Z does; returns when it is continued. The whole process
/// group stops, since a shell sees a job and not a process.
///
/// # Errors
///
/// When the system refuses.
pub fn stop_job() -> io::Result<()> {
    // SIGTSTP has our handler, so the stop itself is the one that cannot be caught.
    kill_current_process_group(Raw::STOP).map_err(io::Error::from)
}
