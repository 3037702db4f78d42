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

/// A short time with what counts of it, such as `7.2ms` or `1.3s`.
pub(crate) fn milliseconds(seconds: f64) -> String {
    match seconds * 1e3 {
        millis if millis < 10.0 => format!("{millis:.1}ms"),
        millis if millis < 1000.0 => format!("{millis:.0}ms"),
        millis => format!("{:.1}s", millis / 1e3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_two_units() {
        assert_eq!(["59s", "1m 0s", "1h 1m", "3d 4h"], [59, 60, 3660, 273_600].map(seconds));
        assert_eq!(seconds(-5), "0s");
        assert_eq!([0.0072, 0.0404, 1.26].map(milliseconds), ["7.2ms", "40ms", "1.3s"]);
    }
}
