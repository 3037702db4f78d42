//! [`Filter`]: the words that a person looks for among the services. Pure.

use crate::store::{ServiceView, Store};

/// Words that must all be found, or with `!` before them must not.
pub(super) struct Filter(Vec<(bool, String)>);

impl Filter {
    pub(super) fn new(text: &str) -> Self {
        let word = |word: &str| match word.strip_prefix('!') {
            Some(word) => (false, word.to_lowercase()),
            None => (true, word.to_lowercase()),
        };
        Self(text.split_whitespace().map(word).filter(|(_, word)| !word.is_empty()).collect())
    }

    /// Names and images match by a part of them. Words about the state match as whole
    /// words: `healthy` is not a part of `unhealthy` (fact F10).
    pub(super) fn matches(&self, service: &ServiceView, store: &Store) -> bool {
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
