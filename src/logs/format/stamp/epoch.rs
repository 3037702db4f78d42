//! Times as numbers: seconds since 1970 and parts of them.

use jiff::Timestamp;

use super::Stamp;

/// Reads a number as seconds, milliseconds, microseconds or nanoseconds since 1970.
///
/// How many digits it has tells which: from 2001 until 2286 they are 10, 13, 16 and 19.
/// All else is another number: a duration, say.
pub(in crate::logs::format) fn from_epoch(number: &str) -> Option<Stamp> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.len() < 10 {
        return from_scientific(number);
    }
    let units: i128 = whole.parse::<u64>().ok()?.into();
    let nanos_per_unit: i128 = match whole.len() {
        10 => 1_000_000_000,
        13 => 1_000_000,
        16 => 1_000,
        19 => 1,
        _ => return None,
    };
    let nanos = units * nanos_per_unit + nanos_per_unit * nanos_of(fraction)? / 1_000_000_000;
    Timestamp::from_nanosecond(nanos).ok().map(Stamp::Exact)
}

/// `1.7e9`, as some write floating-point numbers; to the microsecond, which is as far as
/// such a number goes.
fn from_scientific(number: &str) -> Option<Stamp> {
    if !number.contains(['e', 'E']) {
        return None;
    }
    let seconds: f64 = number.parse().ok()?;
    let is_time = (1e9..1e10).contains(&seconds);
    let micros = (seconds * 1e6).round() as i64;
    is_time.then(|| Timestamp::from_microsecond(micros).ok().map(Stamp::Exact))?
}

/// A decimal fraction in billionths.
fn nanos_of(fraction: &str) -> Option<i128> {
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(9);
    Some(digits.fold(0, |nanos, digit| nanos * 10 + i128::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(number: &str) -> Option<String> {
        match from_epoch(number)? {
            Stamp::Exact(moment) => Some(moment.to_string()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_number_of_digits_tells_the_unit() {
        let table = [
            ("1795144361", Some("2026-11-20T03:12:41Z")),
            ("1795144361.25", Some("2026-11-20T03:12:41.25Z")),
            ("1.79514436125e9", Some("2026-11-20T03:12:41.25Z")),
            ("1795144361123", Some("2026-11-20T03:12:41.123Z")),
            ("1795144361123.5", Some("2026-11-20T03:12:41.1235Z")),
            ("1795144361123456", Some("2026-11-20T03:12:41.123456Z")),
            ("1795144361123456789", Some("2026-11-20T03:12:41.123456789Z")),
            ("12.5", None),
            ("-1795144361", None),
            ("17951443611", None),
            ("1795144361x", None),
            ("1795144361.2e5", None),
            ("1e999", None),
            ("", None),
        ];
        for (number, expected) in table {
            assert_eq!(read(number).as_deref(), expected, "{number}");
        }
    }
}
