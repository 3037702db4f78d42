//! Moments in words.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::{model::TimeStyle, text::format, ui::Cx};

/// A moment, in the zone in which times are shown; with its day when that is not today.
pub(super) fn clock(at: Timestamp, cx: &Cx<'_>) -> String {
    let (zone, suffix) = match cx.time {
        TimeStyle::Utc => (TimeZone::UTC, " UTC"),
        _ => (cx.zone.clone(), ""),
    };
    let (at, now) = (at.to_zoned(zone.clone()), cx.now.to_zoned(zone));
    let form = if at.date() == now.date() { "%H:%M:%S" } else { "%b %d %H:%M:%S" };
    format!("{}{suffix}", at.strftime(form))
}

/// How long before another a moment was.
pub(super) fn ago(at: Timestamp, now: Timestamp) -> String {
    format::age(now.duration_since(at).max(SignedDuration::ZERO).unsigned_abs())
}
