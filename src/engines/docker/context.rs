//! Docker contexts: named endpoints under `~/.docker`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::engines::{
    EngineError,
    docker::{
        endpoint::{Endpoint, TlsFiles},
        find::{Environment, tls_files},
    },
};

/// The context that stands for the default sockets.
pub(super) const DEFAULT: &str = "default";

/// More than this is no configuration of docker's.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

#[derive(Deserialize)]
struct ConfigFile {
    #[serde(rename = "currentContext")]
    current_context: Option<String>,
}

#[derive(Deserialize)]
struct MetaFile {
    #[serde(rename = "Name")]
    name: String,
    #[serde(rename = "Endpoints", default)]
    endpoints: Endpoints,
}

#[derive(Default, Deserialize)]
struct Endpoints {
    docker: Option<DockerEndpoint>,
}

#[derive(Deserialize)]
struct DockerEndpoint {
    #[serde(rename = "Host", default)]
    host: String,
    #[serde(rename = "SkipTLSVerify", default)]
    skip_tls_verify: bool,
}

/// The context that docker itself would use now, unless that is the default one.
pub(super) fn current(environment: &Environment) -> Result<Option<String>, EngineError> {
    let named = match &environment.docker_context {
        Some(name) => Some(name.clone()),
        None => current_in_file(environment)?,
    };
    Ok(named.filter(|name| !name.is_empty() && name != DEFAULT))
}

fn current_in_file(environment: &Environment) -> Result<Option<String>, EngineError> {
    let Some(folder) = &environment.docker_config else { return Ok(None) };
    let path = folder.join("config.json");
    let Some(text) = read_small(&path)? else { return Ok(None) };
    Ok(parse::<ConfigFile>(&path, &text)?.current_context)
}

/// The endpoint of a named context.
///
/// Found by the name within the files: the folders are called by its hash.
pub(super) fn endpoint(environment: &Environment, name: &str) -> Result<Endpoint, EngineError> {
    let Some(folder) = &environment.docker_config else { return Err(unknown(name, &[])) };
    let mut known = vec![];
    for hash in folders_in(&folder.join("contexts/meta")) {
        let path = folder.join("contexts/meta").join(&hash).join("meta.json");
        let Some(text) = read_small(&path)? else { continue };
        let meta: MetaFile = parse(&path, &text)?;
        if meta.name == name {
            return endpoint_of(meta, &folder.join("contexts/tls").join(&hash).join("docker"));
        }
        known.push(meta.name);
    }
    Err(unknown(name, &known))
}

fn endpoint_of(meta: MetaFile, tls_folder: &Path) -> Result<Endpoint, EngineError> {
    let Some(docker) = meta.endpoints.docker else {
        return Err(EngineError::Invalid {
            what: format!("docker context {} has no docker endpoint", meta.name),
            remedy: "choose another with --context".into(),
        });
    };
    if docker.skip_tls_verify {
        return Err(EngineError::Invalid {
            what: format!("docker context {} does not check whom it talks to", meta.name),
            remedy: "give it the engine's ca.pem instead of skip-tls-verify".into(),
        });
    }
    let tls = tls_files(tls_folder);
    let tls = (tls != TlsFiles::default()).then_some(tls);
    Endpoint::parse(&docker.host, tls)
}

fn unknown(name: &str, known: &[String]) -> EngineError {
    let remedy = if known.is_empty() {
        "`docker context ls` lists them; there is none but `default` here".into()
    } else {
        format!("known are: default, {}", known.join(", "))
    };
    EngineError::Invalid { what: format!("there is no docker context `{name}`"), remedy }
}

fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return vec![] };
    let mut names: Vec<_> =
        entries.flatten().map(|entry| PathBuf::from(entry.file_name())).collect();
    names.sort();
    names
}

fn read_small(path: &Path) -> Result<Option<String>, EngineError> {
    let too_large = || io::Error::other("it is too large");
    let read = fs::metadata(path).and_then(|meta| match meta.len() {
        0..=MAX_FILE_BYTES => fs::read_to_string(path),
        _ => Err(too_large()),
    });
    match read {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(path, &error)),
    }
}

fn parse<'a, T: Deserialize<'a>>(path: &Path, text: &'a str) -> Result<T, EngineError> {
    serde_json::from_str(text).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &dyn std::error::Error) -> EngineError {
    EngineError::Invalid {
        what: format!("cannot read {}: {error}", path.display()),
        remedy: "mend the file, or say where the engine is with --host".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engines::docker::find::{Where, find};

    /// A `~/.docker` with the context `prod`, as docker writes it.
    fn docker_folder(host: &str) -> (tempfile::TempDir, Environment) {
        let dir = tempfile::tempdir().unwrap();
        let hash = "2a4ee7b6"; // Docker has the whole hash of the name; any name will do.
        let meta = dir.path().join("contexts/meta").join(hash);
        fs::create_dir_all(&meta).unwrap();
        let text = format!(
            r#"{{"Name":"prod","Metadata":{{}},"Endpoints":{{"docker":{{"Host":"{host}","SkipTLSVerify":false}}}}}}"#
        );
        fs::write(meta.join("meta.json"), text).unwrap();
        let tls = dir.path().join("contexts/tls").join(hash).join("docker");
        fs::create_dir_all(&tls).unwrap();
        fs::write(tls.join("ca.pem"), "").unwrap();
        let environment =
            Environment { docker_config: Some(dir.path().into()), ..Environment::default() };
        (dir, environment)
    }

    fn place(environment: &Environment) -> Where {
        Where { environment: environment.clone(), ..Where::default() }
    }

    #[test]
    fn the_current_context_decides_with_its_tls_files() {
        let (dir, environment) = docker_folder("tcp://prod.example:2376");
        fs::write(dir.path().join("config.json"), r#"{"auths":{},"currentContext":"prod"}"#)
            .unwrap();
        let found = find(&place(&environment)).unwrap();
        assert_eq!(found[0].origin, "docker context prod");
        let Endpoint::Tcp { tls: Some(tls), .. } = &found[0].endpoint else {
            panic!("{found:?}");
        };
        assert!(tls.ca.is_some() && tls.identity.is_none());
    }

    #[test]
    fn the_variable_and_the_flag_name_contexts_too_and_default_means_the_sockets() {
        let (_dir, mut environment) = docker_folder("ssh://ops@prod.example");
        let mut by_flag = place(&environment);
        by_flag.context = Some("prod".into());
        assert_eq!(find(&by_flag).unwrap()[0].endpoint.to_string(), "ssh://ops@prod.example");
        environment.docker_context = Some("prod".into());
        let mut place = place(&environment);
        assert_eq!(find(&place).unwrap()[0].origin, "docker context prod");
        place.context = Some("default".into());
        assert_eq!(find(&place).unwrap()[0].origin, "default socket");
    }

    #[test]
    fn an_unknown_context_names_the_known_ones() {
        let (_dir, environment) = docker_folder("unix:///x.sock");
        let error = endpoint(&environment, "prd").unwrap_err();
        assert_eq!(error.to_string(), "there is no docker context `prd`");
        assert_eq!(error.hint().unwrap(), "known are: default, prod");
    }

    #[test]
    fn a_broken_file_is_named() {
        let (dir, environment) = docker_folder("unix:///x.sock");
        fs::write(dir.path().join("config.json"), "{").unwrap();
        let message = current(&environment).unwrap_err().to_string();
        assert!(message.contains("config.json"), "{message}");
    }
}
