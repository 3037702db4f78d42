//! [`Webhook`]: an HTTP `POST` with JSON, shaped as Alertmanager's webhook.

use std::{collections::BTreeMap, error::Error as _, time::Duration};

use async_trait::async_trait;
use reqwest::{Client, Url, header, redirect::Policy};
use rustls::crypto::ring;
use serde::Serialize;
use tokio::time::sleep;

use super::{
    Message, Notifier, NotifyError,
    message::{Status, Told},
};
use crate::text::{Clean, redact::Secret};

/// How long one try may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How long is waited before each further try: after the last it is given up.
const WAITS: [Duration; 3] =
    [Duration::from_secs(1), Duration::from_secs(4), Duration::from_secs(10)];

/// More alerts than this are not listed, only counted.
const ALERTS: usize = 100;

/// Sends messages to a URL.
#[derive(Debug)]
pub struct Webhook {
    client: Client,
    url: Url,
    host: Clean,
    receiver: Clean,
    waits: &'static [Duration],
}

impl Webhook {
    /// A webhook at this URL, which may hold a secret. `receiver` is what the stack file
    /// calls it.
    ///
    /// # Errors
    /// When the URL is none, or no encrypted connections can be made.
    pub fn new(url: &Secret, receiver: &Clean) -> Result<Self, NotifyError> {
        let url = Url::parse(url.expose().trim()).map_err(|_| NotifyError::Address)?;
        let Some(host) = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https")) else {
            return Err(NotifyError::Address);
        };
        // Only the first provider of a process counts, and all of ours are this one.
        let _ = ring::default_provider().install_default();
        let client = Client::builder()
            // What is told may be confidential: it goes to nobody but whom the file names.
            .redirect(Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(0)
            .timeout(TIMEOUT)
            .user_agent(concat!("midwatch/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| NotifyError::Tls(cause(&error)))?;
        let host = Clean::new(host);
        Ok(Self { client, url, host, receiver: receiver.clone(), waits: &WAITS })
    }

    async fn post(&self, body: &str) -> Result<(), NotifyError> {
        let request = self.client.post(self.url.clone());
        let request =
            request.header(header::CONTENT_TYPE, "application/json").body(body.to_owned());
        let answer = request.send().await.map_err(|error| self.failure(error))?;
        // A redirect is no answer either: nobody has taken it.
        if answer.status().is_success() {
            return Ok(());
        }
        Err(NotifyError::Refused { host: self.host.clone(), status: answer.status().as_u16() })
    }

    fn failure(&self, error: reqwest::Error) -> NotifyError {
        let host = self.host.clone();
        if error.is_timeout() {
            return NotifyError::Timeout { host, after: TIMEOUT };
        }
        NotifyError::Unreachable { host, why: cause(&error.without_url()) }
    }
}

#[async_trait]
impl Notifier for Webhook {
    async fn notify(&self, message: &Message) -> Result<(), NotifyError> {
        let body = body(message, &self.receiver);
        let mut result = self.post(&body).await;
        for wait in self.waits {
            match &result {
                Err(error) if error.may_pass() => {}
                _ => break,
            }
            // Many that were refused at once do not come back at once.
            sleep(wait.mul_f64(0.75 + fastrand::f64() / 2.0)).await;
            result = self.post(&body).await;
        }
        result
    }
}

/// The deepest reason of a failure, which says most.
fn cause(error: &reqwest::Error) -> Clean {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        words = error.to_string();
        source = error.source();
    }
    Clean::new(&words)
}

/// Alertmanager's `webhook_config` payload, version 4.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    version: &'static str,
    group_key: String,
    truncated_alerts: usize,
    status: Status,
    receiver: &'a Clean,
    group_labels: BTreeMap<&'static str, Clean>,
    common_labels: BTreeMap<&'static str, Clean>,
    common_annotations: BTreeMap<&'static str, Clean>,
    #[serde(rename = "externalURL")]
    external_url: &'static str,
    alerts: &'a [Told],
}

fn body(message: &Message, receiver: &Clean) -> String {
    let common_labels = message.common_labels();
    let stack = common_labels.get("stack").cloned();
    let body = Body {
        version: "4",
        group_key: format!("midwatch/{}:{receiver}", stack.clone().unwrap_or_default()),
        truncated_alerts: message.alerts.len().saturating_sub(ALERTS),
        status: message.status,
        receiver,
        group_labels: stack.map(|stack| ("stack", stack)).into_iter().collect(),
        common_labels,
        common_annotations: message.common_annotations(),
        external_url: "",
        alerts: &message.alerts[..message.alerts.len().min(ALERTS)],
    };
    // Strings and numbers: there is nothing that could not be written.
    serde_json::to_string(&body).unwrap_or_default()
}

#[cfg(test)]
#[path = "webhook_tests.rs"]
mod tests;
