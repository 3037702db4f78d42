//! How engines' facts change what is known.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{InstanceView, Link, Store, Topics, room::Kept, service_key};
use crate::model::{EngineFact, EngineId, Fault, Instance, InstanceId, InstanceKey, Sample};

/// Whether a process was killed for memory between two readings of one run.
fn has_new_kills(before: Option<&Sample>, now: &Sample) -> bool {
    let kills = |sample: &Sample| sample.oom_kills;
    // A count that was not there before may be of any time.
    before.and_then(kills).zip(kills(now)).is_some_and(|(before, now)| now > before)
}

impl Store {
    pub(super) fn apply_sample(
        &mut self,
        key: &InstanceKey,
        at: Timestamp,
        sample: &Sample,
        dropped: u64,
    ) -> Topics {
        let Some(view) = self.instances.get_mut(key) else { return Topics::empty() };
        let service = service_key(key, &view.instance);
        if has_new_kills(view.series.latest(), sample) {
            self.marks.add_kill(&service, &view.instance.name, at);
            view.note_kill(at);
            self.groups.outdated();
        }
        view.push_sample(sample, at, dropped);
        if let Some(engine) = self.engines.iter_mut().find(|e| e.id == key.engine) {
            engine.touch(at);
        }
        Topics::SAMPLES
    }

    pub(super) fn apply_no_sample(&mut self, key: &InstanceKey, fault: Fault) -> Topics {
        let is_news = self.instances.get_mut(key).is_some_and(|view| view.fail_stats(fault));
        if is_news { Topics::SAMPLES | Topics::SERVICES } else { Topics::empty() }
    }

    pub(super) fn apply_engine(
        &mut self,
        id: &EngineId,
        at: Timestamp,
        fact: EngineFact,
    ) -> Topics {
        let Some(engine) = self.engines.iter_mut().find(|view| view.id == *id) else {
            return Topics::empty();
        };
        match fact {
            EngineFact::Connecting => engine.connecting(),
            EngineFact::Connected { info } => engine.connected(info),
            EngineFact::Host { name } => engine.host = Some(name),
            EngineFact::Lost { fault, attempt, retry_at } => {
                engine.lost(fault, attempt, retry_at, at);
            }
            EngineFact::Answered => engine.touch(at),
            EngineFact::Listed { instances } => {
                engine.heard(at);
                self.replace_instances(id, instances, at);
                self.share_room();
                return Topics::ENGINES | Topics::SERVICES;
            }
            // An answer that was on its way when the engine was lost; a new connection
            // begins with a listing.
            EngineFact::Described { .. } | EngineFact::Refreshed { .. }
                if matches!(engine.link, Link::Down { .. }) =>
            {
                return Topics::empty();
            }
            EngineFact::Refreshed { instance }
                if !self.instances.contains_key(&InstanceKey::new(id, &instance.id)) =>
            {
                return Topics::empty();
            }
            EngineFact::Described { instance } | EngineFact::Refreshed { instance } => {
                engine.heard(at);
                self.put_instance(id, *instance, at);
                self.share_room();
                return Topics::ENGINES | Topics::SERVICES;
            }
            EngineFact::OutOfMemory { id: instance } => {
                engine.heard(at);
                self.note_kill(&InstanceKey::new(id, &instance), at);
                return Topics::ENGINES | Topics::SERVICES;
            }
            EngineFact::Removed { id: instance } => {
                engine.heard(at);
                self.remove_instance(&InstanceKey::new(id, &instance));
                return Topics::ENGINES | Topics::SERVICES;
            }
        }
        Topics::ENGINES
    }

    /// Notes that a process of an instance was killed for memory.
    fn note_kill(&mut self, key: &InstanceKey, at: Timestamp) {
        let Some(view) = self.instances.get_mut(key) else { return };
        self.marks.add_kill(&service_key(key, &view.instance), &view.instance.name, at);
        view.note_kill(at);
        self.groups.outdated();
    }

    fn replace_instances(&mut self, engine: &EngineId, instances: Vec<Instance>, now: Timestamp) {
        let listed: HashSet<&InstanceId> = instances.iter().map(|instance| &instance.id).collect();
        let gone: Vec<InstanceKey> = self
            .instances
            .keys()
            .filter(|key| key.engine == *engine && !listed.contains(&key.id))
            .cloned()
            .collect();
        for key in &gone {
            self.remove_instance(key);
        }
        for instance in instances {
            self.put_instance(engine, instance, now);
        }
    }

    fn put_instance(&mut self, engine: &EngineId, instance: Instance, now: Timestamp) {
        self.groups.outdated();
        self.probes.outdated();
        let key = InstanceKey::new(engine, &instance.id);
        let before = self.instances.get(&key).map(|view| &view.instance);
        self.marks.compare(&service_key(&key, &instance), before, &instance, now);
        if let Some(view) = self.instances.get_mut(&key) {
            view.update(instance, now);
            return;
        }
        let mut view = InstanceView::new(instance, now);
        view.series.keep(self.kept);
        self.instances.insert(key, view);
    }

    /// Gives every instance as much room for its past as so many of them can have.
    fn share_room(&mut self) {
        let kept = Kept::each_of(self.instances.len() + self.past.count());
        if kept == self.kept {
            return;
        }
        self.kept = kept;
        let there = self.instances.values_mut().map(|view| &mut view.series);
        there.chain(self.past.all_mut()).for_each(|series| series.keep(kept));
    }

    fn remove_instance(&mut self, key: &InstanceKey) {
        self.groups.outdated();
        self.probes.outdated();
        if let Some(view) = self.instances.remove(key) {
            let InstanceView { instance, series, .. } = view;
            self.past.keep(service_key(key, &instance), instance.name, series);
        }
        self.logs.forget(key);
        self.patterns.forget(key);
    }
}
