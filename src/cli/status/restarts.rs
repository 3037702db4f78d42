//! [`Restarts`]: the restarts that were seen while watching.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    cli::gather::View,
    model::{InstanceKey, crash::RestartLog},
};

/// The restarts of every instance, by the engine's own counters.
#[derive(Clone, Debug, Default)]
pub(super) struct Restarts {
    seen: BTreeMap<InstanceKey, (u32, RestartLog)>,
    none: RestartLog,
}

impl Restarts {
    /// Notes how far the counters have come.
    pub(super) fn note(&mut self, view: &View, now: Timestamp) {
        for instance in &view.instances {
            let Some(detail) = &instance.detail else { continue };
            let key = InstanceKey::new(&view.engine, &instance.id);
            let (count, log) =
                self.seen.entry(key).or_insert_with(|| (detail.restarts, RestartLog::default()));
            log.record(detail.restarts.saturating_sub(*count), now);
            *count = detail.restarts;
        }
        self.seen.retain(|key, _| {
            key.engine != view.engine || view.instances.iter().any(|each| each.id == key.id)
        });
    }

    pub(super) fn of(&self, key: &InstanceKey) -> &RestartLog {
        self.seen.get(key).map_or(&self.none, |(_, log)| log)
    }
}
