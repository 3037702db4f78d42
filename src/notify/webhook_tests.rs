use std::sync::{Arc, Mutex};

use axum::{Router, extract::State, http::StatusCode, response::Redirect, routing::post};
use serde_json::Value;
use tokio::net::TcpListener;

use super::*;
use crate::{
    model::{
        Advice, AlertId, AlertRule, AlertSeverity, Notice,
        alert::{Evidence, Patience, Telling},
    },
    notify::Sender,
};
use jiff::Timestamp;

/// What a receiver heard, and what it answers, one after the other; then 200.
#[derive(Clone, Default)]
struct Receiver {
    heard: Arc<Mutex<Vec<String>>>,
    answers: Arc<Mutex<Vec<u16>>>,
}

async fn hear(State(receiver): State<Receiver>, body: String) -> StatusCode {
    receiver.heard.lock().unwrap().push(body);
    let answer = receiver.answers.lock().unwrap().pop().unwrap_or(200);
    StatusCode::from_u16(answer).unwrap()
}

async fn receiver(answers: &[u16]) -> (Receiver, Webhook) {
    let receiver = Receiver::default();
    receiver.answers.lock().unwrap().extend(answers.iter().rev());
    let router = Router::new()
        .route("/hook/s3cret", post(hear))
        .route("/away/s3cret", post(|| async { Redirect::temporary("/hook/s3cret") }))
        .with_state(receiver.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (receiver, webhook(&format!("http://{address}/hook/s3cret")))
}

fn webhook(url: &str) -> Webhook {
    const NOW: &[Duration] = &[Duration::ZERO; 3];
    let webhook = Webhook::new(&Secret::new(url), &Clean::new("oncall")).unwrap();
    Webhook { waits: NOW, ..webhook }
}

fn notice(title: &str, what: Telling) -> Notice {
    let rule = AlertRule {
        id: AlertId(Clean::new(&format!("probe:{title}"))),
        title: Clean::new(title),
        service: Some(Clean::new("api")),
        patience: Patience::default(),
        advice: Advice { hint: Some(Clean::new("scale it")), ..Advice::default() },
    };
    Notice {
        rule,
        what,
        severity: AlertSeverity::Critical,
        since: Timestamp::from_second(100).unwrap(),
        at: Timestamp::from_second(200).unwrap(),
        evidence: Evidence { value: Some(0.5), words: Clean::new("500\u{1b}[2J") },
    }
}

fn message() -> Message {
    let sender = Sender { stack: Some(Clean::new("shop")), environment: None };
    let notices = [
        notice("api/health", Telling::Firing(AlertSeverity::Critical)),
        notice("api/ready", Telling::Resolved),
    ];
    Message::new(&notices, &sender)
}

#[tokio::test]
async fn what_is_posted_is_shaped_as_alertmanagers_webhook() {
    let (receiver, webhook) = receiver(&[]).await;
    webhook.notify(&message()).await.unwrap();
    let heard = receiver.heard.lock().unwrap().clone();
    let body: Value = serde_json::from_str(&heard[0]).unwrap();
    let expected = serde_json::json!({
        "version": "4",
        "groupKey": "midwatch/shop:oncall",
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "oncall",
        "groupLabels": {"stack": "shop"},
        "commonLabels": {"severity": "critical", "stack": "shop", "service": "api"},
        "commonAnnotations": {"description": "500␛[2J", "hint": "scale it"},
        "externalURL": "",
        "alerts": [{
            "status": "firing",
            "labels": {
                "alertname": "api/health", "alert": "probe:api/health", "severity": "critical",
                "stack": "shop", "service": "api",
            },
            "annotations": {
                "summary": "critical: shop api/health, 500␛[2J",
                "description": "500␛[2J", "hint": "scale it",
            },
            "startsAt": "1970-01-01T00:01:40Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "",
            "fingerprint": body["alerts"][0]["fingerprint"],
        }, {
            "status": "resolved",
            "labels": {
                "alertname": "api/ready", "alert": "probe:api/ready", "severity": "critical",
                "stack": "shop", "service": "api",
            },
            "annotations": {
                "summary": "resolved: shop api/ready, 500␛[2J",
                "description": "500␛[2J", "hint": "scale it",
            },
            "startsAt": "1970-01-01T00:01:40Z",
            "endsAt": "1970-01-01T00:03:20Z",
            "generatorURL": "",
            "fingerprint": body["alerts"][1]["fingerprint"],
        }],
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_what_will_not_is_not() {
    let (patient, webhook) = receiver(&[503, 429, 500]).await;
    webhook.notify(&message()).await.unwrap();
    assert_eq!(patient.heard.lock().unwrap().len(), 4);
    let (down, webhook) = receiver(&[500; 9]).await;
    let error = webhook.notify(&message()).await.unwrap_err();
    assert_eq!(error.to_string(), "127.0.0.1 refused it: 500");
    assert_eq!(down.heard.lock().unwrap().len(), 4);
    let (strict, webhook) = receiver(&[401]).await;
    webhook.notify(&message()).await.unwrap_err();
    assert_eq!(strict.heard.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (receiver, there) = receiver(&[]).await;
    let away = there.url.as_str().replace("/hook/", "/away/");
    let error = webhook(&away).notify(&message()).await.unwrap_err();
    assert!(matches!(error, NotifyError::Refused { status: 307, .. }), "{error}");
    assert_eq!(receiver.heard.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn no_failure_says_the_address() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error =
        webhook(&format!("http://{gone}/hook/s3cret")).notify(&message()).await.unwrap_err();
    assert!(matches!(error, NotifyError::Unreachable { .. }), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    for wrong in ["s3cret", "ftp://h/s3cret", "http://", "unix:///s3cret"] {
        let error = Webhook::new(&Secret::new(wrong), &Clean::new("x")).unwrap_err();
        assert_eq!(error, NotifyError::Address);
    }
}
