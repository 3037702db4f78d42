//! The API's log: JSON, a line each, with what ties a request's lines together.

use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::Serialize;
use tokio::time::Instant;

use crate::demo::{
    api::failure::Failure,
    http::{self, InFlight},
    logs::{self, Severity},
    service::Service,
};

/// A line of the log; what does not apply is left out.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Line<'a> {
    level: &'static str,
    msg: &'a str,
    ts: String,
    service: &'static str,
    replica: u32,
    #[serde(flatten)]
    pub(super) request: Option<RequestFields<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) duration_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cache: Option<&'static str>,
}

#[derive(Debug, Serialize)]
pub(super) struct RequestFields<'a> {
    pub(super) request_id: &'a str,
    pub(super) trace_id: &'a str,
    pub(super) method: &'a str,
    pub(super) route: &'a str,
}

impl Line<'_> {
    /// A line about the service itself.
    pub(crate) fn info(msg: &str, replica: u32) -> Line<'_> {
        Line::new(Timestamp::now(), Severity::Info, msg, replica)
    }

    pub(super) fn new(at: Timestamp, severity: Severity, msg: &str, replica: u32) -> Line<'_> {
        Line {
            ts: logs::iso(at),
            level: severity.into(),
            msg,
            service: "api",
            replica,
            ..Line::default()
        }
    }

    /// Writes it.
    pub(crate) fn write(&self) {
        logs::out(&self.text());
    }

    pub(super) fn text(&self) -> String {
        // Text and numbers always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A request while it is answered.
pub(crate) struct Call<'a> {
    service: &'a Service,
    method: &'static str,
    route: &'static str,
    pub(crate) request_id: String,
    trace_id: String,
    started: Instant,
    _in_flight: InFlight<'a>,
}

impl<'a> Call<'a> {
    /// Takes note of a request that has just come.
    pub(crate) fn begin(
        service: &'a Service,
        method: &'static str,
        route: &'static str,
        headers: &HeaderMap,
    ) -> Self {
        Self {
            service,
            method,
            route,
            request_id: http::request_id(headers),
            trace_id: trace_id(headers).unwrap_or("-").to_owned(),
            started: Instant::now(),
            _in_flight: InFlight::begin(service),
        }
    }

    /// It was answered well.
    pub(crate) fn done(self, status: StatusCode, cache: Option<&'static str>) {
        self.end(Severity::Info, "request", status, cache);
    }

    /// It was answered with an error.
    pub(crate) fn failed(self, failure: &Failure) {
        self.end(failure.severity(), &failure.to_string(), failure.status(), None);
        if let Some(trace) = failure.trace() {
            logs::err(&trace);
        }
    }

    /// Something on the way went wrong, and the request goes on.
    pub(crate) fn warn(&self, msg: &str) {
        self.line(Severity::Warn, msg).write();
    }

    fn end(&self, severity: Severity, msg: &str, status: StatusCode, cache: Option<&'static str>) {
        let took = self.started.elapsed();
        let mut line = self.line(severity, msg);
        line.status = Some(status.as_u16());
        line.duration_ms = Some((took.as_secs_f64() * 10_000.0).round() / 10.0);
        line.cache = cache;
        line.write();
        http::count(self.service, self.method, self.route, status.as_u16(), took);
    }

    fn line<'l>(&'l self, severity: Severity, msg: &'l str) -> Line<'l> {
        let replica = self.service.environment.replica;
        let mut line = Line::new(Timestamp::now(), severity, msg, replica);
        line.request = Some(RequestFields {
            request_id: &self.request_id,
            trace_id: &self.trace_id,
            method: self.method,
            route: self.route,
        });
        line
    }
}

/// The trace's id out of a W3C `traceparent` header.
fn trace_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get("traceparent")?.to_str().ok()?.split('-').nth(1)?;
    (id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_fields_in_the_order_that_people_read() {
        let mut line = Line::info("request", 2);
        line.ts = "2025-11-20T09:30:05.123Z".into();
        line.status = Some(200);
        line.duration_ms = Some(1.5);
        line.request = Some(RequestFields {
            request_id: "ab",
            trace_id: "cd",
            method: "GET",
            route: "/v1/accounts/{account}",
        });
        assert_eq!(
            serde_json::to_string(&line).unwrap(),
            r#"{"level":"info","msg":"request","ts":"2025-11-20T09:30:05.123Z","service":"api","replica":2,"request_id":"ab","trace_id":"cd","method":"GET","route":"/v1/accounts/{account}","status":200,"duration_ms":1.5}"#
        );
    }

    #[test]
    fn a_trace_is_taken_only_from_a_header_that_is_one() {
        let of = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("traceparent", value.parse().unwrap());
            trace_id(&headers).map(str::to_owned)
        };
        let id = "0af7651916cd43dd8448eb211c80319c";
        assert_eq!(of(&format!("00-{id}-b7ad6b7169203331-01")), Some(id.into()));
        assert_eq!(of("00-zz-b7ad6b7169203331-01"), None);
        assert_eq!(of("nothing"), None);
    }
}
