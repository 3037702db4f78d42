//! `depends_on`: every name is a service that can be waited for, and there is no circle.

use std::collections::BTreeMap;

use super::service::Read;
use crate::{config::reader::Reader, text::suggest};

/// Only what midwatch starts waits; what an engine starts may need what only that knows.
pub(super) fn check(reader: &mut Reader<'_>, services: &[Read]) {
    for service in services.iter().filter(|service| service.has_command) {
        for dependency in &service.depends_on {
            let wanted = dependency.value.as_str();
            match services.iter().find(|other| other.name == wanted) {
                Some(found) if !found.has_command => {
                    let message =
                        format!("midwatch cannot wait for `{wanted}`: it has no `command`");
                    reader.fail(
                        dependency,
                        message,
                        "only services that midwatch starts are waited for",
                    );
                }
                Some(_) => {}
                None => {
                    let names = services.iter().map(|service| service.name.as_str());
                    let hint = suggest::closest(wanted, names)
                        .map_or_else(String::new, |meant| format!("did you mean \"{meant}\"?"));
                    reader.fail(dependency, format!("there is no service `{wanted}`"), hint);
                }
            }
        }
    }
    circles(reader, services);
}

/// Reports each circle once, at the dependency that closes it.
fn circles(reader: &mut Reader<'_>, services: &[Read]) {
    let by_name: BTreeMap<_, _> =
        services.iter().map(|service| (service.name.as_str(), service)).collect();
    let mut done = Vec::new();
    for service in services {
        walk(reader, &by_name, service, &mut Vec::new(), &mut done);
    }
}

fn walk<'a>(
    reader: &mut Reader<'_>,
    by_name: &BTreeMap<&str, &'a Read>,
    service: &'a Read,
    path: &mut Vec<&'a str>,
    done: &mut Vec<&'a str>,
) {
    if done.contains(&service.name.as_str()) {
        return;
    }
    path.push(&service.name);
    for dependency in &service.depends_on {
        let Some(next) = by_name.get(dependency.value.as_str()) else { continue };
        match path.iter().position(|name| *name == next.name) {
            Some(at) => {
                let circle = path[at..].join(" → ");
                let message = format!("the services wait for each other: {circle} → {}", next.name);
                reader.fail(dependency, message, "take one of these dependencies out");
            }
            None => walk(reader, by_name, next, path, done),
        }
    }
    path.pop();
    done.push(&service.name);
}
