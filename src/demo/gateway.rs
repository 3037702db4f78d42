//! The gateway: an HTTP front in the manner of nginx, and the visitors that use it.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};
use jiff::Timestamp;
use tokio::{
    net::TcpListener,
    sync::Semaphore,
    time::{Instant, sleep},
};

use crate::demo::{
    DemoError, Ended, ServiceName,
    http::{self, Answer, InFlight, NoAnswer, REQUEST_ID},
    logs::{self, Access},
    metrics::{Kind, Metric},
    service::Service,
    traffic::{self, Visit},
};

/// How long an API may take to answer before the visitor gets a 504.
const UPSTREAM_TIMEOUT: Duration = Duration::from_secs(4);

/// Visits beyond this many at once are not begun.
const MAX_VISITS: usize = 32;

/// Carries the visitor's address, as a load balancer in front would set it.
const FORWARDED_FOR: &str = "x-forwarded-for";

const UPSTREAM_RESPONSES: Metric = Metric {
    name: "gateway_upstream_responses_total",
    help: "Answers of the copies of the API, by copy and status code.",
    kind: Kind::Counter,
};

struct Gateway {
    service: Arc<Service>,
    client: reqwest::Client,
    upstreams: Vec<Upstream>,
    next: AtomicUsize,
    /// Numbers the requests in the error log.
    requests: AtomicU64,
}

struct Upstream {
    address: String,
    /// Whether its last request was answered at all.
    answers: AtomicBool,
}

/// Runs the gateway, visitors included, until it is asked to end.
pub(crate) async fn run(service: Arc<Service>, listener: TcpListener) -> Result<Ended, DemoError> {
    let gateway = Arc::new(Gateway::new(Arc::clone(&service))?);
    let address = SocketAddr::from(([127, 0, 0, 1], service.environment.port));
    let visitors = http::client(UPSTREAM_TIMEOUT + Duration::from_secs(1))?;
    notice(&format!("listening on {address}, {} upstreams", gateway.upstreams.len()));
    let router = Router::new()
        .route("/health", get(health))
        .fallback(forward)
        .with_state(Arc::clone(&gateway));
    let ended = tokio::select! {
        ended = http::serve(&service, listener, router) => ended,
        () = receive_visits(&service, &visitors) => Ok(Ended::Asked),
    };
    notice("exiting");
    ended
}

/// Plays the visitors, for ever: each sends a real request to our own port.
async fn receive_visits(service: &Service, client: &reqwest::Client) {
    let mut random = fastrand::Rng::new();
    let at_once = Arc::new(Semaphore::new(MAX_VISITS));
    let root = format!("http://127.0.0.1:{}", service.environment.port);
    loop {
        sleep(traffic::pause(service.started.elapsed(), &mut random)).await;
        if let Ok(permit) = Arc::clone(&at_once).try_acquire_owned() {
            let request = request_of(client, &root, traffic::visit(&mut random));
            tokio::spawn(async move {
                // The answer, also a missing one, is in the access log already.
                let _ = http::ask(request).await;
                drop(permit);
            });
        }
    }
}

fn request_of(client: &reqwest::Client, root: &str, visit: Visit) -> reqwest::RequestBuilder {
    let url = format!("{root}{}", visit.path);
    let request = match visit.body {
        Some(body) => client.post(url).header(header::CONTENT_TYPE, "application/json").body(body),
        None => client.get(url),
    };
    request.header(header::USER_AGENT, visit.agent).header(FORWARDED_FOR, visit.client)
}

async fn health(State(gateway): State<Arc<Gateway>>) -> Response {
    let answers = |upstream: &Upstream| upstream.answers.load(Ordering::Relaxed);
    let verdict = if gateway.upstreams.iter().any(answers) {
        Ok(())
    } else {
        Err("no copy of the API answers".to_owned())
    };
    http::health(&gateway.service, verdict)
}

/// Passes a request on to a copy of the API, and writes the access log.
async fn forward(
    State(gateway): State<Arc<Gateway>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let started = Instant::now();
    let in_flight = InFlight::begin(&gateway.service);
    let path = uri.path();
    let client = text(&headers, FORWARDED_FOR).unwrap_or("127.0.0.1");
    let answer = if path.starts_with("/v1/") {
        gateway.ask_upstreams(&method, path, &body, client).await
    } else {
        Err(StatusCode::NOT_FOUND)
    };
    drop(in_flight);
    let (status, body) = match answer {
        Ok(answer) => {
            (StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY), answer.body)
        }
        Err(status) => (status, format!("{status}\n").into_bytes()),
    };
    let access = Access {
        client,
        method: method.as_str(),
        path,
        status: status.as_u16(),
        bytes: body.len(),
        agent: text(&headers, "user-agent").unwrap_or("-"),
    };
    logs::out(&logs::combined(Timestamp::now(), &access));
    let label = known(&method);
    http::count(&gateway.service, label, route(path), status.as_u16(), started.elapsed());
    (status, body).into_response()
}

impl Gateway {
    fn new(service: Arc<Service>) -> Result<Self, DemoError> {
        let upstreams = service
            .environment
            .ports(ServiceName::Api)?
            .iter()
            .map(|port| Upstream {
                address: format!("127.0.0.1:{port}"),
                answers: AtomicBool::new(true),
            })
            .collect();
        Ok(Self {
            service,
            client: http::client(UPSTREAM_TIMEOUT)?,
            upstreams,
            next: AtomicUsize::new(0),
            requests: AtomicU64::new(0),
        })
    }

    /// Asks the copies in turn; one that refuses the connection passes it to the next.
    async fn ask_upstreams(
        &self,
        method: &Method,
        path: &str,
        body: &Bytes,
        client: &str,
    ) -> Result<Answer, StatusCode> {
        let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        let trace = (http::hex(1), format!("00-{}-{}-01", http::hex(2), http::hex(1)));
        for turn in 0..self.upstreams.len() {
            let upstream = &self.upstreams[(first + turn) % self.upstreams.len()];
            let request = self
                .client
                .request(method.clone(), format!("http://{}{path}", upstream.address))
                .header(REQUEST_ID, &trace.0)
                .header("traceparent", &trace.1)
                .header(header::CONTENT_TYPE, "application/json")
                .body(body.clone());
            let outcome = http::ask(request).await;
            self.note(upstream, outcome.as_ref());
            let failure = match outcome {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let request = format!("client: {client}, request: \"{method} {path} HTTP/1.1\"");
            complain(number, failure, &request, &upstream.address);
            match failure {
                // Nothing has been asked yet, so that asking another copy is safe.
                NoAnswer::Refused => {}
                NoAnswer::Timeout => return Err(StatusCode::GATEWAY_TIMEOUT),
                NoAnswer::Broken => return Err(StatusCode::BAD_GATEWAY),
            }
        }
        Err(StatusCode::BAD_GATEWAY)
    }

    /// Takes note of what a copy answered, for the metrics and our own health.
    fn note(&self, upstream: &Upstream, outcome: Result<&Answer, &NoAnswer>) {
        upstream.answers.store(outcome.is_ok(), Ordering::Relaxed);
        let code = match outcome {
            Ok(answer) => answer.status.to_string(),
            Err(failure) => <&str>::from(failure).to_owned(),
        };
        let labels = [("upstream", upstream.address.as_str()), ("code", code.as_str())];
        self.service.metrics.add(&UPSTREAM_RESPONSES, &labels, 1.0);
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The route that a path belongs to; few, whatever people ask for.
fn route(path: &str) -> &'static str {
    match path.split('/').collect::<Vec<_>>()[..] {
        ["", "v1", "accounts", _] => "/v1/accounts/{account}",
        ["", "v1", "accounts", _, "statement"] => "/v1/accounts/{account}/statement",
        ["", "v1", "transfers"] => "/v1/transfers",
        _ => "other",
    }
}

/// The method as a label; few, whatever people send.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        _ => "other",
    }
}

fn complain(number: u64, failure: NoAnswer, request: &str, upstream: &str) {
    let what = match failure {
        NoAnswer::Refused => {
            "connect() failed (111: Connection refused) while connecting to upstream"
        }
        NoAnswer::Timeout => {
            "upstream timed out (110: Connection timed out) while reading response header from upstream"
        }
        NoAnswer::Broken => "upstream prematurely closed connection while reading response",
    };
    let text = format!("*{number} {what}, {request}, upstream: \"http://{upstream}\"");
    logs::err(&logs::nginx_error(Timestamp::now(), "error", &text));
}

fn notice(text: &str) {
    logs::err(&logs::nginx_error(Timestamp::now(), "notice", text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_few_whatever_is_asked_for() {
        assert_eq!(route("/v1/accounts/17"), "/v1/accounts/{account}");
        assert_eq!(route("/v1/accounts/17/statement"), "/v1/accounts/{account}/statement");
        assert_eq!(route("/v1/accounts/17/x/y"), "other");
        assert_eq!(route("/.env"), "other");
    }
}
