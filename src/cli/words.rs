//! Numbers as people read them.

/// A stretch of time in its two largest units, such as `3d 4h`.
pub(crate) fn seconds(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{minutes}m {}s", seconds % 60),
        3600..86_400 => format!("{hours}h {}m", minutes % 60),
        _ => format!("{days}d {}h", hours % 24),
    }
}

/// A number of bytes, such as `1.4 GiB`.
pub(crate) fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    // Beyond this a number would show as 1024.0 of its unit.
    while value >= 1023.95 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_two_units() {
        assert_eq!(["59s", "1m 0s", "1h 1m", "3d 4h"], [59, 60, 3660, 273_600].map(seconds));
        assert_eq!(seconds(-5), "0s");
    }

    #[test]
    fn sizes_have_one_digit() {
        assert_eq!(["1023 B", "1.0 KiB", "1.0 MiB"], [1023, 1024, (1 << 20) - 1].map(bytes));
        assert_eq!(bytes(u64::MAX), "16.0 EiB");
    }
}
