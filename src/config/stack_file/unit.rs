//! `unit` of a metric: how the numbers of its source are to be read.

use crate::{
    model::{Dimension, MetricUnit, quantity},
    text::{Clean, suggest},
};

/// The words for units that have more than one, beside those that numbers are written with.
const WORDS: [(&str, Dimension, f64); 10] = [
    ("count", Dimension::Count, 1.0),
    ("ratio", Dimension::Ratio, 1.0),
    ("percent", Dimension::Ratio, 0.01),
    ("seconds", Dimension::Time, 1.0),
    ("milliseconds", Dimension::Time, 1e-3),
    ("minutes", Dimension::Time, 60.0),
    ("hours", Dimension::Time, 3600.0),
    ("days", Dimension::Time, 86_400.0),
    ("bytes", Dimension::Size, 1.0),
    ("megabytes", Dimension::Size, 1e6),
];

/// How often something happens; counts have these behind them.
const RATES: [&str; 4] = ["per second", "per minute", "per hour", "per day"];

/// Every word that people are offered.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    let written = quantity::unit_names();
    WORDS.iter().map(|(word, ..)| *word).chain(written).chain(RATES)
}

/// Reads a unit.
///
/// # Errors
/// The hint for people.
pub(super) fn parse(text: &str) -> Result<MetricUnit, String> {
    if RATES.contains(&text) {
        return Ok(MetricUnit { suffix: Clean::new(text), ..plain(Dimension::Count) });
    }
    if let Some((_, dimension, factor)) = WORDS.iter().find(|(word, ..)| *word == text) {
        return Ok(MetricUnit { factor: *factor, ..plain(*dimension) });
    }
    if let Some((dimension, factor)) = quantity::unit(text) {
        return Ok(MetricUnit { factor, ..plain(dimension) });
    }
    Err(match suggest::closest(text, words()) {
        Some(meant) => format!("did you mean \"{meant}\"?"),
        None => "write \"count\", \"ratio\" (0 to 1), \"percent\", \"s\", \"ms\", \"bytes\", or \
                 \"per second\", \"per minute\", \"per hour\", \"per day\""
            .into(),
    })
}

/// A source's numbers that are in the base unit already.
pub(super) fn plain(dimension: Dimension) -> MetricUnit {
    MetricUnit { dimension, factor: 1.0, suffix: Clean::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_say_what_one_of_the_sources_numbers_is() {
        let of = |text| parse(text).map(|unit| (unit.dimension, unit.factor)).unwrap();
        assert_eq!(of("percent"), (Dimension::Ratio, 0.01));
        assert_eq!(of("%"), (Dimension::Ratio, 0.01));
        assert_eq!(of("ratio"), (Dimension::Ratio, 1.0));
        assert_eq!(of("ms"), (Dimension::Time, 1e-3));
        assert_eq!(of("GB"), (Dimension::Size, 1e9));
        assert_eq!(parse("per minute").unwrap().suffix.as_str(), "per minute");
        assert_eq!(parse("percnt").unwrap_err(), "did you mean \"percent\"?");
        assert!(parse("furlongs").unwrap_err().starts_with("write \"count\""));
    }

    #[test]
    fn every_word_that_is_offered_is_read() {
        assert!(words().all(|word| parse(word).is_ok()));
    }
}
