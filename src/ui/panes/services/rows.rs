//! Which services are shown, in which order. Pure.

use jiff::Timestamp;

use crate::{
    model::{Level, ServiceKey},
    store::{ServiceView, Store, Usage},
    text::Clean,
};

/// By what services are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortKey {
    /// By stack and name.
    #[default]
    Name,
    /// The worst first.
    State,
    /// The most CPU first.
    Cpu,
    /// The most memory first.
    Memory,
    /// The most restarts first.
    Restarts,
    /// The latest start first.
    Uptime,
}

impl SortKey {
    /// The next key, in the order in which a key steps through them.
    pub(super) fn next(self) -> Self {
        match self {
            Self::Name => Self::State,
            Self::State => Self::Cpu,
            Self::Cpu => Self::Memory,
            Self::Memory => Self::Restarts,
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
            Self::Restarts => "restarts",
            Self::Uptime => "latest start",
        }
    }
}

/// A line of the table.
pub(super) enum Row<'a> {
    /// The name of a stack, above its services.
    Stack {
        /// `None` above what belongs to no stack.
        name: Option<&'a Clean>,
        /// How many of its services are shown.
        services: usize,
    },
    /// A service.
    Service(&'a ServiceView),
}

/// The lines of the table.
pub(super) struct Rows<'a>(Vec<Row<'a>>);

impl<'a> Rows<'a> {
    pub(super) fn new(store: &'a Store, sort: SortKey, filter: &str, now: Timestamp) -> Self {
        let filter = Filter::new(filter);
        let mut services: Vec<&ServiceView> =
            store.services().iter().filter(|service| filter.matches(service, store)).collect();
        if sort == SortKey::Name {
            return Self(with_stacks(&services));
        }
        order(&mut services, store, sort, now);
        Self(services.into_iter().map(Row::Service).collect())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn services(&self) -> usize {
        self.0.iter().filter(|row| matches!(row, Row::Service(_))).count()
    }

    pub(super) fn service(&self, index: usize) -> Option<&'a ServiceView> {
        match self.0.get(index)? {
            Row::Service(service) => Some(service),
            Row::Stack { .. } => None,
        }
    }

    pub(super) fn between(&self, from: usize, to: usize) -> impl Iterator<Item = &Row<'a>> {
        self.0.iter().take(to).skip(from)
    }

    pub(super) fn services_between(
        &self,
        from: usize,
        to: usize,
    ) -> impl Iterator<Item = &'a ServiceView> {
        (from..to.min(self.0.len())).filter_map(|index| self.service(index))
    }

    /// Where a service stands.
    pub(super) fn position(&self, key: Option<&ServiceKey>) -> Option<usize> {
        let key = key?;
        (0..self.0.len()).find(|index| self.service(*index).is_some_and(|s| s.key == *key))
    }

    /// Where the worst service stands, when one is not as it should be.
    pub(super) fn worst(&self) -> Option<usize> {
        let level = |index: usize| self.service(index).map(|service| service.condition.level);
        (0..self.0.len())
            .filter(|index| level(*index).is_some_and(|level| level >= Level::Warn))
            .max_by_key(|index| (level(*index), std::cmp::Reverse(*index)))
    }

    /// The worst service, when one is not as it should be.
    pub(super) fn worst_service(&self) -> Option<&'a ServiceView> {
        self.service(self.worst()?)
    }

    /// The service at or nearest to a row.
    pub(super) fn nearest_service(&self, index: usize) -> Option<usize> {
        let is_service = |index: &usize| self.service(*index).is_some();
        (index..self.0.len()).find(is_service).or_else(|| (0..index).rev().find(is_service))
    }

    /// The service at a row, or the next one on the way there or beyond: a name of a
    /// stack cannot be selected.
    pub(super) fn service_towards(&self, index: usize, from: usize) -> Option<usize> {
        let is_service = |index: &usize| self.service(*index).is_some();
        if index < from {
            (0..=index).rev().find(is_service).or_else(|| self.nearest_service(index))
        } else {
            self.nearest_service(index)
        }
    }

    pub(super) fn iter_services(&self) -> impl Iterator<Item = &'a ServiceView> + '_ {
        self.0.iter().filter_map(|row| match row {
            Row::Service(service) => Some(*service),
            Row::Stack { .. } => None,
        })
    }
}

/// Puts the name of each stack above its services, when there is more than one.
fn with_stacks<'a>(services: &[&'a ServiceView]) -> Vec<Row<'a>> {
    let stack = |service: &&'a ServiceView| service.key.service.stack.as_ref();
    let groups: Vec<&[&'a ServiceView]> = services.chunk_by(|a, b| stack(a) == stack(b)).collect();
    if groups.len() < 2 {
        return services.iter().copied().map(Row::Service).collect();
    }
    let mut rows = Vec::with_capacity(services.len() + groups.len());
    for group in groups {
        rows.push(Row::Stack { name: group.first().and_then(stack), services: group.len() });
        rows.extend(group.iter().copied().map(Row::Service));
    }
    rows
}

fn order(services: &mut [&ServiceView], store: &Store, sort: SortKey, now: Timestamp) {
    let by_number = |services: &mut [&ServiceView], value: fn(&Usage) -> f64| {
        let value = |service: &ServiceView| value(&store.usage(service, now));
        services.sort_by(|a, b| value(b).total_cmp(&value(a)));
    };
    // The sort is stable: equals stay ordered by name.
    match sort {
        SortKey::Name => {}
        SortKey::State => services.sort_by_key(|s| std::cmp::Reverse(s.condition.level)),
        SortKey::Cpu => by_number(services, |usage| usage.cpu_cores.unwrap_or(-1.0)),
        SortKey::Memory => {
            by_number(services, |usage| usage.memory_bytes.map_or(-1.0, |bytes| bytes as f64));
        }
        SortKey::Restarts => services.sort_by_key(|s| std::cmp::Reverse(s.restarts)),
        SortKey::Uptime => services.sort_by_key(|s| std::cmp::Reverse(s.started_at)),
    }
}

/// Words that must all be found, or with `!` before them must not.
struct Filter(Vec<(bool, String)>);

impl Filter {
    fn new(text: &str) -> Self {
        let word = |word: &str| match word.strip_prefix('!') {
            Some(word) => (false, word.to_lowercase()),
            None => (true, word.to_lowercase()),
        };
        Self(text.split_whitespace().map(word).filter(|(_, word)| !word.is_empty()).collect())
    }

    /// Names and images match by a part of them. Words about the state match as whole
    /// words: `healthy` is not a part of `unhealthy` (fact F10).
    fn matches(&self, service: &ServiceView, store: &Store) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let instances = service.instances.iter().filter_map(|key| store.instance(key));
        let mut names = service.key.service.to_string();
        for name in instances.map(|view| &view.instance.name).chain(service.image.as_ref()) {
            names.push(' ');
            names.push_str(name.as_str());
        }
        let names = names.to_lowercase();
        let state = format!("{} {}", service.condition.level.word(), service.condition.reason);
        let state = state.to_lowercase();
        let is_said =
            |word: &str| state.split(|c: char| !c.is_alphanumeric()).any(|said| said == word);
        self.0.iter().all(|(wanted, word)| (names.contains(word) || is_said(word)) == *wanted)
    }
}
