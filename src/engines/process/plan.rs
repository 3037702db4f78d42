//! [`InstancePlan`]: one copy of a service, with all that is decided before it first runs.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use crate::{
    engines::{
        EngineError,
        process::ports::{self, Port},
    },
    model::{
        InstanceId, ProbeFault, ServiceId,
        spec::{CheckTarget, MAX_REPLICAS, ServiceSpec},
    },
    probes::{self, Probe},
    text::Clean,
};

/// What `{port}` in a probe's target stands for, a copy's port.
const PORT_PLACEHOLDER: &str = "{port}";

/// One copy of a service. It stays the same over restarts.
#[derive(Clone, Debug)]
pub(super) struct InstancePlan {
    /// Its id on this engine: stack, service and number.
    pub id: InstanceId,
    /// The service that it is a copy of.
    pub service: ServiceId,
    /// Its number among the copies, from 1.
    pub replica: u32,
    /// How it is to be run.
    pub spec: Arc<ServiceSpec>,
    /// Its port.
    pub port: Port,
    /// Its environment, on top of midwatch's own.
    pub env: BTreeMap<String, String>,
    /// How to tell whether it works.
    pub probe: Option<Arc<dyn Probe>>,
}

impl InstancePlan {
    /// Its name, as people see it.
    pub(super) fn name(&self) -> Clean {
        Clean::new(&format!("{}-{}", self.spec.name, self.replica))
    }

    /// Whether anybody is known to use its port: it was asked for, or a probe asks on it.
    pub(super) fn offers_port(&self) -> bool {
        self.spec.port.is_some()
            || self.spec.health_check.as_ref().is_some_and(|probe| match &probe.target {
                CheckTarget::Http(target) | CheckTarget::Tcp(target) => {
                    target.contains(PORT_PLACEHOLDER)
                }
            })
    }
}

/// Plans the copies of new services, next to those that are there already.
pub(super) fn instances(
    stack: &str,
    services: &[ServiceSpec],
    present: &[&InstancePlan],
) -> Result<Vec<InstancePlan>, EngineError> {
    services.iter().try_for_each(validate)?;
    let taken: HashSet<u16> = present.iter().map(|plan| plan.port.number).collect();
    let ports = ports::choose(services, taken)?;
    let known = present
        .iter()
        .map(|plan| port_variable(&plan.spec.name, plan.replica, plan.port.number))
        .chain(services.iter().zip(&ports).flat_map(|(service, ports)| {
            (1..)
                .zip(ports)
                .map(|(replica, port)| port_variable(&service.name, replica, port.number))
        }))
        .collect();
    let mut plans = Vec::new();
    for (service, ports) in services.iter().zip(&ports) {
        let spec = Arc::new(service.clone());
        for (replica, port) in (1..).zip(ports) {
            plans.push(instance(stack, &spec, replica, port, &known)?);
        }
    }
    Ok(plans)
}

fn instance(
    stack: &str,
    spec: &Arc<ServiceSpec>,
    replica: u32,
    port: &Port,
    known: &BTreeMap<String, String>,
) -> Result<InstancePlan, EngineError> {
    let probe = spec.health_check.as_ref().map(|probe| {
        let fill = |target: &str| target.replace(PORT_PLACEHOLDER, &port.number.to_string());
        let target = match &probe.target {
            CheckTarget::Http(url) => CheckTarget::Http(fill(url)),
            CheckTarget::Tcp(address) => CheckTarget::Tcp(fill(address)),
        };
        probes::of_check(&target, probe.timeout)
    });
    Ok(InstancePlan {
        id: InstanceId::new(&format!("{stack}.{}.{replica}", spec.name)),
        service: ServiceId::in_stack(stack, &spec.name),
        replica,
        port: port.clone(),
        env: environment(stack, spec, replica, port.number, known),
        probe: probe.transpose().map_err(|fault| bad_probe(&spec.name, &fault))?,
        spec: Arc::clone(spec),
    })
}

/// A copy's environment. What the engine says wins over the service's own: a `PORT` that is
/// not the one that is probed and shown would be a lie.
fn environment(
    stack: &str,
    spec: &ServiceSpec,
    replica: u32,
    port: u16,
    known: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut env = spec.env.clone();
    env.extend(known.iter().map(|(name, value)| (name.clone(), value.clone())));
    env.extend(
        [
            ("PORT", port.to_string()),
            ("MIDWATCH_STACK", stack.to_owned()),
            ("MIDWATCH_SERVICE", spec.name.clone()),
            ("MIDWATCH_REPLICA", replica.to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    env
}

/// `MIDWATCH_PORT_<SERVICE>_<N>`, by which the services of a stack find each other.
fn port_variable(service: &str, replica: u32, port: u16) -> (String, String) {
    let service: String = service
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' })
        .collect();
    (format!("MIDWATCH_PORT_{service}_{replica}"), port.to_string())
}

fn validate(service: &ServiceSpec) -> Result<(), EngineError> {
    let name = &service.name;
    if name.is_empty() {
        return Err(invalid("a service has no name", "give every service a name"));
    }
    if service.command.first().is_none_or(String::is_empty) {
        return Err(invalid(
            &format!("service `{name}` has no command"),
            "give it a program and its arguments, such as command = [\"node\", \"api.js\"]",
        ));
    }
    if service.replicas > MAX_REPLICAS {
        return Err(invalid(
            &format!("service `{name}` asks for {} copies", service.replicas),
            &format!("ask for {MAX_REPLICAS} at most"),
        ));
    }
    Ok(())
}

fn bad_probe(service: &str, fault: &ProbeFault) -> EngineError {
    invalid(
        &format!("the probe of service `{service}`: {}", fault.words),
        "an http probe has a URL such as http://127.0.0.1:{port}/health, a tcp probe host:port",
    )
}

fn invalid(what: &str, remedy: &str) -> EngineError {
    EngineError::Invalid { what: what.into(), remedy: remedy.into() }
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{
        RestartPolicy,
        spec::{HealthCheck, KEPT_BYTES, StopSignal},
    };

    /// A service that could run, to be changed into what a test needs.
    pub(in crate::engines::process) fn service(name: &str) -> ServiceSpec {
        ServiceSpec {
            name: name.into(),
            command: vec!["true".into()],
            cwd: None,
            env: BTreeMap::new(),
            replicas: 1,
            depends_on: vec![],
            restart: RestartPolicy::No,
            stop_signal: StopSignal::Term,
            stop_timeout: Duration::from_secs(1),
            health_check: None,
            port: None,
            kept_bytes: KEPT_BYTES,
        }
    }

    fn probe(target: &str) -> HealthCheck {
        HealthCheck {
            target: CheckTarget::Http(target.into()),
            every: Duration::from_secs(1),
            timeout: Duration::from_secs(1),
            fail_after: 1,
            grace: Duration::ZERO,
        }
    }

    #[test]
    fn every_copy_knows_itself_and_all_ports() {
        let api = ServiceSpec { port: Some(8000), replicas: 2, ..service("big api") };
        let plans = instances("shop", &[api, service("db")], &[]).unwrap();
        let ids: Vec<&str> = plans.iter().map(|plan| plan.id.as_str()).collect();
        assert_eq!(ids, ["shop.big api.1", "shop.big api.2", "shop.db.1"]);
        let env = &plans[1].env;
        assert_eq!(env["PORT"], "8001");
        assert_eq!(env["MIDWATCH_STACK"], "shop");
        assert_eq!(env["MIDWATCH_SERVICE"], "big api");
        assert_eq!(env["MIDWATCH_REPLICA"], "2");
        assert_eq!(env["MIDWATCH_PORT_BIG_API_1"], "8000");
        assert_eq!(env["MIDWATCH_PORT_DB_1"], plans[2].port.number.to_string());
    }

    #[test]
    fn a_port_is_offered_when_somebody_uses_it() {
        let probed = ServiceSpec {
            health_check: Some(probe("http://127.0.0.1:{port}/health")),
            ..service("a")
        };
        let elsewhere =
            ServiceSpec { health_check: Some(probe("http://127.0.0.1/")), ..service("b") };
        let fixed = ServiceSpec { port: Some(8000), ..service("c") };
        let plans = instances("s", &[probed, elsewhere, fixed, service("d")], &[]).unwrap();
        let offers: Vec<bool> = plans.iter().map(InstancePlan::offers_port).collect();
        assert_eq!(offers, [true, false, true, false]);
    }

    #[test]
    fn what_cannot_run_is_refused_with_a_reason() {
        let refused =
            |service: ServiceSpec| instances("s", &[service], &[]).unwrap_err().to_string();
        let empty = ServiceSpec { command: vec![], ..service("a") };
        assert_eq!(refused(empty), "service `a` has no command");
        let many = ServiceSpec { replicas: MAX_REPLICAS + 1, ..service("a") };
        assert_eq!(refused(many), "service `a` asks for 101 copies");
        let no_url = ServiceSpec { health_check: Some(probe("health")), ..service("a") };
        assert!(refused(no_url).starts_with("the probe of service `a`: "));
    }
}
