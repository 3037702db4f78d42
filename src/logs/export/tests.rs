//! What is written, and where.

use std::{fs, os::unix::fs::PermissionsExt as _};

use jiff::tz;
use serde_json::json;

use super::*;
use crate::{
    logs::{
        Redactor,
        format::{Field, Value},
    },
    model::{Format, Severity},
    text::{Clean, redact::MASK},
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn east() -> TimeZone {
    TimeZone::fixed(tz::offset(1))
}

fn entry(text: &str) -> Entry<'_> {
    Entry {
        stack: Some("shop"),
        service: "api",
        instance: "shop-api-1",
        stream: Stream::Stderr,
        at: Some(at(1)),
        told: Told::default(),
        text,
        cut_bytes: 0,
    }
}

#[test]
fn a_line_of_text_has_local_time_instance_level_and_what_was_cut() {
    let told = Told { level: Some(Severity::Warn), at: Some(at(0)), ..Told::default() };
    let warned = Entry { told, ..entry("late") };
    assert_eq!(warned.to_text(&east()), "1970-01-01T01:00:01.000+01:00 shop-api-1 warn late");
    let guessed = Entry { told: Told { is_guess: true, ..told }, at: None, ..warned };
    assert_eq!(guessed.to_text(&east()), "1970-01-01T01:00:00.000+01:00 shop-api-1 warn? late");
    let bare = Entry { at: None, cut_bytes: 7, ..entry("half") };
    assert_eq!(bare.to_text(&east()), "- shop-api-1 - half… (7 bytes cut)");
}

#[test]
fn an_object_tells_all_that_is_known_and_null_for_the_rest() {
    let told = Told {
        format: Format::Json,
        at: Some(at(0)),
        level: Some(Severity::Error),
        is_guess: false,
        continues: true,
    };
    let report = LogReport::new(&Entry { told, ..entry("no object") }, None);
    assert_eq!(
        serde_json::to_value(&report).unwrap(),
        json!({
            "time": "1970-01-01T00:00:01Z", "own_time": "1970-01-01T00:00:00Z",
            "level": "error", "level_is_guess": false, "format": "json", "continues": true,
            "stack": "shop", "service": "api", "instance": "shop-api-1", "stream": "stderr",
            "text": "no object", "cut_bytes": 0, "message": null, "fields": null,
        })
    );
}

#[test]
fn fields_are_one_object_in_their_order_with_whole_numbers_whole() {
    let field = |name: &'static str, value| Field { name: name.into(), value };
    let fields = Fields(vec![
        field("b", Value::Number(5.0)),
        field("a.x", Value::Number(0.5)),
        field("t", Value::Text("x".into())),
        field("n", Value::Null),
        field("y", Value::Bool(true)),
        field("big", Value::Number(1e300)),
        field("nan", Value::Number(f64::NAN)),
    ]);
    assert_eq!(
        serde_json::to_string(&fields).unwrap(),
        r#"{"b":5,"a.x":0.5,"t":"x","n":null,"y":true,"big":1e+300,"nan":null}"#
    );
}

#[test]
fn a_line_as_it_was_taken_in_can_be_exported() {
    let service = ServiceId::in_stack("shop", "api");
    let mut line = LogLine::new(Some(at(1)), Stream::Stderr, Clean::new("hello"));
    line.cut_bytes = 3;
    let exported = Entry::new(&service, "shop-api-1", &line);
    assert_eq!(exported, Entry { cut_bytes: 3, ..entry("hello") });
}

fn export(
    folder: &std::path::Path,
    form: Form,
    redactor: Option<Redactor>,
    lines: &[&str],
) -> Exported {
    let stack = Some("../my shop");
    let mut writer = Writer::in_folder(folder, stack, at(1), form, redactor).unwrap();
    for line in lines {
        writer.push(&entry(line)).unwrap();
    }
    writer.finish().unwrap()
}

#[test]
fn an_export_is_a_new_file_of_its_owner_alone() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("state/exports");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let first = export(&folder, Form::Text(east()), None, &["a", "password=x"]);
    let text = fs::read_to_string(&first.file).unwrap();
    assert!(text.ends_with("- a\n1970-01-01T01:00:01.000+01:00 shop-api-1 - password=x\n"));
    assert_eq!((first.lines, first.bytes), (2, text.len() as u64));
    assert_eq!(first.file, folder.join("midwatch-logs-..-my-shop-19700101T000001Z.log"));
    assert_eq!((mode(&first.file), mode(&folder)), (0o600, 0o700));
    let said = format!("wrote 2 lines (99B) to {}", first.file.display());
    assert_eq!(first.to_string(), said);
    // Another one in the same second leaves the first alone.
    let second = export(&folder, Form::Text(east()), None, &["b"]);
    assert!(second.file.ends_with("midwatch-logs-..-my-shop-19700101T000001Z-2.log"));
    assert_eq!(fs::read_to_string(&first.file).unwrap(), text);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
}

#[test]
fn secrets_do_not_reach_the_file_in_any_form() {
    let root = tempfile::tempdir().unwrap();
    let lines = [
        "token=canary",
        "-----BEGIN PRIVATE KEY-----",
        "canary",
        "-----END PRIVATE KEY-----",
        "order canary-17",
        "stays",
    ];
    for form in [Form::Text(east()), Form::Ndjson] {
        let redactor = Redactor::new(&["canary-[0-9]+"]).unwrap();
        let exported = export(root.path(), form, Some(redactor), &lines);
        let text = fs::read_to_string(exported.file).unwrap();
        assert!(!text.contains("canary"), "{text}");
        assert!(text.contains("stays") && text.contains(&format!("token={MASK}")), "{text}");
        assert_eq!(exported.lines, 6);
    }
}

#[test]
fn a_file_that_is_there_stays_as_it_is() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("mine.ndjson");
    let begin = || Writer::to_file(&file, Form::Ndjson, None);
    let mut writer = begin().unwrap();
    writer.push(&entry("a")).unwrap();
    fs::write(&file, "mine").unwrap();
    assert!(matches!(writer.finish(), Err(ExportError::Exists(it)) if it == file));
    assert!(matches!(begin(), Err(ExportError::Exists(_))));
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
}

#[test]
fn an_export_that_is_given_up_leaves_nothing() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("never.log");
    let mut writer = Writer::to_file(&file, Form::Text(east()), None).unwrap();
    writer.push(&entry("a")).unwrap();
    drop(writer);
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    let missing = Writer::to_file(&root.path().join("no/x.log"), Form::Ndjson, None);
    assert!(matches!(missing, Err(ExportError::Write { .. })));
}
