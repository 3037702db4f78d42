//! [`StackService`]: what a stack file says of a service, whatever runs it.

use serde::{Deserialize, Serialize};

use super::{Instance, ProbeSpec};
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

impl StackService {
    /// Whether it is the service of this name with these instances.
    pub fn is<'a>(&self, name: &Clean, mut instances: impl Iterator<Item = &'a Instance>) -> bool {
        match &self.matches {
            ServiceMatch::Service(wanted) => wanted == name,
            other => instances.any(|instance| other.has(instance)),
        }
    }
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

impl ServiceMatch {
    /// Whether an instance is one of them.
    #[must_use]
    pub fn has(&self, instance: &Instance) -> bool {
        match self {
            Self::Service(name) => instance.service.name == *name,
            Self::Label(label, None) => instance.labels.contains_key(label),
            Self::Label(label, Some(value)) => instance.labels.get(label) == Some(value),
            Self::Container(name) => instance.name == *name,
            Self::Image(wanted) => instance.image.as_ref().is_some_and(|image| {
                let (name, wanted) = (image.name.as_str(), wanted.as_str());
                name == wanted || name.rsplit_once(':').is_some_and(|(name, _)| name == wanted)
            }),
        }
    }
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::{Health, Image, InstanceId, ServiceId, State};

    #[test]
    fn instances_are_found_by_what_the_file_says_of_them() {
        let clean = Clean::new;
        let api = Instance {
            id: InstanceId::new("1"),
            name: clean("shop-x-1"),
            service: ServiceId::alone("x"),
            replica: None,
            state: State::Running,
            health: Health::None,
            image: Some(Image { name: clean("shop/api:3"), digest: None }),
            command: Clean::default(),
            created_at: None,
            ports: vec![],
            labels: BTreeMap::from([(clean("role"), clean("api"))]),
            detail: None,
        };
        let has = |matches: ServiceMatch| matches.has(&api);
        assert!(has(ServiceMatch::Image(clean("shop/api"))));
        assert!(has(ServiceMatch::Image(clean("shop/api:3"))));
        assert!(!has(ServiceMatch::Image(clean("shop/api:2"))));
        assert!(!has(ServiceMatch::Image(clean("api"))));
        assert!(has(ServiceMatch::Label(clean("role"), None)));
        assert!(!has(ServiceMatch::Label(clean("role"), Some(clean("db")))));
        assert!(has(ServiceMatch::Container(clean("shop-x-1"))));
        assert!(has(ServiceMatch::Service(clean("x"))));
    }
}
