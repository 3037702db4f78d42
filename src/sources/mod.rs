//! Log sources: lines that come from elsewhere than the output of an instance.
//!
//! A stack file names them (`[[logs]]`): files, the systemd journal, commands. One trait,
//! one implementation a kind; what a stack file says of the output of a service's own
//! instances is applied by [`Understood`]. Whoever reads gets lines that already say
//! what they are ([`Told`](crate::model::Told)): they are understood once, in the task
//! that reads them.

mod command;
mod files;
mod journal;
mod teller;
mod understood;

use std::{path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;

pub use command::CommandSource;
pub use files::FileSource;
pub use journal::JournalSource;
pub use teller::Teller;
pub use understood::Understood;

use crate::{
    engines::{EngineError, EngineStream, LogRequest},
    guarded::OWN_PROGRAM,
    model::{FaultKind, InstanceKey, LogLine, LogOrigin, LogSourceSpec, Stack},
    text::Clean,
};

/// Something beside instances that has lines.
///
/// It has one reader at a time, and remembers what it gave: a source that was read
/// before goes on behind the last line that was taken from it, as far as it can. A
/// stream may be dropped at any time; what was not taken from it comes again.
#[async_trait]
pub trait LogSource: Send + Sync + std::fmt::Debug {
    /// What the stack file says of it.
    fn spec(&self) -> &LogSourceSpec;

    /// What it says. The first reading begins as `request` asks; a later one goes on, and
    /// of the request only [`LogRequest::follow`] counts.
    ///
    /// Without `follow` the stream ends with the last line that there is.
    async fn read(&self, request: LogRequest) -> Result<EngineStream<Said>, EngineError>;

    /// All that it has now, as `request` asks, each part by itself: in the stream of one
    /// its lines are in order. For a source that nobody reads otherwise.
    async fn history(&self, request: LogRequest) -> Result<Vec<History>, EngineError> {
        let said = self.read(LogRequest { follow: false, ..request }).await?;
        Ok(vec![History { part: None, said }])
    }

    /// Forgets what it gave, so that the next reading begins as it is asked for, whatever
    /// is still taken from the present one. `false` from a source that cannot give its
    /// lines again.
    fn rewind(&self) -> bool {
        false
    }

    /// The longest wait between two tries of a source that fails.
    fn longest_wait(&self) -> Duration {
        Duration::from_secs(4)
    }

    /// Its name among everything that has lines.
    fn key(&self) -> InstanceKey {
        self.spec().key()
    }
}

/// What a source, or a part of it, has said so far.
pub struct History {
    /// The part, such as a file's path; `None` for what is of no part.
    pub part: Option<Clean>,
    /// What it said. The stream ends with the last line that there is.
    pub said: EngineStream<Said>,
}

/// Something that a source, or a part of it, says.
#[derive(Debug)]
pub struct Said {
    /// The part, such as a file's path; `None` for a source that has no parts.
    pub part: Option<Clean>,
    /// What.
    pub what: What,
}

/// What a source or a part of it says.
#[derive(Debug)]
pub enum What {
    /// A line that was not given before, and what it says of itself.
    Line(LogLine),
    /// It cannot be read (now); other parts can.
    Unreadable(EngineError),
    /// It is gone, and has said all.
    Gone,
}

/// The sources of a stack. Nothing is opened until one is read.
///
/// `may_run` says whether the stack file's commands may run (threat T9); a command that
/// may not is a source that says so.
#[must_use]
pub fn of_stack(stack: &Stack, may_run: bool) -> Vec<Arc<dyn LogSource>> {
    stack.log_sources().filter_map(|spec| open(spec, may_run, Path::new(OWN_PROGRAM))).collect()
}

/// The source that a stack file describes; `None` where it describes the output of a
/// service. `shim` is a program that has the hidden subcommand of the process engine.
#[must_use]
pub fn open(spec: &LogSourceSpec, may_run: bool, shim: &Path) -> Option<Arc<dyn LogSource>> {
    let spec = spec.clone();
    Some(match &spec.origin {
        LogOrigin::Files(_) => Arc::new(FileSource::new(spec)),
        LogOrigin::Journal(_) => Arc::new(JournalSource::new(spec, shim)),
        LogOrigin::Command { .. } if !may_run => Arc::new(Withheld { spec }),
        LogOrigin::Command { .. } => Arc::new(CommandSource::new(spec, shim)),
        LogOrigin::Service(_) => return None,
    })
}

/// A command that may not run.
#[derive(Debug)]
struct Withheld {
    spec: LogSourceSpec,
}

#[async_trait]
impl LogSource for Withheld {
    fn spec(&self) -> &LogSourceSpec {
        &self.spec
    }

    async fn read(&self, _request: LogRequest) -> Result<EngineStream<Said>, EngineError> {
        Err(EngineError::Invalid {
            what: format!(
                "{} does not run: its stack file is not approved",
                self.spec.origin.words()
            ),
            remedy: "`midwatch trust` shows what it runs, and approves it".into(),
        })
    }
}

/// A failure that another try may overcome.
fn failure(kind: FaultKind, what: String, remedy: Option<&str>) -> EngineError {
    EngineError::Log { kind, what, remedy: remedy.map(str::to_owned) }
}
