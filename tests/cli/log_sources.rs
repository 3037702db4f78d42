//! `midwatch logs` on the log sources of a stack file.

use std::{fs, path::Path, sync::Arc};

use midwatch::{
    cli::{
        CliError, Exit, Printer,
        args::LogsOptions,
        logs::{self, Places},
    },
    logs::Redactor,
    model::{LogOrigin, LogReading, LogSourceSpec, Severity},
    sources::{self, LogSource},
    text::Clean,
};
use tempfile::TempDir;

use crate::{
    harness::{Ran, engines, line, ran, ran_beside},
    logs::{id, options, shop},
    support::fake::FakeEngine,
};

/// Files of a web server: of two kinds, with times of their own.
fn web() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let access = "10.0.0.7 - - [20/Nov/2026:03:12:41 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"x\"\n\
                  10.0.0.7 - - [20/Nov/2026:03:12:43 +0000] \"GET /b HTTP/1.1\" 502 5 \"-\" \"x\"\n";
    let error = "2026-11-20T03:12:42Z ERROR upstream timed out\n  while reading token=canary\n";
    fs::write(folder.path().join("access.log"), access).unwrap();
    fs::write(folder.path().join("error.log"), error).unwrap();
    folder
}

fn open(name: &str, origin: LogOrigin, service: Option<&str>) -> Arc<dyn LogSource> {
    let service = service.map(Clean::new);
    let reading = LogReading { timezone: Some("UTC".into()), ..LogReading::default() };
    let spec = LogSourceSpec { name: Clean::new(name), origin, service, tail: 10, reading };
    let shim = Path::new(env!("CARGO_BIN_EXE_midwatch"));
    sources::open(&spec, true, shim).unwrap()
}

fn files(name: &str, pattern: &Path, service: Option<&str>) -> Arc<dyn LogSource> {
    open(name, LogOrigin::Files(pattern.display().to_string()), service)
}

fn command(name: &str, words: &[&str]) -> Arc<dyn LogSource> {
    let words = words.iter().map(|word| (*word).to_owned()).collect();
    open(name, LogOrigin::Command { words, folder: "/".into() }, None)
}

async fn run(
    fake: Option<&FakeEngine>,
    sources: &[Arc<dyn LogSource>],
    options: &LogsOptions,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let engines = fake.map(|fake| engines(&[fake])).unwrap_or_default();
    let stack = Clean::new("shop");
    let places = Places { engines: &engines, sources, stack: Some(&stack) };
    logs::run(places, options, &Redactor::default(), printer).await
}

async fn printed(
    fake: Option<&FakeEngine>,
    sources: &[Arc<dyn LogSource>],
    options: LogsOptions,
) -> Ran {
    ran(async |printer| run(fake, sources, &options, printer).await).await
}

#[tokio::test]
async fn files_stand_on_one_axis_with_the_lines_of_instances_and_of_each_other() {
    let (folder, fake) = (web(), shop());
    let second = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_second();
    fake.say(&id("api1"), line(second("2026-11-20T03:12:40Z"), "first"));
    fake.say(&id("api1"), line(second("2026-11-20T03:12:44Z"), "last"));
    let nginx = files("nginx", &folder.path().join("*.log"), Some("proxy"));
    let ran = printed(Some(&fake), &[nginx], options(&[])).await;
    let begin = |line: &str| line.chars().take(24).collect::<String>();
    let lines: Vec<_> = ran.out.lines().map(begin).collect();
    assert_eq!(
        lines,
        [
            "shop-api-1    | first",
            "access.log    | 10.0.0.7",
            "error.log     | 2026-11-",
            "error.log     |   while ",
            "access.log    | 10.0.0.7",
            "shop-api-1    | last",
        ],
        "{}",
        ran.out
    );
    assert!(ran.out.contains("token=••••••") && !ran.out.contains("canary"), "{}", ran.out);
    assert_eq!((ran.exit, ran.err.as_str()), (Exit::Well, ""));
}

#[tokio::test]
async fn old_lines_of_a_file_have_their_own_times_in_the_zone_of_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let text = "2020-11-20 03:12:40,123 ERROR app: old\n2020-11-20 03:27:40,123 INFO app: later\n";
    fs::write(folder.path().join("app.log"), text).unwrap();
    let app = files("app", &folder.path().join("app.log"), None);
    let ran = printed(None, &[app], LogsOptions { json: true, ..options(&[]) }).await;
    assert!(ran.out.starts_with("{\"time\":\"2020-11-20T03:12:40.123Z\""), "{}", ran.out);
    assert!(ran.out.contains("\"own_time\":\"2020-11-20T03:27:40.123Z\""), "{}", ran.out);
}

#[tokio::test]
async fn a_source_is_meant_by_its_name_or_by_the_service_that_it_goes_with() {
    let folder = web();
    let sources = [
        files("nginx", &folder.path().join("access.log"), Some("proxy")),
        files("errors", &folder.path().join("error.log"), None),
    ];
    for (name, lines) in [("nginx", 2), ("proxy", 2), ("shop/proxy", 2), ("errors", 2), ("api", 0)]
    {
        let ran = printed(Some(&shop()), &sources, options(&[name])).await;
        assert_eq!((ran.out.lines().count(), ran.exit), (lines, Exit::Well), "{name}: {}", ran.err);
        assert!(!ran.out.contains(" | "), "it is the only one: {}", ran.out);
    }
    let ran = printed(Some(&shop()), &sources, options(&["ngnix"])).await;
    assert_eq!(ran.exit, Exit::Usage);
    assert_eq!(
        ran.err,
        "error: there is no service or log `ngnix`\n = hint: did you mean `nginx`?\n"
    );
}

#[tokio::test]
async fn a_stack_of_logs_alone_needs_no_engine() {
    let folder = web();
    let nginx = files("nginx", &folder.path().join("*.log"), Some("proxy"));
    let filter = LogsOptions {
        level: Some(Severity::Error),
        filter: Some("service=proxy".into()),
        json: true,
        ..options(&[])
    };
    let ran = printed(None, &[nginx], filter).await;
    let objects: Vec<serde_json::Value> =
        ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<_> = objects
        .iter()
        .map(|it| ["time", "level", "format", "service", "instance"].map(|f| it[f].to_string()))
        .collect();
    let error =
        ["\"2026-11-20T03:12:42Z\"", "\"error\"", "\"tracing\"", "\"proxy\"", "\"error.log\""];
    let access =
        ["\"2026-11-20T03:12:43Z\"", "\"error\"", "\"access\"", "\"proxy\"", "\"access.log\""];
    assert_eq!(told.len(), 3, "{}", ran.out);
    assert_eq!(told[0], error);
    assert_eq!(objects[1]["continues"], true);
    assert_eq!(told[2], access);
    assert_eq!(objects[0]["stack"], "shop");
    assert_eq!(printed(None, &[], options(&[])).await.exit, Exit::Unreachable);
}

#[tokio::test]
async fn lines_of_a_source_are_of_the_service_that_it_goes_with() {
    let folder = web();
    let file = |name: &str| folder.path().join(name);
    let sources =
        [files("nginx", &file("acc*.log"), Some("proxy")), files("app", &file("error.log"), None)];
    let count = async |filter: &str| {
        let options = LogsOptions { filter: Some(filter.into()), ..options(&[]) };
        printed(None, &sources, options).await.out.lines().count()
    };
    assert_eq!(count("service=proxy").await, 2);
    assert_eq!(count("service=nginx").await, 0);
    assert_eq!(count("instance=access.log").await, 2);
    assert_eq!(count("service=app instance=app").await, 2);
}

#[tokio::test]
async fn a_file_that_is_not_there_is_complained_about_and_the_others_are_read() {
    let folder = web();
    let sources = [
        files("gone", &folder.path().join("none.log"), None),
        files("errors", &folder.path().join("error.log"), None),
    ];
    let ran = printed(None, &sources, options(&[])).await;
    assert_eq!((ran.exit, ran.out.lines().count()), (Exit::Wrong, 2));
    assert!(ran.err.starts_with("error: gone: no file matches /"), "{}", ran.err);
}

#[tokio::test]
async fn a_command_that_keeps_nothing_is_no_failure_unless_it_is_meant() {
    let sources = [command("edge", &["cat"])];
    let ran = printed(Some(&shop()), &sources, options(&[])).await;
    assert_eq!(ran.exit, Exit::Well);
    assert_eq!(ran.err, "note: edge keeps no lines, -f follows it: cmd:cat\n");
    let ran = printed(Some(&shop()), &sources, options(&["edge"])).await;
    assert_eq!(ran.exit, Exit::Wrong);
    assert!(ran.err.starts_with("error: edge: cmd:cat keeps no lines"), "{}", ran.err);
}

#[tokio::test]
async fn a_log_has_no_run_before_the_last_start() {
    let (folder, fake) = (web(), shop());
    let sources = [
        files("nginx", &folder.path().join("error.log"), Some("api")),
        files("mail", &folder.path().join("access.log"), Some("postfix")),
    ];
    let previous = |names: &[&str]| LogsOptions { previous: true, ..options(names) };
    for name in ["nginx", "mail", "postfix"] {
        let ran = printed(Some(&fake), &sources, previous(&["api", name])).await;
        assert_eq!((ran.exit, ran.out.as_str()), (Exit::Usage, ""), "{name}");
        let refused = format!("--previous: `{name}` is a log of the stack file, it has no runs");
        assert!(ran.err.contains(&refused), "{}", ran.err);
    }
    for names in [&[][..], &["api"]] {
        let ran = printed(Some(&fake), &sources, previous(names)).await;
        assert_eq!((ran.exit, ran.err.as_str()), (Exit::Well, ""), "{names:?}");
        assert!(!ran.out.contains("upstream"), "{}", ran.out);
    }
}

#[tokio::test]
async fn files_and_commands_are_followed_beside_instances() {
    let (folder, fake) = (web(), shop());
    let sources = [
        files("nginx", &folder.path().join("*.log"), None),
        command("edge", &["sh", "-c", "echo 'level=error msg=gone'; exec sleep 600"]),
    ];
    let append = |text: &str| {
        let path = folder.path().join("access.log");
        fs::write(&path, fs::read_to_string(&path).unwrap() + text).unwrap();
    };
    let options = LogsOptions {
        follow: true,
        filter: Some("level>=error not text~timed".into()),
        ..options(&[])
    };
    let (exit, err) = ran_beside(
        async |printer| run(Some(&fake), &sources, &options, printer).await,
        async |mut reader| {
            let mut seen = vec![reader.line().await, reader.line().await];
            seen.sort();
            assert!(seen[0].starts_with("access.log    | 10.0.0.7"), "{seen:?}");
            assert_eq!(seen[1], "edge          | level=error msg=gone");
            fake.say(&id("api1"), line(1, "level=error msg=api"));
            assert_eq!(reader.line().await, "shop-api-1    | level=error msg=api");
            append("level=error msg=later\n");
            assert_eq!(reader.line().await, "access.log    | level=error msg=later");
            reader.close();
            fake.say(&id("api1"), line(2, "level=error msg=unread"));
        },
    )
    .await;
    assert_eq!((exit, err.as_str()), (Exit::Well, ""));
}

#[tokio::test]
async fn following_ends_when_nothing_is_left_that_could_say_more() {
    let spec = command("edge", &["cat"]).spec().clone();
    let withheld = sources::open(&spec, false, Path::new("unused")).unwrap();
    let follow = LogsOptions { follow: true, ..options(&[]) };
    let ran = printed(None, &[withheld], follow).await;
    assert_eq!(ran.exit, Exit::Wrong);
    assert!(ran.err.starts_with("error: edge: cmd:cat does not run: "), "{}", ran.err);
    assert!(ran.err.contains("midwatch trust"), "{}", ran.err);
}
