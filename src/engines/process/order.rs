//! The order in which services start: what is depended on comes first.

use std::collections::HashMap;

use crate::{engines::EngineError, model::spec::ServiceSpec};

/// Groups services into layers, by their index: each layer depends on earlier ones only.
pub(super) fn layers(services: &[ServiceSpec]) -> Result<Vec<Vec<usize>>, EngineError> {
    let needs = needs(services)?;
    let mut layer_of: Vec<Option<usize>> = vec![None; services.len()];
    let mut layers: Vec<Vec<usize>> = Vec::new();
    loop {
        let ready: Vec<usize> = (0..services.len())
            .filter(|&at| layer_of[at].is_none())
            .filter(|&at| needs[at].iter().all(|&need| layer_of[need].is_some()))
            .collect();
        if ready.is_empty() {
            break;
        }
        for &at in &ready {
            layer_of[at] = Some(layers.len());
        }
        layers.push(ready);
    }
    let stuck: Vec<&str> = services
        .iter()
        .zip(&layer_of)
        .filter(|(_, layer)| layer.is_none())
        .map(|(service, _)| service.name.as_str())
        .collect();
    if stuck.is_empty() { Ok(layers) } else { Err(cycle(&stuck)) }
}

/// Who needs whom, by index.
fn needs(services: &[ServiceSpec]) -> Result<Vec<Vec<usize>>, EngineError> {
    let by_name: HashMap<&str, usize> =
        services.iter().enumerate().map(|(at, service)| (service.name.as_str(), at)).collect();
    services
        .iter()
        .map(|service| {
            let find = |name: &String| {
                by_name.get(name.as_str()).copied().ok_or_else(|| unknown(&service.name, name))
            };
            service.depends_on.iter().map(find).collect()
        })
        .collect()
}

fn unknown(service: &str, dependency: &str) -> EngineError {
    EngineError::Invalid {
        what: format!("service `{service}` depends on `{dependency}`, which is not in its stack"),
        remedy: "correct the name in depends_on, or describe that service".into(),
    }
}

fn cycle(stuck: &[&str]) -> EngineError {
    EngineError::Invalid {
        what: format!("services wait for each other in a circle: {}", stuck.join(", ")),
        remedy: "take one depends_on among them away".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engines::process::plan::tests::service;

    fn stack(services: &[(&str, &[&str])]) -> Vec<ServiceSpec> {
        services
            .iter()
            .map(|(name, needs)| ServiceSpec {
                depends_on: needs.iter().map(ToString::to_string).collect(),
                ..service(name)
            })
            .collect()
    }

    #[test]
    fn what_is_depended_on_comes_first() {
        let services =
            stack(&[("gateway", &["api"]), ("api", &["db", "cache"]), ("db", &[]), ("cache", &[])]);
        assert_eq!(layers(&services).unwrap(), [vec![2, 3], vec![1], vec![0]]);
    }

    #[test]
    fn an_unknown_dependency_is_named() {
        let error = layers(&stack(&[("api", &["bd"])])).unwrap_err();
        assert_eq!(error.to_string(), "service `api` depends on `bd`, which is not in its stack");
    }

    #[test]
    fn a_circle_names_who_is_in_it() {
        let services = stack(&[("db", &[]), ("a", &["b", "db"]), ("b", &["a"])]);
        let error = layers(&services).unwrap_err();
        assert_eq!(error.to_string(), "services wait for each other in a circle: a, b");
    }

    #[test]
    fn a_service_that_waits_for_itself_is_a_circle() {
        assert!(layers(&stack(&[("a", &["a"])])).is_err());
    }
}
