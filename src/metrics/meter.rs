//! [`Meter`]: what is asked again and again for the metrics and alerts of a stack.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    MetricsError,
    exposition::{self, Format},
    place::{Place, TIME_LIMIT},
    prometheus::{Alertmanager, Prometheus},
    query::{self, Measure},
};
use crate::{
    model::{
        Event, Fault, FaultKind, MetricSource, MetricSpec, SecretRef, Stack, alert::AlertOrigin,
    },
    secrets::Secrets,
    text::{Clean, redact},
};

/// How large an exposition may be, unpacked (threat T15).
const MAX_EXPOSITION: usize = 1 << 20;

/// What an endpoint is asked for, the better format first.
const ACCEPT: &str = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";

/// Who is asked, and what comes of it.
#[async_trait]
pub trait Meter: Send {
    /// Asks once. Ends within about twice the time limit of a question.
    async fn ask(&mut self, at: Timestamp) -> Vec<Event>;

    /// What is to be said when asking ended in no answer at all.
    fn failed(&self, at: Timestamp, fault: &Fault) -> Vec<Event>;
}

/// Everyone that the metrics and the `[alerts]` of a stack file name: an endpoint once,
/// however many metrics it has.
#[must_use]
pub fn of_stack(stack: &Stack, secrets: &Arc<dyn Secrets>) -> Vec<Box<dyn Meter>> {
    let monitors = &stack.monitors;
    let server = monitors.prometheus.as_deref().map(|url| {
        let server = Prometheus::new(url, monitors.auth.clone(), secrets.clone());
        Arc::new(Server { name: redact::mask_urls(url), client: server })
    });
    let mut meters: Vec<Box<dyn Meter>> = Vec::new();
    let mut endpoints: BTreeMap<&str, Endpoint> = BTreeMap::new();
    for metric in &stack.metrics {
        match &metric.source {
            MetricSource::Prometheus { query } => meters.push(Box::new(Queried {
                metric: Named::of(metric),
                query: query.clone(),
                server: server.clone(),
            })),
            MetricSource::Exposition { url, query } => {
                let endpoint =
                    endpoints.entry(url).or_insert_with(|| Endpoint::new(url, secrets.clone()));
                let measure = query::parse(query)
                    .map(|query| Measure::new(&query, metric.min_events))
                    .map_err(|wrong| MetricsError::Invalid { what: wrong.message });
                endpoint.metrics.push((Named::of(metric), measure));
            }
            _ => {}
        }
    }
    for endpoint in endpoints.into_values() {
        meters.push(Box::new(endpoint));
    }
    if let Some(server) = server {
        meters.push(Box::new(PrometheusAlerts(server)));
    }
    if let Some(url) = &monitors.alertmanager {
        let client = Alertmanager::new(url, monitors.auth.clone(), secrets.clone());
        meters.push(Box::new(AlertmanagerAlerts(Server { name: redact::mask_urls(url), client })));
    }
    meters
}

/// A client, or why there is none, and the address to tell.
struct Server<T> {
    name: String,
    client: Result<T, MetricsError>,
}

impl<T> Server<T> {
    fn client(&self) -> Result<&T, MetricsError> {
        self.client.as_ref().map_err(Clone::clone)
    }
}

/// A metric, as its number is told.
struct Named {
    id: Clean,
    factor: f64,
}

impl Named {
    fn of(metric: &MetricSpec) -> Self {
        Self { id: metric.id.clone(), factor: metric.unit.factor }
    }

    /// The number as it came from the source.
    fn event(&self, at: Timestamp, value: Result<Option<f64>, Fault>) -> Event {
        let value = value.map(|number| number.map(|number| number * self.factor));
        Event::Measured { metric: self.id.clone(), at, value }
    }
}

/// A metric that a Prometheus server works out.
struct Queried {
    metric: Named,
    query: String,
    server: Option<Arc<Server<Prometheus>>>,
}

#[async_trait]
impl Meter for Queried {
    async fn ask(&mut self, at: Timestamp) -> Vec<Event> {
        let value = match &self.server {
            None => Err(Fault::new(FaultKind::Invalid, "the stack has no Prometheus server")
                .with_hint("write prometheus = \"http://…\" in [alerts]")),
            Some(server) => match server.client() {
                Ok(client) => client.instant(&self.query).await,
                Err(error) => Err(error),
            }
            .map_err(|error| error.fault(&server.name)),
        };
        vec![self.metric.event(at, value)]
    }

    fn failed(&self, at: Timestamp, fault: &Fault) -> Vec<Event> {
        vec![self.metric.event(at, Err(fault.clone()))]
    }
}

/// An endpoint with its metrics, which share its scrapes.
struct Endpoint {
    place: Server<Place>,
    metrics: Vec<(Named, Result<Measure, MetricsError>)>,
}

impl Endpoint {
    fn new(url: &str, secrets: Arc<dyn Secrets>) -> Self {
        let none: Option<SecretRef> = None;
        let client = Place::new(url, none, secrets, TIME_LIMIT);
        Self { place: Server { name: redact::mask_urls(url), client }, metrics: Vec::new() }
    }

    async fn scrape(&self) -> Result<(String, Format), MetricsError> {
        let answer = self.place.client()?.get(ACCEPT, MAX_EXPOSITION).await?;
        if answer.status != 200 {
            return Err(MetricsError::Status { status: answer.status, body: answer.words() });
        }
        let format = Format::of_content_type(&answer.content_type);
        let text = String::from_utf8(answer.body)
            .map_err(|_| MetricsError::Broken { why: "it is not UTF-8".into() })?;
        Ok((text, format))
    }

    /// Reads a scrape and works out every metric from it.
    fn measure(
        &mut self,
        at: Timestamp,
        text: &str,
        format: Format,
    ) -> Result<Vec<Event>, MetricsError> {
        let scrape = exposition::parse(text, format)?;
        let name = &self.place.name;
        let event = |(metric, measure): &mut (Named, Result<Measure, MetricsError>)| {
            let value = match measure {
                Ok(measure) => measure.take(&scrape, at).map_err(MetricsError::from),
                Err(wrong) => Err(wrong.clone()),
            };
            metric.event(at, value.map_err(|error| error.fault(name)))
        };
        Ok(self.metrics.iter_mut().map(event).collect())
    }
}

#[async_trait]
impl Meter for Endpoint {
    async fn ask(&mut self, at: Timestamp) -> Vec<Event> {
        let told = match self.scrape().await {
            Ok((text, format)) => self.measure(at, &text, format),
            Err(error) => Err(error),
        };
        told.unwrap_or_else(|error| self.failed(at, &error.fault(&self.place.name)))
    }

    fn failed(&self, at: Timestamp, fault: &Fault) -> Vec<Event> {
        self.metrics.iter().map(|(metric, _)| metric.event(at, Err(fault.clone()))).collect()
    }
}

/// The alerts and targets of a Prometheus server.
struct PrometheusAlerts(Arc<Server<Prometheus>>);

#[async_trait]
impl Meter for PrometheusAlerts {
    async fn ask(&mut self, at: Timestamp) -> Vec<Event> {
        let alerts = match self.0.client() {
            Ok(client) => client.alerts().await,
            Err(error) => Err(error),
        };
        let alerts = alerts.map_err(|error| error.fault(&self.0.name));
        vec![Event::Foreign { from: AlertOrigin::Prometheus, at, alerts }]
    }

    fn failed(&self, at: Timestamp, fault: &Fault) -> Vec<Event> {
        vec![Event::Foreign { from: AlertOrigin::Prometheus, at, alerts: Err(fault.clone()) }]
    }
}

/// The alerts of an Alertmanager.
struct AlertmanagerAlerts(Server<Alertmanager>);

#[async_trait]
impl Meter for AlertmanagerAlerts {
    async fn ask(&mut self, at: Timestamp) -> Vec<Event> {
        let alerts = match self.0.client() {
            Ok(client) => client.alerts().await,
            Err(error) => Err(error),
        };
        let alerts = alerts.map_err(|error| error.fault(&self.0.name));
        vec![Event::Foreign { from: AlertOrigin::Alertmanager, at, alerts }]
    }

    fn failed(&self, at: Timestamp, fault: &Fault) -> Vec<Event> {
        vec![Event::Foreign { from: AlertOrigin::Alertmanager, at, alerts: Err(fault.clone()) }]
    }
}
