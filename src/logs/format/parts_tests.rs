use proptest::prelude::*;

use super::*;
use crate::logs::format::{
    samples_tests::{FORMATS, SAMPLES},
    whole,
};

fn text(value: &str) -> Value<'_> {
    Value::Text(value.into())
}

/// Looks for every field of a line, and for some that it may not have.
fn assert_fields_agree(format: Format, line: &str, others: &[&str]) {
    let Some(parts) = parts(format, line) else {
        for name in others {
            assert_eq!(field(format, line, name), None, "{name} of {line}");
        }
        return;
    };
    assert_eq!(field(format, line, MESSAGE), Some(Value::Text(parts.message)), "{line}");
    let first = |name: &str| parts.fields.iter().find(|field| field.name == name);
    let names = parts.fields.iter().map(|field| &*field.name).chain(others.iter().copied());
    for name in names.filter(|name| *name != MESSAGE && *name != TRACE_ID) {
        let expected = first(name).map(|field| field.value.clone());
        assert_eq!(field(format, line, name), expected, "{name} of {line}");
    }
}

const OTHERS: [&str; 10] =
    ["", ".", "a", "a.b", "a.b.c", "level", "time", "msg", "log.level", "status"];

#[test]
fn one_field_of_a_sample_is_what_it_is_among_all() {
    for sample in SAMPLES {
        assert_fields_agree(sample.format, sample.text, &OTHERS);
    }
}

#[test]
fn plain_lines_have_no_parts() {
    assert_eq!(parts(Format::Plain, "level=info a=1"), None);
    assert_eq!(field(Format::Plain, "level=info a=1", "a"), None);
}

#[test]
fn values_are_what_they_look_like() {
    let line = "msg=m int=7 neg=-0.5 id=007 version=1.2.3 hex=4e10 big=12345678901234567 \
                yes=true no=false quoted=\"7\" empty= bare";
    let get = |name| field(Format::Logfmt, line, name);
    assert_eq!(get("int"), Some(Value::Number(7.0)));
    assert_eq!(get("neg"), Some(Value::Number(-0.5)));
    assert_eq!(get("id"), Some(text("007")));
    assert_eq!(get("version"), Some(text("1.2.3")));
    assert_eq!(get("hex"), Some(text("4e10")));
    assert_eq!(get("big"), Some(text("12345678901234567")));
    assert_eq!(get("yes"), Some(Value::Bool(true)));
    assert_eq!(get("no"), Some(Value::Bool(false)));
    assert_eq!(get("quoted"), Some(text("7")));
    assert_eq!(get("empty"), Some(text("")));
    assert_eq!(get("bare"), Some(Value::Null));
    assert_eq!(get("other"), None);
}

#[test]
fn json_values_keep_what_they_say() {
    let line = r#"{"i":7,"e":1e3,"big":12345678901234567,"huge":1e999,"half":"\ud800","esc":"a\nb\u001b","arr":[ 1, {"a": 2} ],"obj":{},"nil":null}"#;
    let get = |name| field(Format::Json, line, name);
    assert_eq!(get("i"), Some(Value::Number(7.0)));
    assert_eq!(get("e"), Some(Value::Number(1000.0)));
    assert_eq!(get("big"), Some(text("12345678901234567")));
    assert_eq!(get("huge"), Some(text("1e999")));
    assert_eq!(get("half"), Some(text(r"\ud800")));
    assert_eq!(get("esc"), Some(text("a\nb\u{1b}")));
    assert_eq!(get("arr"), Some(text(r#"[1,{"a":2}]"#)));
    assert_eq!(get("obj"), Some(text("{}")));
    assert_eq!(get("nil"), Some(Value::Null));
}

#[test]
fn json_is_taken_apart_only_so_deep() {
    let deep = format!("{}1{}", r#"{"a":"#.repeat(12), "}".repeat(12));
    let found = parts(Format::Json, &deep).unwrap();
    assert_eq!(found.fields.len(), 1);
    assert_eq!(found.fields[0].name, "a.a.a.a.a.a.a.a");
    let expected = format!("{}1{}", r#"{"a":"#.repeat(4), "}".repeat(4));
    assert_eq!(Some(found.fields[0].value.clone()), Some(text(&expected)));
    assert_fields_agree(Format::Json, &deep, &["a.a.a.a.a.a.a.a.a", "a.a"]);
    let bottomless = r#"{"a":"#.repeat(3000);
    assert_eq!(parts(Format::Json, &bottomless), None);
}

#[test]
fn the_better_name_of_a_message_wins_and_the_other_stays_a_field() {
    let line = r#"{"event":"e","msg":"m","text":"t"}"#;
    let found = parts(Format::Json, line).unwrap();
    assert_eq!(found.message, "m");
    let names: Vec<&str> = found.fields.iter().map(|field| &*field.name).collect();
    assert_eq!(names, ["event", "text"]);
    assert_eq!(parts(Format::Json, r#"{"message":{"a":1},"msg":"m"}"#).unwrap().message, "m");
}

#[test]
fn a_trace_id_is_found_by_whatever_name() {
    for line in [
        r#"{"trace_id":"ab","traceId":"cd"}"#,
        r#"{"traceId":"ab"}"#,
        r#"{"trace":{"id":"ab"}}"#,
        r#"{"dd.trace_id":"ab"}"#,
        r#"{"dd":{"trace_id":"ab"}}"#,
    ] {
        assert_eq!(field(Format::Json, line, "trace_id"), Some(text("ab")), "{line}");
    }
    assert_eq!(field(Format::Logfmt, "level=info msg=m traceID=ab", "trace_id"), Some(text("ab")));
    assert_eq!(field(Format::Json, r#"{"a":"trace"}"#, "trace_id"), None);
}

#[test]
fn the_whole_of_a_json_line_is_itself_with_room() {
    let line = r#"{"b":1,"a":{"c":"d\u001b"}}"#;
    let expected = ["{", "  \"b\": 1,", "  \"a\": {", "    \"c\": \"d\\u001b\"", "  }", "}"];
    assert_eq!(whole(Format::Json, line), expected);
    assert_eq!(whole(Format::Json, "no json"), ["no json"]);
}

#[test]
fn the_whole_of_any_other_line_is_names_and_values() {
    let line = r#"level=error msg="no\tdisk" stack="a\nb\u001b" n=7"#;
    let expected = ["level  error", "msg    no      disk", "stack  a", "       b␛", "n      7"];
    assert_eq!(whole(Format::Logfmt, line), expected);
    let line = "1:M 20 Nov 2026 03:12:41.123 # low on memory";
    let expected = [
        "time     20 Nov 2026 03:12:41.123",
        "level    warn",
        "message  low on memory",
        "pid      1",
        "role     master",
    ];
    assert_eq!(whole(Format::Redis, line), expected);
    assert_eq!(whole(Format::Plain, "hello"), ["hello"]);
}

/// JSON of any shape, with few names, so that they are found.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "1",
        "-2.5e3",
        "true",
        "null",
        "\"x\"",
        "\"2026-11-20T03:12:41Z\"",
        "\"error\"",
        "[ 1, 2 ]",
        "{}",
        "\"\\u0061\"",
        "{ }",
    ])
    .prop_map(str::to_owned);
    let names = prop::sample::select(vec![
        "a", "b", "a.b", "", "level", "time", "msg", "message", "log", "event", "t", "$date",
        "\\u0061", "status",
    ]);
    leaf.prop_recursive(4, 32, 5, move |inner| {
        prop::collection::vec((names.clone(), inner), 0..5).prop_map(|members| {
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
            format!("{{{}}}", members.join(", "))
        })
    })
}

fn pairs() -> impl Strategy<Value = String> {
    let pair = prop::sample::select(vec![
        "a=1",
        "a=2",
        "b=\"x y\"",
        "level=warn",
        "level=high",
        "msg=m",
        "msg=m",
        "message=\"n\"",
        "time=2026-11-20T03:12:41Z",
        "bare",
        "status=500",
        "a.b=",
        "event",
        "event=e",
        "a=\"\\",
    ]);
    prop::collection::vec(pair, 1..10).prop_map(|pairs| pairs.join(" "))
}

proptest! {
    #[test]
    fn one_field_of_json_is_what_it_is_among_all(line in json()) {
        assert_fields_agree(Format::Json, &line, &OTHERS);
    }

    #[test]
    fn one_field_of_logfmt_is_what_it_is_among_all(line in pairs()) {
        assert_fields_agree(Format::Logfmt, &line, &OTHERS);
    }

    #[test]
    fn json_laid_out_says_the_same(line in json()) {
        let page = whole(Format::Json, &line).join("\n");
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        prop_assert_eq!(read(&page), read(&line));
    }

    #[test]
    fn any_text_can_be_taken_apart(line in any::<String>()) {
        for format in FORMATS {
            assert_fields_agree(format, &line, &OTHERS);
            let _ = whole(format, &line);
        }
    }

    #[test]
    fn what_is_laid_out_is_clean(sample in prop::sample::select(SAMPLES), cut in 0..200_usize) {
        let end = sample.text.floor_char_boundary(cut);
        for format in FORMATS {
            assert_fields_agree(format, &sample.text[..end], &OTHERS);
            for line in whole(format, &sample.text[..end]) {
                prop_assert!(!line.contains(char::is_control));
            }
        }
    }
}
