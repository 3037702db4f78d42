//! [`Speaker`]: whose lines are printed.

use crate::{
    model::{Instance, InstanceKey, LogSourceSpec, ServiceId},
    text::Clean,
};

/// Who says lines: an instance, a log source, or a part of one, such as a file.
#[derive(Clone, Debug)]
pub(super) struct Speaker {
    /// Tells it from all others, also from those of the same name.
    pub(super) key: InstanceKey,
    /// The service that its lines are of; of a source that goes with none, the source.
    pub(super) service: ServiceId,
    /// Its name before its lines.
    pub(super) name: Clean,
}

impl Speaker {
    pub(super) fn instance(key: &InstanceKey, instance: &Instance) -> Self {
        Self { key: key.clone(), service: instance.service.clone(), name: instance.name.clone() }
    }

    /// A log source of a stack, or the part of it that is named.
    pub(super) fn source(
        spec: &LogSourceSpec,
        stack: Option<&Clean>,
        part: Option<&Clean>,
    ) -> Self {
        let key = spec.key();
        let key = part.map_or(key.clone(), |part| key.part(part.as_str()));
        let name = Clean::new(key.source_instance().unwrap_or_default());
        let service = ServiceId { stack: stack.cloned(), name: spec.service_name().clone() };
        Self { key, service, name }
    }
}
