//! Durations and sizes as people write them: `10s`, `16MiB`.

use std::time::Duration;

/// The units of a duration, in seconds; `ms` is apart.
const SECONDS: [(&str, u64); 4] = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)];

/// The units of a size, in bytes.
const BYTES: [(&str, u64); 9] = [
    ("B", 1),
    ("kB", 1000),
    ("KB", 1000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

/// Reads a duration such as `500ms`, `10s`, `5m`, `2h` or `1d`.
///
/// # Errors
/// The hint for people: what to write instead.
pub fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = split(text, "10s")?;
    if unit.is_empty() {
        return Err(format!("write \"{number}s\" (units: ms, s, m, h, d)"));
    }
    if unit == "ms" {
        return Ok(Duration::from_millis(number));
    }
    let known = SECONDS.iter().find(|(name, _)| *name == unit);
    let Some((_, seconds)) = known else {
        return Err("the units are ms, s, m, h and d, as in \"10s\"".into());
    };
    let seconds = number.checked_mul(*seconds).ok_or("this is longer than time itself")?;
    Ok(Duration::from_secs(seconds))
}

/// Reads a size such as `16MiB` or `64MB`, in bytes.
///
/// # Errors
/// The hint for people: what to write instead.
pub fn bytes(text: &str) -> Result<u64, String> {
    let (number, unit) = split(text, "16MiB")?;
    if unit.is_empty() {
        return Err(format!("write \"{number}MiB\" (units: B, KB, MB, GB, KiB, MiB, GiB, TiB)"));
    }
    let known = BYTES.iter().find(|(name, _)| *name == unit);
    let Some((_, factor)) = known else {
        return Err("the units are B, KB, MB, GB and KiB, MiB, GiB, TiB, as in \"16MiB\"".into());
    };
    number.checked_mul(*factor).ok_or_else(|| "this is larger than any memory".into())
}

fn split<'a>(text: &'a str, example: &str) -> Result<(u64, &'a str), String> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let number = digits
        .parse()
        .map_err(|_| format!("write a whole number and a unit, as in \"{example}\""))?;
    Ok((number, unit.trim_start()))
}

/// Writes a duration the way [`duration`] reads it.
#[must_use]
pub fn duration_words(duration: Duration) -> String {
    let millis = duration.subsec_millis();
    let seconds = duration.as_secs();
    if millis > 0 || seconds == 0 {
        return format!("{}ms", duration.as_millis());
    }
    let fitting = SECONDS.iter().rev().find(|(_, unit)| seconds.is_multiple_of(*unit));
    fitting
        .map_or_else(|| format!("{seconds}s"), |(name, unit)| format!("{}{name}", seconds / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("10 s"), Ok(Duration::from_secs(10)));
        assert_eq!(duration("2h"), Ok(Duration::from_hours(2)));
        assert_eq!(duration("10").unwrap_err(), "write \"10s\" (units: ms, s, m, h, d)");
        assert!(
            ["", "s", "-1s", "1.5s", "10sec", "99999999999999999999s", "18446744073709551615d"]
                .iter()
                .all(|text| duration(text).is_err())
        );
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes("16MiB"), Ok(16 << 20));
        assert_eq!(bytes("8GB"), Ok(8_000_000_000));
        assert!(["8", "8G", "GB", "99999999TiB"].iter().all(|text| bytes(text).is_err()));
    }

    #[test]
    fn a_written_duration_reads_the_same() {
        for text in ["500ms", "10s", "90s", "5m", "36h", "2d", "0ms"] {
            assert_eq!(duration_words(duration(text).unwrap()), text);
        }
    }
}
