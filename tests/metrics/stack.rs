//! Stacks with metrics, and what their meters say.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::Timestamp;
use midwatch::{
    metrics::{Meter, of_stack},
    model::{
        Advice, Dimension, Event, Fault, MetricSource, MetricSpec, NoData, SecretRef, Stack,
        metric::MetricUnit,
    },
    secrets::{SecretError, Secrets},
    text::{Clean, redact::Secret},
};

/// Knows the secret of the variable `PASSWORD`, and no other.
#[derive(Debug)]
pub(crate) struct Keyring;

#[async_trait]
impl Secrets for Keyring {
    async fn secret(&self, of: &SecretRef) -> Result<Secret, SecretError> {
        match of {
            SecretRef::Env(name) if name == "PASSWORD" => Ok(Secret::new("bob:hunter2")),
            SecretRef::Env(name) => Err(SecretError::NotSet(Clean::new(name))),
            _ => Err(SecretError::NotApproved),
        }
    }
}

pub(crate) fn secrets() -> Arc<dyn Secrets> {
    Arc::new(Keyring)
}

/// A metric of this name, with numbers in thousandths.
pub(crate) fn metric(id: &str, source: MetricSource) -> MetricSpec {
    MetricSpec {
        id: Clean::new(id),
        source,
        unit: MetricUnit { dimension: Dimension::Time, factor: 0.001, suffix: Clean::default() },
        target: None,
        warn: None,
        critical: None,
        hold: Duration::ZERO,
        keep: Duration::ZERO,
        range: None,
        min_events: None,
        nodata: NoData::Alert,
        advice: Advice::default(),
        service: None,
    }
}

/// The meters of a stack with one endpoint that is asked these queries.
pub(crate) fn endpoint(url: &str, queries: &[&str]) -> Vec<Box<dyn Meter>> {
    let metric = |query: &&str| {
        metric(query, MetricSource::Exposition { url: url.into(), query: (*query).into() })
    };
    let metrics = queries.iter().map(metric).collect();
    of_stack(&Stack { metrics, ..Stack::default() }, &secrets())
}

/// What one meter measures when it is asked once.
pub(crate) async fn measured(
    meter: &mut Box<dyn Meter>,
) -> Vec<(String, Result<Option<f64>, Fault>)> {
    let told = meter.ask(Timestamp::now()).await;
    let number = |event| match event {
        Event::Measured { metric, value, .. } => (metric.as_str().to_owned(), value),
        other => panic!("this is no number: {other:?}"),
    };
    told.into_iter().map(number).collect()
}

/// Why the only metric of an endpoint has no number.
pub(crate) async fn fault(url: &str) -> Fault {
    let mut meters = endpoint(url, &["up"]);
    let mut told = measured(&mut meters[0]).await;
    told.remove(0).1.unwrap_err()
}
