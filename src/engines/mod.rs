//! Engines: what runs instances. One trait, one folder an implementation.
//!
//! The promises of [`Engine`] are stated once, in the contract suite
//! (`tests/engines`), and every implementation is held to them: the fake, the
//! process engine, real Docker, real Podman.

pub mod around;
pub mod docker;
pub mod error;
pub mod limited;
pub mod lines;
pub mod process;

use std::{ffi::OsString, path::PathBuf, pin::Pin};

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use jiff::Timestamp;
use serde::Serialize;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
};

pub use around::Around;
pub use error::EngineError;

use crate::{
    model::{Beat, EngineId, EngineInfo, Inspection, Instance, InstanceId, LogLine, Sample},
    text::Clean,
};

/// A stream that an engine feeds until it ends or breaks.
pub type EngineStream<T> = BoxStream<'static, Result<T, EngineError>>;

/// Tells how often readings are wanted, which may change while they are taken. Once its
/// sender is gone, the last beat stays.
pub type BeatReceiver = watch::Receiver<Beat>;

/// Something that runs instances.
///
/// Every method may be called at any time, also while the engine is lost: it then
/// answers with the error that says why. Nothing here changes what runs; writes
/// come through the action engine alone.
#[async_trait]
pub trait Engine: Send + Sync + std::fmt::Debug {
    /// Its name in this session.
    fn id(&self) -> &EngineId;

    /// Where it is, without credentials, such as `unix:///var/run/docker.sock`.
    fn endpoint(&self) -> Clean;

    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Reaches it and agrees on a version.
    async fn connect(&self) -> Result<EngineInfo, EngineError>;

    /// The name of the host that it runs on, where it tells one. Some engines take long
    /// to find out: nothing that a person sees should wait for it.
    async fn host(&self) -> Option<Clean>;

    /// Whether it still answers, as cheaply as it can tell.
    async fn ping(&self) -> Result<(), EngineError> {
        self.connect().await.map(drop)
    }

    /// Everything it runs, ended instances included, as cheaply as it can.
    ///
    /// [`Instance::detail`] may be missing. The order is stable.
    async fn list(&self) -> Result<Vec<Instance>, EngineError>;

    /// One instance with its detail.
    async fn describe(&self, id: &InstanceId) -> Result<Instance, EngineError>;

    /// Changes from now on. Nothing that happens after this returned is missed.
    async fn watch(&self) -> Result<EngineStream<Change>, EngineError>;

    /// An instance's output: its last lines, and with `follow` all that comes.
    ///
    /// Without `follow`, or when the instance ends, the stream ends. Lines are whole,
    /// those of each pipe in order, cut at [`crate::model::log::MAX_LINE_BYTES`].
    async fn logs(
        &self,
        id: &InstanceId,
        request: LogRequest,
    ) -> Result<EngineStream<LogLine>, EngineError>;

    /// An instance's use of its host while it is up: about once a second where that costs
    /// the engine nothing, else as often as the beat says at the time.
    async fn stats(
        &self,
        id: &InstanceId,
        beat: BeatReceiver,
    ) -> Result<EngineStream<Sample>, EngineError>;

    /// Where the readings of its instances come from, found out by a look at each that is
    /// up; `None` where it does not say.
    async fn readings(&self) -> Result<Option<Readings>, EngineError> {
        Ok(None)
    }

    /// Everything it tells of one instance.
    async fn inspect(&self, id: &InstanceId) -> Result<Inspection, EngineError>;

    /// A shell inside (or, for a process, beside) an instance that is up.
    async fn shell(&self, id: &InstanceId, size: ShellSize) -> Result<Shell, EngineError>;
}

/// What an engine can do; a pane offers nothing that its engine cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a thing that it can do or cannot")]
pub struct Capabilities {
    /// It runs health checks itself.
    pub health: bool,
    /// Its instances are made from images.
    pub images: bool,
    /// A shell runs inside the instance (otherwise beside it, on the host).
    pub shell_inside: bool,
    /// It holds the output of its instances in memory, so that all of it can be had at
    /// once (otherwise it has to be read from somewhere, and there may be any amount).
    pub output_at_hand: bool,
}

/// Where the readings of an engine's instances come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Readings {
    /// How many instances are up.
    pub instances: usize,
    /// How many of them the kernel of this host tells of. The engine is asked about the
    /// others.
    pub from_kernel: usize,
    /// Which control groups this host has, such as `control groups v1`; `None` where the
    /// engine cannot be on this host, and so they were not looked at.
    pub control_groups: Option<Clean>,
    /// Why the kernel does not tell of them all: of the first that it does not tell of.
    pub why_not: Option<Clean>,
}

/// What changed, by name only: whoever needs to know more asks for a description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// An instance is new or not what it was.
    Touched(InstanceId),
    /// The kernel killed a process of an instance for memory; it may run on.
    OutOfMemory(InstanceId),
    /// An instance is gone.
    Removed(InstanceId),
}

/// Which lines of an instance's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogRequest {
    /// How many of the last lines; `None` is all that the engine has kept.
    pub tail: Option<usize>,
    /// Only lines at or after this moment.
    pub since: Option<Timestamp>,
    /// Only lines before this moment.
    pub until: Option<Timestamp>,
    /// Whether to go on with what comes.
    pub follow: bool,
}

impl LogRequest {
    /// The last `lines` lines that were said before a moment: with the start of an
    /// instance's present run, those of the runs before it, as far as its engine kept them.
    ///
    /// Docker notes the start of a run a few milliseconds after the fact: what it said at
    /// once may be among them.
    #[must_use]
    pub fn before(moment: Timestamp, lines: usize) -> Self {
        Self { tail: Some(lines), since: None, until: Some(moment), follow: false }
    }
}

/// The size of a terminal, in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShellSize {
    /// Columns.
    pub columns: u16,
    /// Rows.
    pub rows: u16,
}

/// A shell that a person's terminal is handed to.
pub enum Shell {
    /// A command to run on this host with the terminal as it is.
    Local {
        /// Program and arguments.
        command: Vec<OsString>,
        /// Where.
        directory: Option<PathBuf>,
        /// Environment, on top of our own.
        environment: Vec<(OsString, OsString)>,
    },
    /// A terminal on the other side, to be connected with ours byte for byte.
    Remote(Box<dyn RemoteShell>),
}

/// A terminal on the engine's side.
#[async_trait]
pub trait RemoteShell: Send {
    /// Takes the two byte streams; gives `None` the second time.
    fn streams(&mut self) -> Option<ShellStreams>;
    /// Says that our terminal has another size now.
    async fn resize(&self, size: ShellSize) -> Result<(), EngineError>;
    /// The exit code, once the output has ended.
    async fn exit_code(&self) -> Result<Option<i64>, EngineError>;
}

/// The two directions of a remote terminal.
pub struct ShellStreams {
    /// What the person types goes here.
    pub input: Pin<Box<dyn AsyncWrite + Send>>,
    /// What the shell prints comes from here.
    pub output: Pin<Box<dyn AsyncRead + Send>>,
}
