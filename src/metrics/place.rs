//! [`Place`]: a web address that is asked for metrics, carefully.

use std::{
    error::Error,
    io::{self, Read},
    sync::Arc,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::read::GzDecoder;
use reqwest::{
    Client, Response, Url,
    header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue},
    redirect::Policy,
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};

use super::MetricsError;
use crate::{
    model::{FaultKind, SecretRef},
    secrets::Secrets,
    text::{
        Clean,
        redact::{self, Secret},
    },
};

/// How long a whole answer may take.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(10);

/// How many characters of a bad answer are told.
const MAX_WORDS: usize = 200;

/// A web address with what it takes to ask it.
///
/// Redirects are not followed and proxies of the environment not used: the secret goes to
/// nobody else (threat T17).
pub(super) struct Place {
    client: Client,
    url: Url,
    auth: Option<SecretRef>,
    secrets: Arc<dyn Secrets>,
    limit: Duration,
}

/// An answer, unpacked.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// The first line, to be told.
    pub(super) fn words(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
        let short: String = line.chars().take(MAX_WORDS).collect();
        Clean::new(&redact::mask_urls(&short)).as_str().to_owned()
    }
}

impl Place {
    pub(super) fn new(
        url: &str,
        auth: Option<SecretRef>,
        secrets: Arc<dyn Secrets>,
        limit: Duration,
    ) -> Result<Self, MetricsError> {
        let invalid = |why: &str| MetricsError::Invalid { what: format!("no address: {why}") };
        let url = Url::parse(url).map_err(|error| invalid(&error.to_string()))?;
        let builder = match url.scheme() {
            // Spares reading the certificates of this host.
            "http" => Client::builder().tls_backend_preconfigured(
                without_tls().map_err(|error| invalid(&error.to_string()))?,
            ),
            "https" => {
                // Only the first provider of a process counts, and all of ours are this one.
                let _ = ring::default_provider().install_default();
                Client::builder()
            }
            _ => return Err(invalid("it begins with neither http:// nor https://")),
        };
        let client = builder
            .redirect(Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(1)
            .timeout(limit)
            .user_agent(concat!("midwatch/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| invalid(&cause(&error)))?;
        Ok(Self { client, url, auth, secrets, limit })
    }

    /// Asks for what is at the address itself; at most `limit` bytes, unpacked.
    pub(super) async fn get(&self, accept: &str, limit: usize) -> Result<Answer, MetricsError> {
        self.fetch(self.url.clone(), accept, limit).await
    }

    /// Asks for what is below the address.
    pub(super) async fn get_below(
        &self,
        path: &str,
        query: &[(&str, &str)],
        limit: usize,
    ) -> Result<Answer, MetricsError> {
        let mut url = self.url.clone();
        url.set_path(&format!("{}{path}", self.url.path().trim_end_matches('/')));
        url.set_query(None);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.fetch(url, "application/json", limit).await
    }

    async fn fetch(&self, url: Url, accept: &str, limit: usize) -> Result<Answer, MetricsError> {
        let mut request =
            self.client.get(url).header(ACCEPT, accept).header(ACCEPT_ENCODING, "gzip");
        if let Some(auth) = &self.auth {
            let secret = self.secrets.secret(auth).await;
            let secret = secret.map_err(|why| MetricsError::Secret { why: why.to_string() })?;
            request = request.header(AUTHORIZATION, authorization(&secret)?);
        }
        let mut answer = request.send().await.map_err(|error| self.failure(&error))?;
        let packed = self.body(&mut answer, limit).await?;
        let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
        let body = unpacked(packed, header(CONTENT_ENCODING).unwrap_or_default(), limit)?;
        let content_type = header(CONTENT_TYPE).unwrap_or_default().to_owned();
        Ok(Answer { status: answer.status().as_u16(), content_type, body })
    }

    async fn body(&self, answer: &mut Response, limit: usize) -> Result<Vec<u8>, MetricsError> {
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| self.failure(&error))? {
            if body.len() + chunk.len() > limit {
                return Err(MetricsError::TooLarge { limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn failure(&self, error: &reqwest::Error) -> MetricsError {
        if error.is_timeout() {
            MetricsError::Timeout { after: self.limit }
        } else if error.is_connect() {
            MetricsError::Unreachable { kind: kind(error), why: cause(error) }
        } else {
            MetricsError::Broken { why: cause(error) }
        }
    }
}

/// A set-up that trusts nobody, for connections that use no TLS.
fn without_tls() -> Result<ClientConfig, rustls::Error> {
    Ok(ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
}

/// The header: as it is, or for `user:password` as basic authentication.
fn authorization(secret: &Secret) -> Result<HeaderValue, MetricsError> {
    let secret = secret.expose();
    let basic = secret.contains(':') && !secret.contains(' ');
    let value = if basic { format!("Basic {}", STANDARD.encode(secret)) } else { secret.into() };
    let mut value = HeaderValue::from_str(&value)
        .map_err(|_| MetricsError::Secret { why: "it cannot stand in a header".into() })?;
    value.set_sensitive(true);
    Ok(value)
}

/// Unpacks at most `limit` bytes, whatever a small body would become (threat T15).
fn unpacked(packed: Vec<u8>, encoding: &str, limit: usize) -> Result<Vec<u8>, MetricsError> {
    match encoding.trim().to_ascii_lowercase().as_str() {
        "" | "identity" => Ok(packed),
        "gzip" | "x-gzip" => {
            let mut body = Vec::new();
            GzDecoder::new(packed.as_slice())
                .take(limit as u64 + 1)
                .read_to_end(&mut body)
                .map_err(|error| MetricsError::Broken { why: error.to_string() })?;
            if body.len() > limit { Err(MetricsError::TooLarge { limit }) } else { Ok(body) }
        }
        other => {
            let other = Clean::new(other);
            Err(MetricsError::Broken { why: format!("packed as {other}, which was not asked for") })
        }
    }
}

/// What lies behind a failure, from the outside in.
fn causes<'a>(error: &'a reqwest::Error) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |error| (*error).source())
}

/// Which kind of failure it is that there was no connection.
fn kind(error: &reqwest::Error) -> FaultKind {
    let kind = |cause: &(dyn Error + 'static)| {
        if cause.is::<rustls::Error>() {
            return Some(FaultKind::Tls);
        }
        let cause = cause.downcast_ref::<io::Error>()?;
        if cause.get_ref().is_some_and(<dyn Error + Send + Sync>::is::<rustls::Error>) {
            return Some(FaultKind::Tls);
        }
        match cause.kind() {
            io::ErrorKind::ConnectionRefused => Some(FaultKind::Refused),
            io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof => Some(FaultKind::Lost),
            _ => None,
        }
    };
    causes(error).find_map(kind).unwrap_or(FaultKind::Absent)
}

/// The innermost cause: the layers above it only say that a request failed, and name a URL
/// that can carry a password.
fn cause(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| "the request failed".into(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::HostSecrets;

    #[test]
    fn a_secret_goes_as_it_is_or_as_basic_authentication() {
        let header = |secret: &str| authorization(&Secret::new(secret)).unwrap();
        assert_eq!(header("Bearer abc:def"), "Bearer abc:def");
        assert_eq!(header("bob:hunter2"), "Basic Ym9iOmh1bnRlcjI=");
        assert!(header("bob:hunter2").is_sensitive());
    }

    #[test]
    fn what_is_no_web_address_is_refused_without_its_password() {
        let nothing: Arc<dyn Secrets> = Arc::new(HostSecrets::new(vec![], None));
        for url in ["metrics", "ftp://bob:hunter2@host/", "http://bob:hunter2@:x/"] {
            let place = Place::new(url, None, nothing.clone(), TIME_LIMIT);
            let error = place.err().unwrap().to_string();
            assert!(error.contains("no address") && !error.contains("hunter2"), "{error}");
        }
    }
}
