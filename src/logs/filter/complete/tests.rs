use std::borrow::Cow;

use jiff::{Timestamp, tz::TimeZone};
use proptest::prelude::*;

use super::*;
use crate::{
    logs::{
        Filter, Record,
        format::{Field, Value},
    },
    model::{Format, Stream, Told},
};

fn record<'a>(service: &'a str, instance: &'a str) -> Record<'a> {
    Record {
        service,
        instance,
        stream: Stream::Stdout,
        at: Timestamp::UNIX_EPOCH,
        told: Told { format: Format::Redis, ..Told::default() },
        text: "a line",
    }
}

fn field<'a>(name: &'a str, value: impl Into<Cow<'a, str>>) -> Field<'a> {
    Field { name: name.into(), value: Value::Text(value.into()) }
}

fn words() -> Vocabulary {
    let mut words = Vocabulary::new();
    words.learn(&record("api", "shop-api-1"));
    words.learn(&record("worker", "shop-worker-1"));
    words.learn(&record("worker", "shop-worker-2"));
    for (name, value) in [
        ("user_id", "42"),
        ("user_id", "42"),
        ("user_id", "7"),
        ("path", "/a b"),
        ("path", "/a,b"),
        ("password", "hunter2"),
        ("bad name", "x"),
        ("note", "bell\u{7}"),
    ] {
        words.learn_field(&field(name, value));
    }
    words
}

/// What is offered where `|` is, each as the whole filter would be.
fn offered(text: &str) -> Vec<String> {
    let cursor = text.find('|').unwrap();
    let text = text.replace('|', "");
    let completions = complete(&text, cursor, &words());
    let apply = |completion: Completion| {
        let mut text = text.clone();
        text.replace_range(completion.replace, &completion.with);
        text
    };
    completions.into_iter().map(apply).collect()
}

fn first(text: &str) -> String {
    offered(text).into_iter().next().unwrap_or_default()
}

#[test]
fn terms_are_offered_the_most_usual_first() {
    let all = offered("|");
    assert_eq!(all[..5], ["level>=", "service=", "text~", "field.", "since="]);
    assert_eq!(all.len(), MAX_OFFERED);
    assert_eq!(first("level>=warn |"), "level>=warn level>=");
    assert_eq!(first("(|"), "(level>=");
    assert_eq!(first("not ser|"), "not service=");
    assert_eq!(first("no|"), "not ");
}

#[test]
fn a_whole_name_has_its_operators() {
    let all = offered("level|");
    assert_eq!(all, ["level>=", "level=", "level!=", "level>", "level<=", "level<"]);
    assert_eq!(first("le|vel>warn"), "level>=warn");
}

#[test]
fn what_is_a_value_becomes_its_term() {
    assert_eq!(first("warn|"), "level>=warn");
    assert_eq!(first("api|"), "service=api");
    assert_eq!(first("user|"), "field.user_id=");
    assert_eq!(first("field.pa|"), "field.path=");
    assert!(!offered("bad|").iter().any(|text| text.contains("bad name")));
}

#[test]
fn values_are_those_on_the_screen() {
    assert_eq!(offered("service=|"), ["service=worker", "service=api"]);
    assert_eq!(offered("service=api,w|"), ["service=api,worker"]);
    assert_eq!(offered("service=w|,api x"), ["service=worker,api x"]);
    assert_eq!(offered("instance=wo|")[..], ["instance=shop-worker-1", "instance=shop-worker-2"]);
    assert_eq!(offered("field.user_id=|"), ["field.user_id=42", "field.user_id=7"]);
    assert_eq!(offered("field.password=|"), [""; 0], "a secret stays one");
    assert_eq!(offered("field.note=|"), [""; 0], "a terminal would obey it");
    assert_eq!(first("format=|"), "format=redis");
    assert!(offered("format=|").contains(&"format=plain".into()));
    assert_eq!(offered("stream=e|"), ["stream=stderr"]);
}

#[test]
fn values_are_quoted_where_they_must_be() {
    let all = offered("field.path=|");
    assert_eq!(all, ["field.path=\"/a b\"", "field.path=\"/a,b\""]);
    assert_eq!(first("field.path=\"/a |"), "field.path=\"/a b\"");
}

#[test]
fn levels_are_offered_with_none_where_it_may_stand() {
    assert_eq!(offered("level>=wa|"), ["level>=warn"]);
    assert_eq!(offered("level=non|"), ["level=none"]);
    assert!(!offered("level>=no|").contains(&"level>=none".into()));
    assert_eq!(offered("level>=warn|"), [""; 0], "it is there already");
}

#[test]
fn stretches_of_time_are_offered() {
    assert_eq!(offered("since=|"), ["since=5m", "since=15m", "since=1h", "since=1d"]);
    assert_eq!(offered("since=90|"), ["since=90m", "since=90h", "since=90s", "since=90d"]);
}

#[test]
fn nothing_is_offered_where_anything_may_stand() {
    for text in ["text~time(d |", "text=a|", "\"a |", "service~a|", "nonsense=a|", "level:wa|"] {
        assert_eq!(offered(text), [""; 0], "{text}");
    }
}

#[test]
fn a_vocabulary_has_its_bounds() {
    let mut words = Vocabulary::new();
    for number in 0..1000 {
        let text = number.to_string();
        words.learn(&record(&text, &text));
        words.learn_field(&field(&text, "x"));
        words.learn_field(&field("same", text.as_str()));
        words.learn_field(&field("long", "x".repeat(100)));
    }
    assert_eq!(words.services.most_seen().count(), 200);
    assert_eq!(words.instances.most_seen().count(), 200);
    assert_eq!(words.fields().count(), 200);
    assert_eq!(words.values("same").unwrap().most_seen().count(), 40);
    assert_eq!(words.values("long").unwrap().most_seen().count(), 0);
}

proptest! {
    #[test]
    fn completions_fit_into_any_text(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "level", "service", "field.", "user_id", ">=", "=", "~", "api", ",", " ", "(", ")",
                "\"", "\\", "not ", "é", "9", "!", "[",
            ]),
            0..10,
        ),
        cursor in 0_usize..60,
    ) {
        let text = pieces.concat();
        let completions = complete(&text, cursor, &words());
        prop_assert!(completions.len() <= MAX_OFFERED);
        for Completion { replace, with, .. } in completions {
            prop_assert!(text.get(replace.clone()).is_some(), "{:?}", replace);
            prop_assert!(replace.start <= cursor);
            prop_assert!(!with.is_empty());
        }
    }

    /// A whole term that is offered can be read.
    #[test]
    fn values_that_are_offered_can_be_read(value in "[a-c \",*\\\\()=é]{1,8}") {
        let mut words = Vocabulary::new();
        words.learn(&record(&value, "one"));
        let now = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
        for completion in complete("service=", 8, &words) {
            let filter = Filter::parse(&format!("service={}", completion.with), &now).unwrap();
            prop_assert!(filter.matches(&record(&value, "one")));
        }
    }
}
