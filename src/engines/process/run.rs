//! One run of an instance, from its start to the last of its processes.

use std::{
    io, os::unix::process::ExitStatusExt, path::Path, pin::pin, process::ExitStatus,
    sync::OnceLock, time::Duration,
};

use futures_util::{FutureExt, future::FusedFuture};
use jiff::Timestamp;
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::{
    engines::{
        lines::LineSplitter,
        process::{
            health,
            live::{Cell, Processes},
            log_buffer::LogBuffer,
            plan::InstancePlan,
        },
    },
    guarded::{Child, Outlets, Report, Reports},
    model::{Exit, Stream},
    text::Clean,
};

/// How much is read from a pipe at once.
const CHUNK_BYTES: usize = 16 * 1024;

/// How long the guardian may take to start, and how long for a kill. A process that sleeps
/// in the kernel, or that belongs to another user, cannot be waited for without end.
const GUARDIAN_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the pipes are read after the end: nobody should hold them any more.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

/// The exit code for a program that could not even be tried, as of `docker run`.
const NOT_STARTED: i64 = 125;

/// How a run ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// The exit code, and what went wrong before the program ran.
    pub exit: Exit,
    /// Whether something of it may still be there.
    pub stuck: bool,
}

/// Runs an instance once: until it ends, or until `stop` and then its stop signal, its stop
/// timeout and a kill. All its output is in its log buffer when this returns.
pub(super) async fn run_once(cell: &Cell, shim: &Path, stop: &CancellationToken) -> Ended {
    let (mut child, outlets) = match start(&cell.plan, shim) {
        Ok(spawned) => spawned,
        Err(error) => return not_started(cell, &error),
    };
    let Outlets { stdout, stderr, mut reports } = outlets;
    let failure = OnceLock::new();
    // A guardian that says nothing is on its way to its end.
    let program = timeout(GUARDIAN_TIMEOUT, started(&mut reports, &failure)).await.ok().flatten();
    if let (Some(guardian), Some(program)) = (child.guardian(), program) {
        child.runs_as(program);
        cell.began(Processes { guardian, program });
    }
    let mut output = pin!(
        async {
            tokio::join!(
                pump(stdout, Stream::Stdout, &cell.logs),
                pump(stderr, Stream::Stderr, &cell.logs),
                listen(&mut reports, &failure),
            )
        }
        .fuse()
    );
    let mut ended = tokio::select! {
        ended = end_of(cell, &mut child, stop) => ended,
        (_, never) = async { tokio::join!(output.as_mut(), health::watch(cell)) } => match never {},
    };
    if !output.is_terminated() {
        // Whoever holds a pipe longer than this cannot be killed by us either.
        ended.stuck |= timeout(DRAIN_TIMEOUT, output).await.is_err();
    }
    ended.exit.error = ended.exit.error.or_else(|| failure.get().cloned());
    ended
}

/// Waits for the program's process id.
async fn started(reports: &mut Reports, failure: &OnceLock<Clean>) -> Option<u32> {
    loop {
        match reports.next().await? {
            Report::Pid(program) => return Some(program),
            // The bound stage can be quicker than the guardian.
            Report::Error(text) => note(failure, &text),
        }
    }
}

/// Listens to the guardian until it ends.
async fn listen(reports: &mut Reports, failure: &OnceLock<Clean>) {
    while let Some(report) = reports.next().await {
        if let Report::Error(text) = report {
            note(failure, &text);
        }
    }
}

/// Keeps the first error; what comes after it comes from it.
fn note(failure: &OnceLock<Clean>, text: &str) {
    let _ = failure.set(Clean::new(text));
}

/// Waits for the end, or brings it about once `stop` says so.
async fn end_of(cell: &Cell, child: &mut Child, stop: &CancellationToken) -> Ended {
    tokio::select! {
        status = child.wait() => return ended(status),
        () = stop.cancelled() => {}
    }
    child.signal(cell.plan.spec.stop_signal).await;
    if let Ok(status) = timeout(cell.plan.spec.stop_timeout, child.wait()).await {
        return ended(status);
    }
    child.kill();
    if let Ok(status) = timeout(GUARDIAN_TIMEOUT, child.wait()).await {
        return ended(status);
    }
    child.abandon();
    Ended { stuck: true, ..ended(child.wait().await) }
}

/// Starts an instance's program under a guardian.
fn start(plan: &InstancePlan, shim: &Path) -> io::Result<(Child, Outlets)> {
    plan.port.release();
    Child::start(&plan.spec.command, &plan.env, plan.spec.cwd.as_deref(), shim)
}

fn ended(status: io::Result<ExitStatus>) -> Ended {
    let (code, error) = match status {
        Ok(status) => {
            let by_signal = || 128 + i64::from(status.signal().unwrap_or(0));
            (status.code().map_or_else(by_signal, i64::from), None)
        }
        Err(error) => (NOT_STARTED, Some(Clean::new(&error.to_string()))),
    };
    Ended { exit: Exit { code, oom_killed: false, error }, stuck: false }
}

fn not_started(cell: &Cell, error: &io::Error) -> Ended {
    let missing = cell.plan.spec.cwd.as_deref().filter(|cwd| !cwd.is_dir());
    let error = match missing {
        Some(cwd) => format!("no folder {}", cwd.display()),
        None => format!("cannot start a guardian: {error}"),
    };
    let exit = Exit { code: NOT_STARTED, oom_killed: false, error: Some(Clean::new(&error)) };
    Ended { exit, stuck: false }
}

/// Moves what comes from one pipe into the log buffer, until its end.
async fn pump(mut pipe: impl AsyncRead + Unpin, stream: Stream, logs: &LogBuffer) {
    let mut splitter = LineSplitter::new(stream);
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut lines = Vec::new();
    // A pipe that cannot be read any more has ended for us.
    while let Ok(length @ 1..) = pipe.read(&mut chunk).await {
        splitter.push(&chunk[..length], |line| lines.push(line));
        logs.push(lines.drain(..), Timestamp::now());
    }
    logs.push(splitter.finish(), Timestamp::now());
}

#[cfg(test)]
mod tests {
    use std::{
        net::{Ipv4Addr, TcpListener},
        thread,
    };

    use super::*;
    use crate::engines::process::plan::{instances, tests::service};

    #[test]
    fn a_port_is_free_for_its_program_however_many_others_are_just_starting() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let services: Vec<_> = (0..200).map(|n| service(&format!("s{n}"))).collect();
        let plans = instances("stack", &services, &[]).unwrap();
        let shim = Path::new("true");
        thread::scope(|scope| {
            for plans in plans.chunks(50) {
                let runtime = runtime.handle();
                scope.spawn(move || {
                    let _inside = runtime.enter();
                    for plan in plans {
                        let _child = start(plan, shim).unwrap();
                        let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, plan.port.number));
                        bound.unwrap();
                    }
                });
            }
        });
    }
}
