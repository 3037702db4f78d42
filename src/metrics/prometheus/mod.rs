//! Asks a Prometheus server, and an Alertmanager.

mod alertmanager;
mod answers;

use std::{fmt, sync::Arc, time::Duration};

use jiff::Timestamp;
use serde::de::DeserializeOwned;

pub use alertmanager::Alertmanager;

use self::answers::{Envelope, Groups, Numbers, Targets};
use super::{
    MetricsError,
    place::{Answer, Place, TIME_LIMIT},
};
use crate::{
    model::{ForeignAlert, SecretRef},
    secrets::Secrets,
    text::Clean,
};

/// How much of an answer is read: lists of a few thousand targets are larger than a page
/// that a program exposes.
const MAX_BYTES: usize = 4 << 20;

/// How many alerts of a server are kept, the worst first.
const MAX_ALERTS: usize = 1000;

/// A Prometheus server, or what speaks its API.
pub struct Prometheus(Place);

impl fmt::Debug for Prometheus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Prometheus")
    }
}

impl Prometheus {
    /// A server at an address such as `http://localhost:9090`, with its route prefix where
    /// it has one. Nothing is asked yet.
    ///
    /// # Errors
    /// [`MetricsError::Invalid`] when it is no `http` or `https` address.
    pub fn new(
        url: &str,
        auth: Option<SecretRef>,
        secrets: Arc<dyn Secrets>,
    ) -> Result<Self, MetricsError> {
        Self::with_limit(url, auth, secrets, TIME_LIMIT)
    }

    /// The same with another limit than 10 s to how long an answer may take.
    ///
    /// # Errors
    /// As [`Prometheus::new`].
    pub fn with_limit(
        url: &str,
        auth: Option<SecretRef>,
        secrets: Arc<dyn Secrets>,
        limit: Duration,
    ) -> Result<Self, MetricsError> {
        Place::new(url, auth, secrets, limit).map(Self)
    }

    /// The number that a query gives now; `None` when it gives no series, what is no number,
    /// or an infinite one.
    ///
    /// A query must give a scalar or one series. Which of several would be the one that
    /// matters (the largest? the sum?) only its author knows, so several are an error.
    ///
    /// # Errors
    /// [`MetricsError`].
    pub async fn instant(&self, query: &str) -> Result<Option<f64>, MetricsError> {
        let answer: Envelope<Numbers> = self.ask("/api/v1/query", &[("query", query)]).await?;
        let (numbers, warnings) = answer.open("Prometheus")?;
        match numbers.one()? {
            None if !warnings.is_empty() => Err(MetricsError::Warned { words: warnings }),
            number => Ok(number),
        }
    }

    /// The numbers that a query gave, a step apart, the oldest first; moments without one
    /// are left out.
    ///
    /// # Errors
    /// As [`Prometheus::instant`].
    pub async fn range(
        &self,
        query: &str,
        from: Timestamp,
        to: Timestamp,
        step: Duration,
    ) -> Result<Vec<(Timestamp, f64)>, MetricsError> {
        let (from, to, step) = (from.to_string(), to.to_string(), step.as_secs_f64().to_string());
        let asked = [("query", query), ("start", &from), ("end", &to), ("step", &step)];
        let answer: Envelope<Numbers> = self.ask("/api/v1/query_range", &asked).await?;
        answer.open("Prometheus")?.0.many()
    }

    /// What is not as it should be: alerts that are pending or firing, rules that cannot be
    /// evaluated, and targets that cannot be scraped; the worst first, at most 1000.
    ///
    /// # Errors
    /// [`MetricsError`].
    pub async fn alerts(&self) -> Result<Vec<ForeignAlert>, MetricsError> {
        // The rules bring their alerts with them, of the same moment as their health; what
        // `/api/v1/alerts` tells is a part of it.
        let rules: Envelope<Groups> = self.ask("/api/v1/rules", &[("type", "alert")]).await?;
        let mut alerts = rules.open("Prometheus")?.0.alerts();
        let targets: Envelope<Targets> =
            self.ask("/api/v1/targets", &[("state", "active")]).await?;
        alerts.extend(targets.open("Prometheus")?.0.down());
        Ok(worst(alerts))
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, MetricsError> {
        let answer = self.0.get_below(path, query, MAX_BYTES).await?;
        read(&answer, "Prometheus")
    }
}

/// The worst first, and not too many.
fn worst(mut alerts: Vec<ForeignAlert>) -> Vec<ForeignAlert> {
    alerts.sort_by(|left, right| {
        right.state.cmp(&left.state).then_with(|| left.name.cmp(&right.name))
    });
    alerts.truncate(MAX_ALERTS);
    alerts
}

/// Reads an answer as JSON, whatever its status: errors come as JSON too.
fn read<T: DeserializeOwned>(answer: &Answer, wanted: &'static str) -> Result<T, MetricsError> {
    serde_json::from_slice(&answer.body).map_err(|error| match answer.status {
        200 => {
            let why = Clean::new(&error.to_string());
            MetricsError::Other { wanted, why: format!("its answer cannot be read: {why}") }
        }
        404 => MetricsError::Other { wanted, why: "there is no such page (404)".into() },
        status => MetricsError::Status { status, body: answer.words() },
    })
}
