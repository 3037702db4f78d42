//! `midwatch logs` on fakes.

use std::sync::Arc;

use midwatch::{
    cli::{
        CliError, Exit, Printer,
        args::{LogsOptions, Secrets, Tail},
        logs::{self, Places},
    },
    engines::{Engine, EngineError, LogRequest},
    logs::Redactor,
    model::{InstanceId, LogLine, Severity, Told},
};
use serde_json::json;

use crate::{
    harness::{Ran, at, engines, instance, line, ran, ran_beside},
    support::fake::{Call, FakeEngine},
};

pub(crate) fn shop() -> FakeEngine {
    let fake = FakeEngine::new("docker");
    fake.set(instance("api", 1, 0));
    fake.set(instance("worker", 1, 0));
    fake
}

pub(crate) fn id(name: &str) -> InstanceId {
    InstanceId::new(name)
}

pub(crate) fn options(services: &[&str]) -> LogsOptions {
    let services = services.iter().map(ToString::to_string).collect();
    LogsOptions { services, ..LogsOptions::default() }
}

pub(crate) async fn logs(fake: &FakeEngine, options: LogsOptions) -> Ran {
    let engines = engines(&[fake]);
    ran(async |printer| run(&engines, &options, printer).await).await
}

/// Runs the command without rules of the user's own.
pub(crate) async fn run(
    engines: &[Arc<dyn Engine>],
    options: &LogsOptions,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let places = Places { engines, ..Places::default() };
    logs::run(places, options, &Redactor::default(), printer).await
}

#[tokio::test]
async fn history_is_merged_by_time_and_names_its_instances() {
    let fake = shop();
    fake.say(&id("api1"), line(1, "a"));
    fake.say(&id("worker1"), line(2, "b"));
    fake.say(&id("api1"), line(3, "c"));
    let ran = logs(&fake, options(&[])).await;
    assert_eq!(ran.out, "shop-api-1    | a\nshop-worker-1 | b\nshop-api-1    | c\n");
    assert_eq!(ran.exit, Exit::Well);
}

#[tokio::test]
async fn one_instance_is_printed_bare_and_safe() {
    let fake = shop();
    fake.say(&id("api1"), line(1, "red \u{1b}[31m"));
    for name in ["api", "shop/api", "shop-api-1"] {
        assert_eq!(logs(&fake, options(&[name])).await.out, "red ␛[31m\n", "{name}");
    }
}

#[tokio::test]
async fn the_object_has_the_documented_fields() {
    let fake = shop();
    fake.say(&id("api1"), line(1, "a"));
    let ran = logs(&fake, LogsOptions { json: true, ..options(&["api"]) }).await;
    let expected = json!({
        "time": "1970-01-01T00:00:01Z", "own_time": null,
        "level": null, "level_is_guess": false, "format": "plain", "continues": false,
        "stack": "shop", "service": "api", "instance": "shop-api-1", "stream": "stdout",
        "text": "a", "cut_bytes": 0, "message": null, "fields": null,
    });
    assert_eq!(ran.json(), expected);
    crate::readme::assert_documented("logs", &expected);
}

#[tokio::test]
async fn secrets_are_masked_unless_somebody_wants_them() {
    let fake = shop();
    let lines =
        ["password=canary x", "-----BEGIN PRIVATE KEY-----", "canary", "-----END PRIVATE KEY-----"];
    for (second, text) in (1..).zip(lines) {
        fake.say(&id("api1"), line(second, text));
    }
    let ran = logs(&fake, options(&["api"])).await;
    assert_eq!(ran.out, "password=•••••• x\n••••••\n••••••\n••••••\n");
    let json = logs(&fake, LogsOptions { json: true, ..options(&["api"]) }).await.out;
    assert!(json.contains("password=") && !json.contains("canary"), "{json}");
    let secrets = Secrets { no_redact: true, ..Secrets::default() };
    let bare = logs(&fake, LogsOptions { secrets, ..options(&["api"]) }).await.out;
    assert_eq!(bare, format!("{}\n", lines.join("\n")));
}

#[tokio::test]
async fn the_users_own_rules_mask_too() {
    let fake = shop();
    fake.say(&id("api1"), line(1, "patient 123-45-6789"));
    let redactor = Redactor::new(&[r"\b\d{3}-\d{2}-\d{4}\b"]).unwrap();
    let (engines, options) = (engines(&[&fake]), options(&["api"]));
    let places = Places { engines: &engines, ..Places::default() };
    let ran = ran(async |printer| logs::run(places, &options, &redactor, printer).await).await;
    assert_eq!(ran.out, "patient ••••••\n");
}

#[tokio::test]
async fn a_cut_line_says_how_much_was_cut() {
    let fake = shop();
    fake.say(&id("api1"), LogLine { cut_bytes: 7, ..line(1, "half") });
    assert_eq!(logs(&fake, options(&["api"])).await.out, "half… (7 bytes cut)\n");
}

#[tokio::test]
async fn a_terminal_gets_names_and_levels_in_colours_and_nobody_else() {
    let fake = shop();
    for (instance, level) in [("api1", Severity::Error), ("worker1", Severity::Info)] {
        let told = Told { level: Some(level), ..Told::default() };
        let text = format!("level={} msg=\u{1b}[7m", level.name());
        let second = if instance == "api1" { 1 } else { 2 };
        fake.say(&id(instance), LogLine { told, ..line(second, &text) });
    }
    let engines = engines(&[&fake]);
    let print = async |colours| {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut printer = Printer::new(&mut out, &mut err).with_colours(colours);
        let follow = LogsOptions { follow: true, ..options(&[]) };
        let run = run(&engines, &follow, &mut printer);
        let _ = tokio::time::timeout(std::time::Duration::from_millis(1), run).await;
        String::from_utf8(out).unwrap()
    };
    tokio::time::pause();
    assert_eq!(
        print(true).await,
        "\x1b[36mshop-api-1\x1b[0m    | \x1b[31mlevel=error msg=␛[7m\x1b[0m\n\
         \x1b[32mshop-worker-1\x1b[0m | level=info msg=␛[7m\n"
    );
    assert!(!print(false).await.contains('\x1b'));
}

#[tokio::test]
async fn a_mistyped_service_is_a_usage_error_with_a_suggestion() {
    let ran = logs(&shop(), options(&["wroker"])).await;
    assert_eq!(ran.exit, Exit::Usage);
    assert_eq!(ran.err, "error: there is no service `wroker`\n = hint: did you mean `worker`?\n");
}

#[tokio::test]
async fn a_stranger_among_many_services_is_told_the_nearest_and_how_many_there_are() {
    let fake = shop();
    let hint = async |fake: &FakeEngine| logs(fake, options(&["databse"])).await.err;
    assert!(hint(&fake).await.ends_with("= hint: there are: api, worker\n"));
    for number in 10..60 {
        fake.set(instance(&format!("fetcher-{number}"), 1, 0));
    }
    fake.set(instance("metabase-x", 1, 0));
    let err = hint(&fake).await;
    assert!(err.contains("= hint: the nearest of 53 are: metabase-x, "), "{err}");
    assert_eq!(err.matches(", ").count(), 2, "{err}");
}

#[tokio::test]
async fn a_log_that_cannot_be_read_is_complained_about_and_is_one() {
    let fake = shop();
    fake.say(&id("api1"), line(1, "a"));
    fake.make_unreadable(&id("worker1"));
    let ran = logs(&fake, options(&[])).await;
    assert_eq!(ran.out, "shop-api-1    | a\n");
    assert_eq!(ran.err, "error: docker: its log cannot be read\n");
    assert_eq!(ran.exit, Exit::Wrong);
    assert_eq!(logs(&fake, options(&["api"])).await.exit, Exit::Well);
}

#[tokio::test]
async fn times_and_tails_reach_the_engine() {
    let request = async |options: LogsOptions| {
        let fake = shop();
        logs(&fake, options).await;
        let calls = fake.take_calls();
        let request = calls.into_iter().find_map(|call| match call {
            Call::Logs(_, request) => Some(request),
            _ => None,
        });
        request.unwrap()
    };
    let all = LogRequest { tail: None, since: None, until: None, follow: false };
    assert_eq!(request(options(&[])).await, LogRequest { tail: Some(500), ..all });
    let tail = |tail| LogsOptions { tail: Some(tail), ..options(&[]) };
    assert_eq!(request(tail(Tail::All)).await, all);
    assert_eq!(request(tail(Tail::Lines(5))).await, LogRequest { tail: Some(5), ..all });
    let since = LogsOptions { since: Some("1970-01-01T00:00:07Z".into()), ..options(&[]) };
    assert_eq!(request(since).await, LogRequest { since: Some(at(7)), ..all });
}

#[tokio::test]
async fn only_what_was_said_before_the_last_start() {
    let fake = FakeEngine::new("docker");
    let mut api = instance("api", 1, 0);
    api.detail.get_or_insert_default().started_at = Some(at(10));
    fake.set(api);
    fake.say(&id("api1"), line(9, "the end"));
    fake.say(&id("api1"), line(10, "the beginning"));
    let previous = LogsOptions { previous: true, ..options(&[]) };
    assert_eq!(logs(&fake, previous).await.out, "the end\n");
}

#[tokio::test]
async fn a_time_that_is_none_is_a_usage_error() {
    let since = LogsOptions { since: Some("soon".into()), ..options(&[]) };
    assert_eq!(logs(&shop(), since).await.exit, Exit::Usage);
    let backwards = LogsOptions {
        since: Some("1970-01-02T00:00:00Z".into()),
        until: Some("1970-01-01T00:00:00Z".into()),
        ..options(&[])
    };
    assert_eq!(logs(&shop(), backwards).await.exit, Exit::Usage);
}

#[tokio::test]
async fn following_goes_on_after_a_restart_without_loss_or_repetition() {
    let fake = shop();
    fake.say(&id("api1"), line(1, "old"));
    let engines = engines(&[&fake]);
    let follow = LogsOptions { follow: true, ..options(&["api"]) };
    let (exit, err) = ran_beside(
        async |printer| run(&engines, &follow, printer).await,
        async |mut reader| {
            assert_eq!(reader.line().await, "shop-api-1 | old");
            fake.say(&id("api1"), line(2, "one"));
            fake.say(&id("api1"), line(2, "two"));
            assert_eq!(reader.line().await, "shop-api-1 | one");
            assert_eq!(reader.line().await, "shop-api-1 | two");
            fake.end(&id("api1"), 1);
            fake.say(&id("api1"), line(2, "last words"));
            fake.set(instance("api", 1, 3));
            assert_eq!(reader.line().await, "shop-api-1 | last words");
            fake.say(&id("api1"), line(4, "new"));
            assert_eq!(reader.line().await, "shop-api-1 | new");
            // A copy that comes later is followed, another service is not.
            fake.set(instance("api", 2, 5));
            fake.say(&id("worker1"), line(6, "not meant"));
            fake.say(&id("api2"), line(6, "hello"));
            assert_eq!(reader.line().await, "shop-api-2 | hello");
            reader.close();
            fake.say(&id("api2"), line(7, "nobody reads"));
        },
    )
    .await;
    assert_eq!((exit, err.as_str()), (Exit::Well, ""));
}

#[tokio::test]
async fn an_engine_that_is_lost_while_following_is_three() {
    let fake = shop();
    let engines = engines(&[&fake]);
    let follow = LogsOptions { follow: true, ..options(&[]) };
    fake.say(&id("api1"), line(1, "a"));
    let (exit, err) = ran_beside(
        async |printer| run(&engines, &follow, printer).await,
        async |mut reader| {
            reader.line().await;
            fake.fail(|| EngineError::Lost { endpoint: "fake://".into(), reason: "gone".into() });
        },
    )
    .await;
    assert_eq!(exit, Exit::Unreachable);
    assert!(err.contains("lost the connection with fake://"), "{err}");
}

#[tokio::test]
async fn what_can_be_reached_is_followed_beside_an_engine_that_cannot() {
    let (up, down) = (shop(), FakeEngine::new("podman"));
    down.fail(|| EngineError::Refused { endpoint: "fake://".into(), reason: None });
    let engines = engines(&[&up, &down]);
    let follow = LogsOptions { follow: true, ..options(&["api"]) };
    let (_, err) = ran_beside(
        async |printer| run(&engines, &follow, printer).await,
        async |mut reader| {
            up.say(&id("api1"), line(1, "a"));
            assert_eq!(reader.line().await, "shop-api-1 | a");
            reader.close();
            up.say(&id("api1"), line(2, "b"));
        },
    )
    .await;
    assert!(err.starts_with("error: podman: fake:// refuses connections"), "{err}");
}
