//! Suggestions: which word was probably meant.

/// The candidate that a mistyped word is closest to, if any is close enough.
#[must_use]
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let allowed = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(&word, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many slips lie between two words. A beginning counts as one slip.
fn distance(word: &str, candidate: &str) -> usize {
    let candidate = candidate.to_lowercase();
    if word.len() >= 3 && candidate.starts_with(word) {
        return usize::from(candidate != word);
    }
    strsim::damerau_levenshtein(word, &candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        let keys = ["replicas", "restart", "env", "environment"];
        assert_eq!(closest("replica", keys), Some("replicas"));
        assert_eq!(closest("Restrat", keys), Some("restart"));
        assert_eq!(closest("environ", keys), Some("environment"));
        assert_eq!(closest("image", keys), None);
        assert_eq!(closest("", keys), None);
    }
}
