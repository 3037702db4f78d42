//! [`StackService`]: what a stack file says of a service, whatever runs it.

use serde::{Deserialize, Serialize};

use super::ProbeSpec;
use crate::text::Clean;

/// What is said of a service that cannot be found out by looking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StackService {
    /// Its name in the stack file.
    pub id: Clean,
    /// Which instances it is.
    pub matches: ServiceMatch,
    /// What it is for; `None`: by its image.
    pub role: Option<ServiceRole>,
    /// Whether the stack does not work without it.
    pub critical: bool,
    /// The services that it needs, as far as the file says.
    pub depends_on: Vec<Clean>,
    /// Its probes; empty: those that its image and ports suggest.
    pub probes: Vec<ProbeSpec>,
    /// Whether it is to have no probes at all.
    pub unprobed: bool,
}

/// Which instances belong to a service of the stack file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceMatch {
    /// Those of the service of this name.
    Service(Clean),
    /// Those with this label; with this value where one is given.
    Label(Clean, Option<Clean>),
    /// The container of this name.
    Container(Clean),
    /// Those of this image, with or without its tag.
    Image(Clean),
}

/// What a service is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceRole {
    /// It does the stack's work.
    App,
    /// It does work that waits in a queue.
    Worker,
    /// It is what people see.
    Frontend,
    /// It stands before the others.
    Proxy,
    /// It holds data.
    Db,
    /// It holds data that can be made again.
    Cache,
    /// It holds files.
    Storage,
    /// It holds work.
    Queue,
    /// It looks at the others.
    Monitoring,
}
