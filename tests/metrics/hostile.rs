//! Endpoints and servers that do harm, or no good.

use std::{io::Write as _, time::Duration};

use flate2::{Compression, write::GzEncoder};
use jiff::Timestamp;
use midwatch::{
    metrics::{MetricsError, prometheus::Prometheus},
    model::{Event, FaultKind, MetricSource, Monitors, SecretRef, Stack},
};
use tokio::net::TcpListener;

use crate::{
    endpoint::{Endpoint, http},
    stack::{endpoint, fault, measured, metric, secrets},
};

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn all_metrics_of_an_endpoint_share_its_scrape() {
    let body = gzip(b"# TYPE up gauge\nup 1500\nb 3\n");
    let mut server = Endpoint::answering(http("200 OK", "content-encoding: gzip\r\n", &body)).await;
    let mut meters = endpoint(&server.url(), &["up", "b / up", "gone"]);
    assert_eq!(meters.len(), 1);
    let told = measured(&mut meters[0]).await;
    let number = |at: usize| told[at].1.clone().unwrap();
    assert_eq!(number(0), Some(1.5), "in the base unit");
    assert_eq!(number(1), Some(0.002 * 0.001));
    assert_eq!(number(2), None);
    let request = server.requests.recv().await.unwrap().to_lowercase();
    assert!(request.contains("accept: application/openmetrics-text;version=1.0.0"), "{request}");
    assert!(server.requests.try_recv().is_err(), "it was asked once");
}

#[tokio::test]
async fn a_small_answer_that_would_unpack_into_a_large_one_is_given_up() {
    let mut bomb = gzip(&vec![b'#'; 64 << 20]);
    assert!(bomb.len() < 1 << 20);
    // Whoever unpacks it in whole finds that its end is missing.
    bomb.truncate(bomb.len() - 64);
    let server = Endpoint::answering(http("200 OK", "content-encoding: gzip\r\n", &bomb)).await;
    let fault = fault(&server.url()).await;
    assert!(fault.message.as_str().ends_with("larger than 1 MiB"), "{fault:?}");
}

#[tokio::test]
async fn an_answer_that_never_ends_is_given_up() {
    let mut answer = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    answer.resize(3 << 20, b'#');
    let server = Endpoint::answering(answer).await;
    let fault = fault(&server.url()).await;
    assert!(fault.message.as_str().ends_with("larger than 1 MiB"), "{fault:?}");
}

#[tokio::test]
async fn what_cannot_be_read_is_said_with_why() {
    for (answer, kind, words) in [
        (http("200 OK", "", b"up 1\n<html>\n"), FaultKind::Other, "line 2: it begins with no name"),
        (http("200 OK", "", b"up \xff\n"), FaultKind::Lost, "not UTF-8"),
        (http("200 OK", "content-encoding: br\r\n", b"up 1\n"), FaultKind::Lost, "packed as br"),
        (
            http("200 OK", "content-encoding: gzip\r\n", b"up 1\n"),
            FaultKind::Lost,
            "cannot be read",
        ),
        (http("503 No", "", b"\nredis:\x1b[2J down\n"), FaultKind::Other, "503: redis:␛[2J down"),
        (http("404 No", "", b""), FaultKind::NotFound, "answered 404"),
        (http("401 No", "", b""), FaultKind::Denied, "answered 401"),
        (
            http("302 Found", "location: http://192.0.2.1/\r\n", b""),
            FaultKind::Other,
            "answered 302",
        ),
        (
            http("200 OK", "content-type: application/openmetrics-text\r\n", b"up 1\n"),
            FaultKind::Other,
            "cut off",
        ),
        (
            b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nup 1".to_vec(),
            FaultKind::Lost,
            "cannot be read",
        ),
    ] {
        let server = Endpoint::answering(answer).await;
        let fault = fault(&server.url()).await;
        assert!(fault.kind == kind && fault.message.as_str().contains(words), "{words}: {fault:?}");
    }
}

#[tokio::test]
async fn nobody_there_is_told_without_the_password() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://bob:hunter2@{}/metrics", listener.local_addr().unwrap());
    drop(listener);
    let fault = fault(&url).await;
    assert_eq!(fault.kind, FaultKind::Refused, "{fault:?}");
    assert!(!format!("{fault:?}").contains("hunter2"), "{fault:?}");
    assert!(fault.hint.is_some());
}

#[tokio::test]
async fn a_query_that_makes_no_sense_hurts_only_its_own_metric() {
    let server = Endpoint::answering(http("200 OK", "", b"up 1\nup{a=\"b\"} 2\nq 5\n")).await;
    let mut meters = endpoint(&server.url(), &["up", "max(up)", "q"]);
    let told = measured(&mut meters[0]).await;
    let words = |at: usize| told[at].1.clone().unwrap_err().message;
    assert!(words(0).as_str().contains("2 series"), "{told:?}");
    assert!(words(1).as_str().contains("no function `max`"), "{told:?}");
    assert_eq!(told[2].1, Ok(Some(0.005)));
}

#[tokio::test]
async fn a_server_that_hangs_is_a_timeout() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let limit = Duration::from_millis(100);
    let server = Prometheus::with_limit(&url, None, secrets(), limit).unwrap();
    assert_eq!(server.instant("up").await, Err(MetricsError::Timeout { after: limit }));
    // It sends a little, and then no more.
    let server = Endpoint::answering(Vec::new()).await;
    let url = format!("http://{}", server.address);
    let server = Prometheus::with_limit(&url, None, secrets(), limit).unwrap();
    assert!(matches!(server.instant("up").await, Err(MetricsError::Broken { .. })));
}

#[tokio::test]
async fn whoever_is_no_prometheus_is_told_apart() {
    for (answer, words) in [
        (http("200 OK", "", b"<html>"), "no Prometheus"),
        (http("200 OK", "", b"{}"), "no Prometheus"),
        (http("200 OK", "", b"{\"status\":\"success\"}"), "says nothing"),
        (http("404 No", "", b"not found"), "no such page"),
        (http("502 Bad", "", b"<h1>bad gateway</h1>"), "502: <h1>bad"),
    ] {
        let server = Endpoint::answering(answer).await;
        let client =
            Prometheus::new(&format!("http://{}", server.address), None, secrets()).unwrap();
        let error = client.instant("up").await.unwrap_err().to_string();
        assert!(error.contains(words), "{words}: {error}");
    }
}

#[tokio::test]
async fn no_number_with_a_warning_is_no_silence() {
    let body = b"{\"status\":\"success\",\"warnings\":[\"remote read failed\"],\
                 \"data\":{\"resultType\":\"vector\",\"result\":[]}}";
    let server = Endpoint::answering(http("200 OK", "", body)).await;
    let client = Prometheus::new(&format!("http://{}/", server.address), None, secrets()).unwrap();
    let error = client.instant("up").await.unwrap_err();
    assert_eq!(error, MetricsError::Warned { words: "remote read failed".into() });
}

#[tokio::test]
async fn the_secret_goes_to_the_server_and_one_that_cannot_be_had_is_said() {
    let mut server = Endpoint::answering(http("401 No", "", b"")).await;
    let url = format!("http://{}/prefix/", server.address);
    let auth = Some(SecretRef::Env("PASSWORD".into()));
    let client = Prometheus::new(&url, auth, secrets()).unwrap();
    let error = client.instant("up").await.unwrap_err();
    assert_eq!(error, MetricsError::Status { status: 401, body: String::new() });
    let request = server.requests.recv().await.unwrap();
    assert!(request.starts_with("GET /prefix/api/v1/query?query=up "), "{request}");
    assert!(request.contains("Basic Ym9iOmh1bnRlcjI="), "{request}");
    let auth = Some(SecretRef::Env("NONE".into()));
    let client = Prometheus::new(&url, auth, secrets()).unwrap();
    let error = client.instant("up").await.unwrap_err().to_string();
    assert_eq!(error, "its secret cannot be had: the variable NONE is not set");
}

#[tokio::test]
async fn a_stack_says_what_it_lacks_and_what_it_wrote_wrong() {
    let query = MetricSource::Prometheus { query: "up".into() };
    let mut stack = Stack { metrics: vec![metric("a", query)], ..Stack::default() };
    let mut meters = midwatch::metrics::of_stack(&stack, &secrets());
    let told = measured(&mut meters[0]).await;
    let words = told[0].1.clone().unwrap_err().message;
    assert_eq!(words.as_str(), "the stack has no Prometheus server");
    stack.metrics.clear();
    stack.monitors = Monitors {
        prometheus: Some("localhost:9090".into()),
        alertmanager: Some("http://".into()),
        ..Monitors::default()
    };
    for meter in &mut midwatch::metrics::of_stack(&stack, &secrets()) {
        let told = meter.ask(Timestamp::now()).await;
        let [Event::Foreign { alerts: Err(fault), .. }] = &told[..] else { panic!("{told:?}") };
        assert_eq!(fault.kind, FaultKind::Invalid);
    }
}
