//! A real Alertmanager.

use jiff::{SignedDuration, Timestamp};
use midwatch::{
    metrics::prometheus::Alertmanager,
    model::{
        ForeignState,
        alert::{Overlay, OverlayKind},
    },
    text::Clean,
};
use reqwest::Client;
use serde_json::{Value, json};

use super::until;
use crate::{
    real::prometheus::{Running, alertmanager},
    stack::secrets,
};

/// Tells it something.
async fn post(running: &Running, path: &str, body: &Value) {
    // Whoever is asked first decides what all of this process speaks.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let url = format!("{}/api/v2/{path}", running.url());
    let request = Client::builder().no_proxy().build().unwrap().post(url);
    let request = request.header("content-type", "application/json").body(body.to_string());
    let answer = request.send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
}

#[tokio::test]
async fn what_it_was_told_and_what_of_it_is_silenced_is_read() {
    let running = alertmanager();
    let client = Alertmanager::new(&running.url(), None, secrets()).unwrap();
    until("ready", async || client.alerts().await.ok()).await;
    assert_eq!(client.alerts().await, Ok(Vec::new()));
    let since = Timestamp::from_second(Timestamp::now().as_second() - 60).unwrap();
    let alert = json!([{
        "labels": { "alertname": "Down", "severity": "critical", "job": "api" },
        "annotations": { "description": "It is down", "runbook": "errors.md" },
        "startsAt": since.to_string(),
    }]);
    post(&running, "alerts", &alert).await;
    let told = until("told", async || client.alerts().await.unwrap().into_iter().next()).await;
    assert_eq!((told.name, told.state), (Clean::new("Down"), ForeignState::Firing));
    assert_eq!((told.since, told.severity), (Some(since), Some(Clean::new("critical"))));
    assert_eq!(told.summary, Some(Clean::new("It is down")));
    assert_eq!(told.runbook, Some(Clean::new("errors.md")));
    assert_eq!(told.labels.get("job"), Some(&Clean::new("api")));
    assert!(told.silenced_by.is_empty() && !told.inhibited);

    let until_when = Timestamp::from_second(Timestamp::now().as_second()).unwrap()
        + SignedDuration::from_hours(1);
    let silence = json!({
        "matchers": [{ "name": "job", "value": "api", "isRegex": false }],
        "startsAt": Timestamp::now().to_string(),
        "endsAt": until_when.to_string(),
        "createdBy": "ana",
        "comment": "a new disk",
    });
    post(&running, "silences", &silence).await;
    let silenced = until("silenced", async || {
        let told = client.alerts().await.unwrap().into_iter().next()?;
        told.silenced_by.into_iter().next()
    })
    .await;
    let expected = Overlay {
        kind: OverlayKind::Silenced,
        who: Clean::new("ana"),
        why: Clean::new("a new disk"),
        since: silenced.since,
        until: Some(until_when),
    };
    assert_eq!(silenced, expected);
}
