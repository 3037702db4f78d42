//! What labels of an instance say of its probes.

use crate::{
    model::{Instance, ProbeSpec, probe_text},
    text::Clean,
};

/// The label that names probes, one or several with commas between.
const PROBE: &str = "midwatch.probe";

/// What stands in the label of what is not to be asked.
const NONE: &str = "none";

/// The probes that an instance's label names; `None` without the label. What is no probe is
/// left out, and if nothing is left, the label says nothing.
pub(super) fn probes(instance: &Instance) -> Option<Vec<ProbeSpec>> {
    let label = instance.labels.get(&Clean::new(PROBE))?;
    if label.as_str().trim() == NONE {
        return Some(Vec::new());
    }
    let texts = label.as_str().split(',').map(str::trim);
    let specs: Vec<_> = texts.filter_map(|text| probe_text::of_label(text).ok()).collect();
    (!specs.is_empty()).then_some(specs)
}

/// Whoever may start a container must not choose whom midwatch asks (threat T17): a label
/// speaks of the instances of its own stack alone.
pub(super) fn elsewhere() -> Clean {
    Clean::new("its label may name {host} or a service of its stack, nothing else")
}
