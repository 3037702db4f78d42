//! Which of the two sources tells of which instances, for whoever wants to know.

use futures_util::{StreamExt, TryStreamExt, stream};

use crate::{
    engines::{
        EngineError, Readings,
        docker::stats::{AT_ONCE, Stats, known, sweeper::Run},
    },
    kernel::Layout,
    model::InstanceId,
    text::Clean,
};

/// Why an instance is not looked for in the kernel.
const NO_PROCESS: &str = "the engine does not tell which process it is";

impl Stats {
    /// Tries each of these instances.
    pub(in crate::engines::docker) async fn readings(
        &self,
        ids: Vec<InstanceId>,
    ) -> Result<Readings, EngineError> {
        let nowhere = Readings {
            instances: ids.len(),
            from_kernel: 0,
            control_groups: None,
            why_not: Some(Clean::new("the engine is not on this host")),
        };
        let Some(sweeper) = &self.sweeper else { return Ok(nowhere) };
        let runs = self.runs(&ids).await?;
        let instances = runs.len();
        let runs: Vec<Run> = runs.into_iter().flatten().collect();
        let is_any_unknown = runs.len() < instances;
        let Some(look) = sweeper.look(runs).await else { return Ok(nowhere) };
        let from_kernel = look.readings.iter().filter(|reading| reading.is_ok()).count();
        let why = look.readings.iter().find_map(|reading| reading.as_ref().err());
        let why = match why {
            // Nothing can be read without: that says more than what became of one.
            Some(_) if look.layout == Layout::None => {
                Some(Clean::new("this host has no control groups"))
            }
            Some(why) => Some(Clean::new(&why.to_string())),
            None => is_any_unknown.then(|| Clean::new(NO_PROCESS)),
        };
        let control_groups = Some(Clean::new(&look.layout.to_string()));
        Ok(Readings { instances, from_kernel, control_groups, why_not: why })
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
