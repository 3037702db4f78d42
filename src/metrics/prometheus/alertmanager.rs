//! [`Alertmanager`]: what it has been told, and what of it is silenced.

use std::{collections::BTreeMap, fmt, sync::Arc};

use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    MAX_BYTES,
    answers::{Words, foreign},
    read, worst,
};
use crate::{
    metrics::{
        MetricsError,
        place::{Place, TIME_LIMIT},
    },
    model::{
        ForeignAlert, ForeignState, SecretRef,
        alert::{Overlay, OverlayKind},
    },
    secrets::Secrets,
    text::Clean,
};

/// An Alertmanager.
pub struct Alertmanager(Place);

impl fmt::Debug for Alertmanager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Alertmanager")
    }
}

impl Alertmanager {
    /// One at an address such as `http://localhost:9093`. Nothing is asked yet.
    ///
    /// # Errors
    /// [`MetricsError::Invalid`] when it is no `http` or `https` address.
    pub fn new(
        url: &str,
        auth: Option<SecretRef>,
        secrets: Arc<dyn Secrets>,
    ) -> Result<Self, MetricsError> {
        Place::new(url, auth, secrets, TIME_LIMIT).map(Self)
    }

    /// Its alerts, silenced and inhibited ones too, each with who silenced it, why and until
    /// when; at most 1000.
    ///
    /// # Errors
    /// [`MetricsError`].
    pub async fn alerts(&self) -> Result<Vec<ForeignAlert>, MetricsError> {
        let alerts: Vec<Alert> = self.ask("/api/v2/alerts").await?;
        let silences: Vec<Silence> =
            if alerts.iter().any(|alert| !alert.status.silenced_by.is_empty()) {
                self.ask("/api/v2/silences").await?
            } else {
                Vec::new()
            };
        let silences: BTreeMap<_, _> =
            silences.into_iter().map(|silence| (silence.id.clone(), silence)).collect();
        Ok(worst(alerts.into_iter().map(|alert| alert.told(&silences)).collect()))
    }

    async fn ask<T: DeserializeOwned>(&self, path: &str) -> Result<T, MetricsError> {
        let answer = self.0.get_below(path, &[], MAX_BYTES).await?;
        match answer.status {
            200 | 404 => read(&answer, "Alertmanager"),
            status => Err(MetricsError::Status { status, body: answer.words() }),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Alert {
    labels: Words,
    #[serde(default)]
    annotations: Words,
    starts_at: Timestamp,
    status: Status,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    #[serde(default)]
    silenced_by: Vec<String>,
    #[serde(default)]
    inhibited_by: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Silence {
    id: String,
    created_by: String,
    comment: String,
    starts_at: Timestamp,
    ends_at: Timestamp,
}

impl Alert {
    fn told(self, silences: &BTreeMap<String, Silence>) -> ForeignAlert {
        let name = self.labels.get("alertname").map_or("", String::as_str);
        let overlay =
            |id: &String| silences.get(id).map_or_else(|| unknown(self.starts_at), overlay);
        ForeignAlert {
            since: Some(self.starts_at),
            silenced_by: self.status.silenced_by.iter().map(overlay).collect(),
            inhibited: !self.status.inhibited_by.is_empty(),
            ..foreign(name, ForeignState::Firing, &self.labels, &self.annotations)
        }
    }
}

fn overlay(silence: &Silence) -> Overlay {
    Overlay {
        kind: OverlayKind::Silenced,
        who: Clean::new(&silence.created_by),
        why: Clean::new(&silence.comment),
        since: silence.starts_at,
        until: Some(silence.ends_at),
    }
}

/// A silence that was made between our two questions.
fn unknown(since: Timestamp) -> Overlay {
    let (who, why) = (Clean::default(), Clean::default());
    Overlay { kind: OverlayKind::Silenced, who, why, since, until: None }
}
