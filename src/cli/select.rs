//! [`Selection`]: which instances and logs a command line means.

use crate::{
    cli::CliError,
    model::{Instance, LogSourceSpec, ServiceId},
    text::{Clean, suggest},
};

/// How many names are offered in place of one that means nothing.
const SHOWN: usize = 3;

/// Names of services (`api`, `shop/api`), instances (`shop-api-2`) or log sources of the
/// stack file (`nginx`); none means all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    names: Vec<String>,
}

impl Selection {
    pub(crate) fn new(names: &[String]) -> Self {
        Self { names: names.to_vec() }
    }

    pub(crate) fn includes(&self, instance: &Instance) -> bool {
        self.is_everything() || self.names.iter().any(|name| means(name, instance))
    }

    /// Whether a probe of a service is meant, which may be about one of its instances.
    pub(crate) fn includes_probe(&self, service: &ServiceId, instance: Option<&Clean>) -> bool {
        let means = |name: &String| {
            means_service(name, service) || instance.is_some_and(|it| it.as_str() == name)
        };
        self.is_everything() || self.names.iter().any(means)
    }

    /// Whether a log source of a stack is meant: by its name, or by that of the service
    /// that it goes with.
    pub(crate) fn includes_source(&self, source: &LogSourceSpec, stack: Option<&Clean>) -> bool {
        self.is_everything() || self.names.iter().any(|name| means_source(name, source, stack))
    }

    /// Whether nothing is named.
    pub(crate) fn is_everything(&self) -> bool {
        self.names.is_empty()
    }

    /// Refuses a name that means nothing here.
    pub(crate) fn check<'a>(
        &self,
        instances: &(impl Iterator<Item = &'a Instance> + Clone),
        sources: &(impl Iterator<Item = &'a LogSourceSpec> + Clone),
        stack: Option<&Clean>,
    ) -> Result<(), CliError> {
        for name in &self.names {
            if instances.clone().any(|instance| means(name, instance))
                || sources.clone().any(|source| means_source(name, source, stack))
            {
                continue;
            }
            let services = instances.clone().map(|instance| instance.service.name.as_str());
            let logs = sources.clone().map(|source| source.name.as_str());
            let mut known: Vec<_> = services.chain(logs).collect();
            known.sort_unstable();
            known.dedup();
            let hint = match suggest::closest(name, known.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None if known.is_empty() => "nothing runs here".into(),
                None => {
                    let nearest = suggest::nearest(name, known.iter().copied(), SHOWN).join(", ");
                    match known.len() {
                        0..=SHOWN => format!("there are: {nearest}"),
                        all => format!("the nearest of {all} are: {nearest}"),
                    }
                }
            };
            let what = if sources.clone().next().is_some() { "service or log" } else { "service" };
            return Err(CliError::usage(&format!("there is no {what} `{name}`"), &hint));
        }
        Ok(())
    }

    /// Refuses a name that means no instance, and so only logs.
    pub(crate) fn check_runs<'a>(
        &self,
        instances: &(impl Iterator<Item = &'a Instance> + Clone),
    ) -> Result<(), CliError> {
        let runs = |name: &str| instances.clone().any(|instance| means(name, instance));
        let Some(name) = self.names.iter().find(|name| !runs(name)) else { return Ok(()) };
        let message = format!("--previous: `{name}` is a log of the stack file, it has no runs");
        Err(CliError::usage(&message, "name a service or an instance"))
    }
}

fn means(name: &str, instance: &Instance) -> bool {
    means_service(name, &instance.service) || instance.name.as_str() == name
}

fn means_service(name: &str, service: &ServiceId) -> bool {
    service.name.as_str() == name || (service.stack.is_some() && service.to_string() == name)
}

fn means_source(name: &str, source: &LogSourceSpec, stack: Option<&Clean>) -> bool {
    let of_service = |service: &Clean| {
        service.as_str() == name
            || stack.is_some_and(|stack| {
                name.split_once('/') == Some((stack.as_str(), service.as_str()))
            })
    };
    source.name.as_str() == name || source.service.as_ref().is_some_and(of_service)
}
