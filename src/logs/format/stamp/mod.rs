//! [`Stamp`]: a time as a line tells it, with as much as it tells.

mod epoch;
mod forms;

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, Time},
    tz::{Offset, TimeZone},
};

pub(super) use epoch::from_epoch;
pub(super) use forms::{leading, month_day};

/// What offsets from UTC are multiples of, in milliseconds.
const QUARTER_HOUR: i64 = 15 * 60 * 1000;

/// The largest offset from UTC that is in use anywhere, in milliseconds.
const MAX_OFFSET: i64 = 14 * 60 * 60 * 1000;

/// How far a line's own time may be from the engine's to be believed when it names no
/// zone, in milliseconds.
const BELIEVED: i64 = 2 * 60 * 1000;

/// A time as a line tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stamp {
    /// With its zone.
    Exact(Timestamp),
    /// Without a zone.
    Civil(DateTime),
    /// Without a zone and a year: month, day and the time of that day.
    Yearless(i8, i8, Time),
    /// A time of a day that is not named.
    Clock(Time),
}

impl Stamp {
    /// The moment that is meant. `at` is the engine's time of the line, and fills in
    /// what the line leaves out; `zone` is for where there is no such time.
    pub(super) fn resolve(self, at: Option<Timestamp>, zone: &TimeZone) -> Option<Timestamp> {
        match (self, at) {
            (Self::Exact(moment), _) => Some(moment),
            (Self::Civil(civil), None) => zone.to_timestamp(civil).ok(),
            (_, None) => None,
            (Self::Civil(civil), Some(at)) => near(civil, at),
            (Self::Yearless(month, day, time), Some(at)) => {
                let year = Offset::UTC.to_datetime(at).year();
                let dates = [year - 1, year, year + 1].map(|year| Date::new(year, month, day).ok());
                near(nearest(dates, time, at)?, at)
            }
            (Self::Clock(time), Some(at)) => {
                let today = Offset::UTC.to_datetime(at).date();
                let dates = [today.yesterday().ok(), Some(today), today.tomorrow().ok()];
                near(nearest(dates, time, at)?, at)
            }
        }
    }

    /// The moment that is meant in a file that was written to last at `changed`, long after
    /// most of its lines: these are no younger, and nothing tells their zone but `zone`.
    pub(super) fn resolve_in_file(
        self,
        changed: Option<Timestamp>,
        zone: &TimeZone,
    ) -> Option<Timestamp> {
        let last = |dates: [Option<Date>; 2], time: Time| {
            let latest = changed?.checked_add(SignedDuration::from_millis(BELIEVED)).ok()?;
            let moments = dates.into_iter().flatten().map(|date| date.to_datetime(time));
            moments
                .filter_map(|civil| zone.to_timestamp(civil).ok())
                .find(|moment| *moment <= latest)
        };
        let changed_on = || Some(zone.to_datetime(changed?).date());
        match self {
            Self::Exact(moment) => Some(moment),
            Self::Civil(civil) => zone.to_timestamp(civil).ok(),
            Self::Yearless(month, day, time) => {
                let year = changed_on()?.year();
                last([year, year - 1].map(|year| Date::new(year, month, day).ok()), time)
            }
            Self::Clock(time) => {
                let day = changed_on()?;
                last([Some(day), day.yesterday().ok()], time)
            }
        }
    }
}

/// The reading of `civil` that is nearest to `at`, whatever its zone. None when even
/// that one is too far away: then the engine's time is the truer one.
fn near(civil: DateTime, at: Timestamp) -> Option<Timestamp> {
    let as_utc = Offset::UTC.to_timestamp(civil).ok()?;
    let ahead = as_utc.as_millisecond() - at.as_millisecond();
    let offset = (ahead + QUARTER_HOUR / 2).div_euclid(QUARTER_HOUR) * QUARTER_HOUR;
    let is_believed = offset.abs() <= MAX_OFFSET && (ahead - offset).abs() <= BELIEVED;
    is_believed.then(|| as_utc.checked_sub(SignedDuration::from_millis(offset)).ok())?
}

/// Which of some dates brings a time of day nearest to `at`.
fn nearest(dates: [Option<Date>; 3], time: Time, at: Timestamp) -> Option<DateTime> {
    let at = Offset::UTC.to_datetime(at);
    let distance = |civil: &DateTime| civil.duration_since(at).abs();
    dates.into_iter().flatten().map(|date| date.to_datetime(time)).min_by_key(distance)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn resolved(text: &str, at: Option<&str>) -> Option<String> {
        let (stamp, length) = leading(text).unwrap();
        assert_eq!(length, text.len(), "{text}");
        let zone = TimeZone::fixed(Offset::constant(2));
        stamp.resolve(at.map(moment), &zone).map(|moment| moment.to_string())
    }

    #[test]
    fn a_time_with_a_zone_is_believed_however_far_away() {
        let at = Some("2026-11-20T03:12:42Z");
        assert_eq!(resolved("2020-01-01T00:00:00Z", at).as_deref(), Some("2020-01-01T00:00:00Z"));
        assert_eq!(
            resolved("2026-11-20T05:12:41+02:00", at).as_deref(),
            Some("2026-11-20T03:12:41Z")
        );
    }

    #[test]
    fn the_engine_tells_the_zone_of_a_time_without_one() {
        let at = Some("2026-11-20T03:12:42Z");
        let expected = Some("2026-11-20T03:12:41Z");
        // UTC, Nepal, Newfoundland, the Chathams in summer, the Line Islands.
        for text in [
            "2026-11-20 03:12:41",
            "2026-11-20 08:57:41",
            "2026-11-19 23:42:41",
            "2026-11-20 16:57:41",
            "2026-11-20 17:12:41",
        ] {
            assert_eq!(resolved(text, at).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_time_that_no_zone_explains_is_not_believed() {
        let at = Some("2026-11-20T03:12:42Z");
        assert_eq!(resolved("2026-11-20 03:14:42", at).as_deref(), Some("2026-11-20T03:14:42Z"));
        assert_eq!(resolved("2026-11-20 03:14:43", at), None);
        assert_eq!(resolved("2026-11-20 17:27:42", at), None);
        assert_eq!(resolved("2020-11-20 03:12:42", at), None);
    }

    #[test]
    fn without_the_engines_time_the_readers_zone_counts() {
        assert_eq!(resolved("2026-11-20 03:12:41", None).as_deref(), Some("2026-11-20T01:12:41Z"));
        assert_eq!(resolved("Nov 20 03:12:41", None), None);
        assert_eq!(resolved("03:12:41", None), None);
    }

    #[test]
    fn in_a_file_the_zone_is_the_readers_and_no_line_is_younger_than_the_file() {
        let in_file = |text: &str| {
            let zone = TimeZone::fixed(Offset::constant(2));
            let (stamp, _) = leading(text).unwrap();
            let changed = Some(moment("2026-01-01T12:00:00Z"));
            stamp.resolve_in_file(changed, &zone).map(|moment| moment.to_string())
        };
        for (text, expected) in [
            ("2025-11-20 03:14:43", "2025-11-20T01:14:43Z"),
            ("2026-01-01 11:45:00", "2026-01-01T09:45:00Z"),
            ("2025-11-20T03:14:43Z", "2025-11-20T03:14:43Z"),
            ("Jan  1 13:59:59", "2026-01-01T11:59:59Z"),
            ("Dec 31 23:00:00", "2025-12-31T21:00:00Z"),
            ("13:59:59", "2026-01-01T11:59:59Z"),
            ("20:00:00", "2025-12-31T18:00:00Z"),
        ] {
            assert_eq!(in_file(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn the_engine_tells_the_year_and_the_day() {
        let new_year = Some("2027-01-01T00:00:05Z");
        assert_eq!(resolved("Dec 31 23:59:59", new_year).as_deref(), Some("2026-12-31T23:59:59Z"));
        assert_eq!(resolved("Jan  1 01:00:04", new_year).as_deref(), Some("2027-01-01T00:00:04Z"));
        assert_eq!(resolved("23:59:59.5", new_year).as_deref(), Some("2026-12-31T23:59:59.5Z"));
        assert_eq!(resolved("01:00:04", new_year).as_deref(), Some("2027-01-01T00:00:04Z"));
        let leap_day = Some("2028-02-29T12:00:00Z");
        assert_eq!(resolved("Feb 29 11:59:59", leap_day).as_deref(), Some("2028-02-29T11:59:59Z"));
    }

    #[test]
    fn the_ends_of_time_are_no_trouble() {
        for at in [Timestamp::MIN, Timestamp::MAX] {
            for text in
                ["9999-12-31 23:59:59", "0000-01-01 00:00:00", "Dec 31 23:59:59", "00:00:01"]
            {
                let (stamp, _) = leading(text).unwrap();
                let _ = stamp.resolve(Some(at), &TimeZone::UTC);
                let _ = stamp.resolve(None, &TimeZone::fixed(Offset::MAX));
                let _ = stamp.resolve(None, &TimeZone::fixed(Offset::MIN));
            }
        }
    }
}
