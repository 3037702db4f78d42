//! [`Groups`]: services, made of instances when somebody asks.

use std::{cell::OnceCell, collections::BTreeMap};

use super::{InstanceView, ServiceView, service::group};
use crate::model::{Condition, InstanceKey, ServiceKey};

/// The services that instances make up. Thousands of facts may come before anybody
/// looks: they are grouped with the first look, and kept until something changes.
#[derive(Debug, Default)]
pub(super) struct Groups {
    services: OnceCell<Vec<ServiceView>>,
    /// How often they may have become others.
    revision: u64,
    #[cfg(test)]
    made: std::cell::Cell<u32>,
}

impl Groups {
    /// The services of these instances, by stack and name.
    pub(super) fn of(
        &self,
        instances: &BTreeMap<InstanceKey, InstanceView>,
        missing: impl FnOnce() -> Vec<ServiceKey>,
        checked: impl Fn(&ServiceKey, Condition) -> Condition,
    ) -> &[ServiceView] {
        self.services.get_or_init(|| {
            #[cfg(test)]
            self.made.set(self.made.get() + 1);
            group(instances, missing(), checked)
        })
    }

    /// Says that instances are not what they were.
    pub(super) fn outdated(&mut self) {
        self.services = OnceCell::new();
        self.revision += 1;
    }

    /// Another number whenever services may be others than before.
    pub(super) fn revision(&self) -> u64 {
        self.revision
    }

    /// How often instances were grouped so far.
    #[cfg(test)]
    pub(super) fn made(&self) -> u32 {
        self.made.get()
    }
}
