//! A real Prometheus.

use std::{fs, time::Duration};

use jiff::{SignedDuration, Timestamp};
use midwatch::{
    metrics::{MetricsError, of_stack, prometheus::Prometheus},
    model::{
        Event, FaultKind, ForeignAlert, ForeignState, MetricSource, Monitors, Stack,
        alert::AlertOrigin,
    },
    text::Clean,
};
use tempfile::TempDir;

use super::until;
use crate::{
    real::{self, free_port, prometheus::Running},
    stack::{endpoint, measured, metric, secrets},
};

/// One that fires, one that waits, and one that makes no sense.
const RULES: &str = "groups:
- name: test
  interval: 200ms
  rules:
  - alert: Fires
    expr: vector(7.5) > 5
    labels: { severity: critical }
    annotations: { summary: 'It is {{ $value }}', runbook_url: 'https://x/y' }
  - alert: Waits
    expr: vector(1)
    for: 1h
  - alert: Broken
    expr: vector(1) + on() {job=~'.+'}
";

/// A Prometheus that scrapes itself and something that is not there, and the folder with
/// its files.
async fn started() -> (Running, Prometheus, TempDir) {
    let folder = real::folder(false);
    let rules = folder.path().join("rules.yml");
    fs::write(&rules, RULES).unwrap();
    let nobody = free_port();
    // A port is known only once it runs: it finds itself in a file.
    let own = folder.path().join("own.yml");
    fs::write(&own, "[]").unwrap();
    let configuration = format!(
        "global: {{ scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: 200ms }}\n\
         rule_files: ['{}']\n\
         scrape_configs:\n\
         - job_name: gone\n  static_configs: [{{ targets: ['127.0.0.1:{nobody}'] }}]\n\
         - job_name: self\n  file_sd_configs: [{{ files: ['{}'], refresh_interval: 200ms }}]\n",
        rules.display(),
        own.display()
    );
    let running = real::prometheus::prometheus(&configuration);
    fs::write(&own, format!("[{{ targets: ['127.0.0.1:{}'] }}]", running.port)).unwrap();
    let client = Prometheus::new(&running.url(), None, secrets()).unwrap();
    until("ready", async || client.instant("up{job='self'} == 1").await.ok().flatten()).await;
    until("all seen", async || {
        let alerts = client.alerts().await.ok()?;
        (alerts.len() == 4).then_some(())
    })
    .await;
    (running, client, folder)
}

fn of<'a>(alerts: &'a [ForeignAlert], name: &str) -> &'a ForeignAlert {
    alerts.iter().find(|alert| alert.name.as_str() == name).unwrap()
}

#[tokio::test]
async fn numbers_errors_alerts_and_targets_are_those_of_the_server() {
    let (running, client, _files) = started().await;
    numbers(&client).await;
    errors(&client).await;
    alerts(&client).await;
    meters(&running).await;
    own_metrics(&running).await;
}

async fn numbers(client: &Prometheus) {
    assert_eq!(client.instant("vector(1) + 41").await, Ok(Some(42.0)));
    assert_eq!(client.instant("1.5").await, Ok(Some(1.5)), "a scalar");
    assert_eq!(client.instant("nobody_has_this").await, Ok(None));
    assert_eq!(client.instant("vector(0) / 0").await, Ok(None), "what is no number");
    assert_eq!(client.instant("vector(1) / 0").await, Ok(None), "infinity");
    let now = Timestamp::now();
    let from = now - SignedDuration::from_secs(60);
    let step = Duration::from_secs(15);
    let numbers = client.range("vector(3)", from, now, step).await.unwrap();
    assert_eq!(numbers.len(), 5);
    assert!(numbers.iter().all(|(_, number)| (number - 3.0).abs() < f64::EPSILON));
    assert!(numbers.windows(2).all(|two| two[1].0.duration_since(two[0].0).as_secs() == 15));
}

async fn errors(client: &Prometheus) {
    assert_eq!(client.instant("up").await, Err(MetricsError::Several { count: 2 }));
    let text = client.instant("\"text\"").await;
    assert_eq!(text, Err(MetricsError::NoNumber { what: "a text" }));
    let Err(MetricsError::Query { kind, message }) = client.instant("sum(").await else {
        panic!("nothing was wrong with it")
    };
    assert_eq!(kind, "bad_data");
    assert!(message.contains("parse error"), "{message}");
}

async fn alerts(client: &Prometheus) {
    let alerts = client.alerts().await.unwrap();
    let states: Vec<_> = alerts.iter().map(|it| (it.name.as_str(), it.state)).collect();
    assert_eq!(
        states,
        [
            ("Fires", ForeignState::Firing),
            ("gone", ForeignState::Down),
            ("Broken", ForeignState::Broken),
            ("Waits", ForeignState::Pending),
        ]
    );
    let fires = of(&alerts, "Fires");
    assert_eq!(fires.severity, Some(Clean::new("critical")));
    assert_eq!(fires.summary, Some(Clean::new("It is 7.5")));
    assert_eq!(fires.runbook, Some(Clean::new("https://x/y")));
    assert_eq!(fires.value, Some(7.5));
    assert!(fires.since.is_some_and(|since| since <= Timestamp::now()));
    let gone = of(&alerts, "gone").summary.clone().unwrap();
    assert!(gone.as_str().contains("refused"), "{gone}");
    let broken = of(&alerts, "Broken").summary.clone().unwrap();
    assert!(broken.as_str().contains("duplicate"), "{broken}");
}

/// What a stack file makes of it.
async fn meters(running: &Running) {
    let source = MetricSource::Prometheus { query: "vector(1500)".into() };
    let monitors = Monitors { prometheus: Some(running.url()), ..Monitors::default() };
    let stack = Stack { metrics: vec![metric("took", source)], monitors, ..Stack::default() };
    let mut meters = of_stack(&stack, &secrets());
    assert_eq!(measured(&mut meters[0]).await, [("took".to_owned(), Ok(Some(1.5)))]);
    let at = Timestamp::now();
    let told = meters[1].ask(at).await;
    let [Event::Foreign { from: AlertOrigin::Prometheus, at: when, alerts: Ok(alerts) }] =
        &told[..]
    else {
        panic!("{told:?}")
    };
    assert_eq!((*when, alerts.len()), (at, 4));
}

/// What it exposes of itself is asked without a server in between, and the two agree.
async fn own_metrics(running: &Running) {
    let url = format!("{}/metrics", running.url());
    let queries = [
        "prometheus_ready",
        "sum(rate(prometheus_http_requests_total[1m]))",
        "quantile(0.9, prometheus_http_request_duration_seconds{handler=\"/metrics\"}[1m])",
    ];
    let mut meters = endpoint(&url, &queries);
    let first = measured(&mut meters[0]).await;
    assert_eq!(first.iter().filter(|(_, it)| matches!(it, Ok(Some(_)))).count(), 1, "{first:?}");
    let rate = until("a rate and a quantile", async || {
        let told = measured(&mut meters[0]).await;
        let number = |at: usize| told[at].1.clone().unwrap();
        number(2).zip(number(1)).map(|(_, rate)| rate)
    })
    .await;
    assert!(rate > 0.0, "it scrapes itself all the time: {rate}");
}

#[tokio::test]
async fn a_server_that_has_gone_is_refused() {
    let client = {
        let running = real::prometheus::prometheus("scrape_configs: []\n");
        Prometheus::new(&running.url(), None, secrets()).unwrap()
    };
    let error = client.instant("up").await.unwrap_err();
    assert!(
        matches!(error, MetricsError::Unreachable { kind: FaultKind::Refused, .. }),
        "{error:?}"
    );
    let fault = error.fault("http://prometheus:9090");
    assert!(
        fault.message.as_str().starts_with("http://prometheus:9090: no connection: "),
        "{fault:?}"
    );
}
