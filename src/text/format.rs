//! Numbers as people read them, each kind in a known number of columns.

use std::time::Duration;

/// The columns that [`bytes()`] and [`count`] need at most.
pub const BYTES_COLUMNS: usize = 4;
/// The columns that [`rate`] needs at most.
pub const RATE_COLUMNS: usize = 6;
/// The columns that [`percent`] needs at most.
pub const PERCENT_COLUMNS: usize = 6;
/// The columns that [`cores`] needs at most.
pub const CORES_COLUMNS: usize = 5;
/// The columns that [`age`] needs at most.
pub const AGE_COLUMNS: usize = 4;
/// The columns that [`span`] needs at most.
pub const SPAN_COLUMNS: usize = 8;
/// The columns that [`latency`] needs at most.
pub const LATENCY_COLUMNS: usize = 5;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const YEAR: u64 = 365 * DAY;

/// Shows a size in bytes: `812B`, `1.4G` (K is 1024 bytes).
#[must_use]
pub fn bytes(bytes: u64) -> String {
    scaled(bytes, 1024.0, ["B", "K", "M", "G", "T", "P", "E"])
}

/// Shows a number of things: `812`, `1.4k`, `23M`.
#[must_use]
pub fn count(count: u64) -> String {
    scaled(count, 1000.0, ["", "k", "M", "G", "T", "P", "E"])
}

/// Shows a number of things to the last of them: `812`, `1 234`, `1 234 567`.
#[must_use]
pub fn exact(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// Shows bytes a second: `1.4M/s`. What is negative or no number shows as zero.
#[must_use]
pub fn rate(bytes_per_second: f64) -> String {
    // The cast saturates, and turns what is no number into zero.
    format!("{}/s", bytes(bytes_per_second.round() as u64))
}

/// Shows a ratio as a percentage: `0.4%`, `41%`, `212%` (1.0 is `100%`).
#[must_use]
pub fn percent(ratio: f64) -> String {
    match ratio * 100.0 {
        percent if percent >= 99_999.5 => ">99k%".to_owned(),
        percent if percent >= 9.95 => format!("{percent:.0}%"),
        percent if percent >= 0.05 => format!("{percent:.1}%"),
        _ => "0%".to_owned(),
    }
}

/// Shows processor cores in use: `0.41`, `2.12`, `12.5`, `128`.
#[must_use]
pub fn cores(cores: f64) -> String {
    match cores {
        cores if cores >= 9999.5 => ">9999".to_owned(),
        cores if cores >= 99.95 => format!("{cores:.0}"),
        cores if cores >= 9.995 => format!("{cores:.1}"),
        cores if cores >= 0.005 => format!("{cores:.2}"),
        _ => "0".to_owned(),
    }
}

/// Shows how long ago something was, in its largest unit: `12s`, `3m`, `2h`, `4d`.
#[must_use]
pub fn age(age: Duration) -> String {
    match age.as_secs() {
        seconds if seconds < MINUTE => format!("{seconds}s"),
        seconds if seconds < HOUR => format!("{}m", seconds / MINUTE),
        seconds if seconds < DAY => format!("{}h", seconds / HOUR),
        seconds if seconds / DAY < 1000 => format!("{}d", seconds / DAY),
        seconds if seconds / YEAR < 100 => format!("{}y", seconds / YEAR),
        _ => ">99y".to_owned(),
    }
}

/// Shows how long something takes or took, in its two largest units: `3m 12s`.
#[must_use]
pub fn span(span: Duration) -> String {
    match span.as_secs() {
        seconds if seconds < MINUTE => format!("{seconds}s"),
        seconds if seconds < HOUR => format!("{}m {:02}s", seconds / MINUTE, seconds % MINUTE),
        seconds if seconds < DAY => {
            format!("{}h {:02}m", seconds / HOUR, seconds % HOUR / MINUTE)
        }
        seconds if seconds / DAY < 1000 => {
            format!("{}d {:02}h", seconds / DAY, seconds % DAY / HOUR)
        }
        _ => age(span),
    }
}

/// Shows how long an answer took: `<1ms`, `12ms`, `1.2s`, `12s`, `3m`.
#[must_use]
pub fn latency(latency: Duration) -> String {
    match latency.as_millis() {
        millis if millis < 1 => "<1ms".to_owned(),
        millis if millis < 1000 => format!("{millis}ms"),
        millis if millis < 9950 => format!("{:.1}s", latency.as_secs_f64()),
        _ => age(latency),
    }
}

/// The largest unit in which the number has at most three digits.
fn scaled(number: u64, step: f64, units: [&str; 7]) -> String {
    if number < 1000 {
        return format!("{number}{}", units[0]);
    }
    let mut scaled = number as f64;
    for unit in &units[1..] {
        scaled /= step;
        if scaled < 9.95 {
            return format!("{scaled:.1}{unit}");
        }
        if scaled < 999.5 {
            return format!("{scaled:.0}{unit}");
        }
    }
    format!("{scaled:.0}{}", units[6])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sizes_are_read_at_a_glance() {
        for (number, text) in [
            (0, "0B"),
            (999, "999B"),
            (1000, "1.0K"),
            (1023, "1.0K"),
            (1536, "1.5K"),
            (10 * 1024, "10K"),
            (1023 * 1024, "1.0M"),
            (1_503_238_554, "1.4G"),
            (u64::MAX, "16E"),
        ] {
            assert_eq!(bytes(number), text);
        }
        assert_eq!([count(7), count(999), count(1000), count(23_400)], ["7", "999", "1.0k", "23k"]);
        assert_eq!(rate(1536.4), "1.5K/s");
        assert_eq!([rate(-3.0), rate(f64::NAN)], ["0B/s", "0B/s"]);
    }

    #[test]
    fn shares_and_cores_keep_their_precision_where_it_matters() {
        for (ratio, text) in [
            (0.0, "0%"),
            (0.0004, "0%"),
            (0.004, "0.4%"),
            (0.0994, "9.9%"),
            (0.0996, "10%"),
            (0.41, "41%"),
            (2.12, "212%"),
            (128.0, "12800%"),
            (1e9, ">99k%"),
            (f64::NAN, "0%"),
            (-1.0, "0%"),
        ] {
            assert_eq!(percent(ratio), text);
        }
        assert_eq!(
            [0.001, 0.41, 9.996, 12.54, 128.0, 1e9].map(cores),
            ["0", "0.41", "10.0", "12.5", "128", ">9999"],
        );
    }

    #[test]
    fn times_are_said_in_words_of_their_size() {
        let at = Duration::from_secs;
        assert_eq!(
            [0, 59, 60, 3599, 3600, 86_399, 86_400, 999 * DAY, 1000 * DAY, u64::MAX]
                .map(at)
                .map(age),
            ["0s", "59s", "1m", "59m", "1h", "23h", "1d", "999d", "2y", ">99y"],
        );
        assert_eq!(
            [12, 192, 2 * HOUR + 300, 4 * DAY + 7 * HOUR, 1000 * DAY].map(at).map(span),
            ["12s", "3m 12s", "2h 05m", "4d 07h", "2y"],
        );
        assert_eq!(
            [0, 12, 999, 1200, 9949, 9950, 12_000, 192_000].map(Duration::from_millis).map(latency),
            ["<1ms", "12ms", "999ms", "1.2s", "9.9s", "9s", "12s", "3m"],
        );
    }

    proptest! {
        #[test]
        fn every_number_fits_its_columns(number: u64, real: f64) {
            // Evenly over the orders of magnitude.
            let number = number >> (number % 64);
            let time = Duration::from_millis(number);
            prop_assert!(bytes(number).len() <= BYTES_COLUMNS);
            prop_assert!(count(number).len() <= BYTES_COLUMNS);
            prop_assert!(rate(real).len() <= RATE_COLUMNS);
            prop_assert!(percent(real).len() <= PERCENT_COLUMNS);
            prop_assert!(cores(real).len() <= CORES_COLUMNS);
            prop_assert!(age(time).len() <= AGE_COLUMNS);
            prop_assert!(span(time).len() <= SPAN_COLUMNS);
            prop_assert!(latency(time).len() <= LATENCY_COLUMNS);
        }
    }
}
