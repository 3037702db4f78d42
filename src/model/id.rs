//! Names of things: one type each, so that they cannot be mixed up.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::Clean;

/// Names one engine of this session, such as `docker` or `process`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EngineId(Clean);

impl EngineId {
    /// Makes an engine's name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(Clean::new(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for EngineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Names one running copy of a service as its engine does (a container's id, a process's name).
///
/// Pinned: a container that is made again under the same name has another id (threat T7).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InstanceId(Clean);

impl InstanceId {
    /// Makes an instance's id. Cleaned: an id that carries anything but plain text
    /// is not one that an engine gave, and will not be found on it.
    #[must_use]
    pub fn new(id: &str) -> Self {
        Self(Clean::new(id))
    }

    /// The whole id, as the engine wants it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The first twelve characters, as people see it.
    #[must_use]
    pub fn short(&self) -> &str {
        let id = self.as_str();
        id.char_indices().nth(12).map_or(id, |(at, _)| &id[..at])
    }
}

impl fmt::Display for InstanceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Names an instance in the whole session: which engine, which id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InstanceKey {
    /// The engine that runs it.
    pub engine: EngineId,
    /// Its id there.
    pub id: InstanceId,
}

impl InstanceKey {
    /// Pairs an engine with an id.
    #[must_use]
    pub fn new(engine: &EngineId, id: &InstanceId) -> Self {
        Self { engine: engine.clone(), id: id.clone() }
    }
}

/// Names a service: the stack that it belongs to, if any, and its name there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ServiceId {
    /// The stack; a container without labels belongs to none.
    pub stack: Option<Clean>,
    /// The name within the stack.
    pub name: Clean,
}

impl ServiceId {
    /// Names a service of a stack.
    #[must_use]
    pub fn in_stack(stack: &str, name: &str) -> Self {
        Self { stack: Some(Clean::new(stack)), name: Clean::new(name) }
    }

    /// Names a service that belongs to no stack.
    #[must_use]
    pub fn alone(name: &str) -> Self {
        Self { stack: None, name: Clean::new(name) }
    }
}

/// Names a service in the whole session: which engine runs it, and which service.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ServiceKey {
    /// The engine that runs its instances.
    pub engine: EngineId,
    /// The service.
    pub service: ServiceId,
}

impl ServiceKey {
    /// Stands for the stack itself, for what is about no service of it, such as a
    /// certificate: neither the engine nor the service has a name.
    #[must_use]
    pub fn of_stack() -> Self {
        Self { engine: EngineId::new(""), service: ServiceId::alone("") }
    }

    /// Whether it stands for the stack itself.
    #[must_use]
    pub fn is_stack(&self) -> bool {
        self.service.name.is_empty()
    }
}

impl fmt::Display for ServiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.stack {
            Some(stack) => write!(f, "{stack}/{}", self.name),
            None => self.name.fmt(f),
        }
    }
}
