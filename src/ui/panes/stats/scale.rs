//! The top of a chart's scale: one that does not move with every reading. Pure.

/// In what a scale is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Cores: 1, 2, 5, 10 … hundredths of one.
    Cores,
    /// Bytes: 1, 1.5, 2, 3, 4, 6 … of their units.
    Bytes,
}

/// A limit is shown when this part (0–1) of it is used: below it a curve would lie flat.
const NEAR: f64 = 0.25;

/// No chart is higher than this: sums of what strange readings tell have no end.
const HIGHEST: f64 = 1e18;

impl Unit {
    /// The top of a scale that has room for the highest value, and for the limit when
    /// that is near.
    pub(super) fn top(self, most: f64, limit: Option<f64>) -> f64 {
        let limit = limit.filter(|limit| most > limit * NEAR);
        let value = most.max(limit.unwrap_or(0.0));
        let value = if value < HIGHEST { value } else { HIGHEST };
        match self {
            Self::Cores => step(value.max(0.01), 10.0, &[1.0, 2.0, 5.0, 10.0]),
            Self::Bytes => step(value.max(1024.0), 2.0, &[1.0, 1.5, 2.0]),
        }
    }
}

/// The next of these steps, each times a power of a base.
fn step(value: f64, base: f64, steps: &[f64]) -> f64 {
    let magnitude = base.powf(value.log(base).floor());
    // The last step is the base itself, which no value of this magnitude passes.
    steps.iter().map(|step| step * magnitude).find(|step| *step >= value).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_moves_in_steps() {
        let cores = |value: f64| format!("{:.2}", Unit::Cores.top(value, None));
        let shown = [0.0, 0.013, 0.02, 0.9, 4.0, 70.0].map(cores);
        assert_eq!(shown, ["0.01", "0.02", "0.02", "1.00", "5.00", "100.00"]);
        let bytes = |value: f64| Unit::Bytes.top(value, None) as u64;
        assert_eq!([0.0, 1025.0, 1600.0, 3000.0].map(bytes), [1024, 1536, 2048, 3072]);
    }

    #[test]
    fn a_limit_that_is_near_is_in_the_scale() {
        assert_eq!(Unit::Bytes.top(1024.0, Some(2048.0)).to_bits(), 2048_f64.to_bits());
        assert_eq!(Unit::Bytes.top(1024.0, Some(8192.0)).to_bits(), 1024_f64.to_bits());
    }

    #[test]
    fn no_number_is_too_wild() {
        for wild in [f64::MAX, f64::INFINITY, f64::NAN, -1.0] {
            for unit in [Unit::Cores, Unit::Bytes] {
                let top = unit.top(wild, Some(wild));
                assert!(top.is_finite() && top > 0.0, "{wild}: {top}");
            }
        }
    }
}
