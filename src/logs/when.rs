//! Times as people write them, in a filter as on a command line: `10m`, `03:10`, RFC 3339.

use jiff::{SignedDuration, Timestamp, ToSpan as _, Zoned, civil};

use crate::text::units;

/// What can be written for a time, for people who wrote something else.
pub const HINT: &str = "write 10m (ago), 03:10, 2026-11-20T03:10 or 2026-11-20T03:10:00Z";

/// Says that a text is no time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time")]
pub struct NotATime(pub String);

/// Reads a time seen from `now`: a stretch of time ago (`10m`), a time of the last
/// 24 hours (`03:10`), a local date and time, or one with an offset (RFC 3339).
///
/// # Errors
/// When it is none of these.
pub fn parse(text: &str, now: &Zoned) -> Result<Timestamp, NotATime> {
    if let Ok(ago) = units::duration(text) {
        let ago = SignedDuration::try_from(ago).ok();
        if let Some(at) = ago.and_then(|ago| now.timestamp().checked_sub(ago).ok()) {
            return Ok(at);
        }
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    if let Some(at) = time_of_day(text, now) {
        return Ok(at);
    }
    let local = text.parse::<civil::DateTime>().ok();
    if let Some(at) = local.and_then(|local| local.to_zoned(now.time_zone().clone()).ok()) {
        return Ok(at.timestamp());
    }
    Err(NotATime(text.to_owned()))
}

/// The last moment at which a clock showed this time.
fn time_of_day(text: &str, now: &Zoned) -> Option<Timestamp> {
    let time = text.contains(':').then(|| text.parse::<civil::Time>().ok()).flatten()?;
    let today = now.date().to_datetime(time).to_zoned(now.time_zone().clone()).ok()?;
    if today <= *now {
        return Some(today.timestamp());
    }
    let yesterday = now.date().checked_sub(1.day()).ok()?;
    let yesterday = yesterday.to_datetime(time).to_zoned(now.time_zone().clone()).ok()?;
    Some(yesterday.timestamp())
}

#[cfg(test)]
mod tests {
    use jiff::tz::{self, TimeZone};

    use super::*;

    fn read(text: &str) -> String {
        let now: Timestamp = "2026-11-20T03:12:00Z".parse().unwrap();
        let now = now.to_zoned(TimeZone::fixed(tz::offset(1)));
        parse(text, &now).map_or_else(|error| error.to_string(), |at| at.to_string())
    }

    #[test]
    fn times_are_seen_from_now_and_from_here() {
        assert_eq!(read("10m"), "2026-11-20T03:02:00Z");
        assert_eq!(read("04:10"), "2026-11-20T03:10:00Z");
        assert_eq!(read("04:13"), "2026-11-19T03:13:00Z");
        assert_eq!(read("2026-11-20T01:00"), "2026-11-20T00:00:00Z");
        assert_eq!(read("2026-11-20T01:00:00Z"), "2026-11-20T01:00:00Z");
        assert_eq!(read("2026-11-19"), "2026-11-18T23:00:00Z");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["10", "", "soon", "25:00", "99999999d", "-5m"] {
            assert_eq!(read(text), format!("`{text}` is not a time"));
        }
    }
}
