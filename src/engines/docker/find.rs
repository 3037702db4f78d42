//! Where engines are looked for, in the order of preference.
//!
//! What a person said comes alone: a host or context that was named and does not
//! work is a failure, not a reason to show another engine's containers (threat T8).

use std::path::{Path, PathBuf};

use rustix::process::getuid;

use crate::engines::{
    EngineError,
    docker::{
        context,
        endpoint::{Endpoint, TlsFiles, TlsIdentity},
    },
};

/// Which engines are meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Whichever is there; Docker first.
    #[default]
    Any,
    /// Docker alone.
    Docker,
    /// Podman alone.
    Podman,
}

/// What decides where to look.
#[derive(Clone, Debug, Default)]
pub struct Where {
    /// An address that a person gave.
    pub host: Option<String>,
    /// A docker context that a person gave.
    pub context: Option<String>,
    /// Which engines.
    pub kind: Kind,
    /// The surroundings.
    pub environment: Environment,
}

/// The variables and folders that say where engines are.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// `DOCKER_HOST`.
    pub docker_host: Option<String>,
    /// `DOCKER_CONTEXT`.
    pub docker_context: Option<String>,
    /// `DOCKER_TLS_VERIFY`: whether connections are encrypted.
    pub docker_tls_verify: bool,
    /// `DOCKER_CERT_PATH`.
    pub docker_cert_path: Option<PathBuf>,
    /// `DOCKER_CONFIG`, or `.docker` in the home folder.
    pub docker_config: Option<PathBuf>,
    /// `CONTAINER_HOST`, which Podman reads.
    pub container_host: Option<String>,
    /// The home folder.
    pub home: Option<PathBuf>,
    /// `XDG_RUNTIME_DIR`, or where it would be: sudo and cron do not set it.
    pub runtime_dir: Option<PathBuf>,
    /// What stands before the paths of the system's sockets; `/` outside of tests.
    pub root: PathBuf,
}

impl Environment {
    /// Reads the surroundings through `variable`; an empty variable counts as missing.
    #[must_use]
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let home = variable("HOME").map(PathBuf::from);
        Self {
            docker_host: variable("DOCKER_HOST"),
            docker_context: variable("DOCKER_CONTEXT"),
            docker_tls_verify: variable("DOCKER_TLS_VERIFY").is_some(),
            docker_cert_path: variable("DOCKER_CERT_PATH").map(Into::into),
            docker_config: variable("DOCKER_CONFIG")
                .map(Into::into)
                .or_else(|| home.as_ref().map(|home| home.join(".docker"))),
            container_host: variable("CONTAINER_HOST"),
            runtime_dir: Some(
                variable("XDG_RUNTIME_DIR").map_or_else(usual_runtime_dir, PathBuf::from),
            ),
            home,
            root: "/".into(),
        }
    }

    /// The files of an encrypted connection, as the variables name them.
    fn tls(&self) -> Option<TlsFiles> {
        let folder = self.docker_cert_path.as_ref().or(self.docker_config.as_ref());
        self.docker_tls_verify.then(|| folder.map(|dir| tls_files(dir)).unwrap_or_default())
    }
}

/// Where systemd puts a user's sockets.
fn usual_runtime_dir() -> PathBuf {
    format!("/run/user/{}", getuid().as_raw()).into()
}

/// A place where an engine may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its address.
    pub endpoint: Endpoint,
    /// Why we look there, such as `DOCKER_HOST` or `docker context prod`.
    pub origin: String,
    /// Why nothing can be there, found without connecting; `None` when it is worth a try.
    pub problem: Option<String>,
}

impl Candidate {
    fn new(endpoint: Endpoint, origin: impl Into<String>) -> Self {
        let problem = match &endpoint {
            Endpoint::Unix(path) if !path.exists() => Some("no such socket".into()),
            _ => None,
        };
        Self { endpoint, origin: origin.into(), problem }
    }
}

/// Lists the places to try, the preferred one first; never an empty list.
///
/// Reads the small files of `~/.docker` and looks whether sockets exist; connects to
/// nothing.
///
/// # Errors
///
/// [`EngineError::Invalid`] when an address, a context or a file makes no sense.
pub fn find(place: &Where) -> Result<Vec<Candidate>, EngineError> {
    let environment = &place.environment;
    if let Some(host) = &place.host {
        return one(host, environment.tls(), "--host");
    }
    if let Some(name) = &place.context {
        return in_context(place, name);
    }
    let (docker_host, container_host) = (&environment.docker_host, &environment.container_host);
    match place.kind {
        Kind::Podman => {
            if let Some(host) = container_host {
                return one(host, None, "CONTAINER_HOST");
            }
            Ok(podman_sockets(environment))
        }
        Kind::Docker | Kind::Any => {
            if let Some(host) = docker_host {
                return one(host, environment.tls(), "DOCKER_HOST");
            }
            if let Some(name) = context::current(environment)? {
                return in_context(place, &name);
            }
            if let (Kind::Any, Some(host)) = (place.kind, container_host) {
                return one(host, None, "CONTAINER_HOST");
            }
            Ok(default_sockets(place))
        }
    }
}

/// The candidate to use: the first that may be there, or else the first, which then
/// says what is wrong with it.
#[must_use]
pub fn choose(candidates: &[Candidate]) -> Option<&Candidate> {
    candidates.iter().find(|candidate| candidate.problem.is_none()).or(candidates.first())
}

/// The PEM files of a folder, under the names that docker gives them.
pub(super) fn tls_files(folder: &Path) -> TlsFiles {
    let file = |name: &str| Some(folder.join(name)).filter(|path| path.exists());
    TlsFiles {
        ca: file("ca.pem"),
        identity: file("cert.pem")
            .zip(file("key.pem"))
            .map(|(cert, key)| TlsIdentity { cert, key }),
    }
}

fn one(host: &str, tls: Option<TlsFiles>, origin: &str) -> Result<Vec<Candidate>, EngineError> {
    Ok(vec![Candidate::new(Endpoint::parse(host, tls)?, origin)])
}

fn in_context(place: &Where, name: &str) -> Result<Vec<Candidate>, EngineError> {
    if name == context::DEFAULT {
        return Ok(default_sockets(place));
    }
    let endpoint = context::endpoint(&place.environment, name)?;
    Ok(vec![Candidate::new(endpoint, format!("docker context {name}"))])
}

fn default_sockets(place: &Where) -> Vec<Candidate> {
    let environment = &place.environment;
    let mut found = vec![socket(environment.root.join("var/run/docker.sock"), "default socket")];
    if let Some(dir) = &environment.runtime_dir {
        found.push(socket(dir.join("docker.sock"), "rootless docker socket"));
    }
    if let Some(home) = &environment.home {
        found.push(socket(home.join(".docker/run/docker.sock"), "docker desktop socket"));
    }
    if place.kind == Kind::Any {
        found.extend(podman_sockets(environment));
    }
    found
}

fn podman_sockets(environment: &Environment) -> Vec<Candidate> {
    let rootless = environment
        .runtime_dir
        .as_ref()
        .map(|dir| socket(dir.join("podman/podman.sock"), "rootless podman socket"));
    let system = socket(environment.root.join("run/podman/podman.sock"), "podman socket");
    rootless.into_iter().chain([system]).collect()
}

fn socket(path: PathBuf, origin: &str) -> Candidate {
    Candidate::new(Endpoint::Unix(path), origin)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn places(place: &Where) -> Vec<(String, String)> {
        let found = find(place).unwrap();
        found.into_iter().map(|c| (c.origin, c.endpoint.to_string())).collect()
    }

    fn environment(root: &Path) -> Environment {
        Environment {
            root: root.into(),
            runtime_dir: Some(root.join("xdg")),
            docker_config: Some(root.join(".docker")),
            ..Environment::default()
        }
    }

    fn touch(path: &Path) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }

    #[test]
    fn the_first_socket_that_exists_is_chosen_and_rootless_podman_comes_first() {
        let dir = tempfile::tempdir().unwrap();
        let place = Where { environment: environment(dir.path()), ..Where::default() };
        let chosen = |place: &Where| choose(&find(place).unwrap()).unwrap().origin.clone();
        assert_eq!(chosen(&place), "default socket");
        assert!(find(&place).unwrap().iter().all(|c| c.problem.is_some()));
        touch(&dir.path().join("run/podman/podman.sock"));
        assert_eq!(chosen(&place), "podman socket");
        touch(&dir.path().join("xdg/podman/podman.sock"));
        assert_eq!(chosen(&place), "rootless podman socket");
        touch(&dir.path().join("var/run/docker.sock"));
        assert_eq!(chosen(&place), "default socket");
        let podman = Where { kind: Kind::Podman, ..place };
        assert_eq!(chosen(&podman), "rootless podman socket");
    }

    #[test]
    fn without_its_variable_the_folder_of_sockets_is_where_it_usually_is() {
        let runtime_dir = |value: &str| {
            let variable = |name: &str| (name == "XDG_RUNTIME_DIR").then(|| value.to_owned());
            Environment::from_variables(variable).runtime_dir
        };
        assert_eq!(runtime_dir("/xdg"), Some("/xdg".into()));
        let environment = Environment::from_variables(|_| None);
        let place = Where { kind: Kind::Podman, environment, ..Where::default() };
        let usual = format!("unix:///run/user/{}/podman/podman.sock", getuid().as_raw());
        assert_eq!(places(&place)[0], ("rootless podman socket".into(), usual));
    }

    #[test]
    fn what_a_person_said_stands_alone() {
        let dir = tempfile::tempdir().unwrap();
        let mut place = Where { environment: environment(dir.path()), ..Where::default() };
        place.environment.docker_host = Some("tcp://env:2376".into());
        let one = |origin: &str, at: &str| vec![(origin.to_owned(), at.to_owned())];
        assert_eq!(places(&place), one("DOCKER_HOST", "tcp://env:2376"));
        place.host = Some("unix:///given.sock".into());
        assert_eq!(places(&place), one("--host", "unix:///given.sock"));
    }

    #[test]
    fn podman_ignores_dockers_variables_and_reads_its_own() {
        let mut place = Where { kind: Kind::Podman, ..Where::default() };
        place.environment.docker_host = Some("tcp://env:2376".into());
        place.environment.container_host = Some("unix:///p.sock".into());
        assert_eq!(places(&place), [("CONTAINER_HOST".into(), "unix:///p.sock".into())]);
    }

    #[test]
    fn docker_tls_verify_turns_the_files_of_its_folder_on() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["ca.pem", "cert.pem", "key.pem"] {
            touch(&dir.path().join(name));
        }
        let variables = [
            ("DOCKER_HOST", "tcp://h:2376".to_owned()),
            ("DOCKER_TLS_VERIFY", "1".to_owned()),
            ("DOCKER_CERT_PATH", dir.path().display().to_string()),
            ("DOCKER_CONTEXT", String::new()),
        ];
        let environment = Environment::from_variables(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
        });
        let found = find(&Where { environment, ..Where::default() }).unwrap();
        let Endpoint::Tcp { tls: Some(tls), .. } = &found[0].endpoint else {
            panic!("{found:?}");
        };
        assert_eq!(tls.ca, Some(dir.path().join("ca.pem")));
        assert!(tls.identity.is_some());
    }
}
