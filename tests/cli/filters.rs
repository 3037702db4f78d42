//! `midwatch logs` with flags that leave lines out.

use midwatch::{
    cli::{Exit, args::LogsOptions},
    model::Severity,
};

use crate::{
    harness::{Ran, engines, line, ran, ran_beside},
    logs::{id, logs, options, run, shop},
    support::fake::{Call, FakeEngine},
};

/// Says lines, each of the instance that stands before it, a second apart.
fn say(fake: &FakeEngine, lines: &[(&str, &str)]) {
    for (second, (instance, text)) in (1..).zip(lines) {
        fake.say(&id(instance), line(second, text));
    }
}

/// A web service whose second request fails with a stack trace, beside a worker.
fn troubled() -> FakeEngine {
    let fake = shop();
    say(
        &fake,
        &[
            ("api1", "level=info msg=\"GET /healthz\""),
            ("api1", "level=warn msg=\"slow, 900 ms\""),
            ("worker1", "level=info msg=\"job 1\""),
            ("api1", "2026-11-20 03:12:41,123 ERROR app: request failed"),
            ("api1", "Traceback (most recent call last):"),
            ("worker1", "level=info msg=\"job 2\""),
            ("api1", "  File \"app.py\", line 3, in get"),
            ("api1", "TimeoutError: redis timed out"),
            ("api1", "level=info msg=\"GET /orders\""),
            ("worker1", "level=error msg=\"job 3 lost\""),
        ],
    );
    fake
}

async fn of_api(options: LogsOptions) -> String {
    let ran = logs(&troubled(), LogsOptions { services: vec!["api".into()], ..options }).await;
    assert_eq!((ran.exit, ran.err.as_str()), (Exit::Well, ""));
    ran.out
}

const TRACE: &str = "2026-11-20 03:12:41,123 ERROR app: request failed\n\
                     Traceback (most recent call last):\n  File \"app.py\", line 3, in get\n\
                     TimeoutError: redis timed out\n";

#[tokio::test]
async fn a_level_leaves_out_what_is_less_and_keeps_traces_whole() {
    let at_least = |level| LogsOptions { level: Some(level), ..options(&[]) };
    let warned = "level=warn msg=\"slow, 900 ms\"\n";
    assert_eq!(of_api(at_least(Severity::Warn)).await, format!("{warned}{TRACE}"));
    assert_eq!(of_api(at_least(Severity::Error)).await, TRACE);
    assert_eq!(of_api(at_least(Severity::Fatal)).await, "");
}

#[tokio::test]
async fn what_is_found_inside_a_trace_brings_all_of_it() {
    let grep = |pattern: &str| LogsOptions { grep: Some(pattern.into()), ..options(&[]) };
    assert_eq!(of_api(grep("time(d )?out")).await, TRACE);
    assert_eq!(of_api(grep("request failed")).await, TRACE);
    // Capitals matter only when there are some.
    assert_eq!(of_api(grep("timeouterror")).await, TRACE);
    assert_eq!(of_api(grep("TIMEOUTERROR")).await, "");
}

#[tokio::test]
async fn what_is_not_wanted_stays_out_with_all_that_belongs_to_it() {
    let not = ["healthz".into(), "failed".into()].into();
    let out = of_api(LogsOptions { not, ..options(&[]) }).await;
    assert_eq!(out, "level=warn msg=\"slow, 900 ms\"\nlevel=info msg=\"GET /orders\"\n");
}

#[tokio::test]
async fn flags_and_a_filter_ask_for_all_of_it_at_once() {
    let all = LogsOptions {
        level: Some(Severity::Info),
        grep: Some("GET".into()),
        filter: Some("service=api not text~orders".into()),
        ..options(&[])
    };
    let out = logs(&troubled(), all).await.out;
    assert_eq!(out, "shop-api-1    | level=info msg=\"GET /healthz\"\n");
}

#[tokio::test]
async fn lines_around_are_shown_on_the_axis_of_all() {
    let options = LogsOptions { grep: Some("900|lost".into()), around: 1, ..options(&[]) };
    let out = logs(&troubled(), options).await.out;
    let expected = "\
        shop-api-1    | level=info msg=\"GET /healthz\"\n\
        shop-api-1    | level=warn msg=\"slow, 900 ms\"\n\
        shop-worker-1 | level=info msg=\"job 1\"\n\
        --\n\
        shop-api-1    | level=info msg=\"GET /orders\"\n\
        shop-worker-1 | level=error msg=\"job 3 lost\"\n";
    assert_eq!(out, expected);
}

#[tokio::test]
async fn the_object_tells_what_the_line_tells_of_itself() {
    let fake = shop();
    fake.say(&id("api1"), line(5, "time=1970-01-01T00:00:01Z level=warn msg=late user=7 token=x"));
    let ran = logs(&fake, LogsOptions { json: true, ..options(&["api"]) }).await;
    let object = ran.json();
    for (field, expected) in [
        ("own_time", serde_json::json!("1970-01-01T00:00:01Z")),
        ("level", "warn".into()),
        ("format", "logfmt".into()),
        ("message", "late".into()),
    ] {
        assert_eq!(object[field], expected, "{object}");
    }
    assert_eq!(object["fields"]["user"], 7);
    assert_eq!(object["fields"]["token"], "••••••");
}

#[tokio::test]
async fn what_is_followed_is_told_apart_too() {
    let fake = shop();
    let engines = engines(&[&fake]);
    let level = Some(Severity::Error);
    let options = LogsOptions { follow: true, level, ..options(&["api"]) };
    fake.say(&id("api1"), line(1, "level=info msg=fine"));
    fake.say(&id("api1"), line(2, "level=error msg=first"));
    let (exit, err) = ran_beside(
        async |printer| run(&engines, &options, printer).await,
        async |mut reader| {
            assert_eq!(reader.line().await, "shop-api-1 | level=error msg=first");
            fake.say(&id("api1"), line(3, "level=info msg=fine"));
            fake.say(&id("api1"), line(4, "level=error msg=second"));
            assert_eq!(reader.line().await, "shop-api-1 | level=error msg=second");
            reader.close();
            fake.say(&id("api1"), line(5, "level=error msg=third"));
        },
    )
    .await;
    assert_eq!((exit, err.as_str()), (Exit::Well, ""));
}

#[tokio::test]
async fn what_is_no_filter_or_pattern_is_a_usage_error_that_names_the_flag() {
    let wrong = async |options: LogsOptions| -> Ran {
        let ran = logs(&shop(), options).await;
        assert_eq!((ran.exit, ran.out.as_str()), (Exit::Usage, ""), "{}", ran.err);
        ran
    };
    let grep = wrong(LogsOptions { grep: Some("a(".into()), ..options(&[]) }).await;
    assert!(grep.err.starts_with("error: --grep: `a(` is no pattern: "), "{}", grep.err);
    let not = wrong(LogsOptions { not: vec!["[".into()], ..options(&[]) }).await;
    assert!(not.err.starts_with("error: --not: `[` is no pattern: "), "{}", not.err);
    let filter = Some("level>=loud".into());
    let filter = wrong(LogsOptions { filter, ..options(&[]) }).await;
    assert!(filter.err.starts_with("error: --filter: "), "{}", filter.err);
    assert!(filter.err.contains("loud"), "{}", filter.err);
}

#[tokio::test]
async fn what_is_looked_for_is_looked_for_in_all_that_is_kept() {
    let tail = async |options: LogsOptions| {
        let fake = shop();
        fake.say(&id("api1"), line(1, "level=error msg=a"));
        let engines = engines(&[&fake]);
        let run = ran(async |printer| run(&engines, &options, printer).await);
        if options.follow {
            // It has asked before it waits for more.
            let _ = tokio::time::timeout(std::time::Duration::from_millis(1), run).await;
        } else {
            run.await;
        }
        fake.take_calls().into_iter().find_map(|call| match call {
            Call::Logs(_, request) => Some(request.tail),
            _ => None,
        })
    };
    let level = LogsOptions { level: Some(Severity::Error), ..options(&["api"]) };
    assert_eq!(tail(level.clone()).await, Some(None));
    tokio::time::pause();
    assert_eq!(tail(LogsOptions { follow: true, ..level }).await, Some(Some(500)));
}
