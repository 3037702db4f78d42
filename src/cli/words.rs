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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_two_units() {
        assert_eq!(["59s", "1m 0s", "1h 1m", "3d 4h"], [59, 60, 3660, 273_600].map(seconds));
        assert_eq!(seconds(-5), "0s");
    }
}
