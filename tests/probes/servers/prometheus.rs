//! Prometheus and Alertmanager.

use midwatch::model::{Comparator, probe::Expectation};
use serde_json::json;

use crate::{
    asking::{expecting, means, passes},
    real::prometheus::{alertmanager, prometheus},
};

#[tokio::test]
async fn their_answers_are_read() {
    let prometheus = prometheus("scrape_configs: []\n");
    let ready = vec![Expectation::Body { matches: "(?i)ready".into(), wanted: true }];
    let ready = expecting(&format!("{}/-/ready", prometheus.url()), ready);
    // It listens before it is ready.
    while crate::asking::ask(&ready).await.is_err() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(passes(&ready, &means()).await, "200 OK");
    let one = vec![Expectation::Json {
        path: "$.data.result[0].value[1]".into(),
        comparator: Comparator::Equal,
        value: json!("42"),
    }];
    let query = format!("{}/api/v1/query?query=vector(42)", prometheus.url());
    assert_eq!(passes(&expecting(&query, one), &means()).await, "200 OK");
    let alertmanager = alertmanager();
    let cluster = vec![Expectation::Json {
        path: "$.cluster.status".into(),
        comparator: Comparator::Equal,
        value: json!("disabled"),
    }];
    let status = format!("{}/api/v2/status", alertmanager.url());
    assert_eq!(passes(&expecting(&status, cluster), &means()).await, "200 OK");
}
