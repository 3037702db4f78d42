//! [`stack`]: the demo as the process engine is told of it.

use std::{collections::BTreeMap, path::Path, time::Duration};

use crate::{
    demo::{SUBCOMMAND, ServiceName, environment},
    model::{
        RestartPolicy,
        spec::{KEPT_BYTES, ProbeSpec, ProbeTarget, ProcessStack, ServiceSpec, StopSignal},
    },
};

/// The stack's name.
pub const STACK: &str = "demo";

/// Describes the demo's services, run by `program` with everything in `directory`.
///
/// Ports are left to the process engine. Both paths go into strings: in one that
/// is not UTF-8 the odd bytes are replaced, and starting fails by naming it.
#[must_use]
pub fn stack(directory: &Path, program: &Path) -> ProcessStack {
    let service = |name, replicas, depends_on: &[ServiceName], restart| ServiceSpec {
        name: text(name),
        command: vec![program.to_string_lossy().into_owned(), SUBCOMMAND.into(), text(name)],
        cwd: Some(directory.to_owned()),
        env: BTreeMap::from([(
            environment::DIRECTORY.to_owned(),
            directory.to_string_lossy().into_owned(),
        )]),
        replicas,
        depends_on: depends_on.iter().copied().map(text).collect(),
        restart,
        stop_signal: StopSignal::Term,
        stop_timeout: Duration::from_secs(3),
        probe: Some(probe(name)),
        port: None,
        kept_bytes: KEPT_BYTES,
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

fn text(name: ServiceName) -> String {
    let name: &str = name.into();
    name.to_owned()
}

fn probe(name: ServiceName) -> ProbeSpec {
    ProbeSpec {
        target: match name {
            ServiceName::Cache => ProbeTarget::Tcp("127.0.0.1:{port}".into()),
            _ => ProbeTarget::Http("http://127.0.0.1:{port}/health".into()),
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
        stack(Path::new("/tmp/demo"), Path::new("/usr/bin/midwatch"))
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
