//! [`Endpoint`]: the address of an engine, without anything secret in it.

use std::{fmt, path::PathBuf};

use crate::{engines::EngineError, text::redact::mask_urls};

/// Where an engine is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// A socket on this host.
    Unix(PathBuf),
    /// A TCP port; without `tls` everything, the right to use it included, goes in the open.
    Tcp {
        /// Host name or address.
        host: String,
        /// Port.
        port: u16,
        /// How the connection is encrypted.
        tls: Option<TlsFiles>,
    },
    /// The standard streams of `docker system dial-stdio` on another host.
    Ssh(SshTarget),
}

/// PEM files for an encrypted connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsFiles {
    /// Who may have signed the engine's certificate; without it, whom this host trusts.
    pub ca: Option<PathBuf>,
    /// Our certificate and its key, where the engine asks for one.
    pub identity: Option<TlsIdentity>,
}

/// A certificate with its key, as PEM files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsIdentity {
    /// The certificate.
    pub cert: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// A host that is reached with `ssh`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SshTarget {
    /// The user there, where one is named.
    pub user: Option<String>,
    /// Host name, address, or an alias of the ssh configuration.
    pub host: String,
    /// The port, where one is named.
    pub port: Option<u16>,
    /// The engine's socket there, where it is not the default one.
    pub socket: Option<String>,
}

impl Endpoint {
    /// Reads an address such as `unix:///run/docker.sock`, `tcp://host:2376` or `ssh://user@host`.
    ///
    /// # Errors
    ///
    /// [`EngineError::Invalid`] for an address that makes no sense, and for one with a
    /// password in it: those end up in process lists and histories.
    pub fn parse(address: &str, tls: Option<TlsFiles>) -> Result<Self, EngineError> {
        let Some((scheme, rest)) = address.split_once("://") else {
            return Err(invalid(address, "it has no scheme"));
        };
        match scheme {
            "unix" if rest.starts_with('/') => Ok(Self::Unix(rest.into())),
            "unix" => Err(invalid(address, "a socket needs its whole path")),
            "tcp" => Self::tcp(address, rest, tls),
            "http" => Self::tcp(address, rest, None),
            "https" => Self::tcp(address, rest, Some(tls.unwrap_or_default())),
            "ssh" => Self::ssh(address, rest),
            _ => Err(invalid(address, "this scheme is not known")),
        }
    }

    fn tcp(address: &str, rest: &str, tls: Option<TlsFiles>) -> Result<Self, EngineError> {
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains('@') {
            return Err(invalid(address, "an engine takes no user or password in its address"));
        }
        let (host, port) = host_and_port(address, authority)?;
        let port = port.unwrap_or(if tls.is_some() { 2376 } else { 2375 });
        Ok(Self::Tcp { host, port, tls })
    }

    fn ssh(address: &str, rest: &str) -> Result<Self, EngineError> {
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let (user, authority) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        };
        if user.is_some_and(|user| user.contains(':')) {
            return Err(invalid(address, "a password does not belong into an address; use a key"));
        }
        let (host, port) = host_and_port(address, authority)?;
        // The path goes through the shell of the other host, and `ssh` would take a
        // name with a leading dash for an option.
        if !path.chars().all(is_plain) || user.is_some_and(|user| !is_name(user)) {
            return Err(invalid(address, "it has characters that a shell could obey"));
        }
        let socket = (path.len() > 1).then(|| path.to_owned());
        Ok(Self::Ssh(SshTarget { user: user.map(Into::into), host, port, socket }))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Tcp { host, port, .. } if host.contains(':') => {
                write!(f, "tcp://[{host}]:{port}")
            }
            Self::Tcp { host, port, .. } => write!(f, "tcp://{host}:{port}"),
            Self::Ssh(target) => target.fmt(f),
        }
    }
}

impl fmt::Display for SshTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ssh://")?;
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        if self.host.contains(':') {
            write!(f, "[{}]", self.host)?;
        } else {
            f.write_str(&self.host)?;
        }
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        f.write_str(self.socket.as_deref().unwrap_or(""))
    }
}

fn host_and_port(address: &str, authority: &str) -> Result<(String, Option<u16>), EngineError> {
    let bracketed = authority.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let (host, port) = match (bracketed, authority.split_once(':')) {
        (Some((host, rest)), _) => (host, rest.strip_prefix(':')),
        (None, Some((host, port))) => (host, Some(port)),
        (None, None) => (authority, None),
    };
    if !is_name(host) {
        return Err(invalid(address, "it names no host"));
    }
    match port.map(str::parse) {
        None => Ok((host.into(), None)),
        Some(Ok(port)) => Ok((host.into(), Some(port))),
        Some(Err(_)) => Err(invalid(address, "its port is no number")),
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('-') && name.chars().all(|c| is_plain(c) && c != '/')
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "/._-:%".contains(c)
}

fn invalid(address: &str, why: &str) -> EngineError {
    EngineError::Invalid {
        what: format!("`{}` is no engine's address: {why}", mask_urls(address)),
        remedy: "write unix:///path/to.sock, tcp://host:2376 (with TLS) or ssh://user@host".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(address: &str) -> String {
        match Endpoint::parse(address, None) {
            Ok(endpoint) => endpoint.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn every_kind_of_address_is_read_and_shown_alike() {
        for address in [
            "unix:///var/run/docker.sock",
            "tcp://db.example:2376",
            "tcp://[::1]:2375",
            "ssh://ops@db.example:2222",
            "ssh://alias/run/user/1000/podman/podman.sock",
        ] {
            assert_eq!(shown(address), address);
        }
    }

    #[test]
    fn the_port_follows_from_the_encryption() {
        assert_eq!(shown("tcp://h"), "tcp://h:2375");
        assert_eq!(shown("https://h/"), "tcp://h:2376");
        let encrypted = Endpoint::parse("tcp://h", Some(TlsFiles::default())).unwrap();
        assert_eq!(encrypted.to_string(), "tcp://h:2376");
    }

    #[test]
    fn a_password_in_an_address_is_refused_and_not_repeated() {
        for address in ["ssh://ops:hunter2@h", "tcp://ops:hunter2@h:2376"] {
            let message = shown(address);
            assert!(message.contains("no engine's address"), "{message}");
            assert!(!message.contains("hunter2"), "{message}");
        }
    }

    #[test]
    fn what_a_shell_or_ssh_could_obey_is_refused() {
        for address in [
            "ssh://-oProxyCommand=id",
            "ssh://-l@h",
            "ssh://h/run/$(id).sock",
            "ssh://h;id",
            "ssh://h/a b",
            "tcp://-h:1",
        ] {
            assert!(Endpoint::parse(address, None).is_err(), "{address}");
        }
    }

    #[test]
    fn nonsense_is_named() {
        for address in ["docker", "unix://relative", "npipe:////./pipe", "tcp://:1", "tcp://h:x"] {
            assert!(shown(address).contains("is no engine's address"), "{address}");
        }
    }
}
