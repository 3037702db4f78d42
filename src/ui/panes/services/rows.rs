//! Which services are shown, and where. Pure.

use std::{borrow::Cow, cmp::Reverse};

use super::{
    filter::Filter,
    order::{Order, SortKey},
};
use crate::{
    model::{Level, ServiceKey},
    store::{ServiceView, Store},
    text::Clean,
};

/// A line of the table, with the place of its service among those of the store.
#[derive(Clone, Copy, Debug)]
enum Line {
    /// The name of a stack, above so many services of it.
    Stack {
        first: usize,
        services: usize,
    },
    Service(usize),
}

/// What the lines of the table are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Source {
    services: u64,
    order: u64,
    filter: String,
}

impl Source {
    fn of(store: &Store, order: &Order, filter: &str) -> Self {
        Self { services: store.services_revision(), order: order.made(), filter: filter.to_owned() }
    }

    fn is(&self, store: &Store, order: &Order, filter: &str) -> bool {
        self.services == store.services_revision()
            && self.order == order.made()
            && self.filter == filter
    }
}

/// The lines of the table, and what they were made of: they are asked for several times
/// with every message and frame, and are others only now and then.
#[derive(Debug, Default)]
pub(super) struct Listing {
    source: Option<Source>,
    lines: Vec<Line>,
}

impl Listing {
    /// Makes the lines anew when they are out of date; says whether they were.
    pub(super) fn refresh(&mut self, store: &Store, order: &Order, filter: &str) -> bool {
        let fits = self.fits(store, order, filter);
        if !fits {
            self.source = Some(Source::of(store, order, filter));
            self.lines = lines(store.services(), store, order, filter);
        }
        !fits
    }

    /// The rows. Where nobody has refreshed the listing they are made for this once.
    pub(super) fn rows<'a>(&'a self, store: &'a Store, order: &Order, filter: &str) -> Rows<'a> {
        let services = store.services();
        let lines = if self.fits(store, order, filter) {
            Cow::Borrowed(&self.lines[..])
        } else {
            Cow::Owned(lines(services, store, order, filter))
        };
        Rows { services, lines }
    }

    fn fits(&self, store: &Store, order: &Order, filter: &str) -> bool {
        self.source.as_ref().is_some_and(|source| source.is(store, order, filter))
    }
}

/// A row of the table.
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

/// The rows of the table.
pub(super) struct Rows<'a> {
    services: &'a [ServiceView],
    lines: Cow<'a, [Line]>,
}

impl<'a> Rows<'a> {
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn services(&self) -> usize {
        self.iter_services().count()
    }

    pub(super) fn service(&self, index: usize) -> Option<&'a ServiceView> {
        match self.lines.get(index)? {
            Line::Service(at) => self.services.get(*at),
            Line::Stack { .. } => None,
        }
    }

    pub(super) fn between(&self, from: usize, to: usize) -> impl Iterator<Item = Row<'a>> {
        self.lines.iter().take(to).skip(from).filter_map(|line| match *line {
            Line::Service(at) => self.services.get(at).map(Row::Service),
            Line::Stack { first, services } => {
                let name = self.services.get(first)?.key.service.stack.as_ref();
                Some(Row::Stack { name, services })
            }
        })
    }

    pub(super) fn services_between(
        &self,
        from: usize,
        to: usize,
    ) -> impl Iterator<Item = &'a ServiceView> {
        (from..to.min(self.len())).filter_map(|index| self.service(index))
    }

    /// Where a service stands.
    pub(super) fn position(&self, key: Option<&ServiceKey>) -> Option<usize> {
        let key = key?;
        (0..self.len()).find(|index| self.service(*index).is_some_and(|s| s.key == *key))
    }

    /// Where the worst service stands, when one is not as it should be.
    pub(super) fn worst(&self) -> Option<usize> {
        let level = |index: usize| self.service(index).map(|service| service.condition.level);
        (0..self.len())
            .filter(|index| level(*index).is_some_and(|level| level >= Level::Warn))
            .max_by_key(|index| (level(*index), Reverse(*index)))
    }

    /// The worst service, when one is not as it should be.
    pub(super) fn worst_service(&self) -> Option<&'a ServiceView> {
        self.service(self.worst()?)
    }

    /// The service at or nearest to a row.
    pub(super) fn nearest_service(&self, index: usize) -> Option<usize> {
        let is_service = |index: &usize| self.service(*index).is_some();
        (index..self.len()).find(is_service).or_else(|| (0..index).rev().find(is_service))
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
        self.services_between(0, self.len())
    }
}

fn lines(services: &[ServiceView], store: &Store, order: &Order, filter: &str) -> Vec<Line> {
    let filter = Filter::new(filter);
    let is_shown = |at: &usize| filter.matches(&services[*at], store);
    let mut shown: Vec<usize> = (0..services.len()).filter(is_shown).collect();
    if order.sort() == SortKey::Name {
        return with_stacks(&shown, services);
    }
    order.apply(&mut shown, |at| &services[*at]);
    shown.into_iter().map(Line::Service).collect()
}

/// Puts the name of each stack above its services, when there is more than one.
fn with_stacks(shown: &[usize], services: &[ServiceView]) -> Vec<Line> {
    let stack = |at: usize| services[at].key.service.stack.as_ref();
    let groups: Vec<&[usize]> = shown.chunk_by(|a, b| stack(*a) == stack(*b)).collect();
    let has_names = groups.len() > 1;
    let mut lines = Vec::with_capacity(shown.len() + groups.len());
    for group in groups {
        if has_names {
            let first = group.first().copied().unwrap_or_default();
            lines.push(Line::Stack { first, services: group.len() });
        }
        lines.extend(group.iter().copied().map(Line::Service));
    }
    lines
}
