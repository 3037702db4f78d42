//! [`Order`]: the order of the services, which stands still for a while.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::{
    model::ServiceKey,
    store::{ServiceView, Store, Usage},
};

/// For how long an order stands: numbers change all the time, and nobody can read rows, or
/// press a key for one, that jump with them.
const STANDS: SignedDuration = SignedDuration::from_secs(3);

/// By what services are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum SortKey {
    /// By stack and name.
    #[default]
    Name,
    /// The worst first.
    State,
    /// The most CPU first.
    Cpu,
    /// The most memory first.
    Memory,
    /// The most bytes received and sent first.
    Network,
    /// The most restarts first.
    Restarts,
    /// The latest start first.
    Uptime,
}

impl SortKey {
    /// The next key, in the order in which a key steps through them.
    fn next(self) -> Self {
        match self {
            Self::Name => Self::State,
            Self::State => Self::Cpu,
            Self::Cpu => Self::Memory,
            Self::Memory => Self::Network,
            Self::Network => Self::Restarts,
            Self::Restarts => Self::Uptime,
            Self::Uptime => Self::Name,
        }
    }

    /// The word that people see.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::State => "state",
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Network => "network",
            Self::Restarts => "restarts",
            Self::Uptime => "latest start",
        }
    }
}

/// The order of the services, as it was made at a time.
#[derive(Debug, Default)]
pub(super) struct Order {
    sort: SortKey,
    /// Where each service stood among all; empty when they are ordered by name, as the
    /// store has them.
    places: HashMap<ServiceKey, usize>,
    /// Since when nobody has disturbed it.
    since: Option<Timestamp>,
    made: u64,
}

impl Order {
    pub(super) fn sort(&self) -> SortKey {
        self.sort
    }

    /// Another number with each order.
    pub(super) fn made(&self) -> u64 {
        self.made
    }

    /// Orders by the next key, at once.
    pub(super) fn step(&mut self, store: &Store, now: Timestamp) {
        self.sort = self.sort.next();
        self.make(store, now);
    }

    /// Makes the order anew once it has stood for [`STANDS`].
    pub(super) fn refresh(&mut self, store: &Store, now: Timestamp) {
        // A clock that went back would have it stand until it has caught up.
        let stands = |since: Timestamp| since <= now && now.duration_since(since) < STANDS;
        if self.sort != SortKey::Name && !self.since.is_some_and(stands) {
            self.make(store, now);
        }
    }

    /// Has the order stand from now on: somebody moves among the rows.
    pub(super) fn hold(&mut self, now: Timestamp) {
        self.since = Some(now);
    }

    /// Puts services in order, which are given as the store has them. One that is new
    /// stands last, until the order is made anew.
    pub(super) fn apply<'a, T>(&self, services: &mut [T], service: impl Fn(&T) -> &'a ServiceView) {
        if self.sort != SortKey::Name {
            let place = |each: &T| self.places.get(&service(each).key).copied();
            services.sort_by_cached_key(|each| place(each).unwrap_or(usize::MAX));
        }
    }

    fn make(&mut self, store: &Store, now: Timestamp) {
        self.since = Some(now);
        self.made += 1;
        self.places.clear();
        if self.sort == SortKey::Name {
            return;
        }
        let amount = |service| (amount(self.sort, service, store, now), service);
        let mut services: Vec<(f64, &ServiceView)> = store.services().iter().map(amount).collect();
        // The sort is stable: equals stay ordered by name.
        services.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let places = services.into_iter().enumerate();
        self.places.extend(places.map(|(place, (_, service))| (service.key.clone(), place)));
    }
}

/// CPU is shown in tenths of a percent of a core at the finest: what looks the same must not
/// trade places all the time.
const CPU_STEPS: f64 = 1000.0;

/// What a service is ordered by, the greatest first. What is not known is the least.
fn amount(sort: SortKey, service: &ServiceView, store: &Store, now: Timestamp) -> f64 {
    let usage = || store.usage(service, now);
    let amount = match sort {
        SortKey::Name => None,
        SortKey::State => Some(f64::from(service.condition.level as u8)),
        SortKey::Cpu => usage().cpu_cores.map(|cores| (cores * CPU_STEPS).round()),
        SortKey::Memory => usage().memory_bytes.map(|bytes| bytes as f64),
        SortKey::Network => {
            let Usage { received_per_second, sent_per_second, .. } = usage();
            let both = received_per_second.into_iter().chain(sent_per_second);
            both.reduce(|a, b| a + b)
        }
        SortKey::Restarts => Some(f64::from(service.restarts)),
        SortKey::Uptime => service.started_at.map(|at| at.as_millisecond() as f64),
    };
    amount.unwrap_or(f64::NEG_INFINITY)
}
