//! [`Mark`]: what happened to a service, to be seen beside what it uses.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use strum::EnumIter;

use crate::{
    model::{Instance, ServiceKey},
    text::Clean,
};

/// How many are kept of a service: a crash loop writes one every few seconds.
const KEPT: usize = 64;

/// A kill is told twice: by the kernel's count and by how the instance ended. Two kills of
/// one instance that are no further apart are the same.
const ONE_KILL: SignedDuration = SignedDuration::from_secs(5);

/// A new instance is started at once; a start that comes later is no part of making it.
const FIRST_RUN: SignedDuration = SignedDuration::from_mins(1);

/// Something that happened to a service at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: MarkKind,
    /// The name of the instance that it happened to.
    pub instance: Clean,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter)]
pub enum MarkKind {
    /// An instance was made and started: a deploy, or one more copy.
    Deployed,
    /// An instance that there was before was started again.
    Restarted,
    /// The kernel killed a process of it for memory.
    OomKilled,
}

impl MarkKind {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Deployed => "deployed",
            Self::Restarted => "restarted",
            Self::OomKilled => "killed for memory",
        }
    }
}

/// The marks of all services, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    by_service: BTreeMap<ServiceKey, VecDeque<Mark>>,
}

impl Marks {
    /// Those of a service.
    pub(super) fn of(&self, service: &ServiceKey) -> impl Iterator<Item = &Mark> {
        self.by_service.get(service).into_iter().flatten()
    }

    /// Forgets what is further back than anybody can look.
    pub(super) fn forget_before(&mut self, from: Timestamp) {
        self.by_service.retain(|_, marks| {
            marks.retain(|mark| mark.at >= from);
            !marks.is_empty()
        });
    }

    /// Takes in what an engine tells of an instance, and what it told before. Its clock may
    /// be ahead of ours: nothing happened after we heard of it.
    pub(super) fn compare(
        &mut self,
        service: &ServiceKey,
        before: Option<&Instance>,
        now: &Instance,
        heard_at: Timestamp,
    ) {
        let start = |instance: &Instance| instance.detail.as_ref()?.started_at;
        if let Some(at) = start(now).filter(|at| before.and_then(start) != Some(*at)) {
            let kind = kind_of_start(before.and_then(start), now, at);
            self.add(service, Mark { at: at.min(heard_at), kind, instance: now.name.clone() });
        }
        if let Some(at) = killed_at(now).filter(|at| before.and_then(killed_at) != Some(*at)) {
            let (at, kind) = (at.min(heard_at), MarkKind::OomKilled);
            self.add(service, Mark { at, kind, instance: now.name.clone() });
        }
    }

    /// Notes that a process of an instance was killed for memory.
    pub(super) fn add_kill(&mut self, service: &ServiceKey, instance: &Clean, at: Timestamp) {
        let (kind, instance) = (MarkKind::OomKilled, instance.clone());
        self.add(service, Mark { at, kind, instance });
    }

    fn add(&mut self, service: &ServiceKey, mark: Mark) {
        let marks = self.by_service.entry(service.clone()).or_default();
        if marks.iter().any(|known| known.is_same(&mark)) {
            return;
        }
        let place = marks.partition_point(|known| known.at <= mark.at);
        marks.insert(place, mark);
        if marks.len() > KEPT {
            marks.pop_front();
        }
    }
}

impl Mark {
    fn is_same(&self, other: &Self) -> bool {
        let close = match self.kind {
            MarkKind::OomKilled => self.at.duration_since(other.at).abs() <= ONE_KILL,
            _ => self.at == other.at,
        };
        close && self.kind == other.kind && self.instance == other.instance
    }
}

/// Whether a start was the first of a new instance. Engines start what they make at once; of
/// what was started again, by its engine or by hand, there was a run before: it was heard of,
/// or counted, or engines still tell when it ended.
fn kind_of_start(
    before: Option<Timestamp>,
    instance: &Instance,
    started_at: Timestamp,
) -> MarkKind {
    let detail = instance.detail.as_ref();
    let ended = detail.and_then(|detail| detail.finished_at);
    let ran_before = before.is_some_and(|before| before < started_at)
        || detail.is_some_and(|detail| detail.restarts > 0)
        || ended.is_some_and(|ended| ended <= started_at);
    let soon = instance
        .created_at
        .is_none_or(|created_at| started_at.duration_since(created_at) <= FIRST_RUN);
    if soon && !ran_before { MarkKind::Deployed } else { MarkKind::Restarted }
}

/// When an instance was ended by the kernel for memory.
pub(super) fn killed_at(instance: &Instance) -> Option<Timestamp> {
    let detail = instance.detail.as_ref()?;
    detail.exit.as_ref().filter(|exit| exit.oom_killed)?;
    detail.finished_at
}

#[cfg(test)]
#[path = "marks_tests.rs"]
mod tests;
