use jiff::{
    Timestamp,
    tz::{self, TimeZone},
};
use proptest::prelude::*;

use super::*;
use crate::model::{Format, Severity, Stream, Told};

/// 04:12 in the zone of whoever asks.
fn now() -> Zoned {
    let now: Timestamp = "2026-11-20T03:12:00Z".parse().unwrap();
    now.to_zoned(TimeZone::fixed(tz::offset(1)))
}

fn filter(text: &str) -> Filter {
    Filter::parse(text, &now()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Lines of all kinds, told apart by their last word.
fn records() -> Vec<Record<'static>> {
    let line = |service, level, format, stream, at: &str, text| Record {
        service,
        instance: match service {
            "api" => "shop-api-2",
            "worker" => "shop-worker-1",
            _ => "shop-cache-1",
        },
        stream,
        at: at.parse().unwrap(),
        told: Told { format, level, ..Told::default() },
        text,
    };
    vec![
        line(
            "api",
            Some(Severity::Error),
            Format::Json,
            Stream::Stderr,
            "2026-11-20T03:11:00Z",
            r#"{"msg":"redis timed out","user_id":42,"id":"one"}"#,
        ),
        line(
            "api",
            Some(Severity::Info),
            Format::Access,
            Stream::Stdout,
            "2026-11-20T03:05:00Z",
            "GET /healthz 200 two",
        ),
        line(
            "worker",
            Some(Severity::Warn),
            Format::Plain,
            Stream::Stderr,
            "2026-11-20T02:50:00Z",
            "Timeout, [refused] three",
        ),
        line(
            "Cache",
            None,
            Format::Plain,
            Stream::Stdout,
            "2026-11-19T04:00:00Z",
            "a(b said \"not (yet)\" or C:\\x four",
        ),
    ]
}

/// The numbers of the lines that are wanted.
fn wanted(text: &str) -> Vec<usize> {
    let filter = filter(text);
    let records = records();
    (1..).zip(&records).filter(|(_, record)| filter.matches(record)).map(|(at, _)| at).collect()
}

#[test]
fn terms_choose_lines() {
    let table: &[(&str, &[usize])] = &[
        ("", &[1, 2, 3, 4]),
        ("  ", &[1, 2, 3, 4]),
        // Levels.
        ("level>=warn", &[1, 3]),
        ("level>warn", &[1]),
        ("level<=info", &[2]),
        ("level<warning", &[2]),
        ("level=ERR,warning", &[1, 3]),
        ("level!=warn", &[1, 2]),
        ("level=none", &[4]),
        ("level!=none", &[1, 2, 3]),
        ("level=none,info", &[2, 4]),
        ("level!=none,info", &[1, 3]),
        ("not level=warn", &[1, 2, 4]),
        // Where lines are from.
        ("service=api", &[1, 2]),
        ("service=API,cache", &[1, 2, 4]),
        ("service=w*r", &[3]),
        ("service=*", &[1, 2, 3, 4]),
        ("service=\"w*r\"", &[]),
        ("service!=api,worker", &[4]),
        ("service~^a|c", &[1, 2, 4]),
        ("service!~^a", &[3, 4]),
        ("instance=shop-api-2", &[1, 2]),
        ("instance=*-1", &[3, 4]),
        ("stream=stderr", &[1, 3]),
        ("stream!=stderr", &[2, 4]),
        ("format=json,access", &[1, 2]),
        ("format!=plain", &[1, 2]),
        // Text.
        ("timed", &[1]),
        ("TIMEOUT", &[3]),
        ("\"timed out\"", &[1]),
        ("\"\\\"not\"", &[4]),
        ("text=timed,healthz", &[1, 2]),
        ("text=\"timed out\",healthz", &[1, 2]),
        ("text!=timed", &[2, 3, 4]),
        ("text~time(d )?out", &[1, 3]),
        ("text~Time(d )?out", &[3]),
        ("text~\"timed out|healthz\"", &[1, 2]),
        ("text!~timed", &[2, 3, 4]),
        ("text~[\\[(]", &[3, 4]),
        ("text~[]] three", &[3]),
        ("text~\"[^]x] four\"", &[]),
        ("text~\"id\\\":\\\"one\"", &[1]),
        ("text~.", &[1, 2, 3, 4]),
        ("message=healthz", &[2]),
        ("[refused", &[3]),
        ("[refused]", &[3]),
        ("a(b", &[4]),
        ("C:\\x", &[4]),
        ("/healthz", &[2]),
        ("\"or\"", &[4]),
        // Times.
        ("since=10m", &[1, 2]),
        ("since=04:05", &[1, 2]),
        ("until=04:05", &[3, 4]),
        ("since=04:11", &[1]),
        ("since=1d until=1h", &[4]),
        ("since=2026-11-20T02:50:00Z", &[1, 2, 3]),
        ("since=\"30 m\"", &[1, 2, 3]),
        // Together.
        ("level>=warn service=api", &[1]),
        ("level>=warn AND service=api", &[1]),
        ("level>=error or service=cache", &[1, 4]),
        ("service=api level=info or service=cache", &[2, 4]),
        ("service=api (level=info or text=redis)", &[1, 2]),
        ("not (service=api or level=none)", &[3]),
        ("not(service=api)", &[3, 4]),
        ("not not service=api", &[1, 2]),
        ("(text~time(d )?out)", &[1, 3]),
        ("not (not [ )", &[3]),
        ("(level=info or(timeout))", &[2, 3]),
        ("level>=warn text~time(d )?out not text~redis", &[3]),
    ];
    for (text, expected) in table {
        assert_eq!(wanted(text), *expected, "{text}");
    }
}

/// Goes through `logs::format`, which takes the line apart.
#[test]
fn fields_choose_lines() {
    let table: &[(&str, &[usize])] = &[
        ("field.user_id=42", &[1]),
        ("field.user_id=41,4*", &[1]),
        ("field.user_id>41 field.user_id<=42", &[1]),
        ("field.id~^ONE$", &[]),
        ("field.id~^one$", &[1]),
        ("field.id!=two", &[1]),
        ("field.id=*", &[1]),
        ("not field.id=*", &[2, 3, 4]),
        ("field.none!=x", &[]),
        ("message=redis", &[1]),
        ("message=user_id", &[]),
        ("message~^timeout", &[3]),
    ];
    for (text, expected) in table {
        assert_eq!(wanted(text), *expected, "{text}");
    }
}

#[test]
fn mistakes_say_where_they_are_and_what_would_be_right() {
    let table = [
        ("levle>=warn", "levle", "did you mean `level`?"),
        ("level>=wran", "wran", "did you mean `warn`?"),
        ("level=bad", "bad", "write one of trace, debug"),
        ("level>=warn,error", "error", "`level>=` takes one level"),
        ("level>=none", "none", "takes one level"),
        ("level~warn", "~", "write one of >= = != > <= <"),
        ("level>=", "", "a value is missing after `level>=`"),
        ("level >= warn", ">=", "needs a name right before it"),
        ("level==warn", "==", "write `=` alone"),
        ("text=~x", "=~", "write `~` alone"),
        ("level:warn", "level:warn", "write `level=warn`"),
        ("-level=warn", "-level", "write `not level…`"),
        ("!timeout", "!timeout", "write `not timeout…`"),
        (
            "a user_id=42",
            "user_id",
            "write `field.user_id=…` for a value of the line. Quote `\"user_id=42\"`",
        ),
        ("stream=stder", "stder", "did you mean `stderr`?"),
        ("format=jason", "jason", "did you mean `json`?"),
        ("service=api,,b", "", "a value is missing here"),
        ("field.took>fast", "fast", "`fast` is no number"),
        ("field.took>1,2", "2", "`>` takes one number"),
        ("since=soon", "soon", "`soon` is not a time; write 10m (ago)"),
        ("since>10m", ">", "write one of ="),
        ("text~é(b", "(", "is not closed"),
        ("text~a\\q", "\\q", "unrecognized escape sequence"),
        ("text~\"a\\q b\"", "\\q", "unrecognized escape sequence"),
        ("text~a**{", "{", "is not closed"),
        ("\"timed", "\"", "this quote is not closed"),
        ("text=\"a\"b", "\"a\"b", "nothing may follow the closing quote"),
        ("(level=warn", "(", "is not closed"),
        ("level=warn)", ")", "no `(` is open"),
        ("()", ")", "is missing before this"),
        ("or level=warn", "or", "is missing before this; quote `\"or\"`"),
        ("level=warn or", "", "a term is missing"),
        ("not", "", "a term is missing"),
    ];
    for (text, at, message) in table {
        let error = Filter::parse(text, &now()).unwrap_err();
        assert_eq!(&text[error.at.clone()], at, "{text}: {error}");
        assert!(error.message.contains(message), "{text}: {error}");
    }
}

#[test]
fn a_filter_has_its_bounds() {
    let refused = |text: String| Filter::parse(&text, &now()).is_err();
    assert!(refused("a".repeat(5000)));
    assert!(refused("a ".repeat(65)));
    assert!(!refused("a ".repeat(64)));
    assert!(refused("not ".repeat(40) + "a"));
    assert!(refused("(".repeat(40) + "a" + &")".repeat(40)));
    assert!(refused("text~\\w{1000}".into()));
}

#[test]
fn a_filter_is_shown_as_it_was_written() {
    let filter = filter(" level>=warn   text~a ");
    assert_eq!(filter.text(), " level>=warn   text~a ");
    assert_eq!(filter.to_string(), filter.text());
    assert!(!filter.is_empty());
    assert!(Filter::default().is_empty());
    assert!(Filter::parse(" ", &now()).unwrap().is_empty());
}

#[test]
fn a_filter_goes_to_other_threads() {
    fn goes<T: Send + Sync + Clone>(_: &T) {}
    goes(&filter("level>=warn"));
}

/// Filters put together of pieces, and their like.
fn texts() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "level", "service", "text", "field.a", "since", "format", ">=", "=", "!=", "~", "!~", "<",
        "warn", "api", "10m", "json", "*", ",", " ", " ", " ", "(", ")", "[", "]", "{", "}", "\"",
        "\\", "not ", "or ", "and ", "é", "-", "!", ":", "a+", "42",
    ]);
    prop_oneof![
        prop::collection::vec(pieces, 0..14).prop_map(|pieces| pieces.concat()),
        "\\PC{0,30}"
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_text_is_a_filter_or_a_mistake_in_it(text in texts()) {
        match Filter::parse(&text, &now()) {
            Ok(filter) => {
                prop_assert_eq!(filter.text(), &text);
                let again = Filter::parse(filter.text(), &now()).unwrap();
                for record in records() {
                    prop_assert_eq!(filter.matches(&record), again.matches(&record));
                }
            }
            Err(error) => {
                prop_assert!(text.get(error.at).is_some());
                prop_assert!(!error.message.is_empty() && !error.message.contains('\n'));
            }
        }
    }

    #[test]
    fn a_contrary_is_one(text in texts()) {
        let (Ok(plain), Ok(contrary)) = (
            Filter::parse(&text, &now()),
            Filter::parse(&format!("not ({text})"), &now()),
        ) else { return Ok(()) };
        for record in records() {
            prop_assert_ne!(plain.matches(&record), contrary.matches(&record));
        }
    }

    #[test]
    fn a_quoted_value_is_read_as_it_stands(value in "[a-c \",*\\\\()=é]{1,8}") {
        let quoted = scan::quoted(&value);
        let items = scan::items(&quoted, 0..quoted.len()).unwrap();
        prop_assert_eq!(items.len(), 1);
        prop_assert_eq!(items[0].text.as_ref(), value.as_str());
        let filter = Filter::parse(&format!("service={quoted}"), &now()).unwrap();
        let record = Record { service: &value, ..records()[0] };
        prop_assert!(filter.matches(&record));
        let other = format!("{value}x");
        let other = Record { service: &other, ..record };
        prop_assert!(!filter.matches(&other));
    }
}
