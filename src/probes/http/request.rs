//! [`Asked`]: where a request goes and what it says.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Method, Request, Uri,
    header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, HeaderValue, USER_AGENT},
};
use percent_encoding::percent_decode_str;
use rustls::pki_types::ServerName;
use url::{Host, Url};

use crate::{
    model::{ProbeFault, SecretRef, probe::HttpTarget},
    probes::{dial::Address, fault::invalid, tls::server_name},
    text::redact::{self, Secret},
};

/// Where a request goes and what it says, but for its secret.
#[derive(Debug)]
pub(super) struct Asked {
    pub address: Address,
    /// The name that the certificate has to be for; `None` without encryption.
    pub name: Option<ServerName<'static>>,
    /// Whether any certificate will do.
    pub insecure: bool,
    method: Method,
    path: Uri,
    /// Marked as sensitive where a value may be secret, so that nobody prints it.
    headers: HeaderMap,
    body: Bytes,
    /// Where its secret is.
    pub auth: Option<SecretRef>,
}

impl Asked {
    /// Reads a target.
    pub(super) fn new(target: &HttpTarget) -> Result<Self, ProbeFault> {
        let shown = redact::mask_urls(&target.url);
        let wrong = |why: &str| invalid(format!("`{shown}`: {why}"));
        let url = Url::parse(&target.url).map_err(|error| wrong(&error.to_string()))?;
        let is_encrypted = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err(wrong("a probe speaks http and https")),
        };
        let host = match url.host() {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(ip)) => ip.to_string(),
            Some(Host::Ipv6(ip)) => ip.to_string(),
            None => return Err(wrong("it has no host")),
        };
        let port = url.port_or_known_default().unwrap_or(if is_encrypted { 443 } else { 80 });
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        Ok(Self {
            name: is_encrypted.then(|| server_name(&host)).transpose()?,
            address: Address { host, port },
            insecure: target.insecure,
            method: Method::from_bytes(target.method.as_bytes())
                .map_err(|_| invalid(format!("`{}` is no method of HTTP", target.method)))?,
            path: path.parse().map_err(|_| wrong("its path cannot be asked for"))?,
            headers: headers(&url, target)?,
            body: target.body.clone().unwrap_or_default().into(),
            auth: target.auth.clone(),
        })
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.name.is_some()
    }

    /// What proves who we are in a request, without the name of its scheme.
    pub(super) fn sent(&self, secret: Option<&Secret>) -> Option<Secret> {
        let value = secret.map(|secret| authorization(secret.expose())).or_else(|| {
            let value = self.headers.get(AUTHORIZATION)?;
            value.to_str().ok().map(ToOwned::to_owned)
        })?;
        value.split_whitespace().next_back().map(Secret::new)
    }

    /// The request of one check.
    pub(super) fn request(
        &self,
        secret: Option<&Secret>,
    ) -> Result<Request<Full<Bytes>>, ProbeFault> {
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.path.clone();
        *request.headers_mut() = self.headers.clone();
        if let Some(secret) = secret {
            let value = sensitive(&authorization(secret.expose()), AUTHORIZATION.as_str())?;
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        Ok(request)
    }
}

/// What stands in front of the body, but for what is looked up each time.
fn headers(url: &Url, target: &HttpTarget) -> Result<HeaderMap, ProbeFault> {
    let mut headers = HeaderMap::new();
    let agent = concat!("midwatch/", env!("CARGO_PKG_VERSION"));
    headers.insert(USER_AGENT, HeaderValue::from_static(agent));
    headers.insert(hyper::header::ACCEPT, HeaderValue::from_static("*/*"));
    let host = url.host_str().unwrap_or_default();
    let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    headers.insert(HOST, sensitive(&host, "host")?);
    if !url.username().is_empty() || url.password().is_some() {
        let decoded = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let user = decoded(url.username());
        let pair = format!("{user}:{}", decoded(url.password().unwrap_or_default()));
        headers.insert(AUTHORIZATION, sensitive(&basic(&pair), AUTHORIZATION.as_str())?);
    }
    for (name, value) in &target.headers {
        let key = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| invalid(format!("`{name}` is no name of a header")))?;
        headers.insert(key, sensitive(value, name)?);
    }
    Ok(headers)
}

fn sensitive(value: &str, name: &str) -> Result<HeaderValue, ProbeFault> {
    // What is not allowed in it could begin another header.
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| invalid(format!("the value of the header {name} has control characters")))?;
    value.set_sensitive(true);
    Ok(value)
}

/// A value as it is when it names its scheme; `user:password` as basic authentication;
/// everything else is a bearer token.
fn authorization(secret: &str) -> String {
    if secret.contains(' ') {
        secret.to_owned()
    } else if secret.contains(':') {
        basic(secret)
    } else {
        format!("Bearer {secret}")
    }
}

fn basic(pair: &str) -> String {
    format!("Basic {}", STANDARD.encode(pair))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ProbeFaultKind;

    fn sent(target: &HttpTarget, secret: Option<&str>) -> Request<Full<Bytes>> {
        Asked::new(target).unwrap().request(secret.map(Secret::new).as_ref()).unwrap()
    }

    #[test]
    fn a_request_says_what_its_url_says() {
        let target = HttpTarget::get("http://bob:p%40ss@[::1]:8080/a%20b?c=d#e");
        let request = sent(&target, None);
        assert_eq!(request.uri(), "/a%20b?c=d");
        assert_eq!(request.headers()[HOST], "[::1]:8080");
        assert_eq!(request.headers()[AUTHORIZATION], basic("bob:p@ss"));
        assert_eq!(Asked::new(&target).unwrap().address.to_string(), "[::1]:8080");
        assert_eq!(
            Asked::new(&HttpTarget::get("https://x/")).unwrap().address.to_string(),
            "x:443"
        );
    }

    #[test]
    fn a_secret_becomes_the_scheme_that_it_looks_like() {
        for (secret, header) in [
            ("token", "Bearer token"),
            ("bob:hunter2", "Basic Ym9iOmh1bnRlcjI="),
            ("ApiKey a:b", "ApiKey a:b"),
        ] {
            let request = sent(&HttpTarget::get("http://x/"), Some(secret));
            assert_eq!(request.headers()[AUTHORIZATION], header);
            assert!(!format!("{request:?}").contains(header), "{request:?}");
        }
    }

    #[test]
    fn what_cannot_be_asked_is_refused_without_its_password() {
        for url in ["health", "ftp://user:hunter2@host/", "http://", "http://user:hunter2@:x/"] {
            let fault = Asked::new(&HttpTarget::get(url)).unwrap_err();
            assert_eq!(fault.kind, ProbeFaultKind::Invalid, "{url}");
            assert!(!fault.words.as_str().contains("hunter2"), "{fault:?}");
        }
        let split = [("X-A".to_owned(), "a\r\nX-B: b".to_owned())].into();
        assert!(
            Asked::new(&HttpTarget { headers: split, ..HttpTarget::get("http://x/") }).is_err()
        );
        assert!(
            Asked::new(&HttpTarget { method: "GET /".into(), ..HttpTarget::get("http://x/") })
                .is_err()
        );
    }
}
