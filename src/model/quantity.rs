//! [`Quantity`] and [`Bound`]: numbers with units as people write them, such as `< 200ms`.

use std::{fmt, ops::RangeInclusive};

use serde::{Deserialize, Serialize};

/// What a number measures. Numbers are kept in its base unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// A number of things; no unit.
    Count,
    /// A share, 0–1; written in percent.
    Ratio,
    /// Seconds.
    Time,
    /// Bytes.
    Size,
}

impl Dimension {
    /// What it is called, with an example.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Count => "a plain number, such as 100",
            Self::Ratio => "a share, such as 5%",
            Self::Time => "a time, such as 200ms",
            Self::Size => "a size, such as 8GB",
        }
    }
}

/// The units: name, dimension, and how many base units one is. The first of a dimension
/// that fits is how a number is written.
const UNITS: [(&str, Dimension, f64); 17] = [
    ("%", Dimension::Ratio, 0.01),
    ("d", Dimension::Time, 86_400.0),
    ("h", Dimension::Time, 3600.0),
    ("m", Dimension::Time, 60.0),
    ("s", Dimension::Time, 1.0),
    ("ms", Dimension::Time, 1e-3),
    ("us", Dimension::Time, 1e-6),
    ("TiB", Dimension::Size, (1_u64 << 40) as f64),
    ("TB", Dimension::Size, 1e12),
    ("GiB", Dimension::Size, (1_u64 << 30) as f64),
    ("GB", Dimension::Size, 1e9),
    ("MiB", Dimension::Size, (1_u64 << 20) as f64),
    ("MB", Dimension::Size, 1e6),
    ("KiB", Dimension::Size, 1024.0),
    ("KB", Dimension::Size, 1e3),
    ("kB", Dimension::Size, 1e3),
    ("B", Dimension::Size, 1.0),
];

/// The dimension of a unit, and how many base units one is.
#[must_use]
pub fn unit(name: &str) -> Option<(Dimension, f64)> {
    let found = UNITS.iter().find(|(unit, ..)| *unit == name);
    found.map(|(_, dimension, factor)| (*dimension, *factor))
}

/// The names of all units.
pub fn unit_names() -> impl Iterator<Item = &'static str> {
    UNITS.iter().map(|(name, ..)| *name)
}

/// A number with what it measures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quantity {
    /// In the base unit of its dimension.
    pub value: f64,
    /// What it measures.
    pub dimension: Dimension,
}

impl Quantity {
    /// Pairs a number, in the base unit, with what it measures.
    #[must_use]
    pub fn new(value: f64, dimension: Dimension) -> Self {
        Self { value, dimension }
    }

    /// Reads a number such as `200ms`, `5%`, `1.5GB` or `100`.
    ///
    /// # Errors
    /// The hint for people: what to write instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let end = text.find(|c: char| !c.is_ascii_digit() && !".-_".contains(c));
        let (number, unit) = text.split_at(end.unwrap_or(text.len()));
        let value: f64 = number
            .replace('_', "")
            .parse()
            .map_err(|_| "write a number and its unit, as in 200ms, 5%, 8GB or 100".to_owned())?;
        let unit = unit.trim_start();
        if unit.is_empty() {
            return Ok(Self::new(value, Dimension::Count));
        }
        let Some((dimension, factor)) = self::unit(unit) else {
            return Err(format!(
                "`{unit}` is no unit: there are %, us, ms, s, m, h, d, and B, KB, MB, GB, TB, \
                 KiB, MiB, GiB, TiB"
            ));
        };
        Ok(Self::new(value * factor, dimension))
    }
}

impl Quantity {
    /// As a measured number is read at a glance: three digits, in the largest unit of which
    /// there is at least one, such as `12MB`.
    #[must_use]
    pub fn rounded(self) -> String {
        let Self { value, dimension } = self;
        let is_usual = |(name, of, _): &&(&str, Dimension, f64)| {
            *of == dimension && !name.contains('i') && *name != "kB"
        };
        let units = || UNITS.iter().filter(is_usual);
        let fitting = units().find(|(.., factor)| value.abs() >= *factor).or(units().next_back());
        let (name, scaled) =
            fitting.map_or(("", value), |(name, _, factor)| (*name, value / factor));
        let digits = match scaled.abs() {
            scaled if scaled >= 100.0 => 0,
            scaled if scaled >= 10.0 => 1,
            _ => 2,
        };
        let number = format!("{scaled:.digits$}");
        let number = if number.contains('.') {
            number.trim_end_matches('0').trim_end_matches('.')
        } else {
            &number
        };
        format!("{number}{name}")
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { value, dimension } = *self;
        let units = || UNITS.iter().filter(move |(_, of, _)| *of == dimension);
        // Whole numbers of the largest unit first, then the largest that is not below 1.
        // 0.7 s is a little less than 700 ms, as floating numbers go.
        let off = |units: f64| (units - units.round()).abs();
        let whole = |factor: f64| value.abs() >= factor && off(value / factor) < 1e-9;
        let fitting = units()
            .find(|(name, _, factor)| whole(*factor) && !name.contains('i'))
            .or_else(|| {
                units().find(|(name, _, factor)| value.abs() >= *factor && !name.contains('i'))
            })
            .or_else(|| units().next_back());
        match fitting {
            Some((name, _, factor)) => write!(f, "{}{name}", Rounded(value / factor)),
            None => Rounded(value).fmt(f),
        }
    }
}

/// A number with three digits behind its point at most, and no more than it needs.
struct Rounded(f64);

impl fmt::Display for Rounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:.3}", self.0);
        f.write_str(digits.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// How a number is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Comparator {
    /// Smaller.
    #[serde(rename = "<")]
    Below,
    /// Smaller or the same.
    #[serde(rename = "<=")]
    AtMost,
    /// Larger.
    #[serde(rename = ">")]
    Above,
    /// Larger or the same.
    #[serde(rename = ">=")]
    AtLeast,
    /// The same.
    #[serde(rename = "==")]
    Equal,
    /// Not the same.
    #[serde(rename = "!=")]
    NotEqual,
}

/// The comparators as people write them, longer ones first.
const COMPARATORS: [(&str, Comparator); 9] = [
    ("<=", Comparator::AtMost),
    (">=", Comparator::AtLeast),
    ("==", Comparator::Equal),
    ("!=", Comparator::NotEqual),
    ("≤", Comparator::AtMost),
    ("≥", Comparator::AtLeast),
    ("<", Comparator::Below),
    (">", Comparator::Above),
    ("=", Comparator::Equal),
];

impl Comparator {
    /// Its sign.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Below => "<",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::AtLeast => ">=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
        }
    }

    /// Splits a comparator from what stands behind it.
    #[must_use]
    pub fn split(text: &str) -> Option<(Self, &str)> {
        let text = text.trim_start();
        COMPARATORS.iter().find_map(|(sign, comparator)| {
            text.strip_prefix(sign).map(|rest| (*comparator, rest.trim()))
        })
    }

    /// Whether two numbers compare so. What is no number compares with nothing.
    #[must_use]
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Below => left < right,
            Self::AtMost => left <= right,
            Self::Above => left > right,
            Self::AtLeast => left >= right,
            Self::Equal => (left - right).abs() < f64::EPSILON,
            Self::NotEqual => (left - right).abs() >= f64::EPSILON,
        }
    }
}

/// A comparator and a number: `< 200ms`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bound {
    /// How a number is compared with it.
    pub comparator: Comparator,
    /// With what.
    pub quantity: Quantity,
}

impl Bound {
    /// Reads a bound such as `< 200ms`, `> 5%` or `>= 3`.
    ///
    /// # Errors
    /// The hint for people: what to write instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Some((comparator, rest)) = Comparator::split(text) else {
            let text = text.trim();
            return Err(format!("a comparison is missing: write \"< {text}\" or \"> {text}\""));
        };
        Ok(Self { comparator, quantity: Quantity::parse(rest)? })
    }

    /// Whether a number, in the base unit, is as the bound says.
    #[must_use]
    pub fn holds(&self, value: f64) -> bool {
        self.comparator.holds(value, self.quantity.value)
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.comparator.sign(), self.quantity)
    }
}

/// From where to where numbers are as they should be, such as `100ms..500ms`, with their
/// dimension.
///
/// # Errors
/// The hint for people: what to write instead.
pub fn range(text: &str) -> Result<(RangeInclusive<f64>, Dimension), String> {
    let how = || "write from..to, as in \"100ms..500ms\"".to_owned();
    let (from, to) = text.split_once("..").ok_or_else(how)?;
    let (from, to) = (Quantity::parse(from)?, Quantity::parse(to)?);
    if from.dimension != to.dimension {
        return Err(format!("{from} and {to} do not measure the same"));
    }
    if from.value > to.value {
        return Err(format!("{from} is more than {to}: write the smaller one first"));
    }
    Ok((from.value..=to.value, from.dimension))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantity(text: &str) -> Quantity {
        Quantity::parse(text).unwrap()
    }

    #[test]
    fn numbers_are_kept_in_their_base_unit() {
        assert_eq!(quantity("200ms"), Quantity::new(0.2, Dimension::Time));
        assert_eq!(quantity("5%"), Quantity::new(0.05, Dimension::Ratio));
        assert_eq!(quantity("1.5 GB"), Quantity::new(1.5e9, Dimension::Size));
        assert_eq!(quantity("10_000"), Quantity::new(10_000.0, Dimension::Count));
        assert_eq!(quantity("-1"), Quantity::new(-1.0, Dimension::Count));
        for wrong in ["", "%", "ms", "5 percent", "1..2", "--1", "1s2"] {
            assert!(Quantity::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_written_number_reads_the_same() {
        for text in ["200ms", "5%", "1.5%", "0.5%", "8GB", "2s", "90s", "14d", "100", "0", "12.5"] {
            let shown = quantity(text).to_string();
            assert_eq!(quantity(&shown), quantity(text), "{text} was shown as {shown}");
        }
        assert_eq!(quantity("0.5s").to_string(), "500ms");
        assert_eq!(Quantity::new(0.0123, Dimension::Ratio).to_string(), "1.23%");
        assert_eq!(Quantity::new(1_234_567.0, Dimension::Size).to_string(), "1234567B");
        assert_eq!(Quantity::new(1_234_567.5, Dimension::Size).to_string(), "1.235MB");
        assert_eq!(Quantity::new(0.0, Dimension::Time).to_string(), "0us");
    }

    #[test]
    fn a_measured_number_has_three_digits() {
        let rounded = |value: f64, dimension| Quantity::new(value, dimension).rounded();
        assert_eq!(rounded(11_990_368.0, Dimension::Size), "12MB");
        assert_eq!(rounded(1_234_567.0, Dimension::Size), "1.23MB");
        assert_eq!(rounded(0.049_5, Dimension::Time), "49.5ms");
        assert_eq!(rounded(0.0723, Dimension::Ratio), "7.23%");
        assert_eq!(rounded(0.0, Dimension::Size), "0B");
        assert_eq!(rounded(1234.5, Dimension::Count), "1234");
        assert_eq!(rounded(400.0, Dimension::Count), "400");
    }

    #[test]
    fn a_bound_needs_its_comparison() {
        let bound = Bound::parse("> 5%").unwrap();
        assert!(bound.holds(0.051) && !bound.holds(0.05) && !bound.holds(f64::NAN));
        assert_eq!(bound.to_string(), "> 5%");
        assert!(Bound::parse("≤ 3").unwrap().holds(3.0));
        assert!(Bound::parse("= 1").unwrap().holds(1.0));
        let hint = Bound::parse("5%").unwrap_err();
        assert_eq!(hint, "a comparison is missing: write \"< 5%\" or \"> 5%\"");
    }

    #[test]
    fn a_range_goes_from_the_smaller_to_the_larger() {
        assert_eq!(range("100ms..500ms").unwrap(), (0.1..=0.5, Dimension::Time));
        assert!(["5", "2..1", "1..2ms", "..", "a..b"].iter().all(|text| range(text).is_err()));
    }
}
