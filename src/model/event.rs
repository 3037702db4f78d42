//! [`Event`]: facts, and nothing but facts.
//!
//! Wishes are `Command`s and consequences are `Effect`s; the three never mix.
//! Events can be serialised, so that a session can be recorded and replayed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Fault, ForeignAlert, HostSample, Inspection, Instance, InstanceId, InstanceKey, LogLine,
    ProbeKey, ProbeReport, Sample, alert::AlertOrigin, id::EngineId,
};
use crate::text::Clean;

/// Something that happened outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// An engine said something of itself or of what it runs.
    Engine {
        /// Which engine.
        engine: EngineId,
        /// When we heard it.
        at: Timestamp,
        /// What.
        fact: EngineFact,
    },
    /// An instance's use of its host.
    Sampled {
        /// Which instance.
        key: InstanceKey,
        /// When we heard it; the reading's own time is by its host's clock.
        at: Timestamp,
        /// The reading; boxed, so that it does not make every event as large as itself.
        sample: Box<Sample>,
        /// How many more came before it and were dropped because we fell behind.
        #[serde(default)]
        dropped: u64,
    },
    /// An instance's use of its host could not be read.
    NotSampled {
        /// Which instance.
        key: InstanceKey,
        /// Why. It is tried again, unless its engine cannot tell at all.
        fault: Fault,
    },
    /// What the host has and uses that midwatch runs on.
    Host {
        /// When we heard it.
        at: Timestamp,
        /// The reading.
        sample: Box<HostSample>,
    },
    /// Lines of an instance's output, in order.
    Logged {
        /// Which instance, or which log source or part of it.
        key: InstanceKey,
        /// When we heard them.
        at: Timestamp,
        /// The lines.
        lines: Vec<LogLine>,
        /// How many more came before these and were dropped because we fell behind.
        dropped: u64,
    },
    /// A log stream began, ended or failed.
    LogStream {
        /// Which instance.
        key: InstanceKey,
        /// What became of it.
        state: StreamState,
    },
    /// A probe was asked.
    Probed {
        /// Which.
        key: ProbeKey,
        /// What came of it.
        report: Box<ProbeReport>,
    },
    /// A metric was measured.
    Measured {
        /// Its name in the stack file.
        metric: Clean,
        /// When it was asked.
        at: Timestamp,
        /// The number, in the base unit of what it measures; `None` when there is none, as
        /// for an error rate without any requests.
        value: Result<Option<f64>, Fault>,
    },
    /// A server that watches the stack was asked for its alerts.
    Foreign {
        /// Which one.
        from: AlertOrigin,
        /// When it was asked.
        at: Timestamp,
        /// All that are not as they should be; what is not among them is well.
        alerts: Result<Vec<ForeignAlert>, Fault>,
    },
    /// An answer to a request to inspect.
    Inspected {
        /// Which instance.
        key: InstanceKey,
        /// When we heard it.
        at: Timestamp,
        /// What the engine told.
        result: Result<Inspection, Fault>,
    },
}

/// What an engine says, or what we found out about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum EngineFact {
    /// We are trying.
    Connecting,
    /// It answered.
    Connected {
        /// What it says of itself.
        info: EngineInfo,
    },
    /// The name of the host that it runs on.
    Host {
        /// The name.
        name: Clean,
    },
    /// It is lost, or was never there.
    Lost {
        /// Why.
        fault: Fault,
        /// How many tries in a row have failed.
        attempt: u32,
        /// When we try again.
        retry_at: Timestamp,
    },
    /// Nothing happened for a while, and it says that it is still there.
    Answered,
    /// Everything it runs.
    Listed {
        /// All instances; what is not among them is gone.
        instances: Vec<Instance>,
    },
    /// One instance as it is now, asked for by a person. One that has gone meanwhile
    /// stays gone.
    Refreshed {
        /// The instance.
        instance: Box<Instance>,
    },
    /// One instance, new or changed, with its detail.
    Described {
        /// The instance.
        instance: Box<Instance>,
    },
    /// The kernel killed a process of an instance for memory.
    OutOfMemory {
        /// Which instance.
        id: InstanceId,
    },
    /// One instance is gone.
    Removed {
        /// Which.
        id: InstanceId,
    },
}

/// What an engine says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineInfo {
    /// What it is, such as `Docker Engine` or `Podman Engine`.
    pub product: Clean,
    /// Its version.
    pub version: Clean,
    /// The version of the interface that we agreed on.
    pub api: Option<Clean>,
}

/// What became of a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum StreamState {
    /// It is read again from further back: all that is kept comes once more.
    Again,
    /// It is open; what was said before comes first.
    Live,
    /// It is open, and all that was said before has come, as far as one can tell.
    Current,
    /// It ended because the instance did.
    Ended,
    /// It broke and will be tried again.
    Broken {
        /// Why.
        fault: Fault,
    },
    /// There is nothing that could be read, however often it is tried.
    Unreadable {
        /// Why.
        fault: Fault,
    },
}
