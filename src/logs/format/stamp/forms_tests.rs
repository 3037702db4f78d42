use jiff::{Timestamp, civil};
use proptest::prelude::*;

use super::*;

fn exact(text: &str) -> Stamp {
    Stamp::Exact(text.parse().unwrap())
}

fn civil(text: &str) -> Stamp {
    Stamp::Civil(text.parse().unwrap())
}

#[test]
fn the_usual_forms_are_read() {
    let utc = exact("2026-11-20T03:12:41Z");
    let table = [
        ("2026-11-20T03:12:41Z", utc),
        ("2026-11-20t03:12:41z", utc),
        ("2026-11-20T03:12:41.123456789Z", exact("2026-11-20T03:12:41.123456789Z")),
        ("2026-11-20T05:12:41+02:00", utc),
        ("2026-11-19T22:42:41-0430", utc),
        ("2026-11-20 05:12:41+02", utc),
        ("2026-11-20 03:12:41 +0000", utc),
        ("2026-11-20 03:12:41.123 UTC", exact("2026-11-20T03:12:41.123Z")),
        ("2026-11-20 03:12:41 GMT", utc),
        ("2026-11-20 03:12:41,123", civil("2026-11-20T03:12:41.123")),
        ("2026/11/20 03:12:41", civil("2026-11-20T03:12:41")),
        ("2026-12-31 23:59:60", civil("2026-12-31T23:59:59")),
        ("20/Nov/2026:04:12:41 +0100", utc),
        ("20 Nov 2026 03:12:41.000", civil("2026-11-20T03:12:41")),
        ("20-Nov-2026 03:12:41.5", civil("2026-11-20T03:12:41.5")),
        ("Nov 20 03:12:41", Stamp::Yearless(11, 20, civil::time(3, 12, 41, 0))),
        ("Nov  2 03:12:41", Stamp::Yearless(11, 2, civil::time(3, 12, 41, 0))),
        ("Fri Nov 20 03:12:41.5 2026", civil("2026-11-20T03:12:41.5")),
        ("Fri, 20 Nov 2026 03:12:41 GMT", utc),
        ("03:12:41.123", Stamp::Clock(civil::time(3, 12, 41, 123_000_000))),
    ];
    for (text, stamp) in table {
        assert_eq!(leading(text), Some((stamp, text.len())), "{text}");
    }
}

#[test]
fn a_time_ends_where_the_message_begins() {
    let table = [
        ("2026-11-20 03:12:41 - app - INFO - x", 19),
        ("2026-11-20 03:12:41 -12 degrees", 19),
        ("2026-11-20 03:12:41 Zebra", 19),
        ("2026-11-20 03:12:41 UTCfoo", 19),
        ("2026-11-20 03:12:41, then", 19),
        ("2026-11-20 03:12:41 CET [1] LOG:  x", 19),
        ("03:12:41 hello", 8),
    ];
    for (text, length) in table {
        assert_eq!(leading(text).map(|(_, length)| length), Some(length), "{text}");
    }
}

#[test]
fn what_is_no_time_is_none() {
    for text in [
        "",
        "1",
        "2026",
        "2026-11-20",
        "2026-13-20 03:12:41",
        "2026-11-31 03:12:41",
        "2026-11-20 24:12:41",
        "2026-11-20 03:12:61",
        "2026-11-20 03:60:41",
        "2026-11-20T03:12:41foo",
        "2026-11/20 03:12:41",
        "12:34:56:78::1 - -",
        "127.0.0.1 - -",
        "May I ask",
        "Foo bar",
        "Fri",
        "20 Foo 2026 03:12:41",
        "┌─┐",
    ] {
        assert_eq!(leading(text), None, "{text}");
    }
}

/// Any moment of four-digit years that are not negative, to the nanosecond.
fn moments() -> impl Strategy<Value = Timestamp> {
    (-62_167_219_200_i64..=253_402_207_200, 0..1_000_000_000_i64)
        .prop_map(|(second, nano)| Timestamp::new(second, 0).unwrap() + nanos(nano))
}

fn nanos(nano: i64) -> jiff::SignedDuration {
    jiff::SignedDuration::from_nanos(nano)
}

proptest! {
    #[test]
    fn moments_are_read_as_jiff_reads_them(
        moment in moments(), digits in 0..=9_usize, minutes in -1439..=1439_i32,
    ) {
        let offset = Offset::from_seconds(minutes * 60).unwrap();
        let text = format!("{:.digits$}", moment.display_with_offset(offset));
        prop_assume!(!text.starts_with('-') && !text.starts_with('+'));
        let expected: Timestamp = text.parse().unwrap();
        prop_assert_eq!(leading(&text), Some((Stamp::Exact(expected), text.len())));
    }

    #[test]
    fn times_without_a_zone_are_read_as_jiff_reads_them(moment in moments()) {
        let expected = Offset::UTC.to_datetime(moment);
        let text = expected.to_string();
        prop_assume!(!text.starts_with('-') && !text.starts_with('+'));
        prop_assert_eq!(leading(&text), Some((Stamp::Civil(expected), text.len())));
    }

    #[test]
    fn digits_that_jiff_refuses_are_refused(
        text in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]Z",
    ) {
        let expected = text.parse().ok().map(|moment| (Stamp::Exact(moment), text.len()));
        prop_assert_eq!(leading(&text), expected);
    }

    #[test]
    fn nothing_breaks_it(text in any::<String>()) {
        if let Some((_, length)) = leading(&text) {
            prop_assert!(text.is_char_boundary(length));
        }
    }

    #[test]
    fn nothing_like_a_time_breaks_it(text in "[0-9A-Za-z:/., +ü-]{0,40}") {
        if let Some((_, length)) = leading(&text) {
            prop_assert!(text.is_char_boundary(length));
        }
    }
}
