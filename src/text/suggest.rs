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

/// The candidates that a word is closest to, at most `count` of them, the closest first,
/// however far they are.
#[must_use]
pub fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    count: usize,
) -> Vec<&'a str> {
    let word = word.to_lowercase();
    let mut nearest: Vec<_> = candidates.into_iter().collect();
    nearest.sort_by_cached_key(|candidate| distance(&word, candidate));
    nearest.truncate(count);
    nearest
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

    #[test]
    fn the_nearest_come_first_and_the_rest_not_at_all() {
        let keys = ["replicas", "restart", "env", "environment"];
        assert_eq!(nearest("enc", keys, 2), ["env", "replicas"]);
        assert_eq!(nearest("enc", keys, 9).len(), 4);
    }
}
