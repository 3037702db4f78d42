//! [`ServiceSpec`]: how a service of local processes is to be run.
//!
//! Pure data: a stack file or the demo gives it, the process engine runs it.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

/// More copies of one service than this on one host are taken for a slip of the hand.
pub const MAX_REPLICAS: u32 = 100;

/// How many bytes of a copy's output are kept, unless it says otherwise: more than ten
/// thousand lines.
pub const KEPT_BYTES: usize = 4 << 20;

/// The processes of one stack.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProcessStack {
    /// The stack's name.
    pub name: String,
    /// Its services, in the order in which they were written.
    pub services: Vec<ServiceSpec>,
}

/// One service made of local processes.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceSpec {
    /// Its name within the stack.
    pub name: String,
    /// Program and arguments. Never given to a shell (threat T2).
    pub command: Vec<String>,
    /// The working directory; that of midwatch where it is missing.
    pub cwd: Option<PathBuf>,
    /// Environment on top of midwatch's own.
    pub env: BTreeMap<String, String>,
    /// How many copies.
    pub replicas: u32,
    /// Services that must be up (and healthy, where they have a check) before this one starts.
    pub depends_on: Vec<String>,
    /// What to do when a copy ends by itself.
    pub restart: super::instance::RestartPolicy,
    /// The signal that asks a copy to end.
    pub stop_signal: StopSignal,
    /// How long a copy may take to end before it is killed.
    pub stop_timeout: Duration,
    /// How to tell whether a copy works.
    pub health_check: Option<HealthCheck>,
    /// The first port: copy n (from 1) gets `PORT` = this + n − 1. Without it, each
    /// copy gets a free port of the loopback address.
    pub port: Option<u16>,
    /// How many bytes of each copy's output are kept for whoever looks later, each line
    /// with what it costs on top of its text.
    pub kept_bytes: usize,
}

/// A signal that asks a process to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StopSignal {
    /// SIGTERM.
    #[default]
    Term,
    /// SIGINT.
    Int,
    /// SIGQUIT.
    Quit,
    /// SIGHUP.
    Hup,
    /// SIGKILL.
    Kill,
    /// SIGUSR1.
    Usr1,
    /// SIGUSR2.
    Usr2,
}

/// A check of one copy, which decides about its health.
#[derive(Clone, Debug, PartialEq)]
pub struct HealthCheck {
    /// What to ask.
    pub target: CheckTarget,
    /// How often.
    pub every: Duration,
    /// How long to wait for an answer.
    pub timeout: Duration,
    /// How many failures in a row make it unhealthy.
    pub fail_after: u32,
    /// Failures within this time after a start do not count.
    pub grace: Duration,
}

/// What a health check asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckTarget {
    /// GET this URL; a 2xx or 3xx answer passes. `{port}` stands for the copy's port.
    Http(String),
    /// Connect to `host:port`; `{port}` stands for the copy's port.
    Tcp(String),
}
