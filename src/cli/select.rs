//! [`Selection`]: which instances a command line means.

use crate::{cli::CliError, model::Instance, text::suggest};

/// How many names are offered in place of one that means nothing.
const SHOWN: usize = 3;

/// Names of services (`api`, `shop/api`) or instances (`shop-api-2`); none means all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    names: Vec<String>,
}

impl Selection {
    pub(crate) fn new(names: &[String]) -> Self {
        Self { names: names.to_vec() }
    }

    pub(crate) fn includes(&self, instance: &Instance) -> bool {
        self.names.is_empty() || self.names.iter().any(|name| means(name, instance))
    }

    /// Refuses a name that means nothing here.
    pub(crate) fn check<'a>(
        &self,
        instances: &(impl Iterator<Item = &'a Instance> + Clone),
    ) -> Result<(), CliError> {
        for name in &self.names {
            if instances.clone().any(|instance| means(name, instance)) {
                continue;
            }
            let mut known: Vec<_> =
                instances.clone().map(|instance| instance.service.name.as_str()).collect();
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
            return Err(CliError::usage(&format!("there is no service `{name}`"), &hint));
        }
        Ok(())
    }
}

fn means(name: &str, instance: &Instance) -> bool {
    let service = &instance.service;
    service.name.as_str() == name
        || instance.name.as_str() == name
        || (service.stack.is_some() && service.to_string() == name)
}
