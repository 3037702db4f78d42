//! [`judge`]: a number against what its metric's specification says of it.

use crate::{
    model::{
        AlertSeverity, Bound, Dimension, MetricSpec, NoData, Observation, PatternAlert, Quantity,
        alert::Evidence,
    },
    text::{Clean, units},
};

/// How many digits of a number people are shown.
const DIGITS: i32 = 4;

/// Judges a number; `None`: there is none, as for an error rate without any requests.
#[must_use]
pub fn judge(spec: &MetricSpec, value: Option<f64>) -> Observation {
    let Some(value) = value.filter(|value| !value.is_nan()) else {
        return match spec.nodata {
            NoData::Ok => {
                Observation::Good(Evidence { value: None, words: Clean::new("nothing to measure") })
            }
            NoData::Alert | NoData::Hold => {
                Observation::Nothing(Clean::new("its source has no number"))
            }
        };
    };
    let words = |why: &str| Evidence {
        value: Some(value),
        words: Clean::new(&format!("{}{why}", shown(spec, value))),
    };
    let broken = |bound: Option<Bound>| bound.filter(|bound| bound.holds(value));
    if let Some(bound) = broken(spec.critical) {
        return Observation::Breach(
            AlertSeverity::Critical,
            words(&format!(" (critical {bound})")),
        );
    }
    if let Some(bound) = broken(spec.warn) {
        return Observation::Breach(AlertSeverity::Warning, words(&format!(" (warning {bound})")));
    }
    if let Some(range) = spec.range.as_ref().filter(|range| !range.contains(&value)) {
        let [from, to] = [*range.start(), *range.end()].map(|end| quantity(spec, end));
        return Observation::Breach(
            AlertSeverity::Warning,
            words(&format!(" (usual {from}..{to})")),
        );
    }
    Observation::Good(match spec.target {
        Some(target) => words(&format!(" (target {target})")),
        None => words(""),
    })
}

/// Judges how many lines of a pattern came in its time.
#[must_use]
pub fn judge_lines(alert: &PatternAlert, lines: u64) -> Observation {
    let within = units::duration_words(alert.within);
    let noun = if lines == 1 { "line" } else { "lines" };
    let words = format!("{lines} {noun} in {within}");
    let evidence = |words: &str| Evidence { value: Some(lines as f64), words: Clean::new(words) };
    if lines <= alert.over {
        return Observation::Good(evidence(&words));
    }
    let severity: &str = alert.severity.into();
    Observation::Breach(alert.severity, evidence(&format!("{words} ({severity} > {})", alert.over)))
}

fn quantity(spec: &MetricSpec, value: f64) -> Quantity {
    Quantity::new(value, spec.unit.dimension)
}

/// A number as people read it: rounded, with its unit.
fn shown(spec: &MetricSpec, value: f64) -> String {
    let suffix = &spec.unit.suffix;
    let space = if suffix.is_empty() { "" } else { " " };
    let number = match spec.unit.dimension {
        // Counts are told as they are: nobody writes 1234 as 1.23 thousand.
        Dimension::Count => quantity(spec, rounded(value)).to_string(),
        _ => quantity(spec, value).rounded(),
    };
    format!("{number}{space}{suffix}")
}

fn rounded(value: f64) -> f64 {
    // Whole numbers are exact: they may be counts.
    if value == 0.0 || !value.is_finite() || (value.fract() == 0.0 && value.abs() < 1e15) {
        return value;
    }
    let scale = 10_f64.powi(DIGITS - 1 - value.abs().log10().floor() as i32);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{Advice, MetricSource, MetricUnit, metric::HostField};

    fn spec(dimension: Dimension) -> MetricSpec {
        MetricSpec {
            id: Clean::new("m"),
            source: MetricSource::Host { field: HostField::CpuPercent },
            unit: MetricUnit { dimension, factor: 1.0, suffix: Clean::default() },
            target: Bound::parse("< 1%").ok(),
            warn: Bound::parse("> 1%").ok(),
            critical: Bound::parse("> 5%").ok(),
            hold: Duration::ZERO,
            keep: Duration::ZERO,
            range: None,
            min_events: None,
            nodata: NoData::Alert,
            advice: Advice::default(),
            service: None,
        }
    }

    fn words(observation: &Observation) -> (&'static str, &str) {
        match observation {
            Observation::Good(evidence) => ("good", evidence.words.as_str()),
            Observation::Breach(AlertSeverity::Warning, evidence) => {
                ("warning", evidence.words.as_str())
            }
            Observation::Breach(AlertSeverity::Critical, evidence) => {
                ("critical", evidence.words.as_str())
            }
            Observation::Nothing(why) => ("nothing", why.as_str()),
        }
    }

    #[test]
    fn the_worst_bound_that_holds_counts_and_is_named() {
        let spec = spec(Dimension::Ratio);
        let judged = |value| judge(&spec, Some(value));
        assert_eq!(words(&judged(0.072_345_6)), ("critical", "7.23% (critical > 5%)"));
        assert_eq!(words(&judged(0.05)), ("warning", "5% (warning > 1%)"));
        assert_eq!(words(&judged(0.003)), ("good", "0.3% (target < 1%)"));
        assert_eq!(words(&judged(f64::INFINITY)).0, "critical");
    }

    #[test]
    fn what_lies_outside_its_range_is_worth_a_look() {
        let spec = MetricSpec {
            target: None,
            warn: None,
            critical: None,
            range: Some(0.1..=0.5),
            ..spec(Dimension::Time)
        };
        assert_eq!(words(&judge(&spec, Some(0.7))), ("warning", "700ms (usual 100ms..500ms)"));
        assert_eq!(words(&judge(&spec, Some(0.5))), ("good", "500ms"));
        let rate = MetricUnit { suffix: Clean::new("per minute"), ..spec.unit.clone() };
        let rate = MetricSpec { unit: rate, ..spec };
        assert_eq!(words(&judge(&rate, Some(0.2))).1, "200ms per minute");
    }

    #[test]
    fn no_number_is_nothing_to_judge_by_unless_the_file_says_that_it_is_well() {
        let spec = spec(Dimension::Ratio);
        assert_eq!(words(&judge(&spec, None)).0, "nothing");
        assert_eq!(words(&judge(&spec, Some(f64::NAN))).0, "nothing");
        let fine = MetricSpec { nodata: NoData::Ok, ..spec };
        assert_eq!(words(&judge(&fine, None)), ("good", "nothing to measure"));
    }

    #[test]
    fn more_lines_than_allowed_are_too_many() {
        let alert = PatternAlert {
            over: 10,
            within: Duration::from_mins(5),
            severity: AlertSeverity::Warning,
        };
        assert_eq!(words(&judge_lines(&alert, 10)), ("good", "10 lines in 5m"));
        let many = judge_lines(&alert, 17);
        assert_eq!(words(&many), ("warning", "17 lines in 5m (warning > 10)"));
    }
}
