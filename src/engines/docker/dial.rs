//! Dialing: from an [`Endpoint`] to a connection that bytes go through.

use std::{
    ffi::OsString, fs, io, os::fd::OwnedFd, os::unix::net::UnixStream as StdUnixStream, path::Path,
    process::Stdio, sync::Arc, time::Duration,
};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite},
    net::{TcpStream, UnixStream},
    process::{Child, Command},
    sync::oneshot,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use crate::{
    engines::{
        EngineError,
        docker::{
            endpoint::{Endpoint, SshTarget, TlsFiles},
            failure,
        },
    },
    kernel::give_back_open_files,
};

/// How long a connection may take to come about.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);

/// How much of what `ssh` says is kept.
const MAX_SSH_WORDS: u64 = 4096;

/// Both directions of a connection.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A connection, and where it can tell more than that it ended, how to learn why.
pub(super) struct Dialed {
    pub(super) stream: Box<dyn Duplex>,
    /// What `ssh` said, once it has ended.
    pub(super) last_words: Option<oneshot::Receiver<String>>,
}

/// Connects, or says why not.
pub(super) async fn dial(endpoint: &Endpoint, insecure: bool) -> Result<Dialed, EngineError> {
    let stream: Box<dyn Duplex> = match endpoint {
        Endpoint::Unix(path) => Box::new(in_time(endpoint, UnixStream::connect(path)).await?),
        Endpoint::Tcp { tls: None, .. } if !insecure => {
            return Err(failure::unencrypted(endpoint));
        }
        Endpoint::Tcp { host, port, tls: None } => Box::new(tcp(endpoint, host, *port).await?),
        Endpoint::Tcp { host, port, tls: Some(files) } => {
            let (name, connector) = tls_setup(endpoint, host, files)?;
            let plain = tcp(endpoint, host, *port).await?;
            Box::new(in_time(endpoint, connector.connect(name, plain)).await?)
        }
        Endpoint::Ssh(target) => return ssh(endpoint, target),
    };
    Ok(Dialed { stream, last_words: None })
}

async fn in_time<T>(
    endpoint: &Endpoint,
    connecting: impl Future<Output = io::Result<T>>,
) -> Result<T, EngineError> {
    match timeout(CONNECT_LIMIT, connecting).await {
        Ok(connected) => connected.map_err(|error| failure::of_dialing(endpoint, &error)),
        Err(_) => Err(failure::timeout(endpoint, CONNECT_LIMIT)),
    }
}

async fn tcp(endpoint: &Endpoint, host: &str, port: u16) -> Result<TcpStream, EngineError> {
    let stream = in_time(endpoint, TcpStream::connect((host, port))).await?;
    // A key in a remote shell must not wait for the one after it.
    stream.set_nodelay(true).map_err(|error| failure::of_dialing(endpoint, &error))?;
    Ok(stream)
}

fn tls_setup(
    endpoint: &Endpoint,
    host: &str,
    files: &TlsFiles,
) -> Result<(ServerName<'static>, TlsConnector), EngineError> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|error| failure::tls(endpoint, &error.to_string()))?;
    let config = tls_config(files).map_err(|reason| failure::tls(endpoint, &reason))?;
    Ok((name, TlsConnector::from(Arc::new(config))))
}

fn tls_config(files: &TlsFiles) -> Result<ClientConfig, String> {
    let words = |error: rustls::Error| error.to_string();
    let builder =
        ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .map_err(words)?
            .with_root_certificates(roots(files.ca.as_deref())?);
    let Some(identity) = &files.identity else {
        return Ok(builder.with_no_client_auth());
    };
    let key = PrivateKeyDer::from_pem_slice(&read(&identity.key)?)
        .map_err(|error| format!("{}: {error}", identity.key.display()))?;
    builder.with_client_auth_cert(certificates(&identity.cert)?, key).map_err(words)
}

/// Whom we trust: the one authority that was named, or else those of this host.
fn roots(ca: Option<&Path>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    let trusted = match ca {
        Some(path) => certificates(path)?,
        // Certificates of the host that cannot be read are fewer to trust, no failure.
        None => rustls_native_certs::load_native_certs().certs,
    };
    roots.add_parsable_certificates(trusted);
    if roots.is_empty() {
        return Err("there is no authority to check the engine's certificate with".into());
    }
    Ok(roots)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    CertificateDer::pem_slice_iter(&read(path)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| format!("{}: {error}", path.display()))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Starts `ssh`. Whether it reaches the other host shows with the first answer.
///
/// The standard streams are one socket, so that closing it ends both directions at
/// once and `ssh` with them.
fn ssh(endpoint: &Endpoint, target: &SshTarget) -> Result<Dialed, EngineError> {
    let failed = |error: io::Error| failure::of_dialing(endpoint, &error);
    let (ours, theirs) = StdUnixStream::pair().map_err(failed)?;
    ours.set_nonblocking(true).map_err(failed)?;
    let input = OwnedFd::from(theirs.try_clone().map_err(failed)?);
    let child = Command::new("ssh")
        .args(ssh_arguments(target))
        .stdin(Stdio::from(input))
        .stdout(Stdio::from(OwnedFd::from(theirs)))
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| EngineError::Unsupported {
            what: format!("cannot start `ssh`, which {endpoint} needs: {error}"),
        })?;
    give_back_open_files(child.id());
    let (sender, last_words) = oneshot::channel();
    tokio::spawn(async move {
        // Nobody listens any more when the connection was given up.
        let _ = sender.send(last_words_of(child).await);
    });
    let stream = UnixStream::from_std(ours).map_err(failed)?;
    Ok(Dialed { stream: Box::new(stream), last_words: Some(last_words) })
}

async fn last_words_of(mut child: Child) -> String {
    let mut words = vec![];
    if let Some(stderr) = child.stderr.take() {
        // What could not be read is not known; the exit alone says enough then.
        let _ = stderr.take(MAX_SSH_WORDS).read_to_end(&mut words).await;
    }
    let status = child.wait().await;
    let said = String::from_utf8_lossy(&words).trim().to_owned();
    match status {
        Ok(status) if said.is_empty() => format!("ssh ended: {status}"),
        _ => said,
    }
}

/// Never asks anything, never accepts an unknown host, never forwards the agent
/// (threat T11). What runs there is fixed; the socket's path was checked at the door.
fn ssh_arguments(target: &SshTarget) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = [
        "-o",
        "BatchMode=yes",
        "-o",
        "StrictHostKeyChecking=yes",
        "-o",
        "ForwardAgent=no",
        "-o",
        "ConnectTimeout=5",
        "-T",
    ]
    .map(Into::into)
    .into();
    if let Some(port) = target.port {
        arguments.extend(["-p".into(), port.to_string().into()]);
    }
    if let Some(user) = &target.user {
        arguments.extend(["-l".into(), user.into()]);
    }
    arguments.extend(["--".into(), OsString::from(&target.host)]);
    arguments.push(remote_command(target.socket.as_deref()).into());
    arguments
}

/// Docker's bridge, or Podman's where there is no Docker.
fn remote_command(socket: Option<&str>) -> String {
    let (docker, podman) = match socket {
        Some(path) => (format!(" --host unix://{path}"), format!(" --url unix://{path}")),
        None => (String::new(), String::new()),
    };
    format!(
        "if command -v docker >/dev/null 2>&1; then exec docker{docker} system dial-stdio; \
         else exec podman{podman} system dial-stdio; fi"
    )
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;
    use crate::model::FaultKind;

    async fn kind_of(endpoint: &Endpoint, insecure: bool) -> FaultKind {
        match dial(endpoint, insecure).await {
            Ok(_) => panic!("it connected"),
            Err(error) => error.kind(),
        }
    }

    fn tcp_at(port: u16, tls: Option<TlsFiles>) -> Endpoint {
        Endpoint::Tcp { host: "127.0.0.1".into(), port, tls }
    }

    #[tokio::test]
    async fn no_socket_and_nobody_listening_are_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("engine.sock");
        let endpoint = Endpoint::Unix(path.clone());
        assert_eq!(kind_of(&endpoint, false).await, FaultKind::Absent);
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        assert_eq!(kind_of(&endpoint, false).await, FaultKind::Refused);
    }

    #[tokio::test]
    async fn a_closed_port_refuses() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        assert_eq!(kind_of(&tcp_at(port, None), true).await, FaultKind::Refused);
    }

    #[tokio::test]
    async fn plain_tcp_is_refused_before_a_byte_is_sent() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        assert_eq!(kind_of(&tcp_at(port, None), false).await, FaultKind::Invalid);
        assert!(dial(&tcp_at(port, None), true).await.is_ok());
    }

    #[tokio::test]
    async fn tls_with_somebody_who_does_not_speak_it_says_so() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n")
                .await
                .unwrap();
            let _ = stream.read_u8().await;
        });
        let Err(error) = dial(&tcp_at(port, Some(TlsFiles::default())), false).await else {
            panic!("it connected");
        };
        assert_eq!(error.kind(), FaultKind::Tls, "{error}");
        assert!(error.to_string().ends_with("does not speak TLS"), "{error}");
    }

    #[tokio::test]
    async fn a_missing_authority_file_is_named() {
        let files = TlsFiles { ca: Some("/nowhere/ca.pem".into()), identity: None };
        let Err(error) = dial(&tcp_at(1, Some(files)), false).await else {
            panic!("it connected");
        };
        assert!(error.to_string().contains("/nowhere/ca.pem"), "{error}");
    }

    #[test]
    fn ssh_asks_nothing_accepts_nobody_and_ends_its_options() {
        let target = SshTarget {
            user: Some("ops".into()),
            host: "prod".into(),
            port: Some(2222),
            socket: None,
        };
        let arguments: Vec<_> =
            ssh_arguments(&target).into_iter().map(|a| a.into_string().unwrap()).collect();
        let line = arguments.join(" ");
        assert!(line.starts_with("-o BatchMode=yes -o StrictHostKeyChecking=yes"), "{line}");
        assert!(line.contains("-T -p 2222 -l ops -- prod "), "{line}");
    }
}
