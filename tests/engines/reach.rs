//! How an engine is reached: encrypted connections, and what fails about them.
//!
//! The certificates in `tests/fixtures/tls` are good for a hundred years; the keys of
//! the authorities that signed them were thrown away.

use std::{path::PathBuf, sync::Arc};

use midwatch::{
    engines::{
        Engine, EngineError,
        docker::{DockerEngine, Endpoint, TlsFiles, TlsIdentity},
    },
    model::{EngineId, FaultKind},
};
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

const GREETING: &[u8] =
    b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nServer: Docker/20.10.24 (linux)\r\n\
      Content-Length: 2\r\nConnection: close\r\n\r\nOK";

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tls").join(name)
}

/// An engine behind TLS that wants a certificate from whoever asks.
async fn encrypted_engine() -> u16 {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(file("ca.pem")).unwrap()).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier.build().unwrap())
        .with_single_cert(
            vec![CertificateDer::from_pem_file(file("engine.pem")).unwrap()],
            PrivateKeyDer::from_pem_file(file("engine-key.pem")).unwrap(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A guest without the right certificate is turned away, and that is the test.
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut asked = [0; 1024];
            let _ = stream.read(&mut asked).await;
            let _ = stream.write_all(GREETING).await;
            let _ = stream.shutdown().await;
        }
    });
    port
}

async fn connect(host: &str, port: u16, tls: Option<TlsFiles>) -> Result<String, EngineError> {
    let endpoint = Endpoint::Tcp { host: host.into(), port, tls };
    let info = DockerEngine::new(EngineId::new("docker"), endpoint, true).connect().await?;
    Ok(info.version.to_string())
}

async fn kind(host: &str, port: u16, tls: Option<TlsFiles>) -> FaultKind {
    connect(host, port, tls).await.unwrap_err().kind()
}

fn files(ca: &str) -> TlsFiles {
    let identity = TlsIdentity { cert: file("client.pem"), key: file("client-key.pem") };
    TlsFiles { ca: Some(file(ca)), identity: Some(identity) }
}

#[tokio::test]
async fn both_sides_show_a_certificate_and_the_engine_is_reached() {
    let port = encrypted_engine().await;
    assert_eq!(connect("127.0.0.1", port, Some(files("ca.pem"))).await.unwrap(), "20.10.24");
}

#[tokio::test]
async fn an_engine_of_another_authority_is_not_trusted() {
    let port = encrypted_engine().await;
    assert_eq!(kind("127.0.0.1", port, Some(files("other-ca.pem"))).await, FaultKind::Tls);
}

#[tokio::test]
async fn an_engine_under_another_name_is_not_trusted() {
    let port = encrypted_engine().await;
    assert_eq!(kind("localhost", port, Some(files("ca.pem"))).await, FaultKind::Tls);
}

#[tokio::test]
async fn an_engine_that_wants_a_certificate_says_so() {
    let port = encrypted_engine().await;
    let files = TlsFiles { identity: None, ..files("ca.pem") };
    assert_eq!(kind("127.0.0.1", port, Some(files)).await, FaultKind::Tls);
}

#[tokio::test]
async fn the_key_of_another_certificate_is_a_failure_of_tls() {
    let mut files = files("ca.pem");
    files.identity = Some(TlsIdentity { cert: file("client.pem"), key: file("engine-key.pem") });
    assert_eq!(kind("127.0.0.1", 1, Some(files)).await, FaultKind::Tls);
}

#[tokio::test]
async fn what_ssh_says_is_the_reason() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let endpoint = Endpoint::parse(&format!("ssh://127.0.0.1:{port}"), None).unwrap();
    let engine = DockerEngine::new(EngineId::new("docker"), endpoint, false);
    let error = engine.connect().await.unwrap_err();
    match error {
        EngineError::Refused { reason: Some(reason), .. } => {
            assert!(reason.contains("Connection refused"), "{reason}");
        }
        // Where there is no `ssh`, that is said.
        EngineError::Unsupported { what } => assert!(what.contains("cannot start `ssh`"), "{what}"),
        other => panic!("{other}"),
    }
}
