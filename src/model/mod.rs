//! Pure data and rules, no I/O: what midwatch knows and how it judges it.
//!
//! Words have one meaning each, here and on the screen: a **stack** has
//! **services**, a service has **instances**, an **engine** runs instances.

pub mod alert;
pub mod condition;
pub mod crash;
pub mod demand;
pub mod environment;
pub mod event;
pub mod fault;
pub mod fetch;
pub mod host;
pub mod id;
pub mod inspect;
pub mod instance;
pub mod log;
pub mod log_source;
pub mod metric;
pub mod people;
pub mod pressure;
pub mod probe;
pub mod probe_order;
pub mod quantity;
pub mod sample;
pub mod secret_ref;
pub mod severity;
pub mod spec;
pub mod stack;
pub mod stack_service;
pub mod threshold;
pub mod time_style;

pub use alert::{
    AlertId, AlertRule, AlertSeverity, AlertState, ForeignAlert, ForeignState, Observation, Phase,
};
pub use condition::{Condition, Level};
pub use demand::{Beat, Demand, StatsWanted};
pub use environment::Environment;
pub use event::{EngineFact, EngineInfo, Event, StreamState};
pub use fault::{Fault, FaultKind};
pub use fetch::Fetch;
pub use host::{CpuShares, Disk, HostSample};
pub use id::{EngineId, InstanceId, InstanceKey, ServiceId, ServiceKey};
pub use inspect::Inspection;
pub use instance::{
    Detail, Exit, Health, HealthRecord, Image, Instance, NetworkPlace, Port, Protocol,
    RestartPolicy, State,
};
pub use log::{Format, LogLine, Stream, Told};
pub use log_source::{LogOrigin, LogReading, LogSourceSpec};
pub use metric::{Advice, MetricSource, MetricSpec, MetricUnit, NoData};
pub use people::{Contact, Escalation, Maintenance, Notifier};
pub use pressure::Pressure;
pub use probe::{
    ProbeAnswer, ProbeFault, ProbeFaultKind, ProbeKey, ProbeReport, ProbeSpec, ProbeTarget,
};
pub use probe_order::{ProbeOrder, ProbeOrders, Way};
pub use quantity::{Bound, Comparator, Dimension, Quantity};
pub use sample::{Sample, SampleSource};
pub use secret_ref::SecretRef;
pub use severity::Severity;
pub use stack::{Monitors, PatternAlert, PatternSpec, SavedFilter, SavedIn, Stack};
pub use stack_service::{ServiceMatch, ServiceRole, StackService};
pub use threshold::{Threshold, Thresholds};
pub use time_style::TimeStyle;
