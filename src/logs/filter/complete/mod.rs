//! [`complete`]: what could be written next in a filter, from what is on the screen.

mod candidates;
mod place;
mod vocabulary;

#[cfg(test)]
mod tests;

use std::{cmp::Reverse, ops::Range};

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{AtomKind, CaseMatching, Normalization, Pattern},
};

use candidates::Candidate;
use place::Place;
pub use vocabulary::Vocabulary;

/// How many completions are offered at once.
const MAX_OFFERED: usize = 12;

/// One way to go on with a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// Which bytes of the filter it stands for.
    pub replace: Range<usize>,
    /// What to write there.
    pub with: String,
    /// What that is, for people; can be empty.
    pub note: String,
}

/// What could be meant by what is being written in a filter at `cursor` (in bytes), the
/// best first: names, operators, levels, and the services, instances, formats, fields
/// and values of `words`. At most a dozen; none where everything is possible, as in a
/// pattern or a phrase.
#[must_use]
pub fn complete(text: &str, cursor: usize, words: &Vocabulary) -> Vec<Completion> {
    let cursor = text.floor_char_boundary(cursor);
    let Some(place) = Place::find(text, cursor) else { return Vec::new() };
    let (typed, replace) = (place.typed, place.replace);
    let completion =
        |Candidate { with, note, .. }| Completion { replace: replace.clone(), with, note };
    ranked(typed, candidates::all(&place.expects, typed, words))
        .into_iter()
        .filter(|candidate| candidate.with != text[replace.clone()])
        .take(MAX_OFFERED)
        .map(completion)
        .collect()
}

/// Those that have what was typed in them, in this order; the best first, and where none
/// is better, in the order that they came in.
fn ranked(typed: &str, candidates: Vec<Candidate>) -> Vec<Candidate> {
    let mut config = Config::DEFAULT;
    config.prefer_prefix = true;
    let mut matcher = Matcher::new(config);
    let (case, normalization) = (CaseMatching::Ignore, Normalization::Smart);
    let pattern = Pattern::new(typed, case, normalization, AtomKind::Fuzzy);
    let mut buffer = Vec::new();
    let score = |candidate: &Candidate| {
        buffer.clear();
        pattern.score(Utf32Str::new(&candidate.key, &mut buffer), &mut matcher)
    };
    let scores: Vec<_> = candidates.iter().map(score).collect();
    let pairs = scores.into_iter().zip(candidates);
    let mut found: Vec<_> =
        pairs.filter_map(|(score, candidate)| Some((score?, candidate))).collect();
    found.sort_by_key(|(score, _)| Reverse(*score));
    found.into_iter().map(|(_, candidate)| candidate).collect()
}
