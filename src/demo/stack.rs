//! [`stack`]: the demo as the process engine is told of it.

use std::{collections::BTreeMap, path::Path, time::Duration};

use crate::{
    demo::{Backlog, SUBCOMMAND, ServiceName, environment},
    model::{
        RestartPolicy,
        spec::{CheckTarget, HealthCheck, KEPT_BYTES, ProcessStack, ServiceSpec, StopSignal},
    },
};

/// The stack's name.
pub const STACK: &str = "demo";

/// What a line of the API's log costs to keep, with some to spare, in bytes.
const LINE_BYTES: usize = 640;

/// Describes the demo's services, run by `program` with everything in `directory`. The
/// API's log begins with `backlog`, of which all lines are kept.
///
/// Ports are left to the process engine. Both paths go into strings: in one that
/// is not UTF-8 the odd bytes are replaced, and starting fails by naming it.
#[must_use]
pub fn stack(directory: &Path, program: &Path, backlog: Backlog) -> ProcessStack {
    let service = |name, replicas, depends_on: &[ServiceName], restart| ServiceSpec {
        name: text(name),
        command: vec![program.to_string_lossy().into_owned(), SUBCOMMAND.into(), text(name)],
        cwd: Some(directory.to_owned()),
        env: env(directory, name, backlog),
        replicas,
        depends_on: depends_on.iter().copied().map(text).collect(),
        restart,
        stop_signal: StopSignal::Term,
        stop_timeout: Duration::from_secs(3),
        health_check: Some(probe(name)),
        port: None,
        kept_bytes: match name {
            ServiceName::Api => KEPT_BYTES + backlog.lines as usize * LINE_BYTES,
            _ => KEPT_BYTES,
        },
    };
    ProcessStack {
        name: STACK.into(),
        services: vec![
            service(ServiceName::Gateway, 1, &[ServiceName::Api], RestartPolicy::UnlessStopped),
            service(
                ServiceName::Api,
                3,
                &[ServiceName::Ledger, ServiceName::Cache],
                RestartPolicy::UnlessStopped,
            ),
            service(
                ServiceName::Worker,
                2,
                &[ServiceName::Ledger, ServiceName::Cache],
                RestartPolicy::Always,
            ),
            service(ServiceName::Ledger, 1, &[], RestartPolicy::OnFailure),
            service(ServiceName::Cache, 1, &[], RestartPolicy::UnlessStopped),
        ],
    }
}

fn env(directory: &Path, name: ServiceName, backlog: Backlog) -> BTreeMap<String, String> {
    let mut env = BTreeMap::new();
    let mut set = |name: &str, value: String| env.insert(name.to_owned(), value);
    set(environment::DIRECTORY, directory.to_string_lossy().into_owned());
    if name == ServiceName::Api && backlog.lines > 0 {
        set(environment::BACKLOG, backlog.lines.to_string());
        if backlog.has_error {
            set(environment::BACKLOG_ERROR, "1".into());
        }
    }
    env
}

fn text(name: ServiceName) -> String {
    let name: &str = name.into();
    name.to_owned()
}

fn probe(name: ServiceName) -> HealthCheck {
    HealthCheck {
        target: match name {
            ServiceName::Cache => CheckTarget::Tcp("127.0.0.1:{port}".into()),
            _ => CheckTarget::Http("http://127.0.0.1:{port}/health".into()),
        },
        every: Duration::from_secs(2),
        timeout: Duration::from_secs(1),
        fail_after: 2,
        grace: Duration::from_secs(5),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use strum::IntoEnumIterator;

    use super::*;

    fn example() -> ProcessStack {
        stack(Path::new("/tmp/demo"), Path::new("/usr/bin/midwatch"), Backlog::default())
    }

    #[test]
    fn holds_every_service_once() {
        let names: Vec<String> = example().services.into_iter().map(|spec| spec.name).collect();
        let every: Vec<String> = ServiceName::iter().map(text).collect();
        assert_eq!(names, every);
    }

    #[test]
    fn dependencies_exist_and_make_no_circle() {
        let mut waiting = example().services;
        let mut started = BTreeSet::new();
        while !waiting.is_empty() {
            let before = waiting.len();
            waiting.retain(|spec| {
                let ready = spec.depends_on.iter().all(|name| started.contains(name));
                if ready {
                    started.insert(spec.name.clone());
                }
                !ready
            });
            assert!(waiting.len() < before, "cannot start: {waiting:?}");
        }
    }

    #[test]
    fn commands_run_the_hidden_subcommand() {
        for spec in example().services {
            assert_eq!(spec.command, ["/usr/bin/midwatch", SUBCOMMAND, &spec.name]);
        }
    }
}
