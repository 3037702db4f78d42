//! [`Look`]: what `midwatch status --json` said.

use std::{
    fmt::{self, Display, Formatter},
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::project::Project;

/// Within this time everything is seen, and is well again: what an engine's own health check
/// says comes last.
const SOON: Duration = Duration::from_secs(90);

/// A service that is not well: its name, its level, and a part of the reason.
pub(crate) type Wrong = (&'static str, &'static str, &'static str);

/// What `midwatch status --json` said.
#[derive(Debug)]
pub(crate) struct Look {
    exit: Option<i32>,
    report: Value,
}

impl Look {
    /// Looks until these services are not well and no others, and the shell is told so.
    /// Otherwise what was seen last.
    pub(crate) fn until(project: &Project, wrong: &[Wrong]) -> Result<Self, String> {
        let exit = i32::from(!wrong.is_empty());
        let begin = Instant::now();
        loop {
            let look = Self::at(project);
            if look.exit == Some(exit) && look.says(wrong) {
                return Ok(look);
            }
            if begin.elapsed() > SOON {
                return Err(format!("expected {wrong:?} and exit {exit}, but it said {look}"));
            }
        }
    }

    /// Goes on looking, with `--watch`, until these services are not well and no others.
    pub(crate) fn on(project: &Project, wrong: &[Wrong]) -> Result<Self, String> {
        let mut watching = Watching::start(project);
        let mut last = None;
        while let Some(report) = watching.next() {
            let look = Self { exit: None, report };
            if look.says(wrong) {
                return Ok(look);
            }
            last = Some(look);
        }
        let last = last.map_or_else(|| "nothing".into(), |look| look.to_string());
        Err(format!("expected {wrong:?}, but it said {last}"))
    }

    fn at(project: &Project) -> Self {
        let output = status(project).output().unwrap();
        let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!("{error}: {output:?}");
        });
        Self { exit: output.status.code(), report }
    }

    /// The services, with level and reason.
    pub(crate) fn services(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        fn of<'a>(service: &'a Value, key: &str) -> &'a str {
            service[key].as_str().unwrap()
        }
        let all = self.report["services"].as_array().unwrap().iter();
        all.map(|it| (of(it, "service"), of(it, "level"), of(it, "reason")))
    }

    fn wrong(&self) -> Vec<(&str, &str, &str)> {
        self.services().filter(|(_, level, _)| *level != "ok").collect()
    }

    fn says(&self, wrong: &[Wrong]) -> bool {
        let seen = self.wrong();
        let is_meant = |(service, level, reason): &(&str, &str, &str)| {
            wrong.iter().any(|it| it.0 == *service && it.1 == *level && reason.contains(it.2))
        };
        seen.len() == wrong.len() && seen.iter().all(is_meant)
    }
}

impl Display for Look {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} and exit {:?}", self.wrong(), self.exit)
    }
}

/// The command, which ends by itself in any case.
fn status(project: &Project) -> Command {
    let mut command = Command::new("timeout");
    command.arg(SOON.as_secs().to_string()).arg(env!("CARGO_BIN_EXE_midwatch"));
    command.args(project.looked_at_by()).args(["status", "--json"]);
    command.env_clear().envs(project.environment()).stdin(Stdio::null());
    command
}

/// `midwatch status --watch`, until it is dropped.
struct Watching {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Watching {
    fn start(project: &Project) -> Self {
        let mut child = status(project).arg("--watch").stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    fn next(&mut self) -> Option<Value> {
        let line = self.lines.next()?.unwrap();
        Some(serde_json::from_str(&line).unwrap())
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        // `timeout` hands this on; a signal that cannot be caught would stop there.
        let pid = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        let _ = self.child.wait();
    }
}
