//! [`HttpProbe`]: does a URL answer well?

use std::{error::Error as _, time::Duration};

use async_trait::async_trait;
use reqwest::{Client, Response, Url, redirect::Policy};
use rustls::{ClientConfig, RootCertStore, crypto::ring};

use crate::{
    probes::{Passed, Probe, ProbeError},
    text::{Clean, redact},
};

/// How much of an answer is read; the rest is not asked for (threat T15).
const MAX_BODY_BYTES: usize = 64 * 1024;
/// How many lines of a bad answer are told.
const MAX_BODY_LINES: usize = 5;
/// How many characters of each of them.
const MAX_LINE_CHARS: usize = 200;

/// GETs a URL; an answer of 2xx or 3xx passes, once it is there in whole.
///
/// A redirect is an answer: it is never followed, so a probe asks nobody but its target
/// (threat T17). Proxies of the environment are not used, for the same reason.
#[derive(Clone, Debug)]
pub struct HttpProbe {
    client: Client,
    url: Url,
    timeout: Duration,
}

impl HttpProbe {
    /// A probe of a URL.
    ///
    /// # Errors
    ///
    /// [`ProbeError::Invalid`] when it is no `http` or `https` URL, or when there is no TLS
    /// to be had for it.
    pub fn new(url: &str, timeout: Duration) -> Result<Self, ProbeError> {
        let shown = redact::mask_urls(url);
        let invalid = |why: &str| ProbeError::Invalid { what: format!("`{shown}`: {why}") };
        let url = Url::parse(url).map_err(|error| invalid(&error.to_string()))?;
        let builder = match url.scheme() {
            "http" => Client::builder().tls_backend_preconfigured(
                without_tls().map_err(|error| invalid(&error.to_string()))?,
            ),
            "https" => {
                // Only the first provider of a process counts, and all of ours are this one.
                let _ = ring::default_provider().install_default();
                Client::builder()
            }
            _ => return Err(invalid("a probe speaks http and https")),
        };
        let client = builder
            .redirect(Policy::none())
            .no_proxy()
            // A kept connection can work while a new one would not.
            .pool_max_idle_per_host(0)
            .timeout(timeout)
            .user_agent(concat!("midwatch/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| invalid(&cause(&error)))?;
        Ok(Self { client, url, timeout })
    }

    fn failure(&self, error: &reqwest::Error) -> ProbeError {
        if error.is_timeout() {
            ProbeError::Timeout { after: self.timeout }
        } else if error.is_connect() {
            ProbeError::Unreachable { reason: cause(error) }
        } else {
            ProbeError::Broken { reason: cause(error) }
        }
    }
}

#[async_trait]
impl Probe for HttpProbe {
    async fn check(&self) -> Result<Passed, ProbeError> {
        let answer = self.client.get(self.url.clone()).send().await;
        let mut answer = answer.map_err(|error| self.failure(&error))?;
        let body = body(&mut answer).await.map_err(|error| self.failure(&error))?;
        let status = Clean::new(&answer.status().to_string());
        if answer.status().is_success() || answer.status().is_redirection() {
            Ok(Passed { output: vec![status] })
        } else {
            Err(ProbeError::Answer { status, body: first_lines(&body) })
        }
    }
}

/// A set-up that trusts nobody, for connections that use no TLS: it spares reading the
/// host's certificates for each probe.
fn without_tls() -> Result<ClientConfig, rustls::Error> {
    Ok(ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
}

async fn body(answer: &mut Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while body.len() < MAX_BODY_BYTES {
        let Some(chunk) = answer.chunk().await? else { break };
        body.extend_from_slice(&chunk[..chunk.len().min(MAX_BODY_BYTES - body.len())]);
    }
    Ok(body)
}

fn first_lines(body: &[u8]) -> Vec<Clean> {
    let text = String::from_utf8_lossy(body);
    let lines = text.lines().filter(|line| !line.trim().is_empty()).take(MAX_BODY_LINES);
    lines.map(|line| Clean::new(&line.chars().take(MAX_LINE_CHARS).collect::<String>())).collect()
}

/// The innermost cause: the layers above it only say that a request failed, and name
/// a URL that can carry a password.
fn cause(error: &reqwest::Error) -> String {
    let mut inner: Option<&(dyn std::error::Error + 'static)> = error.source();
    while let Some(next) = inner.and_then(std::error::Error::source) {
        inner = Some(next);
    }
    inner.map_or_else(|| "the request failed".into(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    /// Serves `answer` once and asks for it.
    async fn ask(answer: &'static [u8], timeout: Duration) -> Result<Passed, ProbeError> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://user:hunter2@{}/health", listener.local_addr().unwrap());
        let server = async {
            let (mut peer, _) = listener.accept().await.unwrap();
            let mut request = [0; 1024];
            let _ = peer.read(&mut request).await.unwrap();
            // A probe that has read enough hangs up.
            let _ = peer.write_all(answer).await;
            peer
        };
        let probe = HttpProbe::new(&url, timeout).unwrap();
        let check = probe.check();
        let (_peer, result) = tokio::join!(server, check);
        result
    }

    #[tokio::test]
    async fn a_good_answer_passes_with_its_status() {
        let passed = ask(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", PATIENCE).await;
        assert_eq!(passed.unwrap().output, [Clean::new("200 OK")]);
    }

    #[tokio::test]
    async fn a_bad_answer_fails_with_its_first_lines() {
        let answer = b"HTTP/1.1 503 Gone\r\ncontent-length: 16\r\n\r\n\nredis:\n \x1b[2Jbye";
        let error = ask(answer, PATIENCE).await.unwrap_err();
        let output = error.output();
        let lines: Vec<&str> = output.iter().map(Clean::as_str).collect();
        assert_eq!(lines, ["503 Service Unavailable", "redis:", " ␛[2Jbye"]);
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_and_not_followed() {
        let answer =
            b"HTTP/1.1 302 Found\r\nlocation: http://192.0.2.1/\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(ask(answer, PATIENCE).await.unwrap().output, [Clean::new("302 Found")]);
    }

    #[tokio::test]
    async fn an_answer_that_never_ends_is_read_up_to_its_bound() {
        static ENDLESS: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| {
            let mut answer = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
            answer.resize(answer.len() + 2 * MAX_BODY_BYTES, b'x');
            answer
        });
        assert!(ask(&ENDLESS, PATIENCE).await.is_ok());
    }

    #[tokio::test]
    async fn an_answer_that_does_not_come_is_a_timeout() {
        let timeout = Duration::from_millis(50);
        let error = ask(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", timeout).await;
        assert_eq!(error.unwrap_err(), ProbeError::Timeout { after: timeout });
    }

    #[tokio::test]
    async fn nobody_there_is_told_without_the_url() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://user:hunter2@{}/", listener.local_addr().unwrap());
        drop(listener);
        let error = HttpProbe::new(&url, PATIENCE).unwrap().check().await.unwrap_err();
        assert!(matches!(error, ProbeError::Unreachable { .. }), "{error:?}");
        assert!(error.to_string().contains("refused"), "{error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }

    #[test]
    fn what_is_no_web_address_is_refused_without_its_password() {
        for url in ["health", "ftp://user:hunter2@host/", "http://", "http://user:hunter2@:x/"] {
            let error = HttpProbe::new(url, PATIENCE).unwrap_err();
            assert!(matches!(error, ProbeError::Invalid { .. }), "{url}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn an_encrypted_target_can_be_probed() {
        assert!(HttpProbe::new("https://localhost/", PATIENCE).is_ok());
    }
}
