//! [`Environment`]: what the process engine tells a service of the demo.

use std::path::PathBuf;

use crate::demo::{DemoError, ServiceName};

/// Names the folder that the demo keeps everything in.
pub(crate) const DIRECTORY: &str = "MIDWATCH_DEMO_DIR";

/// How many lines the API's log begins with, of all copies together.
pub(crate) const BACKLOG: &str = "MIDWATCH_DEMO_BACKLOG";

/// Whether one of those lines is an error; any value means that.
pub(crate) const BACKLOG_ERROR: &str = "MIDWATCH_DEMO_BACKLOG_ERROR";

/// More copies than this of one service are not looked for.
const MAX_REPLICAS: u32 = 64;

/// What the API's log says of the time before the demo was started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// How many lines, of all copies of the API together.
    pub lines: u32,
    /// Whether one of them, somewhere in the middle, is an error with its stack trace.
    pub has_error: bool,
}

/// What a service knows of itself and of the others when it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Environment {
    /// The folder that everything is kept in.
    pub(crate) directory: PathBuf,
    /// Our own port on the loopback address.
    pub(crate) port: u16,
    /// Which copy of our service we are, from 1.
    pub(crate) replica: u32,
    /// What the log begins with.
    pub(crate) backlog: Backlog,
    /// The ports of every copy of every service.
    peers: Vec<(ServiceName, Vec<u16>)>,
}

impl Environment {
    /// Reads it from `variable`, which gives the value of an environment variable.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, DemoError> {
        let missing = |name: &str| DemoError::Environment { variable: name.to_owned() };
        let number = |name: &str| variable(name).and_then(|text| text.parse::<u32>().ok());
        let port = |name: &str| number(name).and_then(|port| u16::try_from(port).ok());
        let peers = <ServiceName as strum::IntoEnumIterator>::iter()
            .map(|service| {
                let copies = (1..=MAX_REPLICAS)
                    .map_while(|replica| port(&peer_variable(service, replica)))
                    .collect();
                (service, copies)
            })
            .collect();
        Ok(Self {
            directory: variable(DIRECTORY).map(PathBuf::from).ok_or_else(|| missing(DIRECTORY))?,
            port: port("PORT").ok_or_else(|| missing("PORT"))?,
            replica: number("MIDWATCH_REPLICA").unwrap_or(1),
            backlog: Backlog {
                lines: number(BACKLOG).unwrap_or(0),
                has_error: variable(BACKLOG_ERROR).is_some(),
            },
            peers,
        })
    }

    /// The ports of every copy of `service`; at least one.
    pub(crate) fn ports(&self, service: ServiceName) -> Result<&[u16], DemoError> {
        self.peers
            .iter()
            .find(|(name, copies)| *name == service && !copies.is_empty())
            .map(|(_, copies)| copies.as_slice())
            .ok_or_else(|| DemoError::Environment { variable: peer_variable(service, 1) })
    }

    /// The port of the first copy of `service`.
    pub(crate) fn port_of(&self, service: ServiceName) -> Result<u16, DemoError> {
        let missing = || DemoError::Environment { variable: peer_variable(service, 1) };
        self.ports(service)?.first().copied().ok_or_else(missing)
    }
}

/// The variable in which the process engine puts the port of one copy of a service.
fn peer_variable(service: ServiceName, replica: u32) -> String {
    let name: &str = service.into();
    format!("MIDWATCH_PORT_{}_{replica}", name.to_uppercase().replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Environment, DemoError> {
        Environment::read(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn finds_every_copy_of_a_peer() {
        let environment = read(&[
            (DIRECTORY, "/demo"),
            ("PORT", "4000"),
            ("MIDWATCH_REPLICA", "2"),
            ("MIDWATCH_PORT_API_1", "4001"),
            ("MIDWATCH_PORT_API_2", "4002"),
        ])
        .unwrap();
        assert_eq!(environment.ports(ServiceName::Api).unwrap(), [4001, 4002]);
        assert_eq!(environment.replica, 2);
    }

    #[test]
    fn a_missing_peer_names_the_variable() {
        let environment = read(&[(DIRECTORY, "/demo"), ("PORT", "4000")]).unwrap();
        let error = environment.port_of(ServiceName::Cache).unwrap_err();
        assert!(error.to_string().contains("MIDWATCH_PORT_CACHE_1"), "{error}");
    }

    #[test]
    fn a_port_that_is_none_is_refused() {
        let error = read(&[(DIRECTORY, "/demo"), ("PORT", "70000")]).unwrap_err();
        assert!(error.to_string().starts_with("PORT "), "{error}");
    }
}
