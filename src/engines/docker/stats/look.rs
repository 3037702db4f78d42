//! Which of the two sources tells of which instances, for whoever wants to know.

use futures_util::{StreamExt, TryStreamExt, stream};

use crate::{
    engines::{
        EngineError, Readings,
        docker::stats::{
            AT_ONCE, Stats, known,
            sweeper::{Look, Run},
        },
    },
    kernel::Layout,
    model::InstanceId,
    text::Clean,
};

/// Why nothing is looked for in the kernel.
const ELSEWHERE: &str = "the engine is not on this host";

/// Why nobody knows what the kernel tells.
const CRASHED: &str = "reading the kernel of this host crashed";

/// Why an instance is not looked for in the kernel.
const NO_PROCESS: &str = "the engine does not tell which process it is";

impl Stats {
    /// Tries each of these instances.
    pub(in crate::engines::docker) async fn readings(
        &self,
        ids: Vec<InstanceId>,
    ) -> Result<Readings, EngineError> {
        let Some(sweeper) = &self.sweeper else { return Ok(nothing(ids.len(), ELSEWHERE)) };
        let runs = self.runs(&ids).await?;
        let instances = runs.len();
        let runs: Vec<Run> = runs.into_iter().flatten().collect();
        let look = sweeper.look(runs).await;
        Ok(found(look.as_ref(), instances))
    }

    /// The runs of those that are still up, each as far as the kernel could know it.
    async fn runs(&self, ids: &[InstanceId]) -> Result<Vec<Option<Run>>, EngineError> {
        let run = async |id: &InstanceId| match self.inspected(id).await {
            Ok(inspected) => Ok(known(&inspected, self.client.is_podman()).map(|known| known.run)),
            Err(EngineError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        };
        let runs = stream::iter(ids).map(run).buffered(AT_ONCE);
        runs.try_filter_map(async |run| Ok(run)).try_collect().await
    }
}

/// Nothing is known of what the kernel tells, for this reason.
fn nothing(instances: usize, why: &str) -> Readings {
    let why_not = Some(Clean::new(why));
    Readings { instances, from_kernel: 0, control_groups: None, why_not }
}

/// What a look found of so many instances, unless it crashed.
fn found(look: Option<&Look>, instances: usize) -> Readings {
    let Some(look) = look else { return nothing(instances, CRASHED) };
    let from_kernel = look.readings.iter().filter(|reading| reading.is_ok()).count();
    let why = look.readings.iter().find_map(|reading| reading.as_ref().err());
    let why = match why {
        // Nothing can be read without: that says more than what became of one.
        Some(_) if look.layout == Layout::None => {
            Some(Clean::new("this host has no control groups"))
        }
        Some(why) => Some(Clean::new(&why.to_string())),
        None => (look.readings.len() < instances).then(|| Clean::new(NO_PROCESS)),
    };
    let control_groups = Some(Clean::new(&look.layout.to_string()));
    Readings { instances, from_kernel, control_groups, why_not: why }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_that_crashed_is_no_engine_elsewhere() {
        let why = found(None, 3).why_not.unwrap();
        assert!(why.as_str().contains("crashed"), "{why}");
    }
}
