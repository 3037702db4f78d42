//! Stack traces and the other lines that belong to the one before them.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use proptest::prelude::*;

use super::*;
use crate::{
    logs::format::samples_tests::FORMATS,
    model::Severity,
    text::{Clean, parse_log},
};

/// How a line of a trace is marked in these tests, and one that begins a record.
const MORE: char = '+';

/// Reads lines of which each begins with `+` if it should belong to the one before, and
/// with `-` if not. Gives the level of each.
fn check(lines: &[&str]) -> Vec<Option<Severity>> {
    let mut reader = Reader::new(None, TimeZone::UTC);
    let read = |line: &&str| {
        let clean = parse_log(&line[1..]);
        let told = reader.read(None, clean.text().as_str());
        assert_eq!(told.continues, line.starts_with(MORE), "{line}");
        told.level
    };
    lines.iter().map(read).collect()
}

/// The same, when all of it is of one level.
fn check_all(level: Severity, lines: &[&str]) {
    let levels = check(lines);
    assert_eq!(levels, vec![Some(level); lines.len()], "{lines:?}");
}

#[test]
fn a_python_traceback_belongs_to_its_error() {
    check_all(
        Severity::Error,
        &[
            "-2026-11-20 03:12:41,123 - app.jobs - ERROR - could not export",
            "+Traceback (most recent call last):",
            "+  File \"/app/jobs.py\", line 12, in run",
            "+    export(job)",
            "+    ~~~~~~^^^^^",
            "+ValueError: no disk",
            "+",
            "+During handling of the above exception, another exception occurred:",
            "+",
            "+Traceback (most recent call last):",
            "+  File \"/app/jobs.py\", line 14, in run",
            "+sqlalchemy.exc.OperationalError: (psycopg.OperationalError) gone",
            "+[SQL: SELECT 1]",
            "+(Background on this error at: https://sqlalche.me/e/20/e3q8)",
        ],
    );
}

#[test]
fn a_traceback_of_its_own_is_a_record_and_a_guess() {
    let lines = [
        "-INFO:     Started server process [1]",
        "-Traceback (most recent call last):",
        "+  File \"/app/main.py\", line 1, in <module>",
        "+KeyboardInterrupt",
        "-Traceback (most recent call last):",
        "+  File \"/app/main.py\", line 1, in <module>",
        "+ValueError",
        "-next line",
    ];
    let error = Some(Severity::Error);
    let expected = [Some(Severity::Info), error, error, error, error, error, error, None];
    assert_eq!(check(&lines), expected);
    let told = Reader::new(None, TimeZone::UTC).read(None, "Traceback (most recent call last):");
    assert!(told.is_guess && !told.continues);
}

#[test]
fn a_traceback_of_another_time_is_a_record_of_its_own() {
    let at: Timestamp = "2026-11-20T03:12:41Z".parse().unwrap();
    let follows = |later: i64| {
        let mut reader = Reader::new(None, TimeZone::UTC);
        reader.read(Some(at), "ERROR:app:could not export");
        let at = at + SignedDuration::from_millis(later);
        reader.read(Some(at), "Traceback (most recent call last):").continues
    };
    assert!(follows(0) && follows(20));
    assert!(!follows(60_000));
}

#[test]
fn a_java_trace_belongs_to_its_line_whatever_the_level() {
    check_all(
        Severity::Warn,
        &[
            "-2026-11-20 03:12:41.123 WARN  [main] com.example.Jobs - retrying",
            "+java.lang.IllegalStateException: closed",
            "+\tat com.example.Jobs.run(Jobs.java:12) ~[app.jar:1.0]",
            "+\tat java.base/java.lang.Thread.run(Thread.java:840)",
            "+Caused by: java.io.IOException: no disk",
            "+\tat com.example.Disk.write(Disk.java:7)",
            "+\t... 12 more",
            "-2026-11-20 03:12:42.123 WARN  [main] com.example.Jobs - again",
        ],
    );
    check_all(
        Severity::Error,
        &[
            "-Exception in thread \"main\" java.lang.NullPointerException",
            "+\tat com.example.Main.main(Main.java:3)",
        ],
    );
}

#[test]
fn a_node_trace_belongs_to_its_error() {
    check_all(
        Severity::Error,
        &[
            "-Error: connect ECONNREFUSED 172.18.0.3:5432",
            "+    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1595:16) {",
            "+  errno: -111,",
            "+  code: 'ECONNREFUSED'",
            "+}",
        ],
    );
}

#[test]
fn a_go_panic_is_one_record() {
    check_all(
        Severity::Fatal,
        &[
            "-panic: runtime error: index out of range [3] with length 3",
            "+[signal SIGSEGV: segmentation violation code=0x1]",
            "+",
            "+goroutine 1 [running]:",
            "+main.run(0x1, {0x0, 0x0})",
            "+\t/app/main.go:10 +0x1d",
            "+created by main.main in goroutine 1",
            "+\t/app/main.go:7 +0x25",
            "+exit status 2",
        ],
    );
}

#[test]
fn a_rust_panic_is_one_record() {
    let lines = [
        "-thread 'main' panicked at src/main.rs:2:5:",
        "+called `Option::unwrap()` on a `None` value",
        "+stack backtrace:",
        "+   0: rust_begin_unwind",
        "+             at /rustc/library/std/src/panicking.rs:645:5",
        "+note: Some details are omitted, run with `RUST_BACKTRACE=full`.",
    ];
    check_all(Severity::Error, &lines);
    assert_eq!(check(&[lines[0], lines[1], "-ready"]).last(), Some(&None));
}

#[test]
fn what_postgres_adds_to_an_error_is_of_its_level() {
    check_all(
        Severity::Error,
        &[
            "-2026-11-20 03:12:41.123 UTC [70] ERROR:  duplicate key value",
            "+2026-11-20 03:12:41.123 UTC [70] DETAIL:  Key (id)=(7) already exists.",
            "+2026-11-20 03:12:41.123 UTC [70] STATEMENT:  INSERT INTO orders",
            "+\tVALUES (7)",
        ],
    );
    check_all(
        Severity::Info,
        &["-2026-11-20 03:12:41.123 UTC [70] LOG:  duration: 12 ms  statement: SELECT", "+\t1"],
    );
}

#[test]
fn what_postgres_adds_to_a_line_that_was_not_seen_has_no_level() {
    let text = "2026-11-20 03:12:41.123 UTC [70] DETAIL:  Key (id)=(7) already exists.";
    let told = Reader::new(None, TimeZone::UTC).read(None, text);
    assert_eq!((told.format, told.level), (Format::Postgres, None));
    assert!(told.at.is_some() && !told.continues);
}

#[test]
fn indented_lines_belong_to_errors_alone() {
    let error = Some(Severity::Error);
    assert_eq!(check(&["-ERROR: bad unit", "+  in line 7", "-done"]), [error, error, None]);
    let info = Some(Severity::Info);
    assert_eq!(check(&["-INFO starting", "-    |`-._`-.", "-  {"]), [info, None, None]);
    assert_eq!(check(&["-    at main.js:1"]), [None]);
    let lines = ["-level=info msg=ready", "-    at main.js:1", "-oh no", "+    at main.js:1"];
    assert_eq!(check(&lines), [info, None, None, None]);
}

#[test]
fn a_level_that_is_set_flush_with_others_begins_a_record() {
    let levels = check(&["-ERROR app: late", "- INFO app: ready", "- WARN app: later"]);
    assert_eq!(levels, [Some(Severity::Error), Some(Severity::Info), Some(Severity::Warn)]);
}

#[test]
fn what_belongs_to_a_line_is_bounded() {
    let mut reader = Reader::new(None, TimeZone::UTC);
    assert!(!reader.read(None, "ERROR boom").continues);
    let belong = (0..2000).filter(|_| reader.read(None, "  and so on").continues).count();
    assert_eq!(belong, 500);
}

/// Pieces that lines are made of, so that chance comes near what the formats expect.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            "\"",
            ":",
            ":  ",
            ", ",
            " - ",
            "=",
            "<13>1 ",
            "\\",
            " ",
            "  ",
            "2026-11-20 03:12:41,123",
            "2026-11-20T03:12:41Z",
            "20/Nov/2026:03:12:41 +0000",
            "1:M 20 Nov 2026 03:12:41.000 * ",
            "E1120 03:12:41.000000  1 x.go:1] ",
            "Nov 20 03:12:41 ",
            "03:12:41",
            "INFO",
            "ERROR",
            "LOG",
            "level=",
            "time=",
            "msg=\"",
            "\"level\":",
            "\"t\":{",
            "\"$date\":",
            "\"log\":{",
            "Traceback (most recent call last):",
            "panic: ",
            "goroutine 1 ",
            "    at ",
            "Caused by: ",
            "1-",
            "\u{e9}",
            "‹U+202E›",
            "*1 ",
            ", client: ",
            "null",
            "1e400",
            "\\ud800",
            "\\u0041",
            "7#7: ",
            " 200 ",
            "@",
            "x.Y",
            "-",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,6}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| Clean::new(&pieces.concat()).to_string())
}

proptest! {
    #[test]
    fn any_lines_are_read(texts in prop::collection::vec(texts(), 1..20), second in any::<i32>()) {
        let mut reader = Reader::new(None, TimeZone::UTC);
        let at = Timestamp::from_second(second.into()).ok();
        for text in &texts {
            let told = reader.read(at, text);
            prop_assert!(!(told.is_guess && told.level.is_none()));
            for format in FORMATS {
                Reader::new(Some(format), TimeZone::UTC).read(None, text);
            }
        }
    }

    #[test]
    fn unclean_text_is_no_danger(text in any::<String>()) {
        let mut reader = Reader::new(None, TimeZone::UTC);
        reader.read(None, &text);
        for format in FORMATS {
            Reader::new(Some(format), TimeZone::UTC).read(None, &text);
        }
    }
}
