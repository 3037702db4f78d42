//! The guardian: a tiny parent for every instance, so that nothing outlives midwatch.
//!
//! A parent-death signal alone is not enough. It reaches only the one process that
//! asked for it: what that process forked goes on. It is tied to the parent's
//! *thread*, not to the parent. And setting it between fork and exec is unsafe code.
//! So midwatch starts itself again, twice:
//!
//! ```text
//! midwatch ── control socket ──► guardian ── spawns ──► bound stage ── exec ──► program
//!                                (subreaper)            (parent-death signal)
//! ```
//!
//! - The **guardian** holds one end of a socket whose other end only midwatch has. When
//!   midwatch ends, however it ends, the kernel closes that end and the guardian
//!   kills everything below it. As a subreaper it also becomes the parent of whatever
//!   loses its own, so a process that starts its own session cannot slip away.
//! - The **bound stage** sets the parent-death signal on itself and becomes the program:
//!   a guardian that is killed takes the program with it.
//!
//! What is left: a guardian and midwatch killed by SIGKILL at once, by name, leave
//! what the program has forked. The guardian is started through `/proc/self/exe`, so
//! that at least `pkill midwatch` does not match it.
//!
//! On the control socket midwatch writes one byte a signal, and reads `Report`s.

use std::{
    ffi::OsString,
    io::{self, Read, Write},
    os::{
        fd::AsFd,
        unix::{net::UnixStream, process::CommandExt},
    },
    process::{Command, ExitCode, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use rustix::{
    io::Errno,
    process::{
        Pid, Signal, WaitId, WaitIdOptions, WaitOptions, WaitStatus, getpid, getppid, kill_process,
        kill_process_group, set_child_subreaper, set_parent_process_death_signal, wait, waitid,
    },
};

use crate::kernel::{Processes, Root};

/// The hidden subcommand that makes midwatch a guardian.
pub const EXEC_CHILD: &str = "__exec-child";

/// This very program, also after its file was replaced by a newer one.
pub const OWN_PROGRAM: &str = "/proc/self/exe";

/// Marks the second stage; the guardian's process id follows.
const BOUND_TO: &str = "--bound-to";

/// The exit code for a guardian that could not do its work.
const GUARDIAN_FAILED: u8 = 125;
/// The exit code for a program that is there but cannot be run, as in a shell.
const CANNOT_RUN: u8 = 126;
/// The exit code for a program that is not there, as in a shell.
const NOT_FOUND: u8 = 127;

/// What comes back over the control socket, a line each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// The program has this process id.
    Pid(u32),
    /// The program could not be run.
    Error(String),
}

impl Report {
    /// Reads a line, without its line break.
    pub(super) fn parse(line: &str) -> Option<Self> {
        match line.split_once(' ')? {
            ("pid", pid) => pid.parse().ok().map(Self::Pid),
            ("error", text) => Some(Self::Error(text.to_owned())),
            _ => None,
        }
    }

    fn send(&self, mut control: &UnixStream) {
        let line = match self {
            Self::Pid(pid) => format!("pid {pid}\n"),
            Self::Error(text) => format!("error {}\n", text.replace('\n', " ")),
        };
        // Nobody listens when midwatch is gone; then there is nobody to tell.
        let _ = control.write_all(line.as_bytes());
    }
}

/// Runs the hidden subcommand `__exec-child -- PROGRAM [ARGUMENT…]`; `args` is what follows its name.
///
/// To be called before any thread or runtime starts. The exit code is the program's
/// own; 128 + n for an end by signal n; 125 to 127 where it could not be run.
#[must_use]
pub fn exec_child_main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut args = args.into_iter();
    let first = args.next();
    let Ok(control) = io::stdin().as_fd().try_clone_to_owned().map(UnixStream::from) else {
        return GUARDIAN_FAILED.into();
    };
    let outcome = match first.as_deref().and_then(|arg| arg.to_str()) {
        Some("--") => guard(&control, args),
        Some(BOUND_TO) => become_program(&control, args),
        _ => Err(io::Error::other("started without a program")),
    };
    outcome
        .unwrap_or_else(|error| {
            Report::Error(format!("the guardian failed: {error}")).send(&control);
            GUARDIAN_FAILED
        })
        .into()
}

/// Starts the program, obeys midwatch, and ends when nothing of the program is left.
fn guard(control: &UnixStream, command: impl Iterator<Item = OsString>) -> io::Result<u8> {
    set_child_subreaper(Some(getpid()))?;
    let child = Command::new(OWN_PROGRAM)
        .args([EXEC_CHILD, BOUND_TO, &getpid().as_raw_nonzero().to_string(), "--"])
        .args(command)
        .process_group(0)
        .spawn()?;
    Report::Pid(child.id()).send(control);
    let program = Arc::new(Mutex::new(Pid::from_raw(child.id().cast_signed())));
    let orders = control.try_clone()?;
    let target = Arc::clone(&program);
    thread::Builder::new().spawn(move || obey(orders, &target))?;
    let status = reap_until_ended(&program);
    end_descendants();
    Ok(exit_code(status?))
}

/// Sends on the signals that midwatch asks for; its silence for good means to kill.
fn obey(mut control: UnixStream, program: &Mutex<Option<Pid>>) {
    let mut order = [0];
    loop {
        match control.read(&mut order) {
            Ok(1) => {
                if let Some(signal) = Signal::from_named_raw(order[0].into()) {
                    signal_program(program, signal);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            _ => break,
        }
    }
    signal_program(program, Signal::KILL);
}

/// Signals the program and its group, unless it is gone and its id means something else.
fn signal_program(program: &Mutex<Option<Pid>>, signal: Signal) {
    if let Some(pid) = *lock(program)
        && kill_process_group(pid, signal).is_err()
    {
        // It may have left its group; it is still our child.
        let _ = kill_process(pid, signal);
    }
}

/// Reaps whatever ends, the program's orphans included, until the program itself has ended.
fn reap_until_ended(program: &Mutex<Option<Pid>>) -> io::Result<WaitStatus> {
    loop {
        // Waits without reaping: between the reaping and the note of it nobody may
        // signal, for the id could be another's by then.
        match waitid(WaitId::All, WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
        let mut pid = lock(program);
        while let Ok(Some((ended, status))) = wait(WaitOptions::NOHANG) {
            if *pid == Some(ended) {
                *pid = None;
                return Ok(status);
            }
        }
    }
}

/// Kills what the program left behind, and what that leaves behind, until nothing is.
fn end_descendants() {
    loop {
        let own = getpid().as_raw_nonzero().get().cast_unsigned();
        let killed = Processes::read(Root::default())
            .children_of(own)
            .iter()
            .filter_map(|pid| Pid::from_raw(pid.cast_signed()))
            .filter(|pid| kill_process(*pid, Signal::KILL).is_ok())
            .count();
        // Without a kill there is nothing sure to end: only what has ended already is
        // reaped, so that a child that we may not kill cannot hold us for ever.
        let options = if killed > 0 { WaitOptions::empty() } else { WaitOptions::NOHANG };
        match wait(options) {
            Ok(Some(_)) | Err(Errno::INTR) => {}
            Ok(None) | Err(_) => return,
        }
    }
}

/// Becomes the program, bound to the life of the guardian.
fn become_program(
    control: &UnixStream,
    mut args: impl Iterator<Item = OsString>,
) -> io::Result<u8> {
    let guardian = args.next().and_then(|pid| pid.to_str()?.parse().ok()).and_then(Pid::from_raw);
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // A guardian that ended before the line above would never be noticed.
    if guardian.is_none() || getppid() != guardian {
        return Err(io::Error::other("the guardian is gone"));
    }
    let Some(program) = args.nth(1) else {
        return Err(io::Error::other("started without a program"));
    };
    let error = Command::new(&program).args(args).stdin(Stdio::null()).exec();
    Report::Error(format!("cannot run `{}`: {error}", program.display())).send(control);
    Ok(if error.kind() == io::ErrorKind::NotFound { NOT_FOUND } else { CANNOT_RUN })
}

/// The exit code as a shell gives it.
fn exit_code(status: WaitStatus) -> u8 {
    let code = match status.terminating_signal() {
        Some(signal) => 128 + signal,
        None => status.exit_status().unwrap_or(GUARDIAN_FAILED.into()),
    };
    u8::try_from(code).unwrap_or(GUARDIAN_FAILED)
}

fn lock(program: &Mutex<Option<Pid>>) -> MutexGuard<'_, Option<Pid>> {
    program.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_survive_the_socket() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        Report::Pid(42).send(&ours);
        Report::Error("cannot run `x`:\nno such file".into()).send(&ours);
        drop(ours);
        let mut text = String::new();
        theirs.read_to_string(&mut text).unwrap();
        let reports: Vec<_> = text.lines().map(Report::parse).collect();
        assert_eq!(
            reports,
            [Some(Report::Pid(42)), Some(Report::Error("cannot run `x`: no such file".into()))],
        );
        assert_eq!(Report::parse("pid x"), None);
    }
}
