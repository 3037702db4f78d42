//! HTTP as all services of the demo speak it: serving, health, asking each other.

use std::{fmt::Write, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;
use tokio::net::TcpListener;

use crate::demo::{
    DemoError, Ended,
    metrics::{HTTP_DURATION, HTTP_IN_FLIGHT, HTTP_REQUESTS},
    service::Service,
};

/// The header that carries a request's id from service to service.
pub(crate) const REQUEST_ID: &str = "x-request-id";

/// No request or answer among the services is longer.
pub(crate) const MAX_BODY: usize = 64 * 1024;

/// How long requests in flight may take once the service has been asked to end.
const DRAIN: Duration = Duration::from_secs(1);

/// Serves `router` and `/metrics` until the service is asked to end.
pub(crate) async fn serve(
    service: &Arc<Service>,
    listener: TcpListener,
    router: Router,
) -> Result<Ended, DemoError> {
    let router = router
        .route("/metrics", get(exposition).with_state(Arc::clone(service)))
        .layer(DefaultBodyLimit::max(MAX_BODY));
    let stopping = service.stopping.clone();
    let drained = async {
        stopping.cancelled().await;
        tokio::time::sleep(DRAIN).await;
    };
    let asked = stopping.clone().cancelled_owned();
    tokio::select! {
        served = axum::serve(listener, router).with_graceful_shutdown(asked) => {
            let port = service.environment.port;
            served.map_err(|source| DemoError::Serve { port, source })?;
        }
        () = drained => {}
    }
    Ok(Ended::Asked)
}

async fn exposition(State(service): State<Arc<Service>>) -> Response {
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], service.exposition()).into_response()
}

/// What a service says of itself: 200, or 503 with the reason.
pub(crate) fn health(service: &Service, verdict: Result<(), String>) -> Response {
    let (code, status) = match verdict {
        Ok(()) => (StatusCode::OK, "ok"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "failing"),
    };
    let mut body = json!({
        "status": status,
        "service": service.name.to_string(),
        "replica": service.environment.replica,
        "uptime_seconds": service.started.elapsed().as_secs(),
    });
    if let Err(reason) = verdict {
        body["reason"] = reason.into();
    }
    (code, Json(body)).into_response()
}

/// Counts a request that has been answered.
pub(crate) fn count(service: &Service, method: &str, route: &str, status: u16, took: Duration) {
    let code = status.to_string();
    let labels = [("method", method), ("route", route), ("code", code.as_str())];
    service.metrics.add(&HTTP_REQUESTS, &labels, 1.0);
    service.metrics.observe(&HTTP_DURATION, &[("route", route)], took.as_secs_f64());
}

/// A request in flight; no more once it is dropped, also when its client gave up.
#[derive(Debug)]
pub(crate) struct InFlight<'a>(&'a Service);

impl<'a> InFlight<'a> {
    /// Counts one more.
    pub(crate) fn begin(service: &'a Service) -> Self {
        service.metrics.add(&HTTP_IN_FLIGHT, &[], 1.0);
        Self(service)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.metrics.add(&HTTP_IN_FLIGHT, &[], -1.0);
    }
}

/// The request's id, or `-` where there is none that can be written into a log as it is.
pub(crate) fn request_id(headers: &HeaderMap) -> String {
    headers
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|id| (1..=64).contains(&id.len()))
        .filter(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
        .unwrap_or("-")
        .to_owned()
}

/// Random hexadecimal digits, 16 for every number.
pub(crate) fn hex(numbers: usize) -> String {
    (0..numbers).fold(String::new(), |mut digits, _| {
        // Writing into a string never fails.
        let _ = write!(digits, "{:016x}", fastrand::u64(..));
        digits
    })
}

/// A client for peers on the loopback address.
///
/// It trusts no certificate and takes no proxy from the environment: it has nothing
/// to say to anybody else, and loading the host's certificates costs megabytes.
pub(crate) fn client(timeout: Duration) -> Result<reqwest::Client, DemoError> {
    // An error means that a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .timeout(timeout)
        .connect_timeout(Duration::from_millis(500))
        .pool_max_idle_per_host(4)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .tls_certs_only([])
        .build()
        .map_err(DemoError::Client)
}

/// Why a peer gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub(crate) enum NoAnswer {
    /// Nobody listens there.
    Refused,
    /// It took too long.
    Timeout,
    /// The answer broke off or was too long.
    Broken,
}

/// What a peer answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// Sends a request and reads the answer, up to [`MAX_BODY`].
pub(crate) async fn ask(request: reqwest::RequestBuilder) -> Result<Answer, NoAnswer> {
    let mut response = request.send().await.map_err(|error| no_answer(&error))?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| no_answer(&error))? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(NoAnswer::Broken);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status: response.status().as_u16(), body })
}

fn no_answer(error: &reqwest::Error) -> NoAnswer {
    if error.is_timeout() {
        NoAnswer::Timeout
    } else if error.is_connect() {
        NoAnswer::Refused
    } else {
        NoAnswer::Broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_could_forge_a_log_line_is_not_taken() {
        let id = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, value.parse().unwrap());
            request_id(&headers)
        };
        assert_eq!(id("0f3a-1"), "0f3a-1");
        assert_eq!(id("a level=error"), "-");
        assert_eq!(id(&"a".repeat(65)), "-");
        assert_eq!(request_id(&HeaderMap::new()), "-");
    }
}
