//! What is known of lines: those that are kept, what is counted in them, their streams.

use jiff::Timestamp;

use super::{LogRing, Store, Topics};
use crate::{
    logs::{PatternCounter, Record},
    model::{InstanceKey, LogLine, StreamState},
};

impl Store {
    /// Whether a key names something that is known to have lines.
    pub(super) fn has_lines(&self, key: &InstanceKey) -> bool {
        match key.as_source() {
            Some((name, _)) => self.sources.contains(name),
            None => self.instances.contains_key(key),
        }
    }

    pub(super) fn count_patterns(&mut self, key: &InstanceKey, now: Timestamp, lines: &[LogLine]) {
        if self.patterns.is_empty() {
            return;
        }
        let instance = self.instances.get(key).map(|view| &view.instance);
        let source = key.as_source().map(|(name, _)| name);
        let service = instance.map(|instance| instance.service.name.as_str()).or(source);
        for line in lines {
            let record = Record {
                service: service.unwrap_or_default(),
                instance: instance.map_or("", |instance| instance.name.as_str()),
                stream: line.stream,
                at: line.when().unwrap_or(now),
                told: line.told,
                text: line.as_str(),
            };
            self.patterns.count(key, &record, now);
        }
    }

    pub(super) fn set_log_state(&mut self, key: &InstanceKey, state: &StreamState) -> Topics {
        if *state == StreamState::Again {
            self.patterns.read_again(key);
        }
        let service = self.service_of(key);
        self.logs.set_state(key, service.as_ref(), state.clone())
    }

    /// The parts of a log source that is read again. One that has ended, such as a file
    /// that was removed, says nothing again: its lines stay.
    pub(super) fn parts_that_come_again(&self, key: &InstanceKey) -> Vec<InstanceKey> {
        let Some((name, None)) = key.as_source() else { return Vec::new() };
        let parts = self.logs_of_source(name).filter(|part| *part != key);
        let comes = |part: &&InstanceKey| self.log_state(part) != Some(&StreamState::Ended);
        parts.filter(comes).cloned().collect()
    }

    /// What is counted in the lines that come in.
    #[must_use]
    pub fn patterns(&self) -> &PatternCounter {
        &self.patterns
    }

    /// The keys of the logs of a log source: its own, and those of its parts.
    pub fn logs_of_source<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a InstanceKey> {
        let is_of = move |key: &&InstanceKey| key.as_source().is_some_and(|(of, _)| of == name);
        self.logs.keys().filter(is_of)
    }

    /// The log lines that are kept of an instance.
    #[must_use]
    pub fn log(&self, key: &InstanceKey) -> Option<&LogRing> {
        self.logs.ring(key)
    }

    /// What became of an instance's log stream; `None` when none was asked for.
    #[must_use]
    pub fn log_state(&self, key: &InstanceKey) -> Option<&StreamState> {
        self.logs.ring(key).and_then(LogRing::state)
    }
}
