//! Instances and probes for the tests of this module.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use crate::{
    model::{
        Health, Instance, InstanceId, ProbeOrder, ProbeSpec, ProbeTarget, ServiceId, State, Way,
        probe::{ProbeOrigin, ProbeRole},
    },
    text::Clean,
};

/// An instance that runs.
pub(super) fn instance(service: &str, id: &str, name: &str) -> Instance {
    Instance {
        id: InstanceId::new(id),
        name: Clean::new(name),
        service: ServiceId::in_stack("shop", service),
        replica: None,
        state: State::Running,
        health: Health::None,
        image: None,
        command: Clean::default(),
        created_at: None,
        ports: vec![],
        labels: BTreeMap::new(),
        detail: None,
    }
}

/// A probe that fails after three failures and recovers after two passes.
pub(super) fn spec(name: &str, target: ProbeTarget) -> ProbeSpec {
    ProbeSpec {
        name: Clean::new(name),
        target,
        every: Duration::from_secs(30),
        timeout: Duration::from_secs(5),
        fail_after: 3,
        ok_after: 2,
        grace: None,
        role: ProbeRole::Liveness,
        from: ProbeOrigin::StackFile,
    }
}

pub(super) fn tcp(address: &str) -> ProbeTarget {
    ProbeTarget::Tcp { address: address.into() }
}

/// How such a probe is asked.
pub(super) fn order(target: ProbeTarget) -> ProbeOrder {
    let way = Way::Ask(target.clone());
    ProbeOrder { spec: Arc::new(spec("health", target)), way, grace_until: None }
}
