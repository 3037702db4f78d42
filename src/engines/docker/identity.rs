//! From labels to stack, service and replica. Names are never read for their shape
//! (fact F11): compose v1 writes `shop_api_2`, v2 `shop-api-2`, a person anything.

use std::collections::HashMap;

use crate::model::ServiceId;

/// The service that a container belongs to, and its number among the copies.
pub(super) fn identify(labels: &HashMap<String, String>, name: &str) -> (ServiceId, Option<u32>) {
    let label = |key: &str| labels.get(key).map(String::as_str).filter(|value| !value.is_empty());
    let either = |part: &str| {
        label(&format!("com.docker.compose.{part}"))
            .or_else(|| label(&format!("io.podman.compose.{part}")))
    };
    if let (Some(project), Some(service)) = (either("project"), either("service")) {
        // A one-off (`compose run`) is no copy of the service: it must not make two of
        // three copies look like three.
        if either("oneoff").is_some_and(|oneoff| oneoff.eq_ignore_ascii_case("true")) {
            return (ServiceId::in_stack(project, &format!("{service} (one-off)")), None);
        }
        let replica = either("container-number").and_then(|number| number.parse().ok());
        return (ServiceId::in_stack(project, service), replica);
    }
    if let Some(service) = label("com.docker.swarm.service.name") {
        let replica = label("com.docker.swarm.task.name").and_then(|task| slot(task, service));
        let Some(stack) = label("com.docker.stack.namespace") else {
            return (ServiceId::alone(service), replica);
        };
        // Swarm itself puts the stack and an underscore before the service's name.
        let short = service.strip_prefix(stack).and_then(|rest| rest.strip_prefix('_'));
        return (ServiceId::in_stack(stack, short.unwrap_or(service)), replica);
    }
    (ServiceId::alone(name), None)
}

/// The number in a task's name, which Swarm makes as `SERVICE.NUMBER.ID`.
fn slot(task: &str, service: &str) -> Option<u32> {
    let rest = task.strip_prefix(service)?.strip_prefix('.')?;
    rest.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identified(labels: &[(&str, &str)]) -> (String, Option<u32>) {
        let labels = labels.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let (service, replica) = identify(&labels, "some_name_7");
        (service.to_string(), replica)
    }

    #[test]
    fn compose_of_either_version_and_of_podman_is_grouped_by_its_labels() {
        let docker = [
            ("com.docker.compose.project", "shop"),
            ("com.docker.compose.service", "api"),
            ("com.docker.compose.container-number", "2"),
            ("com.docker.compose.oneoff", "False"),
        ];
        assert_eq!(identified(&docker), ("shop/api".into(), Some(2)));
        let podman = [("io.podman.compose.project", "shop"), ("io.podman.compose.service", "api")];
        assert_eq!(identified(&podman), ("shop/api".into(), None));
        let mixed = [("io.podman.compose.project", "shop"), ("com.docker.compose.service", "api")];
        assert_eq!(identified(&mixed), ("shop/api".into(), None));
    }

    #[test]
    fn a_one_off_is_no_copy() {
        let labels = [
            ("com.docker.compose.project", "shop"),
            ("com.docker.compose.service", "api"),
            ("com.docker.compose.container-number", "1"),
            ("com.docker.compose.oneoff", "True"),
        ];
        assert_eq!(identified(&labels), ("shop/api (one-off)".into(), None));
    }

    #[test]
    fn swarm_services_are_grouped_under_their_stack() {
        let labels = [
            ("com.docker.stack.namespace", "shop"),
            ("com.docker.swarm.service.name", "shop_api"),
            ("com.docker.swarm.task.name", "shop_api.3.k2j9"),
        ];
        assert_eq!(identified(&labels), ("shop/api".into(), Some(3)));
        assert_eq!(identified(&labels[1..]), ("shop_api".into(), Some(3)));
    }

    #[test]
    fn a_container_without_labels_is_its_own_service() {
        assert_eq!(identified(&[]), ("some_name_7".into(), None));
        let half = [("com.docker.compose.project", "shop"), ("com.docker.compose.service", "")];
        assert_eq!(identified(&half), ("some_name_7".into(), None));
    }
}
